//! Stretches of the index that are known to hold no live row, so that a walk need not step over
//! what was removed there again and again.
//!
//! A gap is half open. Marks say how far it reaches, each further than the one before:
//!
//! - `proven`: no row up to there is alive at any moment from the mark's on. A reader in the past
//!   uses an older mark when the newest came after its moment.
//! - `claim`: a walk found nothing up to there, but changes had come since its moment, and one of
//!   them may have put a row there before anybody looked. From the claim's moment on every put is
//!   known, because it cuts the claim. A later walk at or after that moment which finds nothing
//!   either is the proof.

use std::collections::BTreeMap;
use std::ops::Bound;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// What a gap takes beside its keys, in bytes: map, marks, allocations.
const GAP_BYTES: usize = 320;
/// Marks that a gap is proven by: one for who reads now, one for readers that are on their way from
/// pinning their moment to looking here, and one that grows old enough to take its place.
const MARKS_MAX: usize = 3;
/// How many moments old the oldest mark is at least once there are so many.
const SETTLED_MOMENTS: u64 = 1_000;
/// The state of tables in which a gap was never checked.
const UNCHECKED: u64 = 0;

/// How far a gap reaches, and from which moment on.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Reach {
    end: Vec<u8>,
    since: u64,
}

#[derive(Debug, Default)]
struct Gap {
    /// The oldest first.
    proven: Vec<Reach>,
    claim: Option<Reach>,
    /// The state of the tables in which it was seen to be worth a jump.
    checked: AtomicU64,
    /// Whether a walk has used it since the last sweep.
    used: AtomicBool,
}

/// A gap ahead of a walk.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Ahead {
    pub(super) start: Vec<u8>,
    pub(super) end: Vec<u8>,
    /// Whether a jump over it is known to be cheaper than a walk through it.
    pub(super) checked: bool,
}

/// All gaps. They never overlap.
#[derive(Debug)]
pub(super) struct Gaps {
    by_start: BTreeMap<Vec<u8>, Gap>,
    bytes: usize,
    bytes_max: usize,
    /// The last moment whose changes were announced by [`Gaps::changed`].
    applied: u64,
    /// Goes up when tables are written: what was removed may be gone from them.
    tables: u64,
}

impl Gap {
    fn unchecked(mut proven: Vec<Reach>, claim: Option<Reach>) -> Self {
        // Cut to one length, the older mark says all that the newer does.
        proven.dedup_by(|newer, older| newer.end == older.end);
        let last = proven.last();
        let claim = claim.filter(|claim| last.is_none_or(|last| claim.end > last.end));
        Self { proven, claim, ..Self::default() }
    }

    fn end_at(&self, at: u64) -> Option<&[u8]> {
        let mark = self.proven.iter().rev().find(|mark| mark.since <= at);
        mark.map(|mark| &mark.end[..])
    }

    /// How far it is proven to reach for those who read now.
    fn proven_end(&self) -> Option<&[u8]> {
        self.proven.last().map(|mark| &mark.end[..])
    }

    /// The furthest mark's end; `start` when there is none.
    fn extent<'a>(&'a self, start: &'a [u8]) -> &'a [u8] {
        self.claim.as_ref().or(self.proven.last()).map_or(start, |mark| &mark.end)
    }

    fn bytes(&self, start: &[u8]) -> usize {
        let ends = self.proven.iter().chain(&self.claim).map(|mark| mark.end.len());
        GAP_BYTES + start.len() + ends.sum::<usize>()
    }

    /// Proven up to `end`, which is no nearer than before, from `at` on.
    fn prove(&mut self, end: Vec<u8>, at: u64) {
        // The part that was proven before need not hold at the moment of a walk before that.
        let since = self.proven.last().map_or(at, |last| at.max(last.since));
        if let [.., middle, _] = &self.proven[..]
            && self.proven.len() == MARKS_MAX
        {
            if at.saturating_sub(middle.since) >= SETTLED_MOMENTS {
                drop(self.proven.remove(0))
            } else {
                drop(self.proven.pop())
            }
        }
        self.proven.push(Reach { end, since });
    }
}

impl Gaps {
    /// No gaps. Changes up to `applied` are in the index.
    pub(super) fn new(bytes_max: usize, applied: u64) -> Self {
        let tables = UNCHECKED + 1;
        Self { by_start: BTreeMap::new(), bytes: 0, bytes_max, applied, tables }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.by_start.is_empty()
    }

    pub(super) fn applied(&self) -> u64 {
        self.applied
    }

