//! Digests and checksums of object bodies.
//!
//! Holds: every algorithm of AWS's `ChecksumAlgorithm`, one pass for all that a body needs, MD5 of
//! many bodies side by side, HMAC.
//! Never: I/O, threads of its own, wire formats, comparison policy.
//! Enter at: [`BodyHasher`], [`Hasher`], [`combine_crc`], [`composite`], [`multipart_etag`].

mod body;
mod hasher;
mod keyed;
mod md5;
mod multipart;

pub use body::{BodyDigests, BodyHasher, BodyPlan};
pub use hasher::Hasher;
pub use keyed::{HmacSha256Key, hmac_sha1, hmac_sha256, sha256};
pub use md5::{Md5, Md5Queue};
pub use multipart::{combine_crc, composite, multipart_etag};

/// MD5 of `data`, for control bodies and small objects.
pub fn md5(data: &[u8]) -> [u8; 16] {
    Md5::of(data)
}
