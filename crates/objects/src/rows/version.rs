//! The value of Head and Version rows.
//!
//! ```text
//! 0  u8   format = 1
//! 1  u8   flags: 1 delete marker, 2 null version
//! 2  u8   storage class
//! 3  u8   checksum algorithm, 0 none; 0x80 set when composite
//! 4  u64  order          12 u64 nonce (0 for the null version)
//! 20 u64  object bytes   28 i64 modified, ms
//! 36 [16] MD5 of the ETag 52 u32 parts in the ETag, 0 none
//! 56 owner: u16 length, canonical id, u16 length, display name
//! .. tagged fields: u8 tag, u16 length, bytes
//! ```
//!
//! Attributes that the row has no room for are in an Overflow row, which field 0x88 names.
//!
//! What a listing shows comes first, at fixed places, so that [`Hot`] reads nothing else.

use crate::Error;
use crate::rows::attributes::ObjectAttributes;
use crate::rows::fields::{self, Malformed, Reader, UnknownFields, Writer, tag};
use crate::rows::overflow::Overflow;
use crate::rows::upload::UploadId;
use crate::rows::{BodyLocation, BodyRef};
use bytes::Bytes;
use larder_storage::ROW_VALUE_BYTES_MAX;
use larder_types::{Checksum, ChecksumAlgorithm, ChecksumType, ETag, Owner, Timestamp, VersionId};

const FORMAT: u8 = 1;
const DELETE_MARKER: u8 = 1;
const NULL: u8 = 2;
const COMPOSITE: u8 = 0x80;

/// Largest value in bytes: listings read thousands of them.
pub(crate) const VERSION_BYTES_MAX: usize = 8 << 10;

const _: () = assert!(VERSION_BYTES_MAX <= ROW_VALUE_BYTES_MAX);

/// Bytes of all that is no attribute: owner, checksums, where the body is, and what is to come of
/// it (how it was encrypted, until when it is retained).
const OWN_BYTES_RESERVED: usize = 2 << 10;
/// Most bytes of attributes, and of fields of newer versions, that stay in the row. What is more
/// goes to an Overflow row.
const ATTRIBUTES_IN_ROW_BYTES_MAX: usize = VERSION_BYTES_MAX - OWN_BYTES_RESERVED;

/// A storage class of S3: stored and shown, without effect.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(u8)]
#[allow(missing_docs)] // AWS's own names, see `StorageClass::name`
pub enum StorageClass {
    #[default]
    Standard = 0,
    ReducedRedundancy = 1,
    StandardIa = 2,
    OnezoneIa = 3,
    IntelligentTiering = 4,
    Glacier = 5,
    DeepArchive = 6,
    Outposts = 7,
    GlacierIr = 8,
    Snow = 9,
    ExpressOnezone = 10,
    FsxOpenzfs = 11,
    FsxOntap = 12,
}

/// A version of an object, or a delete marker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionRecord {
    /// Not an object: the key was deleted here.
    pub delete_marker: bool,
    /// The null version.
    pub null: bool,
    /// Its place among the key's versions; greater is newer.
    pub order: u64,
    /// Random bits of its version id; 0 for the null version.
    pub nonce: u64,
    /// When it was written.
    pub modified: Timestamp,
    /// Its ETag; zeros for a delete marker.
    pub etag: ETag,
    /// Who owns it.
    pub owner: Owner,
    /// The checksum that S3 shows.
    pub checksum: Option<Checksum>,
    /// CRC64NVME of the whole body.
    pub crc64nvme: Option<u64>,
    /// What it is besides its bytes; the storage class alone while `overflow` names a row.
    pub attributes: ObjectAttributes,
    /// The body.
    pub body: BodyRef,
    /// The multipart upload that made it.
    pub upload_id: Option<UploadId>,
    /// On a key's current version: the order of its null version when that is an older one. It
    /// may be gone since: then the key has no null version.
    pub null_position: Option<u64>,
    /// Fields of newer versions.
    pub unknown: UnknownFields,
    /// As read from its row alone: the generation of the Overflow row that has the attributes.
    /// What [`crate::Objects::lookup`] and the changes give has taken them in and has none.
    pub(crate) overflow: Option<u64>,
}

/// What a listing shows of a version, read without the rest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Hot<'a> {
    /// Not an object.
    pub delete_marker: bool,
    /// Its version id.
    pub version: VersionId,
    /// Its place among the key's versions.
    pub order: u64,
    /// Bytes of the body.
    pub size: u64,
    /// When it was written.
    pub modified: Timestamp,
    /// Its ETag.
    pub etag: ETag,
    /// Its storage class.
    pub storage_class: StorageClass,
    /// Algorithm and type of the checksum that S3 shows.
    pub checksum: Option<(ChecksumAlgorithm, ChecksumType)>,
    /// Canonical id of the owner.
    pub owner_id: &'a str,
    /// Display name of the owner.
    pub owner_name: &'a str,
}

