//! Multipart uploads: an Upload row, Part rows, and a manifest when they become an object.
//!
//! **Why no object ever names a part's blob that was freed.** A part's blob is freed when another
//! takes its number, or when the upload is over and the manifest does not list it. Every commit
//! that writes a Part row checks the Upload row; one that replaces a part also rewrites it. The
//! commit that completes or aborts removes the Upload row and checks that it is as it was before
//! the parts were read. So a part that was replaced after it was read fails that commit, a part
//! that arrived after it was read is unlisted, and none arrives later. Part rows can be 10,000 and
//! a commit has 64 rows: they are left to one gc row of the same commit.

mod assembly;
mod complete;
mod parts;

pub use assembly::{CompleteUpload, CompletedPart};
pub use parts::{UploadPart, UploadedPart};

use crate::attempts::{Attempts, Outcome};
use crate::plan::gc_row;
use crate::rows::{GcRecord, ObjectAttributes, UnknownFields, UploadId, UploadRecord, address};
use crate::{Bucket, Error, Objects};
use bytes::Bytes;
use larder_storage::{Batch, Check, Delete, Found, Put, Seen, SpaceId, Storage};
use larder_types::{ChecksumAlgorithm, ChecksumType, ObjectKey, Owner};

#[cfg(test)]
mod tests;

/// What CreateMultipartUpload says.
#[derive(Clone, Debug)]
pub struct CreateUpload {
    /// Who will own the object.
    pub owner: Owner,
    /// Who starts the upload.
    pub initiator: Owner,
    /// What the object will be besides its bytes.
    pub attributes: ObjectAttributes,
    /// `x-amz-checksum-algorithm`.
    pub algorithm: Option<ChecksumAlgorithm>,
    /// `x-amz-checksum-type`; needs an algorithm.
    pub checksum_type: Option<ChecksumType>,
}

/// An Upload row as read.
pub(crate) struct FoundUpload {
    pub record: UploadRecord,
    pub value: Bytes,
    pub seen: Seen,
}

impl<S: Storage> Objects<S> {
    /// CreateMultipartUpload. [`Error::InvalidRequest`] for a type without an algorithm,
    /// [`Error::ChecksumTypeUnsupported`], [`Error::MetadataTooLarge`].
    pub async fn create_upload(
        &self,
        bucket: &Bucket,
        key: &ObjectKey,
        create: CreateUpload,
    ) -> Result<(UploadId, UploadRecord), Error> {
        create.attributes.check()?;
        let record = UploadRecord {
            checksum: checksum_of(create.algorithm, create.checksum_type)?,
            owner: create.owner,
            initiator: create.initiator,
            attributes: create.attributes,
            unknown: UnknownFields::default(),
        };
        let value = record.encode()?;
        let key = Bytes::copy_from_slice(key.as_bytes());
        // It checks no row, so that it loses to nobody and nobody to it.
        let mut attempts = Attempts::reading(bucket.space, &key);
        loop {
            let stamp = self.stamp();
            let id = UploadId::new(stamp.modified(), stamp.nonce);
            let batch = Batch {
                puts: vec![Put {
                    row: address::upload(bucket.space, &key, id),
                    value: value.clone(),
                    payload: None,
                    replaces: None,
                }],
                ..Batch::default()
            };
            if self.commit(bucket, batch, &mut attempts).await? == Outcome::Done {
                return Ok((id, record));
            }
            self.lost(&mut attempts, false).await?;
        }
    }

    /// An upload in progress. [`Error::NoSuchUpload`].
    pub async fn upload(
        &self,
        bucket: &Bucket,
        key: &ObjectKey,
        id: UploadId,
    ) -> Result<UploadRecord, Error> {
        let key = Bytes::copy_from_slice(key.as_bytes());
        Ok(self.find_upload(bucket.space, &key, id).await?.record)
    }

    /// AbortMultipartUpload. [`Error::NoSuchUpload`].
    pub async fn abort_upload(
        &self,
        bucket: &Bucket,
        key: &ObjectKey,
        id: UploadId,
    ) -> Result<(), Error> {
        let key = Bytes::copy_from_slice(key.as_bytes());
        let mut attempts = Attempts::beside_others(bucket.space, &key);
        loop {
            let found = self.find_upload(bucket.space, &key, id).await?;
            let mut batch = Batch { frees: true, ..Batch::default() };
            found.end(&mut batch, &address::upload(bucket.space, &key, id));
            let record = GcRecord::UploadParts { upload: id, keep: None };
            let stamp = self.stamp();
            batch.enqueues.push(gc_row(bucket.space, &key, &record, &stamp));
            if self.commit(bucket, batch, &mut attempts).await? == Outcome::Done {
                return Ok(());
            }
            self.lost(&mut attempts, false).await?;
        }
    }

    pub(crate) async fn find_upload(
        &self,
        space: SpaceId,
        key: &Bytes,
        id: UploadId,
    ) -> Result<FoundUpload, Error> {
        let row = address::upload(space, key, id);
        let Found { row: found, seen } = self.store.get(&row).await?;
        let value = found.ok_or(Error::NoSuchUpload)?.value;
        Ok(FoundUpload { record: UploadRecord::decode(&value)?, value, seen })
    }
}

impl FoundUpload {
    /// The commit that ends the upload: nothing about its parts has changed since it was read.
    fn end(&self, batch: &mut Batch, row: &larder_storage::RowKey) {
        batch.checks.push(Check { row: row.clone(), seen: self.seen });
        batch.deletes.push(Delete { row: row.clone(), replaces: Some(self.seen) });
    }
}

/// The algorithm and type of an upload's checksums (S3 user guide, "Checking object integrity"):
/// only CRCs of parts add up to one of the whole, and CRC64NVME is offered for the whole alone.
fn checksum_of(
    algorithm: Option<ChecksumAlgorithm>,
    checksum_type: Option<ChecksumType>,
) -> Result<Option<(ChecksumAlgorithm, ChecksumType)>, Error> {
    let Some(algorithm) = algorithm else {
        return match checksum_type {
            None => Ok(None),
            Some(_) => Err(Error::InvalidRequest(
                "The x-amz-checksum-type header can only be used with the \
                 x-amz-checksum-algorithm header.",
            )),
        };
    };
    let only_full = algorithm == ChecksumAlgorithm::Crc64Nvme;
    let checksum_type = checksum_type.unwrap_or(if only_full {
        ChecksumType::FullObject
    } else {
        ChecksumType::Composite
    });
    let supported = match checksum_type {
        ChecksumType::FullObject => algorithm.is_crc(),
        ChecksumType::Composite => !only_full,
    };
    if supported {
        Ok(Some((algorithm, checksum_type)))
    } else {
        Err(Error::ChecksumTypeUnsupported { algorithm, checksum_type })
    }
}
