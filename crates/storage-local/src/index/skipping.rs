//! An index whose walks jump over what was removed: the cost of finding the next row does not grow
//! with the number of rows that were removed before it.
//!
//! A removed row stays in the index as a tombstone until compaction clears it away, and a cursor
//! steps over each. Whoever takes the first row of something again and again and removes it, as
//! queues, sweeps and the removal of versions do, would step over all that went before. So a walk
//! that took long for a row looks whether much lay in its way, and [`Gaps`] remembers where.

use super::gaps::Gaps;
use super::{Cursor, Index, IndexChange, IndexError, Waste};
use crate::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};
use bytes::Bytes;
use larder_platform::Clock;
use larder_storage::Moment;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Steps of a cursor between two looks at the clock.
const STEPS_TIMED: u32 = 8;
/// How many times as long steps and seeks may take as the opening of a cursor: a page has a
/// thousand of them, and where blocks come from a disk each would be followed by a look.
const PATIENCE: u64 = 4;

/// When gaps are remembered, and how many.
#[derive(Clone, Copy, Debug)]
pub struct GapOptions {
    /// Bytes that they may take.
    pub bytes_max: usize,
    /// Entries that must lie in a gap: to step over fewer costs less than to jump over them.
    pub entries_min: usize,
    /// How long the opening of a cursor may take, in ns, before what it went over is counted.
    pub slow_ns: u64,
}

impl Default for GapOptions {
    fn default() -> Self {
        Self { bytes_max: 1 << 20, entries_min: 32, slow_ns: 15_000 }
    }
}

/// An index in front of which gaps are remembered.
pub(crate) struct SkippingIndex {
    index: Arc<dyn Index>,
    clock: Arc<dyn Clock>,
    options: GapOptions,
    gaps: RwLock<Gaps>,
    /// Whether there are gaps; says so without the lock.
    any: AtomicBool,
}

impl SkippingIndex {
    /// Over `index`, in which all changes up to `applied` are.
    pub(crate) fn new(
        index: Arc<dyn Index>,
        clock: Arc<dyn Clock>,
        options: GapOptions,
        applied: Moment,
    ) -> Self {
        let gaps = RwLock::new(Gaps::new(options.bytes_max, applied.0));
        Self { index, clock, options, gaps, any: AtomicBool::new(false) }
    }

    fn read(&self) -> RwLockReadGuard<'_, Gaps> {
        self.gaps.read().expect("no panic while the gaps are locked")
    }

    fn write(&self) -> RwLockWriteGuard<'_, Gaps> {
        self.gaps.write().expect("no panic while the gaps are locked")
    }

    /// Whether so much lies between two keys that a jump is worth it.
    fn is_crowded(&self, from: &[u8], to: &[u8]) -> bool {
        self.index.is_crowded(from, to, self.options.entries_min)
    }

    fn tables_changed(&self) {
        if self.any.load(Ordering::Relaxed) {
            self.write().tables_changed();
        }
    }
}

impl Index for SkippingIndex {
    fn apply(&self, changes: Vec<IndexChange>) {
        // Before they are in the index, so that no reader at their moments jumps over them.
        if let Some(at) = changes.iter().map(|change| change.at.0).max() {
            let puts = changes.iter().filter(|change| change.value.is_some());
            self.write().changed(puts.map(|change| &change.key[..]), at);
        }
        self.index.apply(changes);
    }

    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, IndexError> {
        self.index.get(key)
    }

    fn get_resident(&self, key: &[u8]) -> Option<Bytes> {
        self.index.get_resident(key)
    }

    fn cursor(
        &self,
        from: &[u8],
        to: &[u8],
        at: Moment,
    ) -> Result<Box<dyn Cursor + '_>, IndexError> {
        // The engine's own rows are read at no pinned moment.
        let is_internal = from.first() == Some(&0);
        let any = self.any.load(Ordering::Acquire);
        if is_internal || !any && !self.index.may_hide(self.options.entries_min) {
            return self.index.cursor(from, to, at);
        }
        Ok(Box::new(SkippingCursor::open(self, (from, to), at)?))
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
        let flushed = self.index.flush(oldest);
        self.tables_changed();
        flushed
    }

    fn compact(&self, oldest: Moment) -> Result<bool, IndexError> {
        let done = self.index.compact(oldest);
        if !matches!(done, Ok(false)) {
            self.tables_changed();
        }
        done
    }

    fn waste(&self) -> Waste {
        self.index.waste()
    }

    fn table_bytes(&self) -> u64 {
        self.index.table_bytes()
    }

    fn rewrite(&self, oldest: Moment) -> Result<(), IndexError> {
        let done = self.index.rewrite(oldest);
        self.tables_changed();
        done
    }
}

/// A walk that jumps over gaps. Its inner cursor walks from one gap to the next.
struct SkippingCursor<'a> {
    owner: &'a SkippingIndex,
    at: Moment,
    to: Vec<u8>,
    inner: Box<dyn Cursor + 'a>,
    /// Where the inner cursor ends: at a gap, or at `to`.
    inner_end: Vec<u8>,
    /// Whether what it finds may be remembered: its moment is no later than what is in the index.
    learns: bool,
    /// The entry since which its steps are timed.
    timed_from: Vec<u8>,
    timed_since_ns: u64,
    steps: u32,
}

impl<'a> SkippingCursor<'a> {
    fn open(
        owner: &'a SkippingIndex,
        (from, to): (&[u8], &[u8]),
        at: Moment,
    ) -> Result<Self, IndexError> {
        let mut cursor = Self {
            owner,
            at,
            to: to.to_vec(),
            inner: Box::new(Nothing),
            inner_end: Vec::new(),
            learns: at.0 <= owner.read().applied(),
            timed_from: Vec::new(),
            timed_since_ns: 0,
            steps: 0,
        };
        cursor.enter(from)?;
        Ok(cursor)
    }

