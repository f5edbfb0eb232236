//! The nouns of S3.
//!
//! Holds: names, keys, version ids, ETags, checksums, ranges, times, and every protocol limit.
//! Never: I/O, clocks, randomness, HTTP, XML, storage formats.
//! Enter at: [`BucketName`], [`ObjectKey`], [`VersionId`], [`ETag`], [`Checksum`], [`Timestamp`].

mod account;
mod auth_type;
mod bucket_name;
mod checksum;
mod etag;
pub mod hex;
pub mod limits;
mod object_key;
mod range;
mod request_id;
mod timestamp;
mod version_id;

pub use account::{AccountId, InvalidAccountId, Owner};
pub use auth_type::AuthType;
pub use bucket_name::{BucketName, InvalidBucketName};
pub use checksum::{Checksum, ChecksumAlgorithm, ChecksumType, InvalidChecksum};
pub use etag::{ETag, InvalidETag};
pub use object_key::{InvalidObjectKey, ObjectKey};
pub use range::{ByteRange, RangeSpec};
pub use request_id::RequestId;
pub use timestamp::{Civil, Timestamp};
pub use version_id::{InvalidVersionId, VersionId};
