//! The one way from what the rooms below refuse to what an S3 client reads.

use crate::identity::Identity;
use crate::request_body::BodyFault;
use http::header::{ALLOW, HeaderName, HeaderValue, LAST_MODIFIED};
use larder_documents::InvalidDocument;
use larder_iam::{AuditError, KeySourceError, SessionError};
use larder_objects::{BodyError, Error};
use larder_platform::BudgetExhausted;
use larder_s3_model::DecodeError;
use larder_s3_wire::body::unsupported_algorithm;
use larder_s3_wire::error::{ErrorCode, S3Error};
use larder_types::{ChecksumAlgorithm, ChecksumType, VersionId};

/// A refusal: S3's error, the headers that go with it, and what only the log tells.
#[derive(Debug)]
pub(crate) struct Failure {
    pub(crate) error: S3Error,
    pub(crate) headers: Vec<(HeaderName, HeaderValue)>,
    /// Why, for the operator; set for what is the server's fault.
    pub(crate) cause: Option<String>,
    /// Whether the connection cannot serve another request.
    pub(crate) close: bool,
}

/// A wire name of a header that errors carry.
const DELETE_MARKER: HeaderName = HeaderName::from_static("x-amz-delete-marker");
const VERSION_ID: HeaderName = HeaderName::from_static("x-amz-version-id");

impl Failure {
    /// A code with its own message.
    pub(crate) fn new(code: ErrorCode) -> Self {
        S3Error::new(code).into()
    }

