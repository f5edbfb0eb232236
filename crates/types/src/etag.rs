//! ETags.

use crate::hex;
use std::fmt;

/// An entity tag as S3 makes them: the MD5 of the body, or the MD5 of the parts' MD5s and their
/// number. Shown without quotes; the wire adds them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ETag {
    /// The digest.
    pub md5: [u8; 16],
    /// The number of parts of a multipart upload.
    pub parts: Option<u32>,
}

/// The text is no ETag that S3 would make.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidETag;

impl ETag {
    /// The ETag of a body sent in one request.
    pub fn of_body(md5: [u8; 16]) -> Self {
        Self { md5, parts: None }
    }

    /// Parses an ETag with or without its quotes.
    pub fn parse(text: &str) -> Result<Self, InvalidETag> {
        let text = text.trim().trim_matches('"');
        let (digest, parts) = match text.split_once('-') {
            None => (text, None),
            Some((digest, parts)) => (digest, Some(parts.parse().map_err(|_| InvalidETag)?)),
        };
        let md5 = hex::decode(digest.as_bytes()).ok_or(InvalidETag)?;
        Ok(Self { md5, parts })
    }
}

impl fmt::Display for ETag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(&self.md5))?;
        match self.parts {
            Some(parts) => write!(f, "-{parts}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::ETag;

    #[test]
    fn wire_form() {
        let plain = ETag { md5: [0xab; 16], parts: None };
        let multipart = ETag { md5: [0xab; 16], parts: Some(3) };
        for tag in [plain, multipart] {
            assert_eq!(ETag::parse(&tag.to_string()), Ok(tag));
            assert_eq!(ETag::parse(&format!("\"{tag}\"")), Ok(tag));
        }
        assert!(ETag::parse("abc").is_err());
        assert!(ETag::parse("").is_err());
    }
}
