//! The two storage seams, as weak as the weakest engine.
//!
//! Holds: `MetaStore` (ordered rows), `BlobStore` (immutable bytes), the reference model, a suite.
//! Never: S3 rules, HTTP, an engine's file formats.
//! Enter at: [`Storage`]; [`model::Model`] is the oracle, [`conformance`] runs on every engine.

mod blob;
pub mod conformance;
mod consumer;
mod engine;
mod finding;
mod meta;
pub mod model;
mod queue;
mod row;
mod schema;
pub mod value;
mod watch;

pub use blob::{
    BLOB_PLACEMENT_BYTES_MAX, BlobAddress, BlobError, BlobId, BlobPlacement, BlobReader, BlobRef,
    BlobStore, BlobWriter, CreateHints, StoredBytes,
};
pub use consumer::{Consumer, Delivery, MarkError};
pub use engine::{Engine, Health, Held, Metric, MetricValue, Pinned, ScrubPass, Scrubbed};
pub use finding::{Finding, Severity};
pub use meta::{
    Batch, Check, CommitError, Delete, FenceId, MetaError, MetaStore, Put, Receipt, Scan, ScanEnd,
    Step, UsageDelta, Visitor,
};
pub use queue::{Enqueue, PartitionId, QueuePlace, Queued};
pub use row::{Found, Moment, Payload, Row, RowKey, RowKind, RowView, Seen, SpaceId, WriteToken};
pub use schema::{OverflowRef, RowReferences, RowSchema};
pub use watch::{RowKinds, Watcher, Watchers};

/// Both seams in one engine.
pub trait Storage: MetaStore + BlobStore {}

impl<T: MetaStore + BlobStore> Storage for T {}

/// Most rows (checks, puts, deletes and enqueues together) in one commit.
pub const COMMIT_ROWS_MAX: usize = 64;
/// Most bytes of keys and values, payloads not counted, in one commit.
pub const COMMIT_BYTES_MAX: usize = 256 << 10;
/// Largest value of a row in bytes; payloads have the engine's own limit.
pub const ROW_VALUE_BYTES_MAX: usize = 64 << 10;
/// Largest key and suffix of a row together, in bytes.
pub const ROW_KEY_BYTES_MAX: usize = 1024 + 64;

const _: () = assert!(ROW_VALUE_BYTES_MAX + ROW_KEY_BYTES_MAX < COMMIT_BYTES_MAX);
