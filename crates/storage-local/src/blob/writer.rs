//! Writing a blob: chunks go to the disk, checksummed there, while further ones come in.

use super::file::{BLOCK_BYTES, CHUNK_BYTES, block_checksum, trailer};
use super::{Blobs, io_error};
use crate::engine::Shared;
use bytes::{Bytes, BytesMut};
use larder_platform::{DiskFile, OpenMode};
use larder_storage::{BlobError, BlobId, BlobRef, BlobWriter};
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Chunks on their way to the disk at a time.
const WRITES_MAX: usize = 4;

/// A blob being written. Holds at most [`WRITES_MAX`] chunks and the one being filled.
pub struct LocalWriter {
    shared: Arc<Shared>,
    blobs: Arc<Blobs>,
    id: u64,
    file: Option<Arc<dyn DiskFile>>,
    filling: BytesMut,
    /// Bytes handed to the disk.
    written: u64,
    writes: VecDeque<oneshot::Receiver<io::Result<Vec<u32>>>>,
    checksums: Vec<u32>,
    finished: bool,
}

impl LocalWriter {
    pub(crate) fn new(shared: Arc<Shared>, blobs: Arc<Blobs>, id: u64) -> Self {
        Self {
            shared,
            blobs,
            id,
            file: None,
            filling: BytesMut::new(),
            written: 0,
            writes: VecDeque::new(),
            checksums: Vec::new(),
            finished: false,
        }
    }

    async fn file(&mut self) -> Result<Arc<dyn DiskFile>, BlobError> {
        if let Some(file) = &self.file {
            return Ok(file.clone());
        }
        let (shared, id) = (self.shared.clone(), self.id);
        let open = move || shared.platform.disk.open(&shared.layout.blob(id), OpenMode::Write);
        let file = self.shared.platform.blocking(open).await.ok_or(BlobError::Stopped)?;
        let file = file.map_err(|error| io_error(&self.shared, &error))?;
        self.file = Some(file.clone());
        Ok(file)
    }

    /// Hands the filled chunk to the disk.
    async fn flush(&mut self) -> Result<(), BlobError> {
        while self.writes.len() >= WRITES_MAX {
            self.collect().await?;
        }
        let file = self.file().await?;
        let chunk = std::mem::take(&mut self.filling).freeze();
        let (id, offset) = (self.id, self.written);
        self.written += chunk.len() as u64;
        let (send, receive) = oneshot::channel();
        self.shared.platform.tasks.blocking(Box::new(move || {
            // The writer may have been dropped: then nobody wants the outcome.
            let _ = send.send(write_chunk(&*file, id, offset, &chunk));
        }));
        self.writes.push_back(receive);
        Ok(())
    }

    async fn collect(&mut self) -> Result<(), BlobError> {
        let Some(write) = self.writes.pop_front() else {
            return Ok(());
        };
        let outcome = write.await.map_err(|_| BlobError::Stopped)?;
        self.checksums.extend(outcome.map_err(|error| io_error(&self.shared, &error))?);
        Ok(())
    }
}

fn write_chunk(file: &dyn DiskFile, id: u64, offset: u64, chunk: &[u8]) -> io::Result<Vec<u32>> {
    file.write_at(chunk, offset)?;
    let blocks = (offset / BLOCK_BYTES..).zip(chunk.chunks(BLOCK_BYTES as usize));
    Ok(blocks.map(|(number, block)| block_checksum(id, number, block)).collect())
}

impl BlobWriter for LocalWriter {
    async fn write(&mut self, mut data: Bytes) -> Result<(), BlobError> {
        while !data.is_empty() {
            let room = CHUNK_BYTES as usize - self.filling.len();
            let part = data.split_to(room.min(data.len()));
            self.filling.extend_from_slice(&part);
            if self.filling.len() as u64 == CHUNK_BYTES {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<BlobRef, BlobError> {
        if !self.filling.is_empty() {
            self.flush().await?;
        }
        while !self.writes.is_empty() {
            self.collect().await?;
        }
        let file = self.file().await?;
        let blob = BlobRef { id: BlobId(self.id), length: self.written };
        let end = trailer(blob, &self.checksums);
        let synced = self.shared.platform.blocking(move || {
            file.write_at(&end, blob.length)?;
            file.sync()
        });
        let synced = synced.await.ok_or(BlobError::Stopped)?;
        synced.map_err(|error| io_error(&self.shared, &error))?;
        self.finished = true;
        Ok(blob)
    }
}

impl Drop for LocalWriter {
    fn drop(&mut self) {
        if !self.finished {
            self.blobs.discard(self.id);
        }
    }
}
