//! The index of the simulation: tables survive a cut, the memtable does not, and a flush may fail.

use larder_platform::sim::Prng;
use larder_storage::Moment;
use larder_storage_local::index::{Cursor, Index, IndexChange, IndexError, MemoryIndex};
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// How often flushes fail, and how often they did; shared by all boots.
#[derive(Default)]
pub(crate) struct FlushFaults {
    /// In millionths.
    pub(crate) rate: AtomicU32,
    pub(crate) fired: AtomicU64,
}

/// An index in memory whose flushes may fail.
pub(crate) struct UnreliableIndex {
    index: MemoryIndex,
    faults: Arc<FlushFaults>,
    rng: Mutex<Prng>,
}

impl UnreliableIndex {
    pub(crate) fn new(index: MemoryIndex, faults: Arc<FlushFaults>, rng: Prng) -> Self {
        Self { index, faults, rng: Mutex::new(rng) }
    }
}

impl Index for UnreliableIndex {
    fn apply(&self, changes: Vec<IndexChange>) {
        self.index.apply(changes);
    }

    fn get(&self, key: &[u8]) -> Result<Option<bytes::Bytes>, IndexError> {
        self.index.get(key)
    }

    fn cursor(
        &self,
        from: &[u8],
        to: &[u8],
        at: Moment,
    ) -> Result<Box<dyn Cursor + '_>, IndexError> {
        self.index.cursor(from, to, at)
    }

    fn is_crowded(&self, from: &[u8], to: &[u8], least: usize) -> bool {
        self.index.is_crowded(from, to, least)
    }

    fn may_hide(&self, least: usize) -> bool {
        self.index.may_hide(least)
    }

    fn is_resident(&self) -> bool {
        self.index.is_resident()
    }

    fn memtable_bytes(&self) -> u64 {
        self.index.memtable_bytes()
    }

    fn seal(&self) {
        self.index.seal();
    }

    fn flush(&self, oldest: Moment) -> Result<(), IndexError> {
        let rate = u64::from(self.faults.rate.load(Ordering::Relaxed));
        let mut rng = self.rng.lock().unwrap_or_else(PoisonError::into_inner);
        if rate > 0 && rng.chance(rate, 1_000_000) {
            self.faults.fired.fetch_add(1, Ordering::Relaxed);
            return Err(IndexError("the simulation lets a flush fail".into()));
        }
        self.index.flush(oldest)
    }

    fn compact(&self, oldest: Moment) -> Result<bool, IndexError> {
        self.index.compact(oldest)
    }
}
