//! gc of segments: live records are copied out of the emptiest segment through the committer, and
//! a segment that holds none is freed.

use crate::index::IndexError;
use crate::journal::{
    BlockState, Ends, FreeSegment, Op, PlacedRecord, RecordPlace, RecordView, SEGMENT_HEADER_BYTES,
    Seal, Segment, SegmentReader, Stretch, write_block,
};
use crate::metrics::count;
use crate::queue::Command;
use crate::state::EngineState;
use larder_platform::OpenMode;
use larder_storage::{CommitError, Moment, Receipt};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::oneshot;
use tokio::sync::oneshot::error::TryRecvError;

/// gc begins when segments hold more than this many percent of the live bytes.
const USED_PERCENT_MAX: u64 = 130;

/// Bytes of records moved at a time. Many small batches become one large one: to move them one by
/// one would write as much padding as it frees, and never come to an end.
const ROUND_BYTES: usize = 256 << 10;

const _: () = assert!(ROUND_BYTES <= crate::layout::BATCH_BYTES_MAX / 2);

/// How an error begins that says a segment is damaged.
const DAMAGED: &str = "it is damaged";
/// When a segment that was found damaged is looked at again: what a read returned need not be what
/// is stored. Each time it still is, the wait doubles.
const SUSPECT_WAIT_MIN: Duration = Duration::from_secs(10);
const SUSPECT_WAIT_MAX: Duration = Duration::from_secs(24 * 3600);

/// How gc stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There is more to do at once.
    More,
    /// The committer has records to write first; it wakes the keepers then.
    Waiting,
    /// There is nothing to do, or it could not be done now.
    Nothing,
    /// There may be something to do after this long.
    Later(Duration),
}

/// gc at work: at most one segment at a time, a round of its batches at a time.
#[derive(Default)]
pub(crate) struct SegmentGc {
    emptying: Option<Emptying>,
    /// Segments found damaged, by sequence: they are kept as they are, for a repair.
    suspects: BTreeMap<u64, Suspect>,
}

/// A segment that could not be read.
#[derive(Clone, Copy)]
struct Suspect {
    /// When it is looked at again, on the monotonic clock.
    again_ns: u64,
    wait: Duration,
}

/// What is moved at a time.
#[derive(Default)]
struct Round {
    moves: Vec<(Command, usize)>,
    bytes: usize,
    /// Keys whose tombstone is among the moves. A key may have several in one segment, none of
    /// them less the newest than another by what the index says: to move two at once would be to
    /// see the second refused because of the first, for ever.
    tombstones: BTreeSet<Vec<u8>>,
}

struct Emptying {
    victim: Arc<Segment>,
    /// Whether no older segment is in use: then its tombstones have nothing left to hide.
    oldest: bool,
    reader: SegmentReader,
    /// Offset and sequence of the first batch whose records are in flight.
    batch: (u64, u64),
    /// A record of those batches was not moved, because its row had changed.
    refused: bool,
    in_flight: Vec<oneshot::Receiver<Result<Receipt, CommitError>>>,
}

/// Frees every segment that holds nothing live and that a restart does not need.
pub(crate) fn free_dead_segments(shared: &EngineState) -> u64 {
    let durable = shared.durable_segment();
    let all = shared.segments.all();
    let used: u64 = all.iter().map(|segment| segment.end()).sum();
    let live: u64 = all.iter().map(|segment| segment.live_bytes()).sum();
    shared.metrics.segment_bytes.store(used, Ordering::Relaxed);
    shared.metrics.live_bytes.store(live, Ordering::Relaxed);
    let mut freed = 0;
    let Ok(_freeing) = shared.frees.try_read() else {
        // A copy is being made, which needs them.
        return 0;
    };
    for segment in all {
        if segment.sequence >= durable || segment.live_bytes() > 0 {
            continue;
        }
        match free(shared, &segment) {
            Ok(()) => freed += 1,
            Err(error) => {
                log::warn!("segment {:08x} could not be freed: {error}", segment.slot);
                // Oldest first: what a failed write left in it is known only from the header of
                // the one behind it.
                return freed;
            }
        }
    }
    freed
}

