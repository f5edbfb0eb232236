//! The committer: takes all that is waiting, writes it as one batch, applies it, answers. It never
//! waits for more to come and never reads the index.

pub(crate) mod group;

use crate::checkpoint::{Checkpoint, SegmentUse};
use crate::journal::{BATCH_HEADER_BYTES, Epoch, Journal, JournalError, SEGMENT_HEADER_BYTES};
use crate::layout::{BATCH_ALIGN, BATCH_BYTES_MAX, CHECKPOINT_BYTES};
use crate::metrics::count;
use crate::queue::{Command, Pending};
use crate::state::EngineState;
use crate::window::Window;
use group::{Group, Moved};
use larder_platform::{AlignedBuffer, Step, Task};
use larder_storage::{CommitError, FenceId, Moment, Receipt, SpaceId};
use std::collections::HashMap;
use std::io;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long a commit waits at a time for the index to make room for it.
const BACKPRESSURE: Duration = Duration::from_millis(1);
/// How long nothing is written before a checkpoint is taken ahead of time, and the part of a full
/// memtable that makes it worth while.
const IDLE: Duration = Duration::from_secs(5);
const IDLE_PART: u64 = 16;

/// The committer.
pub(crate) struct Committer {
    shared: Arc<EngineState>,
    journal: Journal,
    window: Window,
    /// Spaces that are closed, and who closed each.
    closed: HashMap<u64, Vec<FenceId>>,
    buffer: AlignedBuffer,
    /// Moment of the last commit, written or not.
    moment: u64,
    bytes_since_checkpoint: u64,
    /// Since when there has been nothing to write, on the monotonic clock.
    idle_since_ns: Option<u64>,
}

impl Drop for Committer {
    /// Also when a step panicked: nobody waits for a committer that is gone.
    fn drop(&mut self) {
        self.shared.queue.stop();
        if let Err(error) = self.journal.seal_active() {
            log::warn!("the journal's end could not be noted: {error}");
        }
    }
}

impl Task for Committer {
    fn step(&mut self) -> Step {
        if self.shared.index_is_behind() {
            return Step::SleepFor(BACKPRESSURE);
        }
        let room = BATCH_BYTES_MAX - BATCH_HEADER_BYTES - BATCH_ALIGN;
        let waiting = self.shared.queue.take(room.min(self.shared.options.batch_bytes_max));
        if waiting.is_empty() {
            return self.rest();
        }
        self.idle_since_ns = None;
        self.commit(waiting);
        Step::Again
    }
}

impl Committer {
    pub(crate) fn new(
        shared: Arc<EngineState>,
        journal: Journal,
        moment: u64,
        replayed: u64,
    ) -> Self {
        let window = Window::with_capacity(Moment(moment), shared.options.window_changes_max);
        Self {
            shared,
            journal,
            window,
            closed: HashMap::new(),
            buffer: AlignedBuffer::new(BATCH_BYTES_MAX),
            moment,
            bytes_since_checkpoint: replayed,
            idle_since_ns: None,
        }
    }

    /// Nothing is to be written. After a while what the index holds in memory goes to tables: there
    /// compaction can clear away what was removed, and the next start has less to replay.
    fn rest(&mut self) -> Step {
        let shared = &self.shared;
        let worth = shared.index.memtable_bytes() >= shared.options.memtable_bytes / IDLE_PART;
        if !worth || shared.flush_is_pending() {
            return Step::Sleep;
        }
        let now_ns = shared.platform.clock.monotonic_ns();
        let since_ns = *self.idle_since_ns.get_or_insert(now_ns);
        let left_ns = (since_ns + IDLE.as_nanos() as u64).saturating_sub(now_ns);
        if left_ns > 0 {
            return Step::SleepFor(Duration::from_nanos(left_ns));
        }
        self.idle_since_ns = None;
        self.checkpoint();
        Step::Sleep
    }

