//! Listings beside everything else: what a page shows of a key, and that it does not show it, is a
//! read of that key.

use super::write::owner_op;
use crate::book::Place;
use crate::checkers::keys::{Action, Outcome};
use crate::client::{Ctx, key_text};
use larder_objects::list::{ListObjects, ListVersions};
use larder_platform::sim::Prng;
use std::collections::BTreeMap;

/// The workload's keys by their text.
pub(super) fn all_keys(ctx: &Ctx) -> BTreeMap<String, usize> {
    (0..ctx.workload.keys).map(|key| (key_text(key), key)).collect()
}

/// One page of objects.
pub(super) async fn objects(ctx: &Ctx, rng: &mut Prng) {
    let bucket_at = rng.index(ctx.workload.buckets.len());
    let keys = all_keys(ctx);
    let prefix = ["", "", "d", "d/", "k"][rng.index(5)];
    let after =
        if rng.chance(1, 2) { String::new() } else { key_text(rng.index(ctx.workload.keys)) };
    let max_keys = 1 + rng.below(30) as u32;
    let Some(bucket) = ctx.bucket(bucket_at).await else { return };
    let asked = keys
        .range(after.clone()..)
        .filter(|(text, _)| text.starts_with(prefix) && (after.is_empty() || **text > after));
    let begun: Vec<_> = asked
        .map(|(text, key)| {
            let place = Place { bucket: bucket_at, key: *key };
            (text, ctx.begin(place, Action::Listed))
        })
        .collect();
    let list = ListObjects { prefix, delimiter: "", after: &after, max_keys };
    let page = match ctx.objects.list(&bucket, list).await {
        Ok(page) => page,
        Err(error) => {
            begun.iter().for_each(|(_, handle)| ctx.book().fail(*handle));
            return ctx.refuse("list", &error);
        }
    };
    let shown: BTreeMap<&str, u32> =
        page.entries.iter().map(|entry| (entry.key, owner_op(entry.owner))).collect();
    let mut book = ctx.book();
    for (text, handle) in begun {
        // Behind the last key of a page that is cut nothing is said.
        if page.next.as_ref().is_some_and(|next| text > next) {
            book.fail(handle)
        } else {
            book.end(handle, Outcome::Listed(shown.get(text.as_str()).copied()))
        }
    }
}

/// The first page of versions, from a prefix on.
pub(super) async fn versions(ctx: &Ctx, rng: &mut Prng) {
    let bucket_at = rng.index(ctx.workload.buckets.len());
    let keys = all_keys(ctx);
    let prefix = ["", "d", "d/", "k"][rng.index(4)];
    let max_keys = 1 + rng.below(100) as u32;
    let Some(bucket) = ctx.bucket(bucket_at).await else { return };
    let asked = keys.iter().filter(|(text, _)| text.starts_with(prefix));
    let begun: Vec<_> = asked
        .map(|(text, key)| {
            let place = Place { bucket: bucket_at, key: *key };
            (text, ctx.begin(place, Action::Versions))
        })
        .collect();
    let list = ListVersions { prefix, max_keys, ..ListVersions::default() };
    let page = match ctx.objects.list_versions(&bucket, list).await {
        Ok(page) => page,
        Err(error) => {
            begun.iter().for_each(|(_, handle)| ctx.book().fail(*handle));
            return ctx.refuse("list versions", &error);
        }
    };
    let mut shown: BTreeMap<&str, Vec<(u32, bool, bool)>> = BTreeMap::new();
    for entry in page.entries.iter() {
        let null = entry.version == larder_types::VersionId::Null;
        let version = (owner_op(entry.owner), entry.delete_marker, null);
        shown.entry(entry.key).or_default().push(version);
    }
    let mut book = ctx.book();
    for (text, handle) in begun {
        // The last key of a page that is cut may have more versions.
        if page.next.as_ref().is_some_and(|(next, _)| text >= next) {
            book.fail(handle)
        } else {
            let versions = shown.remove(text.as_str()).unwrap_or_default();
            book.end(handle, Outcome::Versions(versions));
        }
    }
}
