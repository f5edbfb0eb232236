//! Segment headers.
//!
//! ```text
//!  0  8    "LARDSEG1"
//!  8  u64  segment sequence number: one more with every use of a segment; 0 = free
//! 16  16   epoch
//! 32  u64  number of the first batch
//! 40  u64  sequence number of the segment before this one, 0 = none
//! 48  u64  where its last good batch ends: nothing behind that counts
//! 56  u64  bytes of this segment
//! 64  u64  CRC64NVME of the header to here
//! 72       0 up to 4,096
//! ```

use super::Epoch;
use crate::bytes_le::Reader;

/// Bytes of a segment's header; the first batch follows.
pub(crate) const SEGMENT_HEADER_BYTES: usize = 4096;
const MAGIC: &[u8; 8] = b"LARDSEG1";
const CHECKED_BYTES: usize = 64;

/// The end of the segment before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) segment: u64,
    pub(crate) end: u64,
}

/// A segment's header.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    /// 0 when the segment is free.
    pub(crate) segment: u64,
    pub(crate) epoch: Epoch,
    pub(crate) first_batch: u64,
    pub(crate) previous: Option<Link>,
    pub(crate) bytes: u64,
}

impl SegmentHeader {
    /// The header of a segment that holds nothing.
    pub(crate) fn free(bytes: u64) -> Self {
        Self { segment: 0, epoch: Epoch([0; 16]), first_batch: 0, previous: None, bytes }
    }

    pub(crate) fn encode(&self) -> [u8; SEGMENT_HEADER_BYTES] {
        let mut out = [0; SEGMENT_HEADER_BYTES];
        let previous = self.previous.unwrap_or(Link { segment: 0, end: 0 });
        out[..8].copy_from_slice(MAGIC);
        out[8..16].copy_from_slice(&self.segment.to_le_bytes());
        out[16..32].copy_from_slice(&self.epoch.0);
        out[32..40].copy_from_slice(&self.first_batch.to_le_bytes());
        out[40..48].copy_from_slice(&previous.segment.to_le_bytes());
        out[48..56].copy_from_slice(&previous.end.to_le_bytes());
        out[56..64].copy_from_slice(&self.bytes.to_le_bytes());
        let checksum = Epoch([0; 16]).checksum(&[&out[..CHECKED_BYTES]]);
        out[64..72].copy_from_slice(&checksum.to_le_bytes());
        out
    }

    /// `None` when the header is damaged.
    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.bytes(8)? != MAGIC {
            return None;
        }
        let segment = reader.u64()?;
        let epoch = Epoch(reader.array()?);
        let first_batch = reader.u64()?;
        let previous = Link { segment: reader.u64()?, end: reader.u64()? };
        let bytes_of_segment = reader.u64()?;
        let checksum = Epoch([0; 16]).checksum(&[bytes.get(..CHECKED_BYTES)?]);
        (reader.u64()? == checksum).then_some(Self {
            segment,
            epoch,
            first_batch,
            previous: (previous.segment != 0).then_some(previous),
            bytes: bytes_of_segment,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Epoch, Link, SegmentHeader};

    #[test]
    fn round_trip() {
        let header = SegmentHeader {
            segment: 3,
            epoch: Epoch([9; 16]),
            first_batch: 77,
            previous: Some(Link { segment: 2, end: 8192 }),
            bytes: 1 << 20,
        };
        let mut bytes = header.encode();
        assert!(SegmentHeader::decode(&bytes) == Some(header));
        bytes[50] ^= 1;
        assert!(SegmentHeader::decode(&bytes).is_none());
    }
}
