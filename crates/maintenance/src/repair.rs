//! `larder repair`: a new index from the journal, and a journal without damage.
//!
//! Nothing is deleted: the old index and damaged segments are moved to a directory of their own.
//! The order makes a repair that was cut off harmless: first everything that the new state needs is
//! written behind the journal, then the damaged segments are moved away, then the indexes change
//! places. At any point a start either refuses or finds all of it, and the repair can be run again.

use super::fix::{Fix, Fixes};
use super::rebuild::{Rebuilt, Target, rebuild};
use super::walk;
use larder_platform::{OpenMode, Platform};
use larder_storage::RowSchema;
use larder_storage_local::index::{Index, IndexError};
use larder_storage_local::offline::{
    Addition, AppendAt, Appended, Appender, Checkpoint, Layout, MovedRecord, Op, PlacedRecord,
    SEGMENT_HEADER_BYTES, Seal, SegmentHeader, SegmentUse, Survey, adopted_key, blob_numbers,
    internal_key, lock_existing, next_blob_row, place, read_blob, refuse_unknown, row_name,
    split_value, survey, walk_rows, write_block,
};
use larder_storage_local::{Finding, OpenError, Options};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// What a repair did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repaired {
    /// Records read.
    pub records: u64,
    /// Rows of the new index.
    pub rows: u64,
    /// Rows whose record is damaged and whose value the old index still had.
    pub restored: u64,
    /// Rows that are lost.
    pub lost: u64,
    /// Places with damaged records of which not even the row is known, and no old index knows
    /// either: their rows may be missing or show an older state.
    pub unnamed: u64,
    /// Where the old index and damaged files are, when anything was moved.
    pub replaced: Option<PathBuf>,
}

/// Opens a new, empty index.
pub type NewIndex<'a> = &'a dyn Fn(&Path) -> Result<Arc<dyn Index>, OpenError>;

/// How a repair opens indexes.
pub struct Indexes<'a> {
    /// Opens the old one, when every byte of it is intact.
    pub old: &'a dyn Fn(&Path) -> Option<Arc<dyn Index>>,
    /// Opens the new one.
    pub new: NewIndex<'a>,
}

struct Repair<'a> {
    platform: &'a Platform,
    layout: Layout,
    options: &'a Options,
    report: &'a mut dyn FnMut(Finding),
    survey: Survey,
    replaced: Option<PathBuf>,
}

/// Makes the index of a data directory anew from its journal, and moves what is damaged away.
/// What is lost or restored goes to `report`, one call each.
pub fn repair(
    platform: &Platform,
    options: &Options,
    indexes: &Indexes<'_>,
    schema: &mut dyn RowSchema,
    report: &mut dyn FnMut(Finding),
) -> Result<Repaired, OpenError> {
    let layout = Layout::new(&options.directory);
    let _lock = lock_existing(platform, &layout)?;
    repair_locked(platform, options, indexes, schema, report)
}

