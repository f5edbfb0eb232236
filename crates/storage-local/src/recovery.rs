//! Opening a data directory: the segments' headers, the chain of those that count, the replay of
//! what the durable index has not seen.

use crate::care::turn_back;
use crate::checkpoint::{CHECKPOINT, Checkpoint};
use crate::committer::group::{POINTER_BYTES, index_value};
use crate::engine::OpenError;
use crate::index::{Index, IndexChange};
use crate::journal::{
    BatchReader, FreeSegment, Link, Op, Place, ReadBatch, SEGMENT_HEADER_BYTES, Segment,
    SegmentHeader, Segments, Slots, Twin,
};
use crate::keys;
use crate::layout::Layout;
use larder_platform::{OpenMode, Platform};
use larder_storage::{Moment, UsageDelta};
use std::collections::{BTreeMap, HashMap};
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

/// What a device writes whole or not at all.
const SECTOR_BYTES: usize = 512;

struct Found {
    slot: u32,
    header: SegmentHeader,
    /// What its seal says of where its batches end at least.
    reaches: u64,
}

/// Reads the journal and brings the index up to it.
pub(crate) fn recover(
    platform: &Platform,
    layout: &Layout,
    index: &dyn Index,
) -> Result<Recovered, OpenError> {
    let (mut used, slots) = headers(platform, layout)?;
    let checkpoint = checkpoint(index)?;
    let last_segment = used.keys().next_back().copied().unwrap_or(0);
    let chain = chain(&used, &checkpoint)?;
    let reaches: BTreeMap<u64, u64> =
        used.iter().map(|(sequence, found)| (*sequence, found.reaches)).collect();
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
    for known in &checkpoint.segments {
        let Some(found) = used.remove(&known.sequence) else {
            // Freed after the checkpoint: everything live in it was copied into what is replayed.
            continue;
        };
        let segment = open_segment(platform, layout, &found)?;
        segment.set_live_bytes(known.live_bytes);
        segment.set_end(known.end);
        recovered.segments.insert(Arc::new(segment));
    }
    for (sequence, limit) in chain {
        if recovered.segments.get(sequence).is_none() {
            let found = used.remove(&sequence).expect("the chain is made of found headers");
            let segment = open_segment(platform, layout, &found)?;
            recovered.segments.insert(Arc::new(segment));
        }
        // What a killed process wrote last is read back, yet no sync may have covered it. Before
        // anything is built on it, a power cut must not be able to take it away.
        recovered.segments.get(sequence).map_or(Ok(()), |segment| segment.file.sync())?;
        let end = End { limit, reaches: reaches.get(&sequence).copied().unwrap_or(0) };
        replay(index, &mut recovered, sequence, end, &checkpoint)?;
    }
    // A header that nothing links to is of a segment whose first write failed: no batch in it
    // counts. It is freed like any that holds nothing, before the one whose header says so.
    for found in used.into_values() {
        recovered.segments.insert(Arc::new(open_segment(platform, layout, &found)?));
    }
    recovered.newest = recovered.segments.get(last_segment);
    Ok(recovered)
}

/// The headers of all segments in use by sequence number, and the other slots.
fn headers(
    platform: &Platform,
    layout: &Layout,
) -> Result<(BTreeMap<u64, Found>, Slots), OpenError> {
    let (mut used, mut free) = (BTreeMap::new(), Vec::new());
    let (mut next_slot, mut bytes_last) = (0, 0);
    for name in platform.disk.list(&layout.journal())? {
        let Ok(slot) = u32::from_str_radix(&name, 16) else {
            continue;
        };
        next_slot = next_slot.max(slot + 1);
        let file = platform.disk.open(&layout.segment(slot), OpenMode::Read)?;
        let bytes = file.length()?;
        let mut block = vec![0; SEGMENT_HEADER_BYTES.min(bytes as usize)];
        file.read_at(&mut block, 0)?;
        let first = &block[..SECTOR_BYTES.min(block.len())];
        bytes_last = bytes_last.max(bytes);
        match SegmentHeader::decode(first) {
            Some(header) if header.segment != 0 && header.bytes == bytes => {
                let reaches = match header.seal(&block) {
                    Twin::Intact(seal) => seal.end,
                    Twin::Absent | Twin::Damaged => 0,
                };
                used.insert(header.segment, Found { slot, header, reaches });
            }
            Some(header) if header.bytes == bytes => {
                // Its maker may have been killed before it synced the file.
                file.sync()?;
                free.push(FreeSegment { slot, bytes });
            }
            // A creation that was cut off: a header is one sector, so it is there or not. Of a
            // segment that was ever in use the copy says so.
            Some(header) if header.segment == 0 => platform.disk.remove(&layout.segment(slot))?,
            None if (first.len() < SECTOR_BYTES || first.iter().all(|byte| *byte == 0))
                && !was_used(&block) =>
            {
                platform.disk.remove(&layout.segment(slot))?;
            }
            _ => {
                return Err(OpenError::Corrupt(format!(
                    "the header of {} is damaged; `larder repair` can rebuild from what is left",
                    layout.segment(slot).display()
                )));
            }
        }
    }
    Ok((used, Slots::new(free, next_slot, bytes_last)))
}

fn was_used(block: &[u8]) -> bool {
    matches!(SegmentHeader::twin(block), Twin::Intact(header) if header.segment != 0)
}

fn checkpoint(index: &dyn Index) -> Result<Checkpoint, OpenError> {
    let value = index.get(&keys::internal(CHECKPOINT)).map_err(|e| OpenError::Index(e.0))?;
    let Some(value) = value else {
        return Ok(Checkpoint { next_batch: 1, ..Default::default() });
    };
    Checkpoint::decode(&value)
        .ok_or_else(|| OpenError::Corrupt("the index's checkpoint is not readable".into()))
}

