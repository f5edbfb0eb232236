//! What new buckets start with.

use crate::{EncodedDocument, OwnershipControls, PublicAccessBlock};
use larder_s3_model::enums::ObjectOwnership;

/// What new buckets start with, unless their creation says otherwise.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// As AWS since April 2023: access control lists do not count, and public access is blocked.
    #[default]
    Aws,
    /// As AWS before, and as most test suites assume: access control lists count, whoever writes
    /// an object owns it, and nothing is blocked.
    Open,
}

impl Profile {
    /// Every profile with its name in settings.
    pub const ALL: [(&'static str, Self); 2] = [("aws", Self::Aws), ("open", Self::Open)];

    /// Who owns the objects of a bucket whose creation asks for this ownership, or for none.
    pub fn ownership(self, asked: Option<ObjectOwnership>) -> ObjectOwnership {
        asked.unwrap_or(match self {
            Self::Aws => ObjectOwnership::BucketOwnerEnforced,
            Self::Open => ObjectOwnership::ObjectWriter,
        })
    }

    /// The documents of a bucket whose creation asks for this ownership, or for none.
    pub fn documents(self, ownership: Option<ObjectOwnership>) -> Vec<EncodedDocument> {
        let (default, block) = match self {
            Self::Aws => (Some(self.ownership(None)), Some(PublicAccessBlock::ALL)),
            Self::Open => (None, None),
        };
        let controls = ownership.or(default).map(OwnershipControls);
        let controls = controls.as_ref().map(EncodedDocument::of);
        controls.into_iter().chain(block.as_ref().map(EncodedDocument::of)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::Profile;
    use crate::{BucketDocuments, OwnershipControls, PublicAccessBlock};
    use larder_s3_model::enums::ObjectOwnership;

    fn made(profile: Profile, ownership: Option<ObjectOwnership>) -> BucketDocuments {
        let mut documents = BucketDocuments::default();
        for (generation, document) in profile.documents(ownership).iter().enumerate() {
            documents.insert(document.kind, generation as u64, &document.encoded).unwrap();
        }
        documents
    }

    #[test]
    fn new_buckets() {
        let closed = made(Profile::Aws, None);
        assert_eq!(closed.get(), Some(&OwnershipControls(ObjectOwnership::BucketOwnerEnforced)));
        assert_eq!(closed.get(), Some(&PublicAccessBlock::ALL));
        let asked = made(Profile::Aws, Some(ObjectOwnership::ObjectWriter));
        assert_eq!(asked.get(), Some(&OwnershipControls(ObjectOwnership::ObjectWriter)));
        assert_eq!(asked.get(), Some(&PublicAccessBlock::ALL));
        let open = made(Profile::Open, None);
        assert_eq!(open, BucketDocuments::default());
        assert_eq!(OwnershipControls::of(&open), ObjectOwnership::ObjectWriter);
        let asked = made(Profile::Open, Some(ObjectOwnership::BucketOwnerPreferred));
        assert_eq!(OwnershipControls::of(&asked), ObjectOwnership::BucketOwnerPreferred);
        assert_eq!(asked.get::<PublicAccessBlock>(), None);
    }
}
