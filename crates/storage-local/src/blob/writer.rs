//! Writing a blob: chunks go to the disk, checksummed there, while further ones come in.

use super::file::{BLOCK_BYTES, CHUNK_BYTES, block_checksum, trailer};
use super::memory::PieceGrant;
use super::{Blobs, io_error};
use crate::state::EngineState;
use bytes::Bytes;
use larder_platform::{AlignedBuffer, DIRECT_ALIGN, DiskFile, OpenMode};
use larder_storage::{BlobError, BlobId, BlobPlacement, BlobRef, BlobWriter, StoredBytes};
use std::collections::VecDeque;
use std::io;
use std::sync::Arc;
use tokio::sync::oneshot;

/// Chunks on their way to the disk at a time.
const WRITES_MAX: usize = 4;

/// Memory of a chunk: as much as there was room for.
struct Chunk {
    memory: AlignedBuffer,
    grant: PieceGrant,
}

impl Chunk {
    fn new(grant: PieceGrant) -> Self {
        Self { memory: AlignedBuffer::new(grant.bytes as usize), grant }
    }

    fn is_full(&self) -> bool {
        self.memory.len() == self.memory.capacity()
    }
}

/// A chunk that was written: its blocks' checksums, and its memory for the next one.
type Written = io::Result<(Vec<u32>, Chunk)>;

/// A blob being written. Holds at most [`WRITES_MAX`] chunks and the one being filled; when memory
/// is short two blocks.
pub struct LocalWriter {
    blobs: Arc<Blobs>,
    id: u64,
    file: Option<Arc<dyn DiskFile>>,
    /// The chunk being filled.
    filling: Option<Chunk>,
    /// Bytes handed to the disk.
    written: u64,
    writes: VecDeque<oneshot::Receiver<Written>>,
    /// Memory of a chunk that was written.
    spare: Option<Chunk>,
    checksums: Vec<u32>,
    finished: bool,
}

impl LocalWriter {
    pub(crate) fn new(blobs: Arc<Blobs>, id: u64) -> Self {
        Self {
            blobs,
            id,
            file: None,
            filling: None,
            written: 0,
            writes: VecDeque::new(),
            spare: None,
            checksums: Vec::new(),
            finished: false,
        }
    }

    async fn file(&mut self) -> Result<Arc<dyn DiskFile>, BlobError> {
        if let Some(file) = &self.file {
            return Ok(file.clone());
        }
        let (shared, id) = (self.blobs.shared.clone(), BlobId(self.id));
        let opened = self.blobs.shared.platform.blocking(move || open(&shared, id)).await;
        let file = opened.ok_or(BlobError::Stopped)?;
        let file = file.map_err(|error| io_error(&self.blobs.shared, &error))?;
        self.file = Some(file.clone());
        Ok(file)
    }

    /// Hands a full chunk to the disk.
    async fn flush(&mut self, chunk: Chunk) -> Result<(), BlobError> {
        let writes_max = if chunk.grant.is_large() { WRITES_MAX } else { 1 };
        while self.writes.len() >= writes_max {
            self.collect().await?;
        }
        let file = self.file().await?;
        let (id, offset) = (self.id, self.written);
        self.written += chunk.memory.len() as u64;
        let (send, receive) = oneshot::channel();
        self.blobs.shared.platform.tasks.blocking(Box::new(move || {
            let bytes = chunk.memory.as_slice();
            let written = file.write_at(bytes, offset).map(|()| checksums(id, offset, bytes));
            let written = written.map(|checksums| (checksums, chunk));
            // The writer may have been dropped: then nobody wants the outcome.
            let _ = send.send(written);
        }));
        self.writes.push_back(receive);
        Ok(())
    }

    async fn collect(&mut self) -> Result<(), BlobError> {
        let Some(write) = self.writes.pop_front() else {
            return Ok(());
        };
        let outcome = write.await.map_err(|_| BlobError::Stopped)?;
        let (checksums, mut chunk) =
            outcome.map_err(|error| io_error(&self.blobs.shared, &error))?;
        self.checksums.extend(checksums);
        chunk.memory.clear();
        self.spare = Some(chunk).filter(|chunk| chunk.grant.is_large());
        Ok(())
    }
}

fn open(shared: &EngineState, id: BlobId) -> io::Result<Arc<dyn DiskFile>> {
    shared.platform.disk.open(&shared.layout.blob(id.0), OpenMode::Uncached)
}

fn checksums(id: u64, offset: u64, chunk: &[u8]) -> Vec<u32> {
    let blocks = (offset / BLOCK_BYTES..).zip(chunk.chunks(BLOCK_BYTES as usize));
    blocks.map(|(number, block)| block_checksum(id, number, block)).collect()
}

/// Writes what is behind the full chunks and makes all of the blob durable.
fn end(file: &dyn DiskFile, blob: BlobRef, last: &[u8], mut sums: Vec<u32>) -> io::Result<()> {
    let offset = blob.stored_bytes.0 - last.len() as u64;
    sums.extend(checksums(blob.id.0, offset, last));
    // What is aligned bypasses the page cache.
    let (front, rest) = last.split_at(last.len() - last.len() % DIRECT_ALIGN);
    if !front.is_empty() {
        file.write_at(front, offset)?;
    }
    let rest = [rest, &trailer(blob, &sums)].concat();
    file.write_at(&rest, offset + front.len() as u64)?;
    file.sync()
}

impl BlobWriter for LocalWriter {
    async fn write(&mut self, mut data: Bytes) -> Result<(), BlobError> {
        while !data.is_empty() {
            // A full chunk waits for what is behind it: the last one is written with the end.
            if let Some(chunk) = self.filling.take_if(|chunk| chunk.is_full()) {
                self.flush(chunk).await?;
            }
            let (spare, memory) = (&mut self.spare, &self.blobs.memory);
            let new = || spare.take().unwrap_or_else(|| Chunk::new(memory.grant(CHUNK_BYTES)));
            let filling = &mut self.filling.get_or_insert_with(new).memory;
            let left = filling.capacity() - filling.len();
            filling.extend(&data.split_to(left.min(data.len())));
        }
        Ok(())
    }

    async fn finish(mut self) -> Result<BlobRef, BlobError> {
        while !self.writes.is_empty() {
            self.collect().await?;
        }
        let (file, last) = (self.file.take(), self.filling.take());
        let length = self.written + last.as_ref().map_or(0, |last| last.memory.len() as u64);
        let blob = BlobRef {
            id: BlobId(self.id),
            placement: BlobPlacement::EMPTY,
            stored_bytes: StoredBytes(length),
        };
        let checksums = std::mem::take(&mut self.checksums);
        let shared = self.blobs.shared.clone();
        let synced = self.blobs.shared.platform.blocking(move || {
            let last = last.as_ref().map_or(&[][..], |last| last.memory.as_slice());
            let file = file.map_or_else(|| open(&shared, blob.id), Ok)?;
            end(&*file, blob, last, checksums)
        });
        let synced = synced.await.ok_or(BlobError::Stopped)?;
        synced.map_err(|error| io_error(&self.blobs.shared, &error))?;
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
