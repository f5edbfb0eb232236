//! Object checksums: their algorithms, kinds and values.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Every algorithm of AWS's `ChecksumAlgorithm` enum.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum ChecksumAlgorithm {
    /// CRC-32 (ISO-HDLC).
    Crc32 = 1,
    /// CRC-32C (Castagnoli).
    Crc32c = 2,
    /// SHA-1.
    Sha1 = 3,
    /// SHA-256.
    Sha256 = 4,
    /// CRC-64/NVME, S3's default.
    Crc64Nvme = 5,
    /// SHA-512.
    Sha512 = 6,
    /// MD5.
    Md5 = 7,
    /// XXH64.
    XxHash64 = 8,
    /// XXH3, 64 bits.
    XxHash3 = 9,
    /// XXH3, 128 bits.
    XxHash128 = 10,
}

/// How the checksum of a multipart object is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChecksumType {
    /// Over the bytes of the whole object.
    FullObject,
    /// Over the parts' checksums; shown with `-N` behind it, N the number of parts.
    Composite,
}

/// The value is not base64 of the algorithm's length.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidChecksum;

/// A checksum value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Checksum {
    /// The algorithm.
    pub algorithm: ChecksumAlgorithm,
    /// The digest, big-endian, [`ChecksumAlgorithm::digest_bytes`] long.
    pub digest: Vec<u8>,
    /// The number of parts of a composite checksum; `None` for a full-object one.
    pub parts: Option<u32>,
}

impl ChecksumAlgorithm {
    /// Every algorithm, in the order of their codes.
    pub const ALL: [Self; 10] = [
        Self::Crc32,
        Self::Crc32c,
        Self::Sha1,
        Self::Sha256,
        Self::Crc64Nvme,
        Self::Sha512,
        Self::Md5,
        Self::XxHash64,
        Self::XxHash3,
        Self::XxHash128,
    ];

    /// The name in AWS's enum.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha512 => "SHA512",
            Self::Md5 => "MD5",
            Self::XxHash64 => "XXHASH64",
            Self::XxHash3 => "XXHASH3",
            Self::XxHash128 => "XXHASH128",
        }
    }

    /// The algorithm of an enum name, upper or lower case.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|a| a.name().eq_ignore_ascii_case(name))
    }

    /// The algorithm of a stored code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|a| *a as u8 == code)
    }

    /// The header that carries a value, for example `x-amz-checksum-crc32`.
    pub fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha512 => "x-amz-checksum-sha512",
            Self::Md5 => "x-amz-checksum-md5",
            Self::XxHash64 => "x-amz-checksum-xxhash64",
            Self::XxHash3 => "x-amz-checksum-xxhash3",
            Self::XxHash128 => "x-amz-checksum-xxhash128",
        }
    }

    /// Digest length in bytes.
    pub fn digest_bytes(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme | Self::XxHash64 | Self::XxHash3 => 8,
            Self::Md5 | Self::XxHash128 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
            Self::Sha512 => 64,
        }
    }

    /// Whether the digests of parts can be combined into that of the whole.
    pub fn is_crc(self) -> bool {
        matches!(self, Self::Crc32 | Self::Crc32c | Self::Crc64Nvme)
    }
}

impl Checksum {
    /// A full-object checksum.
    pub fn full(algorithm: ChecksumAlgorithm, digest: Vec<u8>) -> Self {
        debug_assert_eq!(digest.len(), algorithm.digest_bytes());
        Self { algorithm, digest, parts: None }
    }

    /// Parses the wire form: base64, with `-N` behind it when composite.
    pub fn parse(algorithm: ChecksumAlgorithm, text: &str) -> Result<Self, InvalidChecksum> {
        let (digest, parts) = match text.split_once('-') {
            None => (text, None),
            Some((digest, parts)) => (digest, Some(parts.parse().map_err(|_| InvalidChecksum)?)),
        };
        let digest = STANDARD.decode(digest).map_err(|_| InvalidChecksum)?;
        if digest.len() != algorithm.digest_bytes() {
            return Err(InvalidChecksum);
        }
        Ok(Self { algorithm, digest, parts })
    }

    /// The wire form: base64, with `-N` behind it when composite.
    pub fn to_wire(&self) -> String {
        let mut text = STANDARD.encode(&self.digest);
        if let Some(parts) = self.parts {
            text.push('-');
            text.push_str(&parts.to_string());
        }
        text
    }

    /// Full object or composite.
    pub fn checksum_type(&self) -> ChecksumType {
        match self.parts {
            None => ChecksumType::FullObject,
            Some(_) => ChecksumType::Composite,
        }
    }
}

impl ChecksumType {
    /// The name in AWS's enum.
    pub fn name(self) -> &'static str {
        match self {
            Self::FullObject => "FULL_OBJECT",
            Self::Composite => "COMPOSITE",
        }
    }

    /// The type of an enum name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::FullObject, Self::Composite].into_iter().find(|t| t.name() == name)
    }
}

#[cfg(test)]
mod tests {
    use super::{Checksum, ChecksumAlgorithm};

    #[test]
    fn wire_form() {
        for algorithm in ChecksumAlgorithm::ALL {
            assert_eq!(ChecksumAlgorithm::parse(algorithm.name()), Some(algorithm));
            assert_eq!(ChecksumAlgorithm::from_code(algorithm as u8), Some(algorithm));
            let mut sum = Checksum::full(algorithm, vec![7; algorithm.digest_bytes()]);
            assert_eq!(Checksum::parse(algorithm, &sum.to_wire()), Ok(sum.clone()));
            sum.parts = Some(12);
            assert!(sum.to_wire().ends_with("-12"));
            assert_eq!(Checksum::parse(algorithm, &sum.to_wire()), Ok(sum));
        }
        assert!(Checksum::parse(ChecksumAlgorithm::Crc32, "AAAA").is_err());
        assert!(Checksum::parse(ChecksumAlgorithm::Crc32, "!").is_err());
    }
}