    /// A code with a message.
    pub(crate) fn with(
        code: ErrorCode,
        message: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Self {
        S3Error::with(code, message).into()
    }

    /// `NotImplemented` with its reason.
    pub(crate) fn not_implemented(reason: impl Into<std::borrow::Cow<'static, str>>) -> Self {
        Self::with(ErrorCode::NotImplemented, reason)
    }

    /// The server's fault: the client reads no details.
    pub(crate) fn internal(cause: impl Into<String>) -> Self {
        Self { cause: Some(cause.into()), ..Self::new(ErrorCode::InternalError) }
    }

    /// Adds an element, unless the error has one of that name.
    #[must_use]
    pub(crate) fn element(mut self, name: &'static str, value: impl Into<String>) -> Self {
        if !self.error.extra.iter().any(|(n, _)| *n == name) {
            self.error.extra.push((name, value.into()));
        }
        self
    }

    /// Adds a header.
    #[must_use]
    pub(crate) fn header(mut self, name: HeaderName, value: &str) -> Self {
        if let Ok(value) = HeaderValue::from_str(value) {
            self.headers.push((name, value));
        }
        self
    }

    pub(crate) fn code(&self) -> ErrorCode {
        self.error.code
    }

    /// The elements by which AWS says what was not found.
    pub(crate) fn about(self, bucket: Option<&str>, key: Option<&str>, query: Query<'_>) -> Self {
        match self.code() {
            ErrorCode::NoSuchBucket
            | ErrorCode::BucketAlreadyExists
            | ErrorCode::BucketAlreadyOwnedByYou
            | ErrorCode::BucketNotEmpty
            | ErrorCode::InvalidBucketName
            | ErrorCode::NoSuchTagSet => self.optional("BucketName", bucket),
            ErrorCode::NoSuchKey => self.optional("Key", key),
            ErrorCode::NoSuchVersion => {
                self.optional("Key", key).optional("VersionId", query("versionId"))
            }
            ErrorCode::NoSuchUpload | ErrorCode::InvalidPart | ErrorCode::InvalidPartOrder => {
                self.optional("UploadId", query("uploadId"))
            }
            _ => self,
        }
    }

    fn optional(self, name: &'static str, value: Option<&str>) -> Self {
        match value {
            Some(value) => self.element(name, value),
            None => self,
        }
    }

    /// The document.
    pub(crate) fn document(&self, identity: &Identity) -> Vec<u8> {
        self.log(identity);
        let host_id = identity.host_id.to_str().expect("ids are visible ASCII");
        self.error.to_xml(&identity.resource, identity.request_id.as_str(), host_id)
    }

    /// The one place where refusals get a line of their own, beside the access line that each
    /// request has.
    pub(crate) fn log(&self, identity: &Identity) {
        if let Some(level) = log_level(self.code()) {
            let cause = self.cause.as_deref().unwrap_or(self.code().name());
            log::log!(level, "{} {}: {cause}", identity.request_id, identity.resource);
        }
    }
}

/// How loud a refusal is: an error is what an operator has to look into.
fn log_level(code: ErrorCode) -> Option<log::Level> {
    match code {
        ErrorCode::InternalError => Some(log::Level::Error),
        // The server protects itself as it should, or what is asked for is not built. When the
        // disk is full the engine says so once.
        ErrorCode::SlowDown
        | ErrorCode::ServiceUnavailable
        | ErrorCode::InsufficientStorage
        | ErrorCode::NotImplemented => Some(log::Level::Debug),
        // The client's mistake; any other fault of the server is one to look into.
        code => (code.status() >= 500).then_some(log::Level::Error),
    }
}

/// The values of query parameters.
pub(crate) type Query<'a> = &'a dyn Fn(&str) -> Option<&'a str>;

impl From<S3Error> for Failure {
    fn from(error: S3Error) -> Self {
        Self { error, headers: Vec::new(), cause: None, close: false }
    }
}

impl From<BodyFault> for Failure {
    fn from(fault: BodyFault) -> Self {
        let mut failure = match &fault {
            BodyFault::Timeout => Self::new(ErrorCode::RequestTimeout),
            BodyFault::Broken(_) => Self::new(ErrorCode::IncompleteBody),
            BodyFault::TooLarge(max) => Self::new(ErrorCode::MaxMessageLengthExceeded)
                .element("MaxMessageLengthBytes", max.to_string()),
            BodyFault::NoMemory => Self::new(ErrorCode::SlowDown),
        };
        failure.close = true;
        failure
    }
}

impl From<KeySourceError> for Failure {
    fn from(error: KeySourceError) -> Self {
        Self::internal(format!("access keys cannot be looked up: {error}"))
    }
}

impl From<SessionError> for Failure {
    fn from(error: SessionError) -> Self {
        match error {
            SessionError::Expired => Self::new(ErrorCode::ExpiredToken),
            SessionError::Invalid => Self::new(ErrorCode::InvalidToken),
            SessionError::Unavailable(error) => error.into(),
        }
    }
}

impl From<AuditError> for Failure {
    fn from(error: AuditError) -> Self {
        Self::internal(format!("the audit log cannot be written: {error}"))
    }
}

impl From<BudgetExhausted> for Failure {
    fn from(_: BudgetExhausted) -> Self {
        Self::new(ErrorCode::SlowDown)
    }
}

impl From<InvalidDocument> for Failure {
    fn from(error: InvalidDocument) -> Self {
        match error {
            InvalidDocument::Malformed(error) => error.into(),
            InvalidDocument::Refused { code, message } => {
                Self::with(ErrorCode::from_name(code).expect("a test names them all"), message)
            }
        }
    }
}

impl From<DecodeError> for Failure {
    fn from(error: DecodeError) -> Self {
        let text = error.to_string();
        match error {
            DecodeError::MalformedXml { .. }
            | DecodeError::XmlTooLarge { .. }
            | DecodeError::XmlTooDeep { .. } => {
                Self { cause: Some(text), ..Self::new(ErrorCode::MalformedXML) }
            }
            DecodeError::MissingBody { .. } => Self::new(ErrorCode::MissingRequestBodyError),
            DecodeError::InvalidArgument { name: "x-amz-storage-class", value, .. } => {
                Self::new(ErrorCode::InvalidStorageClass).element("StorageClassRequested", value)
            }
            DecodeError::InvalidArgument { name: name @ "x-amz-mp-object-size", value, .. } => {
                let message = format!("Value for {name} header is invalid: '{value}'");
                Self::with(ErrorCode::InvalidRequest, message)
            }
            DecodeError::InvalidArgument {
                name: "x-amz-checksum-algorithm" | "x-amz-sdk-checksum-algorithm",
                ..
            } => unsupported_algorithm().into(),
            DecodeError::InvalidArgument { name: name @ "x-amz-checksum-type", .. } => Self::with(
                ErrorCode::InvalidRequest,
                format!("Value for {name} header is invalid."),
            ),
            DecodeError::InvalidArgument { name, value, expected } => {
                let message = if let Some(what) = directive(name) {
                    format!("Unknown {what} directive.")
                } else if expected.starts_with("an integer") {
                    format!("Provided {name} not {expected}")
                } else {
                    format!("The value of {name} is not {expected}")
                };
                S3Error::invalid_argument(message, name, value).into()
            }
            DecodeError::MissingRequired { name } => S3Error::invalid_argument(
                format!("The request is missing the required parameter {name}"),
                name,
                "",
            )
            .into(),
        }
    }
}

/// What a header of the form `x-amz-*-directive` is about.
fn directive(header: &str) -> Option<String> {
    let what = header.strip_prefix("x-amz-")?.strip_suffix("-directive")?;
    Some(what.replace('-', " "))
}

/// What `objects` wraps of a body's own errors comes back here.
fn of_body(error: BodyError) -> Failure {
    let error = match error.downcast::<S3Error>() {
        Ok(error) => return (*error).into(),
        Err(error) => error,
    };
    match error.downcast::<BodyFault>() {
        Ok(fault) => (*fault).into(),
        Err(error) => Failure::internal(format!("request body: {error}")),
    }
}

fn of_marker(failure: Failure, marker: VersionId) -> Failure {
    failure.header(DELETE_MARKER, "true").header(VERSION_ID, &marker.to_string())
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let invalid = |message: String| Self::with(ErrorCode::InvalidRequest, message);
        match error {
            Error::NoSuchBucket => Self::new(ErrorCode::NoSuchBucket),
            Error::BucketAlreadyOwnedByYou(bucket) => Self::new(ErrorCode::BucketAlreadyOwnedByYou)
                .element("BucketName", bucket.name.as_str()),
            Error::BucketAlreadyExists => Self::new(ErrorCode::BucketAlreadyExists),
            Error::BucketNotEmpty => Self::new(ErrorCode::BucketNotEmpty),
            Error::NoSuchKey { delete_marker: None } => Self::new(ErrorCode::NoSuchKey),
            Error::NoSuchKey { delete_marker: Some(marker) } => {
                of_marker(Self::new(ErrorCode::NoSuchKey), marker)
            }
            Error::NoSuchVersion => Self::new(ErrorCode::NoSuchVersion),
            Error::MethodNotAllowed { delete_marker, modified } => {
                of_marker(Self::new(ErrorCode::MethodNotAllowed), delete_marker)
                    .element("ResourceType", "DeleteMarker")
                    .header(ALLOW, "DELETE")
                    .header(LAST_MODIFIED, &modified.to_http_date())
            }
            Error::NoSuchUpload => Self::new(ErrorCode::NoSuchUpload),
            Error::InvalidPart { part_number } => {
                Self::new(ErrorCode::InvalidPart).element("PartNumber", part_number.to_string())
            }
            Error::InvalidPartOrder => Self::new(ErrorCode::InvalidPartOrder),
            Error::EntityTooSmall { part_number, size } => Self::new(ErrorCode::EntityTooSmall)
                .element("ProposedSize", size.to_string())
                .element("MinSizeAllowed", larder_types::limits::PART_BYTES_MIN.to_string())
                .element("PartNumber", part_number.to_string()),
            Error::EntityTooLarge { max } => {
                Self::new(ErrorCode::EntityTooLarge).element("MaxSizeAllowed", max.to_string())
            }
            Error::DocumentTooLarge { max } => invalid(document_too_large(max)),
            Error::MetadataTooLarge => Self::new(ErrorCode::MetadataTooLarge).element(
                "MaxSizeAllowed",
                larder_types::limits::USER_METADATA_BYTES_MAX.to_string(),
            ),
            Error::InvalidDocument(error) => error.into(),
            Error::InvalidTag(message) => Self::with(ErrorCode::InvalidTag, message),
            Error::InvalidPartNumber { parts_count } => Self::new(ErrorCode::InvalidPartNumber)
                .element("ActualPartCount", parts_count.to_string()),
            Error::InvalidRange { size } => beyond_source(size),
            Error::PreconditionFailed(condition) => {
                Self::new(ErrorCode::PreconditionFailed).element("Condition", condition)
            }
            Error::NotModified => Self::new(ErrorCode::NotModified),
            Error::ConditionalRequestConflict => Self::new(ErrorCode::ConditionalRequestConflict),
            Error::BadDigest(algorithm) => Self::with(ErrorCode::BadDigest, mismatch(algorithm)),
            Error::PartBadDigest { part_number, algorithm } => {
                Self::with(ErrorCode::BadDigest, part_mismatch(part_number, algorithm))
            }
            Error::ChecksumAlgorithmMismatch { expected, actual } => {
                invalid(algorithm_mismatch(expected, actual))
            }
            Error::ChecksumTypeUnsupported { algorithm, checksum_type } => {
                invalid(type_unsupported(algorithm, checksum_type))
            }
            Error::ObjectSizeMismatch { size } => invalid(size_mismatch(size)),
            Error::InvalidRequest(message) => Self::with(ErrorCode::InvalidRequest, message),
            Error::Body(error) => of_body(error),
            Error::SlowDown => Self::new(ErrorCode::SlowDown),
            Error::Full => Self::new(ErrorCode::InsufficientStorage),
            Error::VersionGone => Self {
                cause: Some("a version was replaced again and again while it was read".into()),
                ..Self::new(ErrorCode::SlowDown)
            },
            Error::Corrupt(_) | Error::Internal(_) | Error::Unknown(_) => {
                Self::internal(error.to_string())
            }
        }
    }
}

