//! `larder check`: reads everything in a data directory that nobody serves, and compares.

use super::beside::{self, OverflowFault, Overflows};
use larder_platform::Platform;
use larder_storage::{BlobRef, RowKey, RowReferences, RowSchema, UsageDelta};
use larder_storage_local::index::{Index, IndexChange, IndexError};
use larder_storage_local::offline::{
    Checkpoint, Ends, EngineRows, Epoch, LACKS_RECORDS, Layout, ONE_BIT, Op, PlacedRecord,
    ReadBatch, RecordPlace, RecordView, SegmentReader, Stretch, Survey, Surveyed, Tail,
    TailSegment, Unreadable, blob_place, bytes_damaged, index_value, is_adopted, is_unused,
    lock_existing, place as segment_place, place_at, read_blob, refuse_unknown, row_hash, row_name,
    salvage, split_value, survey, usage_change, verify_blob, walk_rows,
};
use larder_storage_local::{Finding, OpenError, Severity};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Damaged records remembered for their names.
const REMAINS_MAX: usize = 1 << 16;

/// What a check read and found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// Journal segments in use.
    pub segments: u64,
    /// Intact records in them.
    pub records: u64,
    /// Rows of the index.
    pub rows: u64,
    /// Blobs that rows name.
    pub blobs: u64,
    /// Bytes of journal and blobs.
    pub bytes: u64,
    /// Findings that are damage.
    pub damages: u64,
    /// Findings that are none.
    pub notes: u64,
}

struct Check<'a> {
    platform: &'a Platform,
    layout: Layout,
    survey: Survey,
    /// `None` when it cannot be read.
    index: Option<Arc<dyn Index>>,
    report: &'a mut dyn FnMut(Finding),
    checked: Checked,
    /// The last tombstone of each row, by the hash of its key.
    tombstones: HashMap<u64, RecordPlace>,
    /// Rows of the index whose record was found intact.
    matched: u64,
    /// Rows of damaged records, as far as those say: segment, offset and key.
    remains: Vec<(u64, u32, Vec<u8>)>,
    /// Usage as the commits' changes add up.
    counted: BTreeMap<u64, UsageDelta>,
    /// What a start reads of the segments that it reads; all of them when that is not known.
    tail: Option<BTreeMap<u64, TailSegment>>,
}

/// A piece of a segment that is read for itself, and whether a start reads it.
struct Part {
    reader: SegmentReader,
    stops_start: bool,
}

/// Reads everything and compares; changes nothing. `index` verifies the files of the index and
/// opens it, or says what is damaged there. Everything found goes to `report`, one call each.
pub fn check(
    platform: &Platform,
    directory: &Path,
    index: impl FnOnce(&Path) -> Result<Arc<dyn Index>, Vec<Finding>>,
    schema: &mut dyn RowSchema,
    report: &mut dyn FnMut(Finding),
) -> Result<Checked, OpenError> {
    let _lock = lock_existing(platform, &Layout::new(directory))?;
    check_locked(platform, directory, index, schema, report)
}

/// As [`check`], for a directory that the caller holds.
pub(crate) fn check_locked(
    platform: &Platform,
    directory: &Path,
    index: impl FnOnce(&Path) -> Result<Arc<dyn Index>, Vec<Finding>>,
    schema: &mut dyn RowSchema,
    report: &mut dyn FnMut(Finding),
) -> Result<Checked, OpenError> {
    let layout = Layout::new(directory);
    let mut found = Vec::new();
    let survey = survey(platform, &layout, &mut |finding| found.push(finding))?;
    let index = match index(&layout.index()) {
        Ok(index) => Some(index),
        Err(_) if is_unused(platform, &layout, &survey) => {
            let what = "there is none yet: the first start was cut off";
            found.push(Finding::note("index", what));
            None
        }
        Err(findings) => {
            found.extend(findings);
            None
        }
    };
    let mut check = Check {
        platform,
        layout,
        survey,
        index,
        report,
        checked: Checked::default(),
        tombstones: HashMap::new(),
        matched: 0,
        remains: Vec::new(),
        counted: BTreeMap::new(),
        tail: None,
    };
    found.into_iter().for_each(|finding| check.say(finding));
    check.tail()?;
    // A damaged index is told by the walk over its rows.
    let known = check.index.as_ref().map_or(Ok(()), |index| refuse_unknown(&**index));
    if let Err(refusal @ Unreadable::Kind(_)) = known {
        return Err(refusal.into());
    }
    check.journal()?;
    if let Some(index) = check.index.clone() {
        if let Err(Failed::Index(error)) = check.rows(&*index, schema) {
            check.say(Finding::damage("index", error.0));
        }
    } else {
        let what = "rows and blobs were not compared: the index cannot be read";
        check.say(Finding::note("index", what));
    }
    Ok(check.checked)
}

