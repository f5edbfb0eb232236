//! A crate depends only on crates of a lower rank.

use super::{Problem, Tree};

/// The rooms, lowest first. A new crate takes its place here before it builds.
const RANKS: &[(&str, u8)] = &[
    ("types", 0),
    ("platform", 0),
    ("flags", 0),
    ("digest", 1),
    ("s3-model", 1),
    ("storage", 1),
    ("iam", 1),
    ("documents", 2),
    ("iam-model", 2),
    ("s3-wire", 3),
    ("storage-local", 3),
    ("objects", 3),
    ("identities", 3),
    ("s3-api", 4),
    ("iam-api", 4),
    ("workers", 4),
    ("maintenance", 4),
    ("client", 4),
    ("load", 5),
    ("admin", 5),
    ("server", 6),
    ("sim", 7),
    ("bench", 7),
    ("blackbox", 7),
];

fn rank(room: &str) -> Option<u8> {
    RANKS.iter().find(|(name, _)| *name == room).map(|(_, rank)| *rank)
}

/// Checks every `crates/*/Cargo.toml`.
pub fn check(tree: &Tree) -> Vec<Problem> {
    let manifests = tree.files.iter().filter_map(|file| {
        let room = file.path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
        (!room.contains('/')).then_some((room, file))
    });
    manifests.flat_map(|(room, file)| check_manifest(room, &file.path, &file.text)).collect()
}

/// Problems of the manifest `text` of the crate in directory `room`. Development dependencies are
/// free: a test may look down on anything.
pub fn check_manifest(room: &str, path: &str, text: &str) -> Vec<Problem> {
    let problem = |message: String| Problem { path: path.to_string(), line: 1, message };
    let Some(own) = rank(room) else {
        return vec![problem(format!("crate {room:?} has no rank in xtask/src/tidy/ranks.rs"))];
    };
    let manifest: toml::Table = match text.parse() {
        Ok(manifest) => manifest,
        Err(error) => return vec![problem(format!("not TOML: {error}"))],
    };
    let mut problems = Vec::new();
    for name in normal_dependencies(&manifest) {
        let Some(other) = name.strip_prefix("larder-").or((name == "larder").then_some("server"))
        else {
            continue;
        };
        match rank(other) {
            Some(rank) if rank < own => {}
            Some(rank) => problems.push(problem(format!(
                "{room} (rank {own}) must not depend on {other} (rank {rank}); ranks only fall"
            ))),
            None => problems.push(problem(format!("{room} depends on {other}, which has no rank"))),
        }
    }
    problems
}

/// Names of the packages that the manifest depends on in a normal build, per target as well.
pub fn normal_dependencies(manifest: &toml::Table) -> Vec<String> {
    let mut tables: Vec<&toml::Table> = Vec::new();
    tables.extend(manifest.get("dependencies").and_then(|table| table.as_table()));
    if let Some(targets) = manifest.get("target").and_then(|table| table.as_table()) {
        tables.extend(targets.values().filter_map(|target| target.get("dependencies")?.as_table()));
    }
    let named = |(key, value): (&String, &toml::Value)| {
        let package = value.get("package").and_then(|package| package.as_str());
        package.unwrap_or(key).to_string()
    };
    tables.into_iter().flat_map(|table| table.iter().map(named)).collect()
}