/// Its header is the one that says where the segment before it ends: that one is told itself first.
/// The header says durably that the segment is free before anything relies on it: a rebuild of
/// the index must not find rows in it whose tombstones are gone.
fn free(shared: &EngineState, segment: &Segment) -> io::Result<()> {
    if let Some(link) = segment.header.previous
        && let Some(before) = shared.segments.get(link.segment)
    {
        let path = shared.layout.segment(before.slot);
        let file = shared.platform.disk.open(&path, OpenMode::Direct)?;
        let seal = Seal { end: link.end, closed: true };
        write_block(&*file, &before.header.encode_sealed(seal))?;
    }
    let path = shared.layout.segment(segment.slot);
    let file = shared.platform.disk.open(&path, OpenMode::Direct)?;
    let end = segment.end().max(SEGMENT_HEADER_BYTES as u64);
    write_block(&*file, &segment.header.encode_freed(end))?;
    shared.segments.remove(segment.sequence);
    if !shared.slots.put(FreeSegment { slot: segment.slot, bytes: segment.bytes }) {
        shared.platform.disk.remove(&path)?;
    }
    Ok(())
}

impl SegmentGc {
    /// Does one piece of work.
    pub(crate) fn step(&mut self, shared: &EngineState) -> Progress {
        if self.emptying.is_none() {
            self.emptying = self.choose(shared);
        }
        let Some(emptying) = &mut self.emptying else {
            return self.later(shared);
        };
        match emptying.step(shared) {
            Ok(Some(progress)) => progress,
            Ok(None) => {
                self.suspects.remove(&emptying.victim.sequence);
                self.emptying = None;
                Progress::More
            }
            Err(error) => {
                let victim = emptying.victim.clone();
                self.emptying = None;
                if error.0.contains(DAMAGED) {
                    self.suspect(shared, &victim, &error.0);
                    return Progress::More;
                }
                log::warn!("gc of segment {:08x} stopped: {error}", victim.slot);
                Progress::Nothing
            }
        }
    }

    /// Leaves a segment alone for a while, twice as long as the last time.
    fn suspect(&mut self, shared: &EngineState, segment: &Segment, what: &str) {
        let waited = self.suspects.get(&segment.sequence).map(|suspect| suspect.wait);
        let wait = waited.map_or(SUSPECT_WAIT_MIN, |wait| (2 * wait).min(SUSPECT_WAIT_MAX));
        let again_ns = shared.platform.clock.monotonic_ns() + wait.as_nanos() as u64;
        self.suspects.insert(segment.sequence, Suspect { again_ns, wait });
        log::error!(
            "gc leaves segment {:08x} alone, {what}: stop the server and run `larder check`, then \
             `larder repair`",
            segment.slot
        );
    }

    /// When the next suspect is looked at again.
    fn later(&mut self, shared: &EngineState) -> Progress {
        self.suspects.retain(|sequence, _| shared.segments.get(*sequence).is_some());
        let Some(again_ns) = self.suspects.values().map(|suspect| suspect.again_ns).min() else {
            return Progress::Nothing;
        };
        let left = again_ns.saturating_sub(shared.platform.clock.monotonic_ns());
        Progress::Later(Duration::from_nanos(left).max(SUSPECT_WAIT_MIN))
    }

    /// The emptiest segment, when there is enough garbage.
    fn choose(&mut self, shared: &EngineState) -> Option<Emptying> {
        let durable = shared.durable_segment();
        let all = shared.segments.all();
        let used: u64 = all.iter().map(|segment| segment.end()).sum();
        let live: u64 = all.iter().map(|segment| segment.live_bytes()).sum();
        let garbage = used.saturating_sub(live);
        if used * 100 < live * USED_PERCENT_MAX || garbage < shared.options.garbage_bytes_min {
            return None;
        }
        let oldest = all.first().map(|segment| segment.sequence);
        let now_ns = shared.platform.clock.monotonic_ns();
        let is_suspect = |segment: &Segment| {
            self.suspects.get(&segment.sequence).is_some_and(|suspect| suspect.again_ns > now_ns)
        };
        let candidates =
            all.into_iter().filter(|segment| segment.sequence < durable && !is_suspect(segment));
        // The emptiest first: it frees the most for what is copied. Where nine tenths live, the
        // copy would cost nine times what it frees, and the segment is likely to look better soon.
        // One at or behind the durable checkpoint is left: a start replays it where it lies.
        let victim = candidates.min_by_key(|s| s.live_bytes() * 1000 / s.end().max(1))?;
        if victim.live_bytes() * 10 > victim.end() * 9 {
            return None;
        }
        let mut bytes = vec![0; SEGMENT_HEADER_BYTES];
        let read = victim.file.read_at(&mut bytes, 0);
        let intact = match BlockState::of(&bytes, victim.bytes) {
            BlockState::Whole(header) | BlockState::CopyDamaged(header) => header == victim.header,
            _ => false,
        };
        if read.is_err() || !intact {
            self.suspect(shared, &victim, "its header is damaged");
            return None;
        }
        let ends = Ends { limit: Some(victim.end()), ..Ends::default() };
        let reader = SegmentReader::new(victim.clone(), ends);
        Some(Emptying {
            oldest: oldest == Some(victim.sequence),
            batch: (reader.offset(), reader.sequence()),
            reader,
            refused: false,
            victim,
            in_flight: Vec::new(),
        })
    }
}

