//! A blob's file.
//!
//! ```text
//! 0       the blob's bytes
//! length  u32 per 64 KiB block: its CRC32C, XOR a mask made of the blob's number and the block's
//! then    "LARDBLOB", u64 number, u64 length, u64 CRC64NVME of the checksums and of this to here
//! ```

use super::memory::PieceGrant;
use crate::bytes_le::Reader;
use larder_platform::DiskFile;
use larder_storage::{BlobError, BlobRef};
use std::ops::Range;

/// Bytes of a block: what one checksum covers, and so the least that is read.
pub(crate) const BLOCK_BYTES: u64 = 64 << 10;
/// Bytes written at a time, and read at a time from the disk.
pub(crate) const CHUNK_BYTES: u64 = 1 << 20;
/// Bytes read at a time from the page cache: few enough to be in the processor's own cache still
/// when they are verified and sent, and enough that the client is not woken for each few of them.
pub(crate) const CACHED_BYTES: u64 = 512 << 10;
const MAGIC: &[u8; 8] = b"LARDBLOB";
pub(crate) const FOOTER_BYTES: usize = 32;

const _: () = assert!(CHUNK_BYTES.is_multiple_of(BLOCK_BYTES));
const _: () = assert!(CACHED_BYTES.is_multiple_of(BLOCK_BYTES));

/// The stored checksum of a block.
pub(crate) fn block_checksum(id: u64, block: u64, bytes: &[u8]) -> u32 {
    // Odd multipliers spread both numbers over all bits: a block read from a wrong place or a
    // wrong file does not match.
    let place = id.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ block.wrapping_mul(0xc2b2_ae3d_27d4_eb4f);
    let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, bytes) as u32;
    crc ^ (place >> 32) as u32
}

/// What follows the bytes of a blob.
pub(crate) fn trailer(blob: BlobRef, checksums: &[u32]) -> Vec<u8> {
    let mut out = Vec::with_capacity(checksums.len() * 4 + FOOTER_BYTES);
    for checksum in checksums {
        out.extend_from_slice(&checksum.to_le_bytes());
    }
    out.extend_from_slice(MAGIC);
    out.extend_from_slice(&blob.id.0.to_le_bytes());
    out.extend_from_slice(&blob.stored_bytes.0.to_le_bytes());
    let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, &out);
    out.extend_from_slice(&crc.to_le_bytes());
    out
}

fn damaged(blob: BlobRef, what: &str) -> BlobError {
    BlobError::Corrupt(format!("{what} of blob {:016x}", blob.id.0))
}

/// The blocks that hold `range`, as a range of bytes.
fn blocks_around(blob: BlobRef, range: &Range<u64>) -> Range<u64> {
    let start = range.start - range.start % BLOCK_BYTES;
    start..range.end.next_multiple_of(BLOCK_BYTES).min(blob.stored_bytes.0)
}

/// Reads and verifies `range`, at most a chunk of it.
pub(crate) fn read(
    file: &dyn DiskFile,
    blob: BlobRef,
    range: Range<u64>,
) -> Result<bytes::Bytes, BlobError> {
    read_into(file, blob, range, |length| vec![0; length])
}

/// The same into memory of the budget for large pieces.
pub(crate) fn read_piece(
    file: &dyn DiskFile,
    blob: BlobRef,
    range: Range<u64>,
    grant: PieceGrant,
) -> Result<bytes::Bytes, BlobError> {
    read_into(file, blob, range, |length| grant.piece(length))
}

fn read_into<M>(
    file: &dyn DiskFile,
    blob: BlobRef,
    range: Range<u64>,
    memory: impl FnOnce(usize) -> M,
) -> Result<bytes::Bytes, BlobError>
where
    M: AsRef<[u8]> + AsMut<[u8]> + Send + 'static,
{
    let read = |out: &mut [u8], offset| file.read_at(out, offset).map(|()| true);
    let bytes = read_by(read, blob, range, memory)?;
    bytes.ok_or_else(|| BlobError::Io("a read came to nothing".to_owned()))
}

/// The same without waiting for the disk; `None` when it would have to.
pub(crate) fn read_cached(
    file: &dyn DiskFile,
    blob: BlobRef,
    range: Range<u64>,
    grant: PieceGrant,
) -> Result<Option<bytes::Bytes>, BlobError> {
    let read = |out: &mut [u8], offset| file.read_cached(out, offset);
    read_by(read, blob, range, |length| grant.piece(length))
}

