//! The documents of a bucket: rows of their own beside the bucket's, which names those that there
//! are. Both are written in one commit, so that whoever reads the bucket's row knows what to find.

use crate::attempts::Outcome;
use crate::buckets::{Bucket, write};
use crate::rows::address;
use crate::rows::document::DocumentRecord;
use crate::{Error, Objects};
use bytes::Bytes;
use larder_documents::{
    BucketDocument, BucketDocuments, BucketFacts, DocumentKind, EncodedDocument, InvalidDocument,
};
use larder_storage::{Delete, Put, Storage};

/// A document that a bucket's row names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DocumentRef {
    /// What it is.
    pub kind: DocumentKind,
    /// The write that made it; no two writes have the same.
    pub generation: u64,
}

/// A document that the bucket is to get, and whether it may.
struct NewDocument<'a> {
    encoded: Bytes,
    check: &'a (dyn Fn(&BucketFacts<'_>) -> Result<(), InvalidDocument> + Send + Sync),
}

impl<S: Storage> Objects<S> {
    /// Gives the bucket a document, or another in place of the one it has. Whether it may have it
    /// is decided by the bucket and the documents that it has when this one is committed.
    ///
    /// Errors: [`Error::InvalidDocument`], [`Error::DocumentTooLarge`], [`Error::NoSuchBucket`].
    pub async fn put_document<T: BucketDocument>(
        &self,
        bucket: &Bucket,
        document: &T,
    ) -> Result<(), Error> {
        let check = |facts: &BucketFacts<'_>| document.check(facts);
        let new = NewDocument { encoded: document.encode().into(), check: &check };
        self.change_document(bucket, T::KIND, Some(new)).await
    }

    /// Takes a document from the bucket; one that is not there is gone already.
    pub async fn delete_document(&self, bucket: &Bucket, kind: DocumentKind) -> Result<(), Error> {
        self.change_document(bucket, kind, None).await
    }

    /// The rows of a new bucket's documents, for its creation's commit. The bucket has them then.
    ///
    /// Errors: [`Error::InvalidDocument`], [`Error::DocumentTooLarge`].
    pub(crate) fn first_documents(
        &self,
        bucket: &mut Bucket,
        documents: &[EncodedDocument],
    ) -> Result<Vec<Put>, Error> {
        let mut puts = Vec::with_capacity(documents.len());
        for EncodedDocument { kind, encoded } in documents {
            let generation = self.platform.random.u64();
            let inserted = bucket.documents.insert(*kind, generation, encoded);
            inserted.map_err(Error::InvalidDocument)?;
            bucket.document_refs.push(DocumentRef { kind: *kind, generation });
            let record = DocumentRecord { generation, document: encoded.clone().into() };
            let row = address::bucket_document(&bucket.name, *kind as u8);
            puts.push(Put { row, value: record.encode()?, payload: None, replaces: None });
        }
        Ok(puts)
    }

    async fn change_document(
        &self,
        bucket: &Bucket,
        kind: DocumentKind,
        document: Option<NewDocument<'_>>,
    ) -> Result<(), Error> {
        let name = address::bucket(&bucket.name);
        let mut attempts = self.attempts(name.space, &name.key).await?;
        loop {
            let (seen, found) = self.read_bucket(&bucket.name).await?;
            let mut now =
                found.filter(|now| now.space == bucket.space).ok_or(Error::NoSuchBucket)?;
            if let Some(new) = &document {
                let Some(documents) = self.read_documents(&now).await? else {
                    // One was written since the bucket's row was read.
                    self.lost(&mut attempts, false).await?;
                    continue;
                };
                let facts =
                    BucketFacts { name: &now.name, owner: &now.owner, documents: &documents };
                (new.check)(&facts).map_err(Error::InvalidDocument)?;
            }
            let had = now.document_refs.iter().any(|document| document.kind == kind);
            if !had && document.is_none() {
                return Ok(());
            }
            now.document_refs.retain(|document| document.kind != kind);
            let row = address::bucket_document(&bucket.name, kind as u8);
            let replaces = if had { Some(self.store.get(&row).await?.seen) } else { None };
            let batch = if let Some(new) = &document {
                let generation = self.platform.random.u64();
                now.document_refs.push(DocumentRef { kind, generation });
                let record = DocumentRecord { generation, document: new.encoded.clone() };
                let mut batch = write(&now, seen)?;
                batch.puts.push(Put { row, value: record.encode()?, payload: None, replaces });
                batch
            } else {
                let mut batch = write(&now, seen)?;
                batch.deletes.push(Delete { row, replaces });
                batch
            };
            if self.commit_system(batch).await? == Outcome::Done {
                return Ok(());
            }
            self.lost(&mut attempts, false).await?;
        }
    }

    /// Reads the documents that the bucket's row names; `None` when they are not those, because
    /// one of them was written since the row was read.
    ///
    /// Errors: [`Error::Corrupt`] when one cannot be read. A bucket is not served without a
    /// document that it has: it may be one that forbids.
    pub(crate) async fn read_documents(
        &self,
        bucket: &Bucket,
    ) -> Result<Option<BucketDocuments>, Error> {
        let mut documents = BucketDocuments::default();
        for named in &bucket.document_refs {
            let row = address::bucket_document(&bucket.name, named.kind as u8);
            let Some(row) = self.store.get(&row).await?.row else {
                return Ok(None);
            };
            let record = DocumentRecord::decode(&row.value)?;
            if record.generation != named.generation {
                return Ok(None);
            }
            let inserted = documents.insert(named.kind, record.generation, &record.document);
            inserted.map_err(|error| {
                Error::Corrupt(format!("a document of bucket {}: {error}", bucket.name))
            })?;
        }
        Ok(Some(documents))
    }

    /// The removal of every document that the bucket's row names, for its own removal's commit.
    pub(crate) async fn remove_documents(&self, bucket: &Bucket) -> Result<Vec<Delete>, Error> {
        let mut deletes = Vec::with_capacity(bucket.document_refs.len());
        for named in &bucket.document_refs {
            let row = address::bucket_document(&bucket.name, named.kind as u8);
            let replaces = Some(self.store.get(&row).await?.seen);
            deletes.push(Delete { row, replaces });
        }
        Ok(deletes)
    }
}
