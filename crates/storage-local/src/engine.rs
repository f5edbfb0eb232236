//! The engine: what is shared between callers, the committer and the keepers, and its opening.

mod meta;
pub(crate) use meta::write_internal;
mod open;
mod pin;
pub use pin::{CopySegment, Pin};
mod scrub;
pub use scrub::Scrub;
mod seam;
pub use open::{create_copy, lock_existing};

use crate::blob::Blobs;
use crate::finding::Finding;
use crate::index::{GapOptions, Index};
use crate::journal::{HotRecords, RecordPlace, Segments, Slots};
use crate::kinds::Unreadable;
use crate::layout::{BATCH_BYTES_MAX, Layout, SEGMENT_BYTES_MAX};
use crate::metrics::Metrics;
use crate::pace::Pace;
use crate::pointer::split_value;
use crate::queue::Queue;
use crate::reserve::Reserve;
use crate::sync::{AtomicU64, Mutex};
use crate::window::CHANGES_MAX;
use larder_platform::{Platform, TaskHandle, Wake};
use larder_storage::{Moment, UsageDelta, Watchers};
use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

/// Closed spaces that are remembered at a time: many more than there can be requests under way.
const CLOSED_SPACES_MAX: usize = 1 << 16;

/// How an engine is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The data directory.
    pub directory: PathBuf,
    /// Bytes of index changes kept in memory before they go to tables. Twice as much is in memory
    /// while tables are written.
    pub memtable_bytes: u64,
    /// Journal bytes after which a checkpoint is taken, instead of the built-in distance.
    pub checkpoint_bytes: Option<u64>,
    /// Largest new journal segment.
    pub segment_bytes_max: u64,
    /// Bytes of records that are kept in memory because they are read often.
    pub hot_record_bytes: usize,
    /// Bytes of large objects on their way in and out that may be in memory in large pieces. Each
    /// transfer may have two blocks of 64 KiB beside it.
    pub transfer_bytes: usize,
    /// gc begins when there are at least this many bytes of garbage.
    pub garbage_bytes_min: u64,
    /// Bytes of commits taken into one journal write; one commit is always taken.
    pub batch_bytes_max: usize,
    /// Changes remembered for the checks of commits; a check of a row read before them is retried.
    pub window_changes_max: usize,
    /// Closed spaces remembered at a time: those that somebody who began before may write to.
    pub closed_spaces_max: usize,
    /// What is remembered of where walks find nothing.
    pub gaps: GapOptions,
}

/// Why a data directory could not be opened. The text tells the operator what to do.
#[derive(Debug)]
pub enum OpenError {
    /// The device failed or the directory may not be used.
    Io(io::Error),
    /// Another process has it open.
    Locked(PathBuf),
    /// It was written by a newer Larder, or is something else.
    Format(String),
    /// The index failed.
    Index(String),
    /// What is stored is damaged.
    Corrupt(String),
    /// The journal is damaged where a start reads it. A check says the same of that place.
    Damaged(Finding),
}

/// The embedded engine. Cheap to clone; the last clone dropped stops it.
#[derive(Clone)]
pub struct Local {
    pub(crate) shared: Arc<Shared>,
    pub(crate) blobs: Arc<Blobs>,
    _running: Arc<Running>,
}

/// Stops the tasks, the committer first, then gives back the directory.
struct Running {
    shared: Arc<Shared>,
    tasks: Mutex<Vec<TaskHandle>>,
    _lock: larder_platform::DiskLock,
}

