//! `cargo xtask test` and `cargo xtask soak`: the crates' tests, then the black-box rounds and
//! every client suite against a real server process, and one count over all of them.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use crate::install::{self, Places};
use crate::proc;
use crate::tally::Tally;

/// The Rust client's crate: a workspace of its own, so that its HTTP stack stays out of ours.
pub const CLIENT_CRATE: &str = "tests/clients/object-store/Cargo.toml";

/// The name that selects the crates' tests.
const CRATES: &str = "crates";

/// The name that selects the rounds on a disk that loses power.
const BLACK_BOX: &str = "black-box";
/// The exit code by which those say that this machine cannot mount.
const CANNOT_MOUNT: i32 = 3;
/// And the one by which a client suite says so: pytest has taken the small ones.
const CLIENT_CANNOT_MOUNT: i32 = 77;

/// How much a client suite does.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Length {
    /// Minutes: for every change.
    Test,
    /// Hours: before a release.
    Soak,
}

impl Length {
    /// The counts that the suites read, as environment variables. They must not begin with
    /// `LARDER_`: the server refuses settings that it does not know.
    fn counts(self) -> [(&'static str, &'static str); 4] {
        let (files, mebibytes, rounds, patience) = match self {
            Self::Test => ("2000", "64", "3", "1"),
            Self::Soak => ("20000", "2048", "50", "10"),
        };
        [
            ("CLIENTS_TREE_FILES", files),
            ("CLIENTS_LARGE_MIB", mebibytes),
            ("CLIENTS_KILL_ROUNDS", rounds),
            ("CLIENTS_PATIENCE", patience),
        ]
    }

    /// Black-box rounds of each kind.
    fn black_box_rounds(self) -> &'static str {
        match self {
            Self::Test => "4",
            Self::Soak => "150",
        }
    }

    /// The longest that one suite may take.
    fn suite_limit(self) -> Duration {
        match self {
            Self::Test => Duration::from_secs(12 * 60),
            Self::Soak => Duration::from_secs(3 * 60 * 60),
        }
    }
}

/// What is known before the suites run, and said again at the end, where it is seen.
#[derive(Default)]
pub struct Before<'a> {
    /// Checks that failed.
    pub failed: Vec<&'a str>,
    /// What checks that passed did not look at.
    pub notes: Vec<String>,
}

/// Runs the suites named by `only`, or all of them.
///
/// # Errors
/// Any failure. The message is empty then: the counts, already printed, are to be the last line.
pub fn run(length: Length, only: &[String], before: &Before<'_>) -> Result<(), String> {
    let places = Places::new();
    let names = client_suites(&places)?;
    let known = |name: &String| name == CRATES || name == BLACK_BOX || names.contains(name);
    if let Some(unknown) = only.iter().find(|name| !known(name)) {
        let names = names.join(", ");
        return Err(format!("no suite {unknown:?}; there are {CRATES}, {BLACK_BOX}, {names}"));
    }
    let chosen = |name: &str| only.is_empty() || only.iter().any(|one| one == name);
    let started = Instant::now();
    let mut rows = Vec::new();
    install::build_tools();
    if names.iter().any(|name| chosen(name)) {
        install::run(&places);
    }
    if chosen(BLACK_BOX) {
        install::mount_helper();
    }
    if chosen(BLACK_BOX) || names.iter().any(|name| chosen(name)) {
        let build = proc::run(proc::cargo(&["build", "--release", "--package", "larder"]));
        rows.extend(build.err().map(|error| {
            eprintln!("{error}");
            Row::new("build of the server", Tally { passed: 0, failed: 1 }, started)
        }));
    }
    if chosen(CRATES) && length == Length::Test || only.iter().any(|name| name == CRATES) {
        rows.push(crates());
        rows.push(races());
    }
    if chosen(BLACK_BOX) {
        rows.push(black_box(length));
    }
    for name in names.iter().filter(|name| chosen(name)) {
        rows.push(client(&places, name, length));
    }
    summarise(&rows, before, started)
}

struct Row {
    name: String,
    tally: Tally,
    took: Duration,
}

impl Row {
    fn new(name: &str, tally: Tally, started: Instant) -> Self {
        Self { name: name.to_string(), tally, took: started.elapsed() }
    }
}

/// The names of the client suites: `tests/clients/test_NAME.py`.
fn client_suites(places: &Places) -> Result<Vec<String>, String> {
    let failed = |error| format!("{}: {error}", places.sources.display());
    let mut names = Vec::new();
    for entry in fs::read_dir(&places.sources).map_err(failed)? {
        let file = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        let name = file.strip_prefix("test_").and_then(|name| name.strip_suffix(".py"));
        names.extend(name.map(str::to_string));
    }
    names.sort();
    Ok(names)
}

