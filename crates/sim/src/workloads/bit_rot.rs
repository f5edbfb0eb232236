//! A mix on a sound machine, and then bits of what is stored flip: errors, never wrong bytes.

use super::{Kind, Workload};
use larder_objects::Versioning;

pub(super) const BIT_ROT: Workload = Workload {
    name: "bit-rot",
    buckets: &[Versioning::Unversioned, Versioning::Enabled],
    keys: 12,
    mix: &[
        (Kind::Put, 50),
        (Kind::Copy, 4),
        (Kind::Get, 10),
        (Kind::Delete, 6),
        (Kind::DeleteVersion, 4),
        (Kind::CreateUpload, 4),
        (Kind::UploadPart, 12),
        (Kind::Complete, 4),
    ],
    large_bytes: 40_000,
    clients: 6,
    rot: true,
};
