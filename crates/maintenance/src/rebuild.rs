//! The index made anew: every record from the oldest segment to the newest.

use larder_platform::Platform;
use larder_storage::Moment;
use larder_storage_local::index::{Index, IndexChange, IndexError};
use larder_storage_local::offline::{
    BATCH_ALIGN, Epoch, Layout, Link, LostRow, Op, PlacedRecord, ReadBatch, RecordPlace,
    SEGMENT_HEADER_BYTES, SegmentReader, Stretch, Survey, bytes_damaged, index_value, place_at,
    row_hash, salvage,
};
use larder_storage_local::{Finding, OpenError};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;

/// Changes handed to the index at a time.
const CHANGES_MAX: usize = 4096;

/// Damaged rows remembered by what is left of their records. Further ones are only counted.
const LOST_MAX: usize = 1 << 20;

/// A journal replayed.
#[derive(Default)]
pub(crate) struct Rebuilt {
    pub(crate) moment: u64,
    pub(crate) next_batch: u64,
    /// Where the last batch ends.
    pub(crate) link: Option<Link>,
    /// Where each segment's batches end.
    pub(crate) ends: BTreeMap<u64, u64>,
    /// Bytes of tombstones by segment.
    pub(crate) tombstones: BTreeMap<u64, u64>,
    /// The last tombstone of each row, by the hash of its key.
    pub(crate) removed: HashMap<u64, RecordPlace>,
    /// Damaged stretches by segment.
    pub(crate) damage: BTreeMap<u64, Vec<(u64, u64)>>,
    /// Segments in which a bit was turned back.
    pub(crate) flipped: BTreeSet<u64>,
    /// Damaged records of which not even the row is known.
    pub(crate) unnamed: u64,
    /// Rows of damaged commits, by what is left of their records.
    pub(crate) lost: Vec<(u64, LostRow)>,
    pub(crate) records: u64,
}

impl Rebuilt {
    /// The segments with damage, also where it was turned back.
    pub(crate) fn damaged_segments(&self) -> BTreeSet<u64> {
        self.damage.keys().chain(&self.flipped).copied().collect()
    }
}

/// Where a rebuild writes to.
pub(crate) struct Target<'a> {
    pub(crate) index: &'a dyn Index,
    pub(crate) memtable_bytes: u64,
}

impl Target<'_> {
    fn apply(&self, changes: Vec<IndexChange>, moment: u64) -> Result<(), OpenError> {
        self.index.apply(changes);
        if self.index.memtable_bytes() >= self.memtable_bytes {
            self.flush(moment)?;
        }
        Ok(())
    }

    /// Makes everything applied so far durable.
    pub(crate) fn flush(&self, moment: u64) -> Result<(), OpenError> {
        let failed = |error: IndexError| OpenError::Index(error.0);
        self.index.seal();
        self.index.flush(Moment(moment)).map_err(failed)?;
        while self.index.compact(Moment(moment)).map_err(failed)? {}
        Ok(())
    }
}

/// Replays everything into an empty index; goes on behind damage and tells it to `report`.
pub(crate) fn rebuild(
    platform: &Platform,
    layout: &Layout,
    survey: &Survey,
    target: &Target<'_>,
    report: &mut dyn FnMut(Finding),
) -> Result<Rebuilt, OpenError> {
    let mut rebuilt = Rebuilt { next_batch: 1, ..Rebuilt::default() };
    for surveyed in survey.used.values() {
        let mut reader = surveyed.read(platform, layout)?;
        let (segment, epoch) = (reader.segment.sequence, reader.segment.epoch);
        let mut changes = Vec::new();
        loop {
            match reader.next_stretch()? {
                Stretch::Batch(batch) => rebuilt.batch(&epoch, &batch, &mut changes),
                Stretch::OneBit(batch) => {
                    let place = place_at(surveyed.slot, batch.offset);
                    let what = "a bit flipped in a batch of records and was turned back";
                    report(Finding::damage(place, what));
                    rebuilt.flipped.insert(segment);
                    rebuilt.batch(&epoch, &batch, &mut changes);
                }
                Stretch::Damage { from, to } => {
                    let place = place_at(surveyed.slot, from);
                    report(Finding::damage(place, bytes_damaged(from, to)));
                    rebuilt.damaged(&reader, (from, to), &mut changes)?;
                }
                Stretch::Searching => {}
                Stretch::End(_) => break,
            }
            if changes.len() >= CHANGES_MAX {
                target.apply(std::mem::take(&mut changes), rebuilt.moment)?;
            }
        }
        target.apply(changes, rebuilt.moment)?;
        let (end, sequence) = (reader.offset(), reader.sequence());
        rebuilt.next_batch = rebuilt.next_batch.max(sequence);
        rebuilt.ends.insert(segment, end);
        // A segment without a batch is never linked to: the journal may use it again at any time.
        if end > SEGMENT_HEADER_BYTES as u64 {
            rebuilt.link = Some(Link { segment, end });
        }
    }
    Ok(rebuilt)
}

impl Rebuilt {
    fn batch(&mut self, epoch: &Epoch, batch: &ReadBatch<'_>, changes: &mut Vec<IndexChange>) {
        for record in batch.records(epoch) {
            self.moment = self.moment.max(record.moment.0);
            self.record(&record, changes);
        }
    }

    fn damaged(
        &mut self,
        reader: &SegmentReader,
        (from, to): (u64, u64),
        changes: &mut Vec<IndexChange>,
    ) -> io::Result<()> {
        let (segment, epoch) = (reader.segment.sequence, reader.segment.epoch);
        // Each of the batches that were there had a number.
        self.next_batch += (to - from).div_ceil(BATCH_ALIGN as u64);
        self.damage.entry(segment).or_default().push((from, to));
        let bytes = reader.bytes(from, to)?;
        let found = salvage(&epoch, &bytes, segment, from);
        for salvaged in found.records {
            self.moment += u64::from(salvaged.record.first);
            self.record(&PlacedRecord { moment: Moment(self.moment), ..salvaged }, changes);
        }
        self.unnamed += found.unnamed;
        let room = LOST_MAX.saturating_sub(self.lost.len());
        self.lost.extend(found.lost.into_iter().take(room).map(|row| (segment, row)));
        Ok(())
    }

    fn record(&mut self, found: &PlacedRecord<'_>, changes: &mut Vec<IndexChange>) {
        self.records += 1;
        let PlacedRecord { place, moment, record } = *found;
        let value = match record.op {
            Op::Usage => return,
            Op::Delete => {
                *self.tombstones.entry(place.segment).or_default() += u64::from(place.length);
                self.removed.insert(row_hash(record.key), place);
                None
            }
            Op::Put => Some(index_value(place, record.payload.len() as u32, record.value)),
        };
        changes.push(IndexChange { key: record.key.to_vec(), value, at: moment });
    }
}
