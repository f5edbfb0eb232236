//! What a request asks for.

use larder_iam_model::Operation as QueryOperation;
use larder_s3_model::Operation;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Requested {
    /// An operation of the service model.
    Model(Operation),
    /// An operation of IAM or STS, which other services than this one serve at the same address.
    Query(QueryOperation),
    /// A browser's form, which the service model leaves out.
    PostObject,
    /// A browser's question before a request to another origin (OPTIONS).
    Preflight,
}

impl Requested {
    /// AWS's name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Model(operation) => operation.name(),
            Self::Query(operation) => operation.name(),
            Self::PostObject => "PostObject",
            Self::Preflight => "Preflight",
        }
    }
}
