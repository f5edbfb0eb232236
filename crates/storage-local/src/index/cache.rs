//! Rows that were read lately, in front of the index: a point read of a hot key costs a hash
//! look-up instead of a walk through memtables and table blocks.

use super::{Cursor, Index, IndexChange, IndexError, Waste};
use crate::recent::Recent;
use crate::window::row_hash;
use bytes::Bytes;
use larder_storage::Moment;
use std::sync::{Arc, Mutex, MutexGuard};

/// Shards, so that readers on several cores do not meet.
const SHARDS: usize = 64;
/// Keys with a value larger than this are not kept.
const VALUE_BYTES_MAX: usize = 4 << 10;

/// An index with a cache of rows in front of it.
pub struct CachedIndex {
    index: Arc<dyn Index>,
    shards: Vec<Mutex<Shard>>,
}

struct Shard {
    /// Goes up with every change of a row of this shard. What a reader found in the index may
    /// only be kept when nothing changed since before it looked: else it could be the old value.
    changes: u64,
    rows: Recent<Arc<[u8]>>,
}

impl CachedIndex {
    /// Keeps up to `bytes` of rows in front of `index`.
    pub fn new(index: Arc<dyn Index>, bytes: usize) -> Self {
        let shard = || Shard { changes: 0, rows: Recent::new(bytes / SHARDS) };
        Self { index, shards: (0..SHARDS).map(|_| Mutex::new(shard())).collect() }
    }

    fn shard(&self, key: &[u8]) -> MutexGuard<'_, Shard> {
        let shard = &self.shards[row_hash(key) as usize % SHARDS];
        shard.lock().expect("no panic while the cache is locked")
    }
}

impl Index for CachedIndex {
    fn apply(&self, changes: Vec<IndexChange>) {
        let keys: Vec<Vec<u8>> = changes.iter().map(|change| change.key.clone()).collect();
        self.index.apply(changes);
        // Behind the index: a reader that misses from here on finds the new value there.
        for key in keys {
            let mut shard = self.shard(&key);
            shard.changes += 1;
            shard.rows.remove(&key[..]);
        }
    }

    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, IndexError> {
        let changes = {
            let mut shard = self.shard(key);
            if let Some(value) = shard.rows.get(key) {
                return Ok(Some(value));
            }
            shard.changes
        };
        let value = self.index.get(key)?;
        if let Some(value) = value.as_ref().filter(|value| value.len() <= VALUE_BYTES_MAX) {
            let mut shard = self.shard(key);
            if shard.changes == changes {
                shard.rows.insert(key.into(), 2 * key.len(), value.clone());
            }
        }
        Ok(value)
    }

    fn get_resident(&self, key: &[u8]) -> Option<Bytes> {
        self.shard(key).rows.get(key)
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
        self.index.flush(oldest)
    }

    fn compact(&self, oldest: Moment) -> Result<bool, IndexError> {
        self.index.compact(oldest)
    }

    fn waste(&self) -> Waste {
        self.index.waste()
    }

    fn table_bytes(&self) -> u64 {
        self.index.table_bytes()
    }

    fn rewrite(&self, oldest: Moment) -> Result<(), IndexError> {
        self.index.rewrite(oldest)
    }
}

#[cfg(test)]
#[allow(clippy::disallowed_methods, reason = "threads that race, which end with the test")]
mod tests {
    use super::CachedIndex;
    use crate::index::{Index, IndexChange, MemoryIndex, MemoryTables};
    use larder_storage::Moment;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU64, Ordering};

    fn cached(bytes: usize) -> CachedIndex {
        CachedIndex::new(Arc::new(MemoryIndex::new(MemoryTables::default())), bytes)
    }

    fn change(key: &[u8], value: Option<u64>, at: u64) -> IndexChange {
        let value = value.map(|value| value.to_be_bytes().to_vec());
        IndexChange { key: key.to_vec(), value, at: Moment(at) }
    }

    fn read(index: &CachedIndex, key: &[u8]) -> Option<u64> {
        let value = index.get(key).expect("a read")?;
        Some(u64::from_be_bytes(value[..].try_into().expect("eight bytes")))
    }

    #[test]
    fn changes_are_seen_at_once() {
        let index = cached(1 << 20);
        index.apply(vec![change(b"k", Some(1), 1)]);
        assert_eq!((read(&index, b"k"), read(&index, b"k")), (Some(1), Some(1)));
        assert!(index.get_resident(b"k").is_some());
        index.apply(vec![change(b"k", Some(2), 2)]);
        assert_eq!(read(&index, b"k"), Some(2));
        index.apply(vec![change(b"k", None, 3)]);
        assert_eq!((read(&index, b"k"), index.get_resident(b"k")), (None, None));
    }

    #[test]
    fn stays_within_its_bytes() {
        let index = cached(64 * 2_000);
        for n in 0..5_000u64 {
            index.apply(vec![change(&n.to_be_bytes(), Some(n), n + 1)]);
            assert_eq!(read(&index, &n.to_be_bytes()), Some(n));
        }
        for shard in &index.shards {
            let shard = shard.lock().expect("not poisoned");
            assert!(shard.rows.is_bounded());
        }
    }

    #[test]
    fn a_reader_never_sees_a_value_older_than_what_was_applied_before_it_looked() {
        let index = cached(1 << 20);
        let applied = AtomicU64::new(0);
        index.apply(vec![change(b"k", Some(0), 0)]);
        std::thread::scope(|scope| {
            for _ in 0..3 {
                scope.spawn(|| {
                    loop {
                        let floor = applied.load(Ordering::SeqCst);
                        let seen = read(&index, b"k").expect("the row is never removed");
                        assert!(seen >= floor, "{seen} was read after {floor} was applied");
                        if floor == 20_000 {
                            break;
                        }
                    }
                });
            }
            for n in 1..=20_000u64 {
                index.apply(vec![change(b"k", Some(n), n)]);
                applied.store(n, Ordering::SeqCst);
            }
        });
    }
}
