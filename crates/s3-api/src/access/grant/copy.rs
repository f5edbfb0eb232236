//! Grants to write from another object.

use super::object::missing;
use super::{Grant, Source, kind};
use crate::access::admit::{ask, bucket_resource, existing_object, object_resource, tags_of};
use crate::access::need::On;
use crate::call::Call;
use crate::error::Failure;
use larder_iam::{ObjectResource, Resource};
use larder_objects::conditions::ReadConditions;
use larder_objects::multipart::{UploadPart, UploadedPart};
use larder_objects::{CopyObject, Error, EventName, ObjectVersion, Objects, Stored};
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;
use larder_types::ByteRange;

/// How often a source that was replaced while it was read is looked up again.
const LOOK_UPS_MAX: u32 = 5;

/// A source that was found, that may be read, and whose conditions hold.
pub(crate) struct FoundSource<S: Storage> {
    objects: Objects<S>,
    source: Box<Source>,
    conditions: ReadConditions,
    version: ObjectVersion,
    look_ups: u32,
}

impl<S: Storage> Grant<S, kind::CopyObject> {
    /// Finds the source. `takes_tags`: the source's tags go with it, which needs rights of its own
    /// where it has any.
    ///
    /// Errors: `PreconditionFailed`, those of a look-up, `AccessDenied`.
    pub(crate) async fn find_source(
        &mut self,
        call: &Call<'_>,
        conditions: ReadConditions,
        takes_tags: bool,
    ) -> Result<FoundSource<S>, Failure> {
        let mut source = self.admitted.source.take().expect("a copy has one source");
        let found = match source.found.take() {
            Some(found) => hold_for(*found, &conditions),
            None => look_up(self.objects(), &source, &conditions).await,
        };
        let version = found.map_err(|refused| refused.failure(call, &source))?;
        if takes_tags && !version.record.attributes.tags.is_empty() {
            self.ask_for_tags(call, &source, &version)?;
        }
        let objects = self.objects().clone();
        Ok(FoundSource { objects, source, conditions, version, look_ups: 1 })
    }

    fn ask_for_tags(
        &self,
        call: &Call<'_>,
        source: &Source,
        version: &ObjectVersion,
    ) -> Result<(), Failure> {
        let (context, tags) = (&call.context(call), tags_of(version));
        let shown = source.version.map(|version| version.to_string());
        let of_source = Resource::Object(ObjectResource {
            bucket: bucket_resource(&source.bucket),
            key: source.key.as_str(),
            version: shown.as_deref(),
            existing: existing_object(version, &tags),
        });
        for need in self.admitted.needs.iter().filter(|need| need.is_late()) {
            let (resource, is_versioned) = match need.on {
                On::Source => (of_source, source.version.is_some()),
                _ => (object_resource(self.bucket(), self.key().as_str()), false),
            };
            if need.applies(call, is_versioned) {
                ask(call, context, need.action, resource)?;
            }
        }
        Ok(())
    }

    /// Writes a copy of the source.
    pub(crate) async fn copy(
        &self,
        source: &FoundSource<S>,
        copy: CopyObject,
    ) -> Result<Stored, Error> {
        let cause = self.cause(EventName::ObjectCreatedCopy);
        let writer = self.objects().writer(&cause);
        writer.copy(&source.version, self.bucket(), self.key(), copy).await
    }

    /// Writes a part from a range of the source.
    pub(crate) async fn upload_part(
        &self,
        part: UploadPart,
        source: &FoundSource<S>,
        range: Option<ByteRange>,
    ) -> Result<UploadedPart, Error> {
        let from = (&source.version, range);
        self.objects().upload_part_copy(self.bucket(), self.key(), part, from).await
    }
}

impl<S: Storage> FoundSource<S> {
    /// Finds the source again, which was replaced while it was read. False when it was looked up
    /// often enough.
    pub(crate) async fn look_again(&mut self) -> Result<bool, Failure> {
        if self.look_ups >= LOOK_UPS_MAX {
            return Ok(false);
        }
        self.look_ups += 1;
        let found = look_up(&self.objects, &self.source, &self.conditions).await;
        // It was there when the copy began: that it is gone is no news to who saw it.
        self.version = found.map_err(|refused| refused.plain(&self.source))?;
        Ok(true)
    }

    /// `x-amz-copy-source-version-id`.
    pub(crate) fn shown_version(&self) -> Option<String> {
        let shown = self.source.bucket.shown(self.version.record.version());
        shown.map(|version| version.to_string())
    }
}

/// Why a source is not copied.
enum Refused {
    NotFound(Error),
    Condition(Error),
}

impl Refused {
    fn failure(self, call: &Call<'_>, source: &Source) -> Failure {
        match self {
            Self::NotFound(Error::MethodNotAllowed { .. }) => is_delete_marker(),
            Self::NotFound(error) => named(missing(call, &source.bucket, error), source),
            Self::Condition(error) => error.into(),
        }
    }

    fn plain(self, source: &Source) -> Failure {
        match self {
            Self::NotFound(Error::MethodNotAllowed { .. }) => is_delete_marker(),
            Self::NotFound(error) => named(error.into(), source),
            Self::Condition(error) => error.into(),
        }
    }
}

fn is_delete_marker() -> Failure {
    Failure::with(
        ErrorCode::InvalidRequest,
        "The source of a copy request may not specifically refer to a delete marker by version id.",
    )
}

/// The failure about the source, not about the key of the path.
fn named(failure: Failure, source: &Source) -> Failure {
    match failure.code() {
        ErrorCode::NoSuchKey => failure.element("Key", source.key.as_str()),
        ErrorCode::NoSuchVersion => {
            let version = source.version.map_or_else(String::new, |v| v.to_string());
            failure.element("Key", source.key.as_str()).element("VersionId", version)
        }
        _ => failure,
    }
}

async fn look_up<S: Storage>(
    objects: &Objects<S>,
    source: &Source,
    conditions: &ReadConditions,
) -> Result<ObjectVersion, Refused> {
    let found = objects.lookup(&source.bucket, &source.key, source.version).await;
    hold_for(found.map_err(Refused::NotFound)?, conditions)
}

/// The version, if the conditions hold for it.
fn hold_for(version: ObjectVersion, conditions: &ReadConditions) -> Result<ObjectVersion, Refused> {
    let header = match conditions.check(&version.record.etag, version.record.modified) {
        Ok(()) => return Ok(version),
        Err(Error::NotModified) if conditions.if_none_match.is_some() => {
            "x-amz-copy-source-If-None-Match"
        }
        Err(Error::NotModified) => "x-amz-copy-source-If-Modified-Since",
        Err(Error::PreconditionFailed("If-Match")) => "x-amz-copy-source-If-Match",
        Err(Error::PreconditionFailed(_)) => "x-amz-copy-source-If-Unmodified-Since",
        Err(error) => return Err(Refused::Condition(error)),
    };
    Err(Refused::Condition(Error::PreconditionFailed(header)))
}
