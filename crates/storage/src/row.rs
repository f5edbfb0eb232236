//! Rows: what they are addressed by and what they hold.

use bytes::Bytes;

/// One incarnation of a bucket (a random id, never its name), or [`SpaceId::SYSTEM`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpaceId(pub u64);

impl SpaceId {
    /// The system's own space: bucket rows and settings.
    pub const SYSTEM: Self = Self(0);
}

/// The kind of a row. Scans merge the kinds they name in the order (key, kind, suffix).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum RowKind {
    /// A bucket, by name, in the system space.
    Bucket = 1,
    /// The current version of a key, when it is an object.
    Head = 2,
    /// The other versions of a key, newest first; a current delete marker is the newest of them.
    Version = 3,
    /// A multipart upload in progress.
    Upload = 4,
    /// A part of an upload in progress.
    Part = 5,
    /// A queue without times: events to deliver.
    Outbox = 6,
    /// A queue with times: lifecycle dates.
    Due = 7,
    /// A queue with times: blobs to free, not before theirs.
    Gc = 8,
    /// The small body of a version that is not the null version.
    Body = 9,
    /// A document that an owner configured for a bucket.
    BucketDocument = 10,
    /// A user, group, role, policy or access key of an account.
    Identity = 11,
    /// How far a background worker has come.
    WorkerState = 12,
    /// What does not fit the row of a version or of an upload beside it.
    Overflow = 13,
    /// Derived: a bucket of an owner, in the system space. The key is the owner's account id, the
    /// suffix the bucket's name.
    OwnedBucket = 14,
}

impl RowKind {
    /// Every kind, in order.
    pub const ALL: [Self; 14] = [
        Self::Bucket,
        Self::Head,
        Self::Version,
        Self::Upload,
        Self::Part,
        Self::Outbox,
        Self::Due,
        Self::Gc,
        Self::Body,
        Self::BucketDocument,
        Self::Identity,
        Self::WorkerState,
        Self::Overflow,
        Self::OwnedBucket,
    ];

    /// Queues are consumed in the order of their places, which the engine gives.
    pub fn is_queue(self) -> bool {
        matches!(self, Self::Outbox | Self::Due | Self::Gc)
    }

    /// The kind of a stored code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| *kind as u8 == code)
    }
}

/// The address of a row. `key` decides the partition: all rows of one (space, key) are in the same
/// one. `key` and `suffix` are arbitrary bytes of at most [`crate::ROW_KEY_BYTES_MAX`] together.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RowKey {
    /// The space.
    pub space: SpaceId,
    /// The key, for an object's rows its object key.
    pub key: Bytes,
    /// The kind.
    pub kind: RowKind,
    /// What tells rows of one kind and key apart; ordered bytewise.
    pub suffix: Bytes,
}

impl RowKey {
    /// A row with an empty suffix.
    pub fn new(space: SpaceId, kind: RowKind, key: impl Into<Bytes>) -> Self {
        Self { space, key: key.into(), kind, suffix: Bytes::new() }
    }

    /// The row of the same space, kind and key with `suffix`.
    pub fn with_suffix(mut self, suffix: impl Into<Bytes>) -> Self {
        self.suffix = suffix.into();
        self
    }
}

/// A point in the order of commits. Later commits have greater moments.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Moment(pub u64);

/// Which write of a row was read, in words that only its engine can read. Two that are equal are of
/// one write; one write may be given another when its engine moves what it stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WriteToken([u64; 2]);

impl WriteToken {
    /// For engines: a token of the engine's own words.
    pub fn new(words: [u64; 2]) -> Self {
        Self(words)
    }

    /// For the engine that made it: its words.
    pub fn words(self) -> [u64; 2] {
        self.0
    }
}

/// What a reader saw of a row (or of its absence), to be checked by a later commit.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    /// The moment of the read.
    pub at: Moment,
    /// The write that was read; `None` when there was no row.
    pub write: Option<WriteToken>,
}

/// An inline object body beside a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Payload {
    /// Length in bytes; never zero.
    pub length: u32,
    /// The write that it came with.
    pub write: WriteToken,
}

/// A row as read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The value; never empty.
    pub value: Bytes,
    /// The payload, when the row has one.
    pub payload: Option<Payload>,
}

/// The result of a read.
#[derive(Clone, Debug)]
pub struct Found {
    /// The row, if there is one.
    pub row: Option<Row>,
    /// For checks.
    pub seen: Seen,
}

/// A row as a scan shows it.
#[derive(Clone, Copy, Debug)]
pub struct RowView<'a> {
    /// The kind.
    pub kind: RowKind,
    /// The key.
    pub key: &'a [u8],
    /// The suffix.
    pub suffix: &'a [u8],
    /// The value.
    pub value: &'a [u8],
    /// The payload, when the row has one.
    pub payload: Option<Payload>,
    /// For checks and for [`crate::Delete`].
    pub seen: Seen,
}
