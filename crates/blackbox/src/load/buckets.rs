//! Buckets that come and go.

use super::{End, Worker};
use crate::report::Wrong;
use larder_client::Request;

/// Buckets of one client.
const BUCKETS: u64 = 3;
const NOT_FOUND: u16 = 404;

impl Worker {
    /// Makes a bucket of its own, or removes it.
    pub(super) fn bucket(&mut self) {
        let name = format!("own-{}-{}", self.number, self.chance.below(BUCKETS));
        let state = *self.ledger.buckets.entry(name.clone()).or_insert((false, true));
        let exists = match state {
            (true, false) => true,
            (false, true) => false,
            _ => return,
        };
        let target = format!("/{name}");
        let (method, word) =
            if exists { ("DELETE", "delete bucket") } else { ("PUT", "create bucket") };
        let end = self.change(word, &Request::new(method, &target), None);
        let state = match end {
            End::Acknowledged(_) => (!exists, exists),
            End::Refused => (exists, !exists),
            End::Unknown => (true, true),
        };
        self.ledger.buckets.insert(name, state);
    }

    /// Looks at every bucket of its own; false when the server is gone.
    pub(super) fn check_buckets(&mut self) -> bool {
        let buckets: Vec<_> = self.ledger.buckets.clone().into_iter().collect();
        for (name, (may, may_not)) in buckets {
            let target = format!("/{name}");
            let Ok(answer) = self.client.send(&Request::new("HEAD", &target)) else {
                return false;
            };
            let exists = match answer.status {
                200 => true,
                NOT_FOUND => false,
                status => {
                    self.odd(status, format!("HEAD of bucket {name}"));
                    continue;
                }
            };
            self.tally.verified += 1;
            if exists && !may {
                self.tally.wrong(Wrong::Resurrected, format!("bucket {name}"));
            }
            if !exists && !may_not {
                self.tally.wrong(Wrong::Lost, format!("bucket {name}"));
            }
            self.ledger.buckets.insert(name, (exists, !exists));
        }
        true
    }
}
