//! Advisories against what the project depends on, and versions that were yanked.
//!
//! RustSec's database is a git repository, which not every machine can reach: some reach package
//! registries only. The facts of it (which versions of which package) are kept in the tree, so that
//! such a machine checks against those and says of which day they are (ADR 16).

#[cfg(test)]
mod tests;

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::proc;

/// The database that cargo-deny asks when nothing else is said.
const DATABASE: &str = "https://github.com/RustSec/advisory-db";
/// How long it may take to find out whether it answers.
const REACH_TIME_MAX: Duration = Duration::from_secs(20);
/// Says what a run does when it does not answer.
const VARIABLE: &str = "ADVISORIES";
const LIVE: &str = "live";

/// The facts that are kept in the tree.
const KEPT: &str = "xtask/advisories.toml";
/// Where databases are laid out for cargo-deny.
const WORK: &str = "target/advisories";
const SETTINGS: &str = "deny.toml";
/// The workspaces that are checked, by their manifest. The Rust client of `tests/clients` is not:
/// it is a foreign library as its users get it.
const MANIFESTS: [&str; 2] = ["Cargo.toml", "fuzz/Cargo.toml"];

/// Checks every workspace. A note comes back when the kept facts had to do.
///
/// # Errors
/// A version that an advisory names or that was yanked; no database where one is demanded.
pub fn check(deny: &str) -> Result<Option<String>, String> {
    let demanded = match std::env::var(VARIABLE) {
        Ok(value) if value == LIVE => true,
        Ok(value) if !value.is_empty() => {
            return Err(format!("{VARIABLE}={value}: the only word is {LIVE}"));
        }
        _ => false,
    };
    let work = crate::root().join(WORK);
    let source = if is_reached() {
        Source::Live
    } else if demanded {
        return Err(format!(
            "{DATABASE} cannot be reached, and {VARIABLE}={LIVE} demands it: run this where it can \
             be, or without the variable"
        ));
    } else {
        Source::Kept(Kept::read()?)
    };
    let note = source.lay_out(&work)?;
    for manifest in MANIFESTS {
        let config = work.join(SETTINGS).display().to_string();
        let words = ["--workspace", "--manifest-path", manifest, "--config", &config];
        let mut command = proc::command(deny, &[&words[..], &["check", "advisories"]].concat());
        if let Source::Kept(_) = source {
            read_instead(&mut command, &work.join("kept"));
        }
        proc::run(command)?;
    }
    Ok(note)
}

/// Where advisories come from.
enum Source {
    /// RustSec's database itself.
    Live,
    /// The facts in the tree.
    Kept(Kept),
}

impl Source {
    /// Writes the settings, which name a directory of our own for databases, and the kept facts as
    /// a database. Both are made anew each time, so that neither is ever an old one.
    fn lay_out(&self, work: &Path) -> Result<Option<String>, String> {
        let failed = |error: std::io::Error| format!("{}: {error}", work.display());
        if work.exists() {
            fs::remove_dir_all(work).map_err(failed)?;
        }
        fs::create_dir_all(work).map_err(failed)?;
        let settings = fs::read_to_string(crate::root().join(SETTINGS)).map_err(failed)?;
        let databases = format!("[advisories]\ndb-path = {:?}", work.join("databases"));
        let settings = settings.replacen("[advisories]", &databases, 1);
        fs::write(work.join(SETTINGS), settings).map_err(failed)?;
        match self {
            Self::Live => {
                println!("deny: advisories are those of {DATABASE} of today");
                Ok(None)
            }
            Self::Kept(kept) => {
                kept.write_database(&work.join("kept"))?;
                let note = kept.note()?;
                println!("deny: {note}");
                Ok(Some(note))
            }
        }
    }
}

fn is_reached() -> bool {
    let mut command = proc::command("git", &["ls-remote", "--exit-code", DATABASE, "HEAD"]);
    command.env("GIT_TERMINAL_PROMPT", "0");
    proc::watch(command, REACH_TIME_MAX, |_| {}).is_ok_and(|status| status.success())
}