/// The segments to replay, oldest first, each with the place where its batches end when a later
/// segment says so. Follows the links back from the newest header to the checkpoint.
fn chain(
    used: &BTreeMap<u64, Found>,
    checkpoint: &Checkpoint,
) -> Result<Vec<(u64, Option<u64>)>, OpenError> {
    let mut chain = Vec::new();
    let Some((newest, _)) = used.last_key_value() else {
        return match checkpoint.applied {
            None => Ok(chain),
            Some(link) => Err(missing(link.segment)),
        };
    };
    let stop = checkpoint.applied.map(|link| link.segment);
    let (mut sequence, mut limit) = (*newest, None);
    loop {
        let found = used.get(&sequence).ok_or_else(|| missing(sequence))?;
        chain.push((sequence, limit));
        match found.header.previous {
            _ if Some(sequence) == stop => break,
            None if stop.is_none() => break,
            None => return Err(missing(stop.unwrap_or(0))),
            Some(link) if stop.is_some_and(|stop| link.segment < stop) => {
                return Err(missing(stop.unwrap_or(0)));
            }
            Some(link) => (sequence, limit) = (link.segment, Some(link.end)),
        }
    }
    chain.reverse();
    Ok(chain)
}

fn missing(segment: u64) -> OpenError {
    OpenError::Corrupt(format!(
        "journal segment {segment} is missing or its header is damaged; `larder repair` can \
         rebuild from what is left"
    ))
}

fn open_segment(platform: &Platform, layout: &Layout, found: &Found) -> Result<Segment, OpenError> {
    let file = platform.disk.open(&layout.segment(found.slot), OpenMode::Read)?;
    Ok(Segment::new(found.header, found.slot, file))
}

/// What is known of where a segment's batches end.
struct End {
    /// Exactly here, as a later segment says.
    limit: Option<u64>,
    /// Here or behind.
    reaches: u64,
}

fn replay(
    index: &dyn Index,
    recovered: &mut Recovered,
    sequence: u64,
    End { limit, reaches }: End,
    checkpoint: &Checkpoint,
) -> Result<(), OpenError> {
    let segment = recovered.segments.get(sequence).expect("it was opened just now");
    let start = match checkpoint.applied {
        Some(link) if link.segment == sequence => link.end,
        _ => SEGMENT_HEADER_BYTES as u64,
    };
    let mut bytes = vec![0; limit.unwrap_or(segment.bytes).max(start) as usize];
    segment.file.read_at(&mut bytes, 0)?;
    let mut reader =
        BatchReader::new(&segment.epoch, &bytes, sequence, start, recovered.next_batch);
    let mut changes = Vec::new();
    while let Some(batch) = reader.next() {
        recovered.batch(&segment, &batch, &mut changes)?;
        if changes.len() >= REPLAY_CHANGES_MAX {
            index.apply(std::mem::take(&mut changes));
        }
    }
    index.apply(changes);
    let cut_short = limit.is_some_and(|limit| reader.offset != limit);
    // A torn write is not one flipped bit away from what it was to be.
    let flipped = || bytes.get(reader.offset as usize..).and_then(|b| turn_back(&segment.epoch, b));
    let ends_early =
        reader.offset < reaches || reader.continues_behind_damage() || flipped().is_some();
    if cut_short || (limit.is_none() && ends_early) {
        return Err(OpenError::Corrupt(format!(
            "journal segment {sequence} is damaged at byte {}; `larder repair` can rebuild from \
             what is left",
            reader.offset
        )));
    }
    recovered.replayed_bytes += reader.offset - start;
    recovered.next_batch = reader.sequence;
    segment.set_end(reader.offset);
    if reader.offset > SEGMENT_HEADER_BYTES as u64 {
        recovered.link = Some(Link { segment: sequence, end: reader.offset });
    }
    Ok(())
}

impl Recovered {
    fn batch(
        &mut self,
        segment: &Segment,
        batch: &ReadBatch<'_>,
        changes: &mut Vec<IndexChange>,
    ) -> Result<(), OpenError> {
        let mut moment = batch.header.moment - 1;
        let mut records = 0;
        for (offset, record) in batch.records(&segment.epoch) {
            records += 1;
            moment += u64::from(record.first);
            let length = record.length as u32;
            if let Some((segment, bytes)) = record.replaces {
                self.segments.sub_live(segment, bytes);
            }
            let place = Place { segment: segment.sequence, offset, length };
            let value = match record.op {
                Op::Usage => {
                    self.usage(record.key, record.value);
                    continue;
                }
                Op::Delete => None,
                Op::Put => Some(index_value(place, record.payload.len() as u32, record.value)),
            };
            self.segments.add_live(segment.sequence, length);
            changes.push(IndexChange { key: record.key.to_vec(), value, at: Moment(moment) });
        }
        if records != batch.header.records {
            return Err(OpenError::Corrupt(format!(
                "journal segment {} has a bad record in the batch at {}",
                segment.sequence, batch.offset
            )));
        }
        self.moment = self.moment.max(moment);
        Ok(())
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
pub(crate) fn usage_change(space: &[u8], value: &[u8], add: impl FnOnce(u64, UsageDelta)) {
    let mut key = crate::bytes_le::Reader::new(space);
    let mut value = crate::bytes_le::Reader::new(value);
    if let (Some(space), Some(objects), Some(bytes)) = (key.u64(), value.i64(), value.i64()) {
        add(space, UsageDelta { objects, bytes });
    }
}

const _: () = assert!(POINTER_BYTES == 20);
