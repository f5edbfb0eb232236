//! CompleteMultipartUpload: one manifest, one commit, no bytes copied.

use super::assembly::{Assembly, CompleteUpload};
use crate::attempts::{Attempts, Outcome};
use crate::plan::{NewVersion, VersionRow, gc_row};
use crate::rows::{BodyLocation, BodyRef, GcRecord, UploadId, UploadRecord, address};
use crate::{Bucket, Error, Stored, VersionRecord, Versioning, Writer};
use bytes::Bytes;
use larder_storage::{
    BlobRef, RowKind, RowView, Scan, SpaceId, Step, Storage, Visitor, WriteToken,
};
use larder_types::ObjectKey;
use larder_types::limits::CLOCK_SKEW_SECONDS_MAX;

/// The version that an upload became has an order no lower than the time the upload was started,
/// but for how far the clocks of two gateways may be apart.
const SKEW_NS: u64 = CLOCK_SKEW_SECONDS_MAX as u64 * 1_000_000_000;

/// A manifest that was written for the parts as they were when the upload's row was this one.
struct Written {
    upload: Option<WriteToken>,
    manifest: BlobRef,
    new: NewVersion,
}

impl<S: Storage> Writer<'_, S> {
    /// CompleteMultipartUpload. The object takes the time the upload was started as its
    /// modification time, as S3's does. Completing again what was completed answers the same.
    ///
    /// [`Error::NoSuchUpload`], [`Error::InvalidPart`], [`Error::InvalidPartOrder`],
    /// [`Error::EntityTooSmall`], [`Error::BadDigest`], [`Error::ChecksumAlgorithmMismatch`],
    /// [`Error::ObjectSizeMismatch`] and those of the conditions.
    pub async fn complete_upload(
        self,
        bucket: &Bucket,
        key: &ObjectKey,
        id: UploadId,
        request: &CompleteUpload,
    ) -> Result<Stored, Error> {
        let key = Bytes::copy_from_slice(key.as_bytes());
        let mut completion = Completion { id, request, written: None };
        let result = self.try_complete(bucket, &key, &mut completion).await;
        // Whatever adopted a manifest has taken it out.
        if let Some(left) = completion.written
            && !matches!(result, Err(Error::Unknown(_)))
        {
            self.discard([left.manifest.address()]).await;
        }
        match result {
            Err(Error::NoSuchUpload) => self.completed_before(bucket, &key, id).await,
            other => other,
        }
    }

    async fn try_complete(
        &self,
        bucket: &Bucket,
        key: &Bytes,
        completion: &mut Completion<'_>,
    ) -> Result<Stored, Error> {
        let Completion { id, request, written } = completion;
        let id = *id;
        let mut attempts = self.attempts(bucket.space, key).await?;
        loop {
            let upload = self.find_upload(bucket.space, key, id).await?;
            let snapshot = self.snapshot_for_write(bucket, &mut attempts).await?;
            request.conditions.check(snapshot.current())?;
            // The parts are as they were read while the upload's row is the one read before them.
            if let Some(stale) = written.take_if(|w| w.upload != upload.seen.write) {
                self.discard([stale.manifest.address()]).await;
            }
            let current = match written {
                Some(current) => current,
                None => {
                    let parts = self.all_parts(bucket.space, key, id).await?;
                    let smallest = self.settings.part_bytes_min;
                    let assembly = Assembly::of(&upload.record, &parts, request, smallest)?;
                    let hints = bucket.hints(upload.record.attributes.storage_class, None);
                    let manifest = self.write_manifest(&assembly.manifest, hints).await?;
                    written.insert(Written {
                        upload: upload.seen.write,
                        manifest,
                        new: new_version(&upload.record, id, (&assembly, manifest)),
                    })
                }
            };
            let change = self.change();
            let (mut plan, record) = snapshot.write(&current.new, &change)?;
            upload.end(&mut plan.batch, &address::upload(bucket.space, key, id));
            let rest = GcRecord::UploadParts { upload: id, keep: Some(current.manifest) };
            plan.batch.enqueues.push(gc_row(bucket.space, key, &rest, &change.stamp));
            if self.commit_plan(bucket, plan, &mut attempts).await? == Outcome::Done {
                *written = None;
                return Ok(Stored { version: bucket.shown(record.version()), record });
            }
            self.lost(&mut attempts, request.conditions.any()).await?;
        }
    }

    /// The version that the upload became, if it is there: a client that saw no answer asks again.
    async fn completed_before(
        &self,
        bucket: &Bucket,
        key: &Bytes,
        id: UploadId,
    ) -> Result<Stored, Error> {
        let kinds = match bucket.versioning {
            Versioning::Unversioned => &[RowKind::Head][..],
            // In one scan: the newest of the versions may become the current one meanwhile.
            Versioning::Enabled | Versioning::Suspended => &[RowKind::Head, RowKind::Version],
        };
        let started_ns = u64::try_from(id.initiated().ms).unwrap_or(0).saturating_mul(1_000_000);
        let order_min = started_ns.saturating_sub(SKEW_NS);
        let mut attempts = Attempts::reading(bucket.space, key);
        loop {
            let visitor =
                Completed { space: bucket.space, key: key.clone(), id, order_min, found: None };
            let scan = Scan::key(bucket.space, kinds, key.clone());
            let (visitor, _) = self.store.scan(scan, visitor).await?;
            let mut found = visitor.found.transpose()?.ok_or(Error::NoSuchUpload)?;
            if self.load_overflow(&mut found).await? {
                let record = *found.record;
                return Ok(Stored { version: bucket.shown(record.version()), record });
            }
            self.lost(&mut attempts, false).await?;
        }
    }
}

/// A completion on its way.
struct Completion<'a> {
    id: UploadId,
    request: &'a CompleteUpload,
    /// The manifest that was written and that no commit has adopted yet.
    written: Option<Written>,
}

fn new_version(
    upload: &UploadRecord,
    id: UploadId,
    (assembly, manifest): (&Assembly, BlobRef),
) -> NewVersion {
    let mut record = VersionRecord::object(upload.owner.clone(), upload.attributes.clone());
    record.modified = id.initiated();
    record.etag = assembly.etag;
    record.checksum = Some(assembly.checksum.clone());
    record.crc64nvme = Some(assembly.crc64nvme);
    record.unknown = upload.unknown.clone();
    record.upload_id = Some(id);
    let location = BodyLocation::Manifest {
        blob: manifest,
        parts: assembly.manifest.entries.len() as u32,
        part_bytes: assembly.manifest.part_bytes(),
    };
    record.body = BodyRef::new(assembly.manifest.size(), location);
    NewVersion { record, payload: None, adopts: vec![manifest.address()] }
}

/// Looks for the version that an upload became, newest first.
struct Completed {
    space: SpaceId,
    key: Bytes,
    id: UploadId,
    order_min: u64,
    found: Option<Result<VersionRow, Error>>,
}

impl Visitor for Completed {
    fn visit(&mut self, row: RowView<'_>) -> Step {
        if row.key != self.key {
            return Step::Stop;
        }
        match VersionRow::shown(self.space, row) {
            Ok(version) if version.record.upload_id == Some(self.id) => {
                self.found = Some(Ok(version));
            }
            Ok(version) if version.record.order >= self.order_min => return Step::Next,
            Ok(_) => {}
            Err(error) => self.found = Some(Err(error)),
        }
        Step::Stop
    }
}
