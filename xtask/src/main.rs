//! Everything repeated, as one command: `cargo xtask ci | test | soak | fuzz | bench | tidy` ...
//!
//! Holds: the checks of the house, the generators of the service models, the runner of the tests.
//! Never: anything that ships; no crate depends on it.
//! Enter at: [`main`], which only dispatches.

// A tool for people and CI, not the product: it reads the tree, starts processes and measures time
// itself, and no simulation ever runs it.
#![allow(clippy::disallowed_methods)]

mod bench;
mod ci;
mod deny;
mod fuzz;
mod iamgen;
mod install;
mod proc;
mod querygen;
mod s3gen;
mod suites;
mod tally;
mod tidy;
mod wheel;

use std::path::PathBuf;
use std::process::ExitCode;

const HELP: &str = "\
cargo xtask ci      fmt, clippy, tidy, deny, what is generated, a short fuzz, then test
cargo xtask test    install what the tests need, run the crates' tests, the black-box rounds and
                    every client suite
cargo xtask soak    the black-box rounds and the client suites with the long counts
cargo xtask fuzz    search for inputs that break the decoders, 20 minutes for each target (-h)
cargo xtask bench   what the release build costs, beside what it is compared with (--help)
cargo xtask tidy    ranks, sizes, names, room cards, text
cargo xtask deny    licences, sources, duplicates and advisories of the dependencies (-h)
cargo xtask s3gen   write the S3 model from the AWS service model (--check: only compare)
cargo xtask querygen  write the IAM and STS models, as s3gen does
cargo xtask iamgen  write the actions and condition keys of S3 from AWS's service reference

test and soak take suites by name: `cargo xtask test rclone kill`, `cargo xtask test crates`,
`cargo xtask soak black-box`.";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let rest = args.get(1..).unwrap_or_default();
    let outcome = match args.first().map(String::as_str) {
        Some("ci") => ci::run(),
        Some("test") => suites::run(suites::Length::Test, rest, &suites::Before::default()),
        Some("soak") => suites::run(suites::Length::Soak, rest, &suites::Before::default()),
        Some("fuzz") => fuzz::run(rest),
        Some("bench") => bench::run(rest),
        Some("tidy") => tidy::run(),
        Some("deny") => deny::run(rest).map(|_| ()),
        Some("s3gen") => s3gen::run(rest),
        Some("querygen") => querygen::run(rest),
        Some("iamgen") => iamgen::run(rest),
        Some("help" | "--help" | "-h") => {
            println!("{HELP}");
            Ok(())
        }
        Some(other) => Err(format!("unknown command {other:?}\n{HELP}")),
        None => Err(HELP.to_string()),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        // Empty: all has been said, and the last line is to stay the last.
        Err(message) if message.is_empty() => ExitCode::FAILURE,
        Err(message) => {
            eprintln!("xtask: {message}");
            ExitCode::FAILURE
        }
    }
}

/// The directory that holds the workspace's `Cargo.toml`.
fn root() -> PathBuf {
    let manifest = std::path::Path::new(env!("CARGO_MANIFEST_DIR"));
    manifest.parent().expect("xtask lies in the workspace").to_path_buf()
}
