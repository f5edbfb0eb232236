//! MD5 (RFC 1321), which S3's ETags are made of: one stream at a time, or many side by side.

mod kernel;
#[cfg(target_arch = "x86_64")]
mod lanes;
mod lone;
#[cfg(test)]
mod lone_tests;
#[cfg(not(target_arch = "x86_64"))]
mod no_lanes;
mod queue;
#[cfg(test)]
mod tests;

pub(crate) use lone::Lone;
pub(crate) use queue::Counted;
pub use queue::Md5Queue;

use kernel::{BLOCK_BYTES, Md5State, START};
#[cfg(target_arch = "x86_64")]
use lanes::{Kernel, LANES};
#[cfg(not(target_arch = "x86_64"))]
use no_lanes::{Kernel, LANES};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// From so many streams on, lanes are faster than one stream after the other.
const LANES_MIN: usize = 3;

const _: () = assert!(LANES_MIN <= LANES);

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A digest in the making.
#[derive(Clone, Debug)]
pub struct Md5 {
    state: Md5State,
    /// The beginning of a block.
    rest: [u8; BLOCK_BYTES],
    /// Bytes so far.
    length: u64,
}

impl Default for Md5 {
    fn default() -> Self {
        Self { state: START, rest: [0; BLOCK_BYTES], length: 0 }
    }
}

impl Md5 {
    /// The digest of `data`.
    pub fn of(data: &[u8]) -> [u8; 16] {
        let mut md5 = Self::default();
        md5.update(data);
        md5.finish()
    }

    /// Adds bytes.
    pub fn update(&mut self, data: &[u8]) {
        let blocks = self.begin(data);
        kernel::one(&mut self.state, blocks);
        self.end(data);
    }

    /// The digest.
    pub fn finish(mut self) -> [u8; 16] {
        let bits = self.length.wrapping_mul(8);
        let filled = self.filled();
        // A one, zeros, and the length in the last eight bytes of a block.
        let mut padding = [0; 2 * BLOCK_BYTES];
        padding[0] = 0x80;
        let blocks = if filled < BLOCK_BYTES - 8 { 1 } else { 2 };
        let length = blocks * BLOCK_BYTES - filled;
        padding[length - 8..length].copy_from_slice(&bits.to_le_bytes());
        self.update(&padding[..length]);
        let mut digest = [0; 16];
        for (bytes, word) in digest.chunks_exact_mut(4).zip(self.state) {
            bytes.copy_from_slice(&word.to_le_bytes());
        }
        digest
    }

    fn filled(&self) -> usize {
        (self.length % BLOCK_BYTES as u64) as usize
    }

    /// How many of `data` belong to the block that has begun.
    fn gap(&self, data: &[u8]) -> usize {
        match self.filled() {
            0 => 0,
            filled => (BLOCK_BYTES - filled).min(data.len()),
        }
    }

    /// Completes the block that has begun; returns the whole blocks that follow.
    fn begin<'a>(&mut self, data: &'a [u8]) -> &'a [u8] {
        let (filled, gap) = (self.filled(), self.gap(data));
        self.rest[filled..filled + gap].copy_from_slice(&data[..gap]);
        if gap > 0 && filled + gap == BLOCK_BYTES {
            kernel::one(&mut self.state, &self.rest);
        }
        let whole = (data.len() - gap) / BLOCK_BYTES * BLOCK_BYTES;
        &data[gap..gap + whole]
    }

    /// Keeps what is left behind the whole blocks.
    fn end(&mut self, data: &[u8]) {
        let behind = data.len() - self.gap(data);
        let left = behind % BLOCK_BYTES;
        if behind > 0 {
            self.rest[..left].copy_from_slice(&data[data.len() - left..]);
        }
        self.length += data.len() as u64;
    }

    /// Adds to each of several digests bytes of its own.
    pub fn update_all(jobs: &mut [(&mut Self, &[u8])]) {
        Self::update_all_by(Kernel::all().next(), jobs);
    }

    fn update_all_by(kernel: Option<Kernel>, jobs: &mut [(&mut Self, &[u8])]) {
        let mut streams: Vec<(&mut Md5State, &[u8])> = Vec::with_capacity(jobs.len());
        for (md5, data) in jobs.iter_mut() {
            let blocks = md5.begin(data);
            if !blocks.is_empty() {
                streams.push((&mut md5.state, blocks));
            }
        }
        while let Some(kernel) = kernel.filter(|_| streams.len() >= LANES_MIN) {
            let lanes = streams.len().min(LANES);
            let running = &mut streams[..lanes];
            let shortest = running.iter().map(|(_, data)| data.len()).min().unwrap_or(0);
            kernel.compress(running, shortest / BLOCK_BYTES);
            streams.retain(|(_, data)| !data.is_empty());
        }
        for (state, data) in &mut streams {
            kernel::one(state, data);
        }
        drop(streams);
        for (md5, data) in jobs {
            md5.end(data);
        }
    }
}
