//! The subcommands that look after a data directory, and the load tool.

mod bench;
mod check;
mod copy;
mod repair;
mod scrub;
mod talk;
mod words;

use larder_platform::Platform;
use larder_storage_local::index::{Index, LsmIndex};
use larder_storage_local::{Finding, OpenError};
use larder_workers::StoreSchema;
use std::io::Write;
use std::path::Path;
use std::process::ExitCode;
use std::sync::Arc;
use tokio::runtime::{Builder, Runtime};

pub(crate) use bench::{HELP as BENCH_HELP, bench};
pub(crate) use check::check;
pub(crate) use copy::{backup, restore};
pub(crate) use repair::repair;
pub(crate) use scrub::scrub;

/// The subcommands, for the help.
pub(crate) const USAGES: [(&str, &str); 9] = [
    ("[serve] [SETTING ...]", "serve S3"),
    (
        "check [--data DIR]",
        "read and compare everything, server stopped; 0: intact, 1: damage, 2: could not look",
    ),
    (
        "repair [--data DIR]",
        "make the index anew, server stopped; 0: nothing is lost, 1: what is named, 2: could not",
    ),
    (
        "scrub [--data DIR]",
        "have the running server read and verify everything; answers as check does",
    ),
    (
        "backup --to DIR [--data DIR] [--rate SIZE] [--with-master-key]",
        "copy everything as of one moment, of a running server or a stopped one, and verify it",
    ),
    (
        "restore --from DIR [--data DIR] [--rate SIZE]",
        "make a data directory from a backup; a backup can also be served as it is",
    ),
    (
        "bench OPERATION [OPTION ...]",
        "put load on any S3 endpoint and measure it, or compare two; more by `larder bench --help`",
    ),
    ("help", "print this"),
    ("version", "print the version"),
];

/// Their names, as a refusal tells them.
pub(crate) fn names() -> String {
    let name = |(usage, _): (&'static str, _)| {
        usage.split(' ').next().unwrap_or_default().trim_matches(['[', ']'])
    };
    USAGES.map(name).join(", ")
}

/// What a command answers that found damage, or could not bring everything back.
const DAMAGE: u8 = 1;
/// What a command answers that could not do its work.
const FAILED: u8 = 2;
/// Memory for the blocks of an index that is read from one end to the other.
const CACHE_BYTES: u64 = 32 << 20;

/// Why a subcommand could not do what it was asked; one line that says how to put it right.
pub(crate) struct Failure(pub(crate) String);

impl From<String> for Failure {
    fn from(message: String) -> Self {
        Self(message)
    }
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self(error.to_string())
    }
}

/// Runs a subcommand whose failures answer 2.
pub(crate) fn run(outcome: Result<ExitCode, Failure>) -> ExitCode {
    outcome.unwrap_or_else(|Failure(message)| {
        eprintln!("larder: {message}");
        ExitCode::from(FAILED)
    })
}

/// A reactor for the platform's tasks, of which these commands have few.
fn reactor() -> Result<Runtime, Failure> {
    Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .map_err(|error| Failure(format!("the system refuses threads: {error}")))
}

/// Prints a line; a reader such as `head` may have gone.
fn say(line: &str) {
    let _ = writeln!(std::io::stdout(), "{line}");
}

fn print(finding: Finding) {
    say(&finding.to_string());
}

fn open_verified(platform: &Platform, path: &Path) -> Result<Arc<dyn Index>, Vec<Finding>> {
    let index = LsmIndex::open_verified(&*platform.disk, path, CACHE_BYTES)?;
    Ok(Arc::new(index))
}

fn open_new(platform: &Platform, path: &Path) -> Result<Arc<dyn Index>, OpenError> {
    let index = LsmIndex::open(&*platform.disk, path, CACHE_BYTES);
    let index = index.map_err(|error| OpenError::Index(error.0))?;
    Ok(Arc::new(index))
}

/// `n things`, or `1 thing`.
fn count(n: u64, thing: &str) -> String {
    match n {
        1 => format!("1 {thing}"),
        n => format!("{n} {thing}s"),
    }
}
