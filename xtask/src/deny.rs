//! `cargo xtask deny`: licences, sources and duplicates of what the project depends on.
//!
//! cargo-deny does it where it is installed. Where it is not, building it would cost more than all
//! other checks together, so the same `deny.toml` is applied here to what cargo itself reports;
//! only the advisories are left out then, and the output says so.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use crate::proc;

const SETTINGS: &str = "deny.toml";
const REGISTRY: &str = "registry+https://github.com/rust-lang/crates.io-index";

/// The most packages that a build of the server may compile. A budget, not a law of nature: each
/// costs every newcomer build time and trust.
const PACKAGES_MAX: usize = 180;

/// Runs the check.
///
/// # Errors
/// How many problems were found; each is printed.
pub fn run() -> Result<(), String> {
    let shipped = shipped_packages()?;
    if proc::succeeds(proc::cargo(&["deny", "--version"])) {
        println!("deny: cargo-deny is installed and does the check");
        proc::run(proc::cargo(&["deny", "--workspace", "check"]))?;
        return report(budget_problems(&shipped));
    }
    println!("deny: cargo-deny is not installed; checking licences, sources and duplicates with");
    println!("deny: what cargo reports. Advisories are NOT checked (`cargo install cargo-deny`).");
    let settings = Settings::read()?;
    let tree = ["tree", "--workspace", "-e", "all", "--target", "all", "--prefix", "none"];
    let all = proc::output(proc::cargo(&[&tree[..], &["-f", "{p}|{l}"]].concat()))?;
    let lock = fs::read_to_string(crate::root().join("Cargo.lock"))
        .map_err(|error| format!("Cargo.lock: {error}"))?;
    let mut problems: Vec<String> =
        licence_problems(&all, &settings.licences).into_iter().collect();
    problems.extend(source_problems(&lock)?);
    problems.extend(duplicate_problems(&shipped, &settings.skipped));
    problems.extend(budget_problems(&shipped));
    report(problems)
}

fn report(problems: Vec<String>) -> Result<(), String> {
    for problem in &problems {
        println!("deny: {problem}");
    }
    if problems.is_empty() {
        println!("deny: all in order");
        return Ok(());
    }
    Err(format!("deny: {} problems", problems.len()))
}

/// `name v1.2.3` of every package that goes into the server.
fn shipped_packages() -> Result<BTreeSet<String>, String> {
    let tree = proc::output(proc::cargo(&["tree", "-e", "normal", "--prefix", "none"]))?;
    let package = |line: &str| line.split(" (").next().unwrap_or(line).trim().to_string();
    Ok(tree.lines().filter(|line| !line.trim().is_empty()).map(package).collect())
}

struct Settings {
    licences: BTreeSet<String>,
    skipped: BTreeSet<String>,
}

impl Settings {
    fn read() -> Result<Self, String> {
        let text = fs::read_to_string(crate::root().join(SETTINGS))
            .map_err(|error| format!("{SETTINGS}: {error}"))?;
        let table: toml::Table = text.parse().map_err(|error| format!("{SETTINGS}: {error}"))?;
        let list = |section: &str, name: &str| -> Result<Vec<toml::Value>, String> {
            let value = table.get(section).and_then(|section| section.get(name));
            let list = value.and_then(|value| value.as_array()).cloned();
            list.ok_or(format!("{SETTINGS}: [{section}] lacks the list {name}"))
        };
        let name = |value: &toml::Value| {
            let crate_name = value.get("crate").or(value.get("name")).unwrap_or(value);
            let crate_name = crate_name.as_str().unwrap_or_default();
            crate_name.split('@').next().unwrap_or_default().to_string()
        };
        Ok(Self {
            licences: list("licenses", "allow")?.iter().map(name).collect(),
            skipped: list("bans", "skip")?.iter().map(name).collect(),
        })
    }
}

/// `tree` has lines `name v1.2.3 (...)|SPDX expression`.
fn licence_problems(tree: &str, allowed: &BTreeSet<String>) -> BTreeSet<String> {
    let lines = tree.lines().filter_map(|line| line.split_once('|'));
    let refused = lines.filter(|(_, licence)| !is_allowed(licence, allowed));
    refused
        .map(|(package, licence)| format!("{package}: licence {licence:?} is not allowed"))
        .collect()
}

