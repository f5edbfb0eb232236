//! Which crates of others a room may use: those that `xtask/dependencies.toml` names for it.

use super::ranks::normal_dependencies;
use super::{Problem, Tree};

/// Where the list lies, from the workspace's root.
pub const PATH: &str = "xtask/dependencies.toml";

/// Checks every `crates/*/Cargo.toml` against the list.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let list = tree.files.iter().find(|file| file.path == PATH);
    let list: toml::Table = match list.map_or("", |file| file.text.as_str()).parse() {
        Ok(list) => list,
        Err(error) => return vec![problem(PATH, format!("not TOML: {error}"))],
    };
    let mut problems = Vec::new();
    let mut rooms = Vec::new();
    for file in &tree.files {
        let room = file.path.strip_prefix("crates/").and_then(|p| p.strip_suffix("/Cargo.toml"));
        if let Some(room) = room.filter(|room| !room.contains('/')) {
            rooms.push(room);
            problems.extend(check_manifest(room, &file.path, &file.text, &list));
        }
    }
    let gone = list.keys().filter(|room| !rooms.contains(&room.as_str()));
    problems.extend(gone.map(|room| problem(PATH, format!("there is no room {room:?}"))));
    problems
}

/// Problems of the manifest `text` of a room: what it uses and may not, what it may and does not.
/// Development dependencies are free.
pub fn check_manifest(room: &str, path: &str, text: &str, list: &toml::Table) -> Vec<Problem> {
    let manifest: toml::Table = match text.parse() {
        Ok(manifest) => manifest,
        Err(error) => return vec![problem(path, format!("not TOML: {error}"))],
    };
    let named = list.get(room).and_then(|crates| crates.as_array()).cloned().unwrap_or_default();
    let named: Vec<&str> = named.iter().filter_map(|name| name.as_str()).collect();
    let used = normal_dependencies(&manifest);
    let used: Vec<&str> =
        used.iter().map(String::as_str).filter(|name| !name.starts_with("larder")).collect();
    let mut problems = Vec::new();
    for name in used.iter().filter(|name| !named.contains(name)) {
        let message = format!("{room} may not use the crate {name}; {PATH} says what it may");
        problems.push(problem(path, message));
    }
    for name in named.iter().filter(|name| !used.contains(name)) {
        problems.push(problem(PATH, format!("{room} does not use {name} any more")));
    }
    problems
}

fn problem(path: &str, message: String) -> Problem {
    Problem { path: path.to_string(), line: 1, message }
}
