//! Object Ownership of a bucket: whether access control lists count, and who owns what others
//! upload.
//!
//! S3 user guide, "Controlling ownership of objects and disabling ACLs for your bucket".

use crate::document::{malformed_xml, read_xml};
use crate::{
    BucketAcl, BucketDocument, BucketDocuments, BucketFacts, DocumentKind, DocumentOperations,
    InvalidDocument,
};
use larder_iam::acl::Acl;
use larder_s3_model::enums::ObjectOwnership;
use larder_s3_model::shapes::{OwnershipControls as Shape, OwnershipControlsRule};
use larder_s3_model::xml;

const ROOT: &str = "OwnershipControls";

const ACL_GRANTS_OUTSIDE: &str =
    "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";

/// Who owns the objects of a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OwnershipControls(pub ObjectOwnership);

impl OwnershipControls {
    /// What holds in a bucket with these documents; without any, whoever writes an object owns it.
    pub fn of(documents: &BucketDocuments) -> ObjectOwnership {
        documents.get::<Self>().map_or(ObjectOwnership::ObjectWriter, |controls| controls.0)
    }
}

impl BucketDocument for OwnershipControls {
    const KIND: DocumentKind = DocumentKind::OwnershipControls;

    fn parse(body: &[u8]) -> Result<Self, InvalidDocument> {
        let shape: Shape = read_xml(body, ROOT)?;
        match &shape.rules[..] {
            [rule] => Ok(Self(rule.object_ownership)),
            _ => Err(malformed_xml("there is one rule".to_owned())),
        }
    }

    fn encode(&self) -> Vec<u8> {
        let rules = vec![OwnershipControlsRule { object_ownership: self.0 }];
        xml::to_body(&Shape { rules }, ROOT)
    }

    /// Where lists will not count, the bucket's may grant to nobody but its owner.
    fn check(&self, bucket: &BucketFacts<'_>) -> Result<(), InvalidDocument> {
        let enforced = self.0 == ObjectOwnership::BucketOwnerEnforced;
        let Some(BucketAcl(grants)) = bucket.documents.get().filter(|_| enforced) else {
            return Ok(());
        };
        let acl = Acl { owner: bucket.owner.clone(), grants: grants.clone() };
        if acl.is_owners_alone() {
            return Ok(());
        }
        Err(InvalidDocument::Refused {
            code: "InvalidBucketAclWithObjectOwnership",
            message: ACL_GRANTS_OUTSIDE.to_owned(),
        })
    }
}

impl DocumentOperations for OwnershipControls {
    const READ_ACTION: &'static str = "s3:GetBucketOwnershipControls";
    const WRITE_ACTION: &'static str = "s3:PutBucketOwnershipControls";

    fn absent() -> Result<Self, &'static str> {
        Err("OwnershipControlsNotFoundError")
    }
}

#[cfg(test)]
mod tests {
    use super::OwnershipControls;
    use crate::BucketDocument;
    use larder_s3_model::enums::ObjectOwnership;

    #[test]
    fn there_is_one_rule() {
        let parse = |rules: &str| {
            OwnershipControls::parse(
                format!("<OwnershipControls>{rules}</OwnershipControls>").as_bytes(),
            )
        };
        for ownership in ObjectOwnership::ALL {
            let rule =
                format!("<Rule><ObjectOwnership>{}</ObjectOwnership></Rule>", ownership.as_str());
            let controls = parse(&rule).unwrap();
            assert_eq!(controls, OwnershipControls(*ownership));
            assert_eq!(OwnershipControls::parse(&controls.encode()).unwrap(), controls);
            assert!(parse(&rule.repeat(2)).is_err());
        }
        let unknown = "<Rule><ObjectOwnership>Nobody</ObjectOwnership></Rule>";
        for rules in ["", "<Rule/>", unknown] {
            assert!(parse(rules).is_err(), "{rules}");
        }
    }
}
