//! UploadPart and UploadPartCopy.

use crate::attempts::{Attempts, Outcome};
use crate::body::{Body, BodyTarget, StoredBody};
use crate::copy::CopyBody;
use crate::plan::gc_row;
use crate::read::OpenVersion;
use crate::rows::{
    BodyLocation, BodyRef, GcRecord, PartRecord, UnknownFields, UploadId, UploadRecord, address,
};
use crate::{Bucket, Error, Objects};
use bytes::Bytes;
use larder_digest::BodyDigests;
use larder_storage::{Batch, Check, Found, Put, SpaceId, Storage};
use larder_types::limits::{PART_BYTES_MAX, PART_NUMBER_MAX};
use larder_types::{Checksum, ChecksumAlgorithm, ChecksumType, ETag, ObjectKey, Timestamp};

/// Which part is uploaded.
#[derive(Clone, Copy, Debug)]
pub struct UploadPart {
    /// Its upload.
    pub upload_id: UploadId,
    /// Its number, 1 to 10,000.
    pub part_number: u32,
    /// The body's decoded length when the request says it.
    pub length: Option<u64>,
    /// The algorithm of the checksum that the request gives, in a header or a trailer.
    pub checksum: Option<ChecksumAlgorithm>,
}

/// A part that was stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UploadedPart {
    /// Its ETag.
    pub etag: ETag,
    /// Its checksum, of the upload's algorithm or else of the client's; CRC64NVME without either.
    pub checksum: Checksum,
    /// When it was stored.
    pub modified: Timestamp,
}

struct Target {
    space: SpaceId,
    key: Bytes,
    part: UploadPart,
}

impl<S: Storage> Objects<S> {
    /// UploadPart. A part of the same number is replaced. The body's digests have a checksum of
    /// the upload's algorithm (see [`Objects::upload`]), unless that is CRC64NVME.
    ///
    /// [`Error::NoSuchUpload`], [`Error::ChecksumAlgorithmMismatch`], [`Error::EntityTooLarge`],
    /// [`Error::Body`].
    pub async fn upload_part<B: Body>(
        &self,
        bucket: &Bucket,
        key: &ObjectKey,
        part: UploadPart,
        body: &mut B,
    ) -> Result<UploadedPart, Error> {
        let target = Target::new(bucket, key, part)?;
        let upload = self.find_upload(target.space, &target.key, part.upload_id).await?;
        check_algorithm(&upload.record, part.checksum)?;
        self.store_part(bucket, &target, &upload.record, body).await
    }

    /// UploadPartCopy from a version or a range of one, whose conditions the caller has checked.
    ///
    /// [`Error::NoSuchUpload`], [`Error::EntityTooLarge`].
    pub async fn upload_part_copy(
        &self,
        bucket: &Bucket,
        key: &ObjectKey,
        part: UploadPart,
        from: OpenVersion<S>,
    ) -> Result<UploadedPart, Error> {
        let OpenVersion { length, body, .. } = from;
        let body = body.expect("a copy's source is opened");
        if length > PART_BYTES_MAX {
            return Err(Error::EntityTooLarge { max: PART_BYTES_MAX });
        }
        let part = UploadPart { length: Some(length), ..part };
        let target = Target::new(bucket, key, part)?;
        let upload = self.find_upload(target.space, &target.key, part.upload_id).await?;
        let algorithm = upload.record.checksum.map(|(algorithm, _)| algorithm);
        let mut body = CopyBody::new(body, algorithm);
        let stored = self.store_part(bucket, &target, &upload.record, &mut body).await;
        stored.map_err(CopyBody::<S>::unwrap)
    }

    async fn store_part<B: Body>(
        &self,
        bucket: &Bucket,
        target: &Target,
        upload: &UploadRecord,
        body: &mut B,
    ) -> Result<UploadedPart, Error> {
        let hints = bucket.hints(upload.attributes.storage_class, target.part.length);
        let body_target = BodyTarget { inline_bytes_max: 0, bytes_max: PART_BYTES_MAX, hints };
        let mut held = self.platform.request_memory.lend();
        let (stored, digests) = self.store_body(body, body_target, &mut held).await?;
        let result = match further_checksum(upload, &digests) {
            Ok(checksum) => {
                let record = PartRecord::of(&stored, &digests, checksum);
                self.commit_part(bucket, target, record).await
            }
            Err(error) => Err(error),
        };
        if let Err(error) = &result
            && !matches!(error, Error::Unknown(_))
        {
            self.discard(stored.blob()).await;
        }
        result
    }

