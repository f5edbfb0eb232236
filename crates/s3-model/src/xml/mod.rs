//! XML both ways: a bounded reader of control bodies and a fast writer of answers.

mod document;
mod fields;
pub(crate) mod places;
mod value;
mod writer;

#[cfg(test)]
mod tests;

pub use document::{Document, Element};
pub use fields::Fields;
pub use value::{XmlField, XmlValue};
pub use writer::{XmlWriter, can_hold};

use crate::error::DecodeError;

/// Longest document in bytes: a DeleteObjects of 1,000 keys of 1,024 bytes that are all written as
/// character references is the longest that makes sense.
pub const BODY_BYTES_MAX: usize = 8 << 20;
/// Most elements of a document: a CompleteMultipartUpload of 10,000 parts, each with its number,
/// its ETag and every checksum of the model, has 130,001.
pub const ELEMENTS_MAX: usize = 160_000;
/// Deepest nesting; the model's own shapes need fewer than half.
pub const DEPTH_MAX: usize = 24;
/// Longest attributes of one element in bytes: a few namespaces and `xsi:type`.
pub const ATTRIBUTE_BYTES_MAX: usize = 4096;
/// Most attributes of one element. They are compared with each other: without a limit their cost
/// would grow with the square of their number.
pub const ATTRIBUTES_MAX: usize = 16;
/// Most entries of a list: a multipart upload has no more parts.
pub const LIST_ENTRIES_MAX: usize = 10_000;
/// Memory that an element takes besides its text, in bytes: its node, and what is made of it.
pub const ELEMENT_BYTES: usize = 176;
/// Memory of an entry of the longest lists besides, in bytes. `<Part/>` alone makes the largest.
pub const ENTRY_BYTES: usize = 320;
/// The namespace of S3's documents.
pub const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

const _: () = assert!(ELEMENTS_MAX * "<a/>".len() < BODY_BYTES_MAX);

const _: () = assert!(document::NODE_BYTES + 64 <= ELEMENT_BYTES);
const _: () = assert!(size_of::<crate::shapes::CompletedPart>() <= ENTRY_BYTES);
const _: () = assert!(size_of::<crate::shapes::ObjectIdentifier>() <= ENTRY_BYTES);

/// An upper bound of the memory, in bytes, that parsing a body takes besides the body: its elements
/// and a copy of its text. To be known before it is parsed.
pub fn parsed_bytes_max(body: &[u8]) -> usize {
    let elements = elements_max(body);
    elements * ELEMENT_BYTES + elements.min(LIST_ENTRIES_MAX) * ENTRY_BYTES + body.len()
}

/// An upper bound of a body's elements: each begins with a `<` that no `/` follows.
fn elements_max(body: &[u8]) -> usize {
    // Bodies have megabytes. Counted in bytes, pieces of this length are compared many at a time.
    const PIECE: usize = u8::MAX as usize;
    let next = body.get(1..).unwrap_or_default();
    let starts = body.chunks(PIECE).zip(next.chunks(PIECE)).map(|(one, next)| {
        let pairs = one.iter().zip(next);
        usize::from(pairs.fold(0_u8, |n, (one, next)| n + u8::from(*one == b'<' && *next != b'/')))
    });
    starts.sum::<usize>().min(ELEMENTS_MAX)
}

/// Reads a body as a document whose root element has this name, whatever its namespace.
pub fn from_body<T: XmlValue>(body: &[u8], root: &'static str) -> Result<T, DecodeError> {
    let document = Document::parse(body)?;
    let element = document.root();
    if element.name() != root {
        return Err(DecodeError::malformed(format!(
            "the root is <{}>, not <{root}>",
            element.name()
        )));
    }
    T::read(element)
}

/// Writes a value as a document of its own: declaration, root, namespace.
pub fn to_body<T: XmlValue>(value: &T, root: &str) -> Vec<u8> {
    let mut body = Vec::new();
    let mut writer = XmlWriter::new(&mut body);
    writer.declaration();
    value.write(root, &mut writer);
    body
}
