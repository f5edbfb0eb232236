//! `cargo xtask ci`: everything that a change must pass, cheapest first.

use std::cell::RefCell;

use crate::suites::{self, Before, CLIENT_CRATE};
use crate::{deny, fuzz, iamgen, install, proc, querygen, s3gen, tidy};

/// A check by its name.
type Step<'a> = (&'a str, &'a dyn Fn() -> Result<(), String>);

/// Runs the checks and then the tests. Every check runs even when an earlier one failed, so that
/// one run shows all that is wrong.
///
/// # Errors
/// Any failure. The message is empty: what failed is printed before the last line, the count.
pub fn run() -> Result<(), String> {
    let all_targets = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    let races = ["clippy", "--package", "larder-storage-local", "--features", "model-check"];
    let races = [&races[..], &["--test", "races", "--", "-D", "warnings"]].concat();
    let client_crate = ["fmt", "--check", "--manifest-path", CLIENT_CRATE];
    let fuzz_crate = ["fmt", "--check", "--manifest-path", fuzz::CRATE];
    let fuzz_targets = ["clippy", "--manifest-path", fuzz::CRATE, "--target-dir", "target"];
    let fuzz_targets = [&fuzz_targets[..], &["--", "-D", "warnings"]].concat();
    // What a check that passed did not look at.
    let notes = RefCell::new(Vec::new());
    let steps: [Step; 12] = [
        ("fmt", &|| proc::run(proc::cargo(&["fmt", "--all", "--check"]))),
        ("fmt of the client crate", &|| proc::run(proc::cargo(&client_crate))),
        ("fmt of the fuzz targets", &|| proc::run(proc::cargo(&fuzz_crate))),
        ("tidy", &tidy::run),
        ("deny", &|| deny::run(&[]).map(|note| notes.borrow_mut().extend(note))),
        ("s3gen --check", &|| s3gen::run(&["--check".to_string()])),
        ("querygen --check", &|| querygen::run(&["--check".to_string()])),
        ("iamgen --check", &|| iamgen::run(&["--check".to_string()])),
        ("clippy", &|| proc::run(proc::cargo(&all_targets))),
        ("clippy of the races", &|| proc::run(proc::cargo(&races))),
        ("clippy of the fuzz targets", &|| proc::run(proc::cargo(&fuzz_targets))),
        ("fuzz", &fuzz::ci),
    ];
    let mut failed = Vec::new();
    install::build_tools();
    install::cpp_compiler();
    for (name, step) in steps {
        if let Err(error) = step() {
            eprintln!("ci: {name} FAILED: {error}");
            failed.push(name);
        }
    }
    // Last, so that its count is the last line.
    let before = Before { failed, notes: notes.take() };
    suites::run(suites::Length::Test, &[], &before)
}
