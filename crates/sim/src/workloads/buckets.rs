//! Buckets that are created and deleted while clients write to them.

use super::{Kind, Workload};
use larder_objects::Versioning;

pub(super) const BUCKETS: Workload = Workload {
    name: "buckets",
    buckets: &[Versioning::Unversioned, Versioning::Unversioned, Versioning::Unversioned],
    keys: 2,
    mix: &[(Kind::Bucket, 1)],
    large_bytes: 20_000,
    clients: 8,
    rot: false,
};
