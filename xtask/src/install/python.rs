//! What comes from PyPI: the Python clients, and wheels that hold another language.

use std::path::{Path, PathBuf};
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
    let made = make_environment(&venv, &requirements);
    made.map_err(|error| format!("{by_hand} ({error})"))?;
    stamp.set()
}

/// A virtual environment made anew with what a file of requirements pins.
pub(super) fn make_environment(venv: &Path, requirements: &Path) -> Result<(), String> {
    proc::run(proc::command("python3", &["-m", "venv", "--clear", &text(venv)]))?;
    let install = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-r"];
    let python = text(&venv.join("bin/python"));
    proc::run(proc::command(&python, &[&install[..], &[&text(requirements)]].concat()))
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
