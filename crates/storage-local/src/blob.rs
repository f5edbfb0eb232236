//! Large objects as files: `BlobStore`, the pool of files made in advance, orphans.
//!
//! A blob's number is its file's name. Numbers come from ranges that a journal row reserves before
//! the files exist; the row goes when each number of the range is adopted by a commit or discarded.
//! So after a crash only the numbers of open ranges are looked at, never the whole directory.

pub(crate) mod file;
mod memory;
mod reader;
mod writer;

pub use reader::LocalReader;
pub use writer::LocalWriter;

use memory::PieceMemory;

use crate::keys;
use crate::layout::{BLOBS_PER_DIRECTORY, Layout};
use crate::open_error::OpenError;
use crate::pointer::split_value;
use crate::state::EngineState;
use crate::sync::{Mutex, MutexGuard};
use larder_platform::{DiskFile, OpenMode};
use larder_storage::{BlobAddress, BlobError, BlobId, CommitError, Moment};
use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;

/// Files made at once, so that one directory sync serves them all.
const POOL_FILES: u64 = 16;
/// Ranges whose rows go in one commit: their records fit a batch with much room to spare.
const RANGES_CLOSED_MAX: usize = 1000;
/// Open ranges up to which nobody asks whether one was forgotten.
const RANGES_OPEN_EXPECTED: usize = 64;
/// The internal row that holds the next number never reserved.
const NEXT: &[u8] = b"n";

/// The blob store's numbers.
pub(crate) struct Blobs {
    shared: Arc<EngineState>,
    memory: PieceMemory,
    numbers: Mutex<Numbers>,
    /// Held while the pool is refilled: those who come meanwhile wait.
    refill: tokio::sync::Mutex<()>,
}

struct Numbers {
    next: u64,
    ready: Vec<u64>,
    /// A bit for each number of an open range that is neither adopted nor discarded.
    open: BTreeMap<u64, u16>,
    /// Ranges whose row can go.
    closed: Vec<u64>,
    /// The directory that this process has last made durable. That one is there says nothing: its
    /// creation may have been cut off, or its sync may have failed.
    directory: Option<u64>,
}

fn range_key(start: u64) -> Vec<u8> {
    let mut name = vec![b'r'];
    name.extend_from_slice(&start.to_be_bytes());
    keys::internal(&name)
}

fn number(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |number, byte| (number << 8) | u64::from(*byte))
}

pub(crate) fn io_error(shared: &EngineState, error: &io::Error) -> BlobError {
    shared.saw(error);
    match error.kind() {
        io::ErrorKind::StorageFull => BlobError::Full,
        _ => BlobError::Io(error.to_string()),
    }
}

