//! AWS's names in Rust's cases.

/// Words that AWS writes without a boundary that case could show.
const WORDS: [(&str, &str); 6] = [
    ("ETag", "Etag"),
    ("SSEKMS", "SseKms"),
    ("SSES3", "SseS3"),
    ("CRC32C", "Crc32c"),
    ("CRC64NVME", "Crc64nvme"),
    ("XXHASH", "Xxhash"),
];

/// `SSECustomerKeyMD5` becomes `sse_customer_key_md5`.
pub fn snake_case(name: &str) -> String {
    let name = WORDS.iter().fold(name.to_owned(), |name, (from, to)| name.replace(from, to));
    let letters: Vec<char> = name.chars().collect();
    let mut snake = String::new();
    for (i, letter) in letters.iter().enumerate() {
        let after_small = i > 0 && !letters[i - 1].is_ascii_uppercase();
        let before_small = letters.get(i + 1).is_some_and(char::is_ascii_lowercase);
        if i > 0 && letter.is_ascii_uppercase() && (after_small || before_small) {
            snake.push('_');
        }
        snake.push(letter.to_ascii_lowercase());
    }
    match snake.as_str() {
        "type" => "r#type".to_owned(),
        _ => snake,
    }
}

/// `aws:kms`, `STANDARD_IA` and `x-amz-acl` become `AwsKms`, `StandardIa` and `XAmzAcl`.
pub fn camel_case(text: &str) -> String {
    let text = text.strip_prefix("s3:").unwrap_or(text).replace('*', ":All");
    let mut camel = String::new();
    for word in text.split(|c: char| !c.is_ascii_alphanumeric()) {
        let shouted = !word.chars().any(|c| c.is_ascii_lowercase());
        for (i, letter) in word.chars().enumerate() {
            camel.push(match (i, shouted) {
                (0, _) => letter.to_ascii_uppercase(),
                (_, true) => letter.to_ascii_lowercase(),
                (_, false) => letter,
            });
        }
    }
    camel
}

#[cfg(test)]
mod tests {
    use super::{camel_case, snake_case};

    #[test]
    fn names() {
        for (name, expected) in [
            ("ETag", "etag"),
            ("ACL", "acl"),
            ("SSEKMSKeyId", "sse_kms_key_id"),
            ("SSECustomerKeyMD5", "sse_customer_key_md5"),
            ("ChecksumCRC32", "checksum_crc32"),
            ("ChecksumCRC32C", "checksum_crc32c"),
            ("ChecksumCRC64NVME", "checksum_crc64nvme"),
            ("ChecksumXXHASH3", "checksum_xxhash3"),
            ("IsTruncated", "is_truncated"),
            ("CORSRules", "cors_rules"),
            ("S3TablesDestination", "s3_tables_destination"),
            ("Type", "r#type"),
        ] {
            assert_eq!(snake_case(name), expected);
        }
        for (text, expected) in [
            ("aws:kms", "AwsKms"),
            ("AES256", "Aes256"),
            ("STANDARD_IA", "StandardIa"),
            ("public-read", "PublicRead"),
            ("s3:ObjectCreated:*", "ObjectCreatedAll"),
            ("us-east-1", "UsEast1"),
        ] {
            assert_eq!(camel_case(text), expected);
        }
    }
}
