//! SHA-256 and HMAC, the primitives of request signatures.

use ring::{digest, hmac};

/// A key made ready for many HMAC-SHA-256 computations.
#[derive(Clone)]
pub struct HmacSha256Key(hmac::Key);

impl HmacSha256Key {
    /// Prepares a key.
    pub fn new(key: &[u8]) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, key))
    }

    /// HMAC-SHA-256 of `data`.
    pub fn sign(&self, data: &[u8]) -> [u8; 32] {
        fixed(hmac::sign(&self.0, data).as_ref())
    }

    /// Whether `tag` is the HMAC of `data`; takes the same time wherever they differ.
    pub fn verify(&self, data: &[u8], tag: &[u8]) -> bool {
        hmac::verify(&self.0, data, tag).is_ok()
    }
}

/// HMAC-SHA-256.
pub fn hmac_sha256(key: &[u8], data: &[u8]) -> [u8; 32] {
    HmacSha256Key::new(key).sign(data)
}

/// HMAC-SHA-1, for Signature Version 2 only.
pub fn hmac_sha1(key: &[u8], data: &[u8]) -> [u8; 20] {
    let key = hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key);
    fixed(hmac::sign(&key, data).as_ref())
}

/// SHA-256.
pub fn sha256(data: &[u8]) -> [u8; 32] {
    fixed(digest::digest(&digest::SHA256, data).as_ref())
}

fn fixed<const N: usize>(digest: &[u8]) -> [u8; N] {
    digest.try_into().expect("the digest's length is its algorithm's")
}

#[cfg(test)]
mod tests {
    use super::{HmacSha256Key, hmac_sha1, hmac_sha256, sha256};
    use larder_types::hex::encode;

    /// RFC 4231 case 2 and RFC 2202 case 2.
    #[test]
    fn published_vectors() {
        let data = b"what do ya want for nothing?";
        assert_eq!(
            encode(&hmac_sha256(b"Jefe", data)),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"
        );
        assert_eq!(encode(&hmac_sha1(b"Jefe", data)), "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
        assert_eq!(
            encode(&sha256(b"")),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
    }

    #[test]
    fn verify_agrees_with_sign() {
        let key = HmacSha256Key::new(b"key");
        let mut tag = key.sign(b"data");
        assert!(key.verify(b"data", &tag));
        assert!(!key.verify(b"data", &tag[..31]));
        tag[31] ^= 1;
        assert!(!key.verify(b"data", &tag));
    }
}
