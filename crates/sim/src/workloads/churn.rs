//! Overwrites of a few keys with bodies that fill segments, beside rows that stay: the journal's gc
//! is always at work.

use super::{Kind, Workload};
use larder_objects::Versioning;

pub(super) const CHURN: Workload = Workload {
    name: "churn",
    buckets: &[Versioning::Unversioned, Versioning::Suspended],
    keys: 12,
    mix: &[
        (Kind::Put, 60),
        (Kind::Get, 14),
        (Kind::Delete, 8),
        (Kind::Tag, 6),
        (Kind::Copy, 4),
        (Kind::List, 1),
    ],
    large_bytes: 120_000,
    clients: 6,
    rot: false,
};
