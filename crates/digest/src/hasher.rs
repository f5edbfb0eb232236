//! One running checksum of any algorithm.

use crate::Md5;
use crc_fast::CrcAlgorithm;
use larder_types::ChecksumAlgorithm;
use xxhash_rust::xxh3::Xxh3;
use xxhash_rust::xxh64::Xxh64;

/// A checksum in the making. Digests come out big-endian, as S3 puts them into base64; for the
/// XXHASH family that is the canonical order, which AWS's own client library writes.
pub struct Hasher(HashState);

enum HashState {
    Crc(crc_fast::Digest, usize),
    Sha(ring::digest::Context),
    // Boxed: it holds a block.
    Md5(Box<Md5>),
    XxHash64(Xxh64),
    // Boxed: its buffers are most of a kilobyte and every other state is small.
    XxHash3(Box<Xxh3>),
    XxHash128(Box<Xxh3>),
}

impl Hasher {
    /// An empty checksum.
    pub fn new(algorithm: ChecksumAlgorithm) -> Self {
        use ring::digest::{Context, SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512};
        Self(match algorithm {
            ChecksumAlgorithm::Crc32 | ChecksumAlgorithm::Crc32c | ChecksumAlgorithm::Crc64Nvme => {
                HashState::Crc(
                    crc_fast::Digest::new(crc_kind(algorithm).expect("a CRC has a kind")),
                    algorithm.digest_bytes(),
                )
            }
            ChecksumAlgorithm::Sha1 => HashState::Sha(Context::new(&SHA1_FOR_LEGACY_USE_ONLY)),
            ChecksumAlgorithm::Sha256 => HashState::Sha(Context::new(&SHA256)),
            ChecksumAlgorithm::Sha512 => HashState::Sha(Context::new(&SHA512)),
            ChecksumAlgorithm::Md5 => HashState::Md5(Box::default()),
            ChecksumAlgorithm::XxHash64 => HashState::XxHash64(Xxh64::new(0)),
            ChecksumAlgorithm::XxHash3 => HashState::XxHash3(Box::new(Xxh3::new())),
            ChecksumAlgorithm::XxHash128 => HashState::XxHash128(Box::new(Xxh3::new())),
        })
    }

    /// Adds bytes.
    pub fn update(&mut self, data: &[u8]) {
        match &mut self.0 {
            HashState::Crc(state, _) => state.update(data),
            HashState::Sha(state) => state.update(data),
            HashState::Md5(state) => state.update(data),
            HashState::XxHash64(state) => state.update(data),
            HashState::XxHash3(state) | HashState::XxHash128(state) => state.update(data),
        }
    }

    /// The digest, big-endian, [`ChecksumAlgorithm::digest_bytes`] long.
    pub fn finish(self) -> Vec<u8> {
        match self.0 {
            HashState::Crc(state, length) => {
                let digest = state.finalize().to_be_bytes();
                digest[digest.len() - length..].to_vec()
            }
            HashState::Sha(state) => state.finish().as_ref().to_vec(),
            HashState::Md5(state) => state.finish().to_vec(),
            HashState::XxHash64(state) => state.digest().to_be_bytes().to_vec(),
            HashState::XxHash3(state) => state.digest().to_be_bytes().to_vec(),
            HashState::XxHash128(state) => state.digest128().to_be_bytes().to_vec(),
        }
    }
}

/// The CRC crate's name for an algorithm; `None` when it is no CRC.
pub(crate) fn crc_kind(algorithm: ChecksumAlgorithm) -> Option<CrcAlgorithm> {
    match algorithm {
        ChecksumAlgorithm::Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
        ChecksumAlgorithm::Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
        ChecksumAlgorithm::Crc64Nvme => Some(CrcAlgorithm::Crc64Nvme),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::Hasher;
    use crate::md5;
    use larder_types::ChecksumAlgorithm::{self, *};

    fn digest(algorithm: ChecksumAlgorithm, pieces: &[&[u8]]) -> String {
        let mut hasher = Hasher::new(algorithm);
        pieces.iter().for_each(|piece| hasher.update(piece));
        let digest = hasher.finish();
        assert_eq!(digest.len(), algorithm.digest_bytes());
        larder_types::hex::encode(&digest)
    }

    /// The check values of the CRC catalogue, RFC 1321, FIPS 180-4 and the xxHash test suite.
    #[test]
    fn published_vectors() {
        let sha512_abc = "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a\
                          2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f";
        let cases: [(ChecksumAlgorithm, &[u8], &str); 14] = [
            (Crc32, b"123456789", "cbf43926"),
            (Crc32c, b"123456789", "e3069283"),
            (Crc64Nvme, b"123456789", "ae8b14860a799888"),
            (Sha1, b"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            (Sha256, b"abc", "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"),
            (Sha512, b"abc", sha512_abc),
            (Md5, b"abc", "900150983cd24fb0d6963f7d28e17f72"),
            (XxHash64, b"", "ef46db3751d8e999"),
            (XxHash3, b"", "2d06800538d394c2"),
            (XxHash128, b"", "99aa06d3014798d86001c324468d497f"),
            (XxHash64, b"abc", "44bc2cf5ad770999"),
            (XxHash3, b"abc", "78af5f94892f3950"),
            (XxHash128, b"abc", "06b05ab6733a618578af5f94892f3950"),
            (XxHash3, b"Hello world", "b6acb9d84a38ff74"),
        ];
        for (algorithm, data, expected) in cases {
            assert_eq!(digest(algorithm, &[data]), expected, "{algorithm:?}");
        }
        assert_eq!(md5(b"").as_slice(), &hex("d41d8cd98f00b204e9800998ecf8427e"));
    }

    fn hex(text: &str) -> [u8; 16] {
        larder_types::hex::decode(text.as_bytes()).unwrap()
    }

    #[test]
    fn splits_do_not_matter() {
        let data: Vec<u8> = (0..5000u32).map(|i| (i * 31 % 251) as u8).collect();
        for algorithm in ChecksumAlgorithm::ALL {
            let whole = digest(algorithm, &[&data]);
            for at in [0, 1, 15, 16, 63, 64, 255, 256, 1023, 1024, 4999, 5000] {
                let (a, b) = data.split_at(at);
                assert_eq!(digest(algorithm, &[a, b]), whole, "{algorithm:?} at {at}");
            }
            let bytewise: Vec<&[u8]> = data.chunks(7).collect();
            assert_eq!(digest(algorithm, &bytewise), whole, "{algorithm:?}");
        }
    }
}
