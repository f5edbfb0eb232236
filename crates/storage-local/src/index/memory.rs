//! The index in memory: for `--ephemeral`, and for simulation, where its tables survive a power
//! cut and its memtable does not.

use super::{Cursor, Index, IndexChange, IndexError};
use crate::sync::{Mutex, MutexGuard, RwLock};
use bytes::Bytes;
use larder_storage::Moment;
use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::Arc;

/// Changes kept in the memtable before a flush is due.
type Entries = BTreeMap<Vec<u8>, Vec<(Moment, Option<Bytes>)>>;

/// The flushed part. Keep it across a simulated cut and hand it to the next [`MemoryIndex`].
#[derive(Clone, Default)]
pub struct MemoryTables(Arc<Mutex<BTreeMap<Vec<u8>, Bytes>>>);

/// The index in memory.
pub struct MemoryIndex {
    tables: MemoryTables,
    /// Everything readable, tables included.
    entries: RwLock<Entries>,
    pending: Mutex<Pending>,
    /// Entries that cursors went over.
    #[cfg(test)]
    pub(super) walked: std::sync::atomic::AtomicU64,
}

#[derive(Default)]
struct Pending {
    active: Vec<(Vec<u8>, Option<Bytes>)>,
    active_bytes: u64,
    sealed: Vec<(Vec<u8>, Option<Bytes>)>,
}

impl MemoryIndex {
    /// An index over what was flushed to `tables`.
    pub fn new(tables: MemoryTables) -> Self {
        let flushed = lock(&tables.0);
        let entries = flushed.iter().map(|(k, v)| (k.clone(), vec![(Moment(0), Some(v.clone()))]));
        let entries = RwLock::new(entries.collect());
        drop(flushed);
        Self {
            tables,
            entries,
            pending: Mutex::default(),
            #[cfg(test)]
            walked: Default::default(),
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no panic while the index is locked")
}

fn value_at(versions: &[(Moment, Option<Bytes>)], at: Moment) -> Option<&Bytes> {
    versions.iter().rev().find(|(moment, _)| *moment <= at)?.1.as_ref()
}

impl Index for MemoryIndex {
    fn apply(&self, changes: Vec<IndexChange>) {
        let mut entries = self.entries.write().expect("no panic while the index is locked");
        let mut pending = lock(&self.pending);
        for change in changes {
            let value = change.value.map(Bytes::from);
            let bytes = change.key.len() + value.as_ref().map_or(0, Bytes::len) + 64;
            pending.active_bytes += bytes as u64;
            pending.active.push((change.key.clone(), value.clone()));
            entries.entry(change.key).or_default().push((change.at, value));
        }
    }

    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, IndexError> {
        let entries = self.entries.read().expect("no panic while the index is locked");
        Ok(entries.get(key).and_then(|v| value_at(v, Moment(u64::MAX))).cloned())
    }

    fn cursor(
        &self,
        from: &[u8],
        to: &[u8],
        at: Moment,
    ) -> Result<Box<dyn Cursor + '_>, IndexError> {
        let mut cursor = MemoryCursor { index: self, to: to.to_vec(), at, entry: None };
        cursor.find(Bound::Included(from));
        Ok(Box::new(cursor))
    }

    fn is_crowded(&self, from: &[u8], to: &[u8], least: usize) -> bool {
        let entries = self.entries.read().expect("no panic while the index is locked");
        let range = (Bound::Included(from), Bound::Excluded(to));
        let versions = entries.range::<[u8], _>(range).flat_map(|(_, versions)| versions);
        versions.take(least).count() == least
    }

    /// Removed rows are not counted here: a look costs little.
    fn may_hide(&self, _least: usize) -> bool {
        true
    }

    fn is_resident(&self) -> bool {
        true
    }

    fn memtable_bytes(&self) -> u64 {
        lock(&self.pending).active_bytes
    }

    fn seal(&self) {
        let mut pending = lock(&self.pending);
        pending.active_bytes = 0;
        let active = std::mem::take(&mut pending.active);
        pending.sealed.extend(active);
    }

    fn flush(&self, oldest: Moment) -> Result<(), IndexError> {
        let sealed = std::mem::take(&mut lock(&self.pending).sealed);
        let mut tables = lock(&self.tables.0);
        let mut entries = self.entries.write().expect("no panic while the index is locked");
        for (key, value) in sealed {
            if let Some(versions) = entries.get_mut(&key) {
                // The newest version at or before `oldest` and all later ones stay readable.
                let first = versions.iter().rposition(|(moment, _)| *moment <= oldest);
                versions.drain(..first.unwrap_or(0));
                if matches!(versions.as_slice(), [(moment, None)] if *moment <= oldest) {
                    entries.remove(&key);
                }
            }
            match value {
                Some(value) => tables.insert(key, value),
                None => tables.remove(&key),
            };
        }
        Ok(())
    }

    fn compact(&self, _oldest: Moment) -> Result<bool, IndexError> {
        Ok(false)
    }
}

struct MemoryCursor<'a> {
    index: &'a MemoryIndex,
    to: Vec<u8>,
    at: Moment,
    entry: Option<(Vec<u8>, Bytes)>,
}

impl MemoryCursor<'_> {
    fn find(&mut self, from: Bound<&[u8]>) {
        let entries = self.index.entries.read().expect("no panic while the index is locked");
        let empty = match from {
            Bound::Included(from) | Bound::Excluded(from) => from >= self.to.as_slice(),
            Bound::Unbounded => false,
        };
        self.entry = None;
        if empty {
            return;
        }
        let range = entries.range::<[u8], _>((from, Bound::Excluded(self.to.as_slice())));
        for (key, versions) in range {
            #[cfg(test)]
            self.index.walked.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
            if let Some(value) = value_at(versions, self.at) {
                self.entry = Some((key.clone(), value.clone()));
                return;
            }
        }
    }
}

impl Cursor for MemoryCursor<'_> {
    fn entry(&self) -> Option<(&[u8], &[u8])> {
        self.entry.as_ref().map(|(key, value)| (key.as_slice(), value.as_ref()))
    }

    fn step(&mut self) -> Result<(), IndexError> {
        if let Some((key, _)) = self.entry.take() {
            self.find(Bound::Excluded(&key));
        }
        Ok(())
    }

    fn seek(&mut self, key: &[u8]) -> Result<(), IndexError> {
        self.find(Bound::Included(key));
        Ok(())
    }
}
