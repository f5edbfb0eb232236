//! Signing keys and their cache: deriving one costs four HMACs, and a client uses the same one all
//! day.

use larder_digest::{HmacSha256Key, hmac_sha256};
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::sync::RwLock;

/// Most signing keys held; one is about 500 bytes.
pub const SIGNING_KEYS_MAX: usize = 4096;
/// Locks among which the keys are spread.
const SHARDS: usize = 16;
const SHARD_KEYS_MAX: usize = SIGNING_KEYS_MAX / SHARDS;
const _: () = assert!(SHARD_KEYS_MAX > 0);

/// A bounded cache of signing keys by (access key, date, region, service).
pub struct SigningKeys {
    hasher: RandomState,
    shards: [RwLock<HashMap<u64, VerifiedKey>>; SHARDS],
}

struct VerifiedKey {
    access_key: String,
    scope: String,
    // Compared too: a key whose secret was replaced must not go on verifying with the old one.
    secret: String,
    key: HmacSha256Key,
}

impl SigningKeys {
    /// The signing key of a secret and a scope (`20130524/us-east-1/s3/aws4_request`), if the
    /// signature is right by it. Only such a key is kept: whoever merely knows an access key id
    /// would otherwise fill the cache with scopes of his own.
    pub fn verified(
        &self,
        access_key: &str,
        secret: &str,
        scope: &str,
        is_right: impl FnOnce(&HmacSha256Key) -> bool,
    ) -> Option<HmacSha256Key> {
        let hash = self.hasher.hash_one((access_key, scope));
        let shard = &self.shards[hash as usize % SHARDS];
        if let Some(entry) = shard.read().unwrap_or_else(|e| e.into_inner()).get(&hash) {
            let same = entry.access_key == access_key && entry.scope == scope;
            if same && entry.secret == secret {
                let key = entry.key.clone();
                return is_right(&key).then_some(key);
            }
        }
        let key = derive_signing_key(secret, scope);
        if !is_right(&key) {
            return None;
        }
        let mut entries = shard.write().unwrap_or_else(|e| e.into_inner());
        if entries.len() >= SHARD_KEYS_MAX
            && !entries.contains_key(&hash)
            && let Some(victim) = entries.keys().next().copied()
        {
            entries.remove(&victim);
        }
        let entry = VerifiedKey {
            access_key: access_key.to_owned(),
            scope: scope.to_owned(),
            secret: secret.to_owned(),
            key: key.clone(),
        };
        entries.insert(hash, entry);
        Some(key)
    }

    /// Keys held now.
    pub fn len(&self) -> usize {
        let length = |shard: &RwLock<HashMap<u64, VerifiedKey>>| {
            shard.read().unwrap_or_else(|e| e.into_inner()).len()
        };
        self.shards.iter().map(length).sum()
    }

    /// Whether none is held.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

impl Default for SigningKeys {
    fn default() -> Self {
        Self { hasher: RandomState::new(), shards: std::array::from_fn(|_| RwLock::default()) }
    }
}

impl fmt::Debug for SigningKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKeys({})", self.len())
    }
}

/// The key that signs within a scope, `20261123/us-east-1/s3/aws4_request`: its elements HMACed one
/// after the other (the SigV4 documentation's `SigningKey`).
pub fn derive_signing_key(secret: &str, scope: &str) -> HmacSha256Key {
    let first = format!("AWS4{secret}");
    let mut elements = scope.split('/');
    let date = elements.next().unwrap_or_default();
    let mut key = hmac_sha256(first.as_bytes(), date.as_bytes());
    for element in elements {
        key = hmac_sha256(&key, element.as_bytes());
    }
    HmacSha256Key::new(&key)
}

#[cfg(test)]
mod tests {
    use super::{SIGNING_KEYS_MAX, SigningKeys, derive_signing_key};

    #[test]
    fn cached_equals_derived_and_bounded() {
        let keys = SigningKeys::default();
        for n in 0..SIGNING_KEYS_MAX * 2 {
            let scope = format!("20130524/region-{n}/s3/aws4_request");
            for secret in ["one", "two", "one", "one"] {
                let cached = keys.verified("AKID", secret, &scope, |_| true).unwrap();
                assert_eq!(cached.sign(b"data"), derive_signing_key(secret, &scope).sign(b"data"));
            }
            if n > 300 {
                break;
            }
        }
        for n in 0..SIGNING_KEYS_MAX * 2 {
            let access_key = format!("AK{n}");
            keys.verified(&access_key, "s", "20130524/r/s3/aws4_request", |_| true).unwrap();
        }
        assert!(!keys.is_empty() && keys.len() <= SIGNING_KEYS_MAX);
    }

    #[test]
    fn a_wrong_signature_leaves_nothing_behind() {
        let keys = SigningKeys::default();
        let scope = "20130524/r/s3/aws4_request";
        assert!(keys.verified("AKID", "s", scope, |_| false).is_none());
        assert!(keys.is_empty());
        assert!(keys.verified("AKID", "s", scope, |_| true).is_some());
        assert!(keys.verified("AKID", "s", scope, |_| false).is_none(), "a cached key counts too");
        assert_eq!(keys.len(), 1);
    }
}
