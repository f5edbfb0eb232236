//! All segments of a journal as their header blocks show them, without changing any: which count,
//! where each ends, and what is wrong. A start, check, repair and copies all begin here.

use super::reader::{Ends, SegmentReader, Stretch};
use super::segment::{Link, SEGMENT_HEADER_BYTES, Seal, SegmentHeader, Twin};
use super::segments::Segment;
use super::writer::FreeSegment;
use crate::finding::Finding;
use crate::layout::Layout;
use larder_platform::{OpenMode, Platform};
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// What a device writes whole or not at all.
const SECTOR_BYTES: usize = 512;
/// Where the copy of the header and the seal are in the block.
const COPY_AT: u64 = 1024;
const SEAL_AT: u64 = 512;

/// What the header block at the front of a segment's file is.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum BlockState {
    /// Making the file was cut off before its first use: it holds nothing, and a start removes it.
    Unfinished,
    /// Header and copy are whole, or the copy is of another use: a cut tore the block.
    Whole(SegmentHeader),
    /// The header is whole and its copy damaged. Nothing is lost by it, and a start goes on.
    CopyDamaged(SegmentHeader),
    /// The header is damaged and its copy whole. A start refuses; a repair writes it again.
    HeaderDamaged(SegmentHeader),
    /// Both are damaged, or say another length than the file has: nothing in it can be read.
    Unreadable,
}

impl BlockState {
    /// Classifies the block at the front of a file of `bytes` bytes: as much of it as is there.
    pub fn of(block: &[u8], bytes: u64) -> Self {
        let fits = |header: &SegmentHeader| header.bytes == bytes;
        let header = SegmentHeader::decode(block);
        let copy = SegmentHeader::twin(block);
        if let Some(header) = header.filter(fits) {
            return match copy {
                Twin::Damaged => Self::CopyDamaged(header),
                Twin::Absent | Twin::Intact(_) => Self::Whole(header),
            };
        }
        // The length of a new file reaches the disk when it will.
        if header.is_some_and(|header| header.segment == 0) {
            return Self::Unfinished;
        }
        let was_used = matches!(copy, Twin::Intact(copy) if copy.segment != 0);
        if header.is_none() && !was_used && never_written(block) {
            return Self::Unfinished;
        }
        match copy {
            Twin::Intact(copy) if fits(&copy) => Self::HeaderDamaged(copy),
            Twin::Absent | Twin::Intact(_) | Twin::Damaged => Self::Unreadable,
        }
    }

    /// The header, from wherever it can be read.
    pub fn header(&self) -> Option<SegmentHeader> {
        match self {
            Self::Whole(header) | Self::CopyDamaged(header) | Self::HeaderDamaged(header) => {
                Some(*header)
            }
            Self::Unfinished | Self::Unreadable => None,
        }
    }

    /// What is wrong, and at which byte.
    pub(crate) fn damage(&self) -> Option<(u64, &'static str)> {
        match self {
            Self::Unfinished | Self::Whole(_) => None,
            Self::CopyDamaged(_) => {
                Some((COPY_AT, "the copy of the header is damaged; the header is intact"))
            }
            Self::HeaderDamaged(_) => Some((0, "the header is damaged; its copy is intact")),
            Self::Unreadable => {
                Some((0, "the header and its copy are damaged: nothing in it can be read"))
            }
        }
    }
}

/// Whether nothing of a used header reached the first sector: a header is in one sector, so it is
/// there or not, and that of a new file has the segment number 0.
fn never_written(block: &[u8]) -> bool {
    let first = &block[..SECTOR_BYTES.min(block.len())];
    let is_zero = |bytes: &[u8]| bytes.iter().all(|byte| *byte == 0);
    let shorter = first.len() < SECTOR_BYTES && first.get(8..16).is_none_or(is_zero);
    shorter || is_zero(first)
}

/// A segment in use.
#[derive(Clone)]
pub struct Surveyed {
    /// Its file's number.
    pub slot: u32,
    /// Its header.
    pub header: SegmentHeader,
    /// Its header, the copy of it or the seal is damaged: the block is to be written again.
    pub needs_rewrite: bool,
    /// What is known of where its batches end.
    pub ends: Ends,
}

/// A segment of which a start reads batches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TailSegment {
    /// Its sequence number.
    pub sequence: u64,
    /// Where the first batch is that the index has not seen.
    pub from: u64,
    /// The number of that batch.
    pub batch: u64,
}