impl<'a> Hot<'a> {
    /// Reads the head of a Head or Version row's value.
    pub fn decode(value: &'a [u8]) -> Result<Self, Malformed> {
        Self::read(&mut Reader(value))
    }

    fn read(r: &mut Reader<'a>) -> Result<Self, Malformed> {
        r.format(FORMAT)?;
        let (flags, class, sum) = (r.u8()?, r.u8()?, r.u8()?);
        if flags & !(DELETE_MARKER | NULL) != 0 {
            return Err(Malformed("a row has a flag of a newer version"));
        }
        let (order, nonce, size) = (r.u64()?, r.u64()?, r.u64()?);
        let modified = Timestamp { ms: r.i64()? };
        let (md5, parts) = (r.array()?, r.u32()?);
        let checksum = match sum {
            0 => None,
            sum if sum & COMPOSITE == 0 => {
                Some((fields::algorithm(sum)?, ChecksumType::FullObject))
            }
            sum => Some((fields::algorithm(sum & !COMPOSITE)?, ChecksumType::Composite)),
        };
        Ok(Self {
            delete_marker: flags & DELETE_MARKER != 0,
            version: match flags & NULL {
                0 => VersionId::Id { order, nonce },
                _ => VersionId::Null,
            },
            order,
            size,
            modified,
            etag: ETag { md5, parts: (parts > 0).then_some(parts) },
            storage_class: StorageClass::from_code(class)
                .ok_or(Malformed("a row names a storage class of a newer version"))?,
            checksum,
            owner_id: r.text()?,
            owner_name: r.text()?,
        })
    }
}

impl VersionRecord {
    /// Its version id.
    pub fn version(&self) -> VersionId {
        if self.null {
            VersionId::Null
        } else {
            VersionId::Id { order: self.order, nonce: self.nonce }
        }
    }

    /// Bytes of the object.
    pub fn size(&self) -> u64 {
        self.body.object_bytes
    }

    /// An object of which the body is still to come; the plan of its commit gives it its place.
    pub(crate) fn object(owner: Owner, attributes: ObjectAttributes) -> Self {
        let marker = Self::marker(owner, Timestamp { ms: 0 });
        Self { delete_marker: false, attributes, ..marker }
    }

    /// A delete marker; the plan of its commit gives it its place.
    pub(crate) fn marker(owner: Owner, modified: Timestamp) -> Self {
        Self {
            delete_marker: true,
            null: false,
            order: 0,
            nonce: 0,
            modified,
            etag: ETag::of_body([0; 16]),
            owner,
            checksum: None,
            crc64nvme: None,
            attributes: ObjectAttributes::default(),
            body: BodyRef::default(),
            upload_id: None,
            null_position: None,
            unknown: UnknownFields::default(),
            overflow: None,
        }
    }

    /// The values of its row and, when the row has no room for the attributes, of an Overflow row
    /// of this generation.
    ///
    /// [`Error::MetadataTooLarge`] when that has no room either.
    pub(crate) fn encode_with_overflow(
        &self,
        generation: u64,
    ) -> Result<(Bytes, Option<Bytes>), Error> {
        assert!(self.overflow.is_none(), "the attributes have been read");
        if self.attributes.bytes() + self.unknown.bytes() <= ATTRIBUTES_IN_ROW_BYTES_MAX {
            return Ok((self.encode()?, None));
        }
        let mut row = self.clone();
        let storage_class = self.attributes.storage_class;
        let overflow = Overflow {
            generation,
            attributes: std::mem::take(&mut row.attributes),
            unknown: std::mem::take(&mut row.unknown),
        };
        row.attributes.storage_class = storage_class;
        row.overflow = Some(generation);
        Ok((row.encode()?, Some(overflow.encode()?)))
    }

    /// Takes the attributes in that its Overflow row has; `false` when that is of another
    /// generation, and so was written beside another state of the version.
    pub(crate) fn take_overflow(&mut self, overflow: Overflow) -> bool {
        if self.overflow != Some(overflow.generation) {
            return false;
        }
        let storage_class = self.attributes.storage_class;
        self.attributes = ObjectAttributes { storage_class, ..overflow.attributes };
        self.unknown.0.extend(overflow.unknown.0);
        self.overflow = None;
        true
    }

