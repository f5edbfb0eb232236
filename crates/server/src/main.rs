//! The binary `larder`: one process that serves S3.
//!
//! Holds: subcommands, settings, wiring, listeners, the log, the metrics page, shutdown.
//! Never: what S3 means (`s3-api`, `objects`), how data is kept (`storage-local`).
//! Enter at: `main`; `wiring.rs` puts the parts together, `listener` accepts, `answer.rs` answers.

mod admin;
mod allocator;
mod answer;
mod banner;
mod commands;
mod control;
mod keys;
mod limits;
mod listener;
mod log;
mod master_key;
mod metrics;
mod privacy;
mod query;
mod report;
mod root;
mod settings;
mod store;
mod wiring;

use std::io::Write;
use std::process::ExitCode;

/// The version of this build.
const VERSION: &str = env!("CARGO_PKG_VERSION");

fn main() -> ExitCode {
    let words: Result<Vec<String>, _> =
        std::env::args_os().skip(1).map(std::ffi::OsString::into_string).collect();
    let result = match words {
        Ok(words) => run(&words),
        Err(word) => Err(format!("{} is not UTF-8", word.display())),
    };
    match result {
        Ok(code) => code,
        Err(message) => {
            eprintln!("larder: {message}");
            ExitCode::FAILURE
        }
    }
}

/// Runs a subcommand. An error is one line that says how to mend it.
fn run(words: &[String]) -> Result<ExitCode, String> {
    let asks = |long: &str, short: &str| words.iter().any(|word| word == long || word == short);
    let serve = |words: &[String]| wiring::serve(words).map(|()| ExitCode::SUCCESS);
    if words.first().is_some_and(|word| word == "bench") && asks("--help", "-h") {
        return print(commands::BENCH_HELP);
    }
    if asks("--help", "-h") {
        return print(&settings::help());
    }
    if asks("--version", "-V") {
        return print(&format!("larder {VERSION}\n"));
    }
    match words.split_first() {
        Some((word, rest)) if word == "serve" => serve(rest),
        Some((word, rest)) if word == "check" => Ok(commands::run(commands::check(rest))),
        Some((word, rest)) if word == "repair" => Ok(commands::run(commands::repair(rest))),
        Some((word, rest)) if word == "scrub" => Ok(commands::run(commands::scrub(rest))),
        Some((word, rest)) if word == "backup" => Ok(commands::run(commands::backup(rest))),
        Some((word, rest)) if word == "restore" => Ok(commands::run(commands::restore(rest))),
        Some((word, rest)) if word == "bench" => Ok(commands::run(commands::bench(rest))),
        Some((word, [])) if word == "help" => print(&settings::help()),
        Some((word, [])) if word == "version" => print(&format!("larder {VERSION}\n")),
        Some((word, _)) if !word.starts_with('-') => {
            Err(format!("unknown subcommand {word:?}; known are {}", commands::names()))
        }
        _ => serve(words),
    }
}

fn print(text: &str) -> Result<ExitCode, String> {
    // A reader such as `head` may have gone.
    let _ = std::io::stdout().write_all(text.as_bytes());
    Ok(ExitCode::SUCCESS)
}