/// A journal.
#[derive(Default)]
pub struct Survey {
    /// The segments whose batches count, by sequence number.
    pub used: BTreeMap<u64, Surveyed>,
    /// Segments whose first write failed: no batch in them counts.
    pub skipped: Vec<Surveyed>,
    /// Segments that wait for their next use.
    pub free: Vec<FreeSegment>,
    /// Free segments of whose header and its copy one is damaged.
    pub free_to_rewrite: Vec<FreeSegment>,
    /// Slots of files whose making was cut off.
    pub unfinished: Vec<u32>,
    /// Slots of segments whose sequence number another has too.
    pub duplicates: Vec<u32>,
    /// Slots whose header and its copy are both damaged.
    pub unreadable: Vec<u32>,
    /// A segment is missing altogether.
    pub gap: bool,
    /// The first slot without a file.
    pub next_slot: u32,
    /// Bytes of the largest file.
    pub bytes_last: u64,
}

/// How a segment's file is called in a finding.
pub fn place(slot: u32) -> String {
    format!("journal/{slot:08x}")
}

/// How a byte of it is called.
pub fn place_at(slot: u32, offset: u64) -> String {
    format!("{} at byte {offset}", place(slot))
}

/// Reads every header block. What is wrong with one goes to `report`.
pub fn survey(
    platform: &Platform,
    layout: &Layout,
    report: &mut dyn FnMut(Finding),
) -> io::Result<Survey> {
    let mut survey = Survey::default();
    for name in platform.disk.list(&layout.journal())? {
        match u32::from_str_radix(&name, 16) {
            Ok(slot) => survey.look(platform, layout, slot, report)?,
            Err(_) => report(Finding::note(format!("journal/{name}"), "it is not Larder's")),
        }
    }
    survey.link(platform, layout, report)?;
    Ok(survey)
}

impl Surveyed {
    /// Opens the segment for reading.
    pub fn open(&self, platform: &Platform, layout: &Layout) -> io::Result<Arc<Segment>> {
        let file = platform.disk.open(&layout.segment(self.slot), OpenMode::Read)?;
        Ok(Arc::new(Segment::new(self.header, self.slot, file)))
    }

    /// Reads all of its batches.
    pub fn read(&self, platform: &Platform, layout: &Layout) -> io::Result<SegmentReader> {
        Ok(SegmentReader::new(self.open(platform, layout)?, self.ends))
    }

    /// Whether it has a batch, or had one.
    fn holds_batches(&self, platform: &Platform, layout: &Layout) -> io::Result<bool> {
        let mut reader = self.read(platform, layout)?;
        loop {
            match reader.next_stretch()? {
                Stretch::Searching => {}
                Stretch::End(_) => return Ok(false),
                Stretch::Batch(_) | Stretch::OneBit(_) | Stretch::Damage { .. } => return Ok(true),
            }
        }
    }
}

impl Survey {
    /// The segments that a start reads, oldest first: from the one that the index reaches into,
    /// where batch `next_batch` follows, to the newest. Otherwise what is missing of them.
    pub fn tail(
        &self,
        applied: Option<Link>,
        next_batch: u64,
    ) -> Result<Vec<TailSegment>, Finding> {
        let missing = |sequence: u64| {
            let what = format!("segment {sequence} is missing or its header is damaged");
            Finding::damage("journal", what).stopping()
        };
        let stop = applied.map_or(0, |link| link.segment);
        let mut tail = Vec::new();
        let mut at = match self.used.keys().next_back() {
            None if stop == 0 => return Ok(tail),
            None => return Err(missing(stop)),
            Some(newest) => *newest,
        };
        loop {
            let found = self.used.get(&at).ok_or_else(|| missing(at))?;
            let (mut from, mut batch) = (SEGMENT_HEADER_BYTES as u64, found.header.first_batch);
            if let Some(link) = applied.filter(|link| link.segment == at) {
                (from, batch) = (link.end, next_batch);
            }
            if found.ends.limit.is_some_and(|limit| limit < from) {
                let what = "the index reaches behind the segment's end";
                return Err(Finding::damage(place_at(found.slot, from), what).stopping());
            }
            tail.push(TailSegment { sequence: at, from, batch });
            match found.header.previous {
                _ if at == stop => break,
                None if stop == 0 => break,
                Some(link) if link.segment >= stop => at = link.segment,
                None | Some(_) => return Err(missing(stop)),
            }
        }
        tail.reverse();
        Ok(tail)
    }

