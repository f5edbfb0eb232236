//! The value of Part rows.
//!
//! `u8 format = 1, blob, i64 modified ms, [16] MD5, u64 CRC64NVME, tagged fields: 1 a further
//! checksum (u8 algorithm, u32 0, digest)`. An empty part has no blob: 16 zero bytes.

use crate::rows::fields::{Malformed, Reader, UnknownFields, Writer, keep_unknown, tag};
use bytes::Bytes;
use larder_storage::BlobRef;
use larder_types::{Checksum, ETag, Timestamp};

const FORMAT: u8 = 1;

/// An uploaded part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRecord {
    /// Its bytes; `None` when it has none.
    pub blob: Option<BlobRef>,
    /// When it was uploaded.
    pub modified: Timestamp,
    /// MD5, which is its ETag.
    pub md5: [u8; 16],
    /// CRC64NVME of its bytes.
    pub crc64nvme: u64,
    /// The checksum of the upload's or the client's algorithm, when that is another.
    pub checksum: Option<Checksum>,
    /// Fields of newer versions.
    pub unknown: UnknownFields,
}

impl PartRecord {
    /// Bytes.
    pub fn size(&self) -> u64 {
        self.blob.map_or(0, |blob| blob.length)
    }

    /// Its ETag.
    pub fn etag(&self) -> ETag {
        ETag::of_body(self.md5)
    }

    /// The value.
    pub(crate) fn encode(&self) -> Bytes {
        let mut w = Writer::default();
        w.u8(FORMAT);
        w.part_blob(self.blob.as_ref());
        w.i64(self.modified.ms);
        w.raw(&self.md5);
        w.u64(self.crc64nvme);
        if let Some(checksum) = &self.checksum {
            w.field_with(tag::CHECKSUM, |w| w.checksum(checksum));
        }
        self.unknown.write(&mut w);
        w.finish(usize::MAX).expect("no field of a part is long")
    }

    /// Reads a Part row's value.
    pub(crate) fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(value);
        r.format(FORMAT)?;
        let mut part = Self {
            blob: r.part_blob()?,
            modified: Timestamp { ms: r.i64()? },
            md5: r.array()?,
            crc64nvme: r.u64()?,
            checksum: None,
            unknown: UnknownFields::default(),
        };
        while let Some((tag, mut field)) = r.field()? {
            match tag {
                tag::CHECKSUM => part.checksum = Some(field.checksum()?),
                other => keep_unknown(&mut part.unknown.0, other, field)?,
            }
        }
        Ok(part)
    }
}
