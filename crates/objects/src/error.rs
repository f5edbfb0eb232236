//! Why an operation was refused: each variant is something that a caller branches on.

use crate::body::BodyError;
use crate::buckets::Bucket;
use larder_documents::InvalidDocument;
use larder_storage::{BlobError, MetaError};
use larder_types::{ChecksumAlgorithm, ChecksumType, Timestamp, VersionId};
use std::fmt;
use std::sync::Arc;

/// Why an operation was refused. Named after S3's error codes where S3 has one.
#[derive(Debug)]
pub enum Error {
    /// There is no such bucket, or the one that was meant is gone.
    NoSuchBucket,
    /// The caller owns it already; here it is.
    BucketAlreadyOwnedByYou(Arc<Bucket>),
    /// Another account owns it.
    BucketAlreadyExists,
    /// Objects, versions or delete markers are left in it.
    BucketNotEmpty,
    /// The key has no current object; `delete_marker` names the marker that hides it.
    NoSuchKey {
        /// The current delete marker.
        delete_marker: Option<VersionId>,
    },
    /// The key has no such version.
    NoSuchVersion,
    /// The version that was asked for is a delete marker.
    MethodNotAllowed {
        /// The marker.
        delete_marker: VersionId,
        /// When it was written.
        modified: Timestamp,
    },
    /// There is no such upload: completed, aborted, or never there.
    NoSuchUpload,
    /// A listed part was not uploaded, or its ETag or its checksum of the upload's algorithm
    /// differs.
    InvalidPart {
        /// The part.
        part_number: u32,
    },
    /// The listed parts do not ascend.
    InvalidPartOrder,
    /// A part other than the last is below the smallest size.
    EntityTooSmall {
        /// The part.
        part_number: u32,
        /// Its size in bytes.
        size: u64,
    },
    /// A body or source is above the largest size, in bytes.
    EntityTooLarge {
        /// The limit in bytes.
        max: u64,
    },
    /// Metadata, headers and tags together do not fit a row.
    MetadataTooLarge,
    /// A bucket's document does not fit a row.
    DocumentTooLarge {
        /// Most bytes that it may have as it is stored.
        max: usize,
    },
    /// The bucket may not get this document.
    InvalidDocument(InvalidDocument),
    /// A set of tags breaks S3's rules; the text is for the user.
    InvalidTag(&'static str),
    /// The object has no part of that number (S3: `InvalidPartNumber`, 416).
    InvalidPartNumber {
        /// How many parts it has.
        parts_count: u32,
    },
    /// A range of a copy source lies outside the source.
    InvalidRange {
        /// The source's size in bytes.
        size: u64,
    },
    /// A condition does not hold; the text is the header's name, as S3's `Condition` element.
    PreconditionFailed(&'static str),
    /// A read's condition says that the reader has this version already.
    NotModified,
    /// A conditional write lost to concurrent writes again and again.
    ConditionalRequestConflict,
    /// A checksum that the client gave is not that of the data.
    BadDigest(ChecksumAlgorithm),
    /// A listed part's checksum is of another algorithm than its upload, and not that of the part.
    PartBadDigest {
        /// The part.
        part_number: u32,
        /// The checksum's.
        algorithm: ChecksumAlgorithm,
    },
    /// A part's or object's checksum is not of the algorithm that its upload was created with
    /// (S3: `InvalidRequest`, "Checksum Type mismatch occurred").
    ChecksumAlgorithmMismatch {
        /// The upload's; `None` when it was created without one.
        expected: Option<ChecksumAlgorithm>,
        /// The request's; `None` when it has none.
        actual: Option<ChecksumAlgorithm>,
    },
    /// The algorithm has no checksums of this type (S3: `InvalidRequest`).
    ChecksumTypeUnsupported {
        /// The algorithm.
        algorithm: ChecksumAlgorithm,
        /// The type.
        checksum_type: ChecksumType,
    },
    /// `x-amz-mp-object-size` is not the size of the parts together (S3: `InvalidRequest`).
    ObjectSizeMismatch {
        /// The parts' size in bytes.
        size: u64,
    },
    /// The request makes no sense as asked; the text is for the user.
    InvalidRequest(&'static str),
    /// Reading the request's body failed, or it is not what its head promised. Nothing is stored.
    Body(BodyError),
    /// The version was replaced between look-up and read, as often as it was looked up.
    VersionGone,
    /// Too many concurrent changes of one key: try again.
    SlowDown,
    /// No space left.
    Full,
    /// What is stored is damaged.
    Corrupt(String),
    /// The store failed.
    Internal(String),
    /// The store failed while committing: the change may or may not appear after a restart.
    Unknown(String),
}

impl From<MetaError> for Error {
    fn from(error: MetaError) -> Self {
        match error {
            MetaError::Corrupt(what) => Self::Corrupt(what),
            MetaError::Io(_) | MetaError::Stopped => Self::Internal(error.to_string()),
        }
    }
}

impl From<BlobError> for Error {
    fn from(error: BlobError) -> Self {
        match error {
            BlobError::Corrupt(what) => Self::Corrupt(what),
            BlobError::Full => Self::Full,
            BlobError::Missing(_)
            | BlobError::Misplaced(_)
            | BlobError::Io(_)
            | BlobError::Stopped => Self::Internal(error.to_string()),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Body(error) => write!(f, "request body: {error}"),
            Self::Corrupt(what) => write!(
                f,
                "damaged data: {what}; write the object again, and see with `larder check` what \
                 else is damaged"
            ),
            Self::Internal(what) => write!(f, "storage: {what}"),
            Self::Unknown(what) => write!(f, "outcome not known: {what}"),
            other => write!(f, "{other:?}"),
        }
    }
}

impl std::error::Error for Error {}
