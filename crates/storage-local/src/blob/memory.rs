//! Memory for bytes of blobs on their way in and out.
//!
//! Large pieces are quicker, and many transfers at once must not take what the process may use. So
//! large pieces share a budget, and whoever finds it spent goes on with one block at a time, which
//! is always allowed: nobody waits for the memory of a client that is slow.

use super::file::BLOCK_BYTES;
use bytes::Bytes;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// The budget of large pieces, in blocks.
pub(crate) struct PieceMemory(Arc<Semaphore>);

/// Memory for one piece, given back when dropped.
pub(crate) struct Room {
    /// How many bytes the piece may have.
    pub(crate) bytes: u64,
    permit: Option<OwnedSemaphorePermit>,
}

impl PieceMemory {
    /// A budget of so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        Self(Arc::new(Semaphore::new(bytes / BLOCK_BYTES as usize)))
    }

    /// Room for a piece of `bytes`, or for one block when the budget is spent.
    pub(crate) fn room(&self, bytes: u64) -> Room {
        let blocks = bytes.div_ceil(BLOCK_BYTES) as u32;
        match self.0.clone().try_acquire_many_owned(blocks) {
            Ok(permit) => Room { bytes, permit: Some(permit) },
            Err(_) => Room { bytes: BLOCK_BYTES, permit: None },
        }
    }
}

impl Room {
    /// Whether it is part of the budget.
    pub(crate) fn is_large(&self) -> bool {
        self.permit.is_some()
    }

    /// The same bytes, which give the room back when the last of them is dropped.
    pub(crate) fn hold(self, bytes: Bytes) -> Bytes {
        match self.permit {
            Some(permit) => Bytes::from_owner(Held { bytes, _permit: permit }),
            None => bytes,
        }
    }
}

struct Held {
    bytes: Bytes,
    _permit: OwnedSemaphorePermit,
}

impl AsRef<[u8]> for Held {
    fn as_ref(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_BYTES, PieceMemory};
    use bytes::Bytes;

    #[test]
    fn a_spent_budget_gives_single_blocks_until_bytes_are_dropped() {
        let memory = PieceMemory::new(3 * BLOCK_BYTES as usize);
        let large = memory.room(2 * BLOCK_BYTES);
        assert!(large.is_large() && large.bytes == 2 * BLOCK_BYTES);
        let small = memory.room(2 * BLOCK_BYTES);
        assert!(!small.is_large() && small.bytes == BLOCK_BYTES);
        let held = large.hold(Bytes::from_static(b"bytes"));
        let part = held.slice(1..3);
        drop(held);
        assert!(!memory.room(2 * BLOCK_BYTES).is_large(), "a part of the bytes is still there");
        drop(part);
        assert!(memory.room(2 * BLOCK_BYTES).is_large());
    }
}