impl Blobs {
    /// Removes the orphans of open ranges.
    pub(crate) fn open(shared: Arc<EngineState>) -> Result<Self, OpenError> {
        let failed = |error: crate::index::IndexError| OpenError::Index(error.0);
        let next = shared.index.get(&keys::internal(NEXT)).map_err(failed)?;
        let next = next.as_deref().and_then(split_value).map_or(0, |(.., value)| number(value));
        let mut closed = Vec::new();
        let (from, to) = (keys::internal(b"r"), keys::internal(b"s"));
        let mut cursor = shared.index.cursor(&from, &to, Moment(u64::MAX >> 8)).map_err(failed)?;
        while let Some((key, _)) = cursor.entry() {
            closed.push(number(&key[2..]));
            cursor.step().map_err(failed)?;
        }
        drop(cursor);
        // A reserved range is never reserved again, whatever else says so.
        let reserved = closed.iter().map(|start| start + POOL_FILES).max();
        let next = next.max(reserved.unwrap_or(0));
        for start in &closed {
            for id in *start..start + POOL_FILES {
                if shared.index.get(&keys::adopted(id)).map_err(failed)?.is_some() {
                    continue;
                }
                match shared.platform.disk.remove(&shared.layout.blob(id)) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => {
                        return Err(error.into());
                    }
                    // The row of the range stays until a later commit: a removal that a crash
                    // undoes is done again.
                    _ => {}
                }
            }
        }
        let (ready, open, directory) = (Vec::new(), BTreeMap::new(), None);
        let numbers = Numbers { next, ready, open, closed, directory };
        let memory = PieceMemory::new(shared.options.transfer_bytes);
        let (numbers, refill) = (Mutex::new(numbers), tokio::sync::Mutex::new(()));
        Ok(Self { shared, memory, numbers, refill })
    }

    fn numbers(&self) -> MutexGuard<'_, Numbers> {
        self.numbers.lock().expect("no panic while locked")
    }

    /// A number whose file exists, empty and durable.
    pub(crate) async fn take(&self) -> Result<u64, BlobError> {
        if let Some(id) = self.numbers().ready.pop() {
            return Ok(id);
        }
        let _refilling = self.refill.lock().await;
        if let Some(id) = self.numbers().ready.pop() {
            return Ok(id);
        }
        self.fill().await?;
        Ok(self.numbers().ready.pop().expect("the pool was filled and only its filler takes"))
    }

    async fn fill(&self) -> Result<(), BlobError> {
        self.settle_adopted();
        let (start, closed) = {
            let mut numbers = self.numbers();
            let left = numbers.closed.len().saturating_sub(RANGES_CLOSED_MAX);
            (numbers.next, numbers.closed.split_off(left))
        };
        // The row that opens the range is durable before the first of its files is made: a file
        // that no open range names would be found by nobody but a walk over all directories. The
        // rows of ranges that are settled go in the same commit, once the removals in them are
        // durable, or a cut could bring back a file whose range nobody looks at any more.
        let next = start + POOL_FILES;
        let (shared, ranges) = (self.shared.clone(), closed.clone());
        let synced = self.shared.platform.blocking(move || sync_ranges(&shared, &ranges)).await;
        if !matches!(synced, Some(Ok(()))) {
            self.numbers().closed.extend(closed);
            return Err(BlobError::Io("a directory could not be synced".into()));
        }
        let puts =
            vec![(range_key(start), vec![1]), (keys::internal(NEXT), next.to_be_bytes().to_vec())];
        let deletes = closed.iter().map(|start| range_key(*start)).collect();
        match self.shared.write_internal(puts, deletes).await {
            Ok(_) => {}
            Err(error) => {
                self.numbers().closed.extend(closed);
                return Err(match error {
                    CommitError::Full => BlobError::Full,
                    CommitError::Stopped => BlobError::Stopped,
                    error => BlobError::Io(format!("{error:?}")),
                });
            }
        }
        self.numbers().next = next;
        let shared = self.shared.clone();
        let directory = start / BLOBS_PER_DIRECTORY;
        let durable = self.numbers().directory == Some(directory);
        let make = move || make_files(&shared, start, durable);
        let made = self.shared.platform.blocking(make).await.ok_or(BlobError::Stopped)?;
        let mut numbers = self.numbers();
        if let Err(error) = made {
            // What was made of the range is removed at the next start.
            return Err(io_error(&self.shared, &error));
        }
        numbers.directory = Some(directory);
        numbers.open.insert(start, u16::MAX);
        numbers.ready.extend((start..next).rev());
        Ok(())
    }

    pub(crate) fn settle(&self, id: u64) {
        let mut numbers = self.numbers();
        let start = id - id % POOL_FILES;
        if let Some(left) = numbers.open.get_mut(&start) {
            *left &= !(1 << (id - start));
            if *left == 0 {
                numbers.open.remove(&start);
                numbers.closed.push(start);
            }
        }
    }

    /// A commit named these blobs.
    pub(crate) fn adopted(&self, ids: &[BlobId]) {
        for id in ids {
            self.settle(id.0);
        }
    }

    /// Settles what was adopted by commits whose callers went away before they were answered.
    fn settle_adopted(&self) {
        let open: Vec<(u64, u16)> = {
            let numbers = self.numbers();
            if numbers.open.len() <= RANGES_OPEN_EXPECTED {
                return;
            }
            numbers.open.iter().map(|(start, left)| (*start, *left)).collect()
        };
        for (start, left) in open {
            for id in (start..start + POOL_FILES).filter(|id| left & (1 << (id - start)) != 0) {
                if matches!(self.shared.index.get(&keys::adopted(id)), Ok(Some(_))) {
                    self.settle(id);
                }
            }
        }
    }

    /// A blob that no commit will name: its file goes. When that fails the next start removes it.
    fn discard(self: &Arc<Self>, id: u64) {
        let blobs = self.clone();
        self.shared.platform.tasks.blocking(Box::new(move || {
            match blobs.shared.platform.disk.remove(&blobs.shared.layout.blob(id)) {
                Ok(()) => blobs.settle(id),
                Err(error) => log::warn!("blob {id:016x} could not be discarded: {error}"),
            }
        }));
    }
}

