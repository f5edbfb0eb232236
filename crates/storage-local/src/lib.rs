//! The embedded engine: the journal is the truth, the index is derived, large blobs are files.
//!
//! Holds: journal segments, group commit, the index, large files, recovery, gc, scrub.
//! Never: S3 rules; the clock, files or threads except through `larder_platform`.
//! Enter at: [`Local::open`]; a commit's way is `engine` -> `committer` -> `journal` -> `index`.
//! What nobody serves is looked at through [`offline`].

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
mod metrics;
pub mod offline;
mod open_error;
mod options;
mod pace;
mod pointer;
mod queue;
mod recent;
mod recovery;
mod reserve;
mod rewrites;
mod rows;
mod state;
mod sync;
mod window;

pub use engine::{CopySegment, Local, Pin, Scrub};
pub use finding::{Finding, Severity};
pub use metrics::{Histogram, Metrics};
pub use open_error::OpenError;
pub use options::Options;
