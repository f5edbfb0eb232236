//! The journal's format for the fuzz targets: bytes in, bytes out, no file and no engine.

use crate::checkpoint::Checkpoint;
use crate::journal::{
    BATCH_HEADER_BYTES, BatchHeader, Ends, Epoch, Op, ReadBatch, Record, RecordAbout, RecordPlace,
    RecordView, SEGMENT_HEADER_BYTES, Segment, SegmentHeader, SegmentReader, Stretch, Twin,
};
use crate::{keys, layout};
use larder_platform::{AlignedBuffer, DiskFile};
use std::io;
use std::sync::Arc;

/// Bytes before a segment's first batch.
pub const SEGMENT_START: usize = SEGMENT_HEADER_BYTES;
/// Bytes of a batch at most, header included.
pub const BATCH_BYTES_MAX: usize = layout::BATCH_BYTES_MAX;

/// A record, taken apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// 1 put, 2 delete, 3 usage; others are written as 1.
    pub op: u8,
    /// Whether it begins a commit.
    pub first: bool,
    /// The index key, at most 65,535 bytes.
    pub key: Vec<u8>,
    /// The value.
    pub value: Vec<u8>,
    /// The payload; empty when there is none.
    pub payload: Vec<u8>,
    /// Segment and length of the record that it replaces. The segment is never 0.
    pub replaces: Option<(u64, u32)>,
}

/// A batch as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Batch {
    /// Its number.
    pub sequence: u64,
    /// The moment of its first commit.
    pub moment: u64,
    /// Its records.
    pub entries: Vec<Entry>,
}

/// What a start reads of a segment.
#[derive(Debug, PartialEq, Eq)]
pub struct Found {
    /// The whole batches in order.
    pub batches: Vec<Batch>,
    /// Where they end.
    pub end: u64,
    /// What is there is damage, not the end: one bit flipped in it, or a whole batch lies behind.
    pub damaged: bool,
}

/// One use of a segment.
#[derive(Clone, Copy)]
pub struct Use {
    /// What seeds every checksum in it.
    pub epoch: [u8; 16],
    /// Its number.
    pub segment: u64,
    /// The number of its first batch.
    pub first_batch: u64,
}

impl Use {
    /// A batch as the journal writes it, padded.
    pub fn batch(&self, batch: &Batch) -> Vec<u8> {
        let epoch = Epoch(self.epoch);
        let bytes = batch.entries.iter().map(Entry::bytes).sum::<usize>();
        let mut records = AlignedBuffer::new(bytes.max(1));
        for entry in &batch.entries {
            entry.record().encode(&epoch, &mut records);
        }
        let (moment, records) = (batch.moment, records.as_slice());
        self.sealed(batch.sequence, moment, batch.entries.len() as u32, records)
    }

    /// A batch around bytes that need not be records, with a checksum that is right.
    pub fn sealed(&self, sequence: u64, moment: u64, count: u32, records: &[u8]) -> Vec<u8> {
        let header = BatchHeader {
            length: records.len() as u32,
            segment: self.segment,
            sequence,
            moment,
            records: count,
        };
        let mut out = vec![0; header.disk_bytes()];
        out[BATCH_HEADER_BYTES..][..records.len()].copy_from_slice(records);
        header.seal(&Epoch(self.epoch), &mut out);
        out
    }

    /// Reads a segment's bytes, its header block included.
    pub fn read(&self, bytes: &[u8]) -> Found {
        let header = SegmentHeader {
            segment: self.segment,
            epoch: Epoch(self.epoch),
            first_batch: self.first_batch,
            previous: None,
            bytes: bytes.len() as u64,
        };
        let file = Arc::new(Image(bytes.to_vec()));
        let segment = Arc::new(Segment::new(header, 0, file));
        let mut reader = SegmentReader::new(segment, Ends::default());
        let mut batches = Vec::new();
        loop {
            let end = reader.offset();
            match reader.next_stretch().expect("memory is read") {
                Stretch::Batch(batch) => batches.push(taken_apart(&header.epoch, &batch)),
                Stretch::Searching => {}
                Stretch::OneBit(_) => return Found { batches, end, damaged: true },
                Stretch::Damage { from, .. } => return Found { batches, end: from, damaged: true },
                Stretch::End(_) => break,
            }
        }
        Found { batches, end: reader.offset(), damaged: false }
    }
}

