//! Memory aligned for direct I/O, without unsafe code.

use crate::disk::DIRECT_ALIGN;

/// A growable byte buffer whose first byte is aligned to [`DIRECT_ALIGN`].
pub struct AlignedBuffer {
    memory: Vec<u8>,
    start: usize,
    length: usize,
}

impl AlignedBuffer {
    /// An empty buffer that can hold `capacity` bytes. Its memory is touched at once, so that no
    /// page fault waits in the write path.
    pub fn new(capacity: usize) -> Self {
        let memory = vec![0; capacity + DIRECT_ALIGN];
        let start = memory.as_ptr().align_offset(DIRECT_ALIGN);
        assert!(start < DIRECT_ALIGN, "a byte pointer can always be aligned");
        Self { memory, start, length: 0 }
    }

    /// Bytes it can hold.
    pub fn capacity(&self) -> usize {
        self.memory.len() - DIRECT_ALIGN
    }

    /// Bytes held.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// Forgets the content.
    pub fn clear(&mut self) {
        self.length = 0;
    }

    /// Appends; the caller has checked that it fits.
    pub fn extend(&mut self, data: &[u8]) {
        let end = self.length + data.len();
        assert!(end <= self.capacity(), "the caller keeps to the capacity");
        let at = self.start + self.length;
        self.memory[at..at + data.len()].copy_from_slice(data);
        self.length = end;
    }

    /// Sets the length; bytes between the old and the new length become `byte`.
    pub fn resize(&mut self, length: usize, byte: u8) {
        assert!(length <= self.capacity(), "the caller keeps to the capacity");
        if length > self.length {
            let (from, to) = (self.start + self.length, self.start + length);
            self.memory[from..to].fill(byte);
        }
        self.length = length;
    }

    /// The bytes.
    pub fn as_slice(&self) -> &[u8] {
        &self.memory[self.start..self.start + self.length]
    }

    /// The bytes, to be changed in place.
    pub fn as_mut_slice(&mut self) -> &mut [u8] {
        &mut self.memory[self.start..self.start + self.length]
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
    }
}
