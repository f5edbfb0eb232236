//! Bits of what is stored flip. The rule is: an error, never wrong bytes; and what is not damaged
//! is served as before.

use crate::book::Book;
use crate::checkers::Violation;
use crate::client::Ctx;
use crate::faults::Excuses;
use crate::machine::Machine;
use crate::observe::{Eyes, look};
use crate::workloads::Workload;
use larder_platform::sim::Prng;
use larder_platform::{Disk, OpenMode};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// Bits that flip.
const FLIPS_MAX: u64 = 12;
const JOURNAL: &str = "/data/journal";
const BLOBS: &str = "/data/blobs";

fn broken(what: String) -> Violation {
    Violation::new("errors, never wrong bytes", what)
}

fn ctx(machine: &Machine, book: &Arc<Mutex<Book>>, workload: &'static Workload) -> Ctx {
    let server = machine.server();
    Ctx {
        book: book.clone(),
        objects: server.objects.clone(),
        local: server.local.clone(),
        platform: server.platform.clone(),
        faults: machine.sim.faults(),
        workload,
        settings: machine.knobs.settings,
        excuses: Excuses { damage: true, ..Excuses::default() },
        impatient: false,
        pace_us: 0,
    }
}

/// Flips bits, reads everything, restarts, reads everything again if the server starts.
pub(crate) fn rot(
    machine: &mut Machine,
    book: &Arc<Mutex<Book>>,
    workload: &'static Workload,
    rng: &mut Prng,
) -> Result<(), Violation> {
    let shared = ctx(machine, book, workload);
    let files = candidates(&*shared.platform.disk).map_err(|error| broken(error.to_string()))?;
    if files.is_empty() {
        return Ok(());
    }
    for _ in 0..1 + rng.below(FLIPS_MAX) {
        let (path, length) = &files[rng.index(files.len())];
        let flipped = machine.sim.faults().flip_bit(path, rng.below(*length));
        flipped.map_err(|error| broken(format!("{}: {error}", path.display())))?;
    }
    let eyes = Eyes { deep: true, damaged: true };
    let before = machine.sim.block_on(look(&shared, rng, eyes))?;
    drop(shared);
    machine.cut();
    match machine.open() {
        Ok(()) => {}
        Err(error) => {
            // What to do is in the message.
            let text = error.to_string();
            return if text.contains("larder repair") {
                Ok(())
            } else {
                Err(broken(format!("the start says nothing of a repair: {text}")))
            };
        }
    }
    let shared = ctx(machine, book, workload);
    let after = machine.sim.block_on(look(&shared, rng, eyes))?;
    if (&before.present, before.unreadable) == (&after.present, after.unreadable) {
        Ok(())
    } else {
        Err(broken(format!(
            "before the restart {} versions stood and {} could not be read, now {} and {}",
            before.present.len(),
            before.unreadable,
            after.present.len(),
            after.unreadable
        )))
    }
}

/// Files in which a bit may flip, with their lengths. Not the journal's newest segment: damage of
/// its last batch looks like the end that a cut left, and nothing can tell the two apart.
fn candidates(disk: &dyn Disk) -> std::io::Result<Vec<(PathBuf, u64)>> {
    let mut files = Vec::new();
    for directory in disk.list(Path::new(BLOBS))? {
        let directory = Path::new(BLOBS).join(directory);
        for name in disk.list(&directory)? {
            let path = directory.join(name);
            let length = disk.open(&path, OpenMode::Read)?.length()?;
            files.push((path, length));
        }
    }
    files.retain(|(_, length)| *length > 0);
    let mut segments = Vec::new();
    for name in disk.list(Path::new(JOURNAL))? {
        let path = Path::new(JOURNAL).join(name);
        let file = disk.open(&path, OpenMode::Read)?;
        let mut sequence = [0; 8];
        file.read_at(&mut sequence, 8)?;
        segments.push((u64::from_le_bytes(sequence), path, file.length()?));
    }
    segments.sort_unstable();
    segments.pop();
    files.extend(segments.into_iter().map(|(_, path, length)| (path, length)));
    Ok(files)
}
