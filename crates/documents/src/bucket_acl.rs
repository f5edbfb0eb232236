//! The access control list of a bucket, which is stored beside its documents.

use crate::{
    BucketDocument, BucketDocuments, BucketFacts, DocumentKind, InvalidDocument, OwnershipControls,
    PublicAccessBlock,
};
use larder_iam::acl::{Acl, Grant};
use larder_s3_model::enums::ObjectOwnership;
use larder_types::Owner;

const BLOCKED: &str = "Access Denied: public access control lists (ACLs) are blocked by the \
                       BlockPublicAcls block public access setting.";

/// What is granted on a bucket, as it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketAcl(pub Vec<Grant>);

impl BucketAcl {
    /// The list that counts in a bucket of this owner with these documents: the owner's full
    /// control where nothing was written or lists do not count.
    pub fn of(owner: &Owner, documents: &BucketDocuments) -> Acl {
        let written = documents.get::<Self>();
        let counts = OwnershipControls::of(documents) != ObjectOwnership::BucketOwnerEnforced;
        let Some(Self(grants)) = written.filter(|_| counts) else { return Acl::private(owner) };
        let acl = Acl { owner: owner.clone(), grants: grants.clone() };
        let ignores = |block: &PublicAccessBlock| block.ignore_public_acls;
        if documents.get().is_some_and(ignores) { acl.without_public() } else { acl }
    }
}

/// Whether a list may be written where this block holds.
///
/// Errors: `AccessDenied`.
fn check_public(
    grants: &[Grant],
    block: Option<&PublicAccessBlock>,
) -> Result<(), InvalidDocument> {
    let blocks = block.is_some_and(|block| block.block_public_acls);
    if blocks && grants.iter().any(Grant::is_public) {
        return Err(InvalidDocument::Refused { code: "AccessDenied", message: BLOCKED.into() });
    }
    Ok(())
}

/// The list that counts of an object of `owner` in a bucket of `bucket_owner`, of whose list
/// `written` is what was written.
pub fn object_acl(
    owner: &Owner,
    written: Option<&[Grant]>,
    bucket_owner: &Owner,
    documents: &BucketDocuments,
) -> Acl {
    if OwnershipControls::of(documents) == ObjectOwnership::BucketOwnerEnforced {
        return Acl::private(bucket_owner);
    }
    let Some(grants) = written else { return Acl::private(owner) };
    let acl = Acl { owner: owner.clone(), grants: grants.to_vec() };
    let ignores = |block: &PublicAccessBlock| block.ignore_public_acls;
    if documents.get().is_some_and(ignores) { acl.without_public() } else { acl }
}

/// Whether a list may be written in a bucket with these documents.
///
/// Errors: `AccessControlListNotSupported`, `AccessDenied`.
pub fn check_acl(grants: &[Grant], documents: &BucketDocuments) -> Result<(), InvalidDocument> {
    if OwnershipControls::of(documents) == ObjectOwnership::BucketOwnerEnforced {
        return Err(not_supported());
    }
    check_public(grants, documents.get())
}

fn not_supported() -> InvalidDocument {
    InvalidDocument::Refused {
        code: "AccessControlListNotSupported",
        message: "The bucket does not allow ACLs".to_owned(),
    }
}

impl BucketDocument for BucketAcl {
    const KIND: DocumentKind = DocumentKind::Acl;

    /// Of what was stored: what clients send is read where their request is.
    fn parse(body: &[u8]) -> Result<Self, InvalidDocument> {
        let malformed = |_| InvalidDocument::Refused {
            code: "MalformedACLError",
            message: "these are no stored grants".to_owned(),
        };
        Ok(Self(Grant::decode_all(body).map_err(malformed)?))
    }

    fn encode(&self) -> Vec<u8> {
        Grant::encode_all(&self.0)
    }

    fn check(&self, bucket: &BucketFacts<'_>) -> Result<(), InvalidDocument> {
        check_acl(&self.0, bucket.documents)
    }
}

#[cfg(test)]
mod tests {
    use super::BucketAcl;
    use crate::{
        BucketDocument, BucketDocuments, EncodedDocument, OwnershipControls, PublicAccessBlock,
    };
    use larder_iam::acl::{Acl, CannedAcl};
    use larder_s3_model::enums::ObjectOwnership;
    use larder_types::Owner;

    /// User guide: "about object ownership", "blocking public access".
    #[test]
    fn what_counts_of_a_list() {
        let owner = Owner { canonical_id: "alice-id".into(), display_name: "alice".into() };
        let public = CannedAcl::PublicRead.expand(&owner, &owner);
        let acl = BucketAcl(public.grants.clone());
        assert_eq!(BucketAcl::parse(&acl.encode()).unwrap(), acl);
        assert!(BucketAcl::parse(b"").is_err());
        let mut documents = BucketDocuments::default();
        assert_eq!(BucketAcl::of(&owner, &documents), Acl::private(&owner));
        let mut put = |document: EncodedDocument| {
            documents.insert(document.kind, 1, &document.encoded).unwrap();
            BucketAcl::of(&owner, &documents)
        };
        assert_eq!(put(EncodedDocument::of(&acl)), public);
        let ownership = |setting| EncodedDocument::of(&OwnershipControls(setting));
        let enforced = put(ownership(ObjectOwnership::BucketOwnerEnforced));
        assert_eq!(enforced, Acl::private(&owner));
        // Switched off, the old list comes back.
        assert_eq!(put(ownership(ObjectOwnership::BucketOwnerPreferred)), public);
        let ignored = put(EncodedDocument::of(&PublicAccessBlock::ALL));
        assert_eq!(ignored, Acl::private(&owner));
    }
}
