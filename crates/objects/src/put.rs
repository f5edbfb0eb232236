//! PutObject: body first, then one commit.

use crate::attempts::Outcome;
use crate::body::{Body, BodyTarget, StoredBody};
use crate::conditions::WriteConditions;
use crate::plan::NewVersion;
use crate::rows::{BodyLocation, BodyRef, ObjectAttributes, VersionRecord};
use crate::{Bucket, Error, Writer, tagging};
use bytes::Bytes;
use larder_digest::BodyDigests;
use larder_storage::Storage;
use larder_types::limits::{CONTENT_HEADERS_BYTES_MAX, PART_BYTES_MAX, USER_METADATA_BYTES_MAX};
use larder_types::{Checksum, ChecksumAlgorithm, ETag, ObjectKey, Owner, VersionId};

/// What PutObject says besides the body.
#[derive(Clone, Debug)]
pub struct PutObject {
    /// Who will own the object.
    pub owner: Owner,
    /// What the object will be besides its bytes.
    pub attributes: ObjectAttributes,
    /// Conditions about the current version.
    pub conditions: WriteConditions,
    /// The body's decoded length when the request says it.
    pub length: Option<u64>,
}

/// A version that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Its record, with its place.
    pub record: VersionRecord,
    /// What to show as its version id: `None` in a bucket that never had versioning.
    pub version: Option<VersionId>,
}

impl<S: Storage> Writer<'_, S> {
    /// PutObject. Conditions are checked before the body is read, to refuse early, and again with
    /// the commit, which is what makes them hold.
    pub async fn put<B: Body>(
        self,
        bucket: &Bucket,
        key: &ObjectKey,
        put: PutObject,
        body: &mut B,
    ) -> Result<Stored, Error> {
        // What does not fit is refused before the body is read.
        put.attributes.check()?;
        let row_key = Bytes::copy_from_slice(key.as_bytes());
        let mut record = VersionRecord::object(put.owner, put.attributes);
        if put.conditions.any() {
            let snapshot = self.snapshot(bucket, &row_key).await?;
            put.conditions.check(snapshot.current())?;
        }
        let body_target = BodyTarget {
            inline_bytes_max: self.inline_bytes_max(),
            bytes_max: PART_BYTES_MAX,
            hints: bucket.hints(record.attributes.storage_class, put.length),
        };
        let mut held = self.platform.request_memory.lend();
        let (stored, digests) = self.store_body(body, body_target, &mut held).await?;
        record.describe_body(&stored, &digests);
        let new = NewVersion::of(record, stored);
        self.write_version(bucket, &row_key, new, &put.conditions).await
    }

    /// Commits a new current version, planning again as long as races are lost. On refusal its
    /// blobs are discarded.
    pub(crate) async fn write_version(
        &self,
        bucket: &Bucket,
        key: &Bytes,
        mut new: NewVersion,
        conditions: &WriteConditions,
    ) -> Result<Stored, Error> {
        let result = self.try_write_version(bucket, key, &mut new, conditions).await;
        if let Err(error) = &result {
            // A commit of unknown outcome may come to light, and with it the blobs that it names.
            if !matches!(error, Error::Unknown(_)) {
                self.discard(new.adopts).await;
            }
        }
        result
    }

    async fn try_write_version(
        &self,
        bucket: &Bucket,
        key: &Bytes,
        new: &mut NewVersion,
        conditions: &WriteConditions,
    ) -> Result<Stored, Error> {
        let mut attempts = self.attempts(bucket.space, key).await?;
        loop {
            let snapshot = self.snapshot_for_write(bucket, &mut attempts).await?;
            conditions.check(snapshot.current())?;
            if snapshot.moves_payload()
                && let Some(payload) = new.payload.take()
            {
                let blob = self
                    .store_in_blob(payload, bucket.hints(new.record.attributes.storage_class, None))
                    .await?;
                new.record.body.location = BodyLocation::Blob(blob);
                new.adopts.push(blob.address());
            }
            let change = self.change();
            new.record.modified = change.stamp.modified();
            let (plan, record) = snapshot.write(new, &change)?;
            if self.commit_plan(bucket, plan, &mut attempts).await? == Outcome::Done {
                return Ok(Stored { version: bucket.shown(record.version()), record });
            }
            self.lost(&mut attempts, conditions.any()).await?;
        }
    }
}

impl Bucket {
    /// A version id as answers show it: none while the bucket never had versioning.
    pub fn shown(&self, version: VersionId) -> Option<VersionId> {
        (self.versioning != crate::Versioning::Unversioned).then_some(version)
    }
}

impl ObjectAttributes {
    /// Whether each is within its limit of S3; then all together have room in their rows.
    ///
    /// [`Error::MetadataTooLarge`], [`Error::InvalidTag`].
    pub(crate) fn check(&self) -> Result<(), Error> {
        tagging::check_object_tags(&self.tags)?;
        let user: usize = self.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
        let headers = self.headers.fields().into_iter().filter_map(|(_, value)| value.as_ref());
        let headers: usize = headers.map(String::len).sum();
        if user > USER_METADATA_BYTES_MAX || headers > CONTENT_HEADERS_BYTES_MAX {
            return Err(Error::MetadataTooLarge);
        }
        Ok(())
    }
}

impl VersionRecord {
    /// Notes what the body turned out to be.
    pub(crate) fn describe_body(&mut self, stored: &StoredBody, digests: &BodyDigests) {
        self.etag = ETag::of_body(digests.md5);
        self.crc64nvme = Some(digests.crc64nvme);
        self.checksum = Some(shown_checksum(digests));
        let location = match stored {
            StoredBody::Empty => BodyLocation::Empty,
            StoredBody::Inline(_) => BodyLocation::Inline,
            StoredBody::Blob(blob) => BodyLocation::Blob(*blob),
        };
        self.body = BodyRef::new(digests.length, location);
    }
}

impl NewVersion {
    /// A version whose whole body is in `stored`.
    pub(crate) fn of(record: VersionRecord, stored: StoredBody) -> Self {
        Self {
            record,
            adopts: stored.blob().into_iter().collect(),
            payload: match stored {
                StoredBody::Inline(payload) => Some(payload),
                StoredBody::Empty | StoredBody::Blob(_) => None,
            },
        }
    }
}

/// The checksum that S3 shows of a body: the client's, or its own default.
fn shown_checksum(digests: &BodyDigests) -> Checksum {
    match digests.checksums.first() {
        Some(checksum) => checksum.clone(),
        None => {
            let digest = digests.crc64nvme.to_be_bytes().to_vec();
            Checksum::full(ChecksumAlgorithm::Crc64Nvme, digest)
        }
    }
}
