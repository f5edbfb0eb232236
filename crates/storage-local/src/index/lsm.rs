//! The index over the `lsm-tree` crate: one tree, the journal's moments as its sequence numbers.
//!
//! The crate keeps no log. It syncs tables, then the manifest, then their directory, so that a
//! flush is all or nothing; what was not flushed is replayed from the journal.

use super::cursor::{MergedCursor, Parts};
use super::{Cursor, Index, IndexChange, IndexError, Waste};
use crate::finding::Finding;
use bytes::Bytes;
use byteview::ByteView;
use larder_platform::Disk;
use larder_storage::Moment;
use lsm_tree::{
    AbstractTree, AnyTree, Cache, Config, InternalValue, Memtable, SequenceNumberCounter, Slice,
    Table, UserKey, ValueType, compaction::Leveled, config::RestartIntervalPolicy,
};
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock, RwLockWriteGuard};

/// The tree gives its own changes of tables a number from a counter that starts at 0 and picks the
/// newest such change below the number that is read at. Moments start here, so that this is
/// always the newest.
const SEQNO_BASE: u64 = 1 << 40;
/// Size of the tables of a level.
const TABLE_BYTES: u64 = 32 << 20;
/// One key in so many is stored whole in a block, the others by what they add to it. A seek reads
/// half of these one by one; the crate's own 16 make a table 1 % smaller.
const RESTART_INTERVAL: u8 = 4;
/// The level that compaction ends in.
const LAST_LEVEL: usize = 6;
/// Tombstones that a listing steps over without being much slower for it.
const TOMBSTONES_MIN: u64 = 10_000;
/// Up to so many tables it does not matter in which level they are.
const TABLES_MIN: usize = 8;
/// So many runs that lie over each other are merged when there is time: a walk seeks in each.
const RUNS_MIN: usize = 3;
/// One table in so many may be above the last level.
const ABOVE_PART: usize = 8;
/// A larger index is not rewritten as a whole: it would take minutes, which a stop waits for, and
/// as much space again.
const REWRITE_BYTES_MAX: u64 = 8 << 30;
/// Part of the cache that the tables may take on disk for the index to count as resident: the
/// cache holds blocks with some overhead.
const RESIDENT_PERCENT: u64 = 70;

/// The index on disk.
pub struct LsmIndex {
    tree: AnyTree,
    cache_bytes: u64,
    /// Whether the tables fit the cache; looked at when they change.
    resident: AtomicBool,
    /// Tombstones in tables; counted when they change.
    removed_in_tables: AtomicU64,
    /// Rows removed since the last seal.
    removed: AtomicU64,
    /// Memtables that are sealed and not yet in tables, oldest first. The crate has this list too,
    /// but does not show it.
    sealed: RwLock<Vec<Sealed>>,
}

/// A memtable that was sealed and is not flushed.
struct Sealed {
    memtable: Arc<Memtable>,
    /// Rows removed in it.
    removed: u64,
}

impl LsmIndex {
    /// Opens or creates the tree in `path` with a block cache of `cache_bytes`.
    ///
    /// # Errors
    ///
    /// A damaged manifest is one. The crate would believe it: a flipped bit in what a table's
    /// sequence numbers are raised by lets old rows hide new ones. Blocks of tables it verifies.
    pub fn open(disk: &dyn Disk, path: &Path, cache_bytes: u64) -> Result<Self, IndexError> {
        super::files::tables(disk, path).map_err(|finding| damaged(&finding.to_string()))?;
        let counters = (SequenceNumberCounter::default(), SequenceNumberCounter::default());
        let tree = Config::new(path, counters.0, counters.1)
            .data_block_restart_interval_policy(RestartIntervalPolicy::all(RESTART_INTERVAL))
            .use_cache(Arc::new(Cache::with_capacity_bytes(cache_bytes)))
            .open()
            .map_err(|error| IndexError(error.to_string()))?;
        let index = Self {
            tree,
            cache_bytes,
            resident: AtomicBool::new(false),
            removed_in_tables: AtomicU64::new(0),
            removed: AtomicU64::new(0),
            sealed: RwLock::default(),
        };
        index.tables_changed();
        Ok(index)
    }

