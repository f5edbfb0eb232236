//! A walk over the memtables and tables of the index, merged.
//!
//! The crate's own range cannot seek: it would be made anew at every common prefix of a listing,
//! and reads two entries more than it shows. Here each memtable and each run of tables keeps its
//! place. A seek moves those that stand before the key, and nothing is read before it is asked for:
//! in a large memtable every entry is three memory accesses that miss the caches.
//!
//! Rows are shown as of one moment: what is newer is left out where it is read, and of the versions
//! of a key that are left the newest counts. Where a flush has just made a table of a memtable, the
//! same rows stand in both; they are versions of the same age, and one of them is shown.

use super::lsm::failed;
use super::{Cursor, IndexError};
use lsm_tree::{AbstractTree as _, AnyTree, InternalValue, Memtable, SeqNo, UserKey, ValueType};
use std::collections::VecDeque;
use std::ops::Bound;
use std::sync::Arc;

/// Entries of a memtable that are read at once by who steps on and on; finding the place where the
/// next ones begin takes as long as reading some ten of them.
const AHEAD_MAX: usize = 64;
/// How much more is read at once each time that a walk steps beyond what was read.
const AHEAD_GROWTH: usize = 2;

type Entries = Box<dyn Iterator<Item = lsm_tree::Result<InternalValue>> + Send>;
/// Begins to read rows at a key.
type Open = Box<dyn Fn(&UserKey) -> Option<Entries> + Send>;

/// Rows in the order of their keys, newest version first.
trait Source: Send {
    /// The row it stands on; `None` behind the last.
    fn head(&self) -> Option<&InternalValue>;
    /// Goes to the next row.
    fn step(&mut self) -> lsm_tree::Result<()>;
    /// Goes to the first row at or after this one.
    fn seek(&mut self, to: &InternalValue) -> lsm_tree::Result<()>;
}

/// What an index is made of at some moment: rows may be in several of these, but never in none.
pub(super) struct Parts {
    /// The memtables, sealed or not.
    pub(super) memtables: Vec<Arc<Memtable>>,
    /// Rows at or after this number are newer than the walk.
    pub(super) seqno: SeqNo,
}

/// A walk as of one moment.
pub(super) struct MergedCursor {
    sources: Vec<Box<dyn Source>>,
    to: Vec<u8>,
    seqno: SeqNo,
    /// The source whose row is shown.
    current: Option<usize>,
}

impl MergedCursor {
    /// A walk from `from` to before `to` over `parts` and, read after those, the tables of `tree`.
    pub(super) fn new(
        parts: Parts,
        tree: &AnyTree,
        (from, to): (&[u8], &[u8]),
    ) -> Result<Self, IndexError> {
        let seqno = parts.seqno;
        let mut sources: Vec<Box<dyn Source>> = Vec::new();
        for memtable in parts.memtables.into_iter().filter(|memtable| !memtable.is_empty()) {
            sources.push(Box::new(MemtableSource::new(memtable, seqno)));
        }
        for level in tree.current_version().iter_levels() {
            for run in level.iter() {
                let run = Arc::clone(run);
                let open = move |from: &UserKey| -> Option<Entries> {
                    let (first, _) = run.range_overlap_indexes(&(from.clone()..))?;
                    let first_rows = run.get(first)?.range(from.clone()..);
                    if first + 1 == run.len() {
                        return Some(Box::new(first_rows));
                    }
                    let rest = Arc::clone(&run);
                    let rest =
                        (first + 1..run.len()).filter_map(move |n| Some(rest.get(n)?.iter()));
                    Some(Box::new(first_rows.chain(rest.flatten())))
                };
                let open = Box::new(open);
                sources.push(Box::new(RunSource { open, entries: None, head: None, seqno }));
            }
        }
        let mut cursor = Self { sources, to: to.to_vec(), seqno, current: None };
        cursor.move_to(from, |_| true)?;
        Ok(cursor)
    }

    /// Moves the sources that `is_before` says are before `key`, to it.
    fn move_to(
        &mut self,
        key: &[u8],
        is_before: impl Fn(&dyn Source) -> bool,
    ) -> Result<(), IndexError> {
        if key >= self.to.as_slice() {
            self.sources.clear();
            self.current = None;
            return Ok(());
        }
        // Versions of a key stand newest first: this is where those begin that are old enough.
        let newest = self.seqno.saturating_sub(1);
        let to = InternalValue::from_components(key, [], newest, ValueType::Tombstone);
        for source in &mut self.sources {
            if is_before(&**source) {
                source.seek(&to).map_err(failed)?;
            }
        }
        self.show_next()
    }

