//! The reference model: both seams on `BTreeMap`s. The oracle of every engine's property tests and
//! the store under the tests of the rooms above, so it cannot rot.

use crate::blob::{
    BLOB_PLACEMENT_BYTES_MAX, BlobAddress, BlobError, BlobId, BlobPlacement, BlobReader, BlobRef,
    BlobStore, BlobWriter, CreateHints, StoredBytes,
};
use crate::meta::{
    Batch, CommitError, FenceId, MetaError, MetaStore, Receipt, Scan, ScanEnd, Step, UsageDelta,
    Visitor,
};
use crate::queue::{PartitionId, QueuePlace, Queued};
use crate::row::{
    Found, Moment, Payload, Row, RowKey, RowKind, RowView, Seen, SpaceId, WriteToken,
};
use crate::watch::{Watcher, Watchers};
use bytes::{Bytes, BytesMut};
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard};

/// Largest payload of [`Model::new`], small enough that tests meet the limit.
const PAYLOAD_BYTES_MAX: usize = 16 << 10;

/// The model. Cheap to clone; clones share their content.
#[derive(Clone)]
pub struct Model {
    state: Arc<Mutex<ModelState>>,
    watchers: Arc<Watchers>,
    payload_bytes_max: usize,
    closed_spaces_max: usize,
    /// How many partitions: a space is in one of them.
    partitions: u64,
}

impl Default for Model {
    fn default() -> Self {
        Self::new()
    }
}

#[derive(Clone, Default)]
struct ModelState {
    rows: BTreeMap<RowKey, ModelRow>,
    /// When each row was last written or removed.
    changed: BTreeMap<RowKey, Moment>,
    closed: BTreeSet<(SpaceId, FenceId)>,
    usage: BTreeMap<SpaceId, UsageDelta>,
    blobs: BTreeMap<BlobId, Bytes>,
    hints: BTreeMap<BlobId, CreateHints>,
    adopted: BTreeSet<BlobId>,
    now: Moment,
    ids: u64,
}

#[derive(Clone)]
struct ModelRow {
    value: Bytes,
    payload: Option<Bytes>,
    at: Moment,
}

impl ModelRow {
    fn token(&self) -> WriteToken {
        WriteToken::new([self.at.0, 0])
    }

    fn payload(&self) -> Option<Payload> {
        let length = self.payload.as_ref()?.len() as u32;
        Some(Payload { length, write: self.token() })
    }
}

impl Model {
    /// An empty model.
    pub fn new() -> Self {
        Self::with_payload_bytes_max(PAYLOAD_BYTES_MAX)
    }

    /// An empty model with the limit of the engine that it is compared with.
    pub fn with_payload_bytes_max(payload_bytes_max: usize) -> Self {
        Self {
            state: Arc::default(),
            watchers: Arc::default(),
            payload_bytes_max,
            closed_spaces_max: usize::MAX,
            partitions: 1,
        }
    }

    /// An empty model that refuses to close more spaces than this at a time.
    pub fn with_closed_spaces_max(closed_spaces_max: usize) -> Self {
        Self { closed_spaces_max, ..Self::new() }
    }

    /// An empty model of an engine with so many partitions, at least one.
    pub fn with_partitions(partitions: u64) -> Self {
        Self { partitions: partitions.max(1), ..Self::new() }
    }

    /// A model of its own that holds what this one holds.
    pub fn fork(&self) -> Self {
        let state = Arc::new(Mutex::new(self.state().clone()));
        Self { state, watchers: Arc::default(), ..self.clone() }
    }

    /// What was said of a blob when it was begun.
    pub fn hints(&self, id: BlobId) -> Option<CreateHints> {
        self.state().hints.get(&id).copied()
    }

    fn state(&self) -> MutexGuard<'_, ModelState> {
        self.state.lock().expect("no panic while the model is locked")
    }

    /// Every row with its payload, for comparison with an engine.
    pub fn dump(&self) -> Vec<(RowKey, Bytes, Option<Bytes>)> {
        let state = self.state();
        state.rows.iter().map(|(k, r)| (k.clone(), r.value.clone(), r.payload.clone())).collect()
    }
}

impl ModelState {
    fn refusal(&self, batch: &Batch) -> Option<CommitError> {
        let closed = |space| self.closed.iter().any(|(closed, _)| *closed == space);
        let puts = batch.puts.iter().map(|put| put.row.space);
        if puts.chain(batch.enqueues.iter().map(|row| row.space)).any(closed) {
            return Some(CommitError::SpaceClosed);
        }
        let changed = |row: &RowKey| self.changed.get(row).copied().unwrap_or_default();
        let failed = batch.checks.iter().position(|check| changed(&check.row) > check.seen.at);
        failed.map(CommitError::CheckFailed)
    }