    /// Opens the tree in `path` after reading every byte of its files. It must not be in use. The
    /// crate removes what an unfinished flush left there, as at every opening.
    pub fn open_verified(
        disk: &dyn Disk,
        path: &Path,
        cache_bytes: u64,
    ) -> Result<Self, Vec<Finding>> {
        let findings = super::files::verify(disk, path);
        if findings.is_empty() {
            Self::open(disk, path, cache_bytes)
                .map_err(|error| vec![Finding::damage("index", error.0)])
        } else {
            Err(findings)
        }
    }

    /// What holds the rows up to `seqno`, besides tables. Read before those: a flush adds tables
    /// first and then takes its memtables off the list, so that no row is missed in between.
    fn parts(&self, seqno: u64) -> Parts {
        Parts { memtables: self.memtables(), seqno }
    }

    /// The memtables, oldest first.
    fn memtables(&self) -> Vec<Arc<Memtable>> {
        // Under the lock, so that a memtable is not sealed between being active and being listed.
        let sealed = self.sealed.read().unwrap_or_else(PoisonError::into_inner);
        let active = self.tree.active_memtable();
        sealed.iter().map(|sealed| sealed.memtable.clone()).chain([active]).collect()
    }

    fn tables_changed(&self) {
        let resident = self.tree.disk_space() <= self.cache_bytes / 100 * RESIDENT_PERCENT;
        self.resident.store(resident, Ordering::Relaxed);
        self.removed_in_tables.store(self.tree.tombstone_count(), Ordering::Relaxed);
    }

    fn sealed(&self) -> RwLockWriteGuard<'_, Vec<Sealed>> {
        self.sealed.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Entries of a memtable between two keys, at most `most`.
fn count_in_memtable(memtable: &Memtable, from: &[u8], to: &[u8], most: usize) -> usize {
    // Newer entries of a key come first, so that this stands before all of them.
    let first = |key| InternalValue::from_components(key, [], u64::MAX, ValueType::Tombstone).key;
    memtable.items.range(first(from)..first(to)).take(most).count()
}

fn count_in_table(table: &Table, from: &[u8], to: &[u8], most: usize) -> usize {
    let keys = &table.metadata.key_range;
    if **keys.max() < *from || **keys.min() >= *to {
        return 0;
    }
    table.range(UserKey::from(from)..UserKey::from(to)).take(most).count()
}

/// A key and its value, side by side in one allocation: a walk over a memtable misses the caches
/// once for both.
fn entry(key: &[u8], value: &[u8]) -> (Slice, Slice) {
    let both = ByteView::fused(key, value);
    (both.slice(..key.len()).into(), both.slice(key.len()..).into())
}

/// Whatever is not an error of the device is damage: the index is derived and can be made anew.
pub(super) fn failed(error: lsm_tree::Error) -> IndexError {
    match error {
        lsm_tree::Error::Io(error) => IndexError(error.to_string()),
        damage => damaged(&damage.to_string()),
    }
}

fn damaged(what: &str) -> IndexError {
    IndexError(format!(
        "{what}: the index is damaged; stop the server and run `larder repair`, which makes it anew"
    ))
}

fn seqno(at: Moment) -> u64 {
    SEQNO_BASE + at.0
}

impl Index for LsmIndex {
    fn apply(&self, changes: Vec<IndexChange>) {
        for change in changes {
            match change.value {
                Some(value) => {
                    let (key, value) = entry(&change.key, &value);
                    self.tree.insert(key, value, seqno(change.at))
                }
                None => {
                    self.removed.fetch_add(1, Ordering::Relaxed);
                    self.tree.remove(change.key, seqno(change.at))
                }
            };
        }
    }

    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, IndexError> {
        let value = self.tree.get(key, u64::MAX >> 1).map_err(failed)?;
        Ok(value.map(|v| Bytes::copy_from_slice(&v)))
    }

    fn cursor(
        &self,
        from: &[u8],
        to: &[u8],
        at: Moment,
    ) -> Result<Box<dyn Cursor + '_>, IndexError> {
        let cursor = MergedCursor::new(self.parts(seqno(at) + 1), &self.tree, (from, to))?;
        Ok(Box::new(cursor))
    }

    fn is_crowded(&self, from: &[u8], to: &[u8], least: usize) -> bool {
        let mut count = 0;
        // Memtables before tables: what is flushed meanwhile is counted twice, not never.
        for memtable in &self.memtables() {
            count += count_in_memtable(memtable, from, to, least - count);
        }
        for table in self.tree.current_version().iter_tables() {
            count += count_in_table(table, from, to, least - count);
        }
        count == least
    }

