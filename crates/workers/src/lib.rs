//! Background work on what is stored.
//!
//! Holds: one file per worker (today the gc), the thread-and-future bridge they run on.
//! Never: HTTP, settings, decisions that belong to a request; nothing runs while nothing is due.
//! Enter at: [`start_gc`]; a worker's pace is decided in its own file.

mod bridge;
mod gc;

pub use gc::{GcHandle, start_gc};
