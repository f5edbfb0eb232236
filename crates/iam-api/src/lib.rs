//! The query APIs of IAM and STS: authenticate, authorise, run an operation, answer.
//!
//! Holds: the pipeline of a query request, the table of operations, one file per family of them.
//! Never: sockets, S3, what is stored of an account, clocks of its own.
//! Enter at: [`is_query_request`], [`Service::handle`]; `ops/mod.rs` is the table.

mod access;
mod call;
mod failure;
mod ops;
mod pipeline;
mod request;
mod route;
mod service;
#[cfg(test)]
mod tests;

pub use ops::coverage_markdown;
pub use request::{BODY_BYTES_MAX, Body, BodyFault, Connection, Fact, Query, Reading, Record};
pub use route::is_query_request;
pub use service::{Parts, Service};
