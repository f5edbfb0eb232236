//! What S3's operations look like: their inputs, outputs, headers, XML and routes.
//!
//! Holds: shapes generated from AWS's service model, and the runtime that reads and writes them.
//! Never: storage, signatures, policies, error answers, streaming bodies, what an operation does.
//! Enter at: [`route`], [`Operation`], [`RequestHead`], [`inputs`], [`outputs`], [`xml`].

#[macro_use]
mod macros;

mod encode;
mod error;
mod generated;
mod head;
mod route;
mod text;
pub mod xml;

pub use error::DecodeError;
pub use generated::{
    enums, inputs, operations::OPERATIONS, operations::Operation, operations::subresources,
    outputs, shapes,
};
pub use head::{RequestHead, is_hoisted};
pub use route::{Level, OperationInfo, RequestBody, is_subresource, route};
pub use text::{Secret, Text};

#[cfg(test)]
mod tests;
