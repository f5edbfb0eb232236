//! Blobs' files, by what rows say of them.

use crate::blob::{file, file_numbers, next_key, next_value};
use crate::layout::Layout;
use larder_platform::{OpenMode, Platform};
use larder_storage::{BlobError, BlobId, BlobRef};
use std::io;

/// Reads and verifies a whole blob.
pub fn read_blob(
    platform: &Platform,
    layout: &Layout,
    blob: BlobRef,
) -> Result<Vec<u8>, BlobError> {
    let file = platform.disk.open(&layout.blob(blob.id.0), OpenMode::Read);
    let file = file.map_err(|error| BlobError::Io(error.to_string()))?;
    file::read_whole(&*file, blob)
}

/// Reads all of a blob, and says what is wrong with it.
pub fn verify_blob(platform: &Platform, layout: &Layout, blob: BlobRef) -> Result<(), String> {
    let file = platform.disk.open(&layout.blob(blob.id.0), OpenMode::Read);
    let file = file.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => "the blob is missing".to_owned(),
        _ => format!("the blob cannot be opened: {error}"),
    })?;
    let length = file.length().map_err(|error| error.to_string())?;
    let expected = file::disk_bytes(blob.stored_bytes.0);
    if length != expected {
        return Err(format!("the file has {length} bytes and should have {expected}"));
    }
    file::verify(&*file, blob).map_err(|error| error.to_string())
}

/// The numbers of all blob files, ascending.
pub fn blob_numbers(platform: &Platform, layout: &Layout) -> io::Result<Vec<BlobId>> {
    file_numbers(&*platform.disk, layout)
}

/// Key and value of the engine's own row that gives the next blob number, when `last` is the
/// greatest that was ever used.
pub fn next_blob_row(last: u64) -> (Vec<u8>, Vec<u8>) {
    (next_key(), next_value(last))
}
