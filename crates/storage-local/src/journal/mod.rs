//! The journal: records in batches in recycled segments. `docs/on-disk-format.md` draws it.

mod batch;
mod hot;
mod one_bit;
mod reader;
mod record;
mod segment;
mod segments;
mod survey;
mod writer;

#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use batch::BatchHeader;
pub(crate) use batch::{BATCH_HEADER_BYTES, PlacedRecord, ReadBatch};
pub(crate) use hot::HotRecords;
pub(crate) use reader::{Ends, SegmentReader, Stretch, Tail};
pub(crate) use record::{Op, Place, RECORD_HEADER_BYTES, Record, RecordAbout, RecordView};
pub(crate) use segment::{Link, SEGMENT_HEADER_BYTES, Seal, SegmentHeader, Twin};
pub(crate) use segments::{Segment, Segments};
pub(crate) use survey::{BlockState, Survey, Surveyed, TailSegment, place, place_at, survey};
pub(crate) use writer::{
    FreeSegment, Journal, JournalEnd, JournalError, Slots, write_block, write_header,
};

/// 128 random bits per use of a segment. They seed every checksum in it and are never shown
/// outside, so neither recycled bytes nor an object body that looks like a batch can replay.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Epoch(pub(crate) [u8; 16]);

impl Epoch {
    /// CRC64NVME over the epoch and `parts`.
    pub(crate) fn checksum(&self, parts: &[&[u8]]) -> u64 {
        let mut digest = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc64Nvme);
        digest.update(&self.0);
        for part in parts {
            digest.update(part);
        }
        digest.finalize()
    }

    /// What a record's own checksum is masked with.
    fn mask(&self) -> u32 {
        self.checksum(&[b"record"]) as u32
    }
}
