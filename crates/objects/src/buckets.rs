//! Buckets: one row each is the truth; its space is the incarnation that holds its objects.

use crate::attempts::Outcome;
use crate::documents::DocumentRef;
use crate::holds::{Hold, Holds};
use crate::plan::gc_row;
use crate::rows::{GcRecord, Tag, UnknownFields, Versioning, address, bucket};
use crate::{Error, Objects, tagging};
use bytes::Bytes;
use larder_documents::{BucketDocuments, EncodedDocument};
use larder_storage::{Batch, Check, Delete, FenceId, Put, RowKind, Seen, SpaceId, Storage};
use larder_types::{BucketName, Owner, Timestamp};
use std::collections::HashMap;
use std::sync::{Arc, RwLock};

/// A bucket as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bucket {
    /// Its name.
    pub name: BucketName,
    /// This incarnation of it: a bucket created again under its name has another.
    pub space: SpaceId,
    /// Who owns it.
    pub owner: Owner,
    /// The LocationConstraint it was created with.
    pub region: Option<String>,
    /// When it was created.
    pub created: Timestamp,
    /// Whether it keeps older versions.
    pub versioning: Versioning,
    /// Tags.
    pub tags: Vec<Tag>,
    /// Which documents it has.
    pub document_refs: Vec<DocumentRef>,
    /// Those documents, read and parsed, in what [`Objects::bucket`] gives; a listing reads none.
    pub documents: BucketDocuments,
    /// Fields of newer versions.
    pub unknown: UnknownFields,
    /// Keeps the space from being forgotten when it is closed; whoever writes there has one.
    pub held: Hold,
}

/// What CreateBucket says of a bucket.
#[derive(Clone, Debug)]
pub struct CreateBucket {
    /// Who will own it.
    pub owner: Owner,
    /// LocationConstraint.
    pub region: Option<String>,
    /// Tags.
    pub tags: Vec<Tag>,
    /// Documents that it has from the first, each kind once.
    pub documents: Vec<EncodedDocument>,
}

/// Which buckets to list.
#[derive(Clone, Debug)]
pub struct ListBuckets {
    /// Canonical id of the owner.
    pub owner_id: String,
    /// Names that begin with this.
    pub prefix: String,
    /// Buckets of this region; one without a region counts as `default_region`.
    pub region: Option<String>,
    /// See `region`.
    pub default_region: String,
    /// Names behind this one, which the previous page returned.
    pub start_after: Option<String>,
    /// Most buckets in the page.
    pub max: usize,
}

/// A page of buckets, by name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketPage {
    /// The buckets.
    pub buckets: Vec<Arc<Bucket>>,
    /// Where the next page starts; `None` at the end.
    pub next: Option<String>,
}

/// Derived rows read at a time by a listing.
const OWNED_AT_ONCE: usize = 256;

/// Most buckets kept decoded.
const DECODED_MAX: usize = 1024;

/// Buckets decoded lately, beside the row values they were decoded from. The row is still read at
/// every request: this saves the decoding, and cannot be out of date.
#[derive(Default)]
pub(crate) struct Decoded {
    known: RwLock<HashMap<BucketName, (Bytes, Arc<Bucket>)>>,
    pub(crate) holds: Holds,
}

impl Decoded {
    /// The bucket of this row, if it was decoded lately.
    fn find(&self, name: &BucketName, value: &Bytes) -> Option<Arc<Bucket>> {
        let all = self.known.read().expect("no panic while locked");
        let (_, bucket) = all.get(name).filter(|(known, _)| known == value)?;
        Some(bucket.clone())
    }

    /// Holds the bucket's space. The bucket is kept once its hold is verified.
    fn hold(&self, mut bucket: Bucket, value: &Bytes) -> Arc<Bucket> {
        bucket.held = self.holds.take(bucket.space);
        let bucket = Arc::new(bucket);
        if !bucket.held.is_verified() {
            return bucket;
        }
        let mut all = self.known.write().expect("no panic while locked");
        if all.len() >= DECODED_MAX {
            all.clear();
        }
        all.insert(bucket.name.clone(), (value.clone(), bucket.clone()));
        bucket
    }