    fn may_hide(&self, least: usize) -> bool {
        let sealed = self.sealed.read().unwrap_or_else(PoisonError::into_inner);
        let sealed = sealed.iter().map(|sealed| sealed.removed).sum::<u64>();
        let counts = [&self.removed, &self.removed_in_tables];
        let counts = counts.map(|count| count.load(Ordering::Relaxed));
        counts.iter().sum::<u64>() + sealed >= least as u64
    }

    fn is_resident(&self) -> bool {
        self.resident.load(Ordering::Relaxed)
    }

    fn memtable_bytes(&self) -> u64 {
        self.tree.active_memtable().size()
    }

    fn seal(&self) {
        let mut sealed = self.sealed();
        if let Some(memtable) = self.tree.rotate_memtable() {
            let removed = self.removed.swap(0, Ordering::Relaxed);
            sealed.push(Sealed { memtable, removed });
        }
    }

    fn flush(&self, oldest: Moment) -> Result<(), IndexError> {
        let lock = self.tree.get_flush_lock();
        // The crate flushes these, and what is sealed until it begins: that stays listed once more.
        let count = self.sealed().len();
        let flushed = self.tree.flush(&lock, seqno(oldest)).map_err(failed);
        // Tables are counted before their memtables are forgotten: twice rather than not at all.
        self.tables_changed();
        if flushed.is_ok() {
            self.sealed().drain(..count);
        }
        flushed.map(|_| ())
    }

    fn compact(&self, oldest: Moment) -> Result<bool, IndexError> {
        let before = self.tree.table_count();
        let strategy = Leveled::default().with_table_target_size(TABLE_BYTES);
        self.tree.compact(Arc::new(strategy), seqno(oldest)).map_err(failed)?;
        self.tables_changed();
        Ok(self.tree.table_count() != before)
    }

    fn waste(&self) -> Waste {
        if self.tree.disk_space() > REWRITE_BYTES_MAX {
            return Waste::Little;
        }
        let (tables, tombstones) = (self.tree.table_count(), self.tree.tombstone_count());
        // What is newer than the last level may replace something there.
        let above = tables - self.tree.level_table_count(LAST_LEVEL).unwrap_or(0);
        let entries = self.tree.approximate_len() as u64;
        if tombstones > TOMBSTONES_MIN && tombstones > entries / 2 {
            return Waste::Much;
        }
        let replaced = tables > TABLES_MIN && above * ABOVE_PART > tables;
        let version = self.tree.current_version();
        let runs: usize = version.iter_levels().map(|level| level.iter().count()).sum();
        let layered = tables <= TABLES_MIN && runs >= RUNS_MIN;
        if tombstones > TOMBSTONES_MIN || replaced || layered { Waste::Some } else { Waste::Little }
    }

    fn table_bytes(&self) -> u64 {
        self.tree.disk_space()
    }

