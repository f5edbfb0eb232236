//! Queues: rows that the engine puts in order when it commits them.
//!
//! A place that is chosen before the commit can come to lie behind a consumer that has gone on in
//! the meantime. So a commit only says what it adds to which queue, and the engine numbers the
//! rows at the moment of the commit: within a partition whoever commits later stands behind.

use crate::row::{Row, RowKey, RowKind, Seen, SpaceId};
use bytes::Bytes;

/// A part of the store whose commits have one order. Every key of a space is in exactly one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct PartitionId(pub u64);

/// A row that a commit adds to a queue; its suffix is the engine's.
#[derive(Clone, Debug)]
pub struct Enqueue {
    /// The space.
    pub space: SpaceId,
    /// The key of the commit's other rows.
    pub key: Bytes,
    /// The queue: a kind for which [`RowKind::is_queue`] holds.
    pub queue: RowKind,
    /// When it may be consumed, in ms since 1970; 0 in a queue without times. A queue with times
    /// is read in their order, and its consumer removes each row when it is done with it. Only in
    /// one without does nothing come to stand before what was read: there marks can be kept.
    pub due_ms: u64,
    /// Its value; never empty, at most [`crate::ROW_VALUE_BYTES_MAX`].
    pub value: Bytes,
}

/// Where a row stands in its queue: by its time, then in the order of commits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct QueuePlace {
    /// When the row may be consumed, in ms since 1970; 0 in a queue without times.
    pub due_ms: u64,
    /// Ascends in the order of the partition's commits and within each, over restarts too.
    pub number: u64,
}

/// A row of a queue as read.
#[derive(Clone, Debug)]
pub struct Queued {
    /// Its address, for its removal.
    pub row: RowKey,
    /// Where it stands.
    pub place: QueuePlace,
    /// What it holds.
    pub stored: Row,
    /// For the removal.
    pub seen: Seen,
}

impl QueuePlace {
    /// Bytes of a place at the end of a row's address.
    pub const BYTES: usize = 16;
    /// Where every queue begins.
    pub const START: Self = Self { due_ms: 0, number: 0 };

    /// The place of the `nth` row that the commit numbered `commit` adds to queues. An engine
    /// numbers the commits of a partition in their order and never uses a number again.
    pub fn of_commit(due_ms: u64, commit: u64, nth: usize) -> Self {
        const { assert!(crate::COMMIT_ROWS_MAX == 64, "a commit's rows have their numbers") };
        debug_assert!(nth < crate::COMMIT_ROWS_MAX, "a batch has its limit");
        Self { due_ms, number: (commit << 6) | nth as u64 }
    }

    /// The suffix of a row that stands here: its order is that of places.
    pub fn encode(self) -> Bytes {
        let mut suffix = [0; Self::BYTES];
        suffix[..8].copy_from_slice(&self.due_ms.to_be_bytes());
        suffix[8..].copy_from_slice(&self.number.to_be_bytes());
        Bytes::copy_from_slice(&suffix)
    }

    /// The place in a row's suffix; `None` when there is none.
    pub fn decode(suffix: &[u8]) -> Option<Self> {
        let (due_ms, number) = suffix.split_first_chunk()?;
        let number = number.try_into().ok()?;
        Some(Self { due_ms: u64::from_be_bytes(*due_ms), number: u64::from_be_bytes(number) })
    }

    /// The first place behind this one.
    pub fn next(self) -> Self {
        match self.number.checked_add(1) {
            Some(number) => Self { number, ..self },
            None => Self { due_ms: self.due_ms.saturating_add(1), number: 0 },
        }
    }
}

impl Enqueue {
    /// The row, standing at `place`.
    pub fn row_at(&self, place: QueuePlace) -> RowKey {
        RowKey::new(self.space, self.queue, self.key.clone()).with_suffix(place.encode())
    }
}

#[cfg(test)]
mod tests {
    use super::QueuePlace;

    #[test]
    fn places_ascend_as_their_suffixes_do() {
        let places = [
            QueuePlace::START,
            QueuePlace::of_commit(0, 1, 0),
            QueuePlace::of_commit(0, 1, 63),
            QueuePlace::of_commit(0, 2, 0),
            QueuePlace::of_commit(0, 256, 0),
            QueuePlace::of_commit(1, 1, 0),
            QueuePlace::of_commit(256, 1, 0),
        ];
        for pair in places.windows(2) {
            assert!(pair[0] < pair[1] && pair[0].encode() < pair[1].encode(), "{pair:?}");
            assert!(pair[0].next() <= pair[1], "nothing lies between a place and its next");
        }
        for place in places {
            assert_eq!(QueuePlace::decode(&place.encode()), Some(place));
        }
        assert_eq!(QueuePlace::decode(&[0; 15]), None);
        assert_eq!(QueuePlace::decode(&[0; 17]), None);
    }
}