/// A segment's file in memory.
struct Image(Vec<u8>);

impl DiskFile for Image {
    fn length(&self) -> io::Result<u64> {
        Ok(self.0.len() as u64)
    }

    fn read_at(&self, out: &mut [u8], offset: u64) -> io::Result<()> {
        let bytes = self.0.get(offset as usize..).and_then(|bytes| bytes.get(..out.len()));
        out.copy_from_slice(bytes.ok_or(io::ErrorKind::UnexpectedEof)?);
        Ok(())
    }

    fn read_cached(&self, out: &mut [u8], offset: u64) -> io::Result<bool> {
        self.read_at(out, offset).map(|()| true)
    }

    fn write_at(&self, _: &[u8], _: u64) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn allocate(&self, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }

    fn set_length(&self, _: u64) -> io::Result<()> {
        Err(io::ErrorKind::ReadOnlyFilesystem.into())
    }
}

fn taken_apart(epoch: &Epoch, batch: &ReadBatch<'_>) -> Batch {
    let entries = batch.records(epoch).map(|found| Entry::of(&found.record)).collect();
    let header = batch.header;
    Batch { sequence: header.sequence, moment: header.moment, entries }
}

impl Entry {
    fn of(view: &RecordView<'_>) -> Self {
        Self {
            op: view.op as u8,
            first: view.first,
            key: view.key.to_vec(),
            value: view.value.to_vec(),
            payload: view.payload.to_vec(),
            replaces: view.replaces,
        }
    }

    fn record(&self) -> Record<'_> {
        Record {
            op: match self.op {
                2 => Op::Delete,
                3 => Op::Usage,
                _ => Op::Put,
            },
            first: self.first,
            key: &self.key,
            value: &self.value,
            payload: &self.payload,
            replaces: self.replaces.map(|(segment, length)| RecordPlace {
                segment,
                offset: 0,
                length,
            }),
        }
    }

    fn bytes(&self) -> usize {
        self.record().length()
    }

    /// The record as the journal writes it.
    pub fn encode(&self, epoch: [u8; 16]) -> Vec<u8> {
        let mut out = AlignedBuffer::new(self.bytes());
        self.record().encode(&Epoch(epoch), &mut out);
        out.as_slice().to_vec()
    }

    /// The record at the front of `bytes`; `None` when it is damaged.
    ///
    /// # Panics
    /// What is read of a record without its value disagrees with the whole.
    pub fn decode(epoch: [u8; 16], bytes: &[u8]) -> Option<Self> {
        let epoch = Epoch(epoch);
        let about = RecordAbout::decode(&epoch, bytes);
        let view = RecordView::decode(&epoch, bytes)?;
        let about = about.expect("header and key of an intact record are intact");
        assert_eq!((about.op, about.first, about.key), (view.op, view.first, view.key));
        assert_eq!((about.value, about.payload), (view.value.len(), view.payload.len()));
        assert_eq!(about.length, view.length);
        Some(Self::of(&view))
    }
}

/// Reads `bytes` as everything else that a start reads, and what is accepted once more as written.
///
/// # Panics
/// Something reads back as something else.
pub fn others(bytes: &[u8]) {
    if let Some(checkpoint) = Checkpoint::decode(bytes) {
        assert_eq!(Checkpoint::decode(&checkpoint.encode()), Some(checkpoint));
    }
    if let Some(row) = keys::decode(bytes) {
        assert_eq!(keys::encode(&row), bytes, "two keys of one row");
    }
    let mut buffer = Vec::new();
    let _ = keys::split_row(bytes, &mut buffer);
    let Some(header) = SegmentHeader::decode(bytes) else {
        return;
    };
    let block = match header.seal(bytes) {
        Twin::Intact(seal) => header.encode_sealed(seal),
        Twin::Absent | Twin::Damaged => header.encode(),
    };
    assert!(SegmentHeader::decode(&block) == Some(header));
    assert!(SegmentHeader::twin(&block) == Twin::Intact(header));
    let _ = SegmentHeader::twin(bytes);
}
