//! CopyObject. Blobs are immutable, but each belongs to one row: a copy has bytes of its own.

use crate::body::{Body, BodyError, BodyTarget};
use crate::conditions::WriteConditions;
use crate::plan::NewVersion;
use crate::read::OpenVersion;
use crate::rows::{ContentHeaders, ObjectAttributes, VersionRecord};
use crate::{Bucket, Error, ObjectBody, Stored, Writer};
use bytes::Bytes;
use larder_digest::{BodyDigests, BodyHasher, BodyPlan};
use larder_storage::Storage;
use larder_types::limits::COPY_SOURCE_BYTES_MAX;
use larder_types::{ChecksumAlgorithm, ObjectKey, Owner};

const COPY_TO_ITSELF: &str = "This copy request is illegal because it is trying to copy an object \
    to itself without changing the object's metadata, storage class, website redirect location or \
    encryption attributes.";

/// What CopyObject says.
#[derive(Clone, Debug)]
pub struct CopyObject {
    /// Who will own the copy.
    pub owner: Owner,
    /// What the request says of the copy. The storage class and the website redirect location are
    /// always these, as the source's are never copied.
    pub attributes: ObjectAttributes,
    /// Whether the other headers and the user metadata are those of `attributes`, not the source's
    /// (`x-amz-metadata-directive: REPLACE`).
    pub replaces_metadata: bool,
    /// Whether the tags are (`x-amz-tagging-directive: REPLACE`).
    pub replaces_tags: bool,
    /// Whether the request names the storage class.
    pub names_storage_class: bool,
    /// Checksum algorithm; `None` is the source's.
    pub checksum: Option<ChecksumAlgorithm>,
    /// Conditions about the current version at the destination.
    pub conditions: WriteConditions,
}

impl<S: Storage> Writer<'_, S> {
    /// CopyObject from a whole version, whose conditions the caller has checked.
    ///
    /// [`Error::InvalidRequest`] for a copy of the current version onto itself that asks for
    /// nothing to change (a storage class that is named counts, even the present one),
    /// [`Error::EntityTooLarge`] above 5 GiB.
    pub async fn copy(
        self,
        from: OpenVersion<S>,
        bucket: &Bucket,
        key: &ObjectKey,
        copy: CopyObject,
    ) -> Result<Stored, Error> {
        let OpenVersion { version: source, body, .. } = from;
        let body = body.expect("a copy's source is opened");
        let itself = source.space == bucket.space && source.key == *key && source.current;
        let unchanged = !copy.replaces_metadata
            && !copy.names_storage_class
            && copy.attributes.headers.website_redirect_location.is_none();
        if itself && unchanged {
            return Err(Error::InvalidRequest(COPY_TO_ITSELF));
        }
        if source.record.size() > COPY_SOURCE_BYTES_MAX {
            return Err(Error::EntityTooLarge { max: COPY_SOURCE_BYTES_MAX });
        }
        let attributes = copy.attributes(&source.record.attributes);
        attributes.check()?;
        let mut record = VersionRecord::object(copy.owner, attributes);
        let row_key = Bytes::copy_from_slice(key.as_bytes());
        if copy.conditions.any() {
            let snapshot = self.snapshot(bucket, &row_key).await?;
            copy.conditions.check(snapshot.current())?;
        }
        let of_source = source.record.checksum.as_ref().map(|c| c.algorithm);
        let algorithm = copy.checksum.or(of_source);
        let mut body = CopyBody::new(body, algorithm);
        let body_target = BodyTarget {
            inline_bytes_max: self.inline_bytes_max(),
            bytes_max: COPY_SOURCE_BYTES_MAX,
            hints: bucket.hints(record.attributes.storage_class, Some(source.record.size())),
        };
        let mut held = self.platform.request_memory.lend();
        let (stored, digests) = self
            .store_body(&mut body, body_target, &mut held)
            .await
            .map_err(CopyBody::<S>::unwrap)?;
        let whole = source.record.crc64nvme.is_none_or(|crc| crc == digests.crc64nvme);
        if digests.length != source.record.size() || !whole {
            self.discard(stored.blob()).await;
            return Err(Error::Corrupt("a copy's source is not what was stored".into()));
        }
        record.describe_body(&stored, &digests);
        let new = NewVersion::of(record, stored);
        self.write_version(bucket, &row_key, new, &copy.conditions).await
    }
}

impl CopyObject {
    /// What the copy of such a source is besides its bytes.
    fn attributes(&self, source: &ObjectAttributes) -> ObjectAttributes {
        let mut attributes = self.attributes.clone();
        if !self.replaces_metadata {
            attributes.headers = ContentHeaders {
                website_redirect_location: attributes.headers.website_redirect_location,
                ..source.headers.clone()
            };
            attributes.metadata.clone_from(&source.metadata);
        }
        if !self.replaces_tags {
            attributes.tags.clone_from(&source.tags);
        }
        attributes
    }
}

/// A stored body as the body of a new object or part, hashed on its way.
pub(crate) struct CopyBody<S: Storage> {
    from: ObjectBody<S>,
    hasher: Option<BodyHasher>,
}

impl<S: Storage> CopyBody<S> {
    /// Copies `from`, with a checksum of `algorithm` besides CRC64NVME.
    pub(crate) fn new(from: ObjectBody<S>, algorithm: Option<ChecksumAlgorithm>) -> Self {
        let plan =
            BodyPlan { md5: true, sha256: false, checksums: algorithm.into_iter().collect() };
        Self { from, hasher: Some(BodyHasher::new(&plan)) }
    }

    /// The error of reading the source, which [`Body`] had to wrap.
    pub(crate) fn unwrap(error: Error) -> Error {
        match error {
            Error::Body(inner) => match inner.downcast::<Error>() {
                Ok(error) => *error,
                Err(inner) => Error::Body(inner),
            },
            other => other,
        }
    }
}

impl<S: Storage> Body for CopyBody<S> {
    async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        let data = self.from.next().await?;
        if let (Some(data), Some(hasher)) = (&data, &mut self.hasher) {
            hasher.update(data);
        }
        Ok(data)
    }

    async fn finish(&mut self) -> Result<BodyDigests, BodyError> {
        let hasher = self.hasher.take().expect("a body is finished once");
        Ok(hasher.finish())
    }
}
