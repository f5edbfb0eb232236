//! Secrets sealed with AES-256-GCM: those at rest under the master key, the tokens of sessions
//! under keys that rotate.
//!
//! ```text
//! [8]  fingerprint of the key that sealed it
//! [12] nonce, random
//! n    ciphertext, then [16] tag
//! ```
//!
//! A random nonce may be used for 2^32 seals under one key; a master key seals access keys,
//! of which there are far fewer. What is sealed is bound to where it stands by the associated data:
//! the secret of one key does not open in the row of another.

use larder_platform::Random;
use larder_types::hex;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::hmac;
use std::fmt;

/// Bytes of a master key.
pub const MASTER_KEY_BYTES: usize = 32;
const FINGERPRINT_BYTES: usize = 8;

/// Tells keys apart without saying anything of them: an HMAC with the key of this text.
const FINGERPRINT_OF: &[u8] = b"larder master key fingerprint";

/// The key that the operator keeps, under which everything at rest is sealed.
pub type MasterKey = SealingKey;

/// A key that secrets are sealed under. Never printed.
#[derive(Clone)]
pub struct SealingKey {
    key: LessSafeKey,
    fingerprint: Fingerprint,
}

/// Whether two secrets are equal, in a time that only their lengths decide.
pub(crate) fn is_same_secret(a: &[u8], b: &[u8]) -> bool {
    let differences = a.iter().zip(b).fold(0, |sum, (a, b)| sum | (a ^ b));
    a.len() == b.len() && differences == 0
}

/// Names a key without telling it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fingerprint(pub [u8; FINGERPRINT_BYTES]);

/// Why a sealed secret was not opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unsealable {
    /// Another key sealed it.
    OtherKey,
    /// It is damaged, or was sealed for another place.
    Damaged,
}

impl SealingKey {
    /// The key of these bytes.
    pub fn new(bytes: &[u8; MASTER_KEY_BYTES]) -> Self {
        let key = UnboundKey::new(&AES_256_GCM, bytes).expect("AES-256 takes 32 bytes");
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, bytes), FINGERPRINT_OF);
        let mut fingerprint = [0; FINGERPRINT_BYTES];
        fingerprint.copy_from_slice(&tag.as_ref()[..FINGERPRINT_BYTES]);
        Self { key: LessSafeKey::new(key), fingerprint: Fingerprint(fingerprint) }
    }

    /// A new key, and the text of it that [`MasterKey::parse`] reads.
    pub fn generate(random: &dyn Random) -> (Self, String) {
        let mut bytes = [0; MASTER_KEY_BYTES];
        random.fill(&mut bytes);
        (Self::new(&bytes), hex::encode(&bytes))
    }

    /// The key that is written as 64 hexadecimal digits, white space around them ignored. `None`
    /// when the text is something else; it is never repeated in an error.
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        let mut bytes = [0; MASTER_KEY_BYTES];
        if text.len() != 2 * MASTER_KEY_BYTES || !text.bytes().all(|b| b.is_ascii_hexdigit()) {
            return None;
        }
        for (byte, digits) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
            let digits = std::str::from_utf8(digits).ok()?;
            *byte = u8::from_str_radix(digits, 16).ok()?;
        }
        Some(Self::new(&bytes))
    }

    /// Names the key without telling it.
    pub fn fingerprint(&self) -> Fingerprint {
        self.fingerprint
    }

    /// Seals `secret` for the place that `bound_to` names.
    pub(crate) fn seal(&self, random: &dyn Random, bound_to: &str, secret: &[u8]) -> Vec<u8> {
        let mut nonce = [0; NONCE_LEN];
        random.fill(&mut nonce);
        let mut text = secret.to_vec();
        let aad = Aad::from(bound_to.as_bytes());
        let nonce_used = Nonce::assume_unique_for_key(nonce);
        let sealed = self.key.seal_in_place_append_tag(nonce_used, aad, &mut text);
        sealed.expect("a secret is shorter than what AES-GCM takes");
        [&self.fingerprint.0[..], &nonce, &text].concat()
    }

    /// Opens what was sealed for the same place.
    pub(crate) fn open(&self, bound_to: &str, sealed: &[u8]) -> Result<Vec<u8>, Unsealable> {
        let split = sealed.split_at_checked(FINGERPRINT_BYTES);
        let (fingerprint, rest) = split.ok_or(Unsealable::Damaged)?;
        if fingerprint != self.fingerprint.0 {
            return Err(Unsealable::OtherKey);
        }
        let (nonce, text) = rest.split_at_checked(NONCE_LEN).ok_or(Unsealable::Damaged)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Unsealable::Damaged)?;
        let (mut text, aad) = (text.to_vec(), Aad::from(bound_to.as_bytes()));
        let opened = self.key.open_in_place(nonce, aad, &mut text);
        let length = opened.map_err(|_| Unsealable::Damaged)?.len();
        text.truncate(length);
        Ok(text)
    }
}

impl fmt::Debug for SealingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(sealing key)")
    }
}

#[cfg(test)]
mod tests {
    use super::{FINGERPRINT_BYTES, MasterKey, Unsealable, is_same_secret};
    use larder_platform::sim::Simulation;

    #[test]
    fn what_is_sealed_opens_in_its_place_with_its_key_alone() {
        let platform = Simulation::new(1).platform();
        let random = &*platform.random;
        let (key, text) = MasterKey::generate(random);
        let sealed = key.seal(random, "key A", b"secret");
        assert_eq!(sealed.len(), FINGERPRINT_BYTES + 12 + 6 + 16);
        assert!(!sealed.windows(6).any(|w| w == b"secret"));
        assert_ne!(sealed, key.seal(random, "key A", b"secret"), "nonces are random");
        let again = MasterKey::parse(&format!(" {text}\n")).unwrap();
        assert_eq!(again.open("key A", &sealed).unwrap(), b"secret");
        assert_eq!(again.open("key B", &sealed), Err(Unsealable::Damaged));
        let (other, _) = MasterKey::generate(random);
        assert_eq!(other.open("key A", &sealed), Err(Unsealable::OtherKey));
        for at in 0..sealed.len() {
            let mut damaged = sealed.clone();
            damaged[at] ^= 1;
            assert!(key.open("key A", &damaged).is_err(), "byte {at}");
            assert!(key.open("key A", &sealed[..at]).is_err(), "cut at {at}");
        }
        assert_eq!(format!("{key:?}"), "(sealing key)");
    }

    #[test]
    fn secrets_are_compared_as_a_whole() {
        assert!(is_same_secret(b"", b"") && is_same_secret(b"abc", b"abc"));
        for other in [&b"abd"[..], b"xbc", b"ab", b"abcd", b""] {
            assert!(!is_same_secret(b"abc", other));
        }
    }

    #[test]
    fn a_key_is_64_hexadecimal_digits() {
        assert!(MasterKey::parse(&"0aF1".repeat(16)).is_some());
        for bad in ["", "00", &"0g".repeat(32), &"00".repeat(33), &"ä".repeat(32)] {
            assert!(MasterKey::parse(bad).is_none(), "{bad}");
        }
    }
}