    /// Stands on the least key that is not removed.
    fn show_next(&mut self) -> Result<(), IndexError> {
        loop {
            let heads = self.sources.iter().enumerate();
            let heads = heads.filter_map(|(n, source)| source.head().map(|head| (n, head)));
            let least = heads.min_by(|(_, a), (_, b)| a.key.cmp(&b.key));
            let least = least.filter(|(_, head)| *head.key.user_key < self.to[..]);
            self.current = least.map(|(n, _)| n);
            match least {
                Some((_, head)) if head.key.is_tombstone() => {
                    let key = head.key.user_key.clone();
                    self.pass(&key)?;
                }
                _ => return Ok(()),
            }
        }
    }

    /// Goes behind all versions of a key.
    fn pass(&mut self, key: &UserKey) -> Result<(), IndexError> {
        for source in &mut self.sources {
            while source.head().is_some_and(|head| head.key.user_key == *key) {
                source.step().map_err(failed)?;
            }
        }
        Ok(())
    }

    fn head(&self) -> Option<&InternalValue> {
        self.sources.get(self.current?)?.head()
    }
}

impl Cursor for MergedCursor {
    fn entry(&self) -> Option<(&[u8], &[u8])> {
        self.head().map(|head| (&*head.key.user_key, &*head.value))
    }

    fn step(&mut self) -> Result<(), IndexError> {
        let Some(key) = self.head().map(|head| head.key.user_key.clone()) else {
            return Ok(());
        };
        self.pass(&key)?;
        self.show_next()
    }

    fn seek(&mut self, key: &[u8]) -> Result<(), IndexError> {
        self.move_to(key, |source| source.head().is_some_and(|head| *head.key.user_key < *key))
    }
}

/// A memtable, read some entries at a time: an entry can only be held on to for as long as the
/// borrow of its memtable.
struct MemtableSource {
    memtable: Arc<Memtable>,
    seqno: SeqNo,
    /// The row it stands on and those read with it.
    ahead: VecDeque<InternalValue>,
    /// How many are read the next time.
    more: usize,
    /// There is nothing behind those.
    is_end: bool,
}

impl MemtableSource {
    fn new(memtable: Arc<Memtable>, seqno: SeqNo) -> Self {
        Self { memtable, seqno, ahead: VecDeque::new(), more: 1, is_end: false }
    }

    /// Reads rows behind `from`, or from it on.
    fn read(&mut self, from: &InternalValue, inclusive: bool) {
        let from = if inclusive { Bound::Included(&from.key) } else { Bound::Excluded(&from.key) };
        let mut next = self.memtable.items.lower_bound(from);
        while let Some(entry) = next {
            if entry.key().seqno < self.seqno {
                let (key, value) = (entry.key().clone(), entry.value().clone());
                self.ahead.push_back(InternalValue { key, value });
                if self.ahead.len() == self.more {
                    return;
                }
            }
            next = entry.next();
        }
        self.is_end = true;
    }
}

impl Source for MemtableSource {
    fn head(&self) -> Option<&InternalValue> {
        self.ahead.front()
    }

    fn step(&mut self) -> lsm_tree::Result<()> {
        let passed = self.ahead.pop_front();
        if let Some(passed) = passed.filter(|_| self.ahead.is_empty() && !self.is_end) {
            self.more = (self.more * AHEAD_GROWTH).min(AHEAD_MAX);
            self.read(&passed, false);
        }
        Ok(())
    }

    fn seek(&mut self, to: &InternalValue) -> lsm_tree::Result<()> {
        while self.ahead.front().is_some_and(|row| row.key < to.key) {
            self.ahead.pop_front();
        }
        if self.ahead.is_empty() && !self.is_end {
            self.more = 1;
            self.read(to, true);
        }
        Ok(())
    }
}

/// A run: tables whose keys do not overlap.
struct RunSource {
    /// The rows from a key on.
    open: Open,
    entries: Option<Entries>,
    head: Option<InternalValue>,
    seqno: SeqNo,
}

impl Source for RunSource {
    fn head(&self) -> Option<&InternalValue> {
        self.head.as_ref()
    }

    fn step(&mut self) -> lsm_tree::Result<()> {
        self.head = None;
        for row in self.entries.iter_mut().flatten() {
            let row = row?;
            if row.key.seqno < self.seqno {
                self.head = Some(row);
                break;
            }
        }
        Ok(())
    }

    fn seek(&mut self, to: &InternalValue) -> lsm_tree::Result<()> {
        self.entries = (self.open)(&to.key.user_key);
        self.step()
    }
}

#[cfg(test)]
mod tests;