    fn look(
        &mut self,
        platform: &Platform,
        layout: &Layout,
        slot: u32,
        report: &mut dyn FnMut(Finding),
    ) -> io::Result<()> {
        self.next_slot = self.next_slot.max(slot + 1);
        let file = platform.disk.open(&layout.segment(slot), OpenMode::Read)?;
        let bytes = file.length()?;
        self.bytes_last = self.bytes_last.max(bytes);
        let mut block = vec![0; SEGMENT_HEADER_BYTES.min(bytes as usize)];
        file.read_at(&mut block, 0)?;
        let state = BlockState::of(&block, bytes);
        if let Some((at, what)) = state.damage() {
            let finding = Finding::damage(place_at(slot, at), what);
            let goes_on = matches!(state, BlockState::CopyDamaged(_));
            report(if goes_on { finding } else { finding.stopping() });
        }
        match state.header() {
            None if state == BlockState::Unfinished => {
                report(Finding::note(place(slot), "a segment that was never finished"));
                self.unfinished.push(slot);
            }
            None => self.unreadable.push(slot),
            Some(header) if header.segment == 0 => {
                self.free.push(FreeSegment { slot, bytes });
                if state.damage().is_some() {
                    self.free_to_rewrite.push(FreeSegment { slot, bytes });
                }
            }
            Some(header) => {
                let seal = header.seal(&block);
                if seal == Twin::Damaged {
                    report(Finding::damage(place_at(slot, SEAL_AT), "the seal is damaged"));
                }
                let needs_rewrite = state.damage().is_some() || seal == Twin::Damaged;
                self.insert(Surveyed { slot, header, needs_rewrite, ends: Ends::of(seal) }, report);
            }
        }
        Ok(())
    }

    fn insert(&mut self, found: Surveyed, report: &mut dyn FnMut(Finding)) {
        let slot = found.slot;
        if let Some(other) = self.used.insert(found.header.segment, found) {
            // Two files with one number: a copy that somebody made. The one that was there first
            // stays, as it was listed first.
            let what = format!("it has the sequence number of {}", place(other.slot));
            report(Finding::damage(place(slot), what).stopping());
            self.used.insert(other.header.segment, other);
            self.duplicates.push(slot);
        }
    }

    /// Says of every segment where it ends, and which were skipped.
    fn link(
        &mut self,
        platform: &Platform,
        layout: &Layout,
        report: &mut dyn FnMut(Finding),
    ) -> io::Result<()> {
        let links: Vec<(u64, Option<Link>)> =
            self.used.values().map(|s| (s.header.segment, s.header.previous)).collect();
        let newest = links.last().map_or(0, |(sequence, _)| *sequence);
        for (_, link) in &links {
            if let Some(before) = link.and_then(|link| self.used.get_mut(&link.segment)) {
                before.ends.limit = link.map(|link| link.end);
            }
        }
        let ended = |s: &Surveyed| s.ends.limit.is_some() || s.header.segment == newest;
        let open: Vec<u64> =
            self.used.values().filter(|s| !ended(s)).map(|s| s.header.segment).collect();
        for sequence in open {
            let skips = |(later, link): &(u64, Option<Link>)| {
                *later > sequence && link.map_or(0, |link| link.segment) < sequence
            };
            let surveyed = &self.used[&sequence];
            // One whose header was written and failed holds nothing either, and what skipped it
            // may be gone.
            if links.iter().any(skips) || !surveyed.holds_batches(platform, layout)? {
                self.skipped.extend(self.used.remove(&sequence));
            } else if self.unreadable.is_empty() && !surveyed.ends.seal_damaged {
                let what = "the segment that followed it is missing: what was in that is lost";
                report(Finding::damage(place(surveyed.slot), what).stopping());
                self.gap = true;
            }
        }
        Ok(())
    }
}

impl Ends {
    fn of(seal: Twin<Seal>) -> Self {
        match seal {
            Twin::Intact(seal) => {
                let limit = seal.closed.then_some(seal.end);
                Self { limit, reaches: seal.end, seal_damaged: false }
            }
            Twin::Absent => Self::default(),
            Twin::Damaged => Self { seal_damaged: true, ..Self::default() },
        }
    }
}
