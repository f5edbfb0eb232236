//! Many clients write a handful of keys under conditions: every window of the committer counts.

use super::{Kind, Workload};
use larder_objects::Versioning;

pub(super) const CONDITIONAL: Workload = Workload {
    name: "conditional",
    buckets: &[Versioning::Unversioned, Versioning::Enabled],
    keys: 4,
    mix: &[
        (Kind::Put, 8),
        (Kind::PutIf, 40),
        (Kind::Get, 10),
        (Kind::Delete, 14),
        (Kind::DeleteIf, 10),
        (Kind::DeleteVersion, 4),
        (Kind::Tag, 3),
        (Kind::ListVersions, 2),
    ],
    large_bytes: 20_000,
    clients: 12,
    rot: false,
};
