//! Frees what no row names any more.
//!
//! A Gc row is written by the commit that removes the last row which names something, and says what
//! may be freed and when. Blobs go first, then the rows that the Gc row speaks of, then the Gc row:
//! a run that stops in between is done again from its beginning, and freeing again does nothing.

use crate::attempts::Outcome;
use crate::rows::{GcRecord, PartRecord, UploadId, address};
use crate::{Error, Writer};
use bytes::Bytes;
use larder_storage::{
    Batch, BlobAddress, BlobError, BlobRef, BlobStore, COMMIT_ROWS_MAX, Delete, PartitionId,
    QueuePlace, Queued, RowKey, RowKind, RowView, Scan, SpaceId, Step, Storage, Visitor,
};
use std::collections::BTreeSet;

/// How long blobs are kept after the last row that named them is gone, for readers in flight.
pub const GRACE_MS: i64 = 60_000;
/// Gc rows read at once.
const ROWS_AT_ONCE: usize = 100;
/// Rows of a deleted bucket read at once.
const SWEEP_ROWS: usize = 1000;

/// What a run of the gc did.
#[derive(Debug, Default)]
pub struct GcProgress {
    /// Gc rows that were done and removed.
    pub done: usize,
    /// Blobs that were freed.
    pub blobs: u64,
    /// Gc rows that failed and stay for the next run.
    pub failed: usize,
    /// The first failure.
    pub error: Option<Error>,
    /// When the first row that was left off is due, in ms since 1970; `None` when there is none.
    pub next_due_ms: Option<i64>,
}

