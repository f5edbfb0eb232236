//! All segments of a journal as their header blocks show them, without changing any.

use super::finding::Finding;
use crate::journal::{FreeSegment, SEGMENT_HEADER_BYTES, SegmentHeader, Twin};
use crate::layout::Layout;
use larder_platform::{OpenMode, Platform};
use std::collections::BTreeMap;
use std::io;

/// A segment in use.
#[derive(Clone)]
pub(crate) struct Surveyed {
    pub(crate) slot: u32,
    pub(crate) header: SegmentHeader,
    /// Its header, the copy of it or the seal is damaged: the block is to be written again.
    pub(crate) mend: bool,
    /// The seal is damaged: it is not known whether the segment ends somewhere.
    seal_damaged: bool,
    /// Where its batches end exactly.
    pub(crate) limit: Option<u64>,
    /// Where they end at least.
    pub(crate) reaches: u64,
}

/// A journal.
#[derive(Default)]
pub(crate) struct Survey {
    /// The segments whose batches count, by sequence number.
    pub(crate) used: BTreeMap<u64, Surveyed>,
    /// Segments whose first write failed: no batch in them counts.
    pub(crate) skipped: Vec<Surveyed>,
    /// Free segments of whose header and its copy one is damaged.
    pub(crate) free_to_mend: Vec<FreeSegment>,
    /// Slots whose header and its copy are both damaged.
    pub(crate) unreadable: Vec<u32>,
    /// A segment is missing altogether.
    pub(crate) gap: bool,
    pub(crate) next_slot: u32,
    pub(crate) bytes_last: u64,
}

/// How a segment's file is called in a finding.
pub(crate) fn place(slot: u32) -> String {
    format!("journal/{slot:08x}")
}

fn place_at(slot: u32, offset: u64) -> String {
    format!("{} at byte {offset}", place(slot))
}

/// Whether nothing ever reached the sector of the header.
fn is_blank(block: &[u8]) -> bool {
    block.iter().take(512).all(|byte| *byte == 0)
}

/// Reads every header block. What is wrong with one goes to `report`.
pub(crate) fn survey(
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
    survey.link(report);
    Ok(survey)
}

impl Survey {
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
        let fits = |header: &SegmentHeader| header.bytes == bytes;
        let header = SegmentHeader::decode(&block).filter(fits);
        let twin = SegmentHeader::twin(&block);
        let (header, from_twin, twin_damaged) = match (header, twin) {
            (Some(header), twin) => {
                let damaged = twin == Twin::Damaged;
                if damaged {
                    let what = "the copy of the header is damaged; the header is intact";
                    report(Finding::damage(place_at(slot, 1024), what));
                }
                (header, false, damaged)
            }
            // A creation that was cut off may have got the copy to the disk and not the header.
            (None, Twin::Intact(header))
                if fits(&header) && !(header.segment == 0 && is_blank(&block)) =>
            {
                let what = "the header is damaged; its copy is intact";
                report(Finding::damage(place_at(slot, 0), what));
                (header, true, false)
            }
            _ if is_blank(&block) => {
                // A creation that was cut off: a start removes it.
                report(Finding::note(place(slot), "a segment that was never finished"));
                return Ok(());
            }
            _ if SegmentHeader::decode(&block).is_some_and(|header| header.segment == 0) => {
                report(Finding::note(place(slot), "a segment that was never finished"));
                return Ok(());
            }
            _ => {
                let what = "the header and its copy are damaged: nothing in it can be read";
                report(Finding::damage(place_at(slot, 0), what));
                self.unreadable.push(slot);
                return Ok(());
            }
        };
        if header.segment == 0 {
            if from_twin || twin_damaged {
                self.free_to_mend.push(FreeSegment { slot, bytes });
            }
            return Ok(());
        }
        let seal = header.seal(&block);
        let (limit, reaches) = match seal {
            Twin::Intact(seal) => (seal.closed.then_some(seal.end), seal.end),
            Twin::Absent => (None, 0),
            Twin::Damaged => {
                report(Finding::damage(place_at(slot, 512), "the seal is damaged"));
                (None, 0)
            }
        };
        let seal_damaged = seal == Twin::Damaged;
        let mend = from_twin || twin_damaged || seal_damaged;
        let found = Surveyed { slot, header, mend, seal_damaged, limit, reaches };
        if let Some(other) = self.used.insert(header.segment, found) {
            // Two files with one number: a copy that somebody made. The one that was there first
            // stays, as it was listed first.
            report(Finding::damage(
                place(slot),
                format!("it has the sequence number of {}", place(other.slot)),
            ));
            self.used.insert(header.segment, other);
        }
        Ok(())
    }

    /// Says of every segment where it ends, and which were skipped.
    fn link(&mut self, report: &mut dyn FnMut(Finding)) {
        let links: Vec<(u64, Option<crate::journal::Link>)> =
            self.used.values().map(|s| (s.header.segment, s.header.previous)).collect();
        let newest = links.last().map_or(0, |(sequence, _)| *sequence);
        for (_, link) in &links {
            if let Some(before) = link.and_then(|link| self.used.get_mut(&link.segment)) {
                before.limit = link.map(|link| link.end);
            }
        }
        let ended = |s: &Surveyed| s.limit.is_some() || s.header.segment == newest;
        let open: Vec<u64> =
            self.used.values().filter(|s| !ended(s)).map(|s| s.header.segment).collect();
        for sequence in open {
            let skips = |(later, link): &(u64, Option<crate::journal::Link>)| {
                *later > sequence && link.map_or(0, |link| link.segment) < sequence
            };
            let skipped = links.iter().any(skips);
            let slot = self.used[&sequence].slot;
            if skipped {
                self.skipped.extend(self.used.remove(&sequence));
            } else if self.unreadable.is_empty() && !self.used[&sequence].seal_damaged {
                let what = "the segment that followed it is missing: what was in that is lost";
                self.gap = true;
                report(Finding::damage(place(slot), what));
            }
        }
    }
}
