//! `cargo xtask fuzz`: searches for inputs that break what decoders promise, guided by coverage.
//!
//! The targets are in `fuzz/`, a workspace of its own. Without a sanitizer libFuzzer needs no
//! nightly compiler, only the flags that are passed here, and thus no further tool.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use crate::{install, proc};
use larder_flags::Syntax;

/// The targets' crate.
pub const CRATE: &str = "fuzz/Cargo.toml";
/// What a search builds, finds and breaks.
const WORK: &str = "target/fuzz";

/// Seconds of search for each target: by hand and as a part of `ci`.
const SECONDS: u64 = 20 * 60;
/// Two weeks.
const SECONDS_MAX: u64 = 14 * 24 * 60 * 60;
const CI_SECONDS: u64 = 8;
/// The seed of `ci`, so that what is red there is red again.
const CI_SEED: &str = "1";

/// Longest input in bytes.
const INPUT_BYTES_MAX: u32 = 64 << 10;
/// Memory of a target's process in MiB. What one input may cost, a target states itself.
const MEMORY_MIB_MAX: u32 = 512;
/// Seconds that one input may take; it takes microseconds where nothing is wrong.
const INPUT_SECONDS_MAX: u32 = 5;
/// How long a target may take to replay its corpus and to end, beside its search.
const PATIENCE: Duration = Duration::from_secs(120);
/// How long a target may take to choose what is kept of what it found.
const KEEP_PATIENCE: Duration = Duration::from_secs(20 * 60);

/// LLVM's coverage pass: a counter for each edge, and what comparisons compare.
const FLAGS: [&str; 5] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
];

const HELP: &str = "\
cargo xtask fuzz [TARGET ...] [--seconds N]   replay the corpus, then search for N seconds (1200)
cargo xtask fuzz [TARGET ...] --keep          add to fuzz/corpus what reaches new code
cargo xtask fuzz TARGET --input FILE          run one input";

/// What is to be done with each target.
enum Task {
    /// Replays the corpus, then searches.
    Search { seconds: u64, seed: Option<&'static str> },
    /// Adds to the corpus what searches found and what reaches code that nothing else does.
    Keep,
    /// Runs one input.
    Input(String),
}

/// Runs the targets named in `args`, or all of them.
///
/// # Errors
/// An unknown argument, a failed build, or the targets that failed and where their inputs lie.
pub fn run(args: &[String]) -> Result<(), String> {
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        println!("{HELP}");
        return Ok(());
    }
    let values = ["--seconds", "--input"];
    let syntax =
        Syntax { values: &values, switches: &["--keep"], names: "TARGET", repeatable: &[] };
    let line = syntax.read(args)?;
    let seconds = line.number("--seconds", 1..=SECONDS_MAX)?;
    let task = match (line.get("--input"), line.is_on("--keep"), seconds) {
        (Some(file), false, None) => Task::Input(file.to_string()),
        (None, true, None) => Task::Keep,
        (None, false, seconds) => Task::Search { seconds: seconds.unwrap_or(SECONDS), seed: None },
        _ => return Err("--seconds, --keep and --input exclude each other; give one".to_string()),
    };
    each(line.names(), &task)
}

/// A replay of every corpus and a short search, the same each time.
///
/// # Errors
/// Those of [`run`].
pub fn ci() -> Result<(), String> {
    each(&[], &Task::Search { seconds: CI_SECONDS, seed: Some(CI_SEED) })
}

fn each(names: &[String], task: &Task) -> Result<(), String> {
    let known = targets()?;
    if let Some(unknown) = names.iter().find(|name| !known.contains(name)) {
        return Err(format!("no target {unknown:?}; there are {}", known.join(", ")));
    }
    install::cpp_compiler();
    let programs = build()?;
    let mut failed = Vec::new();
    for target in known.iter().filter(|name| names.is_empty() || names.contains(name)) {
        if let Err(error) = one(&programs, target, task) {
            eprintln!("{error}");
            failed.push(target.as_str());
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(format!("fuzz: failed: {}; the inputs are in {WORK}/broken", failed.join(", ")))
}

/// The names of the targets: `fuzz/targets/NAME.rs`.
fn targets() -> Result<Vec<String>, String> {
    let directory = crate::root().join("fuzz/targets");
    let failed = |error| format!("{}: {error}", directory.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&directory).map_err(failed)? {
        let file = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        names.extend(file.strip_suffix(".rs").map(str::to_string));
    }
    names.sort();
    Ok(names)
}

/// Builds all targets; returns the directory of their programs. The target triple is named so that
/// cargo keeps the flags away from build scripts.
fn build() -> Result<String, String> {
    let about = proc::output(proc::command("rustc", &["-vV"]))?;
    let triple = about.lines().find_map(|line| line.strip_prefix("host: "));
    let triple = triple.ok_or("`rustc -vV` names no host")?;
    let build = ["build", "--release", "--manifest-path", CRATE, "--target-dir", WORK];
    let mut command = proc::cargo(&[&build[..], &["--target", triple]].concat());
    command.env("RUSTFLAGS", FLAGS.join(" "));
    proc::run(command)?;
    Ok(format!("{WORK}/{triple}/release"))
}

fn one(programs: &str, target: &str, task: &Task) -> Result<(), String> {
    let corpus = format!("fuzz/corpus/{target}");
    let found = format!("{WORK}/found/{target}");
    for directory in [&corpus, &found, &format!("{WORK}/broken")] {
        let path = crate::root().join(directory);
        fs::create_dir_all(&path).map_err(|error| format!("{directory}: {error}"))?;
    }
    let mut command = proc::command(&format!("{programs}/{target}"), &[]);
    command.arg(format!("-artifact_prefix={WORK}/broken/{target}-"));
    command.arg(format!("-max_len={INPUT_BYTES_MAX}"));
    command.arg(format!("-rss_limit_mb={MEMORY_MIB_MAX}"));
    command.arg(format!("-timeout={INPUT_SECONDS_MAX}"));
    let limit = match task {
        Task::Search { seconds, seed } => {
            search(&mut command, *seconds, *seed);
            command.args([&found, &corpus]);
            Duration::from_secs(*seconds) + PATIENCE
        }
        Task::Keep => {
            // By edges alone: by how often each was taken, too, a corpus is ten times as large.
            command.args(["-set_cover_merge=1", "-use_counters=0", &corpus, &found]);
            KEEP_PATIENCE
        }
        Task::Input(file) => {
            command.arg(Path::new(file));
            PATIENCE
        }
    };
    let status = proc::watch(command, limit, |_| {})?;
    if status.success() { Ok(()) } else { Err(format!("fuzz: {target}: {status}")) }
}

fn search(command: &mut Command, seconds: u64, seed: Option<&str>) {
    command.arg(format!("-max_total_time={seconds}")).arg("-print_final_stats=1");
    match seed {
        Some(seed) => command.arg(format!("-seed={seed}")).arg("-verbosity=0"),
        None => command,
    };
}
