//! What S3 promises about buckets, keys and versions.
//!
//! Holds: the row formats, the plan of every change, bodies, conditions, listings, multipart, gc.
//! Never: HTTP, XML, status codes, policies, an engine's formats; the clock only by `Platform`.
//! Enter at: [`Objects`]; a change of a key is planned in `plan.rs`, rows are drawn in `rows/`.

mod amend;
mod attempts;
mod body;
mod buckets;
mod cause;
pub mod conditions;
mod copy;
mod delete;
mod documents;
mod error;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
pub mod gc;
mod get;
mod holds;
pub mod list;
mod manifest;
pub mod multipart;
mod owned;
mod plan;
mod put;
pub mod read;
pub mod rows;
mod schema;
mod settings;
mod snapshot;
mod tagging;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod turns;
mod usage;
mod writer;

pub use body::{Body, BodyError};
pub use buckets::{Bucket, BucketPage, CreateBucket, ListBuckets};
pub use cause::{Cause, EventName};
pub use copy::CopyObject;
pub use delete::{DeleteObject, Deleted, DeletedMany};
pub use documents::DocumentRef;
pub use error::Error;
pub use get::{ObjectBody, ObjectVersion};
pub use holds::Hold;
pub use manifest::{ObjectPart, PartPage, PartRange};
pub use put::{PutObject, Stored};
pub use rows::{ContentHeaders, ObjectAttributes, Placement, StorageClass, Tag};
pub use rows::{UploadId, VersionRecord, Versioning};
pub use schema::ObjectSchema;
pub use settings::Settings;
pub use usage::BucketUsage;
pub use writer::Writer;

use larder_platform::Platform;
use larder_storage::Storage;
use std::sync::Arc;

/// The operations on buckets and objects. A clone is one count of references more.
pub struct Objects<S: Storage>(Arc<Parts<S>>);

/// What the operations work with; nothing of it is for others.
pub struct Parts<S: Storage> {
    store: Arc<S>,
    platform: Platform,
    settings: Settings,
    decoded: buckets::Decoded,
    creating: owned::Creating,
    turns: turns::Turns,
    events: writer::EventCounts,
}

impl<S: Storage> Objects<S> {
    /// Operations on what `store` holds. Only one, with its clones, writes there: see `holds.rs`.
    pub fn new(store: Arc<S>, platform: Platform, settings: Settings) -> Self {
        let (decoded, turns) = (buckets::Decoded::default(), turns::Turns::default());
        let (creating, events) = (owned::Creating::default(), writer::EventCounts::default());
        Self(Arc::new(Parts { store, platform, settings, decoded, creating, turns, events }))
    }
}

impl<S: Storage> Clone for Objects<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S: Storage> std::ops::Deref for Objects<S> {
    type Target = Parts<S>;

    fn deref(&self) -> &Parts<S> {
        &self.0
    }
}
