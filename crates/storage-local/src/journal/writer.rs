//! The writing end of the journal: the active segment, the free ones, and what happens when a
//! write fails.

use super::Epoch;
use super::batch::{BATCH_HEADER_BYTES, BatchHeader};
use super::segment::{Link, SEGMENT_HEADER_BYTES, Seal, SegmentHeader};
use super::segments::{Segment, Segments};
use crate::layout::{BATCH_ALIGN, BATCH_BYTES_MAX, Layout, SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN};
use crate::sync::Mutex;
use larder_platform::{AlignedBuffer, DIRECT_ALIGN, DiskFile, OpenMode, Platform};
use std::io;
use std::sync::Arc;

/// Bytes of a fresh segment before its first use: not zero, so that no file system keeps the
/// blocks as unwritten and every later write overwrites in place.
pub(crate) const FILL: u8 = 0xa5;
/// Free segments kept for reuse; further ones are given back to the file system.
const FREE_MAX: usize = 4;

/// Why a batch was not written.
#[derive(Debug)]
pub(crate) enum JournalError {
    /// It will not become visible, now or after a restart.
    Refused(io::Error),
    /// It may be replayed after a restart.
    Unknown(io::Error),
}

/// Where recovery found the journal to end.
pub(crate) struct JournalEnd {
    /// The segment to go on in.
    pub(crate) newest: Option<Arc<Segment>>,
    /// Where the last good batch ends.
    pub(crate) link: Option<Link>,
    pub(crate) last_segment: u64,
    pub(crate) next_batch: u64,
}

/// A segment that holds nothing.
#[derive(Clone, Copy, Debug)]
pub struct FreeSegment {
    /// Its file's number.
    pub slot: u32,
    /// Bytes of the file.
    pub bytes: u64,
}

/// The journal's writing end. Owned by the committer.
pub(crate) struct Journal {
    platform: Platform,
    layout: Layout,
    pub(crate) segments: Arc<Segments>,
    pub(crate) slots: Arc<Slots>,
    active: Option<Active>,
    /// The last segment that was active, where its last good batch ends.
    link: Option<Link>,
    last_segment: u64,
    /// Number of the next batch.
    pub(crate) next_batch: u64,
}

struct Active {
    file: Arc<dyn DiskFile>,
    segment: Arc<Segment>,
    offset: u64,
}

/// The slots that hold no segment in use.
#[derive(Default)]
pub(crate) struct Slots {
    state: Mutex<SlotState>,
}

#[derive(Default)]
struct SlotState {
    free: Vec<FreeSegment>,
    next_slot: u32,
    bytes_last: u64,
    bytes_max: u64,
}

impl Slots {
    /// Slots as found at start.
    pub(crate) fn new(free: Vec<FreeSegment>, next_slot: u32, bytes_last: u64) -> Self {
        let bytes_max = SEGMENT_BYTES_MAX;
        Self { state: Mutex::new(SlotState { free, next_slot, bytes_last, bytes_max }) }
    }

    /// Limits the size of new segments.
    pub(crate) fn set_bytes_max(&self, bytes_max: u64) {
        self.state.lock().expect("no panic while locked").bytes_max = bytes_max;
    }

    fn take(&self) -> Option<FreeSegment> {
        let mut state = self.state.lock().expect("no panic while locked");
        let largest = (0..state.free.len()).max_by_key(|i| state.free[*i].bytes)?;
        Some(state.free.swap_remove(largest))
    }

    /// Whether another segment should be made ready.
    pub(crate) fn is_low(&self) -> bool {
        self.state.lock().expect("no panic while locked").free.is_empty()
    }

    /// Keeps a freed segment for reuse; `false` when there are enough of them.
    pub(crate) fn put(&self, free: FreeSegment) -> bool {
        let mut state = self.state.lock().expect("no panic while locked");
        if state.free.len() >= FREE_MAX {
            return false;
        }
        state.free.push(free);
        true
    }

    fn next(&self) -> FreeSegment {
        let mut state = self.state.lock().expect("no panic while locked");
        let slot = state.next_slot;
        state.next_slot += 1;
        let bytes = (state.bytes_last * 2).clamp(SEGMENT_BYTES_MIN, state.bytes_max);
        state.bytes_last = bytes;
        FreeSegment { slot, bytes }
    }

    /// Makes a new segment file, filled and synced, with a header that says it is free. Where there
    /// is no space for the size that is due it makes a smaller one: deletes go on while a disk is
    /// full.
    pub(crate) fn create(&self, platform: &Platform, layout: &Layout) -> io::Result<FreeSegment> {
        let mut free = self.next();
        loop {
            match self.make(platform, layout, free) {
                Err(error) if error.kind() == io::ErrorKind::StorageFull => {
                    match self.smaller(free.bytes) {
                        Some(smaller) => free = smaller,
                        None => return Err(error),
                    }
                }
                made => return made.map(|()| free),
            }
        }
    }

