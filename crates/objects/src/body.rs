//! Bodies on their way in: buffered beside the row when small, streamed to a blob when large.

use crate::rows::StorageClass;
use crate::{Bucket, Error, Objects};
use bytes::{Bytes, BytesMut};
use larder_digest::BodyDigests;
use larder_platform::{MemoryBudget, Reservation};
use larder_storage::{BlobAddress, BlobRef, BlobStore, BlobWriter, CreateHints, Storage};

/// What went wrong with a body, for its owner to downcast.
pub type BodyError = Box<dyn std::error::Error + Send + Sync>;

/// A request's body. Nothing of it exists before [`Body::finish`] succeeded.
pub trait Body: Send {
    /// The next bytes; `None` behind the last.
    fn next(&mut self) -> impl Future<Output = Result<Option<Bytes>, BodyError>> + Send;

    /// Called once, behind the last byte: verifies all that the request promised about its body
    /// (length, signatures, checksums, trailer) and returns its digests. The first of
    /// `BodyDigests::checksums`, otherwise CRC64NVME, is shown as the object's checksum.
    fn finish(&mut self) -> impl Future<Output = Result<BodyDigests, BodyError>> + Send;
}

/// A body that is stored, but that no row names yet.
#[derive(Debug)]
pub(crate) enum StoredBody {
    /// No bytes.
    Empty,
    /// To be written beside its row.
    Inline(Bytes),
    /// Durable in a blob.
    Blob(BlobRef),
}

impl StoredBody {
    /// The blob, to be adopted by the commit or discarded without one.
    pub(crate) fn blob(&self) -> Option<BlobAddress> {
        match self {
            Self::Blob(blob) => Some(blob.address()),
            Self::Empty | Self::Inline(_) => None,
        }
    }
}

/// Where a body may be stored, and how much of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct BodyTarget {
    /// Largest body stored beside its row, in bytes; 0 when it must be a blob.
    pub inline_bytes_max: usize,
    /// Largest body at all, in bytes.
    pub bytes_max: u64,
    /// What it is, for the engine; its length when that is known beforehand.
    pub hints: CreateHints,
}

impl Bucket {
    /// What an engine learns of the body of an object here.
    pub(crate) fn hints(&self, class: StorageClass, bytes: Option<u64>) -> CreateHints {
        CreateHints { space: self.space, storage_class: class.name(), bytes }
    }
}

impl<S: Storage> Objects<S> {
    /// Largest body stored beside its row, in bytes.
    pub(crate) fn inline_bytes_max(&self) -> usize {
        let engine = self.store.payload_bytes_max();
        self.settings.inline_bytes_max.min(engine)
    }

    /// Takes in a whole body and its verified digests. What stays in memory is reserved in `held`,
    /// which must live as long as the stored body.
    ///
    /// Errors: [`Error::SlowDown`] when requests hold all the memory that they may.
    pub(crate) async fn store_body<B: Body>(
        &self,
        body: &mut B,
        body_target: BodyTarget,
        held: &mut Reservation<&MemoryBudget>,
    ) -> Result<(StoredBody, BodyDigests), Error> {
        let too_large = || Error::EntityTooLarge { max: body_target.bytes_max };
        if body_target.hints.bytes.is_some_and(|length| length > body_target.bytes_max) {
            return Err(too_large());
        }
        let known = body_target.hints.bytes.map_or(0, |l| usize::try_from(l).unwrap_or(usize::MAX));
        let mut small =
            BytesMut::with_capacity(if known <= body_target.inline_bytes_max { known } else { 0 });
        let mut writer: Option<S::Writer> = None;
        let mut length = 0;
        while let Some(data) = body.next().await.map_err(Error::Body)? {
            length += data.len() as u64;
            if length > body_target.bytes_max {
                return Err(too_large());
            }
            if data.is_empty() {
                continue;
            }
            if let Some(writer) = &mut writer {
                writer.write(data).await?;
            } else if small.len() + data.len() <= body_target.inline_bytes_max
                && known <= body_target.inline_bytes_max
            {
                held.grow(data.len()).map_err(|_| Error::SlowDown)?;
                small.extend_from_slice(&data);
            } else {
                let mut blob = self.store.create(body_target.hints).await?;
                if !small.is_empty() {
                    blob.write(small.split().freeze()).await?;
                    held.shrink(held.bytes());
                }
                blob.write(data).await?;
                writer = Some(blob);
            }
        }
        let digests = body.finish().await.map_err(Error::Body)?;
        let stored = match writer {
            Some(writer) => StoredBody::Blob(writer.finish().await?),
            None if small.is_empty() => StoredBody::Empty,
            None => StoredBody::Inline(small.freeze()),
        };
        Ok((stored, digests))
    }

    /// Writes a small body to a blob after all, whatever length the hints have.
    pub(crate) async fn store_in_blob(
        &self,
        body: Bytes,
        hints: CreateHints,
    ) -> Result<BlobRef, Error> {
        let hints = CreateHints { bytes: Some(body.len() as u64), ..hints };
        let mut writer = self.store.create(hints).await?;
        writer.write(body).await?;
        Ok(writer.finish().await?)
    }

    /// Frees blobs that no commit will name. Best effort: what stays behind is found at the next
    /// start of the engine.
    pub(crate) async fn discard(&self, blobs: impl IntoIterator<Item = BlobAddress>) {
        for blob in blobs {
            let _ = BlobStore::delete(&*self.store, blob).await;
        }
    }
}
