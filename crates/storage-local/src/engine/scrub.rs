//! A scrub: everything that is stored is read and verified while the engine serves, a little at a
//! time. What is freed meanwhile is left out.

use super::Local;
use crate::blob::file::{self, CHUNK_BYTES};
use crate::finding::{Finding, ONE_BIT, bytes_damaged};
use crate::index::IndexError;
use crate::index::files::{TableCheck, TableFile, table_place, tables};
use crate::journal::{
    BlockState, Ends, SEGMENT_HEADER_BYTES, Segment, SegmentReader, Stretch, Twin, place, place_at,
};
use crate::keys;
use crate::rows;
use crate::state::EngineState;
use larder_platform::{DiskFile, OpenMode};
use larder_storage::{
    BlobError, BlobId, BlobPlacement, BlobRef, Moment, RowSchema, Scrubbed, StoredBytes,
};
use std::collections::BTreeSet;
use std::io;
use std::sync::Arc;

/// Blob numbers looked up at once.
const BLOBS_AT_ONCE: usize = 100;
/// Behind damage, an intact batch is looked for in so many places at a time.
const PLACES_AT_ONCE: u64 = 64;

/// One pass over everything that an engine stores.
pub struct Scrub {
    shared: Arc<EngineState>,
    schema: Box<dyn RowSchema>,
    stage: Stage,
    out: Scrubbed,
    /// Damaged stretches: segment, from, to.
    stretches: Vec<(u64, u64, u64)>,
    /// Damaged blobs.
    blobs: BTreeSet<u64>,
}

enum Stage {
    Segments(Vec<Arc<Segment>>),
    Segment(Vec<Arc<Segment>>, SegmentReader),
    Tables(Option<Vec<TableFile>>),
    Table(Vec<TableFile>, TableFile, Box<TableCheck>),
    Blobs { from: u64, ids: Vec<u64> },
    Blob { from: u64, ids: Vec<u64>, reading: Reading },
    Names,
    Done,
}

/// A blob being read.
struct Reading {
    file: Arc<dyn DiskFile>,
    blob: BlobRef,
    offset: u64,
}

impl Local {
    /// A pass over everything that is stored now. `schema` gives what is damaged its name.
    pub(crate) fn scrub_pass(&self, schema: Box<dyn RowSchema>) -> Scrub {
        let mut segments = self.shared.segments.all();
        segments.reverse();
        Scrub {
            shared: self.shared.clone(),
            schema,
            stage: Stage::Segments(segments),
            out: Scrubbed::default(),
            stretches: Vec::new(),
            blobs: BTreeSet::new(),
        }
    }
}

impl Scrub {
    /// Reads on, about a MiB. Blocks.
    pub(crate) fn read_on(&mut self) -> Scrubbed {
        let stage = std::mem::replace(&mut self.stage, Stage::Done);
        self.stage = match stage {
            Stage::Segments(segments) => self.next_segment(segments),
            Stage::Segment(rest, reader) => self.batches(rest, reader),
            Stage::Tables(tables) => self.next_table(tables),
            Stage::Table(rest, table, check) => self.table(rest, table, check),
            Stage::Blobs { from, ids } => self.next_blob(from, ids),
            Stage::Blob { from, ids, reading } => self.blob(from, ids, reading),
            Stage::Names => self.names(),
            Stage::Done => Stage::Done,
        };
        self.out.done = matches!(self.stage, Stage::Done);
        std::mem::take(&mut self.out)
    }

    fn found(&mut self, finding: Finding) {
        self.out.findings.push(finding);
    }

    /// Whether a segment is still what it was when the pass began.
    fn is_in_use(&self, segment: &Arc<Segment>) -> bool {
        let now = self.shared.segments.get(segment.sequence);
        now.is_some_and(|now| Arc::ptr_eq(&now, segment))
    }

    fn next_segment(&mut self, mut rest: Vec<Arc<Segment>>) -> Stage {
        let Some(segment) = rest.pop() else {
            return Stage::Tables(None);
        };
        self.out.bytes += SEGMENT_HEADER_BYTES as u64;
        let mut block = vec![0; SEGMENT_HEADER_BYTES];
        let read = segment.file.read_at(&mut block, 0);
        let state = BlockState::of(&block, segment.bytes);
        let what = match (read, state.damage()) {
            (Err(error), _) => Some(format!("the header cannot be read: {error}")),
            (_, Some((_, what))) => Some(what.into()),
            _ if state.header() != Some(segment.header) => Some("the header is damaged".into()),
            _ if segment.header.seal(&block) == Twin::Damaged => Some("the seal is damaged".into()),
            _ => None,
        };
        if let Some(what) = what.filter(|_| self.is_in_use(&segment)) {
            self.found(Finding::damage(place(segment.slot), what));
        }
        let ends = Ends { limit: Some(segment.end()), ..Ends::default() };
        Stage::Segment(rest, SegmentReader::new(segment, ends))
    }

