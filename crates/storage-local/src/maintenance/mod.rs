//! Maintenance of a data directory: check finds damage, repair rebuilds, copy makes and restores
//! backups. What looks while the engine serves is `engine::Scrub`.
//!
//! The journal is the truth and holds every live row, so the index can be made anew from it at any
//! time: records are replayed from the oldest segment to the newest. What makes that exact:
//!
//! - a record that some row needs is in a segment in use, and a tombstone is there as long as any
//!   older segment is;
//! - which batches of a segment count is said by the header of the segment behind it, or, when that
//!   one was freed, by the segment's own seal; so a write that failed never replays;
//! - a segment that no other names and that has no seal although a later one is there was skipped:
//!   its first write failed;
//! - usage is what the rows add up to.

mod append;
mod beside;
mod check;
mod copy;
mod fix;
mod rebuild;
mod repair;
pub(crate) mod rows;
mod salvage;
mod walk;

pub(crate) use check::blob_place;
pub use check::{Checked, check};
pub use copy::{Copied, CopyParts, CopySegment, Pin, VerifiedIndex, copy, copy_stopped};
pub use repair::{Indexes, NewIndex, Repaired, repair};
