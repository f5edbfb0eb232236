//! The value of Overflow rows: the attributes of a version whose own row has no room for them.
//!
//! `u8 format = 1, u64 generation, tagged fields as in version rows`. The version's row names the
//! generation (field 0x88) and is written in the same commit, so that the one is never served with
//! what was once written beside it. The row stays where it is when its version moves.

use crate::Error;
use crate::rows::attributes::{ATTRIBUTES_BYTES_MAX, ObjectAttributes};
use crate::rows::fields::{Malformed, Reader, UnknownFields, Writer};
use bytes::Bytes;
use larder_storage::ROW_VALUE_BYTES_MAX;

const FORMAT: u8 = 1;
/// What is before the attributes.
const HEAD_BYTES: usize = 9;
/// Room for fields of newer versions.
const UNKNOWN_BYTES_RESERVED: usize = 4 << 10;

// All that AWS's limits allow together has room.
const _: () =
    assert!(HEAD_BYTES + ATTRIBUTES_BYTES_MAX + UNKNOWN_BYTES_RESERVED <= ROW_VALUE_BYTES_MAX);

/// What an Overflow row says. The storage class is the version row's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Overflow {
    /// Random, another with every write; the version's row names it.
    pub(crate) generation: u64,
    /// The attributes but for the storage class.
    pub(crate) attributes: ObjectAttributes,
    /// Fields of newer versions.
    pub(crate) unknown: UnknownFields,
}

impl Overflow {
    /// The value; [`Error::MetadataTooLarge`] when no row has room for it.
    pub(crate) fn encode(&self) -> Result<Bytes, Error> {
        let mut w = Writer::default();
        w.u8(FORMAT);
        w.u64(self.generation);
        self.attributes.write(&mut w);
        self.unknown.write(&mut w);
        Ok(w.finish(ROW_VALUE_BYTES_MAX)?)
    }

    /// Reads an Overflow row's value.
    pub(crate) fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(value);
        r.format(FORMAT)?;
        let generation = r.u64()?;
        let mut attributes = ObjectAttributes::default();
        let mut unknown = UnknownFields::default();
        attributes.read(&mut r, &mut unknown, |_, _| Ok(false))?;
        Ok(Self { generation, attributes, unknown })
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use super::Overflow;
    use crate::rows::fields::{Tag, UnknownFields, Writer, tag};
    use crate::rows::tests::{an_object, check};
    use crate::rows::{ObjectAttributes, StorageClass, VersionRecord};

    pub(crate) fn an_overflow() -> Overflow {
        Overflow {
            generation: 0x0102_0304_0506_0708,
            attributes: ObjectAttributes {
                tags: vec![Tag { key: "k".into(), value: "v".into() }],
                ..Default::default()
            },
            unknown: Default::default(),
        }
    }

    #[test]
    fn fixture_overflow() {
        let overflow = an_overflow();
        let fixture = include_str!("../../fixtures/overflow-1.hex");
        let value = check("overflow-1", fixture, overflow.encode().unwrap());
        assert_eq!(Overflow::decode(&value).unwrap(), overflow);
        let mut record = an_object();
        record.attributes = Default::default();
        record.attributes.storage_class = StorageClass::GlacierIr;
        record.overflow = Some(overflow.generation);
        let fixture = include_str!("../../fixtures/version-1-overflow.hex");
        let value = check("version-1-overflow", fixture, record.encode().unwrap());
        assert_eq!(VersionRecord::decode(&value).unwrap(), record);
    }

    /// A version that has no room for its attributes comes back from its two rows, as long as they
    /// are of the same write.
    #[test]
    fn versions_and_their_overflow_rows() {
        let mut whole = an_object();
        let value = "\u{4e00}".repeat(256);
        let tag = |n: usize| Tag { key: format!("{n}"), value: value.clone() };
        whole.attributes.tags = (0..8).map(tag).collect();
        whole.unknown = UnknownFields(vec![(99, vec![1, 2])]);
        let (row, overflow) = whole.encode_with_overflow(7).unwrap();
        let overflow = Overflow::decode(&overflow.expect("8 tags of 768 bytes")).unwrap();
        let mut read = VersionRecord::decode(&row).unwrap();
        assert_eq!(read.overflow, Some(7));
        assert_eq!(read.encode().unwrap(), row, "moved without its attributes");
        assert_eq!(read.attributes.storage_class, whole.attributes.storage_class);
        assert!(!read.take_overflow(Overflow { generation: 8, ..overflow.clone() }));
        assert!(read.attributes.tags.is_empty());
        assert!(read.take_overflow(overflow));
        assert_eq!(read, whole);
        whole.attributes.tags.truncate(7);
        let (row, overflow) = whole.encode_with_overflow(9).unwrap();
        assert_eq!((VersionRecord::decode(&row).unwrap(), overflow), (whole, None));
        let field = |tag: u8| [&row[..], &[tag, 8, 0], &[7; 8]].concat();
        assert!(VersionRecord::decode(&field(tag::OVERFLOW)).is_err(), "attributes in both");
    }

    #[test]
    fn attributes_know_their_bytes() {
        let mut w = Writer::default();
        let attributes = an_object().attributes;
        attributes.write(&mut w);
        assert_eq!(w.finish(usize::MAX).unwrap().len(), attributes.bytes());
        assert_eq!(ObjectAttributes::default().bytes(), 0);
    }
}
