//! `MetaStore` over the shared state.

use super::Local;
use crate::committer::group::batch_bytes;
use crate::index::{Cursor, IndexError};
use crate::journal::{Epoch, Op, RecordPlace, RecordView};
use crate::keys;
use crate::layout::PAYLOAD_BYTES_MAX;
use crate::pointer::split_value;
use crate::queue::Command;
use crate::state::EngineState;
use bytes::Bytes;
use larder_storage::{
    Batch, CommitError, FenceId, Found, MetaError, MetaStore, Moment, PartitionId, Payload,
    QueuePlace, Queued, Receipt, Row, RowKey, RowKind, RowView, Scan, ScanEnd, Seen, SpaceId, Step,
    UsageDelta, Visitor, Watcher,
};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// The one partition: all commits of this engine have one order.
const PARTITION: PartitionId = PartitionId(0);
/// Rows stepped over before a seek: stepping through a few is cheaper than finding a place anew.
const STEPS_BEFORE_SEEK: u32 = 16;
/// The same behind a seek that those did not save: what comes next is likely to be as far.
const STEPS_BEHIND_SEEK: u32 = 2;
/// Behind so many such seeks none is preceded by steps, but for
const SEEKS_AT_ONCE: u32 = 4;
/// one in so many, to notice when what comes is near again.
const SEEKS_PER_TRY: u32 = 64;

impl From<IndexError> for MetaError {
    fn from(error: IndexError) -> Self {
        Self::Io(error.to_string())
    }
}

impl EngineState {
    fn get(&self, key: &[u8]) -> Result<Found, MetaError> {
        let at = Moment(self.visible.load(Ordering::Acquire));
        found(key, self.index.get(key)?, at)
    }

    /// Like [`EngineState::get`] when the row is at hand without any wait.
    fn get_resident(&self, key: &[u8]) -> Option<Result<Found, MetaError>> {
        let at = Moment(self.visible.load(Ordering::Acquire));
        self.index.get_resident(key).map(|value| found(key, Some(value), at))
    }

    /// Reads and verifies the payload in the record at `place`. `Ok(None)` when the record is not
    /// there any more, or, with `cached_only`, when it would have to be read from disk.
    fn payload(
        &self,
        key: &[u8],
        place: RecordPlace,
        cached_only: bool,
    ) -> Result<Option<Bytes>, MetaError> {
        if let Some((bytes, epoch)) = self.hot.get(place) {
            return Ok(verified(key, &epoch, &bytes));
        }
        let read = self.segments.read(place, cached_only);
        let Some((bytes, epoch)) = read.map_err(|error| MetaError::Io(error.to_string()))? else {
            return Ok(None);
        };
        let bytes = Bytes::from(bytes);
        let payload = verified(key, &epoch, &bytes);
        // Only what is intact: a read can go wrong that would go well the next time.
        if payload.is_some() {
            self.hot.was_read(place, &bytes, epoch);
        }
        Ok(payload)
    }
}

/// The payload in the record of `key`; `None` when the record is damaged or another one.
fn verified(key: &[u8], epoch: &Epoch, bytes: &Bytes) -> Option<Bytes> {
    let record = RecordView::decode(epoch, bytes)?;
    if record.op != Op::Put || record.key != key || record.payload.is_empty() {
        return None;
    }
    Some(bytes.slice(record.length - record.payload.len()..record.length))
}

/// What an index value says, read at `at` or later.
fn found(key: &[u8], value: Option<Bytes>, at: Moment) -> Result<Found, MetaError> {
    let Some(value) = value else {
        return Ok(Found { row: None, seen: Seen { at, write: None } });
    };
    let (place, payload, rest) = split_value(&value).ok_or_else(|| bad_value(key))?;
    let row = Row { value: value.slice_ref(rest), payload: payload_at(place, payload) };
    Ok(Found { row: Some(row), seen: Seen { at, write: Some(place.token()) } })
}

fn bad_value(key: &[u8]) -> MetaError {
    MetaError::Corrupt(format!("the index value of {} is too short", key.escape_ascii()))
}

fn bad_key(key: &[u8]) -> MetaError {
    MetaError::Corrupt(format!("{} is no row's place in a queue", key.escape_ascii()))
}

fn payload_at(place: RecordPlace, length: u32) -> Option<Payload> {
    (length != 0).then_some(Payload { length, write: place.token() })
}

