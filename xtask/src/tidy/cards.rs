//! Every room opens with its card, and its `lib.rs` holds the doors only.

use super::{Problem, SourceFile, Tree};

const LIB_LINES_MAX: usize = 100;
const ITEMS: [&str; 3] = ["//! Holds:", "//! Never:", "//! Enter at:"];

/// Checks `lib.rs` of every crate, and the server's `main.rs`.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let rooms = tree.files.iter().filter(|file| {
        let of_crate = file.path.starts_with("crates/") && file.path.ends_with("/src/lib.rs");
        of_crate || file.path == "crates/server/src/main.rs"
    });
    rooms.flat_map(check_file).collect()
}

/// Problems of one room's opening file.
pub fn check_file(file: &SourceFile) -> Vec<Problem> {
    let mut problems = Vec::new();
    let mut add = |message: String| {
        problems.push(Problem { path: file.path.clone(), line: 1, message });
    };
    let card: Vec<&str> = file.text.lines().take_while(|line| line.starts_with("//!")).collect();
    let opens = card
        .first()
        .is_some_and(|line| line.len() > 4 && !ITEMS.iter().any(|item| line.starts_with(item)));
    if !opens {
        add("does not open with a `//!` line that says what the room is".to_string());
    }
    let mut from = 0;
    for item in ITEMS {
        match card[from..].iter().position(|line| line.starts_with(item)) {
            Some(at) if card[from + at].trim().len() > item.len() => from += at + 1,
            _ => add(format!("its room card lacks `{item}` (or has it out of order or empty)")),
        }
    }
    let lines = file.text.lines().count();
    if file.path.ends_with("lib.rs") && lines >= LIB_LINES_MAX {
        add(format!("has {lines} lines; a lib.rs holds the doors only, under {LIB_LINES_MAX}"));
    }
    problems
}
