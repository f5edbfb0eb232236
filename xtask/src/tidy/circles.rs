//! Modules of a crate form layers: none imports one that imports it, by whatever way.
//!
//! A module here is a file or directory right under `src`, with all that is in it.

use super::lexer::mask;
use super::settings::{Circle, Settings};
use super::{Problem, SourceFile, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// Which modules a module imports.
type Imports = BTreeMap<String, BTreeSet<String>>;

/// Checks every crate.
pub fn check(tree: &Tree, settings: &Settings) -> Vec<Problem> {
    let mut rooms: BTreeMap<&str, Vec<&SourceFile>> = BTreeMap::new();
    for file in tree.rust_sources() {
        let room = file.path.strip_prefix("crates/").and_then(|path| path.split_once("/src/"));
        if let Some((room, _)) = room {
            rooms.entry(room).or_default().push(file);
        }
    }
    let mut problems = Vec::new();
    for (room, files) in &rooms {
        let named = settings.circles.iter().find(|circle| circle.room == **room);
        problems.extend(check_room(room, files, named));
    }
    for circle in settings.circles.iter().filter(|c| !rooms.contains_key(c.room.as_str())) {
        problems.push(settings.problem(format!("there is no room {:?}", circle.room)));
    }
    problems
}

/// Problems of one crate. `named` says how many modules of it may be in circles for now.
pub fn check_room(room: &str, files: &[&SourceFile], named: Option<&Circle>) -> Vec<Problem> {
    let circles = circles(&imports(room, files));
    let count: usize = circles.iter().map(BTreeSet::len).sum();
    let allowed = named.map_or(0, |circle| circle.modules);
    let problem = |message| Problem { path: format!("crates/{room}/src"), line: 1, message };
    if count > allowed {
        let shown = circles.iter().map(|circle| {
            let names: Vec<&str> = circle.iter().map(String::as_str).collect();
            names.join(", ")
        });
        let shown: Vec<String> = shown.collect();
        return vec![problem(format!(
            "{count} modules import each other, {allowed} may: {}",
            shown.join("; ")
        ))];
    }
    if named.is_some() && count == 0 {
        return vec![problem("has no circles, and need not be named for them".to_string())];
    }
    Vec::new()
}

/// The module that a file right under `src`, or somewhere below it, belongs to.
fn module<'a>(room: &str, file: &'a SourceFile) -> Option<(&'a str, bool)> {
    let path = file.path.strip_prefix("crates/")?.strip_prefix(room)?.strip_prefix("/src/")?;
    let (name, below) = match path.split_once('/') {
        Some((name, below)) => (name, below),
        None => (path.strip_suffix(".rs")?, "mod.rs"),
    };
    let is_root = matches!(name, "lib" | "main" | "bin");
    (!is_root && !file.is_test()).then_some((name, below == "mod.rs"))
}

fn imports(room: &str, files: &[&SourceFile]) -> Imports {
    let roots = files
        .iter()
        .filter(|file| file.path.ends_with("/src/lib.rs") || file.path.ends_with("/src/main.rs"));
    let only_tests: BTreeSet<String> = roots.flat_map(|root| test_modules(&root.text)).collect();
    let mut all = Imports::new();
    for file in files {
        let Some((name, is_top)) = module(room, file) else {
            continue;
        };
        if only_tests.contains(name) {
            continue;
        }
        let code = without_tests(&mask(&file.text));
        let found = all.entry(name.to_string()).or_default();
        found.extend(named_behind(&code, "crate::"));
        if is_top {
            // Right under the root, `super` is the root.
            found.extend(named_behind(&code, "super::"));
        }
        found.remove(name);
    }
    let modules: BTreeSet<String> = all.keys().cloned().collect();
    for found in all.values_mut() {
        found.retain(|name| modules.contains(name));
    }
    all
}

/// The modules that are declared for tests only.
fn test_modules(root: &str) -> Vec<String> {
    let lines: Vec<&str> = root.lines().collect();
    let pairs =
        lines.windows(2).filter(|pair| pair[0].starts_with("#[cfg(") && pair[0].contains("test"));
    let declared = pairs.filter_map(|pair| {
        let name = pair[1].trim_start_matches("pub ").strip_prefix("mod ")?;
        name.strip_suffix(';')
    });
    declared.map(str::to_string).collect()
}

/// The code before a file's own tests, which stand at its end.
fn without_tests(code: &str) -> String {
    let tests = code.find("#[cfg(test)]\nmod ");
    tests.map_or(code, |at| &code[..at]).to_string()
}

/// The first elements of all paths behind `prefix`, those in braces too.
fn named_behind(code: &str, prefix: &str) -> Vec<String> {
    let mut names = Vec::new();
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    for (at, _) in code.match_indices(prefix) {
        if code[..at].ends_with(|c: char| is_part(c) || c == ':') {
            continue;
        }
        let rest = &code[at + prefix.len()..];
        let mut depth = 0;
        let mut starts = true;
        for (at, c) in rest.char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth > 0 => depth -= 1,
                _ if starts && is_part(c) => {
                    let name = rest[at..].split(|c| !is_part(c)).next();
                    names.extend(name.map(str::to_string));
                }
                _ => {}
            }
            if depth == 0 {
                break;
            }
            starts = depth == 1 && (matches!(c, '{' | ',') || (starts && c.is_whitespace()));
        }
    }
    names
}

/// The largest sets of modules of which each reaches each.
fn circles(imports: &Imports) -> Vec<BTreeSet<String>> {
    let reach: BTreeMap<&String, BTreeSet<&String>> =
        imports.keys().map(|from| (from, reached(imports, from))).collect();
    let mut circles: Vec<BTreeSet<String>> = Vec::new();
    for (from, reached) in &reach {
        let mutual = reached.iter().filter(|to| reach[**to].contains(from));
        let circle: BTreeSet<String> = mutual.map(|name| (*name).clone()).collect();
        if circle.len() > 1 && !circles.contains(&circle) {
            circles.push(circle);
        }
    }
    circles
}

fn reached<'a>(imports: &'a Imports, from: &'a String) -> BTreeSet<&'a String> {
    let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
    while let Some(name) = open.pop() {
        for next in &imports[name] {
            if seen.insert(next) {
                open.push(next);
            }
        }
    }
    seen
}
