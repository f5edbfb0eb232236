//! DeleteObject and DeleteObjects.

use crate::attempts::{Attempts, Outcome};
use crate::conditions::DeleteConditions;
use crate::plan::{KeySnapshot, NewVersion, Plan};
use crate::rows::VersionRecord;
use crate::{Bucket, Error, Versioning, Writer};
use bytes::Bytes;
use futures_util::stream::{FuturesOrdered, StreamExt};
use larder_storage::Storage;
use larder_types::{ObjectKey, Owner, VersionId};
use std::collections::HashMap;

/// Most keys of one DeleteObjects that are on their way at once: enough to share a group commit.
const DELETES_AT_ONCE: usize = 64;

/// What DeleteObject says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DeleteObject {
    /// Who will own a delete marker.
    pub owner: Owner,
    /// The version to remove; `None` deletes the key as the bucket's versioning has it.
    pub version: Option<VersionId>,
    /// Conditions about the version that is meant.
    pub conditions: DeleteConditions,
}

/// What DeleteObject did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deleted {
    /// A delete marker was made, or the version removed was one.
    pub delete_marker: bool,
    /// The marker made, or the version that was asked for.
    pub version: Option<VersionId>,
}

/// What DeleteObjects did.
#[derive(Debug)]
pub struct DeletedMany {
    /// One result for all entries that say the same, in the order of the first of each.
    pub results: Vec<Result<Deleted, Error>>,
    /// For each entry the index of its result.
    pub places: Vec<usize>,
}

/// A planned delete; no plan when there is nothing to do.
struct Planned {
    plan: Option<Plan>,
    deleted: Deleted,
}

impl<S: Storage> Writer<'_, S> {
    /// DeleteObject. Deleting what is not there succeeds, unless a condition says otherwise.
    pub async fn delete(
        self,
        bucket: &Bucket,
        key: &ObjectKey,
        delete: &DeleteObject,
    ) -> Result<Deleted, Error> {
        let key = Bytes::copy_from_slice(key.as_bytes());
        let mut attempts = match delete.version {
            None => self.attempts(bucket.space, &key).await?,
            // A version that is not the newest blocks no write.
            Some(_) => Attempts::beside_others(bucket.space, &key),
        };
        loop {
            let planned = match delete.version {
                None => self.plan_delete(bucket, delete, &mut attempts).await?,
                // Boxed: the usual delete does without, and a thousand are moved at a time.
                Some(version) => {
                    Box::pin(self.plan_removal(bucket, (version, delete), &mut attempts)).await?
                }
            };
            if let Some(planned) = planned {
                let Some(plan) = planned.plan else {
                    return Ok(planned.deleted);
                };
                if self.commit_plan(bucket, plan, &mut attempts).await? == Outcome::Done {
                    return Ok(planned.deleted);
                }
            }
            self.lost(&mut attempts, delete.conditions.any()).await?;
        }
    }

    /// DeleteObjects: one commit per entry, many at once. Entries that say the same are done once:
    /// for each other they would be lost races, and one delete marker is what they ask for.
    pub async fn delete_many(
        self,
        bucket: &Bucket,
        entries: &[(ObjectKey, DeleteObject)],
    ) -> DeletedMany {
        let (distinct, places) = distinct(entries);
        let (mut entries, mut running) = (distinct.iter(), FuturesOrdered::new());
        let mut results = Vec::with_capacity(distinct.len());
        loop {
            let free = DELETES_AT_ONCE - running.len();
            let begun = entries.by_ref().take(free);
            running.extend(begun.map(|(key, delete)| self.delete(bucket, key, delete)));
            match running.next().await {
                Some(result) => results.push(result),
                None => return DeletedMany { results, places },
            }
        }
    }

    /// The delete of a key without a version.
    async fn plan_delete(
        &self,
        bucket: &Bucket,
        delete: &DeleteObject,
        attempts: &mut Attempts<'_>,
    ) -> Result<Option<Planned>, Error> {
        let snapshot = self.snapshot_for_write(bucket, attempts).await?;
        delete.conditions.check(snapshot.current())?;
        let change = self.change();
        if bucket.versioning == Versioning::Unversioned
            && snapshot.current().is_none_or(|current| current.null)
        {
            let plan = match snapshot.current() {
                None => None,
                Some(_) => Some(snapshot.remove_current(None, &change)?),
            };
            let deleted = Deleted { delete_marker: false, version: None };
            return Ok(Some(Planned { plan, deleted }));
        }
        let marker = NewVersion {
            record: VersionRecord::marker(delete.owner.clone(), change.stamp.modified()),
            payload: None,
            adopts: Vec::new(),
        };
        let (plan, record) = snapshot.write(&marker, &change)?;
        Ok(Some(Planned {
            plan: Some(plan),
            deleted: Deleted { delete_marker: true, version: Some(record.version()) },
        }))
    }

    /// The removal of one version; `None` when a race was lost while planning.
    async fn plan_removal(
        &self,
        bucket: &Bucket,
        (version, delete): (VersionId, &DeleteObject),
        attempts: &mut Attempts<'_>,
    ) -> Result<Option<Planned>, Error> {
        let (mut snapshot, mut found) = self.locate(bucket, version, attempts).await?;
        if let Some((version, current)) = &mut found {
            self.load_removed(version).await?;
            if *current {
                snapshot.current = Some(version.clone());
            }
        }
        let record = found.as_ref().map(|(version, _)| &*version.record);
        delete.conditions.check(record)?;
        let deleted = Deleted {
            delete_marker: record.is_some_and(|record| record.delete_marker),
            version: Some(version),
        };
        let plan = match found {
            None => None,
            Some((older, false)) => Some(snapshot.remove_older(&older, &self.change())),
            Some((_, true)) => match self.plan_removal_of_current(&snapshot).await? {
                None => return Ok(None),
                plan => plan,
            },
        };
        Ok(Some(Planned { plan, deleted }))
    }

    async fn plan_removal_of_current(&self, snapshot: &KeySnapshot) -> Result<Option<Plan>, Error> {
        let mut next = None;
        if snapshot.versioning != Versioning::Unversioned {
            next = self.newest_older(snapshot.space, &snapshot.key).await?;
        }
        if let Some(next) = &mut next
            && !self.load_payload(next).await?
        {
            return Ok(None);
        }
        snapshot.remove_current(next.as_ref(), &self.change()).map(Some)
    }
}

/// Each entry once, and where among those every entry is.
fn distinct(
    entries: &[(ObjectKey, DeleteObject)],
) -> (Vec<&(ObjectKey, DeleteObject)>, Vec<usize>) {
    let count = entries.len();
    // Lists come from listings, in order; then a look at the neighbour tells that all differ.
    if entries.is_sorted_by(|(one, _), (next, _)| one < next) {
        return (entries.iter().collect(), (0..count).collect());
    }
    let (mut distinct, mut places) = (Vec::with_capacity(count), Vec::with_capacity(count));
    // The last one of a key and version, and for each one the one before it. Few have conditions,
    // so that few have a key and version in common and are not the same.
    let mut last: HashMap<_, usize> = HashMap::with_capacity(count);
    let mut before: Vec<Option<usize>> = Vec::with_capacity(count);
    for entry in entries {
        let (key, delete) = entry;
        let known = last.get(&(key, delete.version)).copied();
        let mut alike = std::iter::successors(known, |place| before[*place]);
        if let Some(place) = alike.find(|place| distinct[*place] == entry) {
            places.push(place);
            continue;
        }
        places.push(distinct.len());
        last.insert((key, delete.version), distinct.len());
        before.push(known);
        distinct.push(entry);
    }
    (distinct, places)
}
