//! Grants on objects that exist.

use super::{Grant, GrantKind, kind};
use crate::access::admit::{denied, may_list};
use crate::call::Call;
use crate::error::Failure;
use larder_iam::acl::Grant as AclEntry;
use larder_objects::read::{OpenVersion, ReadPlan, ReadTarget};
use larder_objects::{
    Bucket, DeleteObject, Deleted, Error, EventName, ObjectVersion, PartPage, Tag,
};
use larder_storage::Storage;
use larder_types::VersionId;

/// The kinds that look an object up; none of them opens what it finds.
pub(crate) trait LooksUp: GrantKind {}

impl LooksUp for kind::ReadObject {}
impl LooksUp for kind::ReadTags {}
impl LooksUp for kind::ReadAcl {}
impl LooksUp for kind::ChangeAcl {}

impl<S: Storage, K: LooksUp> Grant<S, K> {
    /// Finds the object, or the version of it that the request names. What the rules were shown is
    /// what is found, the first time.
    ///
    /// Errors: those of `Objects::lookup`; see [`missing`].
    pub(crate) async fn look_up(&mut self, call: &Call<'_>) -> Result<ObjectVersion, Failure> {
        if let Some(found) = self.admitted.found.take() {
            return Ok(*found);
        }
        let found = self.objects().lookup(self.bucket(), self.key(), self.version()).await;
        found.map_err(|error| missing(call, self.bucket(), self.key().as_str(), error))
    }
}

impl<S: Storage> Grant<S, kind::ReadObject> {
    /// Finds the object, or the version of it that the request names, and opens what `plan` wants
    /// of it. What the rules were shown is what is found, the first time.
    pub(crate) async fn read<P: ReadPlan<S>>(
        &mut self,
        plan: &P,
    ) -> Result<(OpenVersion<S>, P::Decision), P::Refusal> {
        let found = self.admitted.found.take().map(|found| *found);
        let (bucket, key, version) = (self.bucket(), self.key(), self.version());
        self.objects().read(ReadTarget { bucket, key, version, found }, plan).await
    }

    /// Its parts behind `marker`, at most `max`.
    pub(crate) async fn parts(
        &self,
        found: &ObjectVersion,
        marker: u32,
        max: usize,
    ) -> Result<Option<PartPage>, Error> {
        self.objects().object_parts(found, marker, max).await
    }
}

impl<S: Storage> Grant<S, kind::ChangeAcl> {
    /// Replaces what the object's access control list grants; the version whose it is.
    pub(crate) async fn put(
        &self,
        call: &Call<'_>,
        grants: &[AclEntry],
    ) -> Result<VersionId, Failure> {
        let cause = self.cause(EventName::ObjectAclPut);
        let writer = self.objects().writer(&cause);
        let changed = writer.put_acl(self.bucket(), self.key(), self.version(), grants).await;
        changed.map_err(|error| missing(call, self.bucket(), self.key().as_str(), error))
    }
}

impl<S: Storage> Grant<S, kind::ChangeTags> {
    /// Replaces the object's tags; the version whose they are.
    pub(crate) async fn put(&self, call: &Call<'_>, tags: &[Tag]) -> Result<VersionId, Failure> {
        put_tags(self, call, EventName::ObjectTaggingPut, tags).await
    }
}

impl<S: Storage> Grant<S, kind::RemoveTags> {
    /// Removes the object's tags; the version whose they were.
    pub(crate) async fn remove(&self, call: &Call<'_>) -> Result<VersionId, Failure> {
        put_tags(self, call, EventName::ObjectTaggingDelete, &[]).await
    }
}

async fn put_tags<S: Storage, K: GrantKind>(
    grant: &Grant<S, K>,
    call: &Call<'_>,
    event: EventName,
    tags: &[Tag],
) -> Result<VersionId, Failure> {
    let (bucket, key) = (grant.bucket(), grant.key());
    let cause = grant.cause(event);
    let writer = grant.objects().writer(&cause);
    let changed = writer.put_tags(bucket, key, grant.version(), tags).await;
    changed.map_err(|error| missing(call, bucket, key.as_str(), error))
}

impl<S: Storage> Grant<S, kind::DeleteObject> {
    /// Removes the object, or the version of it that the request names.
    pub(crate) async fn delete(&self, delete: DeleteObject) -> Result<Deleted, Error> {
        let delete = DeleteObject { version: self.version(), ..delete };
        let cause = self.cause(EventName::ObjectRemovedDelete);
        self.objects().writer(&cause).delete(self.bucket(), self.key(), &delete).await
    }
}

/// Who may not list a bucket does not learn which keys it lacks: `AccessDenied` instead of
/// `NoSuchKey` and `NoSuchVersion` (GetObject, "Permissions"). The reference says it of keys; of
/// versions it would tell the same.
pub(crate) fn missing(call: &Call<'_>, bucket: &Bucket, key: &str, error: Error) -> Failure {
    let is_missing = matches!(error, Error::NoSuchKey { .. } | Error::NoSuchVersion);
    if is_missing && !may_list(call, bucket, key) { denied() } else { error.into() }
}
