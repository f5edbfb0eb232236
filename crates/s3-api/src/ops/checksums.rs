//! The generated shapes have one field per checksum algorithm; this sets the right one.

/// `set_checksum!(shape, checksum)`: `checksum` is a `larder_types::Checksum`.
macro_rules! set_checksum {
    ($shape:expr, $checksum:expr) => {{
        use larder_types::ChecksumAlgorithm as Algorithm;
        let value = Some($checksum.to_wire());
        match $checksum.algorithm {
            Algorithm::Crc32 => $shape.checksum_crc32 = value,
            Algorithm::Crc32c => $shape.checksum_crc32c = value,
            Algorithm::Sha1 => $shape.checksum_sha1 = value,
            Algorithm::Sha256 => $shape.checksum_sha256 = value,
            Algorithm::Crc64Nvme => $shape.checksum_crc64nvme = value,
            Algorithm::Sha512 => $shape.checksum_sha512 = value,
            Algorithm::Md5 => $shape.checksum_md5 = value,
            Algorithm::XxHash64 => $shape.checksum_xxhash64 = value,
            Algorithm::XxHash3 => $shape.checksum_xxhash3 = value,
            Algorithm::XxHash128 => $shape.checksum_xxhash128 = value,
        }
    }};
}

pub(crate) use set_checksum;

use larder_s3_model::enums;
use larder_types::{ChecksumAlgorithm, ChecksumType};

/// The model's word for a type.
pub(crate) fn type_word(kind: ChecksumType) -> enums::ChecksumType {
    match kind {
        ChecksumType::FullObject => enums::ChecksumType::FullObject,
        ChecksumType::Composite => enums::ChecksumType::Composite,
    }
}

/// The algorithm of the model's word.
pub(crate) fn algorithm(word: enums::ChecksumAlgorithm) -> ChecksumAlgorithm {
    ChecksumAlgorithm::parse(word.as_str()).expect("both enums are AWS's")
}

#[cfg(test)]
mod tests {
    use super::{algorithm, type_word};
    use larder_s3_model::enums;
    use larder_types::ChecksumType;

    #[test]
    fn every_word_is_known() {
        for word in enums::ChecksumAlgorithm::ALL {
            assert_eq!(algorithm(*word).name(), word.as_str());
        }
        for kind in [ChecksumType::FullObject, ChecksumType::Composite] {
            assert_eq!(type_word(kind).as_str(), kind.name());
        }
    }
}
