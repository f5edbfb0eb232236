//! What comes from PyPI: the Python clients, and wheels that hold another language.

use std::path::PathBuf;
use std::process::Command;

use super::{Places, Stamp, text};
use crate::proc;

/// The virtual environment with the pinned requirements. It is made again when they change.
pub(super) fn environment(places: &Places) -> Result<(), String> {
    let requirements = places.sources.join("requirements.txt");
    let venv = places.work.join("venv");
    let stamp = Stamp::of(&[&requirements], &venv)?;
    if stamp.holds() && proc::succeeds(pip(places, &["--version"])) {
        return Ok(());
    }
    let by_hand = "not installed: the Python clients; python3 with venv and PyPI are needed";
    let made = proc::run(proc::command("python3", &["-m", "venv", "--clear", &text(&venv)]));
    made.map_err(|error| format!("{by_hand} ({error})"))?;
    requirements_of(places, "requirements.txt").map_err(|error| format!("{by_hand} ({error})"))?;
    stamp.set()
}

/// Installs what a file of `tests/clients` pins.
pub(super) fn requirements_of(places: &Places, file: &str) -> Result<(), String> {
    let file = text(&places.sources.join(file));
    let install = ["install", "--quiet", "--disable-pip-version-check", "-r", &file];
    proc::run(pip(places, &install))
}

/// The directory of an installed package.
pub(super) fn package(places: &Places, name: &str) -> Result<PathBuf, String> {
    let script = format!("import {name}, pathlib; print(pathlib.Path({name}.__file__).parent)");
    let printed = proc::output(proc::command(&text(&places.python), &["-c", &script]))?;
    Ok(printed.trim().into())
}

fn pip(places: &Places, args: &[&str]) -> Command {
    proc::command(&text(&places.python), &[&["-m", "pip"], args].concat())
}
