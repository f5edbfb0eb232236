//! What a run is asked to do.

use larder_flags::Syntax;
use std::path::{Path, PathBuf};

pub const HELP: &str = "\
larder-bench [get|put|ready|size|removals|life ...] [--quick] [--markdown] [--check] [--cold]
             [--keep] [--larder FILE] [--dir DIRECTORY] [-- SETTINGS OF THE SERVER ...]

get      server CPU of a signed 4 KiB GET and of a HEAD, 16 connections, against a bare hyper server
put      durable 4 KiB PUTs, 64 connections, against a file per object with fsync, rename and
         directory fsync
ready    time until ready, syncs of a first start, resident memory of an empty store
size     stripped binary and packages; with --cold the CPU seconds of a build from nothing
removals cost of removing the next of many versions, uploads and queue rows, first and after
         many were removed; the engine and the operations in this process. Takes 5 minutes
life     10 million objects of 1 KiB, a third overwritten, a third deleted: space, stalls, pages,
         restarts, memory. Takes 20 minutes and 25 GB; with --quick 300,000 objects

Without a name: all but removals and life. --quick takes 40 s and says little; --markdown adds the
block for docs/benchmarks.md; --check fails when a limit is missed; --keep leaves the data behind.
--larder is the server's binary, otherwise the release build of this workspace; --dir is where
the data goes, otherwise target/bench. What is compared alternates within one run, and the median
is told.";

/// Connections of the GET comparison.
pub const GET_CONNECTIONS: usize = 16;
/// Connections, and threads that write files, of the PUT comparison.
pub const PUT_CONNECTIONS: usize = 64;
/// Bytes of every object.
pub const OBJECT_BYTES: usize = 4096;
/// Distinct keys that are loaded and read.
pub const KEYS: usize = 100_000;
/// The hottest of them.
pub const HOT_KEYS: usize = 1_000;

/// A group of measurements.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Get,
    Put,
    Ready,
    Size,
    Removals,
    Life,
}

const PARTS: [(&str, Part); 6] = [
    ("get", Part::Get),
    ("put", Part::Put),
    ("ready", Part::Ready),
    ("size", Part::Size),
    ("removals", Part::Removals),
    ("life", Part::Life),
];

const FLAGS: [&str; 2] = ["--larder", "--dir"];
const SWITCHES: [&str; 5] = ["--quick", "--markdown", "--check", "--cold", "--keep"];

fn part(name: &str) -> Result<Part, String> {
    let found = PARTS.iter().find(|(known, _)| *known == name);
    found.map(|(_, part)| *part).ok_or_else(|| {
        let known = PARTS.map(|(known, _)| known).join(", ");
        format!("{name:?} is not one of {known}")
    })
}

/// A run's values.
#[derive(Debug)]
pub struct Settings {
    pub parts: Vec<Part>,
    pub quick: bool,
    pub markdown: bool,
    pub check: bool,
    pub cold: bool,
    pub keep: bool,
    /// The server's binary.
    pub larder: PathBuf,
    /// Where directories of runs are made.
    pub directory: PathBuf,
    /// Settings that are passed on to every server.
    pub server_args: Vec<String>,
    /// The arguments as given, for the report.
    pub words: Vec<String>,
}

impl Settings {
    /// Reads the arguments; the error is one line.
    pub fn parse(args: &[String]) -> Result<Self, String> {
        // What is behind `--` is the server's.
        let own = args.split(|arg| arg == "--").next().unwrap_or_default();
        let syntax = Syntax { values: &FLAGS, switches: &SWITCHES, names: "PART", repeatable: &[] };
        let line = syntax.read(own)?;
        let mut parts =
            line.names().iter().map(|name| part(name)).collect::<Result<Vec<_>, _>>()?;
        if parts.is_empty() {
            parts = PARTS.map(|(_, part)| part).to_vec();
            parts.retain(|part| !matches!(part, Part::Removals | Part::Life));
        }
        let root = workspace_root();
        let path = |flag: &str, default: &str| {
            line.get(flag).map_or_else(|| root.join(default), PathBuf::from)
        };
        Ok(Self {
            parts,
            quick: line.is_on("--quick"),
            markdown: line.is_on("--markdown"),
            check: line.is_on("--check"),
            cold: line.is_on("--cold"),
            keep: line.is_on("--keep"),
            larder: path("--larder", "target/release/larder"),
            directory: path("--dir", "target/bench"),
            server_args: args.iter().skip(own.len() + 1).cloned().collect(),
            words: args.to_vec(),
        })
    }

    /// A fresh directory for this run.
    pub fn make_work_directory(&self) -> Result<PathBuf, String> {
        let work = self.directory.join(format!("run-{}", std::process::id()));
        std::fs::create_dir_all(&work).map_err(|error| format!("{}: {error}", work.display()))?;
        Ok(work)
    }

    /// Alternating rounds of GETs. Many short ones: other work on the machine then falls on both
    /// sides alike.
    pub fn get_rounds(&self) -> usize {
        if self.quick { 5 } else { 9 }
    }

    /// Requests of one round of GETs.
    pub fn gets_per_round(&self) -> usize {
        if self.quick { 10_000 } else { 25_000 }
    }

    /// Versions, uploads and queue rows that are removed.
    pub fn removals(&self) -> usize {
        if self.quick { 20_000 } else { 100_000 }
    }

    /// Objects of a long life.
    pub fn life_objects(&self) -> usize {
        if self.quick { 300_000 } else { 10_000_000 }
    }

    /// Alternating rounds of PUTs and files.
    pub fn put_rounds(&self) -> usize {
        3
    }

    /// Requests of one round of PUTs.
    pub fn puts_per_round(&self) -> usize {
        if self.quick { 8_000 } else { 30_000 }
    }

    /// Files of one round. Few, since some file systems take longer to remove them than to make
    /// them; fewer yet in one directory, which is slow.
    pub fn files_per_round(&self, directories: usize) -> usize {
        let files = if directories == 1 { 2_000 } else { 10_000 };
        if self.quick { files / 4 } else { files }
    }
}

/// The directory that holds the workspace's `Cargo.toml`.
pub fn workspace_root() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let root = manifest.parent().and_then(Path::parent);
    root.expect("the crate lies in crates/ of the workspace").to_path_buf()
}

#[cfg(test)]
mod tests {
    use super::{FLAGS, HELP, Part, SWITCHES, Settings};

    fn parse(line: &str) -> Result<Settings, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Settings::parse(&words)
    }

    #[test]
    fn defaults_and_everything_given() {
        let all = parse("").unwrap();
        assert!(all.larder.ends_with("target/release/larder") && !all.quick && !all.cold);
        assert_eq!(all.parts.len(), 4);
        let some = parse("life put --keep --larder=x --quick -- --memory 1GiB --keep").unwrap();
        assert!(matches!(some.parts[..], [Part::Life, Part::Put]) && some.keep && some.quick);
        assert_eq!((some.larder.to_str(), some.server_args.len()), (Some("x"), 3));
    }

    #[test]
    fn errors_are_one_line_and_help_names_every_flag() {
        for (line, expected) in [
            ("gte", "\"gte\" is not one of get, put, ready"),
            ("--quik", "this takes PART, --larder, --dir, --quick"),
            ("put --dir", "--dir needs a value"),
        ] {
            let error = parse(line).unwrap_err();
            assert!(error.contains(expected) && error.lines().count() == 1, "{line}: {error}");
        }
        for flag in FLAGS.iter().chain(&SWITCHES) {
            assert!(HELP.contains(flag), "{flag}");
        }
    }
}
