//! Bucket names and their rules.

use crate::limits::{BUCKET_NAME_BYTES_MAX, BUCKET_NAME_BYTES_MIN};
use std::fmt;

/// A valid general purpose bucket name.
///
/// Source: AWS, "General purpose bucket naming rules".
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BucketName(String);

/// Why a name is refused, as a sentence for the user.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidBucketName(pub &'static str);

const PREFIXES_RESERVED: [&str; 2] = ["xn--", "sthree-"];
const SUFFIXES_RESERVED: [&str; 5] = ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"];

impl BucketName {
    /// Checks the naming rules.
    pub fn new(name: &str) -> Result<Self, InvalidBucketName> {
        let bad = |why| Err(InvalidBucketName(why));
        let bytes = name.as_bytes();
        if !(BUCKET_NAME_BYTES_MIN..=BUCKET_NAME_BYTES_MAX).contains(&bytes.len()) {
            return bad("Bucket names must be between 3 and 63 characters long.");
        }
        let ends_well = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        if !bytes.iter().all(|b| ends_well(*b) || *b == b'-' || *b == b'.') {
            return bad("Bucket names hold lower-case letters, digits, periods and hyphens only.");
        }
        if !ends_well(bytes[0]) || !ends_well(bytes[bytes.len() - 1]) {
            return bad("Bucket names must begin and end with a letter or digit.");
        }
        if name.contains("..") {
            return bad("Bucket names must not contain two adjacent periods.");
        }
        if looks_like_ipv4(name) {
            return bad("Bucket names must not be formatted as an IP address.");
        }
        if PREFIXES_RESERVED.iter().any(|p| name.starts_with(p)) {
            return bad("Bucket names must not start with the reserved prefix xn-- or sthree-.");
        }
        if SUFFIXES_RESERVED.iter().any(|s| name.ends_with(s)) {
            return bad("Bucket names must not end with a suffix that AWS reserves.");
        }
        Ok(Self(name.to_owned()))
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn looks_like_ipv4(name: &str) -> bool {
    let mut parts = 0;
    for part in name.split('.') {
        parts += 1;
        if part.is_empty() || part.len() > 3 || !part.bytes().all(|b| b.is_ascii_digit()) {
            return false;
        }
    }
    parts == 4
}

impl fmt::Display for BucketName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::BucketName;

    #[test]
    fn rules() {
        for good in ["abc", "a-b.c", "1bucket", "a.b.c.d", "1.2.3.4a", "b--c", &"x".repeat(63)] {
            assert!(BucketName::new(good).is_ok(), "{good}");
        }
        let bad = [
            "ab",
            "Abc",
            "a_b",
            "-abc",
            "abc-",
            ".abc",
            "abc.",
            "a..b",
            "192.168.5.4",
            "xn--a",
            "sthree-a",
            "a-s3alias",
            "a--ol-s3",
            "a--x-s3",
            "caf\u{e9}s",
            "a b",
            "",
        ];
        for bad in bad {
            assert!(BucketName::new(bad).is_err(), "{bad}");
        }
        assert!(BucketName::new(&"x".repeat(64)).is_err());
    }
}
