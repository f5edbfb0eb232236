//! A walk over the batches of one segment that goes on behind damage.

use super::one_bit::turn_back;
use super::salvage::salvage;
use super::survey::Surveyed;
use crate::journal::{ReadBatch, RecordView, SEGMENT_HEADER_BYTES, Segment};
use crate::layout::{BATCH_ALIGN, BATCH_BYTES_MAX, Layout};
use larder_platform::{OpenMode, Platform};
use std::io;
use std::sync::Arc;

/// The bytes of a segment, as far as its batches may go.
pub(crate) struct Walk {
    pub(crate) segment: Arc<Segment>,
    limit: Option<u64>,
    reaches: u64,
    bytes: Vec<u8>,
}

/// What lies in a segment.
pub(crate) enum Stretch<'a> {
    /// An intact batch.
    Batch(ReadBatch<'a>),
    /// A batch in which one bit flipped, as it was written.
    Mended(ReadBatch<'a>),
    /// Bytes that hold batches, of which none is intact.
    Damage { from: u64, to: u64 },
}

impl Walk {
    /// Reads a segment.
    pub(crate) fn open(
        platform: &Platform,
        layout: &Layout,
        surveyed: &Surveyed,
    ) -> io::Result<Self> {
        let file = platform.disk.open(&layout.segment(surveyed.slot), OpenMode::Read)?;
        let segment = Arc::new(Segment::new(surveyed.header, surveyed.slot, file));
        let end = surveyed.limit.unwrap_or(segment.bytes).min(segment.bytes);
        let mut bytes = vec![0; end as usize];
        segment.file.read_at(&mut bytes, 0)?;
        Ok(Self { segment, limit: surveyed.limit, reaches: surveyed.reaches, bytes })
    }

    fn at(&self, offset: u64, sequence: u64) -> Option<ReadBatch<'_>> {
        let batch = self.parse(self.bytes.get(offset as usize..)?, offset)?;
        (batch.header.sequence >= sequence).then_some(batch)
    }

    fn parse<'b>(&self, bytes: &'b [u8], offset: u64) -> Option<ReadBatch<'b>> {
        let bytes = &bytes[..bytes.len().min(BATCH_BYTES_MAX)];
        ReadBatch::parse(&self.segment.epoch, bytes, self.segment.sequence, offset)
    }

    fn mended_at(&self, offset: u64) -> Option<Vec<u8>> {
        turn_back(&self.segment.epoch, self.bytes.get(offset as usize..)?)
    }

    /// Shows every batch and every damaged stretch in order. Returns where the batches end and the
    /// number of the batch that would be next.
    pub(crate) fn run<E>(
        &self,
        mut show: impl FnMut(Stretch<'_>) -> Result<(), E>,
    ) -> Result<(u64, u64), E> {
        let mut offset = SEGMENT_HEADER_BYTES as u64;
        let mut sequence = self.segment.header.first_batch;
        let end = self.bytes.len() as u64;
        while offset < end {
            let found = self.at(offset, sequence).filter(|b| b.header.sequence == sequence);
            let Some(batch) = found else {
                if let Some(bytes) = self.mended_at(offset)
                    && let Some(batch) = self.parse(&bytes, offset)
                    && batch.header.sequence == sequence
                {
                    offset += batch.header.disk_bytes() as u64;
                    sequence += 1;
                    show(Stretch::Mended(batch))?;
                    continue;
                }
                let behind = (offset..end).step_by(BATCH_ALIGN).skip(1);
                let next = behind.into_iter().find(|at| self.at(*at, sequence).is_some());
                let to = match (next, self.limit) {
                    (Some(next), _) => next,
                    (None, Some(limit)) => limit,
                    (None, None) if offset < self.reaches => self.reaches,
                    (None, None) => break,
                };
                show(Stretch::Damage { from: offset, to })?;
                offset = to;
                if let Some(batch) = self.at(offset, sequence) {
                    sequence = batch.header.sequence;
                }
                continue;
            };
            offset += batch.header.disk_bytes() as u64;
            sequence += 1;
            show(Stretch::Batch(batch))?;
        }
        Ok((offset, sequence))
    }

    /// Whether what follows the last batch looks like one that was not written to its end.
    pub(crate) fn is_torn_at(&self, offset: u64, sequence: u64) -> bool {
        let at = offset as usize;
        let field = |from: usize| {
            let bytes = self.bytes.get(at + from..at + from + 8)?;
            Some(bytes.iter().rev().fold(0u64, |n, byte| (n << 8) | u64::from(*byte)))
        };
        self.limit.is_none()
            && self.bytes.get(at..at + 4) == Some(b"LBAT")
            && field(8) == Some(self.segment.sequence)
            && field(16) == Some(sequence)
    }

    /// Shows every record of whole commits, those salvaged from `damage` too.
    pub(crate) fn records<E>(
        &self,
        damage: Option<&Vec<(u64, u64)>>,
        show: &mut dyn FnMut(u32, &RecordView<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let epoch = &self.segment.epoch;
        for (from, to) in damage.into_iter().flatten() {
            let found = salvage(epoch, self.bytes(*from, *to), self.segment.sequence, *from);
            for (offset, record) in &found.records {
                show(*offset, record)?;
            }
        }
        self.run(|stretch| {
            let (Stretch::Batch(batch) | Stretch::Mended(batch)) = stretch else {
                return Ok(());
            };
            batch.records(epoch).try_for_each(|(offset, record)| show(offset, &record))
        })?;
        Ok(())
    }

    /// The raw bytes of a stretch.
    pub(crate) fn bytes(&self, from: u64, to: u64) -> &[u8] {
        let end = (to as usize).min(self.bytes.len());
        &self.bytes[(from as usize).min(end)..end]
    }
}
