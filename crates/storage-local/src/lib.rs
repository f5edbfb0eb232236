//! The embedded engine: the journal is the truth, the index is derived, large blobs are files.
//!
//! Holds: journal segments, group commit, the index, large files, recovery, gc, maintenance.
//! Never: S3 rules; the clock, files or threads except through `larder_platform`.
//! Enter at: [`Local::open`]; a commit's way is `engine` -> `committer` -> `journal` -> `index`.

mod blob;
mod bytes_le;
mod checkpoint;
mod committer;
mod engine;
mod finding;
#[cfg(any(test, feature = "fuzzing"))]
pub mod fuzzing;
mod gc;
pub mod index;
mod journal;
mod keeper;
mod keys;
mod kinds;
mod layout;
mod maintenance;
mod metrics;
mod pace;
mod queue;
mod recent;
mod recovery;
mod reserve;
mod rewrites;
mod sync;
mod window;

pub use engine::{Local, OpenError, Options, Scrub};
pub use finding::{Finding, Severity};
pub use maintenance::{
    Checked, Copied, CopyParts, CopySegment, Indexes, NewIndex, Pin, Repaired, VerifiedIndex,
    check, copy, copy_stopped, repair,
};
pub use metrics::{Histogram, Metrics};
