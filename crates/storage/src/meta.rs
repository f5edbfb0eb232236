//! Ordered rows.

use crate::blob::BlobId;
use crate::queue::{Enqueue, PartitionId, QueuePlace, Queued};
use crate::row::{Found, Moment, Row, RowKey, RowKind, RowView, Seen, SpaceId};
use crate::watch::{RowKinds, Watcher};
use bytes::Bytes;
use std::fmt;
use std::sync::Arc;

/// A change of rows, all of one space and one key: the whole of it becomes visible and durable at
/// once, or none of it does.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Rows that must be unchanged.
    pub checks: Vec<Check>,
    /// Rows written; none of a queue.
    pub puts: Vec<Put>,
    /// Rows removed; removing an absent row is fine.
    pub deletes: Vec<Delete>,
    /// Rows added to queues: the engine gives each its place.
    pub enqueues: Vec<Enqueue>,
    /// Blobs that a row of this commit is the first to name. A blob that no commit adopted is
    /// freed when its writer's process is gone.
    pub adopts: Vec<BlobId>,
    /// What the commit changes in the space's usage.
    pub usage: UsageDelta,
    /// Whether the commit is a deletion, delete markers included, or gc: such commits go on when
    /// the disk is full.
    pub frees: bool,
}

/// "This row is unchanged since it was read."
#[derive(Clone, Debug)]
pub struct Check {
    /// The row.
    pub row: RowKey,
    /// What the read of it returned.
    pub seen: Seen,
}

/// A row to write.
#[derive(Clone, Debug)]
pub struct Put {
    /// Its address.
    pub row: RowKey,
    /// Its value; never empty, at most [`crate::ROW_VALUE_BYTES_MAX`].
    pub value: Bytes,
    /// An inline object body, at most [`MetaStore::payload_bytes_max`] bytes, never empty.
    pub payload: Option<Bytes>,
    /// The row that it replaces, where the caller read it: lets the engine account for garbage.
    pub replaces: Option<Seen>,
}

/// A row to remove.
#[derive(Clone, Debug)]
pub struct Delete {
    /// Its address.
    pub row: RowKey,
    /// The row as read, where the caller read it: lets the engine account for garbage.
    pub replaces: Option<Seen>,
}

/// A change of a space's usage: every version, delete markers included, is an object.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct UsageDelta {
    /// Objects more or less.
    pub objects: i64,
    /// Bytes of object bodies more or less.
    pub bytes: i64,
}

/// The commit happened and survives a power cut.
#[derive(Clone, Copy, Debug)]
pub struct Receipt {
    /// When.
    pub at: Moment,
}

/// Why a read failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MetaError {
    /// What is stored is damaged; the text says what and where.
    Corrupt(String),
    /// The device failed; the text says how.
    Io(String),
    /// The engine has stopped.
    Stopped,
}

/// Why a commit was refused or what became of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommitError {
    /// The check with this index failed; nothing was changed.
    CheckFailed(usize),
    /// A check is older than the engine remembers; nothing was changed. Read again and retry.
    Stale,
    /// The space is closed; nothing was changed. Read the bucket again.
    SpaceClosed,
    /// No space left for this kind of commit; nothing was changed.
    Full,
    /// The device failed. The commit is not visible now and never will be.
    Io(String),
    /// The outcome is not known: it may become visible after a restart.
    Unknown(String),
    /// The engine has stopped; nothing was changed.
    Stopped,
}

/// Who keeps a space closed: several may, and none of them opens it for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FenceId(pub u64);

/// A walk over rows of one space in the order (key, kind, suffix).
#[derive(Clone, Debug)]
pub struct Scan {
    /// The space.
    pub space: SpaceId,
    /// The kinds to show, without queues, ascending.
    pub kinds: Vec<RowKind>,
    /// Start at this key, inclusive.
    pub from: Bytes,
    /// Of rows with exactly the key `from`, show only those with a (kind, suffix) at or after this.
    pub from_row: Option<(RowKind, Bytes)>,
    /// Show only keys that begin with this.
    pub prefix: Bytes,
}

/// What a [`Visitor`] wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// The next row.
    Next,
    /// The first row whose key is at or after this one, which is greater than the current key.
    Seek(Bytes),
    /// No more rows.
    Stop,
}

/// How a scan ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanEnd {
    /// There are no more rows.
    Exhausted,
    /// The visitor stopped it.
    Stopped,
}

/// Receives the rows of a scan. Runs inside the engine, so that a page costs one call.
pub trait Visitor: Send + 'static {
    /// Looks at a row and says how to go on.
    fn visit(&mut self, row: RowView<'_>) -> Step;
}

