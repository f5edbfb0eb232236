//! The real binary on a file system that loses power, runs full, fails and rots.
//!
//! Holds: the disk and its mount, an S3 client that remembers what was acknowledged, the rounds.
//! Never: anything that ships; knowledge of how the server stores what it is given.
//! Enter at: [`main`]; `docs/black-box.md` says what is claimed.

// It starts and kills servers, and measures the real clock.
#![allow(clippy::disallowed_methods)]

mod chance;
mod client;
mod disk;
mod ledger;
mod load;
mod mount;
mod report;
mod rounds;
mod server;
mod settings;
mod stand;
mod tools;

use server::Launch;
use settings::Settings;
use stand::Plan;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tools::Tools;

/// The exit code that says that this machine cannot mount.
const CANNOT_MOUNT: u8 = 3;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    if words.iter().any(|word| word == "--help" || word == "-h") {
        println!("{}", settings::HELP);
        return ExitCode::SUCCESS;
    }
    match Settings::parse(&words).and_then(|settings| run(&settings)) {
        Ok(code) => ExitCode::from(code),
        Err(message) => {
            eprintln!("blackbox: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Runs everything; the exit code says whether something was wrong.
fn run(settings: &Settings) -> Result<u8, String> {
    let work = work_directory()?;
    if let Some(obstacle) = mount::obstacle(&work.join("mount")) {
        let _ = std::fs::remove_dir_all(&work);
        println!("black box SKIPPED: {obstacle}; /dev/fuse and the right to mount are needed");
        return Ok(CANNOT_MOUNT);
    }
    let since = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let seed = settings.seed.unwrap_or(since);
    let plan = plan(settings, work)?;
    let started = Instant::now();
    println!("seed {seed}, {} rounds of each kind", settings.rounds);
    let (mut passed, mut failed, mut text) = (0, 0, String::new());
    for kind in &settings.kinds {
        let sum = rounds::run(&plan, *kind, settings.rounds, seed)?;
        passed += sum.passed;
        failed += sum.failed;
        text += &format!("\n{}", sum.text(*kind));
    }
    println!("{text}");
    println!("seed {seed}; it took {} s", started.elapsed().as_secs());
    println!("black box: {passed} passed, {failed} failed");
    if failed == 0 {
        // The logs of failed rounds stay.
        let _ = std::fs::remove_dir_all(&plan.work);
    }
    Ok(u8::from(failed > 0))
}

/// One directory a run, so that two runs do not meet.
fn work_directory() -> Result<PathBuf, String> {
    let work = own_directory()?.join(format!("blackbox-{}", std::process::id()));
    let made = std::fs::create_dir_all(work.join("mount"));
    made.map_err(|error| format!("{}: {error}", work.display()))?;
    Ok(work)
}

/// Where this program lies, and the server beside it.
fn own_directory() -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| format!("own binary: {error}"))?;
    let directory = own.parent().ok_or("own binary has no directory")?;
    Ok(directory.to_owned())
}

fn plan(settings: &Settings, work: PathBuf) -> Result<Plan, String> {
    let (launch, tools) = match (&settings.server, &settings.larder) {
        (Some(line), _) => (Launch::other(line), Tools::default()),
        (None, larder) => {
            let binary = match larder {
                Some(binary) => binary.clone(),
                None => built(&own_directory()?)?,
            };
            (Launch::larder(&binary), Tools::of(&binary))
        }
    };
    let disk_bytes = settings.disk_mib << 20;
    Ok(Plan { launch, work, disk_bytes, tear: settings.tear, tools })
}

/// The server's binary of the same profile, brought up to date when cargo is at hand.
fn built(directory: &Path) -> Result<PathBuf, String> {
    let binary = directory.join("larder");
    if let Some(cargo) = std::env::var_os("CARGO") {
        let mut command = Command::new(cargo);
        command.args(["build", "--quiet", "--package", "larder"]);
        if directory.file_name().is_some_and(|name| name == "release") {
            command.arg("--release");
        }
        let status = command.status().map_err(|error| format!("{command:?}: {error}"))?;
        if !status.success() {
            return Err(format!("{command:?}: {status}"));
        }
    }
    if binary.is_file() {
        Ok(binary)
    } else {
        Err(format!("{} is missing; build it or give --larder", binary.display()))
    }
}