    /// What to try when there is no space for a segment of `bytes`.
    fn smaller(&self, bytes: u64) -> Option<FreeSegment> {
        let bytes = Some(bytes / 2).filter(|bytes| *bytes >= SEGMENT_BYTES_MIN)?;
        let mut state = self.state.lock().expect("no panic while locked");
        state.bytes_last = bytes;
        state.next_slot += 1;
        Some(FreeSegment { slot: state.next_slot - 1, bytes })
    }

    fn make(&self, platform: &Platform, layout: &Layout, free: FreeSegment) -> io::Result<()> {
        let path = layout.segment(free.slot);
        let written = fill(platform, &path, free.bytes);
        let synced = written.and_then(|()| platform.disk.sync_dir(&layout.journal()));
        if synced.is_err() {
            // Its space is wanted more than its remains; a slot number is never used again.
            let _ = platform.disk.remove(&path);
        }
        synced
    }
}

fn fill(platform: &Platform, path: &std::path::Path, bytes: u64) -> io::Result<()> {
    let file = platform.disk.open(path, OpenMode::Create)?;
    file.allocate(bytes)?;
    let block = vec![FILL; SEGMENT_BYTES_MIN as usize];
    file.write_at(&SegmentHeader::free(bytes).encode(), 0)?;
    let mut offset = SEGMENT_HEADER_BYTES as u64;
    while offset < bytes {
        let length = (bytes - offset).min(block.len() as u64);
        file.write_at(&block[..length as usize], offset)?;
        offset += length;
    }
    file.sync()
}

impl Journal {
    /// A journal that goes on behind the last good batch that recovery found, where what a torn
    /// batch left is overwritten first: its sectors that a later torn batch spares could make up
    /// either of the two, whole or but for one bit. Where that fails the next batch goes to another
    /// segment, whose header says that nothing there counts.
    pub(crate) fn resume(
        platform: Platform,
        layout: Layout,
        segments: Arc<Segments>,
        slots: Arc<Slots>,
        end: JournalEnd,
    ) -> io::Result<Self> {
        let active = match end.newest {
            None => None,
            Some(segment) => {
                let file = platform.disk.open(&layout.segment(segment.slot), OpenMode::Direct)?;
                let offset = segment.end();
                match erase_remains(&*file, &segment) {
                    Ok(()) => Some(Active { file, segment, offset }),
                    Err(error) => {
                        log::warn!("the journal goes on in another segment: {error}");
                        None
                    }
                }
            }
        };
        let (link, last_segment, next_batch) = (end.link, end.last_segment, end.next_batch);
        Ok(Self { platform, layout, segments, slots, active, link, last_segment, next_batch })
    }

    /// Where the next batch of `bytes` on disk will be written, making a new segment active when
    /// the present one cannot hold it: (segment, offset, epoch).
    pub(crate) fn reserve(&mut self, bytes: usize) -> io::Result<(u64, u64, Epoch)> {
        if self.active.as_ref().is_none_or(|a| a.offset + bytes as u64 > a.segment.bytes) {
            self.roll()?;
        }
        let active = self.active.as_ref().expect("roll made a segment active");
        Ok((active.segment.sequence, active.offset, active.segment.epoch))
    }

    /// Writes a batch at the place that [`Journal::reserve`] gave: header and records are in
    /// `batch` from its start; this pads it and seals the header. Durable when it returns.
    pub(crate) fn write(
        &mut self,
        batch: &mut AlignedBuffer,
        moment: u64,
        records: u32,
    ) -> Result<(), JournalError> {
        let active = self.active.as_mut().expect("reserve comes before write");
        let header = BatchHeader {
            length: (batch.len() - BATCH_HEADER_BYTES) as u32,
            segment: active.segment.sequence,
            sequence: self.next_batch,
            moment,
            records,
        };
        batch.resize(batch.len().next_multiple_of(BATCH_ALIGN), 0);
        header.seal(&active.segment.epoch, batch.as_mut_slice());
        match active.file.write_at(batch.as_slice(), active.offset) {
            Ok(()) => {
                active.offset += batch.len() as u64;
                active.segment.set_end(active.offset);
                self.link = Some(Link { segment: header.segment, end: active.offset });
                self.next_batch += 1;
                Ok(())
            }
            Err(error) => Err(self.abandon(error)),
        }
    }

    /// After a failed write nothing behind the last good batch is trusted. The next segment's
    /// header says so durably, and only then is it certain that the batch never replays.
    fn abandon(&mut self, error: io::Error) -> JournalError {
        let failed = self.active.take();
        if self.roll().is_err() {
            return JournalError::Unknown(error);
        }
        if let Some(failed) = failed.filter(|a| a.offset == SEGMENT_HEADER_BYTES as u64) {
            // No batch in it counts, as the header just written says: it can be used again. But it
            // must say so itself before that header may go. If it cannot be told now, it stays
            // among the segments in use, holds nothing, and is freed before the one behind it.
            let bytes = failed.segment.bytes;
            if write_header(&*failed.file, &SegmentHeader::free(bytes)).is_ok() {
                self.segments.remove(failed.segment.sequence);
                self.give_back(FreeSegment { slot: failed.segment.slot, bytes });
            }
        }
        JournalError::Refused(error)
    }

