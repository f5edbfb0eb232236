//! The S3 pipeline: authenticate, authorise, run an operation, answer.
//!
//! Holds: the pipeline, grants, the table of operations, one file per operation, error answers.
//! Never: sockets, storage formats, rules of keys and versions (`objects`), clocks of its own.
//! Enter at: [`Service::handle`]; `pipeline/mod.rs` serves a request, `ops/mod.rs` is its table.

mod access;
mod access_record;
mod call;
mod error;
mod gist;
mod header_values;
mod identity;
mod keep_alive;
mod late_document;
mod names;
mod ops;
mod pipeline;
mod reply;
mod request_body;
mod requested;
mod response_body;
mod service;
mod tags;
#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
mod upload_body;

pub use access_record::{AccessRecord, MustFinish};
pub use larder_documents::Profile;
pub use ops::coverage_markdown;
pub use request_body::{BodyFault, Intake, RequestBody};
pub use requested::Requested;
pub use response_body::{BodyCut, ResponseBody};
pub use service::{ApiSettings, Connection, Parts, Service};
