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
//! 72       0
//! 512      the seal, 0 until it is known where the segment ends; a free one may keep its last:
//!      8    "LARDSEAL"
//!      u64  segment sequence number
//!      u64  where its batches end
//!      u32  1 = exactly there, 0 = there or behind it
//!      u32  0
//!      u64  CRC64NVME of the seal to here
//! 1024     the first 72 bytes once more
//! ..       0 up to 4,096
//! ```
//!
//! Each of the three is in a sector of its own, so that one damaged sector leaves the others.

use super::Epoch;
use crate::bytes_le::Reader;

/// Bytes of a segment's header; the first batch follows.
pub const SEGMENT_HEADER_BYTES: usize = 4096;
const MAGIC: &[u8; 8] = b"LARDSEG1";
const CHECKED_BYTES: usize = 64;
const HEADER_BYTES: usize = CHECKED_BYTES + 8;
const SEAL_AT: usize = 512;
const SEAL_MAGIC: &[u8; 8] = b"LARDSEAL";
const SEAL_CHECKED_BYTES: usize = 32;
const SEAL_BYTES: usize = SEAL_CHECKED_BYTES + 8;
const TWIN_AT: usize = 1024;

/// The end of the segment before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Link {
    /// Its sequence number.
    pub segment: u64,
    /// Where its batches end, in bytes.
    pub end: u64,
}

/// What a segment's own header block says of its end. The header of the segment behind it says so
/// too, but it is gone once that one is freed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seal {
    /// Where its batches end, in bytes.
    pub end: u64,
    /// No batch behind `end` counts; otherwise there may be more.
    pub closed: bool,
}

/// What is read where a seal may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Twin<T> {
    /// Nothing was written there, or what belongs to an earlier use.
    Absent,
    Intact(T),
    Damaged,
}

/// A segment's header.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct SegmentHeader {
    /// 0 when the segment is free.
    pub segment: u64,
    /// The epoch of this use.
    pub epoch: Epoch,
    /// The number of its first batch.
    pub first_batch: u64,
    /// The segment before it, and where that ends.
    pub previous: Option<Link>,
    /// Bytes of the file.
    pub bytes: u64,
}

impl SegmentHeader {
    /// The header of a segment that holds nothing.
    pub fn free(bytes: u64) -> Self {
        Self { segment: 0, epoch: Epoch([0; 16]), first_batch: 0, previous: None, bytes }
    }

    /// The header block, without a seal.
    pub fn encode(&self) -> [u8; SEGMENT_HEADER_BYTES] {
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
        out.copy_within(..HEADER_BYTES, TWIN_AT);
        out
    }

    /// The header block with a seal.
    pub fn encode_sealed(&self, seal: Seal) -> [u8; SEGMENT_HEADER_BYTES] {
        let mut out = self.encode();
        self.write_seal(&mut out, seal);
        out
    }

    /// The block that frees this segment, whose batches end at `end`. It has the closed seal of the
    /// use that is over: of a block that a cut tears, the header may be lost and the rest not, and
    /// then the segment is still in use, while the one that followed it may be free already.
    pub(crate) fn encode_freed(&self, end: u64) -> [u8; SEGMENT_HEADER_BYTES] {
        let mut out = Self::free(self.bytes).encode();
        self.write_seal(&mut out, Seal { end, closed: true });
        out
    }

    fn write_seal(&self, block: &mut [u8; SEGMENT_HEADER_BYTES], seal: Seal) {
        let sealed = &mut block[SEAL_AT..SEAL_AT + SEAL_BYTES];
        sealed[..8].copy_from_slice(SEAL_MAGIC);
        sealed[8..16].copy_from_slice(&self.segment.to_le_bytes());
        sealed[16..24].copy_from_slice(&seal.end.to_le_bytes());
        sealed[24..28].copy_from_slice(&u32::from(seal.closed).to_le_bytes());
        let checksum = Epoch([0; 16]).checksum(&[&sealed[..SEAL_CHECKED_BYTES]]);
        sealed[SEAL_CHECKED_BYTES..].copy_from_slice(&checksum.to_le_bytes());
    }