fn document_too_large(max: usize) -> String {
    format!("The document has at most {max} bytes as it is stored.")
}

fn size_mismatch(size: u64) -> String {
    format!("The provided 'x-amz-mp-object-size' header does not match what was computed: {size}")
}

fn mismatch(algorithm: ChecksumAlgorithm) -> String {
    format!("The {} you specified did not match the calculated checksum.", algorithm.name())
}

fn part_mismatch(part_number: u32, algorithm: ChecksumAlgorithm) -> String {
    let name = algorithm.name().to_ascii_lowercase();
    format!("The {name} you specified for part {part_number} did not match what we received.")
}

fn algorithm_mismatch(
    expected: Option<ChecksumAlgorithm>,
    actual: Option<ChecksumAlgorithm>,
) -> String {
    let word = |algorithm: Option<ChecksumAlgorithm>| {
        algorithm.map_or("null", ChecksumAlgorithm::name).to_ascii_lowercase()
    };
    format!(
        "Checksum Type mismatch occurred, expected checksum Type: {}, actual checksum Type: {}",
        word(expected),
        word(actual)
    )
}

fn type_unsupported(algorithm: ChecksumAlgorithm, kind: ChecksumType) -> String {
    format!(
        "The {} checksum type cannot be used with the {} checksum algorithm.",
        kind.name(),
        algorithm.name().to_ascii_lowercase()
    )
}

