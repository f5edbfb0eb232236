//! The one reader of a segment's batches. A start, check, repair, scrub and gc all read through it,
//! so that they cannot take one place for different things.
//!
//! It goes from batch to batch by their numbers. Where the expected one is not whole, what lies
//! there is classified ([`BatchState`]), and what is known of the segment's end ([`Ends`]) decides
//! whether it is damage or the end: behind the last batch of the newest segment anything may lie.

use super::batch::{BATCH_HEADER_BYTES, BatchHeader, ReadBatch};
use super::one_bit::turn_back;
use super::segment::SEGMENT_HEADER_BYTES;
use super::segments::Segment;
use super::writer::FILL;
use crate::layout::{BATCH_ALIGN, BATCH_BYTES_MAX};
use larder_platform::DiskFile;
use std::io;
use std::sync::Arc;

/// Bytes read ahead at a time; a larger batch is read whole.
const CHUNK_BYTES: u64 = 256 << 10;

/// What the header blocks say of where a segment's batches end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ends {
    /// Exactly here: the header of the segment behind it, or a closed seal, says so.
    pub limit: Option<u64>,
    /// Here or behind: a clean stop noted it.
    pub reaches: u64,
    /// What a seal said is not known.
    pub seal_damaged: bool,
}

/// What lies where the batch with some number is expected.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum BatchState {
    /// That batch, whole.
    Whole(BatchHeader),
    /// A whole batch of this use with a later number: what came before it is gone.
    Later(BatchHeader),
    /// That batch but for one bit, which is turned back here. A torn write is never that close.
    OneBit(Vec<u8>),
    /// The header names that batch and the rest is not whole: a cut tore the write before it was
    /// acknowledged, or it is damaged. Nothing here tells the two apart.
    Begun,
    /// Fill or zeros.
    Blank,
    /// What an earlier use left (another epoch), an earlier number, or what nothing can be made of.
    Foreign,
}

/// What lies behind a segment's last batch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tail {
    /// The end is known: nothing behind it counts, whatever it is.
    Known,
    /// Nothing of a further batch.
    Unwritten,
    /// A batch that a cut tore: [`BatchState::Begun`].
    Torn,
}

