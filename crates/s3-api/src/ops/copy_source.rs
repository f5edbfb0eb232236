//! `x-amz-copy-source`: `[/]bucket/key[?versionId=id]`, encoded as a form is: unlike in a path, a
//! plus is a space, as AWS's own examples for Java and PHP rely on.

use super::object_headers::version_id;
use crate::call::Call;
use crate::error::Failure;
use crate::pipeline::{Elsewhere, Grant};
use larder_objects::conditions::ReadConditions;
use larder_objects::{Error, ObjectVersion};
use larder_s3_wire::error::{ErrorCode, S3Error};
use larder_s3_wire::percent::{self, Plus};
use larder_storage::Storage;
use larder_types::VersionId;

/// What a copy is made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct CopySource {
    pub(crate) bucket: String,
    pub(crate) key: String,
    pub(crate) version: Option<VersionId>,
}

/// A source that was found, that may be read, and whose conditions hold.
pub(crate) struct FoundSource<S: Storage> {
    pub(crate) grant: Grant<S>,
    pub(crate) version: ObjectVersion,
    source: CopySource,
    conditions: ReadConditions,
}

/// How often a source that was replaced while it was read is looked up again.
pub(crate) const LOOK_UPS_MAX: u32 = 5;

impl CopySource {
    /// Parses the header.
    ///
    /// Errors: `InvalidArgument`.
    pub(crate) fn parse(header: &str) -> Result<Self, Failure> {
        let invalid = |message: &'static str| -> Failure {
            S3Error::invalid_argument(message, "x-amz-copy-source", header).into()
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

    /// Finds the source, having asked for the right to read it.
    pub(crate) async fn find<S: Storage>(
        &self,
        grant: &Grant<S>,
        call: &Call<'_>,
        conditions: &ReadConditions,
    ) -> Result<FoundSource<S>, Failure> {
        let action = match self.version {
            Some(_) => "s3:GetObjectVersion",
            None => "s3:GetObject",
        };
        let expected_owner = call.header("x-amz-source-expected-bucket-owner");
        let place = Elsewhere {
            bucket: &self.bucket,
            key: &self.key,
            expected_owner: expected_owner.as_deref(),
        };
        let grant = grant.elsewhere(call, action, &place).await?;
        let version = self.look_up(&grant, conditions).await?;
        let (source, conditions) = (self.clone(), conditions.clone());
        Ok(FoundSource { grant, version, source, conditions })
    }

    async fn look_up<S: Storage>(
        &self,
        grant: &Grant<S>,
        conditions: &ReadConditions,
    ) -> Result<ObjectVersion, Failure> {
        let found = grant.objects().lookup(grant.bucket(), grant.key(), self.version).await;
        let version = found.map_err(|error| self.not_found(error))?;
        let header = match conditions.check(&version.record.etag, version.record.modified) {
            Ok(()) => return Ok(version),
            Err(Error::NotModified) if conditions.if_none_match.is_some() => {
                "x-amz-copy-source-If-None-Match"
            }
            Err(Error::NotModified) => "x-amz-copy-source-If-Modified-Since",
            Err(Error::PreconditionFailed("If-Match")) => "x-amz-copy-source-If-Match",
            Err(Error::PreconditionFailed(_)) => "x-amz-copy-source-If-Unmodified-Since",
            Err(error) => return Err(error.into()),
        };
        Err(Error::PreconditionFailed(header).into())
    }

    fn not_found(&self, error: Error) -> Failure {
        match error {
            Error::MethodNotAllowed { .. } => Failure::with(
                ErrorCode::InvalidRequest,
                "The source of a copy request may not specifically refer to a delete marker by \
                 version id.",
            ),
            error => {
                let failure = Failure::from(error);
                match failure.code() {
                    ErrorCode::NoSuchKey => failure.element("Key", self.key.as_str()),
                    ErrorCode::NoSuchVersion => failure.element("Key", self.key.as_str()).element(
                        "VersionId",
                        self.version.map_or_else(String::new, |v| v.to_string()),
                    ),
                    _ => failure,
                }
            }
        }
    }
}

impl<S: Storage> FoundSource<S> {
    /// Finds the source again, which was replaced while it was read.
    pub(crate) async fn look_again(&mut self) -> Result<(), Failure> {
        self.version = self.source.look_up(&self.grant, &self.conditions).await?;
        Ok(())
    }

    /// `x-amz-copy-source-version-id`.
    pub(crate) fn shown_version(&self) -> Option<String> {
        let shown = self.grant.bucket().shown(self.version.record.version());
        shown.map(|version| version.to_string())
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
