//! The buckets of an owner: one derived row each, so that a listing costs what the caller owns.
//!
//! The bucket's own row is the truth. No commit covers both, as their keys differ, so the order
//! keeps one rule: a bucket without its derived row never exists. The row is written before the
//! bucket's and removed after it, and names the incarnation that it was written for. A row without
//! its bucket is left over from a creation that lost a race or was cut off, or from a removal that
//! was cut off: a listing skips it and removes it.
//!
//! What a removal may race with is a creation that has written the row and not yet its bucket.
//! A creation elsewhere in this process is known by name ([`Creating`]); one of another incarnation
//! has changed the row, which the removal's check sees.

use crate::attempts::Outcome;
use crate::rows::address;
use crate::rows::fields::{Malformed, Reader, UnknownFields};
use crate::{Bucket, Error, Objects};
use bytes::Bytes;
use larder_storage::{
    Batch, Check, Delete, Found, Put, RowKind, RowView, Scan, SpaceId, Step, Storage, Visitor,
};
use larder_types::BucketName;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// Version of the value's format.
const FORMAT: u8 = 1;

/// Names of buckets that are being created in this process.
#[derive(Clone, Default)]
pub(crate) struct Creating(Arc<Mutex<HashMap<BucketName, usize>>>);

/// A creation under way.
pub(crate) struct Creation {
    creating: Creating,
    name: BucketName,
}

impl Creating {
    /// Takes note of a creation until it is dropped.
    pub(crate) fn begin(&self, name: &BucketName) -> Creation {
        let mut names = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *names.entry(name.clone()).or_insert(0) += 1;
        Creation { creating: self.clone(), name: name.clone() }
    }

    fn contains(&self, name: &BucketName) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(name)
    }
}

impl Creation {
    /// Its outcome is not known before the next start: until then nobody removes the derived row.
    pub(crate) fn never_ends(self) {
        std::mem::forget(self);
    }
}

impl Drop for Creation {
    fn drop(&mut self) {
        let mut names = self.creating.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = names.get_mut(&self.name) {
            *count -= 1;
            if *count == 0 {
                names.remove(&self.name);
            }
        }
    }
}

/// The value of the derived row of a bucket's incarnation: `u8 format = 1, u64 space, tagged
/// fields: none yet`.
pub(crate) fn encode(space: SpaceId) -> Bytes {
    [&[FORMAT][..], &space.0.to_le_bytes()].concat().into()
}

/// The incarnation that a derived row was written for.
pub(crate) fn decode(value: &[u8]) -> Result<SpaceId, Malformed> {
    let mut r = Reader(value);
    r.format(FORMAT)?;
    let space = SpaceId(r.u64()?);
    // The row is written whole each time: what is not known has nothing to be carried to.
    UnknownFields::read(&mut r)?;
    Ok(space)
}

impl<S: Storage> Objects<S> {
    /// Writes the derived row of a bucket that is about to be created.
    pub(crate) async fn write_owned(&self, bucket: &Bucket) -> Result<(), Error> {
        let row = address::owned_bucket(&bucket.owner.canonical_id, &bucket.name);
        let mut attempts = self.attempts(row.space, &row.key).await?;
        loop {
            let Found { seen, .. } = self.store.get(&row).await?;
            let put = Put {
                row: row.clone(),
                value: encode(bucket.space),
                payload: None,
                replaces: seen.write.map(|_| seen),
            };
            let checks = vec![Check { row: row.clone(), seen }];
            let batch = Batch { checks, puts: vec![put], ..Batch::default() };
            if self.commit_system(batch).await? == Outcome::Done {
                return Ok(());
            }
            self.lost(&mut attempts, false).await?;
        }
    }

    /// Removes the derived row of a bucket that is gone, unless it speaks of another incarnation.
    pub(crate) async fn remove_owned(
        &self,
        owner_id: &str,
        name: &BucketName,
        space: SpaceId,
    ) -> Result<(), Error> {
        let row = address::owned_bucket(owner_id, name);
        let Found { seen, row: Some(found) } = self.store.get(&row).await? else {
            return Ok(());
        };
        if decode(&found.value)? != space {
            return Ok(());
        }
        let batch = Batch {
            checks: vec![Check { row: row.clone(), seen }],
            deletes: vec![Delete { row, replaces: Some(seen) }],
            frees: true,
            ..Batch::default()
        };
        // When it changed meanwhile it is another creation's.
        self.commit_system(batch).await.map(drop)
    }

    /// Removes a derived row that a listing found without its bucket, unless that is being created.
    /// The row was read before the names of creations are looked at, and those before the bucket:
    /// a creation that began since has changed the row, one that ended since has its bucket.
    pub(crate) async fn heal_owned(&self, owner_id: &str, owned: &Owned) -> Result<(), Error> {
        if self.creating.contains(&owned.name) {
            return Ok(());
        }
        let (_, bucket) = self.read_bucket(&owned.name).await?;
        if bucket.is_some_and(|bucket| bucket.owner.canonical_id == owner_id) {
            return Ok(());
        }
        self.remove_owned(owner_id, &owned.name, owned.space).await
    }

    /// At most `max` buckets that derived rows of an owner name, in order, from `from` on.
    pub(crate) async fn owned(
        &self,
        owner_id: &str,
        from: &[u8],
        max: usize,
    ) -> Result<Vec<Owned>, Error> {
        let key = Bytes::copy_from_slice(owner_id.as_bytes());
        let mut scan = Scan::prefix(SpaceId::SYSTEM, &[RowKind::OwnedBucket], key.clone());
        scan.from = key.clone();
        scan.from_row = Some((RowKind::OwnedBucket, Bytes::copy_from_slice(from)));
        let names = Names { key, max, found: Vec::new(), error: None };
        let (names, _) = self.store.scan(scan, names).await?;
        names.error.map_or(Ok(names.found), Err)
    }
}

/// A bucket as a derived row names it.
pub(crate) struct Owned {
    pub(crate) name: BucketName,
    pub(crate) space: SpaceId,
}

/// Collects the derived rows of one owner.
struct Names {
    key: Bytes,
    max: usize,
    found: Vec<Owned>,
    error: Option<Error>,
}

impl Visitor for Names {
    fn visit(&mut self, row: RowView<'_>) -> Step {
        // A longer owner's id may begin with this one.
        if row.key != self.key || self.found.len() >= self.max {
            return Step::Stop;
        }
        let name = std::str::from_utf8(row.suffix).ok().map(BucketName::new);
        match (name, decode(row.value)) {
            (Some(Ok(name)), Ok(space)) => {
                self.found.push(Owned { name, space });
                Step::Next
            }
            (_, Err(error)) => {
                self.error = Some(error.into());
                Step::Stop
            }
            _ => {
                self.error = Some(Error::Corrupt("an owned bucket's row has no name".into()));
                Step::Stop
            }
        }
    }
}
