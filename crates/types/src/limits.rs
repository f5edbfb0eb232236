//! S3's limits, by the names AWS's documentation gives them.
//!
//! Source: "Amazon S3 multipart upload limits", "Object key naming", "Bucket quotas".

/// Longest object key in bytes of UTF-8.
pub const OBJECT_KEY_BYTES_MAX: usize = 1024;
/// Shortest and longest bucket name in bytes.
pub const BUCKET_NAME_BYTES_MIN: usize = 3;
/// See [`BUCKET_NAME_BYTES_MIN`].
pub const BUCKET_NAME_BYTES_MAX: usize = 63;
/// Smallest part of a multipart upload except the last, in bytes.
pub const PART_BYTES_MIN: u64 = 5 << 20;
/// Largest part of a multipart upload and largest body of one PUT, in bytes.
pub const PART_BYTES_MAX: u64 = 5 << 30;
/// Largest part number; the smallest is 1.
pub const PART_NUMBER_MAX: u32 = 10_000;
/// Largest object: 10,000 parts of 5 GiB, which AWS rounds to 48.8 TiB.
pub const OBJECT_BYTES_MAX: u64 = PART_BYTES_MAX * PART_NUMBER_MAX as u64;
/// Largest source of a CopyObject in bytes; larger objects are copied by UploadPartCopy.
pub const COPY_SOURCE_BYTES_MAX: u64 = 5 << 30;
/// User metadata: sum of the bytes of names and values.
pub const USER_METADATA_BYTES_MAX: usize = 2048;
/// Content headers of an object: S3 takes 8 KB of headers with a request.
pub const CONTENT_HEADERS_BYTES_MAX: usize = 8 << 10;
/// Most keys (or prefixes) in one page of a listing.
pub const MAX_KEYS_MAX: u32 = 1000;
/// Most keys in one DeleteObjects.
pub const DELETE_OBJECTS_MAX: usize = 1000;
/// Most tags on an object.
pub const OBJECT_TAGS_MAX: usize = 10;
/// Most tags on a bucket.
pub const BUCKET_TAGS_MAX: usize = 50;
/// Longest tag key in characters.
pub const TAG_KEY_CHARS_MAX: usize = 128;
/// Longest tag value in characters.
pub const TAG_VALUE_CHARS_MAX: usize = 256;
/// Longest presigned lifetime in seconds (7 days).
pub const PRESIGNED_SECONDS_MAX: u64 = 604_800;
/// Largest clock skew between signer and server in seconds.
pub const CLOCK_SKEW_SECONDS_MAX: i64 = 900;

const _: () = assert!(OBJECT_BYTES_MAX == 53_687_091_200_000);
const _: () = assert!(COPY_SOURCE_BYTES_MAX <= PART_BYTES_MAX);
