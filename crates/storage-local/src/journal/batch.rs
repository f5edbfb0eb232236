//! Batches: what one journal write holds.
//!
//! ```text
//!  0  4    "LBAT"
//!  4  u32  length of the records in bytes
//!  8  u64  segment sequence number
//! 16  u64  batch sequence number, one more than the last good batch's
//! 24  u64  moment of the first commit
//! 32  u32  number of records
//! 36  u32  0
//! 40  u64  CRC64NVME of the epoch, the header to here and the records
//! 48       16 bytes 0, then the records, then 0 up to a multiple of 4,096
//! ```

use super::Epoch;
use super::record::{RecordPlace, RecordView};
use crate::bytes_le::Reader;
use crate::layout::{BATCH_ALIGN, BATCH_BYTES_MAX};
use larder_storage::Moment;

/// Bytes before a batch's records.
pub(crate) const BATCH_HEADER_BYTES: usize = 64;
const MAGIC: &[u8; 4] = b"LBAT";
const CHECKED_BYTES: usize = 40;

/// A batch's header, without its checksum.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BatchHeader {
    /// Bytes of its records.
    pub length: u32,
    /// The segment's sequence number.
    pub segment: u64,
    /// Its number: one more than that of the batch before.
    pub sequence: u64,
    /// Moment of its first commit.
    pub moment: u64,
    /// How many records it has.
    pub records: u32,
}

impl BatchHeader {
    /// Writes the header in front of the records that follow it in `batch`.
    pub(crate) fn seal(&self, epoch: &Epoch, batch: &mut [u8]) {
        let (header, records) = batch.split_at_mut(BATCH_HEADER_BYTES);
        header.fill(0);
        header[..4].copy_from_slice(MAGIC);
        header[4..8].copy_from_slice(&self.length.to_le_bytes());
        header[8..16].copy_from_slice(&self.segment.to_le_bytes());
        header[16..24].copy_from_slice(&self.sequence.to_le_bytes());
        header[24..32].copy_from_slice(&self.moment.to_le_bytes());
        header[32..36].copy_from_slice(&self.records.to_le_bytes());
        let records = &records[..self.length as usize];
        let checksum = epoch.checksum(&[&header[..CHECKED_BYTES], records]);
        header[40..48].copy_from_slice(&checksum.to_le_bytes());
    }

    /// The batch of this segment at the front of `bytes`: its header and records; `None` unless all
    /// of it is intact.
    ///
    /// What a body holds may look like a header, so length and segment are looked at first: a start
    /// that tries every place of a segment would otherwise read a body of such headers once for
    /// each of them.
    fn open<'a>(epoch: &Epoch, bytes: &'a [u8], segment: u64) -> Option<(Self, &'a [u8])> {
        let mut reader = Reader::new(bytes);
        if reader.bytes(4)? != MAGIC {
            return None;
        }
        let header = Self {
            length: reader.u32()?,
            segment: reader.u64()?,
            sequence: reader.u64()?,
            moment: reader.u64()?,
            records: reader.u32()?,
        };
        reader.u32()?;
        let stored = reader.u64()?;
        let end = BATCH_HEADER_BYTES + header.length as usize;
        if header.segment != segment || end > BATCH_BYTES_MAX {
            return None;
        }
        let records = bytes.get(BATCH_HEADER_BYTES..end)?;
        let checksum = epoch.checksum(&[&bytes[..CHECKED_BYTES], records]);
        (checksum == stored).then_some((header, records))
    }

    /// Bytes of the batch that the header at the front of `bytes` names, whole or not; `None` when
    /// it is none that the journal writes.
    pub(crate) fn announced_bytes(bytes: &[u8]) -> Option<usize> {
        let mut reader = Reader::new(bytes);
        let magic = reader.bytes(4)? == MAGIC;
        let whole = BATCH_HEADER_BYTES.checked_add(reader.u32()? as usize)?;
        (magic && whole <= BATCH_BYTES_MAX).then_some(whole)
    }

    /// Bytes without the padding.
    pub(crate) fn whole_bytes(&self) -> usize {
        BATCH_HEADER_BYTES + self.length as usize
    }

    /// Bytes on disk, padding included.
    pub(crate) fn disk_bytes(&self) -> usize {
        self.whole_bytes().next_multiple_of(BATCH_ALIGN)
    }
}

/// An intact batch.
pub struct ReadBatch<'a> {
    /// Its header.
    pub header: BatchHeader,
    /// Where it begins in the segment.
    pub offset: u64,
    records: &'a [u8],
}

impl<'a> ReadBatch<'a> {
    /// The batch in `bytes`, which was found to be whole and lies at `offset` of a segment.
    pub(crate) fn verified(header: BatchHeader, offset: u64, bytes: &'a [u8]) -> Self {
        Self { header, offset, records: &bytes[BATCH_HEADER_BYTES..header.whole_bytes()] }
    }

    /// The batch in `bytes`, which lies at `offset` of a segment; `None` when it is damaged.
    pub(crate) fn parse(epoch: &Epoch, bytes: &'a [u8], segment: u64, offset: u64) -> Option<Self> {
        let (header, records) = BatchHeader::open(epoch, bytes, segment)?;
        Some(Self { header, offset, records })
    }

    /// The records in order. A damaged record in an intact batch cannot be, short of a bug; it ends
    /// the iteration.
    pub fn records(&self, epoch: &Epoch) -> impl Iterator<Item = PlacedRecord<'a>> {
        let (epoch, segment, mut rest) = (*epoch, self.header.segment, self.records);
        let mut offset = self.offset as usize + BATCH_HEADER_BYTES;
        // The first record begins a commit, which has the moment of the header.
        let mut moment = self.header.moment.wrapping_sub(1);
        std::iter::from_fn(move || {
            let record = RecordView::decode(&epoch, rest)?;
            let place =
                RecordPlace { segment, offset: offset as u32, length: record.length as u32 };
            rest = &rest[record.length..];
            offset += record.length;
            moment = moment.wrapping_add(u64::from(record.first));
            Some(PlacedRecord { place, moment: Moment(moment), record })
        })
    }
}

/// A record where it was read.
pub struct PlacedRecord<'a> {
    /// Where it is.
    pub place: RecordPlace,
    /// When its commit became visible.
    pub moment: Moment,
    /// What it says.
    pub record: RecordView<'a>,
}

#[cfg(test)]
mod tests {
    use super::{BATCH_HEADER_BYTES, BatchHeader, ReadBatch};
    use crate::journal::Epoch;
    use crate::layout::BATCH_BYTES_MAX;

    fn batch(epoch: &Epoch, length: usize) -> Vec<u8> {
        let header =
            BatchHeader { length: length as u32, segment: 3, sequence: 7, moment: 0, records: 0 };
        let mut bytes = vec![0; header.disk_bytes()];
        header.seal(epoch, &mut bytes);
        bytes
    }

    #[test]
    fn a_batch_longer_than_the_journal_writes_is_none() {
        let epoch = Epoch([9; 16]);
        let longest = BATCH_BYTES_MAX - BATCH_HEADER_BYTES;
        assert!(ReadBatch::parse(&epoch, &batch(&epoch, longest), 3, 0).is_some());
        assert!(ReadBatch::parse(&epoch, &batch(&epoch, longest), 4, 0).is_none());
        let longer = batch(&epoch, longest + 1);
        assert!(ReadBatch::parse(&epoch, &longer, 3, 0).is_none());
        assert_eq!(BatchHeader::announced_bytes(&longer), None);
    }
}