/// `read` fills memory from an offset of the file; `false`: it has not.
fn read_by<M>(
    read: impl Fn(&mut [u8], u64) -> std::io::Result<bool>,
    blob: BlobRef,
    range: Range<u64>,
    memory: impl FnOnce(usize) -> M,
) -> Result<Option<bytes::Bytes>, BlobError>
where
    M: AsRef<[u8]> + AsMut<[u8]> + Send + 'static,
{
    let failed = |error: std::io::Error| match error.kind() {
        std::io::ErrorKind::UnexpectedEof => damaged(blob, "the end"),
        _ => BlobError::Io(error.to_string()),
    };
    let whole = blocks_around(blob, &range);
    let first = whole.start / BLOCK_BYTES;
    let mut memory = memory((whole.end - whole.start) as usize);
    let data = memory.as_mut();
    let mut stored = vec![0; data.len().div_ceil(BLOCK_BYTES as usize) * 4];
    if !read(data, whole.start).map_err(failed)?
        || !read(&mut stored, blob.stored_bytes.0 + first * 4).map_err(failed)?
    {
        return Ok(None);
    }
    let mut reader = Reader::new(&stored);
    for (number, block) in (first..).zip(data.chunks(BLOCK_BYTES as usize)) {
        if reader.u32() != Some(block_checksum(blob.id.0, number, block)) {
            return Err(damaged(blob, &format!("block {number}")));
        }
    }
    let start = (range.start - whole.start) as usize;
    let end = (range.end - whole.start) as usize;
    Ok(Some(bytes::Bytes::from_owner(memory).slice(start..end)))
}

/// Bytes of the file of a blob of so many bytes.
pub(crate) fn disk_bytes(length: u64) -> u64 {
    length + length.div_ceil(BLOCK_BYTES) * 4 + FOOTER_BYTES as u64
}

/// Bytes of the blob in a file of so many bytes; `None` when no blob's file is so long.
pub(crate) fn blob_bytes(disk: u64) -> Option<u64> {
    let rest = disk.checked_sub(FOOTER_BYTES as u64)?;
    let blocks = rest.div_ceil(BLOCK_BYTES + 4);
    let length = rest.checked_sub(blocks * 4)?;
    (disk_bytes(length) == disk).then_some(length)
}

/// Reads and verifies all bytes of a small blob.
pub(crate) fn read_whole(file: &dyn DiskFile, blob: BlobRef) -> Result<Vec<u8>, BlobError> {
    let mut out = Vec::new();
    while (out.len() as u64) < blob.stored_bytes.0 {
        let from = out.len() as u64;
        let end = (from + CHUNK_BYTES).min(blob.stored_bytes.0);
        out.extend_from_slice(&read(file, blob, from..end)?);
    }
    Ok(out)
}

/// Reads everything and checks it.
pub(crate) fn verify(file: &dyn DiskFile, blob: BlobRef) -> Result<(), BlobError> {
    let mut at = 0;
    while at < blob.stored_bytes.0 {
        let end = (at + CHUNK_BYTES).min(blob.stored_bytes.0);
        read(file, blob, at..end)?;
        at = end;
    }
    verify_footer(file, blob)
}

/// Checks what follows the bytes of a blob.
pub(crate) fn verify_footer(file: &dyn DiskFile, blob: BlobRef) -> Result<(), BlobError> {
    let table = blob.stored_bytes.0.div_ceil(BLOCK_BYTES) as usize * 4;
    let mut bytes = vec![0; table + FOOTER_BYTES];
    file.read_at(&mut bytes, blob.stored_bytes.0)
        .map_err(|error| BlobError::Io(error.to_string()))?;
    let mut reader = Reader::new(&bytes[table..]);
    let intact = reader.bytes(8) == Some(MAGIC)
        && reader.u64() == Some(blob.id.0)
        && reader.u64() == Some(blob.stored_bytes.0);
    let checked = &bytes[..table + FOOTER_BYTES - 8];
    let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, checked);
    if intact && reader.u64() == Some(crc) { Ok(()) } else { Err(damaged(blob, "the footer")) }
}

#[cfg(test)]
mod tests {
    use super::{BLOCK_BYTES, blob_bytes, disk_bytes};

    #[test]
    fn a_file_has_the_length_of_one_blob() {
        for length in [0, 1, BLOCK_BYTES - 1, BLOCK_BYTES, BLOCK_BYTES + 1, 1 << 30, 5 << 40] {
            assert_eq!(blob_bytes(disk_bytes(length)), Some(length));
        }
        let none = [0, 31, 33, disk_bytes(BLOCK_BYTES) + 1, disk_bytes(BLOCK_BYTES) + 4];
        assert!(none.into_iter().all(|disk| blob_bytes(disk).is_none()));
    }
}
