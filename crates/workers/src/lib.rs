//! Background work on what is stored.
//!
//! Holds: one file per worker (gc, scrub), the thread-and-future bridge that futures run on.
//! Never: HTTP, settings, decisions that belong to a request; nothing runs while nothing is due.
//! Enter at: [`start_gc`], [`start_scrub`]; a worker's pace is decided in its own file.

mod bridge;
mod gc;
mod scrub;

pub use gc::{GcHandle, start_gc};
pub use scrub::{ScrubHandle, ScrubSettings, ScrubStatus, start_scrub};