fn crates() -> Row {
    let started = Instant::now();
    let tally = Arc::new(Mutex::new(Tally::default()));
    let counter = Arc::clone(&tally);
    let test = proc::cargo(&["test", "--workspace", "--no-fail-fast"]);
    let status = proc::watch(test, Duration::from_secs(25 * 60), move |line| {
        counter.lock().expect("nothing panics while it counts").add_cargo_line(line);
    });
    let counted = *tally.lock().expect("nothing panics while it counts");
    finish(CRATES, counted.judged(&status), &status, started)
}

/// The engine's races under the model checker: built apart, for its locks are the checker's there.
fn races() -> Row {
    let started = Instant::now();
    let tally = Arc::new(Mutex::new(Tally::default()));
    let counter = Arc::clone(&tally);
    let package = ["test", "--package", "larder-storage-local"];
    let test =
        proc::cargo(&[&package[..], &["--features", "model-check", "--test", "races"]].concat());
    let status = proc::watch(test, Duration::from_secs(10 * 60), move |line| {
        counter.lock().expect("nothing panics while it counts").add_cargo_line(line);
    });
    let counted = *tally.lock().expect("nothing panics while it counts");
    finish("races", counted.judged(&status), &status, started)
}

fn black_box(length: Length) -> Row {
    let started = Instant::now();
    let tally = Arc::new(Mutex::new(Tally::default()));
    let counter = Arc::clone(&tally);
    let rounds = ["--", "--rounds", length.black_box_rounds()];
    let run = ["run", "--release", "--quiet", "--package", "larder-blackbox"];
    let run = proc::cargo(&[&run[..], &rounds[..]].concat());
    let status = proc::watch(run, length.suite_limit(), move |line| {
        counter.lock().expect("nothing panics while it counts").add_black_box_line(line);
    });
    if status.as_ref().is_ok_and(|status| status.code() == Some(CANNOT_MOUNT)) {
        // Why, it has said itself; here it is seen again at the end.
        return Row::new("black-box SKIPPED", Tally::default(), started);
    }
    let counted = *tally.lock().expect("nothing panics while it counts");
    finish(BLACK_BOX, counted.judged(&status), &status, started)
}

fn client(places: &Places, name: &str, length: Length) -> Row {
    let started = Instant::now();
    let report = places.work.join(format!("report-{name}.xml"));
    // A report of an earlier run must not be counted when this one dies before it writes its own.
    let _ = fs::remove_file(&report);
    let status = proc::watch(pytest(places, name, length, &report), length.suite_limit(), |_| {});
    if status.as_ref().is_ok_and(|status| status.code() == Some(CLIENT_CANNOT_MOUNT)) {
        return Row::new(&format!("{name} SKIPPED"), Tally::default(), started);
    }
    let tally = Tally::from_junit(&fs::read_to_string(&report).unwrap_or_default());
    finish(name, tally.judged(&status), &status, started)
}

fn pytest(places: &Places, name: &str, length: Length, report: &Path) -> Command {
    let suite = places.sources.join(format!("test_{name}.py")).display().to_string();
    let report = format!("--junitxml={}", report.display());
    let python = places.python.display().to_string();
    let mut command = proc::command(&python, &["-m", "pytest", &suite, &report]);
    command.env("PATH", places.path_variable()).env("PYTHONDONTWRITEBYTECODE", "1");
    command.env("CLIENTS_WORK", &places.work);
    let server = target_directory().join("release/larder");
    command.env("CLIENTS_SERVER", server).envs(length.counts());
    command
}

fn target_directory() -> std::path::PathBuf {
    let chosen = std::env::var_os("CARGO_TARGET_DIR").map(std::path::PathBuf::from);
    crate::root().join(chosen.unwrap_or("target".into()))
}

fn finish(
    name: &str,
    tally: Tally,
    status: &Result<std::process::ExitStatus, String>,
    started: Instant,
) -> Row {
    if let Err(error) = status {
        eprintln!("{name}: {error}");
    }
    Row::new(name, tally, started)
}

fn summarise(rows: &[Row], before: &Before<'_>, started: Instant) -> Result<(), String> {
    let mut total = Tally::default();
    println!("\nsuite                  passed  failed  seconds");
    for row in rows {
        let (tally, seconds) = (row.tally, row.took.as_secs());
        println!("{:<22} {:>6}  {:>6}  {seconds:>7}", row.name, tally.passed, tally.failed);
        total += tally;
    }
    println!("all of it took {} s\n", started.elapsed().as_secs());
    for note in &before.notes {
        println!("{note}");
    }
    if !before.failed.is_empty() {
        println!("checks that FAILED before the tests: {}", before.failed.join(", "));
    }
    println!("{} passed, {} failed", total.passed, total.failed);
    if total.failed > 0 || !before.failed.is_empty() {
        return Err(String::new());
    }
    Ok(())
}
