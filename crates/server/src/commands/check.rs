//! `larder check`: is everything there that was stored?

use super::words::Words;
use super::{DAMAGE, Failure, StoreSchema, count, open_verified, print, reactor, say};
use larder_platform::Platform;
use std::process::ExitCode;

/// Checks a data directory that no server uses.
pub(crate) fn check(words: &[String]) -> Result<ExitCode, Failure> {
    let data = Words::read(words, &["--data"])?.data();
    let runtime = reactor()?;
    let _entered = runtime.enter();
    let platform = Platform::real();
    let checked = larder_maintenance::check(
        &platform,
        &data,
        |path| open_verified(&platform, path),
        &mut StoreSchema::default(),
        &mut print,
    )?;
    say(&format!(
        "read {}, {}, {}, {} ({} bytes)",
        count(checked.segments, "journal segment"),
        count(checked.records, "record"),
        count(checked.rows, "row"),
        count(checked.blobs, "blob"),
        checked.bytes
    ));
    if checked.damages == 0 {
        say(&format!("{} is intact", data.display()));
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!(
        "{} in {}; `larder repair` keeps what is intact and names what is lost",
        count(checked.damages, "damage"),
        data.display()
    ));
    Ok(ExitCode::from(DAMAGE))
}
