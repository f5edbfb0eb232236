//! The chain of signatures through an aws-chunked body.

use larder_digest::{HmacSha256Key, sha256};
use larder_types::hex;
use std::fmt;

/// SHA-256 of nothing, in hex.
pub(crate) const EMPTY_SHA256: &str =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Signs or verifies the chunks of one body; each signature covers the one before it, the first
/// one the request's own ("seed") signature.
#[derive(Clone)]
pub struct ChunkSigner {
    key: HmacSha256Key,
    /// `x-amz-date` and the scope, a line each.
    date_and_scope: String,
    previous: String,
}

impl ChunkSigner {
    /// Starts behind a request's signature (hex).
    pub fn new(key: HmacSha256Key, amz_date: &str, scope: &str, seed: &str) -> Self {
        Self { key, date_and_scope: format!("{amz_date}\n{scope}\n"), previous: seed.to_owned() }
    }

    fn chunk_to_sign(&self, data_sha256: &[u8; 32]) -> String {
        let hash = hex::encode(data_sha256);
        let (place, previous) = (&self.date_and_scope, &self.previous);
        format!("AWS4-HMAC-SHA256-PAYLOAD\n{place}{previous}\n{EMPTY_SHA256}\n{hash}")
    }

    fn trailer_to_sign(&self, canonical: &str) -> String {
        let hash = hex::encode(&sha256(canonical.as_bytes()));
        let (place, previous) = (&self.date_and_scope, &self.previous);
        format!("AWS4-HMAC-SHA256-TRAILER\n{place}{previous}\n{hash}")
    }

    /// The next chunk's signature (hex); `data_sha256` is that of the chunk's bytes.
    pub fn sign_chunk(&mut self, data_sha256: &[u8; 32]) -> String {
        let to_sign = self.chunk_to_sign(data_sha256);
        self.previous = hex::encode(&self.key.sign(to_sign.as_bytes()));
        self.previous.clone()
    }

    /// The trailers' signature (hex); `canonical` is each as `name:value` and a line feed.
    pub fn sign_trailers(&mut self, canonical: &str) -> String {
        let to_sign = self.trailer_to_sign(canonical);
        self.previous = hex::encode(&self.key.sign(to_sign.as_bytes()));
        self.previous.clone()
    }

    /// Whether `signature` (hex) is the next chunk's; moves on if so. Otherwise the string that
    /// should have been signed.
    pub(crate) fn verify_chunk(
        &mut self,
        data_sha256: &[u8; 32],
        signature: &str,
    ) -> Result<(), String> {
        let to_sign = self.chunk_to_sign(data_sha256);
        self.step(to_sign, signature)
    }

    /// The same for the trailers.
    pub(crate) fn verify_trailers(
        &mut self,
        canonical: &str,
        signature: &str,
    ) -> Result<(), String> {
        let to_sign = self.trailer_to_sign(canonical);
        self.step(to_sign, signature)
    }

    fn step(&mut self, to_sign: String, signature: &str) -> Result<(), String> {
        let tag = hex::decode::<32>(signature.as_bytes());
        if !tag.is_some_and(|tag| self.key.verify(to_sign.as_bytes(), &tag)) {
            return Err(to_sign);
        }
        self.previous.clear();
        self.previous.push_str(&signature.to_ascii_lowercase());
        Ok(())
    }
}

impl fmt::Debug for ChunkSigner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ChunkSigner")
    }
}
