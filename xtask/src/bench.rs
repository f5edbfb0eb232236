//! `cargo xtask bench`: the release builds, then what they cost.

use crate::proc;

/// Builds server and bench, then runs the bench with `args`.
///
/// # Errors
/// A build fails, or the run does.
pub fn run(args: &[String]) -> Result<(), String> {
    // One at a time: built together, the server would get the features that the bench asks for.
    for package in ["larder", "larder-bench"] {
        proc::run(proc::cargo(&["build", "--release", "-p", package]))?;
    }
    let bench = crate::root().join("target/release/larder-bench");
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    proc::run(proc::command(&bench.display().to_string(), &args))
}
