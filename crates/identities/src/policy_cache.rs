//! Documents that were parsed lately, by their text: a policy that many have is parsed once, and
//! one that was changed is another text, so that nothing here is ever out of date.

use larder_iam::policy::{Attachment, Policy, PolicyError};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Bytes of the documents that are cached. Parsed, they take a small multiple of it.
const DOCUMENT_BYTES_MAX: usize = 1 << 20;

/// Policies of identities, by document.
#[derive(Default)]
pub(crate) struct PolicyCache(Mutex<Parsed>);

#[derive(Default)]
struct Parsed {
    policies: HashMap<String, Arc<Policy>>,
    bytes: usize,
}

impl PolicyCache {
    /// The policy that the document says.
    pub(crate) fn parse(&self, document: &str) -> Result<Arc<Policy>, PolicyError> {
        let cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(policy) = cached.policies.get(document) {
            return Ok(policy.clone());
        }
        drop(cached);
        let policy = Arc::new(Policy::parse(document, Attachment::Identity)?);
        let mut cached = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if cached.bytes + document.len() > DOCUMENT_BYTES_MAX {
            *cached = Parsed::default();
        }
        if cached.policies.insert(document.to_owned(), policy.clone()).is_none() {
            cached.bytes += document.len();
        }
        Ok(policy)
    }

    #[cfg(test)]
    pub(crate) fn bytes(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).bytes
    }
}

#[cfg(test)]
mod tests {
    use super::{DOCUMENT_BYTES_MAX, PolicyCache};
    use std::sync::Arc;

    fn document(n: usize) -> String {
        format!(
            r#"{{"Statement":{{"Sid":"s{n}","Effect":"Allow","Action":"s3:*","Resource":"*"}}}}"#
        )
    }

    #[test]
    fn a_document_is_parsed_once_and_the_cache_is_bounded() {
        let cache = PolicyCache::default();
        let first = cache.parse(&document(0)).unwrap();
        assert!(Arc::ptr_eq(&first, &cache.parse(&document(0)).unwrap()));
        assert!(cache.parse("{}").is_err());
        assert_eq!(cache.bytes(), document(0).len());
        for n in 0..DOCUMENT_BYTES_MAX / document(0).len() + 10 {
            cache.parse(&document(n)).unwrap();
            assert!(cache.bytes() <= DOCUMENT_BYTES_MAX);
        }
        assert!(!Arc::ptr_eq(&first, &cache.parse(&document(0)).unwrap()), "it was dropped");
    }
}