    fn rewrite(&self, oldest: Moment) -> Result<(), IndexError> {
        self.tree.major_compact(TABLE_BYTES, seqno(oldest)).map_err(failed)?;
        self.tables_changed();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::LsmIndex;
    use crate::index::{Index, IndexChange, IndexError, Waste};
    use larder_platform::{OpenMode, Platform};
    use larder_storage::Moment;
    use lsm_tree::AbstractTree as _;
    use std::path::Path;

    fn open(path: &Path) -> Result<LsmIndex, IndexError> {
        LsmIndex::open(&*Platform::real().disk, path, 1 << 20)
    }

    fn put(index: &LsmIndex, value: &[u8], at: u64) {
        let (key, value) = (b"k".to_vec(), Some(value.to_vec()));
        index.apply(vec![IndexChange { key, value, at: Moment(at) }]);
    }

    #[tokio::test]
    async fn damage_is_told_with_what_to_do() {
        let directory = tempfile::tempdir().expect("a directory");
        let index = open(directory.path()).expect("opens");
        put(&index, &[7; 100], 10);
        index.seal();
        index.flush(Moment(0)).expect("a flush");
        let disk = Platform::real().disk.clone();
        let tables = directory.path().join("tables");
        let names = disk.list(&tables).expect("tables");
        let table = disk.open(&tables.join(&names[0]), OpenMode::Write).expect("the table");
        // In the middle of the first block, behind its header.
        table.write_at(b"x", 60).expect("a write");
        let error = index.get(b"k").expect_err("it is damaged").to_string();
        assert!(error.contains("larder repair"), "{error}");
    }

    /// Every byte of the two files that say which tables there are.
    #[tokio::test]
    async fn a_damaged_manifest_is_not_believed() {
        let directory = tempfile::tempdir().expect("a directory");
        let index = open(directory.path()).expect("opens");
        for at in [10, 20] {
            put(&index, b"a row", at);
            index.seal();
            index.flush(Moment(at)).expect("a flush");
        }
        drop(index);
        let disk = Platform::real().disk.clone();
        let names = disk.list(directory.path()).expect("the files");
        let names = names.iter().filter(|name| *name != "tables");
        let files: Vec<_> = names.map(|name| directory.path().join(name)).collect();
        assert_eq!(files.len(), 2, "{files:?}");
        for path in files {
            let file = disk.open(&path, OpenMode::Write).expect("the file");
            let bytes = disk.read_all(&path).expect("its bytes");
            for (at, byte) in bytes.iter().enumerate() {
                file.write_at(&[byte ^ (1 << (at % 8))], at as u64).expect("a write");
                let error = open(directory.path()).err().expect("it is damaged").to_string();
                assert!(error.contains("larder repair"), "{path:?} at {at}: {error}");
                file.write_at(&[*byte], at as u64).expect("a write");
            }
        }
        open(directory.path()).expect("all is as it was");
    }

    #[tokio::test]
    async fn a_rewrite_clears_away_what_was_removed() {
        let directory = tempfile::tempdir().expect("a directory");
        let index = open(directory.path()).expect("opens");
        let rows = 0..super::TOMBSTONES_MIN * 2;
        let change = |n: u64, value: Option<Vec<u8>>, at| {
            let key = format!("{n:08}").into_bytes();
            IndexChange { key, value, at: Moment(at) }
        };
        let flush = |oldest| {
            index.seal();
            index.flush(Moment(oldest)).expect("a flush");
            while index.compact(Moment(oldest)).expect("a compaction") {}
        };
        index.apply(rows.clone().map(|n| change(n, Some(vec![7; 20]), 1)).collect());
        flush(1);
        assert_eq!(index.waste(), Waste::Little);
        index.apply(rows.clone().skip(1).map(|n| change(n, None, 2)).collect());
        flush(2);
        assert_ne!(index.waste(), Waste::Little);
        let before = index.tree.disk_space();
        index.rewrite(Moment(2)).expect("a rewrite");
        assert_eq!(index.waste(), Waste::Little);
        assert!(index.tree.disk_space() < before / 10, "{before} bytes before");
        let mut cursor = index.cursor(b"0", b"9", Moment(2)).expect("a cursor");
        assert_eq!(cursor.entry().map(|(key, _)| key), Some(&b"00000000"[..]));
        cursor.step().expect("a step");
        assert!(cursor.entry().is_none());
    }

    #[tokio::test]
    async fn runs_that_lie_over_each_other_are_merged() {
        let directory = tempfile::tempdir().expect("a directory");
        let index = open(directory.path()).expect("opens");
        let put_all = |at: u64| {
            let change = |n: u64| {
                let key = (n * 10 + at).to_be_bytes().to_vec();
                IndexChange { key, value: Some(vec![7; 20]), at: Moment(at) }
            };
            index.apply((0..100).map(change).collect());
            index.seal();
            index.flush(Moment(at)).expect("a flush");
        };
        (1..3).for_each(put_all);
        assert_eq!(index.waste(), Waste::Little, "two are as before");
        put_all(3);
        assert_eq!(index.waste(), Waste::Some);
        index.rewrite(Moment(3)).expect("a rewrite");
        assert_eq!(index.waste(), Waste::Little);
        assert_eq!(index.tree.table_count(), 1);
    }

    #[tokio::test]
    async fn a_reader_in_the_past_keeps_what_it_sees() {
        let directory = tempfile::tempdir().expect("a directory");
        let index = open(directory.path()).expect("opens");
        put(&index, b"old", 10);
        put(&index, b"new", 20);
        index.seal();
        // What `Snapshots::evictable` says while somebody reads at 15.
        index.flush(Moment(0)).expect("a flush");
        let seen = |at| {
            let cursor = index.cursor(b"a", b"z", Moment(at)).expect("a cursor");
            cursor.entry().map(|(_, value)| value.to_vec())
        };
        assert_eq!(seen(15).as_deref(), Some(&b"old"[..]));
        assert_eq!(seen(20).as_deref(), Some(&b"new"[..]));
        assert_eq!(index.get(b"k").expect("a read").as_deref(), Some(&b"new"[..]));
    }
}