impl Local {
    async fn read_blocking<T: Send + 'static>(
        &self,
        job: impl FnOnce(&EngineState) -> Result<T, MetaError> + Send + 'static,
    ) -> Result<T, MetaError> {
        let shared = self.shared.clone();
        let result = self.shared.platform.blocking(move || job(&shared)).await;
        result.unwrap_or(Err(MetaError::Stopped))
    }
}

impl MetaStore for Local {
    fn payload_bytes_max(&self) -> usize {
        PAYLOAD_BYTES_MAX
    }

    async fn get(&self, row: &RowKey) -> Result<Found, MetaError> {
        let key = keys::encode(row);
        if let Some(found) = self.shared.get_resident(&key) {
            return found;
        }
        if self.shared.index.is_resident() {
            return self.shared.get(&key);
        }
        let read = move |shared: &EngineState| shared.get(&key);
        let found = self.shared.read_at_pace(|shared| &shared.row_pace, read).await;
        found.unwrap_or(Err(MetaError::Stopped))
    }

    async fn payload(&self, key: &RowKey, row: &Row) -> Result<Option<Bytes>, MetaError> {
        let Some(payload) = row.payload else {
            return Ok(None);
        };
        let index_key = keys::encode(key);
        let place = RecordPlace::from_token(payload.write);
        if let Some(bytes) = self.shared.payload(&index_key, place, true)? {
            return Ok(Some(bytes));
        }
        let value = row.value.clone();
        self.read_blocking(move |shared| {
            if let Some(bytes) = shared.payload(&index_key, place, false)? {
                return Ok(Some(bytes));
            }
            // gc may have moved the record; then the row is the same and its place is another.
            let Some(fresh) = shared.get(&index_key)?.row else {
                return Ok(None);
            };
            let Some(moved) = fresh.payload.filter(|_| fresh.value == value) else {
                return Ok(None);
            };
            let again = RecordPlace::from_token(moved.write);
            shared.payload(&index_key, again, false)?.map(Some).ok_or_else(|| {
                MetaError::Corrupt(format!(
                    "the record of {} at byte {} of journal segment {}",
                    index_key.escape_ascii(),
                    again.offset,
                    again.segment
                ))
            })
        })
        .await
    }

    async fn scan<V: Visitor>(&self, scan: Scan, visitor: V) -> Result<(V, ScanEnd), MetaError> {
        self.read_blocking(move |shared| walk(shared, &scan, visitor)).await
    }

    async fn partitions(&self) -> Result<Vec<PartitionId>, MetaError> {
        Ok(vec![PARTITION])
    }

    async fn queue(
        &self,
        partition: PartitionId,
        kind: RowKind,
        from: QueuePlace,
        limit: usize,
    ) -> Result<Vec<Queued>, MetaError> {
        assert!(kind.is_queue(), "only queues are read in the order of their places");
        assert!(partition == PARTITION, "a partition that the engine named");
        self.read_blocking(move |shared| read_queue(shared, kind, from, limit)).await
    }

    async fn commit(&self, batch: Batch) -> Result<Receipt, CommitError> {
        batch.assert_valid(PAYLOAD_BYTES_MAX);
        let bytes = batch_bytes(&batch);
        let adopts = batch.adopts.clone();
        let receipt = self.shared.queue.submit(Command::Commit(batch), bytes).await?;
        self.blobs.adopted(&adopts);
        Ok(receipt)
    }

    fn watch(&self, watcher: &Arc<dyn Watcher>) {
        self.shared.watchers.add(watcher);
    }

    async fn open_space(&self) -> Result<SpaceId, MetaError> {
        loop {
            let space = SpaceId(self.shared.platform.random.u64());
            if space != SpaceId::SYSTEM {
                return Ok(space);
            }
        }
    }