/// The next stretch of a segment.
pub enum Stretch<'a> {
    /// The next batch, whole.
    Batch(ReadBatch<'a>),
    /// The next batch, of which one bit was turned back: damage of which nothing is lost.
    OneBit(ReadBatch<'a>),
    /// Bytes that held batches, of which none is whole. Of no length where a batch is missing.
    Damage {
        /// Where they begin, in bytes of the segment.
        from: u64,
        /// Where they end.
        to: u64,
    },
    /// The end of a stretch that is not whole was looked for in one more place: ask again.
    Searching,
    /// There are no more batches.
    End(Tail),
}

/// Reads the batches of one segment in order.
pub struct SegmentReader {
    /// What is read.
    pub segment: Arc<Segment>,
    ends: Ends,
    offset: u64,
    sequence: u64,
    /// Where the stretch began that is not whole, and what lies there.
    searched: Option<(u64, BatchState)>,
    ended: Option<Tail>,
    window: Window,
    turned_back: Vec<u8>,
}

/// Classifies what lies at the front of `bytes`, where batch `sequence` of `segment` is expected.
/// `bytes` go as far as batches may, but need not go further than the longest batch.
pub(crate) fn classify(segment: &Segment, bytes: &[u8], sequence: u64) -> BatchState {
    let bytes = &bytes[..bytes.len().min(BATCH_BYTES_MAX)];
    if let Some(batch) = ReadBatch::parse(&segment.epoch, bytes, segment.sequence, 0) {
        return match batch.header.sequence.cmp(&sequence) {
            std::cmp::Ordering::Equal => BatchState::Whole(batch.header),
            std::cmp::Ordering::Greater => BatchState::Later(batch.header),
            std::cmp::Ordering::Less => BatchState::Foreign,
        };
    }
    if let Some(turned) = turn_back(&segment.epoch, bytes) {
        let batch = ReadBatch::parse(&segment.epoch, &turned, segment.sequence, 0);
        if batch.is_some_and(|batch| batch.header.sequence == sequence) {
            return BatchState::OneBit(turned);
        }
    }
    let number = |at: usize| bytes.get(at..at + 8) == Some(&sequence.to_le_bytes()[..]);
    let own = bytes.get(8..16) == Some(&segment.sequence.to_le_bytes()[..]);
    if bytes.starts_with(b"LBAT") && own && number(16) {
        return BatchState::Begun;
    }
    let mut block = bytes.iter().take(BATCH_ALIGN);
    if block.clone().all(|byte| *byte == FILL) || block.all(|byte| *byte == 0) {
        return BatchState::Blank;
    }
    BatchState::Foreign
}

impl SegmentReader {
    /// Reads all of a segment.
    pub fn new(segment: Arc<Segment>, ends: Ends) -> Self {
        let first = segment.header.first_batch;
        Self::from(segment, ends, (SEGMENT_HEADER_BYTES as u64, first))
    }

    /// Reads from `offset` on, where the batch `sequence` begins.
    pub fn from(segment: Arc<Segment>, ends: Ends, (offset, sequence): (u64, u64)) -> Self {
        let end = ends.limit.unwrap_or(segment.bytes).min(segment.bytes);
        let window = Window { file: segment.file.clone(), end, start: 0, bytes: Vec::new() };
        Self {
            segment,
            ends,
            offset,
            sequence,
            searched: None,
            ended: None,
            window,
            turned_back: Vec::new(),
        }
    }

    /// Where the next batch is expected; in the end, where the batches end.
    pub fn offset(&self) -> u64 {
        self.offset
    }

    /// The number of the next batch.
    pub fn sequence(&self) -> u64 {
        self.sequence
    }

    /// Goes back to where the batch `sequence` begins.
    pub(crate) fn rewind(&mut self, offset: u64, sequence: u64) {
        (self.offset, self.sequence) = (offset, sequence);
        (self.searched, self.ended) = (None, None);
    }

    /// Reads on. After an error nothing has moved.
    pub fn next_stretch(&mut self) -> io::Result<Stretch<'_>> {
        if let Some(tail) = self.ended {
            return Ok(Stretch::End(tail));
        }
        if self.searched.is_some() {
            return self.search();
        }
        if self.offset >= self.window.end {
            return Ok(self.end(Tail::Known));
        }
        let at = self.offset;
        match self.state()? {
            BatchState::Whole(header) => {
                self.pass(&header);
                let bytes = self.window.get(at, header.whole_bytes())?;
                Ok(Stretch::Batch(ReadBatch::verified(header, at, bytes)))
            }
            BatchState::OneBit(turned) => {
                self.turned_back = turned;
                let (epoch, sequence) = (&self.segment.epoch, self.segment.sequence);
                let header = ReadBatch::parse(epoch, &self.turned_back, sequence, at)
                    .expect("it was found to be whole")
                    .header;
                self.pass(&header);
                Ok(Stretch::OneBit(ReadBatch::verified(header, at, &self.turned_back)))
            }
            other => {
                self.searched = Some((at, other));
                Ok(Stretch::Searching)
            }
        }
    }

    /// Goes on behind a place that cannot be read, which is damage.
    pub(crate) fn skip_unreadable(&mut self) {
        self.searched.get_or_insert((self.offset, BatchState::Foreign));
        self.offset += BATCH_ALIGN as u64;
    }

    /// The raw bytes of a stretch, as far as batches may go.
    pub fn bytes(&self, from: u64, to: u64) -> io::Result<Vec<u8>> {
        let to = to.min(self.window.end);
        let mut bytes = vec![0; to.saturating_sub(from) as usize];
        self.segment.file.read_at(&mut bytes, from)?;
        Ok(bytes)
    }

    fn pass(&mut self, header: &BatchHeader) {
        self.offset += header.disk_bytes() as u64;
        self.sequence = header.sequence + 1;
    }

    fn end(&mut self, tail: Tail) -> Stretch<'static> {
        self.ended = Some(tail);
        Stretch::End(tail)
    }

    /// What lies at the next place. The longest batch is read only where the header names none
    /// that is whole.
    fn state(&mut self) -> io::Result<BatchState> {
        if let Some(header) = self.intact()? {
            return Ok(match header.sequence.cmp(&self.sequence) {
                std::cmp::Ordering::Equal => BatchState::Whole(header),
                std::cmp::Ordering::Greater => BatchState::Later(header),
                std::cmp::Ordering::Less => BatchState::Foreign,
            });
        }
        let bytes = self.window.get(self.offset, BATCH_BYTES_MAX)?;
        Ok(classify(&self.segment, bytes, self.sequence))
    }

    /// The header of the intact batch at this place, whatever its number.
    fn intact(&mut self) -> io::Result<Option<BatchHeader>> {
        let front = self.window.get(self.offset, BATCH_HEADER_BYTES)?;
        let Some(whole) = BatchHeader::announced_bytes(front) else {
            return Ok(None);
        };
        let bytes = self.window.get(self.offset, whole)?;
        let segment = &self.segment;
        let batch = ReadBatch::parse(&segment.epoch, bytes, segment.sequence, self.offset);
        Ok(batch.map(|batch| batch.header))
    }

    /// Looks for the next whole batch behind a place where none is, one place at a time.
    fn search(&mut self) -> io::Result<Stretch<'_>> {
        let found = if self.offset < self.window.end {
            self.intact()?.filter(|header| header.sequence >= self.sequence)
        } else {
            None
        };
        if found.is_none() && self.offset < self.window.end {
            self.offset += BATCH_ALIGN as u64;
            return Ok(Stretch::Searching);
        }
        let (from, state) = self.searched.take().expect("a search has a beginning");
        if let Some(header) = found {
            self.sequence = header.sequence;
            return Ok(Stretch::Damage { from, to: self.offset });
        }
        Ok(self.last(from, &state))
    }

    /// No whole batch lies behind `from`: damage where batches are known to have been, else the
    /// end. A begun batch is taken for one that a cut tore only when no seal is damaged, which may
    /// have said that it was whole.
    fn last(&mut self, from: u64, state: &BatchState) -> Stretch<'static> {
        let begun = *state == BatchState::Begun;
        let to = match self.ends.limit {
            Some(limit) => limit,
            None if from < self.ends.reaches => self.ends.reaches,
            None if begun && self.ends.seal_damaged => from + BATCH_ALIGN as u64,
            None => {
                self.offset = from;
                return self.end(if begun { Tail::Torn } else { Tail::Unwritten });
            }
        };
        self.offset = to;
        self.ended = Some(Tail::Known);
        Stretch::Damage { from, to }
    }
}

/// A piece of a file, read ahead.
struct Window {
    file: Arc<dyn DiskFile>,
    /// Nothing behind this is read.
    end: u64,
    start: u64,
    bytes: Vec<u8>,
}

impl Window {
    /// `length` bytes from `offset` on, fewer where the end comes before.
    fn get(&mut self, offset: u64, length: usize) -> io::Result<&[u8]> {
        let length = (length as u64).min(self.end.saturating_sub(offset));
        let held = self.start..self.start + self.bytes.len() as u64;
        if !(held.contains(&offset) && offset + length <= held.end) {
            let ahead = length.max(CHUNK_BYTES.min(self.end.saturating_sub(offset)));
            // What cannot be read may lie in what was only read ahead.
            self.fill(offset, ahead).or_else(|_| self.fill(offset, length))?;
        }
        let at = (offset - self.start) as usize;
        Ok(&self.bytes[at..at + length as usize])
    }

    fn fill(&mut self, offset: u64, length: u64) -> io::Result<()> {
        self.start = offset;
        self.bytes.clear();
        self.bytes.resize(length as usize, 0);
        let read = self.file.read_at(&mut self.bytes, offset);
        read.inspect_err(|_| self.bytes.clear())
    }
}
