//! The value of Bucket rows.
//!
//! `u8 format = 1, u8 versioning (0 never, 1 enabled, 2 suspended), u64 space, i64 created ms,
//! owner, region (u16 length, text; empty when the client named none), tagged fields: 7 tags, 0x85
//! documents (u8 code and u64 generation each)`.

use crate::buckets::Bucket;
use crate::documents::DocumentRef;
use crate::rows::fields::{self, Malformed, Reader, UnknownFields, Writer, tag};
use crate::{Error, Hold};
use bytes::Bytes;
use larder_documents::{BucketDocuments, DocumentKind};
use larder_storage::{ROW_VALUE_BYTES_MAX, SpaceId};
use larder_types::limits::{BUCKET_TAGS_MAX, TAG_KEY_CHARS_MAX, TAG_VALUE_CHARS_MAX};
use larder_types::{BucketName, Timestamp};

const FORMAT: u8 = 1;
/// Bytes of all the tags that a bucket may have: one UTF-16 unit is at most three bytes.
const TAGS_BYTES_MAX: usize = BUCKET_TAGS_MAX * (3 * (TAG_KEY_CHARS_MAX + TAG_VALUE_CHARS_MAX) + 4);

// A field's length is a u16, and the rest of the row needs its room.
const _: () = assert!(TAGS_BYTES_MAX + (4 << 10) <= u16::MAX as usize);
const _: () = assert!(TAGS_BYTES_MAX + (4 << 10) <= ROW_VALUE_BYTES_MAX);

/// Whether a bucket keeps older versions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Versioning {
    /// Never switched on.
    #[default]
    Unversioned,
    /// Every write makes a version.
    Enabled,
    /// Writes replace the null version; older versions stay.
    Suspended,
}

/// The value of a bucket's row.
pub(crate) fn encode(bucket: &Bucket) -> Result<Bytes, Error> {
    let mut w = Writer::default();
    w.u8(FORMAT);
    w.u8(match bucket.versioning {
        Versioning::Unversioned => 0,
        Versioning::Enabled => 1,
        Versioning::Suspended => 2,
    });
    w.u64(bucket.space.0);
    w.i64(bucket.created.ms);
    w.owner(&bucket.owner);
    w.sized(bucket.region.as_deref().unwrap_or_default().as_bytes());
    if !bucket.tags.is_empty() {
        let pairs = bucket.tags.iter().map(|t| (t.key.as_str(), t.value.as_str()));
        w.field_with(tag::TAGS, |w| w.pairs(pairs));
    }
    if !bucket.document_refs.is_empty() {
        w.field_with(tag::DOCUMENTS, |w| {
            for document in &bucket.document_refs {
                w.u8(document.kind as u8);
                w.u64(document.generation);
            }
        });
    }
    bucket.unknown.write(&mut w);
    Ok(w.finish(ROW_VALUE_BYTES_MAX)?)
}

/// Reads a bucket's row.
pub(crate) fn decode(name: BucketName, value: &[u8]) -> Result<Bucket, Malformed> {
    let mut r = Reader(value);
    r.format(FORMAT)?;
    let versioning = match r.u8()? {
        0 => Versioning::Unversioned,
        1 => Versioning::Enabled,
        2 => Versioning::Suspended,
        _ => return Err(Malformed("a bucket has a versioning state of a newer version")),
    };
    let mut bucket = Bucket {
        name,
        versioning,
        space: SpaceId(r.u64()?),
        created: Timestamp { ms: r.i64()? },
        owner: r.owner()?,
        region: Some(r.text()?.to_owned()).filter(|region| !region.is_empty()),
        tags: Vec::new(),
        document_refs: Vec::new(),
        documents: BucketDocuments::default(),
        unknown: UnknownFields::default(),
        held: Hold::default(),
    };
    while let Some((tag, field)) = r.field()? {
        match tag {
            tag::TAGS => bucket.tags = fields::tags(field)?,
            tag::DOCUMENTS => bucket.document_refs = document_refs(field)?,
            other => bucket.unknown.keep(other, field)?,
        }
    }
    Ok(bucket)
}

fn document_refs(mut field: Reader<'_>) -> Result<Vec<DocumentRef>, Malformed> {
    let mut refs = Vec::new();
    while !field.0.is_empty() {
        let kind = DocumentKind::from_code(field.u8()?)
            .ok_or(Malformed("a bucket has a document of a kind that a newer version knows"))?;
        refs.push(DocumentRef { kind, generation: field.u64()? });
    }
    Ok(refs)
}
