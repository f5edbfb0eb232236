//! What an operator may choose.

use crate::gc;

/// Values that an operator may choose.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Bodies up to this many bytes are stored beside their row, as far as the engine can.
    pub inline_bytes_max: usize,
    /// How long a blob that nothing names any more is kept for readers in flight.
    pub gc_grace_ms: i64,
    /// Smallest part of a multipart upload but the last, in bytes.
    pub part_bytes_min: u64,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            inline_bytes_max: 128 << 10,
            gc_grace_ms: gc::GRACE_MS,
            part_bytes_min: larder_types::limits::PART_BYTES_MIN,
        }
    }
}
