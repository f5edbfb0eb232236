//! What an object is besides its bytes, and the fields by which version and upload rows say it.

use crate::rows::fields::{
    ContentHeaders, Malformed, Reader, Tag, UnknownFields, Writer, tag, tags, utf8,
};
use crate::rows::version::StorageClass;
use larder_iam::acl::{GRANTS_BYTES_MAX, Grant};
use larder_types::limits::{
    CONTENT_HEADERS_BYTES_MAX, OBJECT_TAGS_MAX, TAG_KEY_CHARS_MAX, TAG_VALUE_CHARS_MAX,
    USER_METADATA_BYTES_MAX,
};

/// Bytes before a field's value: tag and length.
const FIELD_HEAD_BYTES: usize = 3;
/// Bytes of the lengths of a pair of texts.
const PAIR_HEAD_BYTES: usize = 4;
/// Bytes of all tags that an object may have: one UTF-16 unit is at most three bytes.
const TAGS_BYTES_MAX: usize =
    OBJECT_TAGS_MAX * (3 * (TAG_KEY_CHARS_MAX + TAG_VALUE_CHARS_MAX) + PAIR_HEAD_BYTES);
/// Bytes of all user metadata: every name but one has at least a byte.
const METADATA_BYTES_MAX: usize =
    USER_METADATA_BYTES_MAX + (USER_METADATA_BYTES_MAX + 1) * PAIR_HEAD_BYTES;
/// Fields at most: seven headers, metadata, tags, the access control list.
const FIELDS_MAX: usize = 10;

/// Most bytes that attributes take up as fields, when each is within its limit of S3.
pub(crate) const ATTRIBUTES_BYTES_MAX: usize = TAGS_BYTES_MAX
    + METADATA_BYTES_MAX
    + CONTENT_HEADERS_BYTES_MAX
    + GRANTS_BYTES_MAX
    + FIELDS_MAX * FIELD_HEAD_BYTES;

// A field's length is a u16.
const _: () = assert!(TAGS_BYTES_MAX <= u16::MAX as usize);
const _: () = assert!(METADATA_BYTES_MAX <= u16::MAX as usize);
const _: () = assert!(CONTENT_HEADERS_BYTES_MAX <= u16::MAX as usize);
const _: () = assert!(GRANTS_BYTES_MAX <= u16::MAX as usize);

/// What an object is besides its bytes: what a request says of it, what its version and its upload
/// store, what a read gives back. Object Lock and encryption belong here once they are built, so
/// that whoever passes this value on passes them on.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ObjectAttributes {
    /// Headers given back as they came.
    pub headers: ContentHeaders,
    /// User metadata: names without `x-amz-meta-`, lower case; decoded values.
    pub metadata: Vec<(String, String)>,
    /// Tags.
    pub tags: Vec<Tag>,
    /// Storage class.
    pub storage_class: StorageClass,
    /// What its access control list grants; `None` for the owner's full control alone.
    pub acl: Option<Vec<Grant>>,
}

impl ObjectAttributes {
    /// Writes the tagged fields, each only when there is something. The storage class is not among
    /// them: rows have it at a fixed place, where listings find it.
    pub(crate) fn write(&self, w: &mut Writer) {
        for (tag, value) in self.headers.fields() {
            if let Some(value) = value {
                w.field(tag, value.as_bytes());
            }
        }
        if !self.metadata.is_empty() {
            let pairs = self.metadata.iter().map(|(n, v)| (n.as_str(), v.as_str()));
            w.field_with(tag::METADATA, |w| w.pairs(pairs));
        }
        if !self.tags.is_empty() {
            let pairs = self.tags.iter().map(|t| (t.key.as_str(), t.value.as_str()));
            w.field_with(tag::TAGS, |w| w.pairs(pairs));
        }
        if let Some(grants) = &self.acl {
            w.field(tag::ACCESS_CONTROL_LIST, &Grant::encode_all(grants));
        }
    }

    /// How many bytes [`ObjectAttributes::write`] writes.
    pub(crate) fn bytes(&self) -> usize {
        let pairs = |bytes: usize, count: usize| match count {
            0 => 0,
            count => FIELD_HEAD_BYTES + count * PAIR_HEAD_BYTES + bytes,
        };
        let headers = self.headers.fields().into_iter().filter_map(|(_, value)| value.as_ref());
        let headers: usize = headers.map(|value| FIELD_HEAD_BYTES + value.len()).sum();
        let metadata = self.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
        let tags = self.tags.iter().map(|tag| tag.key.len() + tag.value.len()).sum();
        let acl = self.acl.as_ref();
        let acl = acl.map_or(0, |grants| FIELD_HEAD_BYTES + Grant::encode_all(grants).len());
        headers + pairs(metadata, self.metadata.len()) + pairs(tags, self.tags.len()) + acl
    }

    /// Reads the fields that are left of a row: `own` takes those of the row's kind and says so
    /// with `true`, attributes are taken here, and what nobody knows goes to `unknown`.
    pub(crate) fn read(
        &mut self,
        r: &mut Reader<'_>,
        unknown: &mut UnknownFields,
        mut own: impl FnMut(u8, &mut Reader<'_>) -> Result<bool, Malformed>,
    ) -> Result<(), Malformed> {
        while let Some((tag, mut field)) = r.field()? {
            if own(tag, &mut field)? {
                field.end()?;
            } else if !self.set(tag, &mut field)? {
                unknown.keep(tag, field)?;
            }
        }
        Ok(())
    }

    /// Takes a field; `false` when it is none of these.
    fn set(&mut self, tag: u8, field: &mut Reader<'_>) -> Result<bool, Malformed> {
        match tag {
            tag::METADATA => self.metadata = field.pairs()?,
            tag::TAGS => self.tags = tags(*field)?,
            tag::ACCESS_CONTROL_LIST => {
                let malformed = |_| Malformed("a row's access control list cannot be read");
                self.acl = Some(Grant::decode_all(field.0).map_err(malformed)?);
            }
            other => match self.headers.field_mut(other) {
                Some(header) => *header = Some(utf8(field.0)?.to_owned()),
                None => return Ok(false),
            },
        }
        Ok(true)
    }
}
