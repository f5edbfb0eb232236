//! What a document is, and why one is refused.

use crate::{BucketDocuments, DocumentKind};
use larder_s3_model::DecodeError;
use larder_s3_model::xml::{self, XmlValue};
use larder_types::{BucketName, Owner};
use std::any::Any;
use std::fmt;

/// Longest document as a client sends it, in bytes (AWS: 64 KB for CORS, the largest of them).
pub const DOCUMENT_BYTES_MAX: usize = 64 << 10;

/// The media type of a document in XML.
pub const XML: &str = "application/xml";
/// The media type of a document in JSON.
pub const JSON: &str = "application/json";

/// A document that a bucket has or has not. It is stored as its encoding, and parsed once when its
/// bucket is looked up.
pub trait BucketDocument: Any + fmt::Debug + Send + Sync {
    /// Which one it is.
    const KIND: DocumentKind;

    /// Reads what a client sent, or what was stored, and validates it by itself.
    ///
    /// Errors: what AWS refuses, with its code and words.
    fn parse(body: &[u8]) -> Result<Self, InvalidDocument>
    where
        Self: Sized;

    /// The document as it is stored and, where it has operations, answered.
    fn encode(&self) -> Vec<u8>;

    /// Whether the bucket may get it, as the bucket is when the document is committed.
    ///
    /// Errors: what AWS refuses, with its code and words.
    fn check(&self, _bucket: &BucketFacts<'_>) -> Result<(), InvalidDocument> {
        Ok(())
    }
}

/// What of a bucket decides whether it may get a document.
#[derive(Clone, Copy, Debug)]
pub struct BucketFacts<'a> {
    /// Its name.
    pub name: &'a BucketName,
    /// Who owns it.
    pub owner: &'a Owner,
    /// The documents that it has.
    pub documents: &'a BucketDocuments,
}

/// A document with operations of its own that get, put and delete it as it is.
pub trait DocumentOperations: BucketDocument {
    /// The IAM action that reads it.
    const READ_ACTION: &'static str;
    /// The IAM action that writes it.
    const WRITE_ACTION: &'static str;
    /// The IAM action that removes it: mostly the one that writes it.
    const DELETE_ACTION: &'static str = Self::WRITE_ACTION;
    /// The media type of its encoding.
    const CONTENT_TYPE: &'static str = XML;
    /// Whether identities of other accounts than the bucket owner's are answered
    /// `MethodNotAllowed`, even where they are allowed to.
    const ONLY_OWNERS_ACCOUNT: bool = false;

    /// What a bucket that has none is answered: a document that says so, or AWS's error code.
    fn absent() -> Result<Self, &'static str>
    where
        Self: Sized;
}

/// Why a document is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum InvalidDocument {
    /// It has not the form of its kind.
    Malformed(DecodeError),
    /// It says what the kind does not allow.
    Refused {
        /// AWS's error code.
        code: &'static str,
        /// What is wrong, in AWS's words where they are known.
        message: String,
    },
}

impl From<DecodeError> for InvalidDocument {
    fn from(error: DecodeError) -> Self {
        Self::Malformed(error)
    }
}

impl fmt::Display for InvalidDocument {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Malformed(error) => write!(f, "{error}"),
            Self::Refused { message, .. } => f.write_str(message),
        }
    }
}

impl std::error::Error for InvalidDocument {}

/// Reads a document in XML whose root has this name.
pub(crate) fn read_xml<T: XmlValue>(body: &[u8], root: &'static str) -> Result<T, InvalidDocument> {
    if body.len() > DOCUMENT_BYTES_MAX {
        return Err(malformed_xml(format!("a document has at most {DOCUMENT_BYTES_MAX} bytes")));
    }
    Ok(xml::from_body(body, root)?)
}

pub(crate) fn malformed_xml(detail: String) -> InvalidDocument {
    InvalidDocument::Refused { code: "MalformedXML", message: detail }
}
