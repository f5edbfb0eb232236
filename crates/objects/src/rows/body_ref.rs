//! How rows refer to a body, with what is stored of it counted apart from the object's bytes.
//!
//! ```text
//! in a version  u64 object bytes (at its fixed place), and a field unless there are none: u8 where
//!               1  the payload beside the row
//!               4  the payload beside the body row of the same position
//!               2  blob
//!               3  blob (a manifest), u32 parts, u64 bytes of every part but the last, or 0
//! in a part     blob; 16 zero bytes for no body
//! in a manifest blob, its placement behind the entry's digest; 16 zero bytes for no body
//! ```
//!
//! As many bytes are stored as the object has, unless fields of the row (of the manifest's header,
//! for all its parts) list what was done to them: compression, then encryption.

use crate::rows::fields::{Malformed, NEWER, Reader, Writer, tag};
use larder_storage::{BlobRef, StoredBytes};
use std::ops::Range;

/// A body, of an object or a part, as its row refers to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct BodyRef {
    /// Bytes of the object: what S3 calls its size.
    pub object_bytes: u64,
    /// Where its stored bytes are.
    pub location: BodyLocation,
    /// What was done to the object's bytes before they were stored.
    pub transforms: Transforms,
}

/// Where the stored bytes of a body are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum BodyLocation {
    /// There are none.
    #[default]
    Empty,
    /// Beside the row: null versions.
    Inline,
    /// Beside a row of its own, which never moves: every other version.
    OwnRow,
    /// In a blob.
    Blob(BlobRef),
    /// In the parts that a manifest blob lists.
    Manifest {
        /// The manifest.
        blob: BlobRef,
        /// How many parts it lists.
        parts: u32,
        /// The size of every part but the last, numbered 1, 2, 3 ...; 0 when that is not so.
        part_bytes: u64,
    },
}

/// What was done to an object's bytes before they were stored, in order: compression, then
/// encryption. Nothing does either yet: the list is always empty, and a row that has one is
/// refused, because to read it as it stands would be to serve wrong bytes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Transforms(());

impl Transforms {
    /// Takes a field that says what was done; `false` when it is none. This version takes none:
    /// it refuses those that there may be.
    pub(crate) fn take(&mut self, tag: u8, _field: &mut Reader<'_>) -> Result<bool, Malformed> {
        match tag {
            tag::COMPRESSION | tag::ENCRYPTION => Err(NEWER),
            _ => Ok(false),
        }
    }

    /// How many bytes are stored of so many of the object.
    fn stored_bytes(self, object_bytes: u64) -> StoredBytes {
        StoredBytes(object_bytes)
    }

    /// How many bytes the object has of which so many are stored.
    fn object_bytes(self, stored_bytes: StoredBytes) -> u64 {
        stored_bytes.0
    }
}

impl BodyRef {
    /// A body whose bytes are stored as they are.
    pub(crate) fn new(object_bytes: u64, location: BodyLocation) -> Self {
        Self { object_bytes, location, transforms: Transforms::default() }
    }

    /// The body of a part. One without bytes has no blob, and a row names one of no bytes then.
    pub(crate) fn of_part(blob: BlobRef, transforms: Transforms) -> Self {
        if blob.stored_bytes == StoredBytes(0) {
            return Self::default();
        }
        let object_bytes = transforms.object_bytes(blob.stored_bytes);
        Self { object_bytes, location: BodyLocation::Blob(blob), transforms }
    }

    /// The blob that has all its bytes, if one has.
    pub fn blob(&self) -> Option<BlobRef> {
        match self.location {
            BodyLocation::Blob(blob) => Some(blob),
            BodyLocation::Empty
            | BodyLocation::Inline
            | BodyLocation::OwnRow
            | BodyLocation::Manifest { .. } => None,
        }
    }

    /// How many bytes are stored of it, whatever they are stored in.
    pub fn stored_bytes(&self) -> StoredBytes {
        self.transforms.stored_bytes(self.object_bytes)
    }

    /// The stored bytes to read for a range of the object's.
    pub fn stored_range(&self, range: Range<u64>) -> Range<StoredBytes> {
        self.transforms.stored_bytes(range.start)..self.transforms.stored_bytes(range.end)
    }

    /// Fails unless the blob has as many bytes as are stored of the object.
    pub(crate) fn check(&self) -> Result<(), Malformed> {
        if self.blob().is_none_or(|blob| blob.stored_bytes == self.stored_bytes()) {
            Ok(())
        } else {
            Err(Malformed("a body's blob has not as many bytes as are stored of its object"))
        }
    }
}

impl BodyLocation {
    pub(crate) fn encode(&self, w: &mut Writer) {
        match self {
            Self::Empty => w.u8(0),
            Self::Inline => w.u8(1),
            Self::OwnRow => w.u8(4),
            Self::Blob(blob) => {
                w.u8(2);
                w.blob(blob);
            }
            Self::Manifest { blob, parts, part_bytes } => {
                w.u8(3);
                w.blob(blob);
                w.u32(*parts);
                w.u64(*part_bytes);
            }
        }
    }

    pub(crate) fn decode(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        Ok(match r.u8()? {
            0 => Self::Empty,
            1 => Self::Inline,
            4 => Self::OwnRow,
            2 => Self::Blob(r.blob()?),
            3 => match (r.blob()?, r.u32()?, r.u64()?) {
                (_, 0, _) => return Err(Malformed("a manifest without parts")),
                (blob, parts, part_bytes) => Self::Manifest { blob, parts, part_bytes },
            },
            _ => return Err(Malformed("a row places its body where a newer version does")),
        })
    }
}
