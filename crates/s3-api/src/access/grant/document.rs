//! Grants on the documents of buckets.

use super::{Grant, GrantKind, kind};
use larder_documents::{BucketAcl, DocumentOperations};
use larder_objects::Error;
use larder_storage::Storage;
use std::marker::PhantomData;

/// To put a bucket's document of this type.
pub(crate) struct PutDocument<T>(PhantomData<T>);

/// To remove a bucket's document of this type.
pub(crate) struct DeleteDocument<T>(PhantomData<T>);

impl<T: DocumentOperations> GrantKind for PutDocument<T> {
    const ACTIONS: &'static [&'static str] = &[T::WRITE_ACTION];
}

impl<T: DocumentOperations> GrantKind for DeleteDocument<T> {
    const ACTIONS: &'static [&'static str] = &[T::DELETE_ACTION];
}

impl<S: Storage, T: DocumentOperations> Grant<S, PutDocument<T>> {
    /// Replaces the document.
    pub(crate) async fn put(&self, document: &T) -> Result<(), Error> {
        self.objects().put_document(self.bucket(), document).await
    }
}

impl<S: Storage, T: DocumentOperations> Grant<S, DeleteDocument<T>> {
    /// Removes the document.
    pub(crate) async fn delete(&self) -> Result<(), Error> {
        self.objects().delete_document(self.bucket(), T::KIND).await
    }
}

impl<S: Storage> Grant<S, kind::PutBucketAcl> {
    /// Replaces the bucket's access control list.
    pub(crate) async fn put(&self, acl: &BucketAcl) -> Result<(), Error> {
        self.objects().put_document(self.bucket(), acl).await
    }
}