    async fn close_space_if_empty(
        &self,
        space: SpaceId,
        kinds: &[RowKind],
    ) -> Result<Option<FenceId>, MetaError> {
        // Takes the fence back unless it stays: also when the caller goes away meanwhile, and when
        // it is not known whether the fence took. Never another's.
        let fence = FenceId(self.shared.platform.random.u64());
        let mut closing = Closing { shared: self.shared.clone(), space, fence, stays: false };
        set_fence(self, (space, fence), true).await?;
        // Every commit that passed the fence before it closed is visible to this scan.
        let scan = Scan::prefix(space, kinds, Bytes::new());
        let (_, end) = self.scan(scan, FirstRow).await?;
        closing.stays = end == ScanEnd::Exhausted;
        drop(closing);
        if end != ScanEnd::Exhausted {
            // Behind the guard's own: a caller that goes on finds its fence gone.
            set_fence(self, (space, fence), false).await?;
            return Ok(None);
        }
        Ok(Some(fence))
    }

    async fn reopen_space(&self, space: SpaceId, fence: FenceId) -> Result<(), MetaError> {
        set_fence(self, (space, fence), false).await
    }

    async fn forget_space(&self, space: SpaceId) -> Result<(), MetaError> {
        submit(self, Command::Forget { space }).await
    }

    async fn usage(&self, space: SpaceId) -> Result<UsageDelta, MetaError> {
        Ok(self.shared.usage_of(space.0))
    }
}

/// A space on its way to being closed.
struct Closing {
    shared: Arc<EngineState>,
    space: SpaceId,
    fence: FenceId,
    stays: bool,
}

impl Drop for Closing {
    fn drop(&mut self) {
        if !self.stays {
            let (space, fence) = (self.space, self.fence);
            let open = Command::Fence { space, fence, closed: false };
            // Nobody waits for it: it takes effect before whatever comes behind it.
            drop(self.shared.queue.push(open, 0));
        }
    }
}

struct FirstRow;

impl Visitor for FirstRow {
    fn visit(&mut self, _row: RowView<'_>) -> Step {
        Step::Stop
    }
}

async fn set_fence(
    local: &Local,
    (space, fence): (SpaceId, FenceId),
    closed: bool,
) -> Result<(), MetaError> {
    submit(local, Command::Fence { space, fence, closed }).await
}

/// A command that writes nothing.
async fn submit(local: &Local, command: Command) -> Result<(), MetaError> {
    match local.shared.queue.submit(command, 0).await {
        Ok(_) => Ok(()),
        Err(CommitError::Stopped) => Err(MetaError::Stopped),
        Err(error) => Err(MetaError::Io(format!("{error:?}"))),
    }
}

/// One kind's part of a merged walk.
struct Part<'a> {
    kind: RowKind,
    cursor: Box<dyn Cursor + 'a>,
    /// The key of the entry the cursor stands on.
    key: Vec<u8>,
    /// The suffix of that entry.
    suffix: Vec<u8>,
    /// Seeks in a row that no steps saved.
    far: u32,
}

impl<'a> Part<'a> {
    fn new(kind: RowKind, cursor: Box<dyn Cursor + 'a>) -> Self {
        Self { kind, cursor, key: Vec::new(), suffix: Vec::new(), far: 0 }
    }

    /// Steps before the next seek.
    fn steps_max(&self) -> u32 {
        match self.far {
            0 => STEPS_BEFORE_SEEK,
            far if far < SEEKS_AT_ONCE || far.is_multiple_of(SEEKS_PER_TRY) => STEPS_BEHIND_SEEK,
            _ => 0,
        }
    }

    /// Goes to the first row whose key is at or after `to`.
    fn seek(&mut self, space: SpaceId, to: &[u8]) -> Result<(), MetaError> {
        if self.is_done() || self.key.as_slice() >= to {
            return Ok(());
        }
        let target = keys::prefix(self.kind, space, to);
        let is_before =
            |cursor: &dyn Cursor| cursor.entry().is_some_and(|(key, _)| *key < target[..]);
        let (mut steps, steps_max) = (0, self.steps_max());
        while steps < steps_max && is_before(&*self.cursor) {
            self.cursor.step()?;
            steps += 1;
        }
        if is_before(&*self.cursor) {
            self.cursor.seek(&target)?;
            self.far = self.far.saturating_add(1);
        } else {
            self.far = 0;
        }
        self.read()
    }

    fn read(&mut self) -> Result<(), MetaError> {
        if let Some((index_key, _)) = self.cursor.entry() {
            let mut buffer = Vec::new();
            let (key, suffix) = keys::split_row(&index_key[9..], &mut buffer)
                .ok_or_else(|| bad_value(index_key))?;
            self.key.clear();
            self.key.extend_from_slice(key);
            self.suffix.clear();
            self.suffix.extend_from_slice(suffix);
        }
        Ok(())
    }

