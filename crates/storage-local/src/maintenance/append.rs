//! Rows written behind a journal that nobody serves: what a repair has to add to it.

use crate::committer::group::{Group, Moved};
use crate::engine::OpenError;
use crate::index::Index;
use crate::journal::{BATCH_HEADER_BYTES, Journal, JournalError, Place, RECORD_HEADER_BYTES};
use crate::layout::{BATCH_ALIGN, BATCH_BYTES_MAX};
use crate::window::{CHANGES_MAX, Window};
use larder_platform::AlignedBuffer;
use larder_storage::Moment;
use std::collections::BTreeMap;

/// A row to add.
pub(crate) enum Addition {
    /// Put a row without a payload.
    Put { key: Vec<u8>, value: Vec<u8> },
    /// Remove a row.
    Remove { key: Vec<u8> },
    /// Write a record once more, because its segment is about to go.
    Move { key: Vec<u8>, value: Vec<u8>, payload: Vec<u8>, from: Place, tombstone: bool },
}

/// Writes additions, many in a batch, and applies them to the index.
pub(crate) struct Appender<'a> {
    pub(crate) journal: Journal,
    pub(crate) moment: u64,
    /// Bytes of records written, by segment.
    pub(crate) live: BTreeMap<u64, u64>,
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
                Self::Move { key, value, payload, .. } => key.len() + value.len() + payload.len(),
            }
    }
}

impl<'a> Appender<'a> {
    pub(crate) fn new(journal: Journal, index: &'a dyn Index, moment: u64) -> Self {
        let buffer = AlignedBuffer::new(BATCH_BYTES_MAX);
        let live = BTreeMap::new();
        Self { journal, moment, live, index, buffer, waiting: Vec::new(), waiting_bytes: 0 }
    }

    /// The index that it writes to.
    pub(crate) fn index(&self) -> &'a dyn Index {
        self.index
    }

    /// Adds a row; durable after [`Appender::flush`].
    pub(crate) fn add(&mut self, addition: Addition) -> Result<(), OpenError> {
        let bytes = addition.bytes();
        if self.waiting_bytes + bytes > BATCH_BYTES_MAX - BATCH_HEADER_BYTES - BATCH_ALIGN {
            self.flush()?;
        }
        self.waiting_bytes += bytes;
        self.waiting.push(addition);
        Ok(())
    }

    /// Writes what waits.
    pub(crate) fn flush(&mut self) -> Result<(), OpenError> {
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
                Addition::Move { key, value, payload, from, tombstone } => {
                    let (key, value, payload) = (&key[..], &value[..], &payload[..]);
                    let seen = Moment(u64::MAX >> 8);
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
