//! The value of Gc rows: `u8 format = 1, u8 kind, u16 length and what the kind says, tagged fields:
//! none yet`. A row is read, done and removed: it carries no field along.

use crate::rows::fields::{Malformed, Reader, UnknownFields, Writer};
use crate::rows::upload::UploadId;
use bytes::Bytes;
use larder_storage::{BlobAddress, BlobRef, SpaceId};

const FORMAT: u8 = 1;

/// Something to free. Freeing is idempotent: it may be done again after a crash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GcRecord {
    /// These blobs.
    Blobs(Vec<BlobAddress>),
    /// Every part that the manifest lists, then the manifest.
    Manifest(BlobRef),
    /// Every part row of an upload that is over, and the part's blob unless `keep` lists it.
    UploadParts {
        /// The upload.
        upload: UploadId,
        /// The manifest of the object that the upload became; `None` when it was aborted.
        keep: Option<BlobRef>,
    },
    /// Every row of a deleted bucket's space: uploads that were in progress, and their parts.
    Space(SpaceId),
}

impl GcRecord {
    /// The value.
    pub(crate) fn encode(&self) -> Bytes {
        let mut w = Writer::default();
        w.u8(FORMAT);
        w.u8(match self {
            Self::Blobs(_) => 1,
            Self::Manifest(_) => 2,
            Self::UploadParts { .. } => 3,
            Self::Space(_) => 4,
        });
        w.sized_with(|w| match self {
            Self::Blobs(blobs) => blobs.iter().for_each(|blob| w.blob_address(blob)),
            Self::Manifest(blob) => w.blob(blob),
            Self::UploadParts { upload, keep } => {
                w.raw(&upload.0);
                if let Some(blob) = keep {
                    w.blob(blob);
                }
            }
            Self::Space(space) => w.u64(space.0),
        });
        w.finish(usize::MAX).expect("a list of blobs is bounded")
    }

    /// Reads a Gc row's value.
    pub(crate) fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(value);
        r.format(FORMAT)?;
        let kind = r.u8()?;
        let mut what = Reader(r.sized()?);
        UnknownFields::read(&mut r)?;
        let record = match kind {
            1 => {
                let mut blobs = Vec::new();
                while !what.0.is_empty() {
                    blobs.push(what.blob_address()?);
                }
                Self::Blobs(blobs)
            }
            2 => Self::Manifest(what.blob()?),
            3 => Self::UploadParts {
                upload: UploadId(what.array()?),
                keep: if what.0.is_empty() { None } else { Some(what.blob()?) },
            },
            4 => Self::Space(SpaceId(what.u64()?)),
            _ => return Err(Malformed("a gc row has a kind of a newer version")),
        };
        what.end()?;
        Ok(record)
    }
}
