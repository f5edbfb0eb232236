//! A data directory copied as of one moment: what backup and restore both are.
//!
//! The journal up to the moment is the whole truth, so it is copied first and the copy's index is
//! made from it; that index says which blobs belong to it. Until everything is there and verified,
//! the copy has a file that says it is unfinished, and nothing opens it.

use super::check::{Checked, check_locked};
use super::repair::{Indexes, repair_locked};
use larder_platform::{Disk, DiskFile, OpenMode, Platform};
use larder_storage::RowSchema;
use larder_storage_local::index::{Index, IndexError};
use larder_storage_local::offline::{
    BlockState, Layout, SEGMENT_HEADER_BYTES, SMALL_FILES, Seal, create_copy, lock_existing,
    survey, walk_rows, write_block,
};
use larder_storage_local::{CopySegment, Finding, OpenError, Options};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Bytes copied at a time.
const CHUNK_BYTES: u64 = 1 << 20;

/// What was copied.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Copied {
    /// Bytes of journal and blobs.
    pub bytes: u64,
    /// Blobs.
    pub blobs: u64,
    /// What a check of the copy found.
    pub checked: Checked,
}

/// Opens an index of which every byte was read and found intact.
pub type VerifiedIndex<'a> = &'a dyn Fn(&Path) -> Result<Arc<dyn Index>, Vec<Finding>>;

/// What a copy is made with.
pub struct CopyParts<'a> {
    /// Opens an index, old or new.
    pub indexes: Indexes<'a>,
    /// Opens a copy's index after reading all of it.
    pub verified: VerifiedIndex<'a>,
    /// Reads rows.
    pub schema: &'a mut dyn RowSchema,
    /// Called with the bytes of every piece copied; may take its time.
    pub pace: &'a mut dyn FnMut(u64),
    /// What is wrong with the copy, and so was with its source.
    pub report: &'a mut dyn FnMut(Finding),
}

/// Copies a data directory that nobody serves to one that is not there or empty.
pub fn copy_stopped(
    platform: &Platform,
    from: &Path,
    to: &Options,
    parts: CopyParts<'_>,
) -> Result<Copied, OpenError> {
    let layout = Layout::new(from);
    let _lock = lock_existing(platform, &layout)?;
    let survey = survey(platform, &layout, &mut *parts.report)?;
    let segments: Vec<CopySegment> = survey
        .used
        .values()
        .map(|segment| CopySegment {
            slot: segment.slot,
            sequence: segment.header.segment,
            end: segment.ends.limit.unwrap_or(segment.header.bytes),
        })
        .collect();
    copy(platform, (from, &segments), to, parts)
}

/// Copies what a [`Pin`] holds of a directory that is being served.
pub fn copy(
    platform: &Platform,
    (from, segments): (&Path, &[CopySegment]),
    to: &Options,
    parts: CopyParts<'_>,
) -> Result<Copied, OpenError> {
    let (source, target) = (Layout::new(from), Layout::new(&to.directory));
    let _lock = create_copy(platform, &target)?;
    let mut copy = Copy { disk: &*platform.disk, source, target, pace: parts.pace, bytes: 0 };
    for segment in segments {
        copy.segment(segment, segments.last() == Some(segment))?;
    }
    copy.disk.sync_dir(&copy.target.journal())?;
    repair_locked(platform, to, &parts.indexes, parts.schema, parts.report)?;
    let index = (parts.verified)(&copy.target.index()).map_err(|mut findings| {
        let what = findings.pop().map_or_else(String::new, |finding| finding.to_string());
        OpenError::Corrupt(format!("the copy's own index was not read back: {what}"))
    })?;
    let blobs = copy.blobs(&*index, parts.schema)?;
    drop(index);
    copy.small_files()?;
    let bytes = copy.bytes;
    let target = copy.target;
    let checked = check_locked(platform, &target.root, parts.verified, parts.schema, parts.report)?;
    platform.disk.remove(&target.unfinished())?;
    platform.disk.sync_dir(&target.root)?;
    Ok(Copied { bytes, blobs, checked })
}

struct Copy<'a> {
    disk: &'a dyn Disk,
    source: Layout,
    target: Layout,
    pace: &'a mut dyn FnMut(u64),
    bytes: u64,
}

impl Copy<'_> {
    fn piece(&mut self, bytes: u64) {
        self.bytes += bytes;
        (self.pace)(bytes);
    }

    /// Bytes `range` of a file to the same place of another.
    fn range(
        &mut self,
        (from, to): (&dyn DiskFile, &dyn DiskFile),
        range: std::ops::Range<u64>,
    ) -> io::Result<()> {
        let mut at = range.start;
        while at < range.end {
            let mut chunk = vec![0; (range.end - at).min(CHUNK_BYTES) as usize];
            from.read_at(&mut chunk, at)?;
            to.write_at(&chunk, at)?;
            at += chunk.len() as u64;
            self.piece(chunk.len() as u64);
        }
        Ok(())
    }

    /// The batches up to the end that the copy has, and nothing of what came later.
    fn segment(&mut self, segment: &CopySegment, newest: bool) -> Result<(), OpenError> {
        let from = self.disk.open(&self.source.segment(segment.slot), OpenMode::Read)?;
        let path = self.target.segment(segment.slot);
        let to = self.disk.open(&path, OpenMode::Create)?;
        let mut block = [0; SEGMENT_HEADER_BYTES];
        from.read_at(&mut block, 0)?;
        let length = from.length()?;
        // Fewer bytes than the segment has: a copy that is served writes behind the last batch.
        to.set_length(length)?;
        to.write_at(&block, 0)?;
        let end = segment.end.min(length);
        self.range((&*from, &*to), SEGMENT_HEADER_BYTES as u64..end)?;
        to.sync()?;
        drop(to);
        let header = BlockState::of(&block, length).header();
        if let Some(header) = header.filter(|h| newest && h.segment == segment.sequence) {
            let file = self.disk.open(&path, OpenMode::Direct)?;
            let seal = Seal { end, closed: false };
            // Of a stopped directory it is not known where its newest segment ends.
            if segment.end < length {
                write_block(&*file, &header.encode_sealed(seal))?;
            }
        }
        Ok(())
    }

    /// The blobs that the copy's index calls used. One that its rows name and that is damaged or
    /// missing is found by the check that follows.
    fn blobs(&mut self, index: &dyn Index, schema: &mut dyn RowSchema) -> Result<u64, OpenError> {
        let walked = walk_rows(index, schema, |_, _| Ok::<(), IndexError>(()));
        let walked = walked.map_err(|error| OpenError::Index(error.0))?;
        let (mut directories, mut copied) = (BTreeSet::new(), 0);
        for id in walked.internal.adopted {
            let from = match self.disk.open(&self.source.blob(id), OpenMode::Read) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => continue,
                other => other?,
            };
            let directory = self.target.blob_directory(id);
            if directories.insert(directory.clone()) {
                self.disk.create_dir(&directory)?;
            }
            let to = self.disk.open(&self.target.blob(id), OpenMode::Create)?;
            let length = from.length()?;
            self.range((&*from, &*to), 0..length)?;
            to.sync()?;
            copied += 1;
        }
        for directory in directories {
            self.disk.sync_dir(&directory)?;
        }
        self.disk.sync_dir(&self.target.blobs())?;
        Ok(copied)
    }

    /// What else lies in a data directory: the root account's keys.
    fn small_files(&mut self) -> io::Result<()> {
        for name in SMALL_FILES {
            match self.disk.read_all(&self.source.root.join(name)) {
                Ok(content) => self.disk.write_private(&self.target.root.join(name), &content)?,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}
