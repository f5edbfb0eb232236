//! Memory for bytes of blobs on their way in and out.
//!
//! Large pieces are quicker, and many transfers at once must not take what the process may use. So
//! large pieces share a budget, and whoever finds it spent goes on with one block at a time, which
//! is always allowed: nobody waits for the memory of a client that is slow.
//!
//! A few pieces' memory (4 MiB) is kept beside the budget for the next ones.

use super::file::{BLOCK_BYTES, CACHED_BYTES};
use std::sync::{Arc, Mutex};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

/// Memory of pieces that is kept for the next ones, the last used first: its bytes are likely to be
/// in the processor's own cache.
const SPARES_MAX: usize = 8;

/// The budget of large pieces, in blocks.
pub(crate) struct PieceMemory {
    budget: Arc<Semaphore>,
    spares: Arc<Spares>,
}

/// Memory of [`CACHED_BYTES`] each, at most [`SPARES_MAX`].
#[derive(Default)]
struct Spares(Mutex<Vec<Vec<u8>>>);

/// Memory for one piece, given back when dropped.
pub(crate) struct PieceGrant {
    /// How many bytes the piece may have.
    pub(crate) bytes: u64,
    permit: Option<OwnedSemaphorePermit>,
    spares: Arc<Spares>,
}

/// The bytes of a piece and the room that they take.
pub(crate) struct Piece {
    /// At least `length`.
    memory: Vec<u8>,
    length: usize,
    grant: PieceGrant,
}

impl PieceMemory {
    /// A budget of so many bytes.
    pub(crate) fn new(bytes: usize) -> Self {
        let budget = Arc::new(Semaphore::new(bytes / BLOCK_BYTES as usize));
        Self { budget, spares: Arc::default() }
    }

    /// Room for a piece of `bytes`, or for one block when the budget is spent.
    pub(crate) fn grant(&self, bytes: u64) -> PieceGrant {
        let blocks = bytes.div_ceil(BLOCK_BYTES) as u32;
        let permit = self.budget.clone().try_acquire_many_owned(blocks).ok();
        let bytes = if permit.is_some() { bytes } else { BLOCK_BYTES };
        PieceGrant { bytes, permit, spares: self.spares.clone() }
    }
}

impl Spares {
    fn take(&self) -> Option<Vec<u8>> {
        self.0.lock().expect("no panic while locked").pop()
    }

    fn put(&self, memory: Vec<u8>) {
        let mut spares = self.0.lock().expect("no panic while locked");
        if spares.len() < SPARES_MAX {
            spares.push(memory);
        }
    }
}

impl PieceGrant {
    /// Whether it is part of the budget.
    pub(crate) fn is_large(&self) -> bool {
        self.permit.is_some()
    }

    /// Memory of `length` bytes, whatever was in it.
    pub(crate) fn piece(self, length: usize) -> Piece {
        let fits = self.is_large() && (length as u64..=self.bytes).contains(&CACHED_BYTES);
        let spare = if fits { self.spares.take() } else { None };
        Piece { memory: spare.unwrap_or_else(|| vec![0; length]), length, grant: self }
    }
}

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        &self.memory[..self.length]
    }
}

impl AsMut<[u8]> for Piece {
    fn as_mut(&mut self) -> &mut [u8] {
        &mut self.memory[..self.length]
    }
}

impl Drop for Piece {
    fn drop(&mut self) {
        if self.memory.len() as u64 == CACHED_BYTES {
            self.grant.spares.put(std::mem::take(&mut self.memory));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_BYTES, CACHED_BYTES, PieceMemory, SPARES_MAX};
    use bytes::Bytes;

    #[test]
    fn a_spent_budget_gives_single_blocks_until_bytes_are_dropped() {
        let memory = PieceMemory::new(3 * BLOCK_BYTES as usize);
        let large = memory.grant(2 * BLOCK_BYTES);
        assert!(large.is_large() && large.bytes == 2 * BLOCK_BYTES);
        let small = memory.grant(2 * BLOCK_BYTES);
        assert!(!small.is_large() && small.bytes == BLOCK_BYTES);
        let held = Bytes::from_owner(large.piece(5));
        let part = held.slice(1..3);
        drop(held);
        assert!(!memory.grant(2 * BLOCK_BYTES).is_large(), "a part of the bytes is still there");
        drop(part);
        assert!(memory.grant(2 * BLOCK_BYTES).is_large());
    }

    #[test]
    fn memory_is_used_again_for_pieces_that_fit_and_only_so_much_is_kept() {
        let memory = PieceMemory::new(64 * CACHED_BYTES as usize);
        let piece = |length: u64| memory.grant(length.max(CACHED_BYTES)).piece(length as usize);
        let at = |piece: &super::Piece| piece.as_ref().as_ptr();
        let first = piece(CACHED_BYTES);
        let place = at(&first);
        drop(first);
        let larger = piece(2 * CACHED_BYTES);
        assert_eq!(larger.as_ref().len() as u64, 2 * CACHED_BYTES);
        let smaller = piece(BLOCK_BYTES);
        assert_eq!((at(&smaller), smaller.as_ref().len() as u64), (place, BLOCK_BYTES));
        drop((larger, smaller));
        let many: Vec<_> = (0..2 * SPARES_MAX).map(|_| piece(CACHED_BYTES)).collect();
        drop(many);
        let spares = || memory.spares.0.lock().unwrap().iter().map(Vec::len).collect::<Vec<_>>();
        assert_eq!(spares(), [CACHED_BYTES as usize; SPARES_MAX]);
    }

    #[test]
    fn no_piece_has_more_memory_than_its_room() {
        let memory = PieceMemory::new((CACHED_BYTES + BLOCK_BYTES) as usize);
        drop(memory.grant(CACHED_BYTES).piece(CACHED_BYTES as usize));
        let one_block = memory.grant(BLOCK_BYTES).piece(BLOCK_BYTES as usize);
        assert_eq!(one_block.memory.len() as u64, BLOCK_BYTES);
        let _all = memory.grant(CACHED_BYTES);
        let short = memory.grant(CACHED_BYTES).piece(BLOCK_BYTES as usize);
        assert_eq!(short.memory.len() as u64, BLOCK_BYTES);
        assert_eq!(memory.spares.0.lock().unwrap().len(), 1);
    }
}
