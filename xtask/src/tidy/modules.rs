//! One style of modules: what has files of its own is `name/mod.rs`, beside them, never `name.rs`
//! and `name/`.

use super::settings::Settings;
use super::{Problem, Tree};

/// Checks where modules lie, but for the rooms that `xtask/tidy.toml` names as not clean yet.
pub fn check(tree: &Tree, settings: &Settings) -> Vec<Problem> {
    let paths: Vec<&str> = tree.rust_sources().map(|file| file.path.as_str()).collect();
    check_paths(&paths, settings)
}

/// Problems of a tree with these files.
pub fn check_paths(paths: &[&str], settings: &Settings) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut not_clean = settings.unclean("modules");
    for path in paths {
        let Some(directory) = path.strip_suffix(".rs").map(|stem| format!("{stem}/")) else {
            continue;
        };
        if !paths.iter().any(|other| other.starts_with(&directory)) {
            continue;
        }
        match not_clean.iter_mut().find(|unclean| unclean.holds(path)) {
            Some(unclean) => unclean.is_needed = true,
            None => problems.push(Problem {
                path: (*path).to_string(),
                line: 1,
                message: format!("a module with files of its own lies in {directory}mod.rs"),
            }),
        }
    }
    problems.extend(settings.stale(&not_clean));
    problems
}
