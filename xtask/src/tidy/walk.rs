//! Pages that name code as `file::function` name what exists.

use super::lexer;
use super::{Problem, SourceFile, Tree};

/// The page that walks from a request to the journal.
const PAGE: &str = "docs/walk.md";

/// Checks every `` `crates/...rs::function` `` of the page.
pub fn check(tree: &Tree) -> Vec<Problem> {
    match tree.files.iter().find(|file| file.path == PAGE) {
        Some(page) => check_page(page, tree),
        None => vec![Problem { path: PAGE.to_string(), line: 1, message: "is gone".to_string() }],
    }
}

/// Problems of one page.
pub fn check_page(page: &SourceFile, tree: &Tree) -> Vec<Problem> {
    let mut problems = Vec::new();
    for (at, line) in page.text.lines().enumerate() {
        for named in line.split('`').skip(1).step_by(2).filter(|text| text.contains(".rs::")) {
            if !exists(named, tree) {
                let message = format!("{named} does not exist");
                problems.push(Problem { path: page.path.clone(), line: at + 1, message });
            }
        }
    }
    problems
}

fn exists(named: &str, tree: &Tree) -> bool {
    let Some((path, function)) = named.split_once("::") else {
        return false;
    };
    let Some(file) = tree.files.iter().find(|file| file.path == path) else {
        return false;
    };
    let functions = lexer::functions(&lexer::mask(&file.text));
    functions.iter().any(|found| found.name == function)
}
