//! Immutable bytes, addressed by what the writer returned.

use crate::row::SpaceId;
use bytes::Bytes;
use std::fmt;
use std::ops::Range;

/// A blob's number, never used twice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobId(pub u64);

/// Most bytes of a [`BlobPlacement`]. With its length it fills 16 bytes, and rows that name many
/// blobs stay small.
pub const BLOB_PLACEMENT_BYTES_MAX: usize = 15;

/// Where an engine put a blob: its drive, pool or remote tier, in the engine's own bytes. Rows
/// store it with the number, so that an engine finds a blob by its row alone. Empty where the
/// number says it all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobPlacement {
    length: u8,
    /// Zeros behind `length`, so that equal placements have equal bytes.
    bytes: [u8; BLOB_PLACEMENT_BYTES_MAX],
}

impl BlobPlacement {
    /// The placement of an engine that needs none.
    pub const EMPTY: Self = Self { length: 0, bytes: [0; BLOB_PLACEMENT_BYTES_MAX] };

    /// A placement of these bytes; `None` above [`BLOB_PLACEMENT_BYTES_MAX`].
    pub fn new(bytes: &[u8]) -> Option<Self> {
        let mut placement = Self { length: bytes.len() as u8, ..Self::EMPTY };
        placement.bytes.get_mut(..bytes.len())?.copy_from_slice(bytes);
        Some(placement)
    }

    /// The engine's bytes.
    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..usize::from(self.length)]
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }
}

/// What an engine needs to find a blob, and so to free it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BlobAddress {
    /// Its number.
    pub id: BlobId,
    /// Where the engine put it.
    pub placement: BlobPlacement,
}

/// What a row says of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct BlobRef {
    /// Its number.
    pub id: BlobId,
    /// Where the engine put it.
    pub placement: BlobPlacement,
    /// Its length in bytes.
    pub length: u64,
}

impl BlobRef {
    /// What frees the blob.
    pub fn address(&self) -> BlobAddress {
        BlobAddress { id: self.id, placement: self.placement }
    }
}

/// Why a blob could not be written or read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BlobError {
    /// There is no such blob.
    Missing(BlobId),
    /// The blob was asked for with a placement that is not the one it was given.
    Misplaced(BlobId),
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

    /// Makes the blob durable and says where it is. It is discarded at the next start unless a
    /// commit adopts it.
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

    /// Reads `range`, which lies within the blob. Here as below the placement is the one that
    /// [`BlobWriter::finish`] returned; with another one it is [`BlobError::Misplaced`].
    fn read(
        &self,
        blob: BlobRef,
        range: Range<u64>,
    ) -> impl Future<Output = Result<Self::Reader, BlobError>> + Send;

    /// Frees a blob that no row names; fine when it is gone already.
    fn delete(&self, blob: BlobAddress) -> impl Future<Output = Result<(), BlobError>> + Send;

    /// Reads the whole blob and checks it.
    fn verify(&self, blob: BlobRef) -> impl Future<Output = Result<(), BlobError>> + Send;

    /// The numbers of all blobs that exist, adopted or not, ascending (checks only).
    fn list(&self) -> impl Future<Output = Result<Vec<BlobId>, BlobError>> + Send;
}

impl fmt::Display for BlobError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Missing(id) => write!(f, "blob {:016x} is missing", id.0),
            Self::Misplaced(id) => {
                write!(f, "blob {:016x} was asked for with a placement not its own", id.0)
            }
            Self::Corrupt(what) => write!(f, "damaged blob: {what}"),
            Self::Full => f.write_str("no space left"),
            Self::Io(what) => write!(f, "device error: {what}"),
            Self::Stopped => f.write_str("the engine has stopped"),
        }
    }
}

impl std::error::Error for BlobError {}

#[cfg(test)]
mod tests {
    use super::{BLOB_PLACEMENT_BYTES_MAX, BlobPlacement};

    #[test]
    fn a_placement_is_bounded_and_gives_its_bytes_back() {
        for length in 0..=BLOB_PLACEMENT_BYTES_MAX {
            let bytes = vec![0xa5; length];
            let placement = BlobPlacement::new(&bytes).expect("within the bound");
            assert_eq!(placement.as_bytes(), bytes);
            assert_eq!(placement.is_empty(), placement == BlobPlacement::EMPTY);
        }
        assert_eq!(BlobPlacement::new(&[0; BLOB_PLACEMENT_BYTES_MAX + 1]), None);
        assert_eq!(BlobPlacement::new(&[0; 256]), None);
        assert_ne!(BlobPlacement::new(&[0]), BlobPlacement::new(&[0, 0]), "zeros count");
    }
}
