//! `larder repair`: the index made anew from the journal, and damaged files out of the way.

use super::words::Words;
use super::{DAMAGE, Failure, StoreSchema, count, open_new, open_verified, print, reactor, say};
use larder_maintenance::Indexes;
use larder_platform::Platform;
use larder_storage_local::Options;
use std::process::ExitCode;

/// Repairs a data directory that no server uses.
pub(crate) fn repair(words: &[String]) -> Result<ExitCode, Failure> {
    let options = Options::new(Words::read(words, &["--data"])?.data());
    let runtime = reactor()?;
    let _entered = runtime.enter();
    let platform = Platform::real();
    let indexes = Indexes {
        old: &|path| open_verified(&platform, path).ok(),
        new: &|path| open_new(&platform, path),
    };
    let schema = &mut StoreSchema::default();
    let repaired = larder_maintenance::repair(&platform, &options, &indexes, schema, &mut print)?;
    say(&format!(
        "the index was made anew from {}: {}",
        count(repaired.records, "record"),
        count(repaired.rows, "row")
    ));
    if repaired.restored > 0 {
        let rows = count(repaired.restored, "row");
        say(&format!("{rows} had damaged records and came from the old index"));
    }
    if let Some(directory) = &repaired.replaced {
        let what = "what was replaced is in";
        say(&format!("{what} {}: remove it when you do not need it", directory.display()));
    }
    if repaired.unnamed > 0 {
        say(&format!(
            "{} of which not even the key is known: rows may be missing or show an older state; \
             restore a backup if you have one",
            count(repaired.unnamed, "damaged place")
        ));
    }
    if repaired.lost > 0 {
        say(&format!("{} lost, named above", count(repaired.lost, "row")));
    }
    if repaired.lost + repaired.unnamed > 0 {
        return Ok(ExitCode::from(DAMAGE));
    }
    say("nothing that the journal held is lost; `larder check` reads the blobs too");
    Ok(ExitCode::SUCCESS)
}
