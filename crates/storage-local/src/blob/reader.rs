//! Reading a blob: a chunk at a time, the next one read while the last is on its way out.

use super::file::{BLOCK_BYTES, CHUNK_BYTES, read};
use crate::engine::Shared;
use bytes::Bytes;
use larder_platform::DiskFile;
use larder_storage::{BlobError, BlobReader, BlobRef};
use std::ops::Range;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A range of a blob being read. Holds at most two chunks.
pub struct LocalReader {
    shared: Arc<Shared>,
    file: Arc<dyn DiskFile>,
    blob: BlobRef,
    /// What has not been asked of the disk yet.
    rest: Range<u64>,
    ahead: Option<oneshot::Receiver<Result<Bytes, BlobError>>>,
}

impl LocalReader {
    pub(crate) fn new(
        shared: Arc<Shared>,
        file: Arc<dyn DiskFile>,
        blob: BlobRef,
        rest: Range<u64>,
    ) -> Self {
        let mut reader = Self { shared, file, blob, rest, ahead: None };
        reader.read_ahead();
        reader
    }

    fn read_ahead(&mut self) {
        if self.rest.is_empty() {
            return;
        }
        // Chunks end at block boundaries, so that no block is read twice.
        let aligned = self.rest.start - self.rest.start % BLOCK_BYTES;
        let end = (aligned + CHUNK_BYTES).min(self.rest.end);
        let range = self.rest.start..end;
        self.rest.start = end;
        let (send, receive) = oneshot::channel();
        let (file, blob) = (self.file.clone(), self.blob);
        self.shared.platform.tasks.blocking(Box::new(move || {
            // The reader may be gone: then nobody wants the bytes.
            let _ = send.send(read(&*file, blob, range));
        }));
        self.ahead = Some(receive);
    }
}

impl BlobReader for LocalReader {
    async fn next(&mut self) -> Result<Option<Bytes>, BlobError> {
        let Some(ahead) = self.ahead.take() else {
            return Ok(None);
        };
        let bytes = ahead.await.unwrap_or(Err(BlobError::Stopped))?;
        self.read_ahead();
        Ok(Some(bytes))
    }
}
