//! What clients do, one file per workload.

mod bit_rot;
mod buckets;
mod churn;
mod conditional;
mod listings;
mod mixed;
mod multipart;

use larder_objects::Versioning;
use larder_platform::sim::Prng;

/// A kind of operation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Put,
    PutIf,
    BrokenPut,
    Copy,
    Get,
    GetVersion,
    Delete,
    DeleteIf,
    DeleteMany,
    DeleteVersion,
    Tag,
    List,
    ListVersions,
    CreateUpload,
    UploadPart,
    UploadPartCopy,
    Complete,
    CompleteAgain,
    Abort,
    ListParts,
    Bucket,
}

/// A workload.
#[derive(Debug)]
pub struct Workload {
    /// Its name, for `--only`.
    pub name: &'static str,
    /// Its buckets, by the versioning that they start with.
    pub(crate) buckets: &'static [Versioning],
    /// Keys in each.
    pub(crate) keys: usize,
    /// How often each kind of operation comes.
    pub(crate) mix: &'static [(Kind, u64)],
    /// Largest bodies in bytes.
    pub(crate) large_bytes: u64,
    /// Clients at once, at most.
    pub(crate) clients: usize,
    /// Whether bits of what is stored flip at the end.
    pub(crate) rot: bool,
}

/// All of them.
pub const ALL: &[&Workload] = &[
    &mixed::MIXED,
    &conditional::CONDITIONAL,
    &multipart::MULTIPART,
    &listings::LISTINGS,
    &churn::CHURN,
    &buckets::BUCKETS,
    &bit_rot::BIT_ROT,
];

impl Workload {
    pub(crate) fn draw(&self, rng: &mut Prng) -> Kind {
        let total: u64 = self.mix.iter().map(|(_, weight)| weight).sum();
        let mut at = rng.below(total);
        for (kind, weight) in self.mix {
            match at.checked_sub(*weight) {
                None => return *kind,
                Some(rest) => at = rest,
            }
        }
        unreachable!("the weights add up to the total")
    }

    /// Whether buckets themselves come and go.
    pub(crate) fn moves_buckets(&self) -> bool {
        self.mix.iter().any(|(kind, _)| *kind == Kind::Bucket)
    }
}
