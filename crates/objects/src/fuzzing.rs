//! The values of rows for the fuzz targets: bytes in, bytes out.

use crate::rows::document::DocumentRecord;
use crate::rows::{
    GcRecord, Hot, Manifest, Overflow, PartRecord, UploadRecord, VersionRecord, address, body,
    bucket,
};
use crate::{Bucket, Error, owned};
use bytes::Bytes;
use larder_storage::{QueuePlace, SpaceId};
use larder_types::BucketName;

/// A value that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "named after the rows")]
pub enum Value {
    Bucket(Bucket),
    Version(VersionRecord),
    Upload(UploadRecord),
    Part(PartRecord),
    Gc(GcRecord),
    Manifest(Manifest),
    Overflow(Overflow),
    Document { generation: u64, document: Bytes },
    Body,
    OwnedBucket(SpaceId),
}

/// The kinds of values, in the order that [`Value::decode`] counts.
pub const KINDS: u8 = 10;

impl Value {
    /// Reads `value` as the kind with that number; `None` when it is refused.
    ///
    /// # Panics
    /// What a listing reads of a version disagrees with the whole.
    pub fn decode(kind: u8, value: &[u8]) -> Option<Self> {
        Some(match kind {
            0 => {
                let name = BucketName::new("bucket").expect("a bucket's name");
                Self::Bucket(bucket::decode(name, value).ok()?)
            }
            1 => {
                let record = VersionRecord::decode(value).ok()?;
                let hot = Hot::decode(value).expect("the head of a value that can be read");
                assert_eq!((hot.version, hot.order), (record.version(), record.order));
                assert_eq!((hot.size, hot.etag), (record.size(), record.etag));
                Self::Version(record)
            }
            2 => Self::Upload(UploadRecord::decode(value).ok()?),
            3 => Self::Part(PartRecord::decode(value).ok()?),
            4 => Self::Gc(GcRecord::decode(value).ok()?),
            5 => Self::Manifest(Manifest::decode(value).ok()?),
            6 => Self::Overflow(Overflow::decode(value).ok()?),
            7 => {
                let DocumentRecord { generation, document } = DocumentRecord::decode(value).ok()?;
                Self::Document { generation, document }
            }
            8 => body::check(value).ok().map(|()| Self::Body)?,
            _ => Self::OwnedBucket(owned::decode(value).ok()?),
        })
    }

    /// The value as it is stored; an error when it is too large to be.
    pub fn encode(&self) -> Result<Bytes, Error> {
        match self {
            Self::Bucket(bucket) => bucket::encode(bucket),
            Self::Version(record) => record.encode(),
            Self::Upload(record) => record.encode(),
            Self::Part(record) => Ok(record.encode()),
            Self::Gc(record) => Ok(record.encode()),
            Self::Manifest(manifest) => Ok(manifest.encode()),
            Self::Overflow(overflow) => overflow.encode(),
            Self::Document { generation, document } => {
                DocumentRecord { generation: *generation, document: document.clone() }.encode()
            }
            Self::Body => Ok(Bytes::from_static(body::VALUE)),
            Self::OwnedBucket(space) => Ok(owned::encode(*space)),
        }
    }
}

/// Reads the suffixes of rows.
pub fn suffixes(suffix: &[u8]) {
    let _ = (address::parse_part(suffix), QueuePlace::decode(suffix));
}
