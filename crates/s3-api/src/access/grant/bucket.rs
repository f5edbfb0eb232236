//! Grants on the service and on buckets.

use super::{Grant, OperationScope, kind};
use crate::access::admit::{ask, bucket_resource};
use crate::access::need::On;
use crate::call::Call;
use crate::error::Failure;
use larder_documents::EncodedDocument;
use larder_iam::{Existing, ObjectResource, Resource};
use larder_objects::list::{
    ListObjects, ListPage, ListUploads, ListVersions, UploadPage, VersionPage,
};
use larder_objects::{
    BucketPage, CreateBucket, DeleteObject, DeletedMany, Error, EventName, ListBuckets, Tag,
};
use larder_storage::Storage;
use larder_types::{BucketName, ObjectKey};

/// An entry of DeleteObjects that may be removed.
pub(crate) struct DeleteEntry((ObjectKey, DeleteObject));

/// What a request says of the bucket that is to be made.
pub(crate) struct NewBucket {
    /// What to store of its LocationConstraint.
    pub(crate) region: Option<String>,
    pub(crate) tags: Vec<Tag>,
    pub(crate) documents: Vec<EncodedDocument>,
}

impl<S: Storage> Grant<S, kind::ListBuckets> {
    /// Lists buckets of the caller, whoever's `list` asks for.
    pub(crate) async fn list(&self, list: ListBuckets) -> Result<BucketPage, Failure> {
        let owner_id = self.caller()?.canonical_id.clone();
        Ok(self.objects().list_buckets(ListBuckets { owner_id, ..list }).await?)
    }
}

impl<S: Storage> Grant<S, kind::CreateBucket> {
    /// The new bucket's name.
    pub(crate) fn name(&self) -> &BucketName {
        match &self.admitted.place {
            OperationScope::NewBucket(name) => name,
            OperationScope::Service | OperationScope::Bucket(_) => {
                unreachable!("a bucket is to be made")
            }
        }
    }

    /// Makes the bucket, which the caller will own.
    pub(crate) async fn create(&self, new: NewBucket) -> Result<(), Error> {
        let Ok(owner) = self.caller() else {
            return Err(Error::Internal("a bucket has to have an owner".into()));
        };
        let NewBucket { region, tags, documents } = new;
        let create = CreateBucket { owner: owner.clone(), region, tags, documents };
        self.objects().create_bucket(self.name(), create).await.map(drop)
    }
}

impl<S: Storage> Grant<S, kind::DeleteBucket> {
    /// Removes the bucket.
    pub(crate) async fn delete(&self) -> Result<(), Error> {
        self.objects().delete_bucket(self.bucket()).await
    }
}

impl<S: Storage> Grant<S, kind::PutBucketVersioning> {
    /// Enables or suspends versioning.
    pub(crate) async fn put(&self, enabled: bool) -> Result<(), Error> {
        self.objects().put_versioning(self.bucket(), enabled).await
    }
}

impl<S: Storage> Grant<S, kind::PutBucketTagging> {
    /// Replaces the bucket's tags.
    pub(crate) async fn put(&self, tags: Vec<Tag>) -> Result<(), Error> {
        self.objects().put_bucket_tags(self.bucket(), tags).await
    }
}

impl<S: Storage> Grant<S, kind::ListObjects> {
    /// Lists current versions.
    pub(crate) async fn list(&self, list: ListObjects<'_>) -> Result<ListPage, Error> {
        self.objects().list(self.bucket(), list).await
    }
}

impl<S: Storage> Grant<S, kind::ListVersions> {
    /// Lists all versions.
    pub(crate) async fn list(&self, list: ListVersions<'_>) -> Result<VersionPage, Error> {
        self.objects().list_versions(self.bucket(), list).await
    }
}

impl<S: Storage> Grant<S, kind::ListUploads> {
    /// Lists uploads.
    pub(crate) async fn list(&self, list: ListUploads<'_>) -> Result<UploadPage, Error> {
        self.objects().list_uploads(self.bucket(), list).await
    }
}

impl<S: Storage> Grant<S, kind::DeleteEntries> {
    /// Asks for the right to remove one entry; `version` is its version as the list has it.
    ///
    /// Errors: `AccessDenied`.
    pub(crate) fn entry(
        &self,
        call: &Call<'_>,
        key: ObjectKey,
        delete: DeleteObject,
    ) -> Result<DeleteEntry, Failure> {
        let context = &call.context(call);
        let shown = delete.version.map(|version| version.to_string());
        let resource = Resource::Object(ObjectResource {
            bucket: bucket_resource(self.bucket()),
            key: key.as_str(),
            version: shown.as_deref(),
            existing: Existing::Unknown,
        });
        for need in self.admitted.needs.iter().filter(|need| need.on == On::Entry) {
            if need.applies(call, delete.version.is_some()) {
                ask(call, context, need.action, resource)?;
            }
        }
        Ok(DeleteEntry((key, delete)))
    }

    /// Removes these entries.
    pub(crate) async fn delete(&self, entries: Vec<DeleteEntry>) -> DeletedMany {
        let entries: Vec<_> = entries.into_iter().map(|entry| entry.0).collect();
        let cause = self.cause(EventName::ObjectRemovedDelete);
        self.objects().writer(&cause).delete_many(self.bucket(), &entries).await
    }
}
