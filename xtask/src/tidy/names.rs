//! Modules are named for what they hold.

use super::lexer;
use super::{Problem, SourceFile, Tree};

const BANNED: &[&str] =
    &["utils", "util", "common", "helpers", "misc", "manager", "core", "base", "v2", "new"];

/// Checks the names of files, directories and declared modules.
pub fn check(tree: &Tree) -> Vec<Problem> {
    tree.rust_sources().flat_map(check_file).collect()
}

/// Problems of one file.
pub fn check_file(file: &SourceFile) -> Vec<Problem> {
    let mut names: Vec<String> = file.path.split('/').map(str::to_string).collect();
    if let Some(stem) = names.last_mut() {
        *stem = stem.trim_end_matches(".rs").to_string();
    }
    names.extend(lexer::declared_modules(&lexer::mask(&file.text)));
    names.sort();
    names.dedup();
    let banned = names.into_iter().filter(|name| BANNED.contains(&name.as_str()));
    let problem = |name| Problem {
        path: file.path.clone(),
        line: 1,
        message: format!("a module named {name:?} says nothing; name it for what it holds"),
    };
    banned.map(problem).collect()
}
