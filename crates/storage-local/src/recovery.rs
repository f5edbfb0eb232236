//! Opening a data directory: the segments' headers, the chain of those that count, the replay of
//! what the durable index has not seen.

use crate::checkpoint::Checkpoint;
use crate::finding::{Finding, LACKS_RECORDS, ONE_BIT, Severity, bytes_damaged};
use crate::index::{Index, IndexChange};
use crate::journal::{
    Ends, Link, Op, PlacedRecord, ReadBatch, SEGMENT_HEADER_BYTES, Segment, SegmentReader,
    Segments, Slots, Stretch, Survey, TailSegment, place_at, survey,
};
use crate::kinds::refuse_unknown;
use crate::layout::Layout;
use crate::open_error::OpenError;
use crate::pointer::index_value;
use larder_platform::{OpenMode, Platform};
use larder_storage::UsageDelta;
use std::collections::HashMap;
use std::io;
use std::sync::Arc;

/// Changes handed to the index at a time while replaying.
const REPLAY_CHANGES_MAX: usize = 4096;

/// What recovery found.
pub(crate) struct Recovered {
    pub(crate) segments: Segments,
    pub(crate) slots: Slots,
    /// Where the last good batch ends.
    pub(crate) link: Option<Link>,
    pub(crate) next_batch: u64,
    pub(crate) last_segment: u64,
    /// The segment to go on in, behind its last good batch.
    pub(crate) newest: Option<Arc<Segment>>,
    pub(crate) moment: u64,
    pub(crate) usage: HashMap<u64, UsageDelta>,
    /// Journal bytes that the durable index has not seen.
    pub(crate) replayed_bytes: u64,
    /// The segment that the durable index reaches into.
    pub(crate) durable_segment: u64,
}

/// Reads the journal and brings the index up to it.
pub(crate) fn recover(
    platform: &Platform,
    layout: &Layout,
    index: &dyn Index,
) -> Result<Recovered, OpenError> {
    // All headers are read before the first batch is: whether a batch that is not intact is damage
    // or the end is known only from the segments behind it. A start that refuses has by then
    // changed nothing, so that a repair finds what the start found.
    let survey = undamaged(platform, layout)?;
    let checkpoint = Checkpoint::read(index).map_err(|error| OpenError::Index(error.0))?;
    let tail =
        survey.tail(checkpoint.applied, checkpoint.next_batch).map_err(OpenError::Damaged)?;
    let slots = slots(platform, layout, &survey)?;
    let found = || survey.used.values().chain(&survey.skipped);
    let last_segment = found().map(|found| found.header.segment).max().unwrap_or(0);
    let mut recovered = Recovered {
        segments: Segments::default(),
        slots,
        link: checkpoint.applied,
        next_batch: checkpoint.next_batch,
        last_segment,
        newest: None,
        moment: checkpoint.moment,
        usage: checkpoint.usage.iter().copied().collect(),
        replayed_bytes: 0,
        durable_segment: checkpoint.applied.map_or(0, |link| link.segment),
    };
    // A header that nothing links to is of a segment whose first write failed: no batch in it
    // counts. It is freed like any that holds nothing, before the one whose header says so.
    for found in found() {
        recovered.segments.insert(found.open(platform, layout)?);
    }
    // Others were freed after the checkpoint: what was live in them was copied into what is
    // replayed.
    for known in &checkpoint.segments {
        if let Some(segment) = recovered.segments.get(known.sequence) {
            segment.set_live_bytes(known.live_bytes);
            segment.set_end(known.end);
        }
    }
    for at in tail {
        let segment = recovered.segments.get(at.sequence).expect("it was found");
        // What a killed process wrote last is read back, yet no sync may have covered it. Before
        // anything is built on it, a power cut must not be able to take it away.
        segment.file.sync()?;
        replay(index, &mut recovered, at, survey.used[&at.sequence].ends)?;
    }
    recovered.newest = recovered.segments.get(last_segment);
    // Before anything is removed.
    refuse_unknown(index)?;
    // Last of all: a start that refuses changes nothing.
    for slot in &survey.unfinished {
        platform.disk.remove(&layout.segment(*slot))?;
    }
    Ok(recovered)
}

