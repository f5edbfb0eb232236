//! Line widths, trailing blanks and strings that have no place in the tree.

use super::settings::{self, Settings};
use super::{Problem, SourceFile, Tree};

const COLUMNS_MAX: usize = 100;

/// Checks every text file.
pub fn check(tree: &Tree, settings: &Settings) -> Vec<Problem> {
    tree.files.iter().flat_map(|file| check_file(file, settings)).collect()
}

/// Problems of one file.
pub fn check_file(file: &SourceFile, settings: &Settings) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut in_tests = file.is_test();
    for (index, line) in file.text.lines().enumerate() {
        let mut add = |message: String| {
            problems.push(Problem { path: file.path.clone(), line: index + 1, message });
        };
        in_tests |= line.trim_start().starts_with("#[cfg(test)]");
        let columns = line.chars().count();
        let wide = columns > COLUMNS_MAX && !line.contains("://");
        if wide && file.is_rust() && !file.is_generated() {
            add(format!("{columns} columns, more than {COLUMNS_MAX}"));
        }
        if line.ends_with([' ', '\t', '\r']) && !file.is_generated() {
            add("trailing whitespace".to_string());
        }
        if in_tests || file.is_generated() || file.path == settings::PATH {
            continue;
        }
        for forbidden in settings.forbidden.iter().filter(|entry| line.contains(&entry.text)) {
            add(format!("{:?} does not belong here: {}", forbidden.text, forbidden.reason));
        }
    }
    problems
}
