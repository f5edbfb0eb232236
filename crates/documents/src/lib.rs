//! The documents with which owners configure their buckets: parsed, validated, encoded. Pure.
//!
//! Holds: the trait of a document, the list of kinds, one file for each with what it decides.
//! Never: I/O, HTTP's types, storage, who may read or write a document.
//! Enter at: [`BucketDocument`]; [`BucketDocuments`] are those of one bucket.

mod cors;
mod kinds;

pub use cors::{CORS_METHODS, CorsConfiguration, CorsMatch};
pub use kinds::{BucketDocuments, DocumentKind};

use larder_s3_model::DecodeError;
use std::any::Any;
use std::fmt;

/// Longest document as a client sends it, in bytes (AWS: 64 KB for CORS, the largest of them).
pub const DOCUMENT_BYTES_MAX: usize = 64 << 10;

/// A document that a bucket has or has not. It is stored as its encoding, and parsed once when its
/// bucket is looked up.
pub trait BucketDocument: Any + fmt::Debug + Send + Sync {
    /// Which one it is.
    const KIND: DocumentKind;
    /// AWS's error code for a bucket that has none.
    const NOT_CONFIGURED: &'static str;
    /// The IAM action that reads it.
    const READ_ACTION: &'static str;
    /// The IAM action that writes it.
    const WRITE_ACTION: &'static str;
    /// The IAM action that removes it: mostly the one that writes it.
    const DELETE_ACTION: &'static str;

    /// Reads what a client sent, or what was stored, and validates it.
    ///
    /// Errors: what AWS refuses, with its code and words.
    fn parse(body: &[u8]) -> Result<Self, InvalidDocument>
    where
        Self: Sized;

    /// The document as it is answered and stored.
    fn encode(&self) -> Vec<u8>;
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
