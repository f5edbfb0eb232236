//! What callers, the committer and the keepers share.

use crate::index::Index;
use crate::journal::{HotRecords, RECORD_HEADER_BYTES, RecordPlace, Segments, Slots};
use crate::layout::Layout;
use crate::metrics::Metrics;
use crate::options::Options;
use crate::pace::Pace;
use crate::pointer::split_value;
use crate::queue::{Command, Queue};
use crate::reserve::Reserve;
use crate::sync::{AtomicU64, Mutex};
use larder_platform::{Platform, Wake};
use larder_storage::{CommitError, Moment, Receipt, UsageDelta, Watchers};
use std::collections::{BTreeMap, HashMap};
use std::io;
use std::sync::atomic::Ordering;
use std::sync::{Arc, OnceLock};

/// What everybody in the engine shares: callers, the committer and the keepers.
pub(crate) struct EngineState {
    pub(crate) platform: Platform,
    pub(crate) layout: Layout,
    pub(crate) options: Options,
    pub(crate) index: Arc<dyn Index>,
    pub(crate) row_pace: Pace,
    pub(crate) open_pace: Pace,
    pub(crate) segments: Arc<Segments>,
    pub(crate) hot: HotRecords,
    pub(crate) slots: Arc<Slots>,
    pub(crate) queue: Queue,
    pub(crate) reserve: Reserve,
    pub(crate) metrics: Metrics,
    pub(crate) snapshots: Snapshots,
    /// Whoever frees segments or blobs reads it; a pin for a copy writes it.
    pub(crate) frees: Arc<tokio::sync::RwLock<()>>,
    /// The last commit that is durable and applied.
    pub(crate) visible: AtomicU64,
    pub(crate) usage: Mutex<HashMap<u64, UsageDelta>>,
    pub(crate) flush: Mutex<Flush>,
    pub(crate) keepers: OnceLock<Vec<Arc<dyn Wake>>>,
    /// Who is told of commits.
    pub(crate) watchers: Watchers,
}

#[derive(Default)]
pub(crate) struct Flush {
    /// The active segment when the index's changes were sealed.
    pub(crate) requested: Option<u64>,
    /// The segment that the durable index reaches into.
    pub(crate) durable: u64,
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

impl EngineState {
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

    /// Rows of the engine's own, written by the blob store.
    pub(crate) async fn write_internal(
        &self,
        puts: Vec<(Vec<u8>, Vec<u8>)>,
        deletes: Vec<Vec<u8>>,
    ) -> Result<Receipt, CommitError> {
        let rows = puts.iter().map(|(key, value)| key.len() + value.len());
        let rows = rows.chain(deletes.iter().map(Vec::len));
        let bytes = rows.map(|row| row + RECORD_HEADER_BYTES).sum();
        self.queue.submit(Command::Internal { puts, deletes }, bytes).await
    }

    /// Reads at once while reads of its kind are quick, otherwise where waiting is allowed. `None`
    /// when the read panicked there.
    pub(crate) async fn read_at_pace<T: Send + 'static>(
        self: &Arc<Self>,
        kind: fn(&Self) -> &Pace,
        read: impl FnOnce(&Self) -> T + Send + 'static,
    ) -> Option<T> {
        let timed = move |shared: &Self| {
            let clock = &*shared.platform.clock;
            kind(shared).of(clock, || read(shared))
        };
        if kind(self).is_quick() {
            return Some(timed(self));
        }
        let away = self.clone();
        self.platform.blocking(move || timed(&away)).await
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