/// As [`repair`], for a directory that the caller holds.
pub(crate) fn repair_locked(
    platform: &Platform,
    options: &Options,
    indexes: &Indexes<'_>,
    schema: &mut dyn RowSchema,
    report: &mut dyn FnMut(Finding),
) -> Result<Repaired, OpenError> {
    let layout = Layout::new(&options.directory);
    for directory in [layout.journal(), layout.blobs()] {
        platform.disk.create_dir(&directory)?;
    }
    let survey = survey(platform, &layout, report)?;
    let mut repair = Repair { platform, layout, options, report, survey, replaced: None };
    repair.move_away(&repair.layout.rebuilding(), "index.rebuilding")?;
    let index = (indexes.new)(&repair.layout.rebuilding())?;
    let target = Target { index: &*index, memtable_bytes: options.memtable_bytes };
    let rebuilt = rebuild(platform, &repair.layout, &repair.survey, &target, &mut *repair.report)?;
    // Before anything changes: a repair that left these rows out would lose them.
    refuse_unknown(&*index)?;
    let damaged = rebuilt.damaged_segments();
    let suspicious = !rebuilt.damage.is_empty() || !repair.survey.unreadable.is_empty();
    // The old index knows what is lost, and keeps the values of the rows.
    let old = (indexes.old)(&repair.layout.index());
    let mut fixes = Fixes::default();
    if suspicious || repair.survey.gap {
        fixes.compare(&*index, old.as_deref(), &rebuilt, &repair.survey)?;
    }
    drop(old);
    let mut repaired = Repaired { records: rebuilt.records, ..Repaired::default() };
    let written = repair.write(&target, &rebuilt, &fixes, schema)?;
    repaired.unnamed = if fixes.exact { 0 } else { rebuilt.unnamed };
    repaired.unnamed += repair.survey.unreadable.len() as u64 * u64::from(!fixes.exact);
    repair.tell(schema, fixes, &mut repaired);
    repaired.rows = repair.checkpoint(&target, &rebuilt, written, schema)?;
    drop(index);
    repair.rewrite_headers(&damaged, &rebuilt)?;
    repair.swap(&damaged)?;
    repaired.replaced = repair.replaced;
    Ok(repaired)
}