impl<S: Storage> Writer<'_, S> {
    /// Frees what is due, `limit` Gc rows at most. A row that fails does not hold up the others.
    ///
    /// Every run begins where the queue does. A time is chosen before its commit, by a clock that
    /// may be set back: a run that went on from where the last one ended could pass a row by.
    ///
    /// Fails only when the queue cannot be read.
    pub async fn run_gc(self, limit: usize) -> Result<GcProgress, Error> {
        let mut progress = GcProgress::default();
        for partition in self.store.partitions().await? {
            self.run_gc_in(partition, limit, &mut progress).await?;
        }
        Ok(progress)
    }

    async fn run_gc_in(
        &self,
        partition: PartitionId,
        limit: usize,
        progress: &mut GcProgress,
    ) -> Result<(), Error> {
        let now_ms = self.platform.wall_ms();
        let mut from = QueuePlace::START;
        loop {
            let rows = self.store.queue(partition, RowKind::Gc, from, ROWS_AT_ONCE).await?;
            let full = rows.len() == ROWS_AT_ONCE;
            for queued in rows {
                let due_ms = i64::try_from(queued.place.due_ms).unwrap_or(i64::MAX);
                if due_ms > now_ms || progress.done == limit {
                    let earlier = progress.next_due_ms.unwrap_or(due_ms);
                    progress.next_due_ms = Some(due_ms.min(earlier));
                    return Ok(());
                }
                // Rows seen before are gone or have failed.
                from = queued.place.next();
                match self.free(&queued).await {
                    Ok(blobs) => {
                        progress.done += 1;
                        progress.blobs += blobs;
                    }
                    Err(error) => {
                        progress.failed += 1;
                        progress.error.get_or_insert(error);
                    }
                }
            }
            if !full {
                return Ok(());
            }
        }
    }

    /// Does what a Gc row says and removes it. Returns how many blobs it freed.
    async fn free(&self, Queued { row: key, stored, seen, .. }: &Queued) -> Result<u64, Error> {
        let blobs = match GcRecord::decode(&stored.value)? {
            GcRecord::Blobs(blobs) => self.free_blobs(blobs).await?,
            GcRecord::Manifest(blob) => self.free_manifest(blob).await?,
            GcRecord::UploadParts { upload, keep } => {
                self.free_upload(key.space, &key.key, (upload, keep)).await?
            }
            GcRecord::Space(space) => self.sweep(space).await?,
        };
        let delete = Delete { row: key.clone(), replaces: Some(*seen) };
        self.remove(vec![delete]).await?;
        Ok(blobs)
    }

    async fn free_blobs(&self, blobs: impl IntoIterator<Item = BlobAddress>) -> Result<u64, Error> {
        let mut freed = 0;
        for blob in blobs {
            BlobStore::delete(&*self.store, blob).await?;
            freed += 1;
        }
        Ok(freed)
    }

    /// The parts, then the manifest that names them.
    async fn free_manifest(&self, blob: BlobRef) -> Result<u64, Error> {
        let listed = self.listed_blobs(blob).await?;
        Ok(self.free_blobs(listed).await? + self.free_blobs([blob.address()]).await?)
    }

    /// The blobs that a manifest lists; none when it is gone, because then they are too.
    async fn listed_blobs(&self, blob: BlobRef) -> Result<BTreeSet<BlobAddress>, Error> {
        match BlobStore::read(&*self.store, blob, 0..blob.length).await {
            Err(BlobError::Missing(_)) => return Ok(BTreeSet::new()),
            Err(error) => return Err(error.into()),
            Ok(_) => {}
        }
        let manifest = self.read_manifest(blob).await?;
        let blobs = manifest.entries.iter().filter_map(|entry| entry.blob);
        Ok(blobs.map(|blob| blob.address()).collect())
    }

    /// The part rows of an upload that is over, and their blobs but for those that `keep` lists.
    async fn free_upload(
        &self,
        space: SpaceId,
        key: &Bytes,
        (upload, keep): (UploadId, Option<BlobRef>),
    ) -> Result<u64, Error> {
        let listed = match keep {
            Some(manifest) => self.listed_blobs(manifest).await?,
            None => BTreeSet::new(),
        };
        let parts = self.all_parts(space, key, upload).await?;
        let blobs = parts.iter().filter_map(|part| part.record.blob);
        // Collected, since an iterator of closures across an await would tie the future to one
        // lifetime and keep it off other threads.
        let unlisted: Vec<_> =
            blobs.map(|blob| blob.address()).filter(|blob| !listed.contains(blob)).collect();
        let freed = self.free_blobs(unlisted).await?;
        let delete =
            |number| Delete { row: address::part(space, key, upload, number), replaces: None };
        self.remove(parts.iter().map(|part| delete(part.part_number)).collect()).await?;
        Ok(freed)
    }

    /// Everything in a deleted bucket's space: uploads that were in progress, and their parts.
    async fn sweep(&self, space: SpaceId) -> Result<u64, Error> {
        let mut freed = 0;
        loop {
            let scan = Scan::prefix(space, &[RowKind::Upload, RowKind::Part], Bytes::new());
            let visitor = Sweep { space, rows: Vec::new(), blobs: Vec::new(), error: None };
            let (visitor, _) = self.store.scan(scan, visitor).await?;
            if let Some(error) = visitor.error {
                return Err(error);
            }
            if visitor.rows.is_empty() {
                return Ok(freed);
            }
            freed += self.free_blobs(visitor.blobs).await?;
            self.remove(visitor.rows).await?;
        }
    }

    /// Removes rows, as many in a commit as fit. Rows of one key are next to each other.
    async fn remove(&self, rows: Vec<Delete>) -> Result<(), Error> {
        for of_key in rows.chunk_by(|a, b| a.row.key == b.row.key) {
            for deletes in of_key.chunks(COMMIT_ROWS_MAX) {
                let batch = Batch { deletes: deletes.to_vec(), frees: true, ..Batch::default() };
                let outcome = self.commit_system(batch).await?;
                assert!(outcome == Outcome::Done, "a commit without checks loses no race");
            }
        }
        Ok(())
    }
}

/// Collects rows of a deleted bucket.
struct Sweep {
    space: SpaceId,
    rows: Vec<Delete>,
    blobs: Vec<BlobAddress>,
    error: Option<Error>,
}

impl Visitor for Sweep {
    fn visit(&mut self, row: RowView<'_>) -> Step {
        if row.kind == RowKind::Part {
            match PartRecord::decode(row.value) {
                Ok(part) => self.blobs.extend(part.blob.map(|blob| blob.address())),
                Err(error) => {
                    self.error = Some(error.into());
                    return Step::Stop;
                }
            }
        }
        let key = Bytes::copy_from_slice(row.key);
        self.rows.push(Delete {
            row: RowKey::new(self.space, row.kind, key)
                .with_suffix(Bytes::copy_from_slice(row.suffix)),
            replaces: Some(row.seen),
        });
        if self.rows.len() < SWEEP_ROWS { Step::Next } else { Step::Stop }
    }
}