    /// Lets go of an incarnation that is gone.
    fn forget(&self, name: &BucketName, space: SpaceId) {
        let mut all = self.known.write().expect("no panic while locked");
        if all.get(name).is_some_and(|(_, bucket)| bucket.space == space) {
            all.remove(name);
        }
    }
}

impl<S: Storage> Objects<S> {
    /// CreateBucket. [`Error::BucketAlreadyOwnedByYou`] and [`Error::BucketAlreadyExists`] when
    /// the name is taken.
    ///
    /// Once begun it goes on when the caller goes away: what is known of it here must outlive
    /// its commits.
    pub async fn create_bucket(
        &self,
        name: &BucketName,
        create: CreateBucket,
    ) -> Result<Arc<Bucket>, Error> {
        tagging::check_bucket_tags(&create.tags)?;
        let (send, receive) = tokio::sync::oneshot::channel();
        let (objects, name) = (self.clone(), name.clone());
        self.platform.spawn(async move {
            // The caller may be gone: then nobody wants the outcome.
            let _ = send.send(objects.create_with_owned(&name, create).await);
        });
        receive.await.unwrap_or_else(|_| Err(Error::Unknown("the server is stopping".into())))
    }

    async fn create_with_owned(
        &self,
        name: &BucketName,
        create: CreateBucket,
    ) -> Result<Arc<Bucket>, Error> {
        let row = address::bucket(name);
        let mut attempts = self.attempts(row.space, &row.key).await?;
        loop {
            let (seen, found) = self.read_bucket(name).await?;
            match found {
                Some(bucket) if bucket.owner.canonical_id == create.owner.canonical_id => {
                    return Err(Error::BucketAlreadyOwnedByYou(Arc::new(bucket)));
                }
                Some(_) => return Err(Error::BucketAlreadyExists),
                None => {}
            }
            let space = self.store.open_space().await?;
            let mut bucket = Bucket {
                name: name.clone(),
                space,
                held: self.decoded.holds.take(space),
                owner: create.owner.clone(),
                region: create.region.clone(),
                created: self.stamp().modified(),
                versioning: Versioning::Unversioned,
                tags: create.tags.clone(),
                document_refs: Vec::new(),
                documents: BucketDocuments::default(),
                unknown: UnknownFields::default(),
            };
            let documents = self.first_documents(&mut bucket, &create.documents)?;
            let mut batch = write(&bucket, seen)?;
            batch.puts.extend(documents);
            let creation = self.creating.begin(name);
            self.write_owned(&bucket).await?;
            match self.commit_system(batch).await {
                Ok(Outcome::Done) => {
                    // It was held before anybody could remove it.
                    bucket.held.verify();
                    return Ok(Arc::new(bucket));
                }
                Ok(Outcome::Lost) => drop(creation),
                Err(error) => {
                    if matches!(error, Error::Unknown(_)) {
                        creation.never_ends();
                    }
                    return Err(error);
                }
            }
            self.lost(&mut attempts, false).await?;
        }
    }

    /// The bucket of a name; [`Error::NoSuchBucket`].
    pub async fn bucket(&self, name: &BucketName) -> Result<Arc<Bucket>, Error> {
        let mut held: Option<Arc<Bucket>> = None;
        let mut unread: Option<Bytes> = None;
        loop {
            let found = self.store.get(&address::bucket(name)).await?;
            let row = found.row.ok_or(Error::NoSuchBucket)?;
            let bucket = match self.decoded.find(name, &row.value) {
                Some(bucket) => bucket,
                None => {
                    let Some(bucket) = self.decode(name, &row.value, unread.as_ref()).await? else {
                        unread = Some(row.value);
                        continue;
                    };
                    bucket
                }
            };
            if held.is_some_and(|held| held.space == bucket.space) {
                // Its row was there while its space was held: that was not forgotten before.
                bucket.held.verify();
            }
            if bucket.held.is_verified() {
                return Ok(bucket);
            }
            // From here on its space is not forgotten; if it was before, its row is gone.
            held = Some(bucket);
        }
    }

