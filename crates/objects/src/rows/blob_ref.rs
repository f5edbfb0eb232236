//! How rows name blobs: one drawing for versions, parts, manifests and gc rows.
//!
//! ```text
//! blob          u64 number, u56 stored bytes, u8 n, n bytes of placement
//! blob address  u64 number, u8 n, n bytes of placement
//! ```
//!
//! The placement is the engine's own: it is stored and handed back, never read. Its length takes
//! the top byte of the blob's, so that an engine without placements pays nothing for them.

use crate::rows::fields::{Malformed, Reader, Writer};
use larder_storage::{BLOB_PLACEMENT_BYTES_MAX, BlobAddress, BlobId, BlobPlacement, BlobRef};
use larder_types::limits::OBJECT_BYTES_MAX;

/// Bytes of a blob's number, length and length of placement.
pub(crate) const BLOB_FIXED_BYTES: usize = 16;
/// Bytes of a length.
const LENGTH_BYTES: usize = 7;

const _: () = assert!(OBJECT_BYTES_MAX < 1 << (8 * LENGTH_BYTES), "every length fits");
const _: () = assert!(BLOB_PLACEMENT_BYTES_MAX <= u8::MAX as usize);

impl Writer {
    pub(crate) fn blob(&mut self, blob: &BlobRef) {
        self.part_blob(Some(blob));
    }

    /// A blob without the bytes of its placement, whose length it has; zeros for none.
    pub(crate) fn blob_fixed(&mut self, blob: Option<&BlobRef>) {
        let length = blob.map_or(0, |blob| blob.length);
        assert!(length >> (8 * LENGTH_BYTES) == 0, "no blob is so long");
        self.u64(blob.map_or(0, |blob| blob.id.0));
        self.raw(&length.to_le_bytes()[..LENGTH_BYTES]);
        self.u8(blob.map_or(0, |blob| blob.placement.as_bytes().len() as u8));
    }

    /// The blob of a part, which has none when it has no bytes.
    pub(crate) fn part_blob(&mut self, blob: Option<&BlobRef>) {
        self.blob_fixed(blob);
        if let Some(blob) = blob {
            self.raw(blob.placement.as_bytes());
        }
    }

    pub(crate) fn blob_address(&mut self, blob: &BlobAddress) {
        let placement = blob.placement.as_bytes();
        self.u64(blob.id.0);
        self.u8(placement.len() as u8);
        self.raw(placement);
    }
}

impl Reader<'_> {
    pub(crate) fn blob(&mut self) -> Result<BlobRef, Malformed> {
        let (blob, placement_bytes) = self.blob_fixed()?;
        Ok(BlobRef { placement: self.placement(placement_bytes)?, ..blob })
    }

    /// A blob without its placement, and how many bytes that has.
    pub(crate) fn blob_fixed(&mut self) -> Result<(BlobRef, usize), Malformed> {
        let (id, mut length) = (BlobId(self.u64()?), [0; 8]);
        length[..LENGTH_BYTES].copy_from_slice(self.take(LENGTH_BYTES)?);
        let length = u64::from_le_bytes(length);
        let blob = BlobRef { id, placement: BlobPlacement::EMPTY, length };
        Ok((blob, self.u8()?.into()))
    }

    /// The blob of a part; one without bytes is none.
    pub(crate) fn part_blob(&mut self) -> Result<Option<BlobRef>, Malformed> {
        let blob = self.blob()?;
        Ok((blob.length > 0).then_some(blob))
    }

    pub(crate) fn placement(&mut self, bytes: usize) -> Result<BlobPlacement, Malformed> {
        BlobPlacement::new(self.take(bytes)?)
            .ok_or(Malformed("a blob has a longer placement than this version knows"))
    }

    pub(crate) fn blob_address(&mut self) -> Result<BlobAddress, Malformed> {
        let (id, bytes) = (BlobId(self.u64()?), self.u8()?);
        Ok(BlobAddress { id, placement: self.placement(bytes.into())? })
    }
}
