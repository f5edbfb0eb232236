//! Changes in the bucket with versions.

use super::{End, KEPT, Worker};
use crate::ledger::{Chain, Version};
use crate::load::plain::headers;
use crate::report::Wrong;
use larder_client::Request;

/// Versions of a key after which old ones are removed.
const VERSIONS_MAX: usize = 6;
/// Removed versions that are remembered, so that they can be seen to stay away.
const REMOVED_MAX: usize = 20;

impl Worker {
    /// The chain of a key, when all of it is known.
    fn chain(&mut self, key: &str) -> Option<&mut Chain> {
        let chain = self.ledger.kept.entry(key.to_owned()).or_default();
        chain.is_known().then_some(chain)
    }

    pub(super) fn put_version(&mut self) {
        let key = self.kept_key();
        if self.chain(&key).is_none() {
            return;
        }
        let length = self.small_bytes();
        let (object, bytes) = self.object(length);
        let target = format!("/{KEPT}/{key}");
        let request = headers(Request::new("PUT", &target), &object).body(&bytes);
        let end = self.change("put version", &request, None);
        let chain = self.ledger.kept.entry(key.clone()).or_default();
        match end {
            End::Acknowledged(answer) => match answer.header("x-amz-version-id") {
                Some(id) => {
                    let id = id.to_owned();
                    let object = Some(object);
                    chain.versions.push(Version { id, object, may_be_gone: false });
                }
                None => {
                    self.tally.wrong(Wrong::Answer, format!("{key}: a PUT without a version id"));
                }
            },
            End::Refused => {}
            End::Unknown => chain.maybe.push(Some(object)),
        }
    }

    /// A delete marker, or the removal of a version.
    pub(super) fn delete_kept(&mut self) {
        let key = self.kept_key();
        let Some(chain) = self.chain(&key) else {
            return;
        };
        let count = chain.versions.len();
        if count > VERSIONS_MAX || (count > 0 && self.chance.one_in(3)) {
            let newest = self.chance.one_in(4);
            let at = if newest { count - 1 } else { 0 };
            self.remove_version(&key, at);
        } else {
            self.mark(&key);
        }
    }

    fn mark(&mut self, key: &str) {
        let target = format!("/{KEPT}/{key}");
        let end = self.change("delete marker", &Request::new("DELETE", &target), None);
        let chain = self.ledger.kept.entry(key.to_owned()).or_default();
        match end {
            End::Acknowledged(answer) => match answer.header("x-amz-version-id") {
                Some(id) => {
                    let id = id.to_owned();
                    chain.versions.push(Version { id, object: None, may_be_gone: false });
                }
                None => self.tally.wrong(Wrong::Answer, format!("{key}: a marker without an id")),
            },
            End::Refused => {}
            End::Unknown => chain.maybe.push(None),
        }
    }

    fn remove_version(&mut self, key: &str, at: usize) {
        let chain = self.ledger.kept.entry(key.to_owned()).or_default();
        let id = chain.versions[at].id.clone();
        let target = format!("/{KEPT}/{key}?versionId={id}");
        let end = self.change("remove version", &Request::new("DELETE", &target), None);
        let chain = self.ledger.kept.entry(key.to_owned()).or_default();
        match end {
            End::Acknowledged(_) => {
                chain.versions.remove(at);
                chain.removed.push(id);
                let excess = chain.removed.len().saturating_sub(REMOVED_MAX);
                chain.removed.drain(..excess);
            }
            End::Refused => {}
            End::Unknown => chain.versions[at].may_be_gone = true,
        }
    }
}