    /// The bucket with its documents; `None` when those are not the ones that the row names, so
    /// that the row has to be read again. `unread` is the row of which that was said before.
    async fn decode(
        &self,
        name: &BucketName,
        value: &Bytes,
        unread: Option<&Bytes>,
    ) -> Result<Option<Arc<Bucket>>, Error> {
        let mut bucket = bucket::decode(name.clone(), value)?;
        match self.read_documents(&bucket).await? {
            Some(documents) => bucket.documents = documents,
            // No two writes leave the same row: nothing was written between the two readings.
            None if unread == Some(value) => {
                return Err(Error::Corrupt(format!(
                    "bucket {name} has not the documents that its row names"
                )));
            }
            None => return Ok(None),
        }
        Ok(Some(self.decoded.hold(bucket, value)))
    }

    /// DeleteBucket: refuses while objects, versions or delete markers are in it. Uploads in
    /// progress do not stop it (S3 says so of directory buckets only); the gc removes them.
    ///
    /// A racing PUT is either in the bucket before the space closes, or refused by the closed
    /// space, so it is never acknowledged and lost.
    ///
    /// Once begun it goes on when the caller goes away: a bucket is not left closed.
    pub async fn delete_bucket(&self, bucket: &Bucket) -> Result<(), Error> {
        let (send, receive) = tokio::sync::oneshot::channel();
        let (objects, bucket) = (self.clone(), bucket.clone());
        self.platform.spawn(async move {
            // The caller may be gone: then nobody wants the outcome.
            let _ = send.send(objects.close_and_remove(&bucket).await);
        });
        receive.await.unwrap_or_else(|_| Err(Error::Unknown("the server is stopping".into())))
    }

    async fn close_and_remove(&self, bucket: &Bucket) -> Result<(), Error> {
        let kinds = [RowKind::Head, RowKind::Version];
        // Before, too: where the engine remembers all that it can, a close would be refused.
        self.forget_closed().await;
        let fence = self.store.close_space_if_empty(bucket.space, &kinds).await?;
        let fence = fence.ok_or(Error::BucketNotEmpty)?;
        let result = self.remove_bucket(bucket).await;
        match &result {
            // The row is gone: nothing may be written to this incarnation by those who hold it.
            Ok(()) | Err(Error::NoSuchBucket) => {
                // Where this fails a listing finds the derived row without its bucket.
                let owner_id = &bucket.owner.canonical_id;
                let _ = self.remove_owned(owner_id, &bucket.name, bucket.space).await;
                self.decoded.holds.gone(bucket.space, bucket.name.clone());
                self.forget_closed().await;
            }
            // It may be gone after a restart.
            Err(Error::Unknown(_)) => {}
            Err(_) => self.reopen(bucket, fence).await?,
        }
        result
    }

    /// Has the engine forget closed spaces that nobody can write to any more. This one's is held by
    /// the caller: the next DeleteBucket sees to it.
    ///
    /// A failure changes nothing about the bucket that is gone: the next one tries again.
    async fn forget_closed(&self) {
        // A reader that was slow may have put one back among the decoded.
        for (space, name) in self.decoded.holds.closed() {
            self.decoded.forget(&name, space);
        }
        for (space, name) in self.decoded.holds.take_unheld() {
            if self.store.forget_space(space).await.is_err() {
                self.decoded.holds.gone(space, name);
            }
        }
    }

    /// Opens a bucket again that could not be removed, unless another DeleteBucket removed it.
    async fn reopen(&self, bucket: &Bucket, fence: FenceId) -> Result<(), Error> {
        let (_, found) = self.read_bucket(&bucket.name).await?;
        if found.is_some_and(|now| now.space == bucket.space) {
            self.store.reopen_space(bucket.space, fence).await?;
        }
        Ok(())
    }

    /// Removes a closed bucket's row, whatever changed in it meanwhile.
    async fn remove_bucket(&self, bucket: &Bucket) -> Result<(), Error> {
        let row = address::bucket(&bucket.name);
        let mut attempts = self.attempts(row.space, &row.key).await?;
        loop {
            let (seen, found) = self.read_bucket(&bucket.name).await?;
            let now = found.filter(|now| now.space == bucket.space).ok_or(Error::NoSuchBucket)?;
            let sweep = GcRecord::Space(bucket.space);
            let mut deletes = self.remove_documents(&now).await?;
            deletes.push(Delete { row: row.clone(), replaces: Some(seen) });
            let batch = Batch {
                checks: vec![Check { row: row.clone(), seen }],
                enqueues: vec![gc_row(SpaceId::SYSTEM, &row.key, &sweep, &self.stamp())],
                deletes,
                frees: true,
                ..Batch::default()
            };
            if self.commit_system(batch).await? == Outcome::Done {
                return Ok(());
            }
            self.lost(&mut attempts, false).await?;
        }
    }

