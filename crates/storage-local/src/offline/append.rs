//! Rows written behind a journal that nobody serves: what a repair has to add to it.

use crate::checkpoint::SegmentUse;
use crate::committer::group::{Group, Moved};
use crate::index::Index;
use crate::journal::{
    BATCH_HEADER_BYTES, Journal, JournalEnd, JournalError, Link, RECORD_HEADER_BYTES, RecordPlace,
    Segments, Slots,
};
use crate::kinds::LATEST;
use crate::layout::{BATCH_ALIGN, BATCH_BYTES_MAX, Layout, SEGMENT_BYTES_MIN};
use crate::open_error::OpenError;
use crate::window::{CHANGES_MAX, Window};
use larder_platform::{AlignedBuffer, Platform};
use larder_storage::Moment;
use std::collections::BTreeMap;
use std::sync::Arc;

/// A row to add.
pub enum Addition {
    /// Put a row without a payload.
    Put {
        /// Its index key.
        key: Vec<u8>,
        /// Its value.
        value: Vec<u8>,
    },
    /// Remove a row.
    Remove {
        /// Its index key.
        key: Vec<u8>,
    },
    /// Write a record once more, because its segment is about to go.
    Move(MovedRecord),
}

/// A record to write once more.
pub struct MovedRecord {
    /// The row's index key.
    pub key: Vec<u8>,
    /// The row's value.
    pub value: Vec<u8>,
    /// The row's payload.
    pub payload: Vec<u8>,
    /// Where the record is now.
    pub from: RecordPlace,
    /// Whether it says that the row was removed.
    pub tombstone: bool,
}

/// What is written behind: a journal as it was found, and how it is gone on with.
pub struct AppendAt {
    /// The first slot without a file.
    pub next_slot: u32,
    /// Bytes of the largest segment.
    pub bytes_last: u64,
    /// Largest new segment in bytes.
    pub segment_bytes_max: u64,
    /// Where the last batch ends.
    pub link: Option<Link>,
    /// The greatest segment number that may have been used.
    pub last_segment: u64,
    /// The number of the next batch.
    pub next_batch: u64,
    /// The greatest moment that was used.
    pub moment: u64,
}

/// A journal after additions.
pub struct Appended {
    /// Where the last batch ends.
    pub link: Option<Link>,
    /// The number of the next batch.
    pub next_batch: u64,
    /// The moment of the last addition.
    pub moment: u64,
    /// The segments that were begun.
    pub segments: Vec<SegmentUse>,
}

/// Writes additions, many in a batch, to segments of their own, and applies them to the index.
pub struct Appender<'a> {
    journal: Journal,
    moment: u64,
    /// Bytes of records written, by segment.
    live: BTreeMap<u64, u64>,
    index: &'a dyn Index,
    buffer: AlignedBuffer,
    waiting: Vec<Addition>,
    waiting_bytes: usize,
}

impl Addition {
    fn bytes(&self) -> usize {
        RECORD_HEADER_BYTES
            + match self {
                Self::Put { key, value } => key.len() + value.len(),
                Self::Remove { key } => key.len(),
                Self::Move(moved) => moved.key.len() + moved.value.len() + moved.payload.len(),
            }
    }
}

impl<'a> Appender<'a> {
    /// Goes on behind the journal that `at` describes.
    pub fn new(
        platform: &Platform,
        layout: &Layout,
        index: &'a dyn Index,
        at: &AppendAt,
    ) -> Result<Self, OpenError> {
        let slots = Slots::new(Vec::new(), at.next_slot, at.bytes_last);
        slots.set_bytes_max(at.segment_bytes_max.max(SEGMENT_BYTES_MIN));
        let end = JournalEnd {
            newest: None,
            link: at.link,
            last_segment: at.last_segment,
            next_batch: at.next_batch,
        };
        let (segments, slots) = (Arc::new(Segments::default()), Arc::new(slots));
        let journal = Journal::resume(platform.clone(), layout.clone(), segments, slots, end)?;
        Ok(Self {
            journal,
            moment: at.moment,
            live: BTreeMap::new(),
            index,
            buffer: AlignedBuffer::new(BATCH_BYTES_MAX),
            waiting: Vec::new(),
            waiting_bytes: 0,
        })
    }

    /// The index that it writes to.
    pub fn index(&self) -> &'a dyn Index {
        self.index
    }

    /// Whether nothing was written yet.
    pub fn is_empty(&self) -> bool {
        self.live.is_empty()
    }

    /// Writes what waits and says where the journal ends.
    pub fn finish(mut self) -> Result<Appended, OpenError> {
        self.flush()?;
        let segments = self.journal.segments.all();
        let segments = segments.iter().map(|segment| SegmentUse {
            sequence: segment.sequence,
            live_bytes: self.live.get(&segment.sequence).copied().unwrap_or(0),
            end: segment.end(),
        });
        Ok(Appended {
            segments: segments.collect(),
            link: self.journal.link(),
            next_batch: self.journal.next_batch,
            moment: self.moment,
        })
    }

    /// Adds a row; durable after [`Appender::flush`].
    pub fn add(&mut self, addition: Addition) -> Result<(), OpenError> {
        let bytes = addition.bytes();
        if self.waiting_bytes + bytes > BATCH_BYTES_MAX - BATCH_HEADER_BYTES - BATCH_ALIGN {
            self.flush()?;
        }
        self.waiting_bytes += bytes;
        self.waiting.push(addition);
        Ok(())
    }

    /// Writes what waits.
    pub fn flush(&mut self) -> Result<(), OpenError> {
        if self.waiting.is_empty() {
            return Ok(());
        }
        let bytes = BATCH_HEADER_BYTES + std::mem::take(&mut self.waiting_bytes);
        let place = self.journal.reserve(bytes.next_multiple_of(BATCH_ALIGN))?;
        let (segment, offset, epoch) = place;
        self.buffer.clear();
        self.buffer.resize(BATCH_HEADER_BYTES, 0);
        let mut window = Window::with_capacity(Moment(self.moment), CHANGES_MAX);
        let mut group = Group::new(segment, offset, epoch, Moment(self.moment));
        for addition in std::mem::take(&mut self.waiting) {
            let (window, buffer) = (&mut window, &mut self.buffer);
            match addition {
                Addition::Put { key, value } => {
                    group.internal(&[(key, value)], &[], window, buffer);
                }
                Addition::Remove { key } => {
                    group.internal(&[], &[key], window, buffer);
                }
                Addition::Move(MovedRecord { key, value, payload, from, tombstone }) => {
                    let (key, value, payload) = (&key[..], &value[..], &payload[..]);
                    let seen = LATEST;
                    let moved = Moved { key, value, payload, from, seen, tombstone };
                    let moved = group.relocate(moved, window, buffer);
                    moved.expect("nobody else changes rows, and each is added once");
                }
            }
        }
        let written = self.journal.write(&mut self.buffer, group.first_moment.0, group.records);
        written.map_err(|error| match error {
            JournalError::Refused(error) | JournalError::Unknown(error) => error,
        })?;
        self.moment = group.moment.0;
        *self.live.entry(group.segment).or_default() += group.live_bytes;
        self.index.apply(group.changes);
        Ok(())
    }
}