/// Has git, which cargo-deny calls, read a directory when it is asked for the database.
fn read_instead(command: &mut Command, directory: &Path) {
    command.env("GIT_CONFIG_COUNT", "1");
    command.env("GIT_CONFIG_KEY_0", format!("url.file://{}.insteadOf", directory.display()));
    command.env("GIT_CONFIG_VALUE_0", DATABASE);
}

/// The facts of the database as of one day.
struct Kept {
    /// The day of the database's last commit, `2026-08-21`.
    day: String,
    /// The same moment in seconds since 1970.
    unix_seconds: u64,
    advisories: Vec<Advisory>,
}

/// What cargo-deny needs to know of an advisory.
#[derive(Debug, PartialEq, Eq)]
struct Advisory {
    id: String,
    package: String,
    date: String,
    /// `unmaintained`, `unsound` or `notice`; `None`: a vulnerability.
    informational: Option<String>,
    /// Ranges of versions, in cargo's notation.
    patched: Vec<String>,
    unaffected: Vec<String>,
}

impl Kept {
    fn read() -> Result<Self, String> {
        let text = fs::read_to_string(crate::root().join(KEPT));
        Self::parse(&text.map_err(|error| format!("{KEPT}: {error}"))?)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|error| format!("{KEPT}: {error}"))?;
        let seconds = table.get("unix_seconds").and_then(toml::Value::as_integer);
        let seconds = seconds.and_then(|seconds| u64::try_from(seconds).ok());
        let rows = table.get("advisories").and_then(toml::Value::as_table);
        let rows = rows.ok_or(format!("{KEPT}: no table of advisories"))?;
        let read = |(id, row): (&String, &toml::Value)| {
            Advisory::read(id, row).ok_or(format!("{KEPT}: {id} lacks a field"))
        };
        Ok(Self {
            day: text_of(&table, "day").ok_or(format!("{KEPT}: no day"))?,
            unix_seconds: seconds.ok_or(format!("{KEPT}: no unix_seconds"))?,
            advisories: rows.iter().map(read).collect::<Result<_, _>>()?,
        })
    }

    /// What the end of a run says.
    fn note(&self) -> Result<String, String> {
        let now =
            SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| error.to_string())?;
        let days = now.as_secs().saturating_sub(self.unix_seconds) / (24 * 60 * 60);
        Ok(format!(
            "ADVISORIES NOT CURRENT: {DATABASE} cannot be reached from here; checked against the \
             {} advisories in {KEPT}, which are of {}, {days} days ago ({VARIABLE}={LIVE} makes \
             this an error)",
            self.advisories.len(),
            self.day
        ))
    }

    /// Lays the facts out as cargo-deny reads them: a git repository, a file for each advisory.
    fn write_database(&self, directory: &Path) -> Result<(), String> {
        for advisory in &self.advisories {
            let of_package = directory.join("crates").join(&advisory.package);
            let file = of_package.join(format!("{}.md", advisory.id));
            let written = fs::create_dir_all(&of_package)
                .and_then(|()| fs::write(&file, advisory.document()));
            written.map_err(|error| format!("{}: {error}", file.display()))?;
        }
        let author = ["-c", "user.name=kept", "-c", "user.email=kept@localhost"];
        let commit = [&author[..], &["commit", "--quiet", "--message", "kept"]].concat();
        for words in [&["init", "--quiet", "--initial-branch", "main"][..], &["add", "."], &commit]
        {
            let mut git = proc::command("git", words);
            git.current_dir(directory);
            proc::output(git)?;
        }
        Ok(())
    }
}

impl Advisory {
    fn read(id: &str, row: &toml::Value) -> Option<Self> {
        let row = row.as_table()?;
        Some(Self {
            id: id.to_string(),
            package: text_of(row, "package")?,
            date: text_of(row, "date")?,
            informational: text_of(row, "informational"),
            patched: texts_of(row, "patched"),
            unaffected: texts_of(row, "unaffected"),
        })
    }

