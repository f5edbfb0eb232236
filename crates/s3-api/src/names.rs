//! A request's names, wherever they stand: in the path, a form, a copy's source or a document.

use crate::error::Failure;
use larder_s3_wire::error::{ErrorCode, S3Error};
use larder_types::{BucketName, InvalidObjectKey, ObjectKey, VersionId};

/// A bucket's name.
///
/// Errors: `InvalidBucketName`.
pub(crate) fn bucket_name(name: &str) -> Result<BucketName, Failure> {
    BucketName::new(name)
        .map_err(|_| Failure::new(ErrorCode::InvalidBucketName).element("BucketName", name))
}

/// A key.
///
/// Errors: `KeyTooLongError`, `InvalidArgument` for none, `BadRequest` for one that would leave its
/// bucket if it were a path. AWS answers 400 to these, without a document.
pub(crate) fn object_key(key: &str) -> Result<ObjectKey, Failure> {
    if leaves_bucket(key) {
        return Err(Failure::with(
            ErrorCode::BadRequest,
            "The key has more `..` than elements before them, so that as a path it would leave its \
             bucket.",
        ));
    }
    ObjectKey::new(key).map_err(|error| match error {
        InvalidObjectKey::TooLong => Failure::new(ErrorCode::KeyTooLongError)
            .element("Size", key.len().to_string())
            .element("MaxSizeAllowed", larder_types::limits::OBJECT_KEY_BYTES_MAX.to_string()),
        InvalidObjectKey::Empty => {
            Failure::with(ErrorCode::InvalidArgument, "A key must be specified.")
        }
    })
}

/// A `versionId`.
///
/// Errors: `InvalidArgument`.
pub(crate) fn version_id(text: Option<&str>) -> Result<Option<VersionId>, Failure> {
    let Some(text) = text else {
        return Ok(None);
    };
    let message = if text.is_empty() {
        "Version id cannot be the empty string"
    } else {
        "Invalid version id specified"
    };
    let invalid = |_| S3Error::invalid_argument(message, "versionId", text).into();
    VersionId::parse(text).map(Some).map_err(invalid)
}

/// Whether a file system would resolve the key to a place outside of its bucket: object user guide,
/// "Naming Amazon S3 objects".
fn leaves_bucket(key: &str) -> bool {
    // Nearly no key has two dots in a row, and a DeleteObjects has a thousand keys.
    if !key.as_bytes().windows(2).any(|pair| pair == b"..") {
        return false;
    }
    let mut depth = 0_usize;
    for element in key.split('/') {
        match element {
            "" | "." => {}
            ".." if depth == 0 => return true,
            ".." => depth -= 1,
            _ => depth += 1,
        }
    }
    false
}