    fn commit(&mut self, waiting: Vec<Pending>) {
        // The place in the journal comes first: what the index will say of a record is where it
        // lies, so records, index changes and counts are made in one pass, and nothing is patched
        // behind.
        let bytes: usize = waiting.iter().map(|pending| pending.bytes).sum();
        let disk_bytes = (BATCH_HEADER_BYTES + bytes).next_multiple_of(BATCH_ALIGN);
        assert!(disk_bytes <= BATCH_BYTES_MAX, "a group keeps to the batch's size");
        let (segment, offset, epoch) = match self.reserve(disk_bytes) {
            Ok(place) => place,
            Err(error) => return self.refuse_all(waiting, &error),
        };
        self.buffer.clear();
        self.buffer.resize(BATCH_HEADER_BYTES, 0);
        let mut group = Group::new(segment, offset, epoch, Moment(self.moment));
        let mut answers = Vec::with_capacity(waiting.len());
        for pending in waiting {
            let outcome = self.enter(&mut group, pending.command);
            answers.push((pending.reply, outcome));
        }
        // Durable, then in the index, then visible, then answered. A reader must see nothing that a
        // power cut takes back, and who was answered must read what he wrote.
        self.moment = group.moment.0;
        let (moves, kinds) = (group.moves, group.kinds);
        let written = self.write(&mut group);
        if written.is_ok() {
            self.apply(group);
        }
        // Also when the write failed: the window remembers its rows as changed, and a reader must
        // be able to see a moment behind that, or its checks would fail for ever.
        self.shared.visible.store(self.moment, Ordering::Release);
        if written.is_ok() {
            self.shared.watchers.tell(kinds);
        }
        for (reply, outcome) in answers {
            let outcome = match (&written, outcome) {
                (Err(error), Ok(_)) => Err(error.clone()),
                (_, outcome) => outcome,
            };
            count(
                outcome
                    .as_ref()
                    .map_or(&self.shared.metrics.refused, |_| &self.shared.metrics.commits),
                1,
            );
            // A caller that went away has no use for the answer.
            let _ = reply.send(outcome);
        }
        self.checkpoint_if_due();
        if moves {
            self.shared.wake_keepers();
        }
    }

    /// A place in the journal. Who first learns that the disk is full releases the reserve: then
    /// there is room for deletes, and what else waits is refused for itself.
    fn reserve(&mut self, disk_bytes: usize) -> io::Result<(u64, u64, Epoch)> {
        let was_full = self.shared.reserve.is_full();
        match self.journal.reserve(disk_bytes) {
            Err(error) if error.kind() == io::ErrorKind::StorageFull && !was_full => {
                self.shared.saw(&error);
                self.journal.reserve(disk_bytes)
            }
            reserved => reserved,
        }
    }

    fn enter(&mut self, group: &mut Group, command: Command) -> Result<Receipt, CommitError> {
        match command {
            Command::Commit(batch) => {
                let is_closed = |space: SpaceId| self.closed.contains_key(&space.0);
                if batch.puts.iter().any(|put| is_closed(put.row.space))
                    || batch.enqueues.iter().any(|row| is_closed(row.space))
                {
                    return Err(CommitError::SpaceClosed);
                }
                if !batch.frees && self.shared.reserve.is_full() {
                    return Err(CommitError::Full);
                }
                group.commit(batch, &mut self.window, &mut self.buffer)
            }
            Command::Internal { puts, deletes } => {
                Ok(group.internal(&puts, &deletes, &mut self.window, &mut self.buffer))
            }
            Command::Move { key, value, payload, from, seen, tombstone } => {
                group.moves = true;
                let (key, value, payload) = (&key[..], &value[..], &payload[..]);
                let moved = Moved { key, value, payload, from, seen, tombstone };
                group.relocate(moved, &mut self.window, &mut self.buffer)
            }
            Command::Fence { space, fence, closed: true } => {
                let most = self.shared.options.closed_spaces_max;
                if self.closed.len() >= most && !self.closed.contains_key(&space.0) {
                    return Err(CommitError::Full);
                }
                self.closed.entry(space.0).or_default().push(fence);
                Ok(Receipt { at: group.moment })
            }
            command @ (Command::Fence { .. } | Command::Forget { .. }) => {
                self.open(&command);
                Ok(Receipt { at: group.moment })
            }
        }
    }

