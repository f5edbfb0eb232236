//! `larder-sim`: many seeds, one seed in detail, or the crash sweep.

// The simulation itself is single-threaded; the command runs one on each core.
#![allow(clippy::disallowed_methods)]

use larder_flags::Syntax;
use larder_sim::plan::{OPERATIONS, Plan};
use larder_sim::report::Report;
use larder_sim::run::{Failure, run};
use larder_sim::sweep::{cut_at, sweep};
use larder_sim::workloads::{self, Workload};
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const HELP: &str = "\
larder-sim [--seeds N] [--first-seed N] [--ops N] [--only WORKLOAD] [--threads N]
    runs seeds, each a machine of its own, and prints what happened
larder-sim --seed N [--ops N] [--only WORKLOAD]
    replays one seed and tells what it does
larder-sim --sweep [--seeds N] [--first-seed N] [--only WORKLOAD] [--cut N]
    cuts small workloads at every one of their syncs, or at one of them";

/// Seeds of a sweep when nothing else is said.
const SWEEP_SEEDS: u64 = 3;
/// How often a long run says how far it is.
const PROGRESS: Duration = Duration::from_secs(30);

struct Settings {
    seeds: Option<u64>,
    first_seed: u64,
    operations: u64,
    only: Option<&'static Workload>,
    seed: Option<u64>,
    sweep: bool,
    cut: Option<u64>,
    threads: usize,
}

const FLAGS: [&str; 7] =
    ["--seeds", "--first-seed", "--ops", "--seed", "--cut", "--threads", "--only"];
const THREADS_MAX: u64 = 64;

fn settings(args: &[String]) -> Result<Settings, String> {
    let syntax = Syntax { values: &FLAGS, switches: &["--sweep"], ..Syntax::default() };
    let line = syntax.read(args)?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    Ok(Settings {
        seeds: line.number("--seeds", 0..=u64::MAX)?,
        first_seed: line.number("--first-seed", 0..=u64::MAX)?.unwrap_or(0),
        operations: line.number("--ops", 1..=u64::MAX)?.unwrap_or(OPERATIONS),
        only: line.get("--only").map(workload).transpose()?,
        seed: line.number("--seed", 0..=u64::MAX)?,
        sweep: line.is_on("--sweep"),
        cut: line.number("--cut", 1..=u64::MAX)?,
        threads: line.number("--threads", 1..=THREADS_MAX)?.map_or(cores, |n| n as usize),
    })
}

