//! Immutable bytes, addressed by what the writer returned.

use crate::row::SpaceId;
use bytes::Bytes;
use std::fmt;
use std::ops::Range;

/// A blob's number, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobId(pub u64);

/// What a row keeps of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlobRef {
    /// Its number.
    pub id: BlobId,
    /// Its length in bytes.
    pub length: u64,
}

/// Why a blob could not be written or read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlobError {
    /// There is no such blob.
    Missing(BlobId),
    /// A block's checksum does not match; the text says where.
    Corrupt(String),
    /// No space left.
    Full,
    /// The device failed; the text says how.
    Io(String),
    /// The engine has stopped.
    Stopped,
}

/// What is known of a blob before it is written. It binds nobody.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CreateHints {
    /// The space of the row that will name it.
    pub space: SpaceId,
    /// The storage class of its object, by AWS's name.
    pub storage_class: &'static str,
    /// Its length in bytes, where it is known.
    pub bytes: Option<u64>,
}

/// A blob being written. Dropping it discards what was written.
pub trait BlobWriter: Send + 'static {
    /// Appends. Returns when the engine has room for more, not when the bytes are durable.
    fn write(&mut self, data: Bytes) -> impl Future<Output = Result<(), BlobError>> + Send;

    /// Makes the blob durable. It is discarded at the next start unless a commit adopts it.
    fn finish(self) -> impl Future<Output = Result<BlobRef, BlobError>> + Send;
}

/// A range of a blob being read, verified before it is handed out.
pub trait BlobReader: Send + 'static {
    /// The next bytes; `None` behind the last.
    fn next(&mut self) -> impl Future<Output = Result<Option<Bytes>, BlobError>> + Send;
}

/// Immutable bytes.
pub trait BlobStore: Send + Sync + 'static {
    /// A blob being written.
    type Writer: BlobWriter;
    /// A blob being read.
    type Reader: BlobReader;

    /// Starts a blob. An engine may use the hints to choose a place, and may do without.
    fn create(
        &self,
        hints: CreateHints,
    ) -> impl Future<Output = Result<Self::Writer, BlobError>> + Send;

    /// Reads `range`, which lies within the blob.
    fn read(
        &self,
        blob: BlobRef,
        range: Range<u64>,
    ) -> impl Future<Output = Result<Self::Reader, BlobError>> + Send;

    /// Frees a blob that no row names; fine when it is gone already.
    fn delete(&self, id: BlobId) -> impl Future<Output = Result<(), BlobError>> + Send;

    /// Reads the whole blob and checks it.
    fn verify(&self, blob: BlobRef) -> impl Future<Output = Result<(), BlobError>> + Send;

    /// The numbers of all blobs that exist, adopted or not, ascending (checks only).
    fn list(&self) -> impl Future<Output = Result<Vec<BlobId>, BlobError>> + Send;
}

impl fmt::Display for BlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(id) => write!(f, "blob {:016x} is missing", id.0),
            Self::Corrupt(what) => write!(f, "damaged blob: {what}"),
            Self::Full => f.write_str("no space left"),
            Self::Io(what) => write!(f, "device error: {what}"),
            Self::Stopped => f.write_str("the engine has stopped"),
        }
    }
}

impl std::error::Error for BlobError {}