impl Round {
    fn add(&mut self, command: Command, record: &RecordView<'_>) {
        if record.op == Op::Delete && !self.tombstones.insert(record.key.to_vec()) {
            return;
        }
        self.moves.push((command, record.length));
        self.bytes += record.length;
    }
}

impl Emptying {
    /// `Ok(None)` when the segment is empty.
    fn step(&mut self, shared: &EngineState) -> Result<Option<Progress>, IndexError> {
        if !self.answered()? {
            return Ok(Some(Progress::Waiting));
        }
        if std::mem::take(&mut self.refused) {
            // The change that was in the way may have failed after all, and then the record here
            // is still the newest: look at these batches again. A row that did change has no record
            // to move the second time.
            self.reader.rewind(self.batch.0, self.batch.1);
        }
        if self.reader.offset() >= self.victim.end() {
            // Every record in it was looked at: what is still counted as live is not.
            self.victim.set_live_bytes(0);
            return Ok(None);
        }
        self.batch = (self.reader.offset(), self.reader.sequence());
        let mut round = Round::default();
        while self.reader.offset() < self.victim.end() && round.bytes < ROUND_BYTES {
            self.collect(shared, &mut round)?;
        }
        count(&shared.metrics.records_moved, round.moves.len() as u64);
        for (command, bytes) in round.moves {
            self.in_flight.push(shared.queue.push(command, bytes));
        }
        Ok(Some(if self.in_flight.is_empty() { Progress::More } else { Progress::Waiting }))
    }

    /// Reads the next batch and adds the moves of what is live in it.
    fn collect(&mut self, shared: &EngineState, round: &mut Round) -> Result<(), IndexError> {
        let at = self.reader.offset();
        let stretch = self.reader.next_stretch().map_err(|error| IndexError(error.to_string()))?;
        // What was turned back is left to a repair, as what is damaged for good.
        let Stretch::Batch(batch) = stretch else {
            return Err(IndexError(format!("{DAMAGED} at {at}")));
        };
        for PlacedRecord { place, record, .. } in batch.records(&self.victim.epoch) {
            if let Some(command) = relocation(shared, place, self.oldest, &record)? {
                round.add(command, &record);
            }
        }
        Ok(())
    }

    /// Whether the committer has answered all moves.
    fn answered(&mut self) -> Result<bool, IndexError> {
        while let Some(mut receiver) = self.in_flight.pop() {
            match receiver.try_recv() {
                Err(TryRecvError::Empty) => {
                    self.in_flight.push(receiver);
                    return Ok(false);
                }
                Ok(Ok(_)) => {}
                Ok(Err(CommitError::CheckFailed(_))) => self.refused = true,
                Ok(Err(error)) => return Err(IndexError(format!("{error:?}"))),
                Err(TryRecvError::Closed) => return Err(IndexError("the engine stopped".into())),
            }
        }
        Ok(true)
    }
}

/// The move of a record that something still needs. `oldest` when no older segment is in use.
fn relocation(
    shared: &EngineState,
    place: RecordPlace,
    oldest: bool,
    record: &RecordView<'_>,
) -> Result<Option<Command>, IndexError> {
    // The moment comes before the look: a change in between is then seen by the check.
    let seen = Moment(shared.visible.load(Ordering::Acquire));
    let current = shared.index.get(record.key)?;
    let tombstone = match record.op {
        Op::Put if shared.place_of(current.as_deref()) == Some(place) => false,
        Op::Delete if current.is_none() && !oldest => true,
        Op::Put | Op::Delete | Op::Usage => return Ok(None),
    };
    let command = Command::Move {
        key: record.key.to_vec(),
        value: record.value.to_vec(),
        payload: record.payload.to_vec(),
        from: place,
        seen,
        tombstone,
    };
    Ok(Some(command))
}
