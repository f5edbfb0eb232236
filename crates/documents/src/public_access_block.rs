//! Block Public Access of a bucket: four switches that overrule what its policy and its access
//! control lists open to everybody.
//!
//! S3 user guide, "Blocking public access to your Amazon S3 storage".

use crate::document::read_xml;
use crate::{BucketDocument, DocumentKind, DocumentOperations, InvalidDocument};
use larder_s3_model::shapes::PublicAccessBlockConfiguration;
use larder_s3_model::xml;

const ROOT: &str = "PublicAccessBlockConfiguration";

/// What of public access is blocked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct PublicAccessBlock {
    /// Access control lists that are public are refused where they are written.
    pub block_public_acls: bool,
    /// What access control lists grant to groups of everybody does not count.
    pub ignore_public_acls: bool,
    /// Policies that are public are refused where they are written.
    pub block_public_policy: bool,
    /// With a public policy, the bucket is for its owner's account alone.
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// Everything is blocked.
    pub const ALL: Self = Self {
        block_public_acls: true,
        ignore_public_acls: true,
        block_public_policy: true,
        restrict_public_buckets: true,
    };
}

impl BucketDocument for PublicAccessBlock {
    const KIND: DocumentKind = DocumentKind::PublicAccessBlock;

    fn parse(body: &[u8]) -> Result<Self, InvalidDocument> {
        let shape: PublicAccessBlockConfiguration = read_xml(body, ROOT)?;
        Ok(Self {
            block_public_acls: shape.block_public_acls.unwrap_or(false),
            ignore_public_acls: shape.ignore_public_acls.unwrap_or(false),
            block_public_policy: shape.block_public_policy.unwrap_or(false),
            restrict_public_buckets: shape.restrict_public_buckets.unwrap_or(false),
        })
    }

    /// All four, also those that were not sent.
    fn encode(&self) -> Vec<u8> {
        let shape = PublicAccessBlockConfiguration {
            block_public_acls: Some(self.block_public_acls),
            ignore_public_acls: Some(self.ignore_public_acls),
            block_public_policy: Some(self.block_public_policy),
            restrict_public_buckets: Some(self.restrict_public_buckets),
        };
        xml::to_body(&shape, ROOT)
    }
}

impl DocumentOperations for PublicAccessBlock {
    const READ_ACTION: &'static str = "s3:GetBucketPublicAccessBlock";
    const WRITE_ACTION: &'static str = "s3:PutBucketPublicAccessBlock";

    fn absent() -> Result<Self, &'static str> {
        Err("NoSuchPublicAccessBlockConfiguration")
    }
}

#[cfg(test)]
mod tests {
    use super::PublicAccessBlock;
    use crate::BucketDocument;

    #[test]
    fn what_is_not_sent_is_off() {
        let body = b"<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
                     <RestrictPublicBuckets>TRUE</RestrictPublicBuckets>\
                     </PublicAccessBlockConfiguration>";
        let block = PublicAccessBlock::parse(body).unwrap();
        let expected = PublicAccessBlock {
            block_public_acls: true,
            restrict_public_buckets: true,
            ..PublicAccessBlock::default()
        };
        assert_eq!(block, expected);
        assert!(PublicAccessBlock::parse(b"<Other/>").is_err());
        let wrong = "<PublicAccessBlockConfiguration><BlockPublicAcls>yes</BlockPublicAcls>\
                     </PublicAccessBlockConfiguration>";
        assert!(PublicAccessBlock::parse(wrong.as_bytes()).is_err());
    }

    #[test]
    fn an_encoding_is_read_again_and_names_all_four() {
        for bits in 0..16 {
            let block = PublicAccessBlock {
                block_public_acls: bits & 1 != 0,
                ignore_public_acls: bits & 2 != 0,
                block_public_policy: bits & 4 != 0,
                restrict_public_buckets: bits & 8 != 0,
            };
            let encoded = block.encode();
            assert_eq!(PublicAccessBlock::parse(&encoded).unwrap(), block);
            let text = String::from_utf8(encoded).unwrap();
            let named = text.matches(">true<").count() + text.matches(">false<").count();
            assert_eq!(named, 4, "{text}");
        }
    }
}