/// A range of a copy's source, unlike that of a GET, is never cut.
fn beyond_source(size: u64) -> Failure {
    let message = format!("Range specified is not valid for source object of size: {size}");
    S3Error::invalid_argument(message, "x-amz-copy-source-range", size.to_string()).into()
}

/// 416, with what AWS tells of it.
pub(crate) fn invalid_range(size: u64, requested: &str) -> Failure {
    Failure::new(ErrorCode::InvalidRange)
        .element("RangeRequested", requested)
        .element("ActualObjectSize", size.to_string())
}

#[cfg(test)]
mod tests {
    use super::log_level;
    use larder_s3_wire::error::ErrorCode;

    #[test]
    fn only_the_servers_own_faults_are_errors_in_the_log() {
        let errors: Vec<_> = ErrorCode::ALL
            .iter()
            .filter(|code| log_level(**code) == Some(log::Level::Error))
            .map(|code| code.name())
            .collect();
        assert_eq!(errors, ["InternalError"]);
        for code in ErrorCode::ALL.iter().filter(|code| code.status() < 500) {
            assert_eq!(log_level(*code), None, "{}", code.name());
        }
        for code in [ErrorCode::SlowDown, ErrorCode::ServiceUnavailable] {
            assert_eq!(log_level(code), Some(log::Level::Debug), "{}", code.name());
        }
    }
}