    /// PutBucketVersioning.
    pub async fn put_versioning(&self, bucket: &Bucket, enabled: bool) -> Result<(), Error> {
        let versioning = if enabled { Versioning::Enabled } else { Versioning::Suspended };
        self.change_bucket(bucket, |b| b.versioning = versioning).await
    }

    /// PutBucketTagging; with no tags DeleteBucketTagging.
    pub async fn put_bucket_tags(&self, bucket: &Bucket, tags: Vec<Tag>) -> Result<(), Error> {
        tagging::check_bucket_tags(&tags)?;
        self.change_bucket(bucket, |b| b.tags.clone_from(&tags)).await
    }

    /// ListBuckets: reads the derived rows of the owner and the buckets that they name.
    pub async fn list_buckets(&self, list: ListBuckets) -> Result<BucketPage, Error> {
        let mut page = BucketPage { buckets: Vec::new(), next: None };
        // The first name that may be shown.
        let mut from = list.prefix.clone().into_bytes();
        if let Some(after) =
            list.start_after.as_deref().filter(|after| after.as_bytes() >= &from[..])
        {
            from = behind(after);
        }
        loop {
            let names = self.owned(&list.owner_id, &from, OWNED_AT_ONCE).await?;
            for owned in &names {
                if !owned.name.as_str().starts_with(&list.prefix) {
                    return Ok(page);
                }
                let (_, bucket) = self.read_bucket(&owned.name).await?;
                let own = bucket.filter(|bucket| bucket.owner.canonical_id == list.owner_id);
                let Some(bucket) = own else {
                    // It is skipped, and the next listing tries again where this fails.
                    let _ = self.heal_owned(&list.owner_id, owned).await;
                    continue;
                };
                if !list.wants(&bucket) {
                    continue;
                }
                if page.buckets.len() >= list.max {
                    page.next = page.buckets.last().map(|last| last.name.as_str().to_owned());
                    return Ok(page);
                }
                page.buckets.push(Arc::new(bucket));
            }
            match names.last() {
                Some(last) if names.len() == OWNED_AT_ONCE => from = behind(last.name.as_str()),
                _ => return Ok(page),
            }
        }
    }

    async fn change_bucket(
        &self,
        bucket: &Bucket,
        change: impl Fn(&mut Bucket),
    ) -> Result<(), Error> {
        let row = address::bucket(&bucket.name);
        let mut attempts = self.attempts(row.space, &row.key).await?;
        loop {
            let (seen, found) = self.read_bucket(&bucket.name).await?;
            let mut now =
                found.filter(|now| now.space == bucket.space).ok_or(Error::NoSuchBucket)?;
            change(&mut now);
            if self.commit_system(write(&now, seen)?).await? == Outcome::Done {
                return Ok(());
            }
            self.lost(&mut attempts, false).await?;
        }
    }

    pub(crate) async fn read_bucket(
        &self,
        name: &BucketName,
    ) -> Result<(Seen, Option<Bucket>), Error> {
        let found = self.store.get(&address::bucket(name)).await?;
        let decode = |row: larder_storage::Row| bucket::decode(name.clone(), &row.value);
        Ok((found.seen, found.row.map(decode).transpose()?))
    }
}

pub(crate) fn write(bucket: &Bucket, seen: Seen) -> Result<Batch, Error> {
    let row = address::bucket(&bucket.name);
    Ok(Batch {
        checks: vec![Check { row: row.clone(), seen }],
        puts: vec![Put {
            row,
            value: bucket::encode(bucket)?,
            payload: None,
            replaces: seen.write.map(|_| seen),
        }],
        ..Batch::default()
    })
}

/// The first name behind `name`.
fn behind(name: &str) -> Vec<u8> {
    [name.as_bytes(), &[0]].concat()
}

impl ListBuckets {
    fn wants(&self, bucket: &Bucket) -> bool {
        let region = bucket.region.as_ref().unwrap_or(&self.default_region);
        self.region.as_ref().is_none_or(|wanted| wanted == region)
    }
}
