//! `x-amz-copy-source`: `[/]bucket/key[?versionId=id]`, encoded as a form is: unlike in a path, a
//! plus is a space, as AWS's own examples for Java and PHP rely on.

use crate::error::Failure;
use crate::names::version_id;
use larder_s3_wire::error::S3Error;
use larder_s3_wire::percent::{self, Plus};
use larder_types::VersionId;

/// The header that makes a PUT a copy.
pub(super) const COPY_SOURCE: &str = "x-amz-copy-source";

/// What a copy is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CopySource {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) version: Option<VersionId>,
}

impl CopySource {
    /// Parses the header.
    ///
    /// Errors: `InvalidArgument`.
    pub(super) fn parse(header: &str) -> Result<Self, Failure> {
        let invalid = |message: &'static str| -> Failure {
            S3Error::invalid_argument(message, COPY_SOURCE, header).into()
        };
        let bad_source = "Copy Source must mention the source bucket and key: \
                          sourcebucket/sourcekey";
        if header.starts_with("arn:") {
            return Err(Failure::not_implemented("Access points are not implemented"));
        }
        let (path, version) = match header.split_once("?versionId=") {
            Some((path, version)) => (path, Some(version)),
            None => (header, None),
        };
        let path = percent::decode(path, Plus::Space)
            .map_err(|_| invalid("Invalid copy source encoding."))?;
        let path = path.strip_prefix('/').unwrap_or(&path);
        match path.split_once('/') {
            Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => Ok(Self {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
                version: version_id(version)?,
            }),
            _ => Err(invalid(bad_source)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::CopySource;
    use larder_types::VersionId;

    #[test]
    fn forms() {
        let source = |bucket: &str, key: &str, version| CopySource {
            bucket: bucket.to_owned(),
            key: key.to_owned(),
            version,
        };
        for (header, expected) in [
            ("b/k", source("b", "k", None)),
            ("/b/k", source("b", "k", None)),
            ("b%2Fk%2Bx+y%20z", source("b", "k+x y z", None)),
            ("b//k/", source("b", "/k/", None)),
            ("b/k?versionId=null", source("b", "k", Some(VersionId::Null))),
            ("b/k%3FversionId%3Dnull", source("b", "k?versionId=null", None)),
        ] {
            assert_eq!(CopySource::parse(header).unwrap(), expected, "{header}");
        }
        for bad in ["", "/", "b", "b/", "/b/", "b/k?versionId=", "b/%zz", "b/k?versionId=x"] {
            assert!(CopySource::parse(bad).is_err(), "{bad}");
        }
    }
}