/// What everybody in the engine shares.
pub(crate) struct Shared {
    pub(crate) platform: Platform,
    pub(crate) layout: Layout,
    pub(crate) options: Options,
    pub(crate) index: Arc<dyn Index>,
    row_pace: Pace,
    pub(crate) open_pace: Pace,
    pub(crate) segments: Arc<Segments>,
    hot: HotRecords,
    pub(crate) slots: Arc<Slots>,
    pub(crate) queue: Queue,
    pub(crate) reserve: Reserve,
    pub(crate) metrics: Metrics,
    pub(crate) snapshots: Snapshots,
    /// Whoever frees segments or blobs reads it; a pin for a copy writes it.
    pub(crate) frees: Arc<tokio::sync::RwLock<()>>,
    /// The last commit that is durable and applied.
    pub(crate) visible: AtomicU64,
    usage: Mutex<HashMap<u64, UsageDelta>>,
    flush: Mutex<Flush>,
    keepers: OnceLock<Vec<Arc<dyn Wake>>>,
    /// Who is told of commits.
    pub(crate) watchers: Watchers,
}

#[derive(Default)]
struct Flush {
    /// The active segment when the index's changes were sealed.
    requested: Option<u64>,
    /// The segment that the durable index reaches into.
    durable: u64,
}

/// The moments that scans read at: what they may still see must not be compacted away.
#[derive(Default)]
pub(crate) struct Snapshots {
    pinned: Mutex<BTreeMap<u64, u32>>,
}

/// A pinned moment.
pub(crate) struct Snapshot<'a> {
    snapshots: &'a Snapshots,
    pub(crate) at: Moment,
}

impl Snapshots {
    /// Pins the present moment.
    pub(crate) fn pin(&self, visible: &AtomicU64) -> Snapshot<'_> {
        let mut pinned = self.pinned.lock().expect("no panic while locked");
        let at = visible.load(Ordering::Acquire);
        *pinned.entry(at).or_insert(0) += 1;
        Snapshot { snapshots: self, at: Moment(at) }
    }

    /// The moment below which a superseded version may go. The index drops a version by its own
    /// moment, not by that of the one that superseded it, so that with any reader in the past it
    /// must keep everything: a reader at 15 needs version 10, though 20 has superseded it.
    pub(crate) fn evictable(&self, visible: &AtomicU64) -> Moment {
        let pinned = self.pinned.lock().expect("no panic while locked");
        let now = visible.load(Ordering::Acquire);
        match pinned.first_key_value() {
            Some((at, _)) if *at < now => Moment(0),
            _ => Moment(now),
        }
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        let mut pinned = self.snapshots.pinned.lock().expect("no panic while locked");
        if let Some(count) = pinned.get_mut(&self.at.0) {
            *count -= 1;
            if *count == 0 {
                pinned.remove(&self.at.0);
            }
        }
    }
}

impl Options {
    /// The settings for `directory` that suit a small machine.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            memtable_bytes: 16 << 20,
            checkpoint_bytes: None,
            segment_bytes_max: SEGMENT_BYTES_MAX,
            hot_record_bytes: 8 << 20,
            transfer_bytes: 32 << 20,
            garbage_bytes_min: 8 << 20,
            batch_bytes_max: BATCH_BYTES_MAX,
            window_changes_max: CHANGES_MAX,
            closed_spaces_max: CLOSED_SPACES_MAX,
            gaps: GapOptions::default(),
        }
    }

    pub(crate) fn checkpoint_bytes(&self, built_in: u64) -> u64 {
        self.checkpoint_bytes.unwrap_or(built_in)
    }
}

impl Shared {
    /// Where the record of an index value is.
    pub(crate) fn place_of(&self, value: Option<&[u8]>) -> Option<RecordPlace> {
        split_value(value?).map(|(place, ..)| place)
    }

    pub(crate) fn add_usage(&self, changes: &[(u64, UsageDelta)]) {
        let mut usage = self.usage.lock().expect("no panic while locked");
        for (space, change) in changes {
            let total = usage.entry(*space).or_default();
            total.objects += change.objects;
            total.bytes += change.bytes;
            if *total == UsageDelta::default() {
                usage.remove(space);
            }
        }
    }

    pub(crate) fn usage_of(&self, space: u64) -> UsageDelta {
        let usage = self.usage.lock().expect("no panic while locked");
        usage.get(&space).copied().unwrap_or_default()
    }

