//! What was granted. A grant reaches the bucket, key and version it was given for, by the methods
//! of its kind.

mod bucket;
mod copy;
mod document;
mod object;
mod write;

pub(crate) use bucket::{DeleteEntry, NewBucket};
pub(crate) use copy::{FoundSource, WantedSource};
pub(crate) use object::missing;

use super::admit::denied;
use super::need::Need;
use crate::call::Call;
use crate::error::Failure;
use larder_documents::OwnershipControls;
use larder_iam::acl::CannedAcl;
use larder_iam::{Principal, RequestValues};
use larder_objects::{Bucket, Cause, EventName, ObjectVersion, Objects};
use larder_s3_model::enums::ObjectOwnership;
use larder_storage::Storage;
use larder_types::{BucketName, ObjectKey, Owner, RequestId, VersionId};
use std::marker::PhantomData;
use std::net::IpAddr;
use std::sync::Arc;

/// What a kind of grant reaches.
pub(crate) trait GrantKind {
    /// The actions that were asked for, each where its need applies.
    const ACTIONS: &'static [&'static str];
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident = [$($action:literal),* $(,)?];)*) => {
        /// The kinds of grants, each with the actions behind it.
        pub(crate) mod kind {
            pub(crate) use super::document::{DeleteDocument, PutDocument};

            $(
                $(#[$doc])*
                pub(crate) struct $name;

                impl super::GrantKind for $name {
                    const ACTIONS: &'static [&'static str] = &[$($action),*];
                }
            )*
        }
    };
}

kinds! {
    /// To list the caller's buckets.
    ListBuckets = ["s3:ListAllMyBuckets"];
    /// To make a bucket.
    CreateBucket = ["s3:CreateBucket"];
    /// To see what a bucket is; no need to name which action did so.
    ViewBucket = [];
    /// To remove a bucket.
    DeleteBucket = ["s3:DeleteBucket"];
    /// To change whether a bucket keeps versions.
    PutBucketVersioning = ["s3:PutBucketVersioning"];
    /// To change a bucket's tags.
    PutBucketTagging = ["s3:PutBucketTagging"];
    /// To change a bucket's access control list.
    PutBucketAcl = ["s3:PutBucketAcl"];
    /// To list current versions.
    ListObjects = ["s3:ListBucket"];
    /// To list all versions.
    ListVersions = ["s3:ListBucketVersions"];
    /// To list uploads.
    ListUploads = ["s3:ListBucketMultipartUploads"];
    /// To remove the objects of a list, each of which is asked for by itself.
    DeleteEntries = ["s3:DeleteObject", "s3:DeleteObjectVersion"];
    /// To read an object.
    ReadObject = ["s3:GetObject", "s3:GetObjectVersion"];
    /// To read an object's tags.
    ReadTags = ["s3:GetObjectTagging", "s3:GetObjectVersionTagging"];
    /// To read an object's access control list.
    ReadAcl = ["s3:GetObjectAcl", "s3:GetObjectVersionAcl"];
    /// To change an object's access control list.
    ChangeAcl = ["s3:PutObjectAcl", "s3:PutObjectVersionAcl"];
    /// To change an object's tags.
    ChangeTags = ["s3:PutObjectTagging", "s3:PutObjectVersionTagging"];
    /// To remove an object's tags.
    RemoveTags = ["s3:DeleteObjectTagging", "s3:DeleteObjectVersionTagging"];
    /// To remove an object.
    DeleteObject = ["s3:DeleteObject", "s3:DeleteObjectVersion"];
    /// To write an object, at once or in parts.
    WriteObject = ["s3:PutObject"];
    /// To write an object, or a part of one, from another object that may be read.
    CopyObject = ["s3:PutObject", "s3:GetObject", "s3:GetObjectVersion"];
    /// To give up an upload.
    AbortUpload = ["s3:AbortMultipartUpload"];
    /// To list an upload's parts.
    ListParts = ["s3:ListMultipartUploadParts"];
}

/// What was admitted, before it is known which kind of grant its operation takes.
pub(crate) struct Admitted<S: Storage> {
    objects: Objects<S>,
    principal: Principal,
    request_id: RequestId,
    source_address: Option<IpAddr>,
    place: OperationScope,
    pub(super) key: Option<ObjectKey>,
    pub(super) version: Option<VersionId>,
    pub(super) needs: &'static [Need],
    pub(super) source: Option<Box<Source>>,
    /// The object, where the rules needed it: it is not looked up again.
    pub(super) found: Option<Box<ObjectVersion>>,
}

