//! Grants to write objects, at once or in parts.

use super::{Grant, kind};
use larder_objects::list::{ListParts, PartList};
use larder_objects::multipart::{CompleteUpload, CreateUpload, UploadPart, UploadedPart};
use larder_objects::rows::UploadRecord;
use larder_objects::{Body, Error, EventName, PutObject, Stored, UploadId};
use larder_storage::Storage;

impl<S: Storage> Grant<S, kind::WriteObject> {
    /// Writes an object of this body.
    pub(crate) async fn put<B: Body>(&self, put: PutObject, body: &mut B) -> Result<Stored, Error> {
        let cause = self.cause(EventName::ObjectCreatedPut);
        self.objects().writer(&cause).put(self.bucket(), self.key(), put, body).await
    }

    /// Writes an object of this file of a form.
    pub(crate) async fn post<B: Body>(
        &self,
        put: PutObject,
        body: &mut B,
    ) -> Result<Stored, Error> {
        let cause = self.cause(EventName::ObjectCreatedPost);
        self.objects().writer(&cause).put(self.bucket(), self.key(), put, body).await
    }

    /// Begins an upload.
    pub(crate) async fn create_upload(
        &self,
        create: CreateUpload,
    ) -> Result<(UploadId, UploadRecord), Error> {
        self.objects().create_upload(self.bucket(), self.key(), create).await
    }

    /// An upload of this key.
    pub(crate) async fn upload(&self, id: UploadId) -> Result<UploadRecord, Error> {
        self.objects().upload(self.bucket(), self.key(), id).await
    }

    /// Writes a part of this body.
    pub(crate) async fn upload_part<B: Body>(
        &self,
        part: UploadPart,
        body: &mut B,
    ) -> Result<UploadedPart, Error> {
        self.objects().upload_part(self.bucket(), self.key(), part, body).await
    }

    /// Makes an object of an upload's parts.
    pub(crate) async fn complete_upload(
        &self,
        id: UploadId,
        request: &CompleteUpload,
    ) -> Result<Stored, Error> {
        let cause = self.cause(EventName::ObjectCreatedCompleteMultipartUpload);
        let writer = self.objects().writer(&cause);
        writer.complete_upload(self.bucket(), self.key(), id, request).await
    }
}

impl<S: Storage> Grant<S, kind::AbortUpload> {
    /// Gives up an upload of this key.
    pub(crate) async fn abort(&self, id: UploadId) -> Result<(), Error> {
        self.objects().abort_upload(self.bucket(), self.key(), id).await
    }
}

impl<S: Storage> Grant<S, kind::ListParts> {
    /// Lists an upload's parts.
    pub(crate) async fn list(&self, id: UploadId, list: ListParts) -> Result<PartList, Error> {
        self.objects().list_parts(self.bucket(), self.key(), id, list).await
    }
}
