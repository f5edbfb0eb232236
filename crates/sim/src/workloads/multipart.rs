//! Uploads: parts that replace each other, completions that race them, retries, aborts.

use super::{Kind, Workload};
use larder_objects::Versioning;

pub(super) const MULTIPART: Workload = Workload {
    name: "multipart",
    buckets: &[Versioning::Unversioned, Versioning::Enabled],
    keys: 6,
    mix: &[
        (Kind::Put, 6),
        (Kind::Get, 10),
        (Kind::GetVersion, 3),
        (Kind::Delete, 4),
        (Kind::DeleteVersion, 5),
        (Kind::Copy, 3),
        (Kind::CreateUpload, 8),
        (Kind::UploadPart, 26),
        (Kind::UploadPartCopy, 6),
        (Kind::Complete, 10),
        (Kind::CompleteAgain, 4),
        (Kind::Abort, 3),
        (Kind::ListParts, 4),
        (Kind::ListVersions, 1),
    ],
    large_bytes: 40_000,
    clients: 8,
    rot: false,
};
