//! Reading a blob: from the page cache as far as it is there, then a chunk at a time from the disk,
//! the next one while the last is on its way out.

use super::Blobs;
use super::file::{BLOCK_BYTES, CACHED_BYTES, CHUNK_BYTES, read_cached, read_piece};
use bytes::Bytes;
use larder_platform::DiskFile;
use larder_storage::{BlobError, BlobReader, BlobRef};
use std::ops::Range;
use std::sync::Arc;
use tokio::sync::oneshot;

/// A range of a blob being read. Holds at most two chunks.
pub struct LocalReader {
    blobs: Arc<Blobs>,
    file: Arc<dyn DiskFile>,
    blob: BlobRef,
    /// What has not been asked of the disk yet.
    rest: Range<u64>,
    ahead: Option<oneshot::Receiver<Result<Bytes, BlobError>>>,
}

impl LocalReader {
    pub(crate) fn new(
        blobs: Arc<Blobs>,
        file: Arc<dyn DiskFile>,
        blob: BlobRef,
        rest: Range<u64>,
    ) -> Self {
        Self { blobs, file, blob, rest, ahead: None }
    }

    /// The next at most `bytes` bytes. They end at a block boundary, so that no block is read
    /// twice.
    fn piece(&self, bytes: u64) -> Range<u64> {
        let aligned = self.rest.start - self.rest.start % BLOCK_BYTES;
        self.rest.start..(aligned + bytes).min(self.rest.end)
    }

    fn read_ahead(&mut self) {
        if self.rest.is_empty() {
            return;
        }
        let grant = self.blobs.memory.grant(CHUNK_BYTES);
        let range = self.piece(grant.bytes);
        self.rest.start = range.end;
        let (send, receive) = oneshot::channel();
        let (file, blob) = (self.file.clone(), self.blob);
        self.blobs.shared.platform.tasks.blocking(Box::new(move || {
            // The reader may be gone: then nobody wants the bytes.
            let _ = send.send(read_piece(&*file, blob, range, grant));
        }));
        self.ahead = Some(receive);
    }
}

impl BlobReader for LocalReader {
    async fn next(&mut self) -> Result<Option<Bytes>, BlobError> {
        if self.ahead.is_none() && !self.rest.is_empty() {
            let grant = self.blobs.memory.grant(CACHED_BYTES);
            let range = self.piece(grant.bytes);
            let end = range.end;
            if let Some(bytes) = read_cached(&*self.file, self.blob, range, grant)? {
                self.rest.start = end;
                return Ok(Some(bytes));
            }
            self.read_ahead();
        }
        let Some(ahead) = self.ahead.take() else {
            return Ok(None);
        };
        let bytes = ahead.await.unwrap_or(Err(BlobError::Stopped))?;
        self.read_ahead();
        Ok(Some(bytes))
    }
}