    /// Reads a file of the database: TOML between fences, then text. `Ok(None)`: it was withdrawn.
    fn from_document(text: &str) -> Result<Option<Self>, String> {
        let fenced = text.split_once("```toml\n").and_then(|(_, rest)| rest.split_once("```"));
        let table: toml::Table = fenced
            .ok_or("no TOML between fences")?
            .0
            .parse()
            .map_err(|error: toml::de::Error| error.to_string())?;
        let section = |name: &str| table.get(name).and_then(toml::Value::as_table);
        let (head, versions) =
            section("advisory").zip(section("versions")).ok_or("a section lacks")?;
        if head.contains_key("withdrawn") {
            return Ok(None);
        }
        let id = text_of(head, "id").ok_or("no id")?;
        let mut row = versions.clone();
        row.extend(head.clone());
        Self::read(&id, &toml::Value::Table(row)).map(Some).ok_or("a field lacks".to_string())
    }

    /// The file of the database that has these facts.
    fn document(&self) -> String {
        let Self { id, package, date, informational, patched, unaffected } = self;
        let kind = informational.as_ref().map(|kind| format!("informational = {kind:?}\n"));
        let kind = kind.unwrap_or_default();
        format!(
            "```toml\n[advisory]\nid = {id:?}\npackage = {package:?}\ndate = {date:?}\n{kind}\
             [versions]\npatched = {patched:?}\nunaffected = {unaffected:?}\n```\n\n\
             # {package}: see https://rustsec.org/advisories/{id}.html\n"
        )
    }

    /// Its line in the kept facts.
    fn line(&self) -> String {
        let Self { id, package, date, informational, patched, unaffected } = self;
        let kind = informational.as_ref().map(|kind| format!(", informational = {kind:?}"));
        let list = |name: &str, list: &[String]| {
            if list.is_empty() { String::new() } else { format!(", {name} = {list:?}") }
        };
        format!(
            "{id} = {{ package = {package:?}, date = {date:?}{}{}{} }}\n",
            kind.unwrap_or_default(),
            list("patched", patched),
            list("unaffected", unaffected)
        )
    }
}

fn text_of(table: &toml::Table, field: &str) -> Option<String> {
    table.get(field)?.as_str().map(str::to_string)
}

fn texts_of(table: &toml::Table, field: &str) -> Vec<String> {
    let list = table.get(field).and_then(toml::Value::as_array).into_iter().flatten();
    list.filter_map(|value| value.as_str().map(str::to_string)).collect()
}

/// Writes the kept facts anew from a clone of the database.
///
/// # Errors
/// It is no such clone, or a file of it cannot be read.
pub fn renew(clone: &Path) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", clone.display());
    let mut advisories = Vec::new();
    for package in fs::read_dir(clone.join("crates")).map_err(failed)? {
        for file in fs::read_dir(package.map_err(failed)?.path()).map_err(failed)? {
            let path = file.map_err(failed)?.path();
            let text = fs::read_to_string(&path).map_err(failed)?;
            let read = Advisory::from_document(&text);
            advisories.extend(read.map_err(|error| format!("{}: {error}", path.display()))?);
        }
    }
    advisories.sort_by(|a, b| a.id.cmp(&b.id));
    let mut git = proc::command("git", &["log", "-1", "--format=%cs %ct"]);
    git.current_dir(clone);
    let commit = proc::output(git)?;
    let (day, seconds) = commit.trim().split_once(' ').ok_or("git tells no day")?;
    let lines: String = advisories.iter().map(Advisory::line).collect();
    let text = format!(
        "# The facts of RustSec's advisory database (CC0): which versions of which package. For\n\
         # machines that cannot reach it; written by `cargo xtask deny --renew CLONE`.\n\
         day = {day:?}\nunix_seconds = {seconds}\n\n[advisories]\n{lines}"
    );
    fs::write(crate::root().join(KEPT), text).map_err(|error| format!("{KEPT}: {error}"))?;
    println!("deny: {} advisories as of {day} are in {KEPT}", advisories.len());
    Ok(())
}
