//! What a run is asked to do.

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
    /// Reads the arguments; the error says which one is not known.
    pub fn parse(args: &[String]) -> Result<Self, String> {
        let root = workspace_root();
        let mut settings = Self {
            parts: Vec::new(),
            quick: false,
            markdown: false,
            check: false,
            cold: false,
            keep: false,
            larder: root.join("target/release/larder"),
            directory: root.join("target/bench"),
            server_args: Vec::new(),
            words: args.to_vec(),
        };
        let mut args = args.iter();
        while let Some(arg) = args.next() {
            let mut path = || args.next().map(PathBuf::from).ok_or(format!("{arg}: what?"));
            match arg.as_str() {
                "--quick" => settings.quick = true,
                "--markdown" => settings.markdown = true,
                "--check" => settings.check = true,
                "--cold" => settings.cold = true,
                "--keep" => settings.keep = true,
                "--larder" => settings.larder = path()?,
                "--dir" => settings.directory = path()?,
                "--" => settings.server_args = args.by_ref().cloned().collect(),
                name => match PARTS.iter().find(|(known, _)| *known == name) {
                    Some((_, part)) => settings.parts.push(*part),
                    None => return Err(format!("unknown argument {name:?}\n{HELP}")),
                },
            }
        }
        if settings.parts.is_empty() {
            settings.parts = PARTS.map(|(_, part)| part).to_vec();
            settings.parts.retain(|part| !matches!(part, Part::Removals | Part::Life));
        }
        Ok(settings)
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