/// Where an operation works.
pub(super) enum OperationScope {
    /// In no bucket.
    Service,
    /// At the name of a bucket that is to be made.
    NewBucket(BucketName),
    /// In a bucket.
    Bucket(Arc<Bucket>),
}

/// A copy's source.
pub(super) struct Source {
    pub(super) bucket: Arc<Bucket>,
    pub(super) key: ObjectKey,
    pub(super) version: Option<VersionId>,
    /// See `Admitted`.
    pub(super) found: Option<Box<ObjectVersion>>,
}

/// A verified right to an operation. Only the pipeline has one made.
pub(crate) struct Grant<S: Storage, K: GrantKind> {
    admitted: Admitted<S>,
    kind: PhantomData<fn() -> K>,
}

impl<S: Storage> Admitted<S> {
    pub(super) fn new(objects: Objects<S>, call: &Call<'_>, place: OperationScope) -> Self {
        Self {
            objects,
            principal: call.principal().clone(),
            request_id: call.request_id,
            source_address: call.source_address(),
            place,
            key: None,
            version: None,
            needs: &[],
            source: None,
            found: None,
        }
    }

    /// The bucket, where the operation has one.
    pub(crate) fn bucket(&self) -> Option<&Bucket> {
        match &self.place {
            OperationScope::Bucket(bucket) => Some(bucket),
            OperationScope::Service | OperationScope::NewBucket(_) => None,
        }
    }

    /// The grant of a kind whose actions the table's row asks for.
    pub(crate) fn grant<K: GrantKind>(self) -> Grant<S, K> {
        Grant { admitted: self, kind: PhantomData }
    }
}

impl<S: Storage, K: GrantKind> Grant<S, K> {
    /// The bucket. Operations at bucket or object level have one, except CreateBucket.
    pub(crate) fn bucket(&self) -> &Arc<Bucket> {
        match &self.admitted.place {
            OperationScope::Bucket(bucket) => bucket,
            OperationScope::Service | OperationScope::NewBucket(_) => {
                unreachable!("the operation has a bucket")
            }
        }
    }

    /// The key. Operations at object level have one.
    pub(crate) fn key(&self) -> &ObjectKey {
        self.admitted.key.as_ref().expect("the operation's level has a key")
    }

    /// The version that the request names.
    pub(crate) fn version(&self) -> Option<VersionId> {
        self.admitted.version
    }

    /// Who will own an object of which `values` speak: who writes it, or the bucket's owner, as its
    /// owner has set (S3 user guide, "Controlling ownership of objects").
    pub(crate) fn object_owner(&self, values: &dyn RequestValues) -> Owner {
        let bucket = self.bucket();
        let is_bucket_owners = match OwnershipControls::of(&bucket.documents) {
            ObjectOwnership::BucketOwnerEnforced => true,
            ObjectOwnership::BucketOwnerPreferred => {
                let canned = values.header("x-amz-acl").and_then(|name| CannedAcl::parse(&name));
                canned == Some(CannedAcl::BucketOwnerFullControl)
            }
            ObjectOwnership::ObjectWriter => false,
        };
        // What nobody's name is on would be nobody's to manage: it is the bucket owner's.
        let writer = self.admitted.principal.account().filter(|_| !is_bucket_owners);
        writer.map_or_else(|| bucket.owner.clone(), |account| account.owner.clone())
    }

    /// The account that asks, as an owner.
    ///
    /// Errors: `AccessDenied` for whoever has no account.
    pub(crate) fn caller(&self) -> Result<&Owner, Failure> {
        self.admitted.principal.account().map(|account| &account.owner).ok_or_else(denied)
    }

    /// Why an event happens: what was granted, to whom.
    fn cause(&self, event: EventName) -> Cause<'_> {
        let Admitted { principal, request_id, source_address, .. } = &self.admitted;
        Cause {
            event: Some(event),
            principal,
            request_id: Some(*request_id),
            source_address: *source_address,
        }
    }

    fn objects(&self) -> &Objects<S> {
        &self.admitted.objects
    }
}