    /// A device that goes on failing must not be filled with segments that hold nothing.
    fn give_back(&self, free: FreeSegment) {
        if !self.slots.put(free) {
            // What cannot be removed now is found free at the next start.
            let _ = self.platform.disk.remove(&self.layout.segment(free.slot));
        }
    }

    fn roll(&mut self) -> io::Result<()> {
        self.active = None;
        let free = match self.slots.take() {
            Some(free) => free,
            None => self.slots.create(&self.platform, &self.layout)?,
        };
        // Whatever reached its header is overwritten by the next try.
        self.begin(free).inspect_err(|_| self.give_back(free))
    }

    /// Makes a free segment the active one.
    fn begin(&mut self, free: FreeSegment) -> io::Result<()> {
        let mut epoch = [0; 16];
        self.platform.random.fill(&mut epoch);
        let header = SegmentHeader {
            segment: self.last_segment + 1,
            epoch: Epoch(epoch),
            first_batch: self.next_batch,
            previous: self.link,
            bytes: free.bytes,
        };
        let path = self.layout.segment(free.slot);
        let file = self.platform.disk.open(&path, OpenMode::Direct)?;
        let reading = self.platform.disk.open(&path, OpenMode::Read)?;
        // A failed header write may have reached the disk: its number is not used again.
        self.last_segment += 1;
        write_header(&*file, &header)?;
        let segment = Arc::new(Segment::new(header, free.slot, reading));
        self.segments.insert(segment.clone());
        self.active = Some(Active { file, segment, offset: SEGMENT_HEADER_BYTES as u64 });
        Ok(())
    }

    /// Where the last good batch ends.
    pub(crate) fn link(&self) -> Option<Link> {
        self.link
    }

    /// Notes in the active segment how far it reaches, at the end of a run: a last batch that is
    /// damaged later is then told from one that a cut tore.
    pub(crate) fn seal_active(&self) -> io::Result<()> {
        match &self.active {
            None => Ok(()),
            Some(active) => {
                let seal = Seal { end: active.offset, closed: false };
                write_block(&*active.file, &active.segment.header.encode_sealed(seal))
            }
        }
    }
}

/// Fills what a torn batch can have left behind the end of a segment, durably.
fn erase_remains(file: &dyn DiskFile, segment: &Segment) -> io::Result<()> {
    let bytes = (segment.bytes - segment.end()).min(BATCH_BYTES_MAX as u64);
    let mut remains = vec![0; bytes as usize];
    segment.file.read_at(&mut remains, segment.end())?;
    if remains.iter().all(|byte| *byte == FILL) {
        return Ok(());
    }
    let mut buffer = AlignedBuffer::new(remains.len());
    buffer.resize(remains.len(), FILL);
    file.write_at(buffer.as_slice(), segment.end())
}

/// Writes a header durably through a file opened [`OpenMode::Direct`].
pub(crate) fn write_header(file: &dyn DiskFile, header: &SegmentHeader) -> io::Result<()> {
    write_block(file, &header.encode())
}

/// Writes a header block, sealed or not, durably through a file opened [`OpenMode::Direct`].
pub fn write_block(file: &dyn DiskFile, block: &[u8; SEGMENT_HEADER_BYTES]) -> io::Result<()> {
    let mut buffer = AlignedBuffer::new(DIRECT_ALIGN);
    buffer.extend(block);
    file.write_at(buffer.as_slice(), 0)
}

#[cfg(test)]
mod tests {
    use super::{Slots, fill};
    use crate::layout::{Layout, SEGMENT_BYTES_MAX, SEGMENT_BYTES_MIN};
    use larder_platform::sim::Simulation;
    use std::io;
    use std::path::Path;

    /// A full disk keeps a reserve for deletes. One large segment must not be all or nothing.
    #[test]
    fn a_segment_is_as_large_as_there_is_space() {
        let sim = Simulation::new(1);
        let (platform, layout) = (sim.platform(), Layout::new(Path::new("/data")));
        for directory in [&layout.root, &layout.journal()] {
            platform.disk.create_dir(directory).expect("a directory");
        }
        let slots = Slots::new(Vec::new(), 7, SEGMENT_BYTES_MAX);
        sim.faults().disk_full(5 << 20);
        let free = slots.create(&platform, &layout).expect("a smaller one");
        assert_eq!(free.bytes, 4 << 20);
        let names = platform.disk.list(&layout.journal()).expect("names");
        assert_eq!(names, [format!("{:08x}", free.slot)], "nothing else is left behind");
        assert!(fill(&platform, &layout.segment(99), SEGMENT_BYTES_MIN).is_ok());
        let error = slots.create(&platform, &layout).map(|_| ()).expect_err("no space at all");
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    }
}
