//! What the operations of IAM and STS look like: their inputs, outputs, errors and names.
//!
//! Holds: shapes generated from AWS's service models, and the query protocol that reads and writes
//! them: forms in, XML out.
//! Never: HTTP, storage, signatures, what an operation does.
//! Enter at: [`Operation`], [`Form`] for inputs, [`result_document`] and [`error_document`].

#[macro_use]
mod macros;

mod constraint;
mod document;
mod error;
mod form;
mod generated;
mod operation;
mod pattern;
mod value;

pub use constraint::{Constraint, Pattern, Violation};
pub use document::{error_document, result_document};
pub use error::{CommonError, DecodeError, ErrorCode};
pub use form::{Form, Input, PARAMETERS_MAX};
pub use generated::errors::OperationError;
pub use generated::operations::{OPERATIONS, Operation};
pub use generated::{iam, sts};
pub use operation::{OperationInfo, Service};
pub use value::{Output, PolicyDocument};

#[cfg(test)]
mod tests;
