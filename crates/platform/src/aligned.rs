//! Memory aligned for direct I/O, without unsafe code.

use crate::disk::DIRECT_ALIGN;

/// A growable byte buffer whose first byte is aligned to [`DIRECT_ALIGN`].
pub struct AlignedBuffer {
    /// Never grows beyond its capacity: it would move.
    memory: Vec<u8>,
    start: usize,
    capacity: usize,
}

impl AlignedBuffer {
    /// An empty buffer that can hold `capacity` bytes.
    pub fn new(capacity: usize) -> Self {
        let mut memory: Vec<u8> = Vec::with_capacity(capacity + DIRECT_ALIGN);
        let start = memory.as_ptr().align_offset(DIRECT_ALIGN);
        assert!(start < DIRECT_ALIGN, "a byte pointer can always be aligned");
        memory.resize(start, 0);
        Self { memory, start, capacity }
    }

    /// Bytes it can hold.
    pub fn capacity(&self) -> usize {
        self.capacity
    }

    /// Bytes held.
    pub fn len(&self) -> usize {
        self.memory.len() - self.start
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Forgets the content.
    pub fn clear(&mut self) {
        self.memory.truncate(self.start);
    }

    /// Appends; the caller has checked that it fits.
    pub fn extend(&mut self, data: &[u8]) {
        assert!(self.len() + data.len() <= self.capacity, "the caller keeps to the capacity");
        self.memory.extend_from_slice(data);
    }

    /// Sets the length; bytes between the old and the new length become `byte`.
    pub fn resize(&mut self, length: usize, byte: u8) {
        assert!(length <= self.capacity, "the caller keeps to the capacity");
        self.memory.resize(self.start + length, byte);
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.memory[self.start..]
    }

    /// The bytes, to be changed in place.
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        &mut self.memory[self.start..]
    }
}

#[cfg(test)]
mod tests {
    use super::AlignedBuffer;
    use crate::disk::DIRECT_ALIGN;

    #[test]
    fn stays_aligned() {
        let mut buffer = AlignedBuffer::new(3 * DIRECT_ALIGN);
        buffer.extend(&[1; 100]);
        buffer.resize(DIRECT_ALIGN, 7);
        assert_eq!(buffer.as_slice().as_ptr().align_offset(DIRECT_ALIGN), 0);
        assert_eq!(buffer.len(), DIRECT_ALIGN);
        assert_eq!((buffer.as_slice()[99], buffer.as_slice()[100]), (1, 7));
        buffer.resize(3 * DIRECT_ALIGN, 8);
        assert_eq!((buffer.len(), buffer.capacity()), (3 * DIRECT_ALIGN, 3 * DIRECT_ALIGN));
        assert_eq!(buffer.as_slice().as_ptr().align_offset(DIRECT_ALIGN), 0, "it has not moved");
        buffer.clear();
        assert!(buffer.is_empty());
    }
}
