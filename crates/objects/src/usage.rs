//! What the buckets hold, for the operator.

use crate::rows::bucket;
use crate::{Error, Objects};
use larder_storage::{RowKind, RowView, Scan, SpaceId, Step, Storage, UsageDelta, Visitor};
use larder_types::BucketName;

/// What a bucket holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BucketUsage {
    /// Its name.
    pub bucket: BucketName,
    /// Canonical user id of its owner.
    pub owner_id: String,
    /// Its objects, every version and delete marker counted, and the bytes of their bodies.
    pub usage: UsageDelta,
}

impl<S: Storage> Objects<S> {
    /// What the first `max` buckets hold, by name, as the commits until now add up. Parts of
    /// uploads in progress are not counted.
    pub async fn bucket_usages(&self, max: usize) -> Result<Vec<BucketUsage>, Error> {
        let scan = Scan::prefix(SpaceId::SYSTEM, &[RowKind::Bucket], "");
        let buckets = Buckets { max, found: Vec::new(), error: None };
        let (buckets, _) = self.store.scan(scan, buckets).await?;
        if let Some(error) = buckets.error {
            return Err(error);
        }
        let mut usages = Vec::with_capacity(buckets.found.len());
        for found in buckets.found {
            let usage = self.store.usage(found.space).await?;
            usages.push(BucketUsage { bucket: found.name, owner_id: found.owner_id, usage });
        }
        Ok(usages)
    }
}

struct FoundBucket {
    name: BucketName,
    owner_id: String,
    space: SpaceId,
}

struct Buckets {
    max: usize,
    found: Vec<FoundBucket>,
    error: Option<Error>,
}

impl Buckets {
    fn add(&mut self, row: &RowView<'_>) -> Result<(), Error> {
        let name = std::str::from_utf8(row.key).ok().and_then(|name| BucketName::new(name).ok());
        let name =
            name.ok_or_else(|| Error::Corrupt("a bucket row's key is no bucket name".into()))?;
        let bucket = bucket::decode(name, row.value)?;
        let (owner_id, space) = (bucket.owner.canonical_id, bucket.space);
        self.found.push(FoundBucket { name: bucket.name, owner_id, space });
        Ok(())
    }
}

impl Visitor for Buckets {
    fn visit(&mut self, row: RowView<'_>) -> Step {
        if self.found.len() == self.max {
            return Step::Stop;
        }
        self.error = self.add(&row).err();
        if self.error.is_some() { Step::Stop } else { Step::Next }
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::World;

    #[test]
    fn buckets_and_what_they_hold() {
        let w = World::new();
        let first = w.versioned("first");
        w.bucket("second");
        w.put(&first, "a", b"12345");
        w.put(&first, "a", b"123");
        w.delete(&first, "a", None);
        let usages = w.run(w.objects.bucket_usages(10)).unwrap();
        let shown = usages.iter().map(|of| (of.bucket.as_str(), of.usage.objects, of.usage.bytes));
        assert_eq!(shown.collect::<Vec<_>>(), [("first", 3, 8), ("second", 0, 0)]);
        assert_eq!(usages[0].owner_id, first.owner.canonical_id);
        assert_eq!(w.run(w.objects.bucket_usages(1)).unwrap().len(), 1);
    }
}
