//! Why an operation was refused, by IAM's error codes.

use larder_storage::value::{Malformed, TooLong};
use larder_storage::{CommitError, MetaError};
use std::fmt;

/// Why an operation was refused. The texts are for the user, as AWS words them where it is known.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// What was named is not there.
    NoSuchEntity(String),
    /// The name is taken; names are compared without regard to case.
    EntityAlreadyExists(String),
    /// Something still depends on what was to be removed.
    DeleteConflict(String),
    /// A quota is used up.
    LimitExceeded(String),
    /// A document is no policy, or not one for what it was given to.
    MalformedPolicyDocument(String),
    /// Values that do not fit each other.
    InvalidInput(String),
    /// A value that no name, path or number may have (`ValidationError`).
    Validation(String),
    /// A policy that may not be attached, or is not there.
    PolicyNotAttachable(String),
    /// The policies and tags of a session do not fit its token.
    PackedPolicyTooLarge,
    /// Others changed the account again and again: try again.
    ConcurrentModification,
    /// No space left.
    Full,
    /// What is stored is damaged.
    Corrupt(String),
    /// The store failed.
    Internal(String),
    /// The store failed while committing: the change may or may not appear after a restart.
    Unknown(String),
}

impl Error {
    /// AWS's error code. What is no fault of the caller's is `ServiceFailure`.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NoSuchEntity(_) => "NoSuchEntity",
            Self::EntityAlreadyExists(_) => "EntityAlreadyExists",
            Self::DeleteConflict(_) => "DeleteConflict",
            Self::LimitExceeded(_) => "LimitExceeded",
            Self::MalformedPolicyDocument(_) => "MalformedPolicyDocument",
            Self::InvalidInput(_) => "InvalidInput",
            Self::Validation(_) => "ValidationError",
            Self::PolicyNotAttachable(_) => "PolicyNotAttachable",
            Self::PackedPolicyTooLarge => "PackedPolicyTooLarge",
            Self::ConcurrentModification => "ConcurrentModification",
            Self::Full | Self::Corrupt(_) | Self::Internal(_) | Self::Unknown(_) => {
                "ServiceFailure"
            }
        }
    }
}

impl From<MetaError> for Error {
    fn from(error: MetaError) -> Self {
        match error {
            MetaError::Corrupt(what) => Self::Corrupt(what),
            MetaError::Io(_) | MetaError::Stopped => Self::Internal(error.to_string()),
        }
    }
}

impl From<Malformed> for Error {
    fn from(error: Malformed) -> Self {
        Self::Corrupt(error.0.into())
    }
}

impl From<TooLong> for Error {
    fn from(_: TooLong) -> Self {
        Self::LimitExceeded(
            "What this entity has, its tags and inline policies together, takes more than 64 KiB."
                .into(),
        )
    }
}

/// `Ok(false)`: the commit lost to another, nothing was changed.
pub(crate) fn committed<T>(result: Result<T, CommitError>) -> Result<bool, Error> {
    match result {
        Ok(_) => Ok(true),
        Err(CommitError::CheckFailed(_) | CommitError::Stale) => Ok(false),
        Err(CommitError::SpaceClosed) => Err(Error::Internal("the system space is closed".into())),
        Err(CommitError::Full) => Err(Error::Full),
        Err(CommitError::Io(what)) => Err(Error::Internal(what)),
        Err(CommitError::Unknown(what)) => Err(Error::Unknown(what)),
        Err(CommitError::Stopped) => Err(Error::Internal("the engine has stopped".into())),
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoSuchEntity(text)
            | Self::EntityAlreadyExists(text)
            | Self::DeleteConflict(text)
            | Self::LimitExceeded(text)
            | Self::MalformedPolicyDocument(text)
            | Self::InvalidInput(text)
            | Self::Validation(text)
            | Self::PolicyNotAttachable(text) => f.write_str(text),
            Self::PackedPolicyTooLarge => f.write_str(
                "The session policies and session tags together exceed the packed size limit.",
            ),
            Self::ConcurrentModification => f.write_str(
                "The request was rejected because multiple requests to change this object were \
                 submitted simultaneously.",
            ),
            Self::Full => f.write_str("no space is left"),
            Self::Corrupt(what) => write!(f, "damaged data: {what}"),
            Self::Internal(what) => write!(f, "storage: {what}"),
            Self::Unknown(what) => write!(f, "outcome not known: {what}"),
        }
    }
}

impl std::error::Error for Error {}
