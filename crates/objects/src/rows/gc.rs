//! The value of Gc rows: `u8 format = 1, u8 kind`, then what the kind says.

use crate::rows::fields::{Malformed, Reader, Writer};
use crate::rows::upload::UploadId;
use crate::rows::version::read_blob;
use bytes::Bytes;
use larder_storage::{BlobId, BlobRef, SpaceId};

const FORMAT: u8 = 1;

/// Something to free. Freeing is idempotent: it may be done again after a crash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum GcRecord {
    /// These blobs.
    Blobs(Vec<BlobId>),
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
        match self {
            Self::Blobs(ids) => {
                w.u8(1);
                ids.iter().for_each(|id| w.u64(id.0));
            }
            Self::Manifest(blob) => {
                w.u8(2);
                w.u64(blob.id.0);
                w.u64(blob.length);
            }
            Self::UploadParts { upload, keep } => {
                w.u8(3);
                w.raw(&upload.0);
                if let Some(blob) = keep {
                    w.u64(blob.id.0);
                    w.u64(blob.length);
                }
            }
            Self::Space(space) => {
                w.u8(4);
                w.u64(space.0);
            }
        }
        w.finish(usize::MAX).expect("a gc row has no texts")
    }

    /// Reads a Gc row's value.
    pub(crate) fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(value);
        r.format(FORMAT)?;
        let record = match r.u8()? {
            1 => {
                let mut ids = Vec::with_capacity(r.0.len() / 8);
                while !r.0.is_empty() {
                    ids.push(BlobId(r.u64()?));
                }
                Self::Blobs(ids)
            }
            2 => Self::Manifest(read_blob(&mut r)?),
            3 => Self::UploadParts {
                upload: UploadId(r.array()?),
                keep: match r.0.is_empty() {
                    true => None,
                    false => Some(read_blob(&mut r)?),
                },
            },
            4 => Self::Space(SpaceId(r.u64()?)),
            _ => return Err(Malformed("a gc row has a kind of a newer version")),
        };
        r.end()?;
        Ok(record)
    }
}
