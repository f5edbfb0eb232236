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

/// The value of a body row: its format.
pub(crate) const BODY_VALUE: &[u8] = &[1];

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

/// The row of something to free, not before `not_before_ms`.
pub(crate) fn gc(space: SpaceId, key: &Bytes, not_before_ms: i64, random: u64) -> RowKey {
    let mut suffix = BytesMut::with_capacity(16);
    suffix.put_u64(not_before_ms.max(0) as u64);
    suffix.put_u64(random);
    RowKey::new(space, RowKind::Gc, key.clone()).with_suffix(suffix)
}

/// Where the gc rows of that time begin in their queue.
pub(crate) fn gc_from(not_before_ms: i64) -> Bytes {
    Bytes::copy_from_slice(&(not_before_ms.max(0) as u64).to_be_bytes())
}

/// The time in a gc row's suffix, in ms; `None` when it is no gc row's.
pub(crate) fn parse_gc(suffix: &[u8]) -> Option<i64> {
    let (time, _) = suffix.split_at_checked(8)?;
    i64::try_from(u64::from_be_bytes(time.try_into().ok()?)).ok()
}