/// Whether one way through an SPDX expression needs allowed licences only. AND binds tighter than
/// OR; `/` is the old spelling of OR; `(*)` is cargo's mark of a package that it printed before.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace(" (*)", "").replace('(', " ( ").replace(')', " ) ");
    let spaced = spaced.replace('/', " OR ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut at = 0;
    any_of(&words, &mut at, allowed) && at == words.len()
}

fn any_of(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut holds = all_of(words, at, allowed);
    while words.get(*at) == Some(&"OR") {
        *at += 1;
        holds |= all_of(words, at, allowed);
    }
    holds
}

fn all_of(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let mut holds = one_of(words, at, allowed);
    while words.get(*at) == Some(&"AND") {
        *at += 1;
        holds &= one_of(words, at, allowed);
    }
    holds
}

fn one_of(words: &[&str], at: &mut usize, allowed: &BTreeSet<String>) -> bool {
    let Some(word) = words.get(*at) else {
        return false;
    };
    *at += 1;
    if *word == "(" {
        let holds = any_of(words, at, allowed);
        let closed = words.get(*at) == Some(&")");
        *at += 1;
        return holds && closed;
    }
    if words.get(*at) == Some(&"WITH") {
        // An exception only ever adds permissions to the licence before it.
        *at += 2;
    }
    allowed.contains(*word)
}

fn source_problems(lock: &str) -> Result<Vec<String>, String> {
    let lock: toml::Table = lock.parse().map_err(|error| format!("Cargo.lock: {error}"))?;
    let packages = lock.get("package").and_then(|list| list.as_array());
    let foreign = packages.into_iter().flatten().filter_map(|package| {
        let source = package.get("source")?.as_str()?;
        let name = package.get("name")?.as_str()?;
        (source != REGISTRY).then(|| format!("{name}: comes from {source}, not from crates.io"))
    });
    Ok(foreign.collect())
}

fn duplicate_problems(shipped: &BTreeSet<String>, skipped: &BTreeSet<String>) -> Vec<String> {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (name, version) in shipped.iter().filter_map(|package| package.split_once(' ')) {
        versions.entry(name).or_default().push(version);
    }
    let twice =
        versions.iter().filter(|(name, versions)| versions.len() > 1 && !skipped.contains(**name));
    twice.map(|(name, versions)| format!("{name}: shipped as {}", versions.join(" and "))).collect()
}

fn budget_problems(shipped: &BTreeSet<String>) -> Vec<String> {
    println!("deny: {} packages of at most {PACKAGES_MAX} go into the server", shipped.len());
    let over = shipped.len() > PACKAGES_MAX;
    over.then(|| format!("{} packages, more than {PACKAGES_MAX}", shipped.len()))
        .into_iter()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_string()).collect()
    }

    #[test]
    fn licence_expressions() {
        let check = |expression: &str| is_allowed(expression, &set(&["MIT", "Apache-2.0", "ISC"]));
        assert!(check("MIT"));
        assert!(check("MIT OR GPL-3.0"));
        assert!(check("GPL-3.0/MIT"));
        assert!(check("(GPL-3.0 OR MIT) AND ISC"));
        assert!(check("Apache-2.0 WITH LLVM-exception OR GPL-3.0"));
        assert!(check("Apache-2.0 AND ISC (*)"));
        assert!(!check("GPL-3.0"));
        assert!(!check("MIT AND GPL-3.0"));
        assert!(!check("MIT AND (GPL-3.0 OR MPL-2.0)"));
        assert!(!check(""));
        assert!(!check("MIT MIT"));
    }

    #[test]
    fn a_second_version_is_reported_unless_named() {
        let shipped = set(&["a v1.0.0", "a v2.0.0", "b v1.0.0"]);
        assert_eq!(duplicate_problems(&shipped, &set(&[])).len(), 1);
        assert!(duplicate_problems(&shipped, &set(&["a"])).is_empty());
    }

    #[test]
    fn sources_other_than_the_registry_are_reported() {
        let lock = format!(
            "[[package]]\nname = \"own\"\n[[package]]\nname = \"a\"\nsource = \"{REGISTRY}\"\n\
             [[package]]\nname = \"b\"\nsource = \"git+https://example.com/b\"\n"
        );
        assert_eq!(source_problems(&lock).unwrap().len(), 1);
    }
}