/// Ordered rows. A commit is atomic over the rows of one (space, key); nothing wider is promised,
/// because Ceph RADOS promises nothing wider.
pub trait MetaStore: Send + Sync + 'static {
    /// Largest payload of a row in bytes; 0 when the engine keeps none.
    fn payload_bytes_max(&self) -> usize;

    /// Reads a row without its payload.
    fn get(&self, row: &RowKey) -> impl Future<Output = Result<Found, MetaError>> + Send;

    /// Reads a row's payload, verified whole. `None` when the row is no longer the one in `row`:
    /// read it again.
    fn payload(
        &self,
        key: &RowKey,
        row: &Row,
    ) -> impl Future<Output = Result<Option<Bytes>, MetaError>> + Send;

    /// Shows rows to `visitor` as of one moment per partition and returns it.
    fn scan<V: Visitor>(
        &self,
        scan: Scan,
        visitor: V,
    ) -> impl Future<Output = Result<(V, ScanEnd), MetaError>> + Send;

    /// The partitions that there are. Queues have an order within each, and none across them.
    fn partitions(&self) -> impl Future<Output = Result<Vec<PartitionId>, MetaError>> + Send;

    /// The first `limit` rows of a partition's queue that stand at `from` or behind it, in the
    /// order of their places, over all spaces. A row that is committed later stands behind every
    /// row of the same time, or without one, that was read before.
    fn queue(
        &self,
        partition: PartitionId,
        kind: RowKind,
        from: QueuePlace,
        limit: usize,
    ) -> impl Future<Output = Result<Vec<Queued>, MetaError>> + Send;

    /// Makes the batch durable and visible, in this order.
    fn commit(&self, batch: Batch) -> impl Future<Output = Result<Receipt, CommitError>> + Send;

    /// Tells `watcher` of what is committed through this engine from now on, as long as somebody
    /// else has it. Of what others commit to the same store nothing is promised: who must not miss
    /// it looks from time to time as well.
    fn watch(&self, watcher: &Arc<dyn Watcher>);

    /// A new space for a new bucket.
    fn open_space(&self) -> impl Future<Output = Result<SpaceId, MetaError>> + Send;

    /// Closes a space if it has no row of `kinds`: every later commit that puts a row there is
    /// refused. `None`, and this caller's fence is gone, when it has one. A restart before the
    /// caller made use of it may reopen the space.
    fn close_space_if_empty(
        &self,
        space: SpaceId,
        kinds: &[RowKind],
    ) -> impl Future<Output = Result<Option<FenceId>, MetaError>> + Send;

    /// Takes back a closing that the caller could not make use of. The space is open once nobody
    /// keeps it closed.
    fn reopen_space(
        &self,
        space: SpaceId,
        fence: FenceId,
    ) -> impl Future<Output = Result<(), MetaError>> + Send;

    /// A closed space's bucket is gone and nobody is left who could write there: the engine need
    /// not remember any longer that it is closed, nor by whom.
    fn forget_space(&self, space: SpaceId) -> impl Future<Output = Result<(), MetaError>> + Send;

    /// Objects and bytes in a space, as the commits' deltas add up.
    fn usage(&self, space: SpaceId) -> impl Future<Output = Result<UsageDelta, MetaError>> + Send;
}

impl Scan {
    /// All rows of `kinds` in `space` whose key begins with `prefix`.
    pub fn prefix(space: SpaceId, kinds: &[RowKind], prefix: impl Into<Bytes>) -> Self {
        let prefix = prefix.into();
        Self { space, kinds: kinds.to_vec(), from: prefix.clone(), from_row: None, prefix }
    }

    /// The rows of one key.
    pub fn key(space: SpaceId, kinds: &[RowKind], key: impl Into<Bytes>) -> Self {
        Self::prefix(space, kinds, key)
    }
}

impl Batch {
    /// The kinds of which it writes rows; what it removes is not counted.
    pub fn kinds_put(&self) -> RowKinds {
        let mut kinds = RowKinds::default();
        self.puts.iter().for_each(|put| kinds.insert(put.row.kind));
        self.enqueues.iter().for_each(|row| kinds.insert(row.queue));
        kinds
    }

    /// Panics when the batch breaks the seam's contract: rows of several keys, too many rows or
    /// bytes, an empty value. Every engine calls it, so that no caller leans on a lenient one.
    pub fn assert_valid(&self, payload_bytes_max: usize) {
        let rows = self.puts.iter().map(|p| &p.row).chain(self.deletes.iter().map(|d| &d.row));
        let rows = rows.chain(self.checks.iter().map(|c| &c.row));
        let rows = rows.map(|row| (row.space, &row.key, row.suffix.len()));
        let enqueues = self.enqueues.iter();
        let enqueued = enqueues.map(|row| (row.space, &row.key, QueuePlace::BYTES));
        let mut first = None;
        let (mut count, mut bytes) = (0, 0);
        for (space, key, suffix_bytes) in rows.chain(enqueued) {
            let anchor = *first.get_or_insert((space, key));
            assert!(anchor == (space, key), "one key per commit");
            assert!(key.len() + suffix_bytes <= crate::ROW_KEY_BYTES_MAX, "key fits");
            count += 1;
            bytes += key.len() + suffix_bytes;
        }
        let payloads = self.puts.iter().filter(|put| put.payload.is_some()).count();
        assert!(payloads <= 1, "at most one payload per commit");
        for put in &self.puts {
            assert!(!put.row.kind.is_queue(), "a place in a queue is the engine's to give");
            assert!(!put.value.is_empty(), "a value is never empty");
            assert!(put.value.len() <= crate::ROW_VALUE_BYTES_MAX, "a value has its limit");
            let payload = put.payload.as_ref().map_or(1, |p| p.len());
            assert!(payload > 0 && payload <= payload_bytes_max.max(1), "a payload has its limit");
            bytes += put.value.len();
        }
        for row in &self.enqueues {
            assert!(row.queue.is_queue(), "only queues are put in order");
            assert!(!row.value.is_empty(), "a value is never empty");
            assert!(row.value.len() <= crate::ROW_VALUE_BYTES_MAX, "a value has its limit");
            bytes += row.value.len();
        }
        assert!(count <= crate::COMMIT_ROWS_MAX, "a commit has at most COMMIT_ROWS_MAX rows");
        assert!(bytes <= crate::COMMIT_BYTES_MAX, "a commit has at most COMMIT_BYTES_MAX bytes");
    }
}

impl fmt::Display for MetaError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Corrupt(what) => write!(f, "damaged data: {what}"),
            Self::Io(what) => write!(f, "device error: {what}"),
            Self::Stopped => f.write_str("the engine has stopped"),
        }
    }
}

impl std::error::Error for MetaError {}
