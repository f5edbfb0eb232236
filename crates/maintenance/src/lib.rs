//! A data directory of the embedded engine, checked, repaired and copied while nobody serves it.
//!
//! Holds: check, repair, backup and restore, on the files that the engine shows (`offline`).
//! Never: a format of its own, or a view of what is damaged other than the start's.
//! Enter at: [`check`], [`repair`], [`copy`]. What looks while the engine serves is its `Scrub`.
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

mod beside;
mod check;
mod copy;
mod fix;
mod rebuild;
mod repair;
mod walk;

pub use check::{Checked, check};
pub use copy::{Copied, CopyParts, VerifiedIndex, copy, copy_stopped};
pub use repair::{Indexes, NewIndex, Repaired, repair};