    fn is_done(&self) -> bool {
        self.cursor.entry().is_none()
    }
}

fn walk<V: Visitor>(
    shared: &EngineState,
    scan: &Scan,
    mut visitor: V,
) -> Result<(V, ScanEnd), MetaError> {
    let snapshot = shared.snapshots.pin(&shared.visible);
    let mut parts = open_parts(shared, scan, snapshot.at)?;
    loop {
        let ahead = parts.iter().enumerate().filter(|(_, part)| !part.is_done());
        let next = ahead.min_by(|(_, a), (_, b)| (&a.key, a.kind).cmp(&(&b.key, b.kind)));
        let Some(next) = next.map(|(index, _)| index) else {
            return Ok((visitor, ScanEnd::Exhausted));
        };
        let part = &mut parts[next];
        let (index_key, value) = part.cursor.entry().expect("it is not done");
        let (place, payload, value) = split_value(value).ok_or_else(|| bad_value(index_key))?;
        let seen = Seen { at: snapshot.at, write: Some(place.token()) };
        let payload = payload_at(place, payload);
        let (kind, key, suffix) = (part.kind, &part.key[..], &part.suffix[..]);
        match visitor.visit(RowView { kind, key, suffix, value, payload, seen }) {
            Step::Stop => return Ok((visitor, ScanEnd::Stopped)),
            Step::Next => {
                part.cursor.step()?;
                part.read()?;
            }
            Step::Seek(to) => {
                assert!(to > part.key, "a scan only moves forward");
                for part in &mut parts {
                    part.seek(scan.space, &to)?;
                }
            }
        }
    }
}

fn open_parts<'a>(
    shared: &'a EngineState,
    scan: &Scan,
    at: Moment,
) -> Result<Vec<Part<'a>>, MetaError> {
    let from = if scan.from < scan.prefix { &scan.prefix } else { &scan.from };
    let mut parts = Vec::with_capacity(scan.kinds.len());
    for kind in &scan.kinds {
        let mut start = keys::prefix(*kind, scan.space, from);
        let from_row = scan.from_row.as_ref().filter(|_| from == &scan.from);
        match from_row {
            Some((first, suffix)) if kind == first => {
                let row = RowKey::new(scan.space, *kind, from.clone()).with_suffix(suffix.clone());
                start = keys::encode(&row);
            }
            // Kinds below the first one are shown from the next key on.
            Some((first, _)) if kind < first => start.extend_from_slice(&[0, 2]),
            _ => {}
        }
        let end = end_of(keys::prefix(*kind, scan.space, &scan.prefix));
        let cursor = shared.index.cursor(&start, &end, at)?;
        let mut part = Part::new(*kind, cursor);
        part.read()?;
        parts.push(part);
    }
    Ok(parts)
}

/// The least key above all that begin with `prefix`, which holds a kind and so is below FF.
fn end_of(mut prefix: Vec<u8>) -> Vec<u8> {
    while let Some(last) = prefix.last_mut() {
        if *last < 0xff {
            *last += 1;
            return prefix;
        }
        prefix.pop();
    }
    prefix
}

fn read_queue(
    shared: &EngineState,
    kind: RowKind,
    from: QueuePlace,
    limit: usize,
) -> Result<Vec<Queued>, MetaError> {
    let snapshot = shared.snapshots.pin(&shared.visible);
    let start = keys::queue_from(kind, &from.encode());
    let mut cursor = shared.index.cursor(&start, &[kind as u8 + 1], snapshot.at)?;
    let mut rows = Vec::new();
    while rows.len() < limit {
        let Some((key, value)) = cursor.entry() else {
            break;
        };
        let (place, payload, rest) = split_value(value).ok_or_else(|| bad_value(key))?;
        let row = keys::decode(key).ok_or_else(|| bad_key(key))?;
        rows.push(Queued {
            place: QueuePlace::decode(&row.suffix).ok_or_else(|| bad_key(key))?,
            row,
            stored: Row {
                value: Bytes::copy_from_slice(rest),
                payload: payload_at(place, payload),
            },
            seen: Seen { at: snapshot.at, write: Some(place.token()) },
        });
        cursor.step()?;
    }
    Ok(rows)
}
