//! Digests and checksums of object bodies.
//!
//! Holds: every algorithm of AWS's `ChecksumAlgorithm`, one pass for all that a body needs, HMAC.
//! Never: I/O, tasks, wire formats, comparison policy.
//! Enter at: [`BodyHasher`], [`Hasher`], [`combine_crc`], [`composite`], [`multipart_etag`].

mod body;
mod hasher;
mod keyed;
mod multipart;

pub use body::{BodyDigests, BodyHasher, BodyPlan};
pub use hasher::{Hasher, md5};
pub use keyed::{HmacSha256Key, hmac_sha1, hmac_sha256, sha256};
pub use multipart::{combine_crc, composite, multipart_etag};