    fn batches(&mut self, rest: Vec<Arc<Segment>>, mut reader: SegmentReader) -> Stage {
        let segment = reader.segment.clone();
        let mut places = 0;
        loop {
            let before = reader.offset();
            match reader.next_stretch() {
                Ok(Stretch::Batch(_)) => {}
                Ok(Stretch::OneBit(batch)) => {
                    let to = before + batch.header.disk_bytes() as u64;
                    self.damaged(&segment, (before, to), ONE_BIT.to_owned());
                }
                Ok(Stretch::Damage { from, to }) => {
                    self.damaged(&segment, (from, to), bytes_damaged(from, to));
                }
                Ok(Stretch::Searching) => places += 1,
                Ok(Stretch::End(_)) => return Stage::Segments(rest),
                Err(_) => {
                    reader.skip_unreadable();
                    places += 1;
                }
            }
            self.out.bytes += reader.offset() - before;
            if self.out.bytes >= CHUNK_BYTES || places >= PLACES_AT_ONCE {
                return Stage::Segment(rest, reader);
            }
        }
    }

    fn damaged(&mut self, segment: &Arc<Segment>, (from, to): (u64, u64), what: String) {
        if self.is_in_use(segment) {
            self.stretches.push((segment.sequence, from, to));
            self.found(Finding::damage(place_at(segment.slot, from), what));
        }
    }

    fn next_table(&mut self, rest: Option<Vec<TableFile>>) -> Stage {
        let (shared, path) = (self.shared.clone(), self.shared.layout.index());
        let disk = &*shared.platform.disk;
        let mut rest = match rest {
            Some(rest) => rest,
            None => match tables(disk, &path).or_else(|_| tables(disk, &path)) {
                Ok(found) => found.unwrap_or_default(),
                // A manifest that was replaced between two reads is there at the second.
                Err(finding) => {
                    self.found(finding);
                    Vec::new()
                }
            },
        };
        let Some(table) = rest.pop() else {
            return Stage::Blobs { from: 0, ids: Vec::new() };
        };
        match TableCheck::open(disk, &path, table) {
            Ok(check) => Stage::Table(rest, table, Box::new(check)),
            Err(error) => {
                self.table_failed(table, &format!("it cannot be read: {error}"));
                Stage::Tables(Some(rest))
            }
        }
    }

    fn table(
        &mut self,
        rest: Vec<TableFile>,
        table: TableFile,
        mut check: Box<TableCheck>,
    ) -> Stage {
        self.out.bytes += CHUNK_BYTES;
        match check.step() {
            Ok(None) => return Stage::Table(rest, table, check),
            Ok(Some(true)) => {}
            Ok(Some(false)) => self.table_failed(table, "it is damaged"),
            Err(error) => self.table_failed(table, &format!("it cannot be read: {error}")),
        }
        Stage::Tables(Some(rest))
    }

    /// A table may have been compacted away since the manifest was read.
    fn table_failed(&mut self, table: TableFile, what: &str) {
        let now = tables(&*self.shared.platform.disk, &self.shared.layout.index());
        if !now.is_ok_and(|now| now.is_some_and(|now| !now.contains(&table))) {
            self.found(Finding::damage(table_place(table), what));
        }
    }

    fn next_blob(&mut self, from: u64, mut ids: Vec<u64>) -> Stage {
        let Some(id) = ids.pop() else {
            return match self.adopted(from) {
                Ok(ids) if ids.is_empty() => Stage::Names,
                Ok(mut ids) => {
                    let from = ids.last().map_or(from, |last| last + 1);
                    ids.reverse();
                    Stage::Blobs { from, ids }
                }
                Err(error) => {
                    self.found(Finding::damage("index", error.0));
                    Stage::Names
                }
            };
        };
        match self.open(id) {
            Ok(reading) => Stage::Blob { from, ids, reading },
            Err(what) => {
                self.blob_failed(id, &what);
                Stage::Blobs { from, ids }
            }
        }
    }

    fn adopted(&self, from: u64) -> Result<Vec<u64>, IndexError> {
        let (first, end) = (keys::adopted(from), keys::internal(b"c"));
        let latest = Moment(u64::MAX >> 8);
        let mut cursor = self.shared.index.cursor(&first, &end, latest)?;
        let mut ids = Vec::new();
        while let Some((key, _)) = cursor.entry().filter(|_| ids.len() < BLOBS_AT_ONCE) {
            ids.extend(key.get(2..).and_then(|id| id.try_into().ok()).map(u64::from_be_bytes));
            cursor.step()?;
        }
        Ok(ids)
    }

