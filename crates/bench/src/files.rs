//! A file per object: what a store without a journal does for a durable PUT.

use crate::bodies::Bodies;
use crate::settings::PUT_CONNECTIONS;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::ScopedJoinHandle;
use std::time::Instant;

/// Objects and the directories that they go to in turn.
pub struct Tree<'a> {
    pub root: &'a Path,
    pub directories: usize,
    pub bodies: &'a Bodies,
}

/// Writes `count` new objects from [`PUT_CONNECTIONS`] threads: each to a temporary file, synced,
/// renamed to its name, its directory synced. Returns objects per second.
pub fn write_objects(tree: &Tree<'_>, count: usize) -> Result<f64, String> {
    let root = tree.root;
    for directory in 0..tree.directories {
        let path = root.join(format!("{directory:02x}"));
        fs::create_dir_all(&path).map_err(|error| format!("{}: {error}", path.display()))?;
    }
    let next = AtomicUsize::new(0);
    let started = Instant::now();
    std::thread::scope(|scope| {
        let write = || write_until(count, tree, &next);
        let threads: Vec<_> = (0..PUT_CONNECTIONS).map(|_| scope.spawn(write)).collect();
        let join = |thread: ScopedJoinHandle<'_, Result<(), String>>| {
            thread.join().map_err(|_| "a writer panicked".to_owned())?
        };
        threads.into_iter().try_for_each(join)
    })?;
    Ok(count as f64 / started.elapsed().as_secs_f64())
}

fn write_until(count: usize, tree: &Tree<'_>, next: &AtomicUsize) -> Result<(), String> {
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= count {
            return Ok(());
        }
        let directory = tree.root.join(format!("{:02x}", number % tree.directories));
        write_object(&directory, number, tree.bodies)
            .map_err(|error| format!("{}: {error}", directory.display()))?;
    }
}

fn write_object(directory: &Path, number: usize, bodies: &Bodies) -> std::io::Result<()> {
    let temporary = directory.join(format!("{number:08}.tmp"));
    let mut file = File::create(&temporary)?;
    file.write_all(bodies.of(number))?;
    file.sync_all()?;
    fs::rename(&temporary, directory.join(format!("{number:08}")))?;
    File::open(directory)?.sync_all()
}
