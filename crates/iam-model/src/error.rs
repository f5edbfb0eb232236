//! Error codes, and why an input could not be read.

use crate::constraint::Violation;
use crate::generated::errors::OperationError;
use std::fmt;

/// Most violations that one message tells of.
const VIOLATIONS_SHOWN_MAX: usize = 10;

error_codes! {
    /// A code that any operation may answer ("Common Error Types" of AWS's references), and what
    /// else its services answer before an operation is reached.
    CommonError
    AccessDenied = "AccessDenied", 403;
    ExpiredToken = "ExpiredToken", 403;
    IncompleteSignature = "IncompleteSignature", 400;
    InternalFailure = "InternalFailure", 500;
    InvalidAction = "InvalidAction", 400;
    InvalidClientTokenId = "InvalidClientTokenId", 403;
    InvalidParameterCombination = "InvalidParameterCombination", 400;
    InvalidParameterValue = "InvalidParameterValue", 400;
    MalformedInput = "MalformedInput", 400;
    MalformedQueryString = "MalformedQueryString", 404;
    MissingAction = "MissingAction", 400;
    MissingAuthenticationToken = "MissingAuthenticationToken", 403;
    MissingParameter = "MissingParameter", 400;
    NotImplemented = "NotImplemented", 501;
    RequestEntityTooLarge = "RequestEntityTooLarge", 413;
    RequestExpired = "RequestExpired", 400;
    RequestTimeout = "RequestTimeout", 400;
    ServiceUnavailable = "ServiceUnavailable", 503;
    SignatureDoesNotMatch = "SignatureDoesNotMatch", 403;
    Throttling = "Throttling", 400;
    ValidationError = "ValidationError", 400;
}

/// A code of an error document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ErrorCode {
    /// One of any operation.
    Common(CommonError),
    /// One of single operations.
    Operation(OperationError),
}

impl ErrorCode {
    /// The text of `Code`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Common(code) => code.code(),
            Self::Operation(code) => code.code(),
        }
    }

    /// The HTTP status.
    pub fn status(self) -> u16 {
        match self {
            Self::Common(code) => code.status(),
            Self::Operation(code) => code.status(),
        }
    }
}

impl From<CommonError> for ErrorCode {
    fn from(code: CommonError) -> Self {
        Self::Common(code)
    }
}

impl From<OperationError> for ErrorCode {
    fn from(code: OperationError) -> Self {
        Self::Operation(code)
    }
}

/// Why an input could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DecodeError {
    /// There are more parameters than [`crate::PARAMETERS_MAX`].
    TooManyParameters,
    /// A parameter comes twice.
    RepeatedParameter,
    /// A value is no number, no truth value or no time.
    Malformed {
        /// Which.
        at: String,
    },
    /// Values are not as the model demands.
    Validation(Vec<Violation>),
}

impl DecodeError {
    /// The code that tells of it.
    pub fn code(&self) -> CommonError {
        match self {
            Self::TooManyParameters | Self::RepeatedParameter => CommonError::MalformedQueryString,
            Self::Malformed { .. } => CommonError::MalformedInput,
            Self::Validation(_) => CommonError::ValidationError,
        }
    }
}

impl fmt::Display for DecodeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooManyParameters => {
                write!(f, "The request has more than {} parameters", crate::PARAMETERS_MAX)
            }
            Self::RepeatedParameter => f.write_str("The request has a parameter twice"),
            Self::Malformed { at } => write!(f, "The value at '{at}' cannot be read"),
            Self::Validation(violations) => {
                let errors = if violations.len() == 1 { "error" } else { "errors" };
                write!(f, "{} validation {errors} detected: ", violations.len())?;
                for (at, violation) in violations.iter().take(VIOLATIONS_SHOWN_MAX).enumerate() {
                    let between = if at > 0 { "; " } else { "" };
                    write!(f, "{between}{violation}")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for DecodeError {}
