//! The documents with which owners configure their buckets: parsed, validated, encoded. Pure.
//!
//! Holds: the traits of documents, the list of kinds, one file for each with what it decides.
//! Never: I/O, HTTP's types, storage, who may read or write a document.
//! Enter at: [`BucketDocument`]; [`BucketDocuments`] are those of one bucket.

mod bucket_acl;
mod bucket_policy;
mod cors;
mod document;
mod kinds;
mod ownership_controls;
mod profile;
mod public_access_block;
mod request_payment;

pub use bucket_acl::{BucketAcl, check_acl, object_acl};
pub use bucket_policy::BucketPolicy;
pub use cors::{CORS_METHODS, CorsConfiguration, CorsMatch};
pub use document::{
    BucketDocument, BucketFacts, DOCUMENT_BYTES_MAX, DocumentOperations, InvalidDocument, JSON, XML,
};
pub use kinds::{BucketDocuments, DocumentKind, EncodedDocument};
pub use ownership_controls::OwnershipControls;
pub use profile::Profile;
pub use public_access_block::PublicAccessBlock;
pub use request_payment::RequestPayment;
