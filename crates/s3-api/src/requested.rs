//! What a request asks for.

use larder_s3_model::Operation;

/// What a request asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Requested {
    /// An operation of the service model.
    Model(Operation),
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
            Self::PostObject => "PostObject",
            Self::Preflight => "Preflight",
        }
    }
}