    async fn commit_part(
        &self,
        bucket: &Bucket,
        target: &Target,
        mut record: PartRecord,
    ) -> Result<UploadedPart, Error> {
        let Target { space, key, part } = target;
        let row = address::part(*space, key, part.upload_id, part.part_number);
        let upload_row = address::upload(*space, key, part.upload_id);
        let mut attempts = Attempts::beside_others(*space, key);
        loop {
            let upload = self.find_upload(*space, key, part.upload_id).await?;
            let Found { row: before, seen } = self.store.get(&row).await?;
            let stamp = self.stamp();
            record.modified = stamp.modified();
            let check = |row: &larder_storage::RowKey, seen| Check { row: row.clone(), seen };
            let mut batch = Batch {
                checks: vec![check(&upload_row, upload.seen), check(&row, seen)],
                adopts: record.body.blob().iter().map(|blob| blob.id).collect(),
                ..Batch::default()
            };
            batch.puts.push(Put {
                row: row.clone(),
                value: record.encode(),
                payload: None,
                replaces: before.as_ref().map(|_| seen),
            });
            if let Some(before) = before {
                // Written again unchanged: a CompleteMultipartUpload that has read the old part
                // must lose to this commit.
                batch.puts.push(Put {
                    row: upload_row.clone(),
                    value: upload.value,
                    payload: None,
                    replaces: Some(upload.seen),
                });
                if let Some(blob) = PartRecord::decode(&before.value)?.body.blob() {
                    let freed = GcRecord::Blobs(vec![blob.address()]);
                    batch.enqueues.push(gc_row(*space, key, &freed, &stamp));
                }
            }
            if self.commit(bucket, batch, &mut attempts).await? == Outcome::Done {
                return Ok(UploadedPart {
                    etag: record.etag(),
                    checksum: record.shown_checksum(),
                    modified: record.modified,
                });
            }
            self.lost(&mut attempts, false).await?;
        }
    }
}

impl Target {
    fn new(bucket: &Bucket, key: &ObjectKey, part: UploadPart) -> Result<Self, Error> {
        if !(1..=PART_NUMBER_MAX).contains(&part.part_number) {
            return Err(Error::InvalidRequest(
                "Part number must be an integer between 1 and 10000, inclusive",
            ));
        }
        Ok(Self { space: bucket.space, key: Bytes::copy_from_slice(key.as_bytes()), part })
    }
}

impl PartRecord {
    /// The checksum that answers show.
    pub fn shown_checksum(&self) -> Checksum {
        self.checksum.clone().unwrap_or_else(|| {
            let digest = self.crc64nvme.to_be_bytes().to_vec();
            Checksum::full(ChecksumAlgorithm::Crc64Nvme, digest)
        })
    }

    /// Its checksum of `algorithm`, if it has one.
    pub fn checksum_of(&self, algorithm: ChecksumAlgorithm) -> Option<Checksum> {
        let further = self.checksum.clone().filter(|sum| sum.algorithm == algorithm);
        let crc64nvme = || {
            let digest = self.crc64nvme.to_be_bytes().to_vec();
            Checksum::full(ChecksumAlgorithm::Crc64Nvme, digest)
        };
        further.or_else(|| (algorithm == ChecksumAlgorithm::Crc64Nvme).then(crc64nvme))
    }
}

/// Parts of an upload with an algorithm have checksums of no other, and with composite checksums
/// each part has one. Parts of an upload without an algorithm may have any.
fn check_algorithm(upload: &UploadRecord, actual: Option<ChecksumAlgorithm>) -> Result<(), Error> {
    let fits = match (upload.checksum, actual) {
        (None, _) => true,
        (Some((_, checksum_type)), None) => checksum_type == ChecksumType::FullObject,
        (Some((algorithm, _)), Some(actual)) => algorithm == actual,
    };
    if fits {
        Ok(())
    } else {
        Err(Error::ChecksumAlgorithmMismatch {
            expected: upload.checksum.map(|(algorithm, _)| algorithm),
            actual,
        })
    }
}

impl PartRecord {
    /// The record of a body that is stored. Its time is the commit's.
    fn of(stored: &StoredBody, digests: &BodyDigests, checksum: Option<Checksum>) -> Self {
        Self {
            body: match stored {
                StoredBody::Blob(blob) => BodyRef::new(digests.length, BodyLocation::Blob(*blob)),
                StoredBody::Empty | StoredBody::Inline(_) => BodyRef::default(),
            },
            modified: Timestamp { ms: 0 },
            md5: digests.md5,
            crc64nvme: digests.crc64nvme,
            checksum,
            unknown: UnknownFields::default(),
        }
    }
}

/// The checksum to keep besides CRC64NVME.
fn further_checksum(
    upload: &UploadRecord,
    digests: &BodyDigests,
) -> Result<Option<Checksum>, Error> {
    let is_further = |sum: &&Checksum| sum.algorithm != ChecksumAlgorithm::Crc64Nvme;
    let mut further = digests.checksums.iter().filter(is_further);
    match upload.checksum.map(|(algorithm, _)| algorithm) {
        None => Ok(further.next().cloned()),
        Some(ChecksumAlgorithm::Crc64Nvme) => Ok(None),
        Some(algorithm) => match further.find(|sum| sum.algorithm == algorithm) {
            Some(sum) => Ok(Some(sum.clone())),
            None => Err(Error::Internal("a part came without its upload's checksum".into())),
        },
    }
}