impl Repair<'_> {
    /// Writes behind the journal what the new state needs: the fixes, and what is live in segments
    /// that are about to go.
    fn write(
        &mut self,
        target: &Target<'_>,
        rebuilt: &Rebuilt,
        fixes: &Fixes,
        schema: &mut dyn RowSchema,
    ) -> Result<Appended, OpenError> {
        let failed = |error: IndexError| OpenError::Index(error.0);
        let damaged = rebuilt.damaged_segments();
        let mut appender = self.appender(target, rebuilt)?;
        for fix in &fixes.fixes {
            appender.add(match fix {
                Fix::Restore { key, value } => {
                    Addition::Put { key: key.clone(), value: value.clone() }
                }
                Fix::Remove { key } => Addition::Remove { key: key.clone() },
            })?;
        }
        appender.flush()?;
        for sequence in &damaged {
            self.empty(*sequence, rebuilt, &mut appender)?;
        }
        let adoptions = self.adoptions(target.index, schema).map_err(failed)?;
        for addition in adoptions {
            appender.add(addition)?;
        }
        appender.flush()?;
        let broken = self.survey.tail(rebuilt.link, rebuilt.next_batch).is_err();
        if (broken || !damaged.is_empty()) && appender.is_empty() {
            // The journal must go on somewhere, and the newest header may link to what is missing:
            // a tombstone of a row that never was.
            appender.add(Addition::Remove { key: internal_key(b"repaired") })?;
            appender.flush()?;
        }
        appender.finish()
    }

    fn appender<'i>(
        &self,
        target: &Target<'i>,
        rebuilt: &Rebuilt,
    ) -> Result<Appender<'i>, OpenError> {
        let skipped = self.survey.skipped.iter().map(|skipped| skipped.header.segment);
        let last = skipped.chain(self.survey.used.keys().copied()).max().unwrap_or(0);
        let at = AppendAt {
            next_slot: self.survey.next_slot,
            bytes_last: self.survey.bytes_last,
            segment_bytes_max: self.options.segment_bytes_max,
            link: rebuilt.link,
            last_segment: last + self.survey.unreadable.len() as u64,
            next_batch: rebuilt.next_batch,
            moment: rebuilt.moment,
        };
        Appender::new(self.platform, &self.layout, target.index, &at)
    }

    /// Writes every record once more that something needs and that is in a damaged segment.
    fn empty(
        &self,
        sequence: u64,
        rebuilt: &Rebuilt,
        appender: &mut Appender<'_>,
    ) -> Result<(), OpenError> {
        let failed = |error: IndexError| OpenError::Index(error.0);
        let mut reader = self.survey.used[&sequence].read(self.platform, &self.layout)?;
        let index = appender.index();
        let mut live = Vec::new();
        let mut look = |found: &PlacedRecord<'_>| -> Result<(), OpenError> {
            let PlacedRecord { place: from, record, .. } = *found;
            let found = index.get(record.key).map_err(failed)?;
            let found = found.as_deref().and_then(split_value);
            let tombstone = match record.op {
                Op::Put if found.is_some_and(|(place, ..)| place == from) => false,
                Op::Delete if found.is_none() => true,
                Op::Put | Op::Delete | Op::Usage => return Ok(()),
            };
            live.push(Addition::Move(MovedRecord {
                key: record.key.to_vec(),
                value: record.value.to_vec(),
                payload: record.payload.to_vec(),
                from,
                tombstone,
            }));
            Ok(())
        };
        let damage = rebuilt.damage.get(&sequence).map_or(&[][..], Vec::as_slice);
        walk::records(&mut reader, damage, &mut look)?;
        for addition in live {
            appender.add(addition)?;
        }
        appender.flush()
    }

    /// The engine's own rows that are missing: of blobs that some row names, so that no start takes
    /// them for orphans, and the next blob number.
    fn adoptions(
        &self,
        index: &dyn Index,
        schema: &mut dyn RowSchema,
    ) -> Result<Vec<Addition>, IndexError> {
        let mut named = BTreeSet::new();
        let walked = walk_rows(index, schema, |schema, shown| {
            let Ok(references) = &shown.references else { return Ok(()) };
            named.extend(references.blob.iter().chain(&references.manifest).map(|blob| blob.id.0));
            if let Some(manifest) = references.manifest
                && let Ok(bytes) = read_blob(self.platform, &self.layout, manifest)
            {
                let listed = schema.listed(&bytes).unwrap_or_default();
                named.extend(listed.iter().map(|blob| blob.id.0));
            }
            Ok::<(), IndexError>(())
        })?;
        let missing = named.difference(&walked.internal.adopted);
        let mut out: Vec<Addition> =
            missing.map(|id| Addition::Put { key: adopted_key(*id), value: vec![1] }).collect();
        let files = blob_numbers(self.platform, &self.layout).unwrap_or_default();
        let last = files.last().map(|blob| blob.0).max(named.last().copied());
        if let Some(last) = last.filter(|last| *last >= walked.internal.next) {
            let (key, value) = next_blob_row(last);
            out.push(Addition::Put { key, value });
        }
        Ok(out)
    }

    fn tell(&mut self, schema: &dyn RowSchema, fixes: Fixes, repaired: &mut Repaired) {
        repaired.restored = fixes.restored;
        repaired.lost = fixes.lost.len() as u64;
        for lost in fixes.lost {
            let slot = self.survey.used.get(&lost.segment).map(|segment| segment.slot);
            let place = slot.map_or("journal".to_owned(), place);
            (self.report)(Finding::damage(place, "this is lost").of(row_name(schema, &lost.key)));
        }
    }

    /// Makes the new index durable, with the position that it reaches. Returns its rows.
    fn checkpoint(
        &self,
        target: &Target<'_>,
        rebuilt: &Rebuilt,
        written: Appended,
        schema: &mut dyn RowSchema,
    ) -> Result<u64, OpenError> {
        let damaged = rebuilt.damaged_segments();
        let mut live: BTreeMap<u64, u64> = rebuilt.tombstones.clone();
        let walked = walk_rows(target.index, schema, |_, shown| {
            *live.entry(shown.place.segment).or_default() += u64::from(shown.place.length);
            Ok::<(), IndexError>(())
        });
        let walked = walked.map_err(|error| OpenError::Index(error.0))?;
        let kept = self.survey.used.values().filter(|s| !damaged.contains(&s.header.segment));
        let kept = kept.map(|s| SegmentUse {
            sequence: s.header.segment,
            live_bytes: live.get(&s.header.segment).copied().unwrap_or(0),
            end: rebuilt.ends[&s.header.segment],
        });
        let skipped = self.survey.skipped.iter().map(|s| SegmentUse {
            sequence: s.header.segment,
            live_bytes: 0,
            end: SEGMENT_HEADER_BYTES as u64,
        });
        let checkpoint = Checkpoint {
            applied: written.link,
            next_batch: written.next_batch,
            moment: written.moment,
            segments: kept.chain(skipped).chain(written.segments).collect(),
            usage: walked.usage.iter().map(|(space, usage)| (*space, *usage)).collect(),
        };
        checkpoint.apply(target.index);
        target.flush(written.moment)?;
        Ok(walked.rows)
    }

    /// Writes header blocks again of which a part is damaged, and says in segments that stay where
    /// they end, where the one behind them is about to go.
    fn rewrite_headers(&self, damaged: &BTreeSet<u64>, rebuilt: &Rebuilt) -> io::Result<()> {
        let newest = self.survey.used.keys().next_back().copied();
        let lasts = self.survey.used.values().filter(|s| damaged.contains(&s.header.segment));
        let sealed: BTreeMap<u64, u64> =
            lasts.filter_map(|s| s.header.previous).map(|link| (link.segment, link.end)).collect();
        for surveyed in self.survey.used.values() {
            let sequence = surveyed.header.segment;
            if damaged.contains(&sequence) {
                continue;
            }
            let end = sealed.get(&sequence).copied();
            // What followed cannot be read or is gone: this is as far as it went.
            let unknown = surveyed.ends.limit.is_none() && Some(sequence) != newest;
            let end = end.or(unknown.then(|| rebuilt.ends[&sequence]));
            if end.is_none() && !surveyed.needs_rewrite {
                continue;
            }
            let block = match end.or(surveyed.ends.limit) {
                Some(end) => surveyed.header.encode_sealed(Seal { end, closed: true }),
                None => surveyed.header.encode(),
            };
            let path = self.layout.segment(surveyed.slot);
            write_block(&*self.platform.disk.open(&path, OpenMode::Direct)?, &block)?;
        }
        for free in &self.survey.free_to_rewrite {
            let file =
                self.platform.disk.open(&self.layout.segment(free.slot), OpenMode::Direct)?;
            write_block(&*file, &SegmentHeader::free(free.bytes).encode())?;
        }
        Ok(())
    }

    /// Moves damaged segments away, then the new index to its place.
    fn swap(&mut self, damaged: &BTreeSet<u64>) -> io::Result<()> {
        let mut slots = self.survey.unreadable.clone();
        slots.extend(&self.survey.duplicates);
        slots.extend(damaged.iter().map(|sequence| self.survey.used[sequence].slot));
        for slot in slots {
            self.move_away(&self.layout.segment(slot), &format!("segment-{slot:08x}"))?;
        }
        self.platform.disk.sync_dir(&self.layout.journal())?;
        self.move_away(&self.layout.index(), "index")?;
        match self.platform.disk.rename(&self.layout.rebuilding(), &self.layout.index()) {
            // An index that is not kept in files.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            other => other?,
        }
        self.platform.disk.sync_dir(&self.layout.root)
    }

    /// Moves a file or directory to the directory of this repair, when it is there.
    fn move_away(&mut self, path: &Path, name: &str) -> io::Result<()> {
        let disk = &self.platform.disk;
        let parent = path.parent().ok_or(io::ErrorKind::InvalidInput)?;
        let file = path.file_name().and_then(|name| name.to_str());
        if !disk.list(parent)?.iter().any(|found| Some(found.as_str()) == file) {
            return Ok(());
        }
        let directory = match &self.replaced {
            Some(directory) => directory.clone(),
            None => {
                let names = disk.list(&self.layout.root)?;
                let free = (1..).map(|n| format!("replaced-{n:04}"));
                let free = free.into_iter().find(|name| !names.contains(name));
                let directory = self.layout.root.join(free.expect("a number is free"));
                disk.create_dir(&directory)?;
                disk.sync_dir(&self.layout.root)?;
                self.replaced = Some(directory.clone());
                directory
            }
        };
        disk.rename(path, &directory.join(name))?;
        disk.sync_dir(&directory)
    }
}
