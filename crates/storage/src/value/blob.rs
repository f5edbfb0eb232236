//! How rows name blobs: one drawing for the bodies of versions, parts and manifests, and for what
//! gc rows free.
//!
//! ```text
//! blob          u64 number, u56 stored bytes, u8 n, n bytes of placement
//! blob address  u64 number, u8 n, n bytes of placement
//! ```
//!
//! The placement is the engine's own: it is stored and handed back, never read. Its length takes
//! the top byte of the blob's, so that an engine without placements pays nothing for them.

use super::{Malformed, Reader, Writer};
use crate::blob::{
    BLOB_PLACEMENT_BYTES_MAX, BlobAddress, BlobId, BlobPlacement, BlobRef, StoredBytes,
};
use larder_types::limits::OBJECT_BYTES_MAX;

/// Bytes of a blob's number, length and length of placement.
pub const BLOB_FIXED_BYTES: usize = 16;
/// Bytes of a length.
const LENGTH_BYTES: usize = 7;

const _: () = assert!(OBJECT_BYTES_MAX < 1 << (8 * LENGTH_BYTES), "every length fits");
const _: () = assert!(BLOB_PLACEMENT_BYTES_MAX <= u8::MAX as usize);

impl Writer {
    /// A blob with its stored bytes and placement.
    pub fn blob(&mut self, blob: &BlobRef) {
        self.blob_fixed(Some(blob));
        self.raw(blob.placement.as_bytes());
    }

    /// A blob without the bytes of its placement, whose length it has; zeros for none.
    pub fn blob_fixed(&mut self, blob: Option<&BlobRef>) {
        let length = blob.map_or(0, |blob| blob.stored_bytes.0);
        assert!(length >> (8 * LENGTH_BYTES) == 0, "no blob is so long");
        self.u64(blob.map_or(0, |blob| blob.id.0));
        self.raw(&length.to_le_bytes()[..LENGTH_BYTES]);
        self.u8(blob.map_or(0, |blob| blob.placement.as_bytes().len() as u8));
    }

    /// A blob without its stored bytes.
    pub fn blob_address(&mut self, blob: &BlobAddress) {
        let placement = blob.placement.as_bytes();
        self.u64(blob.id.0);
        self.u8(placement.len() as u8);
        self.raw(placement);
    }
}

impl Reader<'_> {
    /// A blob with its stored bytes and placement.
    pub fn blob(&mut self) -> Result<BlobRef, Malformed> {
        let (blob, placement_bytes) = self.blob_fixed()?;
        Ok(BlobRef { placement: self.placement(placement_bytes)?, ..blob })
    }

    /// A blob without its placement, and how many bytes that has.
    pub fn blob_fixed(&mut self) -> Result<(BlobRef, usize), Malformed> {
        let (id, mut length) = (BlobId(self.u64()?), [0; 8]);
        length[..LENGTH_BYTES].copy_from_slice(self.take(LENGTH_BYTES)?);
        let stored_bytes = StoredBytes(u64::from_le_bytes(length));
        let blob = BlobRef { id, placement: BlobPlacement::EMPTY, stored_bytes };
        Ok((blob, self.u8()?.into()))
    }

    /// A placement of so many bytes.
    pub fn placement(&mut self, bytes: usize) -> Result<BlobPlacement, Malformed> {
        BlobPlacement::new(self.take(bytes)?)
            .ok_or(Malformed("a blob has a longer placement than this version knows"))
    }

    /// A blob without its stored bytes.
    pub fn blob_address(&mut self) -> Result<BlobAddress, Malformed> {
        let (id, bytes) = (BlobId(self.u64()?), self.u8()?);
        Ok(BlobAddress { id, placement: self.placement(bytes.into())? })
    }
}