    /// The value of its row, with the attributes or with the name of the Overflow row that has
    /// them; [`Error::MetadataTooLarge`] when it would exceed [`VERSION_BYTES_MAX`].
    pub(crate) fn encode(&self) -> Result<Bytes, Error> {
        let mut w = Writer::default();
        w.u8(FORMAT);
        w.u8(u8::from(self.delete_marker) * DELETE_MARKER + u8::from(self.null) * NULL);
        w.u8(self.attributes.storage_class as u8);
        w.u8(self.checksum.as_ref().map_or(0, |sum| {
            sum.algorithm as u8 | if sum.parts.is_some() { COMPOSITE } else { 0 }
        }));
        w.u64(self.order);
        w.u64(self.nonce);
        w.u64(self.body.object_bytes);
        w.i64(self.modified.ms);
        w.raw(&self.etag.md5);
        w.u32(self.etag.parts.unwrap_or(0));
        w.owner(&self.owner);
        if let Some(checksum) = &self.checksum {
            w.field_with(tag::CHECKSUM, |w| w.checksum(checksum));
        }
        if let Some(crc) = self.crc64nvme {
            w.field(tag::CRC64NVME, &crc.to_le_bytes());
        }
        if self.body.location != BodyLocation::Empty {
            w.field_with(tag::BODY, |w| self.body.location.encode(w));
        }
        if let Some(id) = &self.upload_id {
            w.field(tag::UPLOAD_ID, &id.0);
        }
        if let Some(order) = self.null_position {
            w.field(tag::NULL_POSITION, &order.to_le_bytes());
        }
        match self.overflow {
            None => self.attributes.write(&mut w),
            Some(generation) => w.field(tag::OVERFLOW, &generation.to_le_bytes()),
        }
        self.unknown.write(&mut w);
        Ok(w.finish(VERSION_BYTES_MAX)?)
    }

    /// Reads a Head or Version row's value.
    pub(crate) fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(value);
        let hot = Hot::read(&mut r)?;
        let mut record = Self::marker(
            Owner {
                canonical_id: hot.owner_id.to_owned(),
                display_name: hot.owner_name.to_owned(),
            },
            hot.modified,
        );
        record.delete_marker = hot.delete_marker;
        record.null = hot.version == VersionId::Null;
        record.order = hot.order;
        if let VersionId::Id { nonce, .. } = hot.version {
            record.nonce = nonce;
        }
        record.body.object_bytes = hot.size;
        record.etag = hot.etag;
        let mut attributes = ObjectAttributes::default();
        let mut unknown = UnknownFields::default();
        attributes.read(&mut r, &mut unknown, |tag, field| record.set(tag, field))?;
        if record.overflow.is_some() && attributes != ObjectAttributes::default() {
            return Err(Malformed("a row has attributes here and in an overflow row"));
        }
        attributes.storage_class = hot.storage_class;
        (record.attributes, record.unknown) = (attributes, unknown);
        record.body.check()?;
        let checksum = record.checksum.as_ref().map(|sum| (sum.algorithm, sum.checksum_type()));
        if checksum != hot.checksum {
            return Err(Malformed("a row's head names another checksum than the row has"));
        }
        Ok(record)
    }

    /// Takes a field that only versions have; `false` when it is none of these.
    fn set(&mut self, tag: u8, field: &mut Reader<'_>) -> Result<bool, Malformed> {
        match tag {
            tag::CHECKSUM => self.checksum = Some(field.checksum()?),
            tag::CRC64NVME => self.crc64nvme = Some(field.u64()?),
            tag::BODY => self.body.location = BodyLocation::decode(field)?,
            tag::UPLOAD_ID => self.upload_id = Some(UploadId(field.array()?)),
            tag::NULL_POSITION => self.null_position = Some(field.u64()?),
            tag::OVERFLOW => self.overflow = Some(field.u64()?),
            _ => return self.body.transforms.take(tag, field),
        }
        Ok(true)
    }
}

impl StorageClass {
    const ALL: [(Self, &'static str); 13] = [
        (Self::Standard, "STANDARD"),
        (Self::ReducedRedundancy, "REDUCED_REDUNDANCY"),
        (Self::StandardIa, "STANDARD_IA"),
        (Self::OnezoneIa, "ONEZONE_IA"),
        (Self::IntelligentTiering, "INTELLIGENT_TIERING"),
        (Self::Glacier, "GLACIER"),
        (Self::DeepArchive, "DEEP_ARCHIVE"),
        (Self::Outposts, "OUTPOSTS"),
        (Self::GlacierIr, "GLACIER_IR"),
        (Self::Snow, "SNOW"),
        (Self::ExpressOnezone, "EXPRESS_ONEZONE"),
        (Self::FsxOpenzfs, "FSX_OPENZFS"),
        (Self::FsxOntap, "FSX_ONTAP"),
    ];

    /// The name in AWS's enum.
    pub fn name(self) -> &'static str {
        Self::ALL[self as usize].1
    }

    /// The class of an enum name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.iter().find(|(_, n)| *n == name).map(|(c, _)| *c)
    }

    /// The class of a stored code.
    pub(crate) fn from_code(code: u8) -> Option<Self> {
        Self::ALL.get(usize::from(code)).map(|(class, _)| *class)
    }
}

#[cfg(test)]
mod tests {
    use super::StorageClass;

    #[test]
    fn storage_classes_by_name() {
        for code in 0..13 {
            let class = StorageClass::from_code(code).unwrap();
            assert_eq!((class as u8, StorageClass::parse(class.name())), (code, Some(class)));
        }
        assert_eq!(StorageClass::parse("standard"), None);
    }
}