    /// The seal in this header's block.
    pub(crate) fn seal(&self, block: &[u8]) -> Twin<Seal> {
        let Some(sealed) = block.get(SEAL_AT..SEAL_AT + SEAL_BYTES) else {
            return Twin::Absent;
        };
        if sealed.iter().all(|byte| *byte == 0) {
            return Twin::Absent;
        }
        let read = || {
            let mut reader = Reader::new(sealed);
            let magic = reader.bytes(8)?;
            let (segment, end, closed) = (reader.u64()?, reader.u64()?, reader.u32()?);
            reader.u32()?;
            let checksum = Epoch([0; 16]).checksum(&[&sealed[..SEAL_CHECKED_BYTES]]);
            let intact = magic == SEAL_MAGIC && reader.u64()? == checksum;
            intact.then_some((segment, Seal { end, closed: closed == 1 }))
        };
        match read() {
            Some((segment, seal)) if segment == self.segment => Twin::Intact(seal),
            // A header written over it, of which this sector was lost in a cut.
            Some(_) => Twin::Absent,
            None => Twin::Damaged,
        }
    }

    /// The copy of the header in a block. It is of an earlier use when a cut tore the block.
    pub(crate) fn twin(block: &[u8]) -> Twin<Self> {
        match block.get(TWIN_AT..TWIN_AT + HEADER_BYTES) {
            None => Twin::Absent,
            Some(twin) if twin.iter().all(|byte| *byte == 0) => Twin::Absent,
            Some(twin) => Self::decode(twin).map_or(Twin::Damaged, Twin::Intact),
        }
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
    use super::{Epoch, Link, Seal, SegmentHeader, Twin};

    fn header() -> SegmentHeader {
        SegmentHeader {
            segment: 3,
            epoch: Epoch([9; 16]),
            first_batch: 77,
            previous: Some(Link { segment: 2, end: 8192 }),
            bytes: 1 << 20,
        }
    }

    #[test]
    fn a_flipped_bit_anywhere_leaves_header_or_twin_and_is_seen() {
        let (header, seal) = (header(), Seal { end: 8192, closed: true });
        let block = header.encode_sealed(seal);
        assert_eq!(header.seal(&block), Twin::Intact(seal));
        let written = (0..72).chain(512..552).chain(1024..1096);
        for at in written.flat_map(|byte| (0..8).map(move |bit| (byte, bit))) {
            let mut block = block;
            block[at.0] ^= 1 << at.1;
            let primary = SegmentHeader::decode(&block).is_some();
            let twin = matches!(SegmentHeader::twin(&block), Twin::Intact(_));
            let sealed = header.seal(&block) == Twin::Intact(seal);
            assert_eq!([primary, twin, sealed].iter().filter(|intact| **intact).count(), 2);
        }
        let other = SegmentHeader { segment: 4, ..header };
        assert_eq!(other.seal(&block), Twin::Absent, "a seal of an earlier use is none");
    }

    /// Whichever sectors of it a cut lets through: the segment is free, or it is in use and says
    /// where it ends.
    #[test]
    fn a_torn_freeing_leaves_a_free_segment_or_a_sealed_one() {
        let (header, seal) = (header(), Seal { end: 8192, closed: true });
        let before = header.encode_sealed(seal);
        let freed = header.encode_freed(seal.end);
        for written in 0u32..256 {
            let mut block = before;
            for sector in (0..8).filter(|sector| written & (1 << sector) != 0) {
                let bytes = sector * 512..(sector + 1) * 512;
                block[bytes.clone()].copy_from_slice(&freed[bytes]);
            }
            let found = SegmentHeader::decode(&block).expect("a sector is whole");
            assert!(matches!(SegmentHeader::twin(&block), Twin::Intact(_)));
            if found.segment == 0 {
                assert!(found == SegmentHeader::free(header.bytes));
            } else {
                assert!(found == header && header.seal(&block) == Twin::Intact(seal), "{written}");
            }
        }
    }

    #[test]
    fn round_trip() {
        let header = header();
        let mut bytes = header.encode();
        assert!(SegmentHeader::decode(&bytes) == Some(header));
        bytes[50] ^= 1;
        assert!(SegmentHeader::decode(&bytes).is_none());
    }
}
