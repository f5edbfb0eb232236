//! `cargo xtask ci`: everything that a change must pass, cheapest first.

use crate::suites::{self, CLIENT_CRATE};
use crate::{deny, install, proc, s3gen, tidy};

/// A check by its name.
type Step<'a> = (&'a str, &'a dyn Fn() -> Result<(), String>);

/// Runs the checks and then the tests. Every check runs even when an earlier one failed, so that
/// one run shows all that is wrong.
///
/// # Errors
/// Any failure. The message is empty: what failed is printed before the last line, the count.
pub fn run() -> Result<(), String> {
    let all_targets = ["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"];
    let client_crate = ["fmt", "--check", "--manifest-path", CLIENT_CRATE];
    let steps: [Step; 6] = [
        ("fmt", &|| proc::run(proc::cargo(&["fmt", "--all", "--check"]))),
        ("fmt of the client crate", &|| proc::run(proc::cargo(&client_crate))),
        ("tidy", &tidy::run),
        ("deny", &deny::run),
        ("s3gen --check", &|| s3gen::run(&["--check".to_string()])),
        ("clippy", &|| proc::run(proc::cargo(&all_targets))),
    ];
    let mut failed = Vec::new();
    install::build_tools();
    for (name, step) in steps {
        if let Err(error) = step() {
            eprintln!("ci: {name} FAILED: {error}");
            failed.push(name);
        }
    }
    // Last, so that its count is the last line.
    suites::run(suites::Length::Test, &[], &failed)
}
