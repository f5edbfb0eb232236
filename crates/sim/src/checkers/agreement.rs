//! List agrees with get, and one listing with another: pages of every size, with and without a
//! delimiter, show what the versions say.

use super::Violation;
use crate::book::OpId;
use crate::client::{Ctx, bucket_name};
use crate::operations::bucket_owner;
use larder_objects::list::ListObjects;
use larder_objects::{Bucket, Error, ListBuckets};
use larder_platform::sim::Prng;
use larder_types::{ETag, VersionId};
use std::collections::BTreeSet;

/// A version as a listing shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) key: String,
    pub(crate) op: OpId,
    pub(crate) version: VersionId,
    pub(crate) marker: bool,
    pub(crate) latest: bool,
    pub(crate) size: u64,
    pub(crate) etag: ETag,
}

fn disagree(what: String) -> Violation {
    Violation::new("list agrees with get", what)
}

/// ListBuckets, in pages of at most `max`, shows every bucket that there is and no other.
pub(crate) async fn same_buckets(ctx: &Ctx, max: usize) -> Result<(), Violation> {
    let failed = |error| disagree(format!("a listing of buckets failed: {error}"));
    let (mut there, mut listed) = (Vec::new(), Vec::new());
    for at in 0..ctx.workload.buckets.len() {
        match ctx.objects.bucket(&bucket_name(at)).await {
            Ok(bucket) => there.push(bucket.name.to_string()),
            Err(Error::NoSuchBucket) => {}
            Err(error) => return Err(failed(error)),
        }
    }
    there.sort();
    let mut start_after = None;
    loop {
        let list = ListBuckets {
            owner_id: bucket_owner().canonical_id,
            prefix: String::new(),
            region: None,
            default_region: String::new(),
            start_after,
            max,
        };
        let page = ctx.objects.list_buckets(list).await.map_err(failed)?;
        listed.extend(page.buckets.iter().map(|bucket| bucket.name.to_string()));
        match page.next {
            Some(next) => start_after = Some(next),
            None => break,
        }
    }
    if there == listed {
        Ok(())
    } else {
        Err(disagree(format!("listed buckets {listed:?}, and there are {there:?}")))
    }
}

/// ListObjects, page by page, shows the current objects among `rows`, grouped as it should.
pub(crate) async fn same_listings(
    ctx: &Ctx,
    bucket: &Bucket,
    rows: &[Row],
    rng: &mut Prng,
) -> Result<(), Violation> {
    let prefix = ["", "", "d", "d/", "none"][rng.index(5)];
    let delimiter = ["", "/", "e"][rng.index(3)];
    let max_keys = 1 + rng.below(30) as u32;
    let (mut keys, mut groups) = (Vec::new(), BTreeSet::new());
    let current = rows.iter().filter(|row| row.latest && !row.marker);
    for row in current.filter(|row| row.key.starts_with(prefix)) {
        let rest = &row.key[prefix.len()..];
        let group = if delimiter.is_empty() { None } else { rest.find(delimiter) };
        match group {
            None => keys.push((row.key.clone(), row.op)),
            Some(at) => {
                groups.insert(row.key[..prefix.len() + at + delimiter.len()].to_owned());
            }
        }
    }
    let (mut found, mut found_groups) = (Vec::new(), BTreeSet::new());
    let mut after = String::new();
    loop {
        let list = ListObjects { prefix, delimiter, after: &after, max_keys };
        let page = ctx.objects.list(bucket, list).await;
        let page = page.map_err(|error| disagree(format!("a listing failed: {error}")))?;
        found.extend(
            page.entries.iter().map(|entry| {
                (entry.key.to_owned(), super::versions::op_of(entry.owner).unwrap_or(0))
            }),
        );
        found_groups.extend(page.common_prefixes);
        match page.next {
            Some(next) => after = next,
            None => break,
        }
    }
    if (&found, &found_groups) == (&keys, &groups) {
        Ok(())
    } else {
        Err(disagree(format!(
            "prefix {prefix:?}, delimiter {delimiter:?}, pages of {max_keys}: listed {found:?} and \
             {found_groups:?}, versions say {keys:?} and {groups:?}"
        )))
    }
}