    /// Opens a closed space, or forgets it; `false` for all other commands. Nothing is written for
    /// these, so that they need no room in the journal.
    fn open(&mut self, command: &Command) -> bool {
        match command {
            Command::Fence { space, fence, closed: false } => {
                if let Some(fences) = self.closed.get_mut(&space.0) {
                    fences.retain(|other| other != fence);
                    if fences.is_empty() {
                        self.closed.remove(&space.0);
                    }
                }
                true
            }
            Command::Forget { space } => {
                self.closed.remove(&space.0);
                true
            }
            _ => false,
        }
    }

    fn write(&mut self, group: &mut Group) -> Result<(), CommitError> {
        if group.records == 0 {
            return Ok(());
        }
        let written = self.journal.write(&mut self.buffer, group.first_moment.0, group.records);
        let metrics = &self.shared.metrics;
        let (error, outcome): (_, fn(String) -> CommitError) = match written {
            Ok(()) => {
                self.bytes_since_checkpoint += self.buffer.len() as u64;
                count(&metrics.batches, 1);
                count(&metrics.batch_bytes, self.buffer.len() as u64);
                metrics.group_size.add(group.commits);
                return Ok(());
            }
            Err(JournalError::Refused(error)) => (error, CommitError::Io),
            Err(JournalError::Unknown(error)) => (error, CommitError::Unknown),
        };
        count(&metrics.write_failures, 1);
        self.shared.saw(&error);
        log::error!("a journal write failed and its commits were refused: {error}");
        Err(outcome(error.to_string()))
    }

    fn apply(&mut self, group: Group) {
        self.shared.segments.add_live(group.segment, group.live_bytes);
        self.shared.add_usage(&group.usage);
        self.shared.index.apply(group.changes);
        // Not before the index names the new records: a segment without live ones is freed at once,
        // and a reader who finds his record gone asks the index for its new place.
        for (segment, length) in &group.dead {
            self.shared.segments.sub_live(*segment, *length);
        }
    }

    fn refuse_all(&mut self, waiting: Vec<Pending>, error: &io::Error) {
        self.shared.saw(error);
        self.shared.wake_keepers();
        log::error!("no journal segment to write to: {error}");
        let full = error.kind() == io::ErrorKind::StorageFull;
        for pending in waiting {
            // On a full disk, too, a bucket that could not be deleted takes reads and writes again.
            if self.open(&pending.command) {
                let _ = pending.reply.send(Ok(Receipt { at: Moment(self.moment) }));
                continue;
            }
            let outcome = if full { CommitError::Full } else { CommitError::Io(error.to_string()) };
            count(&self.shared.metrics.refused, 1);
            let _ = pending.reply.send(Err(outcome));
        }
    }

    /// Seals the index's changes together with the position they reach, when enough of them came
    /// together and the last ones are in tables.
    fn checkpoint_if_due(&mut self) {
        let shared = &self.shared;
        shared.metrics.index_lag_bytes.store(self.bytes_since_checkpoint, Ordering::Relaxed);
        let due = shared.index.memtable_bytes() >= shared.options.memtable_bytes
            || self.bytes_since_checkpoint >= shared.options.checkpoint_bytes(CHECKPOINT_BYTES);
        if !due || shared.flush_is_pending() {
            return;
        }
        self.checkpoint();
    }

    fn checkpoint(&mut self) {
        let segments = self.shared.segments.all();
        let checkpoint = Checkpoint {
            applied: self.journal.link(),
            next_batch: self.journal.next_batch,
            moment: self.moment,
            segments: segments
                .iter()
                .map(|segment| SegmentUse {
                    sequence: segment.sequence,
                    live_bytes: segment.live_bytes(),
                    end: segment.end().max(SEGMENT_HEADER_BYTES as u64),
                })
                .collect(),
            usage: self.shared.usage_table(),
        };
        checkpoint.apply(&*self.shared.index);
        self.shared.index.seal();
        self.bytes_since_checkpoint = 0;
        self.shared.metrics.index_lag_bytes.store(0, Ordering::Relaxed);
        self.shared.request_flush(self.journal.link().map_or(0, |link| link.segment));
    }
}
