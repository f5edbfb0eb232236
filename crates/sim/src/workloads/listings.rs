//! Many keys with common prefixes, listed while they come and go in masses.

use super::{Kind, Workload};
use larder_objects::Versioning;

pub(super) const LISTINGS: Workload = Workload {
    name: "listings",
    buckets: &[Versioning::Unversioned, Versioning::Enabled],
    keys: 60,
    mix: &[
        (Kind::Put, 40),
        (Kind::Delete, 12),
        (Kind::DeleteMany, 6),
        (Kind::DeleteVersion, 10),
        (Kind::Get, 4),
        (Kind::List, 14),
        (Kind::ListVersions, 8),
        (Kind::CreateUpload, 2),
        (Kind::Abort, 1),
    ],
    large_bytes: 4_000,
    clients: 8,
    rot: false,
};
