//! Randomness from the kernel, fetched in portions so that small draws need no system call.

use crate::Random;
use std::sync::{Mutex, PoisonError};

/// Bytes fetched at once.
const PORTION: usize = 512;

struct Buffer {
    bytes: [u8; PORTION],
    used: usize,
}

pub(super) struct RealRandom {
    buffer: Mutex<Buffer>,
}

impl Default for RealRandom {
    fn default() -> Self {
        Self { buffer: Mutex::new(Buffer { bytes: [0; PORTION], used: PORTION }) }
    }
}

fn fetch(out: &mut [u8]) {
    getrandom::fill(out).expect("the kernel gives randomness once the system is up");
}

impl Random for RealRandom {
    fn fill(&self, out: &mut [u8]) {
        if out.len() > PORTION / 4 {
            return fetch(out);
        }
        let mut buffer = self.buffer.lock().unwrap_or_else(PoisonError::into_inner);
        if buffer.used + out.len() > PORTION {
            fetch(&mut buffer.bytes);
            buffer.used = 0;
        }
        let from = buffer.used;
        buffer.used += out.len();
        let taken = &mut buffer.bytes[from..from + out.len()];
        out.copy_from_slice(taken);
        // What was handed out may be a secret: it does not stay here.
        taken.fill(0);
    }
}