    pub(crate) fn usage_table(&self) -> Vec<(u64, UsageDelta)> {
        let usage = self.usage.lock().expect("no panic while locked");
        let mut table: Vec<_> = usage.iter().map(|(space, usage)| (*space, *usage)).collect();
        table.sort_unstable_by_key(|(space, _)| *space);
        table
    }

    /// Takes note of what a device said; when it is full, the keeper watches for space.
    pub(crate) fn saw(&self, error: &io::Error) {
        self.reserve.saw(error);
        if self.reserve.is_full() {
            self.watch_space();
        }
    }

    /// Wakes the keeper of segments and space alone: the others may be the caller.
    pub(crate) fn watch_space(&self) {
        if let Some(keeper) = self.keepers.get().and_then(|keepers| keepers.last()) {
            keeper.wake();
        }
    }

    /// Whether commits must wait: both memtables are full.
    pub(crate) fn index_is_behind(&self) -> bool {
        self.flush_is_pending() && self.index.memtable_bytes() >= 2 * self.options.memtable_bytes
    }

    pub(crate) fn flush_is_pending(&self) -> bool {
        self.flush.lock().expect("no panic while locked").requested.is_some()
    }

    pub(crate) fn flush_requested(&self) -> Option<u64> {
        self.flush.lock().expect("no panic while locked").requested
    }

    pub(crate) fn request_flush(&self, active_segment: u64) {
        self.flush.lock().expect("no panic while locked").requested = Some(active_segment);
        self.wake_keepers();
    }

    pub(crate) fn flushed(&self, segment: u64) {
        let mut flush = self.flush.lock().expect("no panic while locked");
        flush.durable = segment;
        flush.requested = None;
    }

    /// The segment that the durable index reaches into: older ones are not replayed any more.
    pub(crate) fn durable_segment(&self) -> u64 {
        self.flush.lock().expect("no panic while locked").durable
    }

    pub(crate) fn wake_keepers(&self) {
        for keeper in self.keepers.get().into_iter().flatten() {
            keeper.wake();
        }
    }
}

impl Local {
    /// The engine's counters.
    pub fn counters(&self) -> &Metrics {
        &self.shared.metrics
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.queue.stop();
        // The committer is the first; the others may be waiting for what it does.
        self.tasks.lock().expect("no panic while locked").clear();
    }
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "{error}"),
            Self::Locked(path) => write!(
                f,
                "{} is in use by another process; stop it or choose another --data directory",
                path.display()
            ),
            Self::Format(what) | Self::Corrupt(what) => f.write_str(what),
            Self::Damaged(Finding { place, what, .. }) => {
                write!(
                    f,
                    "{place} is damaged: {what}; `larder repair` can rebuild from what is left"
                )
            }
            Self::Index(what) => {
                write!(f, "the index cannot be opened ({what}); `larder repair` makes it anew")
            }
        }
    }
}

impl std::error::Error for OpenError {}

impl From<Unreadable> for OpenError {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::Index(error) => Self::Index(error.0),
            Unreadable::Kind(_) => Self::Format(error.to_string()),
        }
    }
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}

#[cfg(test)]
mod tests {
    use super::Snapshots;
    use larder_storage::Moment;
    use std::sync::atomic::AtomicU64;

    #[test]
    fn nothing_is_evicted_under_a_reader_in_the_past() {
        let (snapshots, visible) = (Snapshots::default(), AtomicU64::new(15));
        assert_eq!(snapshots.evictable(&visible), Moment(15));
        let reader = snapshots.pin(&visible);
        assert_eq!(snapshots.evictable(&visible), Moment(15), "it reads the present");
        visible.store(20, std::sync::atomic::Ordering::Release);
        assert_eq!((reader.at, snapshots.evictable(&visible)), (Moment(15), Moment(0)));
        drop(reader);
        assert_eq!(snapshots.evictable(&visible), Moment(20));
    }
}
