//! The journal alone holds every live row and no other: read by its description in
//! `docs/on-disk-format.md`, without the engine and without the index, it says what the engine
//! says. This is what a rebuild of the index relies on: above all, that gc keeps the tombstones of
//! whatever an older segment still holds.
//!
//! Only for journals that no write to them has failed in. Where one has, a refused batch may lie
//! intact behind the last good one of a segment whose successor is freed by now, and only the
//! index knows that it does not count.

use super::Violation;
use crate::client::{Ctx, bucket_name};
use bytes::Bytes;
use larder_platform::Disk;
use larder_storage::{MetaStore, RowKind, RowView, Scan, SpaceId, Step, Visitor};
use std::collections::BTreeMap;
use std::path::Path;

const JOURNAL: &str = "/data/journal";
const SEGMENT_HEADER_BYTES: usize = 4096;
const BATCH_ALIGN: usize = 4096;
const BATCH_HEADER_BYTES: usize = 64;
const RECORD_HEADER_BYTES: usize = 32;
/// Kinds of rows in a bucket's space.
const KINDS: [RowKind; 5] =
    [RowKind::Head, RowKind::Version, RowKind::Upload, RowKind::Part, RowKind::Body];

/// Rows by index key.
type Rows = BTreeMap<Vec<u8>, Vec<u8>>;

fn broken(what: String) -> Violation {
    Violation::new("the journal is the truth", what)
}

struct Segment {
    sequence: u64,
    epoch: [u8; 16],
    first_batch: u64,
    /// The segment before it and where that one's last good batch ends.
    previous: (u64, u64),
    bytes: Vec<u8>,
}

fn u64_at(bytes: &[u8], at: usize) -> u64 {
    let bytes = bytes.get(at..at + 8).and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(0, u64::from_le_bytes)
}

fn u32_at(bytes: &[u8], at: usize) -> usize {
    let bytes = bytes.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(0, |bytes| u32::from_le_bytes(bytes) as usize)
}

/// Segments in use, oldest first.
fn segments(disk: &dyn Disk) -> std::io::Result<Vec<Segment>> {
    let mut segments = Vec::new();
    for name in disk.list(Path::new(JOURNAL))? {
        let bytes = disk.read_all(&Path::new(JOURNAL).join(name))?;
        let sequence = u64_at(&bytes, 8);
        if bytes.starts_with(b"LARDSEG1") && sequence != 0 {
            let mut epoch = [0; 16];
            epoch.copy_from_slice(&bytes[16..32]);
            let previous = (u64_at(&bytes, 40), u64_at(&bytes, 48));
            let first_batch = u64_at(&bytes, 32);
            segments.push(Segment { sequence, epoch, first_batch, previous, bytes });
        }
    }
    segments.sort_by_key(|segment| segment.sequence);
    Ok(segments)
}

/// The records of the batch at `at` and where the next one begins; `None` when none is there.
fn batch(segment: &Segment, at: usize, before: u64) -> Option<(&[u8], usize)> {
    let header = segment.bytes.get(at..at + BATCH_HEADER_BYTES)?;
    let records = at + BATCH_HEADER_BYTES;
    let records = segment.bytes.get(records..records + u32_at(header, 4))?;
    let mut crc = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc64Nvme);
    for part in [&segment.epoch[..], &header[..40], records] {
        crc.update(part);
    }
    let intact = header.starts_with(b"LBAT")
        && u64_at(header, 8) == segment.sequence
        && u64_at(header, 16) < before
        && crc.finalize() == u64_at(header, 40);
    let next = (at + BATCH_HEADER_BYTES + records.len()).next_multiple_of(BATCH_ALIGN);
    intact.then_some((records, next))
}

fn replay(rows: &mut Rows, mut records: &[u8]) {
    while records.len() >= RECORD_HEADER_BYTES {
        let key = usize::from(records[6]) + (usize::from(records[7]) << 8);
        let (value, payload) = (u32_at(records, 8), u32_at(records, 12));
        let body = RECORD_HEADER_BYTES + key;
        let name = records[RECORD_HEADER_BYTES..body].to_vec();
        match records[4] {
            1 => {
                rows.insert(name, records[body..body + value].to_vec());
            }
            2 => {
                rows.remove(&name);
            }
            _ => {}
        }
        records = &records[body + value + payload..];
    }
}

/// Every row that the journal holds.
fn rebuilt(disk: &dyn Disk) -> std::io::Result<Rows> {
    let segments = segments(disk)?;
    let mut rows = Rows::new();
    for (index, segment) in segments.iter().enumerate() {
        let later = &segments[index + 1..];
        let before = later.iter().map(|later| later.first_batch).min().unwrap_or(u64::MAX);
        let linked = later.iter().find(|later| later.previous.0 == segment.sequence);
        let end = linked.map_or(segment.bytes.len(), |later| later.previous.1 as usize);
        let mut at = SEGMENT_HEADER_BYTES;
        while at < end {
            let Some((records, next)) = batch(segment, at, before) else { break };
            replay(&mut rows, records);
            at = next;
        }
    }
    Ok(rows)
}

/// The index key of a row of a bucket.
fn index_key(kind: RowKind, space: SpaceId, key: &[u8], suffix: &[u8]) -> Vec<u8> {
    let mut out = vec![kind as u8];
    out.extend_from_slice(&space.0.to_be_bytes());
    for byte in key {
        out.push(*byte);
        if *byte == 0 {
            out.push(0xff);
        }
    }
    out.extend_from_slice(&[0, 1]);
    out.extend_from_slice(suffix);
    out
}

struct Collect(SpaceId, Rows);

impl Visitor for Collect {
    fn visit(&mut self, row: RowView<'_>) -> Step {
        self.1.insert(index_key(row.kind, self.0, row.key, row.suffix), row.value.to_vec());
        Step::Next
    }
}

/// Compares the journal with what the engine shows of the workload's buckets.
pub(crate) async fn check(ctx: &Ctx) -> Result<(), Violation> {
    let failed = |what: &str| broken(format!("{what} failed"));
    let store = ctx.store();
    let mut shown = Rows::new();
    let mut spaces = Vec::new();
    for bucket in 0..ctx.workload.buckets.len() {
        let Ok(bucket) = ctx.objects.bucket(&bucket_name(bucket)).await else { continue };
        let scan = Scan::prefix(bucket.space, &KINDS, Bytes::new());
        let collect = Collect(bucket.space, std::mem::take(&mut shown));
        let scanned = store.scan(scan, collect).await;
        shown = scanned.map_err(|_| failed("a scan"))?.0.1;
        spaces.push(bucket.space.0.to_be_bytes());
    }
    let mut held = rebuilt(&*ctx.platform.disk).map_err(|_| failed("a read of the journal"))?;
    held.retain(|key, _| {
        let of_kind = key.first().is_some_and(|kind| KINDS.iter().any(|k| *k as u8 == *kind));
        of_kind && spaces.iter().any(|space| key[1..].starts_with(space))
    });
    let missing = shown.iter().find(|(key, value)| held.get(*key) != Some(*value));
    if let Some((key, _)) = missing {
        return Err(broken(format!("the journal lacks {}", key.escape_ascii())));
    }
    let extra = held.keys().find(|key| !shown.contains_key(*key));
    match extra {
        None => Ok(()),
        Some(key) => Err(broken(format!("a rebuild would bring back {}", key.escape_ascii()))),
    }
}