    /// Goes to the first entry at or after `from`, over every gap in the way.
    fn enter(&mut self, from: &[u8]) -> Result<(), IndexError> {
        let mut from = from.to_vec();
        loop {
            let jumped = self.jump(&mut from);
            if from >= self.to {
                self.inner = Box::new(Nothing);
                self.inner_end.clone_from(&self.to);
                return Ok(());
            }
            let begun_ns = self.owner.clock.monotonic_ns();
            self.inner = self.owner.index.cursor(&from, &self.inner_end, self.at)?;
            let slow = self.is_slow(begun_ns, 1);
            let found = self.inner.entry().map(|(key, _)| key);
            let until = found.unwrap_or(&self.inner_end);
            let reached_gap = found.is_none() && self.inner_end < self.to;
            if from[..] < *until {
                // Beside a gap even a little is worth to be known: it makes the gap longer.
                if jumped || reached_gap {
                    self.learn(&from, until, false);
                } else if slow {
                    self.look(&from, until);
                }
            }
            if !reached_gap {
                self.time_from_here();
                return Ok(());
            }
            from.clone_from(&self.inner_end);
        }
    }

    /// Moves `from` behind the gaps that it is in, and sets where the inner cursor is to end.
    fn jump(&mut self, from: &mut Vec<u8>) -> bool {
        let mut jumped = false;
        self.inner_end.clone_from(&self.to);
        while *from < self.to && self.owner.any.load(Ordering::Acquire) {
            let Some(ahead) = self.owner.read().ahead(from, &self.to, self.at.0) else { break };
            if !ahead.checked {
                let worth = self.owner.is_crowded(&ahead.start, &ahead.end);
                self.owner.write().check(&ahead.start, worth);
            } else if ahead.start <= *from {
                *from = ahead.end;
                jumped = true;
            } else {
                self.inner_end = ahead.start;
                break;
            }
        }
        jumped
    }

    fn is_slow(&self, begun_ns: u64, patience: u64) -> bool {
        let took_ns = self.owner.clock.monotonic_ns().saturating_sub(begun_ns);
        took_ns >= self.owner.options.slow_ns.saturating_mul(patience)
    }

    fn learn(&self, from: &[u8], to: &[u8], worth: bool) {
        if self.learns {
            let mut gaps = self.owner.write();
            gaps.learn((from, to), self.at.0, worth);
            self.owner.any.store(!gaps.is_empty(), Ordering::Release);
        }
    }

    /// Remembers that nothing was found between two keys if much lies there.
    fn look(&self, from: &[u8], to: &[u8]) {
        if self.learns && self.owner.is_crowded(from, to) {
            self.learn(from, to, true);
        }
    }

    fn time_from_here(&mut self) {
        self.steps = 0;
        self.timed_from.clear();
        if let Some((key, _)) = self.inner.entry() {
            self.timed_from.extend_from_slice(key);
        }
        self.timed_since_ns = self.owner.clock.monotonic_ns();
    }

    /// The last steps took long: goes them again and looks at each.
    fn look_again(&self) -> Result<(), IndexError> {
        if !self.learns || self.timed_from.is_empty() {
            return Ok(());
        }
        let found = self.inner.entry().map(|(key, _)| key);
        let until = found.unwrap_or(&self.inner_end);
        // What it showed counts as well.
        let shown = self.steps as usize;
        let least = self.owner.options.entries_min + shown;
        if !self.owner.index.is_crowded(&self.timed_from, until, least) {
            return Ok(());
        }
        let mut cursor = self.owner.index.cursor(&self.timed_from, until, self.at)?;
        let mut from = self.timed_from.clone();
        loop {
            let next = cursor.entry().map_or(until, |(key, _)| key);
            if from[..] < *next {
                self.look(&from, next);
            }
            if cursor.entry().is_none() {
                return Ok(());
            }
            from = [next, &[0]].concat();
            cursor.step()?;
        }
    }
}

impl Cursor for SkippingCursor<'_> {
    fn entry(&self) -> Option<(&[u8], &[u8])> {
        self.inner.entry()
    }

    fn step(&mut self) -> Result<(), IndexError> {
        self.inner.step()?;
        self.steps += 1;
        let is_over = self.inner.entry().is_none();
        if is_over || self.steps >= STEPS_TIMED {
            if self.is_slow(self.timed_since_ns, PATIENCE) {
                self.look_again()?;
            }
            self.time_from_here();
        }
        if is_over && self.inner_end < self.to {
            self.enter(&self.inner_end.clone())
        } else {
            Ok(())
        }
    }

    fn seek(&mut self, key: &[u8]) -> Result<(), IndexError> {
        if *key >= self.inner_end[..] {
            return self.enter(key);
        }
        let begun_ns = self.owner.clock.monotonic_ns();
        self.inner.seek(key)?;
        if self.is_slow(begun_ns, PATIENCE) {
            let found = self.inner.entry().map(|(key, _)| key);
            let until = found.unwrap_or(&self.inner_end);
            if key < until {
                self.look(key, until);
            }
        }
        self.time_from_here();
        if self.inner.entry().is_none() && self.inner_end < self.to {
            self.enter(&self.inner_end.clone())
        } else {
            Ok(())
        }
    }
}

/// A cursor behind its last entry.
struct Nothing;

impl Cursor for Nothing {
    fn entry(&self) -> Option<(&[u8], &[u8])> {
        None
    }

    fn step(&mut self) -> Result<(), IndexError> {
        Ok(())
    }

    fn seek(&mut self, _key: &[u8]) -> Result<(), IndexError> {
        Ok(())
    }
}

#[cfg(test)]
mod tests;