fn workload(name: &str) -> Result<&'static Workload, String> {
    let found = workloads::ALL.iter().find(|workload| workload.name == name);
    found.copied().ok_or_else(|| {
        let names: Vec<_> = workloads::ALL.iter().map(|workload| workload.name).collect();
        format!("--only: {name:?} is not one of {}", names.join(", "))
    })
}

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    if args.iter().any(|arg| arg == "--help" || arg == "-h") {
        println!("{HELP}");
        return ExitCode::SUCCESS;
    }
    let result = settings(&args).and_then(|settings| match (settings.seed, settings.sweep) {
        (Some(seed), false) => replay(seed, &settings),
        (_, true) => sweep_all(&settings),
        (None, false) => many(&settings),
    });
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("larder-sim: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The violation and the command that replays it.
fn failed(failure: &Failure, command: &str) -> String {
    format!(
        "seed {} of workload {} broke \"{}\":\n{}\n\
         replay with: cargo run --release -p larder-sim -- {command}",
        failure.seed, failure.workload, failure.violation.checker, failure.violation.what
    )
}

fn of_seed(failure: &Failure, settings: &Settings) -> String {
    let mut command = format!("--seed {}", failure.seed);
    if settings.operations != OPERATIONS {
        command += &format!(" --ops {}", settings.operations);
    }
    if let Some(only) = settings.only {
        command += &format!(" --only {}", only.name);
    }
    failed(failure, &command)
}

fn replay(seed: u64, settings: &Settings) -> Result<(), String> {
    let plan = Plan::draw(seed, settings.operations, settings.only);
    println!("seed {seed}, workload {}", plan.workload.name);
    let outcome = run(&plan, &mut |line| println!("{line}"));
    let outcome = outcome.map_err(|failure| of_seed(&failure, settings))?;
    println!("fingerprint {:016x}", outcome.fingerprint);
    let mut report = Report::default();
    report.add(outcome);
    print!("{}", report.table());
    Ok(())
}

fn many(settings: &Settings) -> Result<(), String> {
    let seeds = settings.seeds.unwrap_or(100);
    let (next, stop) = (AtomicU64::new(0), AtomicBool::new(false));
    let failures = Mutex::new(Vec::new());
    let total = Mutex::new(Report::default());
    let started = Instant::now();
    let last_word = Mutex::new(started);
    std::thread::scope(|scope| {
        for _ in 0..settings.threads {
            scope.spawn(|| {
                let mut report = Report::default();
                while !stop.load(Ordering::Relaxed) {
                    let at = next.fetch_add(1, Ordering::Relaxed);
                    if at >= seeds {
                        break;
                    }
                    let seed = settings.first_seed.wrapping_add(at);
                    let plan = Plan::draw(seed, settings.operations, settings.only);
                    match run(&plan, &mut |_| {}) {
                        Ok(outcome) => report.add(outcome),
                        Err(failure) => {
                            stop.store(true, Ordering::Relaxed);
                            let mut all = failures.lock().unwrap_or_else(PoisonError::into_inner);
                            all.push(failure);
                        }
                    }
                    let mut last = last_word.lock().unwrap_or_else(PoisonError::into_inner);
                    if last.elapsed() > PROGRESS {
                        *last = Instant::now();
                        eprintln!("{at} seeds in {} s", started.elapsed().as_secs());
                    }
                }
                total.lock().unwrap_or_else(PoisonError::into_inner).merge(report);
            });
        }
    });
    let report = total.into_inner().unwrap_or_else(PoisonError::into_inner);
    print!("{}", report.table());
    println!("{:.1} s", started.elapsed().as_secs_f64());
    let failures = failures.into_inner().unwrap_or_else(PoisonError::into_inner);
    if !failures.is_empty() {
        let texts: Vec<_> = failures.iter().map(|failure| of_seed(failure, settings)).collect();
        return Err(texts.join("\n\n"));
    }
    match report.silent_faults() {
        silent if silent.is_empty() => Ok(()),
        // No workload alone meets every fault.
        silent if settings.only.is_some() => {
            println!("faults that never fired: {}", silent.join(", "));
            Ok(())
        }
        silent => Err(format!("these faults never fired: {}", silent.join(", "))),
    }
}

fn sweep_all(settings: &Settings) -> Result<(), String> {
    let seeds = settings.seeds.unwrap_or(SWEEP_SEEDS);
    let workloads = settings.only.map_or(workloads::ALL.to_vec(), |only| vec![only]);
    let mut report = Report::default();
    let mut runs = 0;
    for seed in (0..seeds).map(|at| settings.first_seed.wrapping_add(at)) {
        for workload in &workloads {
            let told = |(failure, cut): (Failure, u64)| {
                let name = workload.name;
                let command =
                    format!("--sweep --first-seed {seed} --seeds 1 --only {name} --cut {cut}");
                failed(&failure, &command)
            };
            match settings.cut {
                Some(cut) => {
                    let outcome = cut_at(seed, workload, cut).map_err(|f| told((f, cut)))?;
                    report.add(outcome);
                    runs += 1;
                }
                None => runs += sweep(seed, workload, &mut |run| report.add(run)).map_err(told)?,
            }
        }
    }
    print!("{}", report.table());
    println!("{runs} cuts, one at every sync of {} workloads and {seeds} seeds", workloads.len());
    Ok(())
}