    fn open(&self, id: u64) -> Result<Reading, String> {
        let path = self.shared.layout.blob(id);
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::NotFound => "the blob is missing".to_owned(),
            _ => format!("it cannot be read: {error}"),
        };
        let file = self.shared.platform.disk.open(&path, OpenMode::Read).map_err(failed)?;
        let length = file::blob_bytes(file.length().map_err(failed)?);
        let length = length.ok_or("the file does not have the length of any blob")?;
        let blob = BlobRef {
            id: BlobId(id),
            placement: BlobPlacement::EMPTY,
            stored_bytes: StoredBytes(length),
        };
        Ok(Reading { file, blob, offset: 0 })
    }

    fn blob(&mut self, from: u64, ids: Vec<u64>, mut reading: Reading) -> Stage {
        match reading.step() {
            Ok((bytes, false)) => {
                self.out.bytes += bytes;
                return Stage::Blob { from, ids, reading };
            }
            Ok((bytes, true)) => self.out.bytes += bytes,
            Err(error) => {
                self.out.bytes += CHUNK_BYTES;
                self.blob_failed(reading.blob.id.0, &error.to_string());
            }
        }
        Stage::Blobs { from, ids }
    }

    /// A blob may have been freed since its number was read.
    fn blob_failed(&mut self, id: u64, what: &str) {
        if rows::is_adopted(&*self.shared.index, id).unwrap_or(true) {
            self.blobs.insert(id);
            self.found(Finding::damage(crate::layout::blob_place(id), what));
        }
    }

    /// Only after damage: which rows it concerns.
    fn names(&mut self) -> Stage {
        if self.stretches.is_empty() && self.blobs.is_empty() {
            return Stage::Done;
        }
        let mut findings = Vec::new();
        let snapshot = self.shared.snapshots.pin(&self.shared.visible);
        let (stretches, blobs) = (&self.stretches, &self.blobs);
        let walked = rows::walk_rows(&*self.shared.index, &mut *self.schema, |schema, shown| {
            let (segment, offset) = (shown.place.segment, u64::from(shown.place.offset));
            let hit = stretches
                .iter()
                .any(|(s, from, to)| *s == segment && (*from..*to).contains(&offset));
            if hit {
                let slot = self.shared.segments.get(segment).map(|segment| segment.slot);
                let gone = || format!("segment {segment} at byte {offset}");
                let place = slot.map_or_else(gone, |slot| place_at(slot, offset));
                let what = "the record is in a damaged stretch of";
                findings.push(Finding::damage(place, what).of(rows::row_name(schema, shown.key)));
            }
            let Ok(references) = &shown.references else { return Ok(()) };
            let mut named: Vec<u64> =
                references.blob.iter().chain(&references.manifest).map(|blob| blob.id.0).collect();
            if let Some(manifest) = references.manifest.filter(|_| !blobs.is_empty()) {
                named.extend(self.shared.listed(schema, manifest));
            }
            for id in named.into_iter().filter(|id| blobs.contains(id)) {
                let place = crate::layout::blob_place(id);
                let finding = Finding::damage(place, "the blob belongs to");
                findings.push(finding.of(rows::row_name(schema, shown.key)));
            }
            Ok::<(), IndexError>(())
        });
        drop(snapshot);
        if let Err(error) = walked {
            findings.push(Finding::damage("index", error.0));
        }
        self.out.findings.extend(findings);
        Stage::Done
    }
}

impl EngineState {
    fn listed(&self, schema: &dyn RowSchema, manifest: BlobRef) -> Vec<u64> {
        let file = self.platform.disk.open(&self.layout.blob(manifest.id.0), OpenMode::Read);
        let bytes = file.ok().and_then(|file| file::read_whole(&*file, manifest).ok());
        let listed = bytes.and_then(|bytes| schema.listed(&bytes).ok());
        listed.unwrap_or_default().iter().map(|blob| blob.id.0).collect()
    }
}

impl Reading {
    /// Verifies the next chunk, at last the footer. Returns the bytes read and whether all is.
    fn step(&mut self) -> Result<(u64, bool), BlobError> {
        if self.offset >= self.blob.stored_bytes.0 {
            file::verify_footer(&*self.file, self.blob)?;
            return Ok((
                file::disk_bytes(self.blob.stored_bytes.0) - self.blob.stored_bytes.0,
                true,
            ));
        }
        let end = (self.offset + CHUNK_BYTES).min(self.blob.stored_bytes.0);
        file::read(&*self.file, self.blob, self.offset..end)?;
        let bytes = end - self.offset;
        self.offset = end;
        Ok((bytes, false))
    }
}
