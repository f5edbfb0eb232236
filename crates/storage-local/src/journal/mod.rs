//! The journal: records in batches in recycled segments. `docs/on-disk-format.md` draws it.

mod batch;
mod hot;
mod one_bit;
mod reader;
mod record;
mod salvage;
mod segment;
mod segments;
mod survey;
mod writer;

pub(crate) use batch::BATCH_HEADER_BYTES;
pub use batch::{BatchHeader, PlacedRecord, ReadBatch};
pub(crate) use hot::HotRecords;
pub use reader::{Ends, SegmentReader, Stretch, Tail};
#[cfg(any(test, feature = "fuzzing"))]
pub(crate) use record::RecordAbout;
pub use record::{Op, RecordPlace, RecordView};
pub(crate) use record::{RECORD_HEADER_BYTES, Record};
pub use salvage::{LostRow, Salvage, salvage};
pub(crate) use segment::Twin;
pub use segment::{Link, SEGMENT_HEADER_BYTES, Seal, SegmentHeader};
pub use segments::Segment;
pub(crate) use segments::Segments;
pub use survey::{BlockState, Survey, Surveyed, TailSegment, place, place_at, survey};
pub use writer::{FreeSegment, write_block};
pub(crate) use writer::{Journal, JournalEnd, JournalError, Slots};

/// 128 random bits per use of a segment. They seed every checksum in it and are never shown
/// outside, so neither recycled bytes nor an object body that looks like a batch can replay.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Epoch(pub(crate) [u8; 16]);

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
