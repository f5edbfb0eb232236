//! What Larder costs, beside what it is compared with, in the same run.
//!
//! Holds: a lean load generator, the bare hyper server, a file per object, the measurements.
//! Never: anything that ships; an absolute figure without the one beside it.
//! Enter at: [`main`], which dispatches; `cargo xtask bench` builds and runs it.

// A bench measures the real clock on the real machine, and starts and watches processes itself.
#![allow(clippy::disallowed_methods)]

mod bare;
mod batch;
mod bodies;
mod files;
mod get;
mod life;
mod load;
mod machine;
mod process;
mod put;
mod ready;
mod removals;
mod report;
mod response;
mod settings;
mod size;
#[cfg(test)]
mod tests;

use report::Report;
use settings::{Part, Settings};
use std::process::ExitCode;

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match args.first().map(String::as_str) {
        Some(bare::COMMAND) => bare::main(&args[1..]),
        Some("help" | "--help" | "-h") => {
            println!("{}", settings::HELP);
            Ok(())
        }
        _ => Settings::parse(&args).and_then(|settings| run(&settings)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("bench: {message}");
            ExitCode::FAILURE
        }
    }
}

fn run(settings: &Settings) -> Result<(), String> {
    let work = settings.make_work_directory()?;
    let outcome = measure(settings, &work);
    // Some 500 MB; what cannot be removed is in the way of nobody but the disk.
    if !settings.keep {
        let _ = std::fs::remove_dir_all(&work);
    }
    let report = outcome?;
    println!("\n{}", report.table());
    if settings.markdown {
        println!("{}", report.markdown(settings)?);
    }
    match report.missed() {
        0 => Ok(()),
        missed if settings.check => Err(format!("{missed} limits missed")),
        _ => Ok(()),
    }
}

fn measure(settings: &Settings, work: &std::path::Path) -> Result<Report, String> {
    let mut report = Report::new(machine::file_system(work));
    for part in &settings.parts {
        match part {
            Part::Get => get::measure(settings, work, &mut report)?,
            Part::Put => put::measure(settings, work, &mut report)?,
            Part::Ready => ready::measure(settings, work, &mut report)?,
            Part::Size => size::measure(settings, work, &mut report)?,
            Part::Removals => removals::measure(settings, work, &mut report)?,
            Part::Life => life::measure(settings, work, &mut report)?,
        }
    }
    Ok(report)
}
