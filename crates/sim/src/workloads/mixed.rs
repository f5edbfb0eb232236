//! A bit of everything on a few dozen keys, in a bucket of each versioning.

use super::{Kind, Workload};
use larder_objects::Versioning;

pub(super) const MIXED: Workload = Workload {
    name: "mixed",
    buckets: &[Versioning::Unversioned, Versioning::Enabled, Versioning::Suspended],
    keys: 10,
    mix: &[
        (Kind::Put, 30),
        (Kind::PutIf, 8),
        (Kind::BrokenPut, 1),
        (Kind::Copy, 4),
        (Kind::Get, 14),
        (Kind::GetVersion, 5),
        (Kind::Delete, 8),
        (Kind::DeleteIf, 2),
        (Kind::DeleteMany, 1),
        (Kind::DeleteVersion, 7),
        (Kind::Tag, 4),
        (Kind::List, 3),
        (Kind::ListVersions, 2),
        (Kind::CreateUpload, 2),
        (Kind::UploadPart, 5),
        (Kind::Complete, 2),
        (Kind::Abort, 1),
    ],
    large_bytes: 40_000,
    clients: 8,
    rot: false,
};