/// The journal's segments, none of them damaged in what a start needs.
fn undamaged(platform: &Platform, layout: &Layout) -> Result<Survey, OpenError> {
    let mut stopping = None;
    let survey = survey(platform, layout, &mut |finding| {
        if finding.stops_start {
            stopping.get_or_insert(finding);
        } else if finding.severity == Severity::Damage {
            log::warn!("{finding}; stop the server and run `larder repair`");
        }
    })?;
    match stopping {
        None => Ok(survey),
        Some(finding) => Err(OpenError::Damaged(finding)),
    }
}

/// The slots that hold no segment in use.
fn slots(platform: &Platform, layout: &Layout, survey: &Survey) -> io::Result<Slots> {
    for free in &survey.free {
        // Its maker may have been killed before it synced the file.
        platform.disk.open(&layout.segment(free.slot), OpenMode::Read)?.sync()?;
    }
    Ok(Slots::new(survey.free.clone(), survey.next_slot, survey.bytes_last))
}

/// Applies what the index has not seen of one segment.
fn replay(
    index: &dyn Index,
    recovered: &mut Recovered,
    at: TailSegment,
    ends: Ends,
) -> Result<(), OpenError> {
    let segment = recovered.segments.get(at.sequence).expect("it was opened just now");
    let slot = segment.slot;
    let damaged = |offset: u64, what: String| {
        OpenError::Damaged(Finding::damage(place_at(slot, offset), what).stopping())
    };
    let mut reader = SegmentReader::from(segment.clone(), ends, (at.from, at.batch));
    let mut changes = Vec::new();
    loop {
        match reader.next_stretch()? {
            Stretch::Batch(batch) => {
                if !recovered.batch(&segment, &batch, &mut changes) {
                    return Err(damaged(batch.offset, LACKS_RECORDS.to_owned()));
                }
            }
            Stretch::OneBit(batch) => return Err(damaged(batch.offset, ONE_BIT.to_owned())),
            Stretch::Damage { from, to } => return Err(damaged(from, bytes_damaged(from, to))),
            Stretch::Searching => {}
            Stretch::End(_) => break,
        }
        if changes.len() >= REPLAY_CHANGES_MAX {
            index.apply(std::mem::take(&mut changes));
        }
    }
    index.apply(changes);
    recovered.replayed_bytes += reader.offset() - at.from;
    recovered.next_batch = reader.sequence();
    segment.set_end(reader.offset());
    if reader.offset() > SEGMENT_HEADER_BYTES as u64 {
        recovered.link = Some(Link { segment: at.sequence, end: reader.offset() });
    }
    Ok(())
}

impl Recovered {
    /// Takes a batch over; `false` when it lacks records.
    fn batch(
        &mut self,
        segment: &Segment,
        batch: &ReadBatch<'_>,
        changes: &mut Vec<IndexChange>,
    ) -> bool {
        let mut records = 0;
        for PlacedRecord { place, moment, record } in batch.records(&segment.epoch) {
            records += 1;
            // Moments go on from the greatest that was ever used: reused ones would let an old
            // check pass, and put a queue's new rows before its consumers' marks.
            self.moment = self.moment.max(moment.0);
            if let Some((segment, bytes)) = record.replaces {
                self.segments.sub_live(segment, bytes);
            }
            let value = match record.op {
                Op::Usage => {
                    self.usage(record.key, record.value);
                    continue;
                }
                Op::Delete => None,
                Op::Put => Some(index_value(place, record.payload.len() as u32, record.value)),
            };
            self.segments.add_live(segment.sequence, u64::from(place.length));
            changes.push(IndexChange { key: record.key.to_vec(), value, at: moment });
        }
        records == batch.header.records
    }

    fn usage(&mut self, space: &[u8], value: &[u8]) {
        usage_change(space, value, |space, change| {
            let usage = self.usage.entry(space).or_default();
            usage.objects += change.objects;
            usage.bytes += change.bytes;
        });
    }
}

/// Reads a usage record.
pub fn usage_change(space: &[u8], value: &[u8], add: impl FnOnce(u64, UsageDelta)) {
    let mut key = crate::bytes_le::Reader::new(space);
    let mut value = crate::bytes_le::Reader::new(value);
    if let (Some(space), Some(objects), Some(bytes)) = (key.u64(), value.i64(), value.i64()) {
        add(space, UsageDelta { objects, bytes });
    }
}
