//! What the connections to one endpoint share, and the keys that they put there.

use crate::bodies::Bodies;
use crate::plan::{Endpoint, Operation, Plan};
use crate::stop::Stop;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

/// The space of the keys that are there before; those of connections come after it.
pub(crate) const PREPARED: usize = 0;

/// An endpoint under load: what its connections share.
pub(crate) struct EndpointLoad {
    pub(crate) plan: Arc<Plan>,
    pub(crate) bodies: Arc<Bodies>,
    pub(crate) endpoint: Endpoint,
    /// Below which all keys of this side are.
    pub(crate) prefix: String,
    /// How many prepared keys were deleted.
    pub(crate) deleted: AtomicU64,
    pub(crate) stop: Arc<Stop>,
}

impl EndpointLoad {
    /// The path of object `number` in a space.
    pub(crate) fn path(&self, space: usize, number: u64) -> String {
        format!("/{}/{}", self.plan.bucket, self.key(space, number))
    }

    /// The key of object `number` in a space.
    pub(crate) fn key(&self, space: usize, number: u64) -> String {
        if self.plan.operation == Operation::ListPrefixes {
            let keys = self.plan.keys_per_prefix;
            let (group, number) = (number / keys, number % keys);
            return format!("{}{space:04x}/{group:08}/{number:04}", self.prefix);
        }
        format!("{}{space:04x}/{number:08}", self.prefix)
    }
}
