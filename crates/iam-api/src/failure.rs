//! Why a request is refused.

use crate::request::BodyFault;
use larder_iam::{AuditError, KeySourceError, SessionError};
use larder_iam_model::{CommonError, DecodeError, ErrorCode, OperationError};
use larder_identities::Error;
use larder_platform::BudgetExhausted;
use larder_s3_wire::error::{ErrorCode as WireCode, WireError};
use std::borrow::Cow;

/// A refusal: what a client gets to read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    pub(crate) code: ErrorCode,
    pub(crate) message: Cow<'static, str>,
}

const INVALID_TOKEN: &str = "The security token included in the request is invalid.";

impl Failure {
    /// A failure of the server that goes by.
    fn unavailable() -> Self {
        Self::new(
            CommonError::ServiceUnavailable,
            "The request has failed due to a temporary failure of the server.",
        )
    }

    pub(crate) fn new(code: impl Into<ErrorCode>, message: impl Into<Cow<'static, str>>) -> Self {
        Self { code: code.into(), message: message.into() }
    }

    /// A key that nobody has, or a session token that opens nothing. One message for all, so that
    /// nobody learns which keys there are.
    pub(crate) fn invalid_token() -> Self {
        Self::new(CommonError::InvalidClientTokenId, INVALID_TOKEN)
    }

    /// A signature for another service than the one that is asked.
    pub(crate) fn wrong_service(expected: &str) -> Self {
        Self::new(
            CommonError::SignatureDoesNotMatch,
            format!("Credential should be scoped to correct service: {expected}."),
        )
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        Self::new(error.code(), error.to_string())
    }
}

impl From<BudgetExhausted> for Failure {
    fn from(_: BudgetExhausted) -> Self {
        Self::new(CommonError::Throttling, "Rate exceeded")
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = error.code();
        let of_operation = OperationError::ALL.iter().find(|known| known.code() == code);
        let of_any = CommonError::ALL.iter().find(|known| known.code() == code);
        match (of_operation, of_any) {
            (Some(OperationError::ServiceFailure) | None, None) => {
                log::error!("an identity cannot be read or changed: {error}");
                Self::new(
                    OperationError::ServiceFailure,
                    "The request processing has failed because of an unknown error.",
                )
            }
            (Some(code), _) => Self::new(*code, error.to_string()),
            (None, Some(code)) => Self::new(*code, error.to_string()),
        }
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Expired => {
                let message = "The security token included in the request is expired";
                Self::new(CommonError::ExpiredToken, message)
            }
            SessionError::Invalid => Self::invalid_token(),
            SessionError::Unavailable(error) => error.into(),
        }
    }
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        log::error!("the audit log cannot be written: {error}");
        Self::unavailable()
    }
}

impl From<KeySourceError> for Failure {
    fn from(error: KeySourceError) -> Self {
        log::error!("an access key cannot be looked up: {error}");
        Self::unavailable()
    }
}

impl From<BodyFault> for Failure {
    fn from(fault: BodyFault) -> Self {
        match fault {
            BodyFault::TooLarge => Self::new(
                CommonError::RequestEntityTooLarge,
                format!("The body exceeds {} bytes", crate::request::BODY_BYTES_MAX),
            ),
            BodyFault::Timeout => Self::new(
                CommonError::RequestTimeout,
                "The body of the request was not received in time",
            ),
            BodyFault::Broken(how) => {
                Self::new(CommonError::MalformedInput, format!("The body cannot be read: {how}"))
            }
            BodyFault::NoMemory => BudgetExhausted.into(),
        }
    }
}

/// What S3's reader of heads and signatures refuses, in the words of the query APIs.
impl From<WireError> for Failure {
    fn from(error: WireError) -> Self {
        let element = |name| {
            let found = error.extra.iter().find(|(known, _)| *known == name);
            found.map_or("", |(_, value)| value.as_str())
        };
        match error.code {
            WireCode::SignatureDoesNotMatch => Self::new(
                CommonError::SignatureDoesNotMatch,
                "The request signature we calculated does not match the signature you provided. \
                 Check your AWS Secret Access Key and signing method. Consult the service \
                 documentation for details.",
            ),
            WireCode::RequestTimeTooSkewed => Self::new(
                CommonError::SignatureDoesNotMatch,
                format!(
                    "Signature expired or not yet current: the request is of {}, and it is {} now",
                    element("RequestTime"),
                    element("ServerTime")
                ),
            ),
            // What is not signed, not yet valid or expired.
            WireCode::AccessDenied => Self::new(CommonError::SignatureDoesNotMatch, error.message),
            WireCode::AuthorizationHeaderMalformed
            | WireCode::AuthorizationQueryParametersError
            | WireCode::InvalidArgument
            | WireCode::InvalidRequest => {
                Self::new(CommonError::IncompleteSignature, error.message)
            }
            WireCode::RequestHeaderSectionTooLarge => {
                Self::new(CommonError::RequestEntityTooLarge, error.message)
            }
            WireCode::NotImplemented => Self::new(CommonError::NotImplemented, error.message),
            _ => Self::new(CommonError::MalformedQueryString, error.message),
        }
    }
}
