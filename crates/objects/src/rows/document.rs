//! The value of BucketDocument rows.
//!
//! `u8 format = 1, u64 generation, document (u16 length, bytes), tagged fields: none yet`.

use crate::Error;
use crate::rows::fields::{Malformed, Reader, UnknownFields, Writer};
use bytes::Bytes;
use larder_storage::ROW_VALUE_BYTES_MAX;

const FORMAT: u8 = 1;
/// Bytes of a row apart from its document.
const FRAME_BYTES: usize = 1 + 8 + 2;
/// Longest document as it is stored, in bytes.
pub(crate) const DOCUMENT_BYTES_MAX: usize = u16::MAX as usize - FRAME_BYTES;

const _: () = assert!(DOCUMENT_BYTES_MAX + FRAME_BYTES <= ROW_VALUE_BYTES_MAX);

/// A document of a bucket as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DocumentRecord {
    /// The write that made it; its bucket's row names the same.
    pub(crate) generation: u64,
    /// The document, encoded by its kind.
    pub(crate) document: Bytes,
}

impl DocumentRecord {
    /// The value of the row.
    ///
    /// Errors: [`Error::DocumentTooLarge`].
    pub(crate) fn encode(&self) -> Result<Bytes, Error> {
        if self.document.len() > DOCUMENT_BYTES_MAX {
            return Err(Error::DocumentTooLarge { max: DOCUMENT_BYTES_MAX });
        }
        let mut w = Writer::default();
        w.u8(FORMAT);
        w.u64(self.generation);
        w.sized(&self.document);
        Ok(w.finish(ROW_VALUE_BYTES_MAX)?)
    }

    /// Reads a row.
    pub(crate) fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(value);
        r.format(FORMAT)?;
        let generation = r.u64()?;
        let document = Bytes::copy_from_slice(r.sized()?);
        // The row is written whole each time: what is not known has nothing to be carried to.
        UnknownFields::read(&mut r)?;
        Ok(Self { generation, document })
    }
}
