//! The value of Upload rows.
//!
//! `u8 format = 1, u8 storage class, u8 checksum algorithm (0 none), u8 checksum type (0 none,
//! 1 full object, 2 composite), owner, initiator, tagged fields as in version rows`.

use crate::Error;
use crate::rows::attributes::{ATTRIBUTES_BYTES_MAX, ObjectAttributes};
use crate::rows::fields::{self, Malformed, Reader, UnknownFields, Writer};
use crate::rows::version::StorageClass;
use bytes::Bytes;
use larder_storage::ROW_VALUE_BYTES_MAX;
use larder_types::{ChecksumAlgorithm, ChecksumType, Owner, Timestamp, hex};
use std::fmt;

const FORMAT: u8 = 1;

/// A multipart upload's id: ms since the epoch (big-endian, so that uploads of one key sort by
/// their initiation) and 8 random bytes. On the wire 32 hex digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct UploadId(pub [u8; 16]);

/// The text is no upload id that Larder ever gave out (S3: `NoSuchUpload`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidUploadId;

/// A multipart upload in progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadRecord {
    /// Who will own the object.
    pub owner: Owner,
    /// Who started it.
    pub initiator: Owner,
    /// What the object will be besides its bytes.
    pub attributes: ObjectAttributes,
    /// The checksum algorithm and type that CreateMultipartUpload named.
    pub checksum: Option<(ChecksumAlgorithm, ChecksumType)>,
    /// Fields of newer versions.
    pub unknown: UnknownFields,
}

impl UploadId {
    /// An id.
    pub(crate) fn new(initiated: Timestamp, random: u64) -> Self {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&(initiated.ms.max(0) as u64).to_be_bytes());
        id[8..].copy_from_slice(&random.to_be_bytes());
        Self(id)
    }

    /// Parses the wire form.
    pub fn parse(text: &str) -> Result<Self, InvalidUploadId> {
        let id = hex::decode(text.as_bytes()).ok_or(InvalidUploadId)?;
        Ok(Self(id))
    }

    /// When the upload was started.
    pub fn initiated(&self) -> Timestamp {
        let ms = self.0[..8].iter().fold(0u64, |n, b| (n << 8) | u64::from(*b));
        Timestamp { ms: i64::try_from(ms).unwrap_or(i64::MAX) }
    }
}

impl fmt::Display for UploadId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.0))
    }
}

impl UploadRecord {
    /// The value; [`Error::MetadataTooLarge`] when no row has room for it.
    pub(crate) fn encode(&self) -> Result<Bytes, Error> {
        let mut w = Writer::default();
        w.u8(FORMAT);
        w.u8(self.attributes.storage_class as u8);
        w.u8(self.checksum.map_or(0, |(algorithm, _)| algorithm as u8));
        w.u8(match self.checksum {
            None => 0,
            Some((_, ChecksumType::FullObject)) => 1,
            Some((_, ChecksumType::Composite)) => 2,
        });
        w.owner(&self.owner);
        w.owner(&self.initiator);
        self.attributes.write(&mut w);
        self.unknown.write(&mut w);
        Ok(w.finish(ROW_VALUE_BYTES_MAX)?)
    }

    /// Reads an Upload row's value.
    pub(crate) fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(value);
        r.format(FORMAT)?;
        let (class, algorithm, checksum_type) = (r.u8()?, r.u8()?, r.u8()?);
        let checksum = match (algorithm, checksum_type) {
            (0, 0) => None,
            (code, 1) => Some((fields::algorithm(code)?, ChecksumType::FullObject)),
            (code, 2) => Some((fields::algorithm(code)?, ChecksumType::Composite)),
            _ => return Err(Malformed("a row names a checksum type of a newer version")),
        };
        let storage_class = StorageClass::from_code(class)
            .ok_or(Malformed("a row names a storage class of a newer version"))?;
        let mut record = Self {
            checksum,
            owner: r.owner()?,
            initiator: r.owner()?,
            attributes: ObjectAttributes { storage_class, ..Default::default() },
            unknown: UnknownFields::default(),
        };
        record.attributes.read(&mut r, &mut record.unknown, |_, _| Ok(false))?;
        Ok(record)
    }
}

/// Bytes of owners and of fields of newer versions.
const OWN_BYTES_RESERVED: usize = 8 << 10;

// Uploads have no Overflow rows: their own row has room for all that S3's limits allow together.
// It is read with every part, which is large, and lives no longer than the upload.
const _: () = assert!(OWN_BYTES_RESERVED + ATTRIBUTES_BYTES_MAX <= ROW_VALUE_BYTES_MAX);