/// Why a walk over the rows ended early.
enum Failed {
    Index(IndexError),
}

impl From<IndexError> for Failed {
    fn from(error: IndexError) -> Self {
        Self::Index(error)
    }
}

fn at(place: RecordPlace) -> (u64, u32) {
    (place.segment, place.offset)
}

/// A row and what it refers to.
#[derive(Clone, Copy)]
struct Referring<'a> {
    row: &'a RowKey,
    references: &'a RowReferences,
}

impl Check<'_> {
    fn say(&mut self, finding: Finding) {
        match finding.severity {
            Severity::Damage => self.checked.damages += 1,
            Severity::Note => self.checked.notes += 1,
        }
        (self.report)(finding);
    }

    fn index_failed(&mut self, error: &IndexError) {
        self.say(Finding::damage("index", error.0.clone()));
        self.index = None;
    }

    /// Brings the index in memory up to the journal's end, as a start does.
    fn tail(&mut self) -> io::Result<()> {
        let Some(index) = self.index.clone() else {
            return Ok(());
        };
        let checkpoint = match Checkpoint::read(&*index) {
            Ok(checkpoint) => checkpoint,
            Err(error) => {
                self.index_failed(&error);
                return Ok(());
            }
        };
        self.counted = checkpoint.usage.iter().copied().collect();
        let tail = match self.survey.tail(checkpoint.applied, checkpoint.next_batch) {
            Ok(tail) => tail,
            Err(finding) => {
                self.say(finding);
                return Ok(());
            }
        };
        for at in &tail {
            let surveyed = &self.survey.used[&at.sequence];
            let segment = surveyed.open(self.platform, &self.layout)?;
            let mut reader = SegmentReader::from(segment, surveyed.ends, (at.from, at.batch));
            let epoch = reader.segment.epoch;
            loop {
                match reader.next_stretch()? {
                    Stretch::Batch(batch) | Stretch::OneBit(batch) => {
                        let changes = batch.records(&epoch).filter_map(|r| self.replayed(&r));
                        index.apply(changes.collect());
                    }
                    Stretch::Damage { .. } | Stretch::Searching => {}
                    Stretch::End(_) => break,
                }
            }
        }
        self.counted.retain(|_, usage| *usage != UsageDelta::default());
        self.tail = Some(tail.into_iter().map(|at| (at.sequence, at)).collect());
        Ok(())
    }

    /// A record's change of the index; usage is counted.
    fn replayed(&mut self, found: &PlacedRecord<'_>) -> Option<IndexChange> {
        let PlacedRecord { place, moment, record } = *found;
        let value = match record.op {
            Op::Usage => {
                usage_change(record.key, record.value, |space, change| {
                    add(self.counted.entry(space).or_default(), change);
                });
                return None;
            }
            Op::Delete => None,
            Op::Put => Some(index_value(place, record.payload.len() as u32, record.value)),
        };
        Some(IndexChange { key: record.key.to_vec(), value, at: moment })
    }

    /// A segment as one piece, or as two: what the index has seen, which ends where it says, and
    /// what a start reads.
    fn parts(&self, surveyed: &Surveyed) -> io::Result<Vec<Part>> {
        let segment = surveyed.open(self.platform, &self.layout)?;
        let (header, ends) = (segment.header, surveyed.ends);
        let at = match &self.tail {
            None => {
                return Ok(vec![Part {
                    reader: SegmentReader::new(segment, ends),
                    stops_start: true,
                }]);
            }
            Some(tail) => tail.get(&header.segment),
        };
        let seen = match at {
            None => ends,
            Some(at) => Ends { limit: Some(at.from), ..ends },
        };
        let seen = SegmentReader::new(segment.clone(), seen);
        let mut parts = vec![Part { reader: seen, stops_start: false }];
        if let Some(at) = at {
            let reader = SegmentReader::from(segment, ends, (at.from, at.batch));
            parts.push(Part { reader, stops_start: true });
        }
        Ok(parts)
    }

    /// Every record, newest segment first: a tombstone is then known before what it hides.
    fn journal(&mut self) -> io::Result<()> {
        let used: Vec<_> = self.survey.used.values().rev().cloned().collect();
        for (age, surveyed) in used.iter().enumerate() {
            for mut part in self.parts(surveyed)? {
                self.remember_tombstones(&mut part.reader)?;
            }
            self.checked.segments += 1;
            for mut part in self.parts(surveyed)? {
                let from = part.reader.offset();
                let torn = self.part(surveyed.slot, &mut part)? == Tail::Torn;
                let end = part.reader.offset();
                self.checked.bytes += end - from;
                if age == 0 && torn {
                    let what = "the last write is not whole: a crash tore it before it was \
                                acknowledged, or it is damaged";
                    self.say(Finding::note(place_at(surveyed.slot, end), what));
                }
            }
        }
        Ok(())
    }

    fn remember_tombstones(&mut self, reader: &mut SegmentReader) -> io::Result<()> {
        let epoch = reader.segment.epoch;
        loop {
            match reader.next_stretch()? {
                Stretch::Batch(batch) | Stretch::OneBit(batch) => {
                    let deletes = batch.records(&epoch).filter(|r| r.record.op == Op::Delete);
                    for PlacedRecord { place, record, .. } in deletes {
                        let last = self.tombstones.entry(row_hash(record.key)).or_insert(place);
                        *last = if at(*last) < at(place) { place } else { *last };
                    }
                }
                Stretch::Damage { .. } | Stretch::Searching => {}
                Stretch::End(_) => return Ok(()),
            }
        }
    }

    fn part(&mut self, slot: u32, part: &mut Part) -> io::Result<Tail> {
        let (segment, epoch) = (part.reader.segment.sequence, part.reader.segment.epoch);
        let stops_start = part.stops_start;
        let damage = |at: u64, what: String| Finding {
            stops_start,
            ..Finding::damage(place_at(slot, at), what)
        };
        loop {
            match part.reader.next_stretch()? {
                Stretch::Batch(batch) => {
                    if !self.batch(slot, &epoch, &batch) {
                        self.say(damage(batch.offset, LACKS_RECORDS.to_owned()));
                    }
                }
                Stretch::OneBit(batch) => {
                    self.say(damage(batch.offset, ONE_BIT.to_owned()));
                    self.batch(slot, &epoch, &batch);
                }
                Stretch::Damage { from, to } => {
                    let bytes = part.reader.bytes(from, to)?;
                    let found = salvage(&epoch, &bytes, segment, from);
                    let room = REMAINS_MAX.saturating_sub(self.remains.len());
                    let lost = found.lost.into_iter().take(room);
                    self.remains.extend(lost.map(|row| (segment, row.offset, row.key)));
                    self.say(damage(from, bytes_damaged(from, to)));
                }
                Stretch::Searching => {}
                Stretch::End(tail) => return Ok(tail),
            }
        }
    }

    /// Compares the records of a batch; `false` when some are missing.
    fn batch(&mut self, slot: u32, epoch: &Epoch, batch: &ReadBatch<'_>) -> bool {
        let mut records = 0;
        for found in batch.records(epoch) {
            records += 1;
            self.checked.records += 1;
            self.record(slot, found.place, &found.record);
        }
        records == batch.header.records
    }

    /// Compares a record with the index.
    fn record(&mut self, slot: u32, found: RecordPlace, record: &RecordView<'_>) {
        let (Some(index), false) = (&self.index, record.op == Op::Usage) else {
            return;
        };
        let value = match index.get(record.key) {
            Ok(value) => value,
            Err(error) => return self.index_failed(&error),
        };
        let known = value.as_deref().and_then(split_value);
        let what = match (record.op, known) {
            (Op::Put, Some((place, payload, value))) if place == found => {
                self.matched += 1;
                if payload as usize == record.payload.len() && value == record.value {
                    return;
                }
                "the index holds another value for"
            }
            (Op::Put, None) => {
                let tombstone = self.tombstones.get(&row_hash(record.key));
                if tombstone.is_some_and(|tombstone| at(*tombstone) > at(found)) {
                    return;
                }
                "the index lacks"
            }
            (_, Some((place, ..))) if at(place) < at(found) => "the index is behind for",
            _ => return,
        };
        let place = place_at(slot, found.offset.into());
        let key = record.key.escape_ascii().to_string();
        self.say(Finding::damage(place, what).of(key));
    }

    /// Every row of the index and what it names.
    fn rows(&mut self, index: &dyn Index, schema: &mut dyn RowSchema) -> Result<(), Failed> {
        let mut blobs = Blobs::default();
        let mut overflows = Overflows::default();
        let walked = walk_rows(index, schema, |schema, shown| {
            let Some(row) = shown.row else { return Ok(()) };
            let references = match &shown.references {
                Ok(references) => references,
                Err(error) => {
                    let what = format!("a row cannot be read ({error})");
                    self.say(Finding::damage("index", what).of(schema.name(row)));
                    return Ok(());
                }
            };
            if let Some(what) = beside::payload(index, &shown, references)? {
                self.say(Finding::damage("index", what).of(schema.name(row)));
            }
            if let Some(fault) = overflows.see(row, references) {
                self.overflow(schema, row, fault);
            }
            self.blobs(index, schema, Referring { row, references }, &mut blobs)
        })?;
        for row in overflows.missing() {
            self.overflow(&*schema, &row, OverflowFault::Missing);
        }
        self.checked.rows = walked.rows;
        self.checked.blobs = blobs.named.len() as u64;
        if walked.rows != self.matched {
            self.unmatched(index, schema)?;
        }
        for (segment, offset, key) in std::mem::take(&mut self.remains) {
            let slot = self.survey.used[&segment].slot;
            let place = place_at(slot, offset.into());
            let name = row_name(schema, &key);
            self.say(Finding::damage(place, "the record is damaged of").of(name));
        }
        let spaces: BTreeSet<u64> =
            walked.usage.keys().chain(self.counted.keys()).copied().collect();
        for space in spaces {
            let of =
                |usage: &BTreeMap<u64, UsageDelta>| usage.get(&space).copied().unwrap_or_default();
            let (rows, counted) = (of(&walked.usage), of(&self.counted));
            if rows != counted {
                let what = format!(
                    "space {space:016x} counts {} objects with {} bytes, its rows are {} with {}",
                    counted.objects, counted.bytes, rows.objects, rows.bytes
                );
                self.say(Finding::damage("index", what));
            }
        }
        self.strays(&walked.internal, &blobs);
        Ok(())
    }

    /// Tells what is wrong with an Overflow row.
    fn overflow(&mut self, schema: &dyn RowSchema, row: &RowKey, fault: OverflowFault) {
        let finding = match fault.describe() {
            (what, true) => Finding::damage("index", what),
            (what, false) => Finding::note("index", what),
        };
        self.say(finding.of(schema.name(row)));
    }

    /// That the blobs are there and intact which a row names.
    fn blobs(
        &mut self,
        index: &dyn Index,
        schema: &dyn RowSchema,
        Referring { row, references }: Referring<'_>,
        blobs: &mut Blobs,
    ) -> Result<(), Failed> {
        blobs.freeing.extend(references.frees.iter().map(|id| id.0));
        if let Some(bytes) = references
            .frees_listed
            .and_then(|blob| read_blob(self.platform, &self.layout, blob).ok())
        {
            let listed = schema.listed(&bytes).unwrap_or_default();
            blobs.freeing.extend(listed.iter().map(|blob| blob.id.0));
        }
        let mut named: Vec<BlobRef> = references.blob.into_iter().collect();
        if let Some(manifest) = references.manifest {
            named.push(manifest);
            if let Ok(bytes) = read_blob(self.platform, &self.layout, manifest) {
                match schema.listed(&bytes) {
                    Ok(listed) => named.extend(listed),
                    Err(error) => {
                        let place = blob_place(manifest.id.0);
                        let what = format!("a list of parts cannot be read ({error})");
                        self.say(Finding::damage(place, what).of(schema.name(row)));
                    }
                }
            }
        }
        for blob in named {
            if !blobs.named.insert(blob.id.0) {
                continue;
            }
            self.checked.bytes += blob.stored_bytes.0;
            if let Err(what) = verify_blob(self.platform, &self.layout, blob) {
                self.say(Finding::damage(blob_place(blob.id.0), what).of(schema.name(row)));
            }
            if !is_adopted(index, blob.id.0)? {
                let what = "no row of the engine's own says that the blob is in use";
                let finding = Finding::damage(blob_place(blob.id.0), what);
                self.say(finding.of(schema.name(row)));
            }
        }
        Ok(())
    }

    /// Rows whose record is not where the index says, or not intact.
    fn unmatched(&mut self, index: &dyn Index, schema: &mut dyn RowSchema) -> Result<(), Failed> {
        let mut files: HashMap<u64, Option<SegmentReader>> = HashMap::new();
        walk_rows(index, schema, |schema, shown| {
            let place = shown.place;
            if files.len() > 1 && !files.contains_key(&place.segment) {
                files.clear();
            }
            let used = self.survey.used.get(&place.segment);
            let reader = files
                .entry(place.segment)
                .or_insert_with(|| used.and_then(|s| s.read(self.platform, &self.layout).ok()));
            let end = u64::from(place.offset) + u64::from(place.length);
            let bytes = reader.as_ref().and_then(|r| r.bytes(place.offset.into(), end).ok());
            let epoch = used.map(|used| used.header.epoch);
            let record = bytes.as_ref().zip(epoch.as_ref());
            let record = record.and_then(|(bytes, epoch)| RecordView::decode(epoch, bytes));
            if record.is_some_and(|record| record.op == Op::Put && record.key == shown.key) {
                return Ok(());
            }
            self.remains.retain(|(segment, offset, _)| {
                (*segment, *offset) != (place.segment, place.offset)
            });
            let file = used.map_or("journal".to_owned(), |s| segment_place(s.slot));
            let what = match used {
                Some(_) => "the record is damaged of",
                None => "the segment is missing that holds",
            };
            let name = row_name(schema, shown.key);
            let place = format!("{file} at byte {}", place.offset);
            self.say(Finding::damage(place, what).of(name));
            Ok::<(), Failed>(())
        })?;
        Ok(())
    }

    /// Blobs that no row names.
    fn strays(&mut self, internal: &EngineRows, blobs: &Blobs) {
        let disk = &self.platform.disk;
        let mut files = BTreeSet::new();
        for directory in disk.list(&self.layout.blobs()).unwrap_or_default() {
            let names = disk.list(&self.layout.blobs().join(directory)).unwrap_or_default();
            files.extend(names.iter().filter_map(|name| u64::from_str_radix(name, 16).ok()));
        }
        for id in &files {
            let unnamed = !blobs.named.contains(id) && !blobs.freeing.contains(id);
            let what = match internal.adopted.contains(id) {
                true if unnamed => "no row names the blob: its space is not given back",
                false if !internal.ranges.contains(&(id - id % 16)) => {
                    "the blob belongs to nothing: it can be removed"
                }
                _ => continue,
            };
            self.say(Finding::note(blob_place(*id), what));
        }
        if let Some(last) = files.last().filter(|last| **last >= internal.next) {
            let what = format!("the next blob is to be {:016x}, which is taken", internal.next);
            self.say(Finding::damage(blob_place(*last), what));
        }
    }
}

#[derive(Default)]
struct Blobs {
    named: BTreeSet<u64>,
    freeing: BTreeSet<u64>,
}

fn add(total: &mut UsageDelta, change: UsageDelta) {
    total.objects += change.objects;
    total.bytes += change.bytes;
}