    fn apply(&mut self, batch: Batch) -> Moment {
        self.now.0 += 1;
        let at = self.now;
        let rows = batch.puts.iter().map(|p| &p.row).chain(batch.deletes.iter().map(|d| &d.row));
        let mut spaces =
            rows.map(|row| row.space).chain(batch.enqueues.iter().map(|row| row.space));
        if let Some(space) = spaces.next() {
            let usage = self.usage.entry(space).or_default();
            usage.objects += batch.usage.objects;
            usage.bytes += batch.usage.bytes;
        }
        for delete in batch.deletes {
            self.rows.remove(&delete.row);
            self.changed.insert(delete.row, at);
        }
        for put in batch.puts {
            self.changed.insert(put.row.clone(), at);
            self.rows.insert(put.row, ModelRow { value: put.value, payload: put.payload, at });
        }
        for (nth, enqueue) in batch.enqueues.into_iter().enumerate() {
            let row = enqueue.row_at(QueuePlace::of_commit(enqueue.due_ms, at.0, nth));
            self.changed.insert(row.clone(), at);
            self.rows.insert(row, ModelRow { value: enqueue.value, payload: None, at });
        }
        self.adopted.extend(batch.adopts);
        at
    }
}

impl MetaStore for Model {
    fn payload_bytes_max(&self) -> usize {
        self.payload_bytes_max
    }

    async fn get(&self, row: &RowKey) -> Result<Found, MetaError> {
        let state = self.state();
        let record = state.rows.get(row);
        let seen = Seen { at: state.now, write: record.map(ModelRow::token) };
        let row = record.map(|r| Row { value: r.value.clone(), payload: r.payload() });
        Ok(Found { row, seen })
    }

    async fn payload(&self, key: &RowKey, row: &Row) -> Result<Option<Bytes>, MetaError> {
        let state = self.state();
        let same = state.rows.get(key).filter(|r| r.payload() == row.payload);
        Ok(same.and_then(|record| record.payload.clone()))
    }

    async fn scan<V: Visitor>(
        &self,
        scan: Scan,
        mut visitor: V,
    ) -> Result<(V, ScanEnd), MetaError> {
        let state = self.state();
        let mut from = scan.from.clone();
        let mut from_row = scan.from_row.clone();
        'seek: loop {
            let (kind, suffix) = from_row.take().unwrap_or((RowKind::Bucket, Bytes::new()));
            let start = RowKey { space: scan.space, key: from.clone(), kind, suffix };
            for (row, record) in state.rows.range(start..) {
                if row.space != scan.space || row.key > scan.prefix && !in_prefix(row, &scan) {
                    return Ok((visitor, ScanEnd::Exhausted));
                }
                if !in_prefix(row, &scan) || !scan.kinds.contains(&row.kind) {
                    continue;
                }
                let view = RowView {
                    kind: row.kind,
                    key: &row.key,
                    suffix: &row.suffix,
                    value: &record.value,
                    payload: record.payload(),
                    seen: Seen { at: state.now, write: Some(record.token()) },
                };
                match visitor.visit(view) {
                    Step::Next => {}
                    Step::Stop => return Ok((visitor, ScanEnd::Stopped)),
                    Step::Seek(key) => {
                        assert!(key > row.key, "a scan only moves forward");
                        from = key;
                        continue 'seek;
                    }
                }
            }
            return Ok((visitor, ScanEnd::Exhausted));
        }
    }

    async fn partitions(&self) -> Result<Vec<PartitionId>, MetaError> {
        Ok((0..self.partitions).map(PartitionId).collect())
    }

    async fn queue(
        &self,
        partition: PartitionId,
        kind: RowKind,
        from: QueuePlace,
        limit: usize,
    ) -> Result<Vec<Queued>, MetaError> {
        assert!(kind.is_queue(), "only queues are read in the order of their places");
        let state = self.state();
        let rows = state.rows.iter().filter(|(row, _)| row.kind == kind);
        let rows = rows.filter(|(row, _)| row.space.0 % self.partitions == partition.0);
        let mut rows: Vec<_> = rows
            .map(|(row, record)| Queued {
                row: row.clone(),
                place: QueuePlace::decode(&row.suffix).expect("the model gave it"),
                stored: Row { value: record.value.clone(), payload: record.payload() },
                seen: Seen { at: state.now, write: Some(record.token()) },
            })
            .filter(|row| row.place >= from)
            .collect();
        rows.sort_by_key(|row| row.place);
        rows.truncate(limit);
        Ok(rows)
    }

    async fn commit(&self, batch: Batch) -> Result<Receipt, CommitError> {
        batch.assert_valid(self.payload_bytes_max);
        let mut state = self.state();
        for id in &batch.adopts {
            assert!(state.blobs.contains_key(id), "a blob is durable before a row names it");
        }
        match state.refusal(&batch) {
            Some(error) => Err(error),
            None => {
                let kinds = batch.kinds_put();
                let receipt = Receipt { at: state.apply(batch) };
                drop(state);
                self.watchers.tell(kinds);
                Ok(receipt)
            }
        }
    }

    fn watch(&self, watcher: &Arc<dyn Watcher>) {
        self.watchers.add(watcher);
    }

    async fn open_space(&self) -> Result<SpaceId, MetaError> {
        let mut state = self.state();
        state.ids += 1;
        Ok(SpaceId(state.ids))
    }

    async fn close_space_if_empty(
        &self,
        space: SpaceId,
        kinds: &[RowKind],
    ) -> Result<Option<FenceId>, MetaError> {
        let mut state = self.state();
        if state.rows.keys().any(|r| r.space == space && kinds.contains(&r.kind)) {
            return Ok(None);
        }
        if state.closed.len() >= self.closed_spaces_max {
            return Err(MetaError::Io("too many spaces are closed".into()));
        }
        state.ids += 1;
        let fence = FenceId(state.ids);
        state.closed.insert((space, fence));
        Ok(Some(fence))
    }

    async fn reopen_space(&self, space: SpaceId, fence: FenceId) -> Result<(), MetaError> {
        self.state().closed.remove(&(space, fence));
        Ok(())
    }

    async fn forget_space(&self, space: SpaceId) -> Result<(), MetaError> {
        self.state().closed.retain(|(closed, _)| *closed != space);
        Ok(())
    }

    async fn usage(&self, space: SpaceId) -> Result<UsageDelta, MetaError> {
        Ok(self.state().usage.get(&space).copied().unwrap_or_default())
    }
}

