//! Background work on what is stored.
//!
//! Holds: the [`Worker`] trait, the registry that runs all of them, one file per worker.
//! Never: HTTP, settings' names, decisions that belong to a request; nothing runs while nothing is
//! due.
//! Enter at: [`Workers::start`]; what wakes a worker and how fast it goes is said in its own file.

mod gc;
mod registry;
mod row_schema;
mod runner;
mod scrub;
mod status;
mod worker;

pub use registry::{Parts, Workers};
pub use row_schema::StoreSchema;
pub use scrub::{ScrubHandle, ScrubSettings, ScrubStatus};
pub use status::{LastError, WorkerState, WorkerStatus};
pub use worker::{Counter, Next, Profile, Progress, Throttle, Trigger, Worker};