const _: () = assert!(BLOBS_PER_DIRECTORY.is_multiple_of(POOL_FILES));
const _: () = assert!(POOL_FILES == u16::BITS as u64);

/// Makes the removals of discarded blobs durable, before the rows go that name their ranges.
fn sync_ranges(shared: &EngineState, closed: &[u64]) -> io::Result<()> {
    let mut directories: Vec<_> =
        closed.iter().map(|id| shared.layout.blob_directory(*id)).collect();
    directories.sort();
    directories.dedup();
    for directory in directories {
        match shared.platform.disk.sync_dir(&directory) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

fn make_files(shared: &EngineState, start: u64, directory_durable: bool) -> io::Result<()> {
    let disk = &shared.platform.disk;
    let directory = shared.layout.blob_directory(start);
    if !directory_durable {
        disk.create_dir(&directory)?;
        disk.sync_dir(&shared.layout.blobs())?;
    }
    for id in start..start + POOL_FILES {
        disk.open(&shared.layout.blob(id), OpenMode::Create)?;
    }
    disk.sync_dir(&directory)
}

pub(crate) fn open_blob(shared: &EngineState, id: BlobId) -> Result<Arc<dyn DiskFile>, BlobError> {
    shared.platform.disk.open(&shared.layout.blob(id.0), OpenMode::Read).map_err(
        |error| match error.kind() {
            io::ErrorKind::NotFound => BlobError::Missing(id),
            _ => BlobError::Io(error.to_string()),
        },
    )
}

/// This engine has one place for blobs and gives them no placement: one that has some is another
/// engine's.
pub(crate) fn check_placement(blob: BlobAddress) -> Result<(), BlobError> {
    if blob.placement.is_empty() { Ok(()) } else { Err(BlobError::Misplaced(blob.id)) }
}

/// The key of the row that holds the next number never reserved.
pub(crate) fn next_key() -> Vec<u8> {
    keys::internal(NEXT)
}

/// The value of that row when `last` is the greatest number that was ever used.
pub(crate) fn next_value(last: u64) -> Vec<u8> {
    (last + 1).next_multiple_of(POOL_FILES).to_be_bytes().to_vec()
}

/// The numbers of all blob files, ascending.
pub(crate) fn file_numbers(
    disk: &dyn larder_platform::Disk,
    layout: &Layout,
) -> io::Result<Vec<BlobId>> {
    let mut ids = Vec::new();
    for directory in disk.list(&layout.blobs())? {
        let path: PathBuf = layout.blobs().join(directory);
        let names = disk.list(&path)?;
        ids.extend(names.iter().filter_map(|name| u64::from_str_radix(name, 16).ok()).map(BlobId));
    }
    ids.sort_unstable();
    Ok(ids)
}
