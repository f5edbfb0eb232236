//! Digests of multipart objects, made from those of their parts.

use crate::hasher::{Hasher, crc_kind};
use crate::md5;
use larder_types::{Checksum, ChecksumAlgorithm, ETag};

/// The CRC of `a ++ b` from the CRCs of `a` and of `b` (`len_b` bytes long).
///
/// `None` when the algorithm is no CRC: no other digest can be combined, so S3 offers full-object
/// checksums of multipart uploads for the CRCs only.
pub fn combine_crc(
    algorithm: ChecksumAlgorithm,
    crc_a: u64,
    crc_b: u64,
    len_b: u64,
) -> Option<u64> {
    // The zero operator over nothing is the identity; the crate's shift loop expects some length.
    if len_b == 0 {
        return crc_kind(algorithm).map(|_| crc_a);
    }
    crc_kind(algorithm).map(|kind| crc_fast::checksum_combine(kind, crc_a, crc_b, len_b))
}

/// The composite checksum: the algorithm over the parts' digests one after the other.
pub fn composite(algorithm: ChecksumAlgorithm, parts: &[Vec<u8>]) -> Checksum {
    let mut hasher = Hasher::new(algorithm);
    parts.iter().for_each(|digest| hasher.update(digest));
    Checksum { algorithm, digest: hasher.finish(), parts: Some(count(parts.len())) }
}

/// The ETag of a multipart upload: MD5 over the parts' MD5s, with their number.
pub fn multipart_etag(parts: &[[u8; 16]]) -> ETag {
    ETag { md5: md5(parts.as_flattened()), parts: Some(count(parts.len())) }
}

fn count(parts: usize) -> u32 {
    u32::try_from(parts).expect("an upload has at most 10,000 parts")
}

#[cfg(test)]
mod tests {
    use super::{combine_crc, composite, multipart_etag};
    use crate::{Hasher, md5};
    use larder_types::ChecksumAlgorithm;

    fn crc(algorithm: ChecksumAlgorithm, data: &[u8]) -> u64 {
        let mut hasher = Hasher::new(algorithm);
        hasher.update(data);
        let digest = hasher.finish();
        digest.iter().fold(0, |n, b| n << 8 | u64::from(*b))
    }

    #[test]
    fn combined_equals_whole() {
        let data: Vec<u8> = (0..100_000u32).map(|i| (i * 7 % 253) as u8).collect();
        for algorithm in ChecksumAlgorithm::ALL {
            for at in [0, 1, 2, 4095, 50_000, 99_999, 100_000] {
                let (a, b) = data.split_at(at);
                let (a, b) = (crc(algorithm, a), crc(algorithm, b));
                let len = (data.len() - at) as u64;
                let combined = combine_crc(algorithm, a, b, len);
                let whole = algorithm.is_crc().then(|| crc(algorithm, &data));
                assert_eq!(combined, whole, "{algorithm:?} at {at}");
            }
        }
    }

    /// Two parts "hello" and "world", computed apart from this code with Python's hashlib.
    #[test]
    fn composite_and_etag() {
        let digest = |part: &[u8]| {
            let mut hasher = Hasher::new(ChecksumAlgorithm::Sha256);
            hasher.update(part);
            hasher.finish()
        };
        let sum = composite(ChecksumAlgorithm::Sha256, &[digest(b"hello"), digest(b"world")]);
        assert_eq!(sum.to_wire(), "cwXbmyq8zXBsJW2z2X5f9I1nfP5NOlkEr7faDjlQ4eI=-2");
        let etag = multipart_etag(&[md5(b"hello"), md5(b"world")]);
        assert_eq!(etag.to_string(), "065947336a2f2a95ba8899f3675c3be6-2");
    }
}
