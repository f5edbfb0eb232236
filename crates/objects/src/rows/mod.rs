//! The rows that this room writes, byte by byte.
//!
//! | row | kind | key | suffix | value |
//! |---|---|---|---|---|
//! | bucket | Bucket, system space | bucket name | | [`bucket`] |
//! | owned bucket | OwnedBucket, system space | canonical id | bucket name | `crate::owned` |
//! | document of it | BucketDocument, system space | bucket name | its code | [`document`] |
//! | current object | Head | object key | | [`VersionRecord`] |
//! | current delete marker | Version | object key | empty | [`VersionRecord`] |
//! | older version | Version | object key | inverted order, nonce | [`VersionRecord`] |
//! | body of a version | Body | object key | inverted order, nonce | [`body`], and the payload |
//! | rest of a version | Overflow | object key | inverted order, nonce | [`Overflow`] |
//! | upload | Upload | object key | upload id | [`UploadRecord`] |
//! | part | Part | object key | upload id, part number | [`PartRecord`] |
//! | to free | Gc | object key (or bucket name) | its place in the queue | [`GcRecord`] |
//!
//! Every value begins with its format's version. Numbers in values are little-endian; numbers in
//! suffixes are big-endian so that they sort. Fields behind a value's fixed part are tagged: a tag
//! below `larder_storage::value::CRITICAL` that this code does not know is carried along unread,
//! one at or above it refuses the row, because to ignore it would be to serve wrong bytes or to
//! break a promise (compression, encryption, retention).

pub(crate) mod address;
mod attributes;
pub(crate) mod body;
mod body_ref;
pub(crate) mod bucket;
pub(crate) mod document;
pub(crate) mod fields;
mod gc;
mod manifest;
pub(crate) mod overflow;
mod part;
mod upload;
mod version;

pub use attributes::ObjectAttributes;
pub use body_ref::{BodyLocation, BodyRef, Transforms};
pub use bucket::Versioning;
pub use fields::{ContentHeaders, Malformed, Tag, UnknownFields};
pub use gc::GcRecord;
pub use manifest::{Manifest, ManifestEntry, ManifestHeader};
pub use overflow::Overflow;
pub use part::PartRecord;
pub use upload::{InvalidUploadId, UploadId, UploadRecord};
pub use version::{Hot, StorageClass, VersionRecord};

#[cfg(test)]
mod tests;
