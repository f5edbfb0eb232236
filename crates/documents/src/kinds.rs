//! The kinds of documents, and those of one bucket.

use crate::{
    BucketAcl, BucketDocument, BucketPolicy, CorsConfiguration, InvalidDocument, OwnershipControls,
    PublicAccessBlock, RequestPayment,
};
use std::any::Any;
use std::sync::Arc;

macro_rules! kinds {
    ($($(#[$doc:meta])* $kind:ident = $code:literal, $document:ty;)+) => {
        /// A kind of document. The codes are stored: a kind keeps its own for ever.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        #[repr(u8)]
        pub enum DocumentKind {
            $($(#[$doc])* $kind = $code,)+
        }

        impl DocumentKind {
            /// Every kind.
            pub const ALL: &[Self] = &[$(Self::$kind),+];

            fn parse(self, encoded: &[u8]) -> Result<Arc<dyn Any + Send + Sync>, InvalidDocument> {
                Ok(match self {
                    $(Self::$kind => Arc::new(<$document>::parse(encoded)?),)+
                })
            }
        }
    };
}

kinds! {
    /// Cross-origin resource sharing.
    Cors = 1, CorsConfiguration;
    /// The bucket's policy.
    Policy = 2, BucketPolicy;
    /// What of public access is blocked.
    PublicAccessBlock = 3, PublicAccessBlock;
    /// Who owns the bucket's objects.
    OwnershipControls = 4, OwnershipControls;
    /// Who pays for requests.
    RequestPayment = 5, RequestPayment;
    /// The bucket's access control list.
    Acl = 6, BucketAcl;
}

impl DocumentKind {
    /// The kind of a stored code.
    pub fn from_code(code: u8) -> Option<Self> {
        Self::ALL.iter().copied().find(|kind| *kind as u8 == code)
    }
}

/// A document as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncodedDocument {
    /// What it is.
    pub kind: DocumentKind,
    /// Its encoding, by its kind.
    pub encoded: Vec<u8>,
}

impl EncodedDocument {
    /// Encodes a document.
    pub fn of<T: BucketDocument>(document: &T) -> Self {
        Self { kind: T::KIND, encoded: document.encode() }
    }
}

/// The documents of one bucket. A clone shares them.
#[derive(Clone, Debug, Default)]
pub struct BucketDocuments(Vec<Held>);

#[derive(Clone, Debug)]
struct Held {
    kind: DocumentKind,
    /// Changes with every write of the document.
    generation: u64,
    parsed: Arc<dyn Any + Send + Sync>,
}

impl BucketDocuments {
    /// The document of a kind, if the bucket has it.
    pub fn get<T: BucketDocument>(&self) -> Option<&T> {
        let held = self.0.iter().find(|held| held.kind == T::KIND)?;
        held.parsed.downcast_ref()
    }

    /// Adds or replaces a document by its encoding. A document that is written again has another
    /// `generation`.
    ///
    /// Errors: the encoding is none of that kind.
    pub fn insert(
        &mut self,
        kind: DocumentKind,
        generation: u64,
        encoded: &[u8],
    ) -> Result<(), InvalidDocument> {
        let parsed = kind.parse(encoded)?;
        self.remove(kind);
        self.0.push(Held { kind, generation, parsed });
        Ok(())
    }

    /// Takes a document out.
    pub fn remove(&mut self, kind: DocumentKind) {
        self.0.retain(|held| held.kind != kind);
    }

    /// Kinds and generations of those that are there, in no order.
    pub fn generations(&self) -> impl Iterator<Item = (DocumentKind, u64)> {
        self.0.iter().map(|held| (held.kind, held.generation))
    }
}

/// Two are equal when they hold the same writes.
impl PartialEq for BucketDocuments {
    fn eq(&self, other: &Self) -> bool {
        let holds = |of: &Self, held: (DocumentKind, u64)| of.generations().any(|h| h == held);
        self.0.len() == other.0.len() && self.generations().all(|held| holds(other, held))
    }
}

impl Eq for BucketDocuments {}

#[cfg(test)]
mod tests {
    use super::{BucketDocuments, DocumentKind};
    use crate::CorsConfiguration;

    const CORS: &[u8] = b"<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>\
        <AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>";

    #[test]
    fn documents_come_and_go_by_their_kind() {
        let mut documents = BucketDocuments::default();
        assert!(documents.get::<CorsConfiguration>().is_none());
        documents.insert(DocumentKind::Cors, 1, CORS).unwrap();
        assert!(documents.get::<CorsConfiguration>().is_some());
        let before = documents.clone();
        assert_eq!(before, documents);
        documents.insert(DocumentKind::Cors, 2, CORS).unwrap();
        assert_ne!(before, documents, "it was written again");
        assert_eq!(documents.generations().collect::<Vec<_>>(), [(DocumentKind::Cors, 2)]);
        assert!(documents.insert(DocumentKind::Cors, 3, b"<Other/>").is_err());
        assert_eq!(documents.generations().count(), 1, "what is refused replaces nothing");
        documents.remove(DocumentKind::Cors);
        assert_eq!(documents, BucketDocuments::default());
    }

    #[test]
    fn codes_lead_back_to_kinds() {
        for kind in DocumentKind::ALL {
            assert_eq!(DocumentKind::from_code(*kind as u8), Some(*kind));
        }
        assert_eq!(DocumentKind::from_code(0), None);
        assert_eq!(DocumentKind::from_code(u8::MAX), None);
    }
}