fn in_prefix(row: &RowKey, scan: &Scan) -> bool {
    row.key.starts_with(&scan.prefix)
}

/// Where the model says that it put a blob. It has one place for all, and asks for these bytes so
/// that nobody above it loses them on the way from [`BlobWriter::finish`] to a read or a delete.
/// They differ from blob to blob in length, too.
fn placement(id: BlobId) -> BlobPlacement {
    let bytes = (!id.0).to_be_bytes().repeat(2);
    let length = 1 + id.0 as usize % BLOB_PLACEMENT_BYTES_MAX;
    BlobPlacement::new(&bytes[bytes.len() - length..]).expect("it is cut to the limit")
}

/// Fails unless the blob is asked for where it is.
fn check_placement(blob: BlobAddress) -> Result<(), BlobError> {
    if blob.placement == placement(blob.id) { Ok(()) } else { Err(BlobError::Misplaced(blob.id)) }
}

/// A blob being written to a [`Model`].
pub struct ModelWriter {
    model: Model,
    hints: CreateHints,
    data: BytesMut,
}

impl BlobWriter for ModelWriter {
    async fn write(&mut self, data: Bytes) -> Result<(), BlobError> {
        self.data.extend_from_slice(&data);
        Ok(())
    }

    async fn finish(self) -> Result<BlobRef, BlobError> {
        let mut state = self.model.state();
        state.ids += 1;
        let id = BlobId(state.ids);
        let data = self.data.freeze();
        let stored_bytes = StoredBytes(data.len() as u64);
        state.blobs.insert(id, data);
        state.hints.insert(id, self.hints);
        Ok(BlobRef { id, placement: placement(id), stored_bytes })
    }
}

/// A range of a blob of a [`Model`].
pub struct ModelReader(Bytes);

impl BlobReader for ModelReader {
    async fn next(&mut self) -> Result<Option<Bytes>, BlobError> {
        let length = self.0.len().min(1000);
        let data = self.0.split_to(length);
        Ok((!data.is_empty()).then_some(data))
    }
}

impl BlobStore for Model {
    type Writer = ModelWriter;
    type Reader = ModelReader;

    async fn create(&self, hints: CreateHints) -> Result<ModelWriter, BlobError> {
        Ok(ModelWriter { model: self.clone(), hints, data: BytesMut::new() })
    }

    async fn read(
        &self,
        blob: BlobRef,
        range: Range<StoredBytes>,
    ) -> Result<ModelReader, BlobError> {
        check_placement(blob.address())?;
        let state = self.state();
        let data = state.blobs.get(&blob.id).ok_or(BlobError::Missing(blob.id))?;
        Ok(ModelReader(data.slice(range.start.0 as usize..range.end.0 as usize)))
    }

    async fn delete(&self, blob: BlobAddress) -> Result<(), BlobError> {
        check_placement(blob)?;
        let mut state = self.state();
        state.blobs.remove(&blob.id);
        state.adopted.remove(&blob.id);
        Ok(())
    }

    async fn verify(&self, blob: BlobRef) -> Result<(), BlobError> {
        check_placement(blob.address())?;
        let state = self.state();
        let data = state.blobs.get(&blob.id).ok_or(BlobError::Missing(blob.id))?;
        if data.len() as u64 == blob.stored_bytes.0 {
            Ok(())
        } else {
            Err(BlobError::Corrupt(format!("length of {:016x}", blob.id.0)))
        }
    }

    async fn list(&self) -> Result<Vec<BlobId>, BlobError> {
        Ok(self.state().blobs.keys().copied().collect())
    }
}
