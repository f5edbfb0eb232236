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
use larder_objects::read::{Extent, OpenVersion, ReadPlan, ReadTarget};
use larder_objects::{Bucket, CopyObject, Error, EventName, ObjectVersion, Objects, Stored};
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;
use larder_types::ByteRange;

/// A source that was found, that may be read, whose conditions hold, and that is open.
pub(crate) struct FoundSource<S: Storage> {
    opened: OpenVersion<S>,
    /// `x-amz-copy-source-version-id`.
    pub(crate) shown_version: Option<String>,
}

/// What a copy wants of its source.
pub(crate) struct WantedSource {
    pub(crate) conditions: ReadConditions,
    pub(crate) range: Option<ByteRange>,
    /// The source's tags go with it.
    pub(crate) takes_tags: bool,
}

/// What is read of a source: all, or a range, if the conditions hold.
struct SourcePlan<'a, 'b> {
    call: &'a Call<'b>,
    source: &'a Source,
    conditions: ReadConditions,
    range: Option<ByteRange>,
}

impl<S: Storage> Grant<S, kind::CopyObject> {
    /// Finds the source and opens it, or a range of it. `takes_tags`: the source's tags go with it,
    /// which needs rights of its own where it has any.
    ///
    /// Errors: `PreconditionFailed`, those of a look-up, `InvalidRange`, `AccessDenied`.
    pub(crate) async fn find_source(
        &mut self,
        call: &Call<'_>,
        wanted: WantedSource,
    ) -> Result<FoundSource<S>, Failure> {
        let WantedSource { conditions, range, takes_tags } = wanted;
        let mut source = self.admitted.source.take().expect("a copy has one source");
        let found = source.found.take().map(|found| *found);
        let source = &*source;
        let (bucket, key, version) = (&*source.bucket, &source.key, source.version);
        let plan = SourcePlan { call, source, conditions, range };
        let target = ReadTarget { bucket, key, version, found };
        let (opened, ()) = self.objects().read(target, &plan).await?;
        let record = &opened.version.record;
        if takes_tags && !record.attributes.tags.is_empty() {
            self.ask_for_tags(call, source, &opened.version)?;
        }
        let shown_version = source.bucket.shown(record.version());
        let shown_version = shown_version.map(|version| version.to_string());
        Ok(FoundSource { opened, shown_version })
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
        source: FoundSource<S>,
        copy: CopyObject,
    ) -> Result<Stored, Error> {
        let cause = self.cause(EventName::ObjectCreatedCopy);
        let writer = self.objects().writer(&cause);
        writer.copy(source.opened, self.bucket(), self.key(), copy).await
    }

    /// Writes a part from the source, or what was opened of it.
    pub(crate) async fn upload_part(
        &self,
        part: UploadPart,
        source: FoundSource<S>,
    ) -> Result<UploadedPart, Error> {
        self.objects().upload_part_copy(self.bucket(), self.key(), part, source.opened).await
    }
}

impl<S: Storage> ReadPlan<S> for SourcePlan<'_, '_> {
    type Decision = ();
    type Refusal = Failure;

    async fn decide(&self, _: &Objects<S>, found: &ObjectVersion) -> Result<(Extent, ()), Failure> {
        check(&self.conditions, found)?;
        Ok((self.range.map_or(Extent::Whole, Extent::Range), ()))
    }

    fn not_found(&self, bucket: &Bucket, error: Error) -> Failure {
        match error {
            Error::MethodNotAllowed { .. } => is_delete_marker(),
            error => {
                named(missing(self.call, bucket, self.source.key.as_str(), error), self.source)
            }
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

/// Whether the conditions hold for the source.
fn check(conditions: &ReadConditions, found: &ObjectVersion) -> Result<(), Error> {
    let header = match conditions.check(&found.record.etag, found.record.modified) {
        Err(Error::NotModified) if conditions.if_none_match.is_some() => {
            "x-amz-copy-source-If-None-Match"
        }
        Err(Error::NotModified) => "x-amz-copy-source-If-Modified-Since",
        Err(Error::PreconditionFailed("If-Match")) => "x-amz-copy-source-If-Match",
        Err(Error::PreconditionFailed(_)) => "x-amz-copy-source-If-Unmodified-Since",
        other => return other,
    };
    Err(Error::PreconditionFailed(header))
}