    #[cfg(test)]
    pub(super) fn by_start_len(&self) -> usize {
        self.by_start.len()
    }

    /// Bytes taken.
    #[cfg(test)]
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Tables were written: every gap is to be checked before it is used again.
    pub(super) fn tables_changed(&mut self) {
        self.tables += 1;
    }

    /// Announces changes up to `at` before they are in the index: these keys get a value.
    pub(super) fn changed<'a>(&mut self, puts: impl Iterator<Item = &'a [u8]>, at: u64) {
        if !self.by_start.is_empty() {
            puts.for_each(|key| self.cut(key));
            self.sweep();
        }
        self.applied = self.applied.max(at);
    }

    /// The first gap for a reader at `at` that ends behind `from` and begins before `to`.
    pub(super) fn ahead(&self, from: &[u8], to: &[u8], at: u64) -> Option<Ahead> {
        let (before, after) = (
            self.by_start.range::<[u8], _>((Bound::Unbounded, Bound::Included(from))).next_back(),
            (Bound::Excluded(from), Bound::Excluded(to)),
        );
        let found = before.and_then(|(start, gap)| Some((start, gap, gap.end_at(at)?)));
        let found = found.filter(|(.., end)| *end > from).or_else(|| {
            let mut after = self.by_start.range::<[u8], _>(after);
            after.find_map(|(start, gap)| Some((start, gap, gap.end_at(at)?)))
        });
        found.map(|(start, gap, end)| {
            gap.used.store(true, Ordering::Relaxed);
            let checked = gap.checked.load(Ordering::Relaxed) == self.tables;
            Ahead { start: start.clone(), end: end.to_vec(), checked }
        })
    }

    /// Says whether a jump over a gap is worth it. One that is not is forgotten.
    pub(super) fn check(&mut self, start: &[u8], worth: bool) {
        match self.by_start.get(start) {
            Some(gap) if worth => gap.checked.store(self.tables, Ordering::Relaxed),
            Some(_) => drop(self.remove(start)),
            None => {}
        }
    }

    /// A walk at `at` found nothing from `from` to `to`. `worth` when it is known that a jump is
    /// worth it there.
    pub(super) fn learn(&mut self, (from, to): (&[u8], &[u8]), at: u64, worth: bool) {
        assert!(from < to, "a walk moves forward");
        if at >= self.applied {
            self.add_proven((from, to), at, worth);
        } else {
            self.prove_claims((from, to), at);
            self.claim((from, to));
        }
        self.sweep();
    }

    fn remove(&mut self, start: &[u8]) -> Option<(Vec<u8>, Gap)> {
        let (start, gap) = self.by_start.remove_entry(start)?;
        self.bytes -= gap.bytes(&start);
        Some((start, gap))
    }

    /// Keeps a gap, unless it has no mark left.
    fn insert(&mut self, start: Vec<u8>, gap: Gap) {
        if gap.extent(&start) > &start[..] {
            self.bytes += gap.bytes(&start);
            let other = self.by_start.insert(start, gap);
            assert!(other.is_none(), "gaps do not overlap");
        }
    }

    /// The start of the last gap that begins at or before `key`, when it reaches to `key` or on.
    fn start_around(&self, key: &[u8]) -> Option<Vec<u8>> {
        let mut before = self.by_start.range::<[u8], _>((Bound::Unbounded, Bound::Included(key)));
        let (start, gap) = before.next_back()?;
        (gap.extent(start) >= key).then(|| start.clone())
    }

    /// The start of the first gap behind `key`, up to `to` itself.
    fn start_behind(&self, key: &[u8], to: &[u8]) -> Option<Vec<u8>> {
        let range = (Bound::Excluded(key), Bound::Included(to));
        self.by_start.range::<[u8], _>(range).next().map(|(start, _)| start.clone())
    }

    /// The key gets a value: what lies on either side of it goes on to be a gap.
    fn cut(&mut self, key: &[u8]) {
        let Some(start) = self.start_around(key) else { return };
        if self.by_start[&start].extent(&start) == key {
            return;
        }
        let (start, gap) = self.remove(&start).expect("it was just found");
        let next = [key, &[0]].concat();
        let before = |mark: &Reach| Reach { end: key.min(&mark.end).to_vec(), since: mark.since };
        let behind = |mark: &&Reach| mark.end > next;
        let (left, right) = (
            (gap.proven.iter().map(before).collect(), gap.claim.as_ref().map(before)),
            (
                gap.proven.iter().filter(behind).cloned().collect(),
                gap.claim.as_ref().filter(behind).cloned(),
            ),
        );
        self.insert(start, Gap::unchecked(left.0, left.1));
        self.insert(next, Gap::unchecked(right.0, right.1));
    }

    /// Nothing has changed since the walk, so that what it found holds from its moment on; and so
    /// does every mark there is.
    fn add_proven(&mut self, (from, to): (&[u8], &[u8]), at: u64, mut worth: bool) {
        let (mut start, mut end, mut gap) = (from.to_vec(), to.to_vec(), Gap::default());
        if let Some(around) = self.start_around(from) {
            let (before, mut found) = self.remove(&around).expect("it was just found");
            if found.proven_end().is_some_and(|end| end >= from) {
                worth |= *found.checked.get_mut() == self.tables;
                end = end.max(found.proven_end().expect("just seen").to_vec());
                (start, gap) = (before, found);
            } else {
                // Only its claim reaches here.
                found.claim = found.claim.filter(|_| before[..] < *from);
                if let Some(claim) = &mut found.claim {
                    claim.end = from.to_vec();
                }
                self.insert(before, found);
            }
        }
        while let Some(next) = self.start_behind(&start, &end) {
            if next == end && self.by_start[&next].proven_end().is_none() {
                break;
            }
            let (_, mut found) = self.remove(&next).expect("it was just found");
            worth |= *found.checked.get_mut() == self.tables;
            if let Some(far) = found.proven_end().filter(|far| *far > &end[..]) {
                end = far.to_vec();
            }
        }
        gap.prove(end, at);
        gap.claim = None;
        gap.checked = AtomicU64::new(if worth { self.tables } else { UNCHECKED });
        gap.used = AtomicBool::new(true);
        self.insert(start, gap);
    }

    /// The walk saw all of these claims, at or after their moments: as far as it went they hold.
    fn prove_claims(&mut self, (from, to): (&[u8], &[u8]), at: u64) {
        let mut next = self.start_around(from).or_else(|| self.start_behind(from, to));
        while let Some(start) = next.filter(|start| &start[..] < to) {
            let gap = &self.by_start[&start];
            let proven = gap.proven_end().unwrap_or(&start);
            let claim = gap.claim.as_ref().filter(|claim| claim.since <= at);
            if let Some(claim) = claim.filter(|_| from <= proven && proven < to) {
                let end = to.min(&claim.end).to_vec();
                self.promote(&start, end, at);
            }
            next = self.start_behind(&start, to);
        }
    }

    fn promote(&mut self, start: &[u8], mut end: Vec<u8>, at: u64) {
        let (start, mut gap) = self.remove(start).expect("the caller found it");
        gap.claim = gap.claim.take().filter(|claim| claim.end > end);
        // Where it now touches the next one, the two are one for who reads at `at` or later.
        let follows = self.by_start.get(&end).and_then(|next| next.end_at(at));
        if let Some(far) = follows.map(<[u8]>::to_vec) {
            let (from, mut next) = self.remove(&end).expect("it was just found");
            let worth = (*gap.checked.get_mut()).max(*next.checked.get_mut());
            gap.checked = AtomicU64::new(worth);
            let furthest = next.extent(&from).to_vec();
            // What is fresher than this walk stays a gap of its own, or is found again.
            if furthest > far {
                next.proven.retain(|mark| mark.end > far);
                let claim = next.claim.take().filter(|claim| claim.end > far);
                self.insert(far.clone(), Gap::unchecked(next.proven, claim));
            }
            end = far;
        }
        gap.prove(end, at);
        self.insert(start, gap);
    }

    /// Remembers what the walk found, where nothing is known yet.
    fn claim(&mut self, (from, to): (&[u8], &[u8])) {
        let around = self.start_around(from);
        let start = around.as_deref().unwrap_or(from);
        let (start, mut gap) = self.remove(start).unwrap_or((start.to_vec(), Gap::default()));
        let end = self.start_behind(&start, to).unwrap_or_else(|| to.to_vec());
        if gap.claim.is_none() && &end[..] > gap.extent(&start) {
            gap.claim = Some(Reach { end, since: self.applied });
        }
        self.insert(start, gap);
    }

    /// Forgets gaps that nobody used since the last sweep, then the others, until there is room.
    fn sweep(&mut self) {
        while self.bytes > self.bytes_max {
            let mut freed = 0;
            self.by_start.retain(|start, gap| {
                let stays = std::mem::take(gap.used.get_mut());
                freed += if stays { 0 } else { gap.bytes(start) };
                stays
            });
            self.bytes -= freed;
        }
    }
}

#[cfg(test)]
mod tests;
