//! The segments in use, and how many of their bytes live records take.

use super::record::RecordPlace;
use super::{Epoch, SegmentHeader};
use crate::sync::{AtomicI64, AtomicU64, RwLock};
use larder_platform::DiskFile;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A segment in use.
pub struct Segment {
    /// Its sequence number.
    pub sequence: u64,
    /// Its file's number.
    pub slot: u32,
    /// The epoch of this use.
    pub epoch: Epoch,
    pub(crate) bytes: u64,
    /// Its header as written.
    pub header: SegmentHeader,
    /// For reading, through the page cache.
    pub(crate) file: Arc<dyn DiskFile>,
    /// Bytes of records that something may still need: never less than the truth.
    live: AtomicI64,
    /// Where its last good batch ends.
    end: AtomicU64,
}

impl Segment {
    pub(crate) fn new(header: SegmentHeader, slot: u32, file: Arc<dyn DiskFile>) -> Self {
        let (live, end) = (AtomicI64::new(0), AtomicU64::new(super::SEGMENT_HEADER_BYTES as u64));
        let (sequence, epoch, bytes) = (header.segment, header.epoch, header.bytes);
        Self { sequence, slot, epoch, bytes, header, file, live, end }
    }

    pub(crate) fn live_bytes(&self) -> u64 {
        self.live.load(Ordering::Relaxed).max(0) as u64
    }

    pub(crate) fn set_live_bytes(&self, bytes: u64) {
        self.live.store(bytes as i64, Ordering::Relaxed);
    }

    pub(crate) fn end(&self) -> u64 {
        self.end.load(Ordering::Relaxed)
    }

    pub(crate) fn set_end(&self, end: u64) {
        self.end.store(end, Ordering::Relaxed);
    }
}

/// The segments in use, by sequence number.
#[derive(Default)]
pub(crate) struct Segments {
    map: RwLock<BTreeMap<u64, Arc<Segment>>>,
}

impl Segments {
    pub(crate) fn get(&self, sequence: u64) -> Option<Arc<Segment>> {
        self.map.read().expect("no panic while locked").get(&sequence).cloned()
    }

    pub(crate) fn insert(&self, segment: Arc<Segment>) {
        self.map.write().expect("no panic while locked").insert(segment.sequence, segment);
    }

    pub(crate) fn remove(&self, sequence: u64) {
        self.map.write().expect("no panic while locked").remove(&sequence);
    }

    /// All of them, oldest first.
    pub(crate) fn all(&self) -> Vec<Arc<Segment>> {
        self.map.read().expect("no panic while locked").values().cloned().collect()
    }

    /// Records were written that something may need.
    pub(crate) fn add_live(&self, segment: u64, bytes: u64) {
        if let Some(segment) = self.get(segment) {
            segment.live.fetch_add(bytes as i64, Ordering::Relaxed);
        }
    }

    /// A record is no longer needed.
    pub(crate) fn sub_live(&self, segment: u64, length: u32) {
        if let Some(segment) = self.get(segment) {
            segment.live.fetch_sub(i64::from(length), Ordering::Relaxed);
        }
    }

    /// Reads a whole record through the page cache, without a disk access when `cached_only`;
    /// `Ok(None)` when the segment is gone, or would have to be read from disk.
    pub(crate) fn read(
        &self,
        place: RecordPlace,
        cached_only: bool,
    ) -> std::io::Result<Option<(Vec<u8>, Epoch)>> {
        let Some(segment) = self.get(place.segment) else {
            return Ok(None);
        };
        let mut bytes = vec![0; place.length as usize];
        let offset = u64::from(place.offset);
        if cached_only {
            let hit = segment.file.read_cached(&mut bytes, offset)?;
            return Ok(hit.then_some((bytes, segment.epoch)));
        }
        segment.file.read_at(&mut bytes, offset)?;
        Ok(Some((bytes, segment.epoch)))
    }
}
