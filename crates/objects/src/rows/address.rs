//! The addresses of rows.

use crate::rows::UploadId;
use bytes::{BufMut, Bytes, BytesMut};
use larder_storage::{RowKey, RowKind, SpaceId};
use larder_types::BucketName;

/// Bytes of an older version's suffix: inverted order and nonce.
pub(crate) const POSITION_BYTES: usize = 16;

/// The row of a bucket.
pub(crate) fn bucket(name: &BucketName) -> RowKey {
    let key = Bytes::copy_from_slice(name.as_str().as_bytes());
    RowKey::new(SpaceId::SYSTEM, RowKind::Bucket, key)
}

/// The row of a bucket's document, by its kind's code.
pub(crate) fn bucket_document(name: &BucketName, code: u8) -> RowKey {
    let key = Bytes::copy_from_slice(name.as_str().as_bytes());
    let row = RowKey::new(SpaceId::SYSTEM, RowKind::BucketDocument, key);
    row.with_suffix(Bytes::copy_from_slice(&[code]))
}

/// The derived row of a bucket of an owner, who is named by its canonical id.
pub(crate) fn owned_bucket(owner_id: &str, name: &BucketName) -> RowKey {
    let key = Bytes::copy_from_slice(owner_id.as_bytes());
    let row = RowKey::new(SpaceId::SYSTEM, RowKind::OwnedBucket, key);
    row.with_suffix(Bytes::copy_from_slice(name.as_str().as_bytes()))
}

/// The row of a key's current object.
pub(crate) fn head(space: SpaceId, key: &Bytes) -> RowKey {
    RowKey::new(space, RowKind::Head, key.clone())
}

/// The row of a key's current delete marker: sorts before every older version.
pub(crate) fn marker(space: SpaceId, key: &Bytes) -> RowKey {
    RowKey::new(space, RowKind::Version, key.clone())
}

/// The row of an older version.
pub(crate) fn version(space: SpaceId, key: &Bytes, order: u64, nonce: u64) -> RowKey {
    RowKey::new(space, RowKind::Version, key.clone()).with_suffix(position(order, nonce))
}

/// The suffix of an older version: newer ones sort first.
pub(crate) fn position(order: u64, nonce: u64) -> Bytes {
    let mut suffix = BytesMut::with_capacity(POSITION_BYTES);
    suffix.put_u64(u64::MAX - order);
    suffix.put_u64(nonce);
    suffix.freeze()
}

/// The row that holds nothing but the small body of a version, for as long as the version lives.
/// It stays where it is when the version's own row moves.
pub(crate) fn body(space: SpaceId, key: &Bytes, order: u64, nonce: u64) -> RowKey {
    RowKey::new(space, RowKind::Body, key.clone()).with_suffix(position(order, nonce))
}

/// The row that has what a version's own row has no room for. Like a body's it stays where it is
/// when the version's own row moves.
pub(crate) fn overflow(space: SpaceId, key: &Bytes, order: u64, nonce: u64) -> RowKey {
    RowKey::new(space, RowKind::Overflow, key.clone()).with_suffix(position(order, nonce))
}

/// The row of an upload.
pub(crate) fn upload(space: SpaceId, key: &Bytes, id: UploadId) -> RowKey {
    RowKey::new(space, RowKind::Upload, key.clone()).with_suffix(Bytes::copy_from_slice(&id.0))
}

/// The row of a part.
pub(crate) fn part(space: SpaceId, key: &Bytes, id: UploadId, part_number: u32) -> RowKey {
    let mut suffix = BytesMut::with_capacity(20);
    suffix.put_slice(&id.0);
    suffix.put_u32(part_number);
    RowKey::new(space, RowKind::Part, key.clone()).with_suffix(suffix)
}

/// The upload and number in a part's suffix; `None` when it is no part's.
pub(crate) fn parse_part(suffix: &[u8]) -> Option<(UploadId, u32)> {
    let (id, number) = suffix.split_at_checked(16)?;
    let number = u32::from_be_bytes(number.try_into().ok()?);
    Some((UploadId(id.try_into().ok()?), number))
}
