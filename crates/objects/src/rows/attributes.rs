//! What an object is besides its bytes, and the fields by which version and upload rows say it.

use crate::rows::fields::{
    ContentHeaders, Malformed, Reader, Tag, UnknownFields, Writer, tag, utf8,
};
use crate::rows::version::StorageClass;

/// What an object is besides its bytes: what a request says of it, what its version and its upload
/// store, what a read gives back. Object Lock, encryption and access control lists belong here
/// once they are built, so that whoever passes this value on passes them on.
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
            tag::TAGS => self.tags = field.tags()?,
            other => match self.headers.field_mut(other) {
                Some(header) => *header = Some(utf8(field.0)?.to_owned()),
                None => return Ok(false),
            },
        }
        Ok(true)
    }
}
