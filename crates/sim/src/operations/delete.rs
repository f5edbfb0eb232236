//! DeleteObject, with and without a version, and DeleteObjects.

use super::write::marked;
use super::{draw_version, etag_condition, latest};
use crate::book::{Fate, Handle, OpId, Place};
use crate::causes;
use crate::checkers::keys::{Action, Match, Outcome, When};
use crate::checkers::versions::owner_of;
use crate::client::{Ctx, object_key};
use larder_objects::conditions::DeleteConditions;
use larder_objects::{DeleteObject, Deleted, Error};
use larder_platform::sim::Prng;
use std::collections::BTreeSet;

fn begin(ctx: &Ctx, place: Place, when: When) -> (OpId, Handle, DeleteObject) {
    let if_match = etag_condition(ctx, when.matches);
    let mut book = ctx.book();
    let op = book.write(place, true, 0);
    let handle = book.begin(place, Action::Delete { op, when });
    let conditions = DeleteConditions { if_match, ..DeleteConditions::default() };
    (op, handle, DeleteObject { owner: owner_of(op), version: None, conditions })
}

fn ended(ctx: &Ctx, place: Place, op: OpId, handle: Handle, deleted: Result<Deleted, Error>) {
    match deleted {
        Ok(deleted) => {
            if deleted.delete_marker {
                marked(ctx, place, op, deleted.version)
            } else {
                ctx.book().fate(op, Fate::Failed)
            }
            ctx.book().end(handle, Outcome::Removed { marker: deleted.delete_marker });
        }
        Err(error) => ctx.failed("delete", handle, op, &error),
    }
}

pub(super) async fn delete(ctx: &Ctx, rng: &mut Prng, conditional: bool) {
    let place = ctx.place(rng);
    let matches = match (conditional, rng.chance(1, 4)) {
        (false, _) => None,
        (true, true) => Some(Match::Any),
        (true, false) => latest(ctx, place).map(Match::Content),
    };
    let Some(bucket) = ctx.bucket(place.bucket).await else { return };
    let when = When { matches, none_match: None };
    let (op, handle, delete) = begin(ctx, place, when);
    let deleted =
        ctx.objects.writer(&causes::DELETE).delete(&bucket, &object_key(place.key), &delete).await;
    ended(ctx, place, op, handle, deleted);
}

pub(super) async fn delete_many(ctx: &Ctx, rng: &mut Prng) {
    let bucket_at = rng.index(ctx.workload.buckets.len());
    let keys: BTreeSet<usize> =
        (0..1 + rng.below(12)).map(|_| rng.index(ctx.workload.keys)).collect();
    let Some(bucket) = ctx.bucket(bucket_at).await else { return };
    let begun: Vec<_> = keys
        .into_iter()
        .map(|key| {
            let place = Place { bucket: bucket_at, key };
            (place, begin(ctx, place, When::default()))
        })
        .collect();
    let entries: Vec<_> = begun
        .iter()
        .map(|(place, (_, _, delete))| (object_key(place.key), delete.clone()))
        .collect();
    let results = ctx.objects.writer(&causes::DELETE).delete_many(&bucket, &entries).await.results;
    assert_eq!(results.len(), begun.len(), "no two of the keys are the same");
    for ((place, (op, handle, _)), deleted) in begun.into_iter().zip(results) {
        ended(ctx, place, op, handle, deleted);
    }
}

pub(super) async fn delete_version(ctx: &Ctx, rng: &mut Prng) {
    let place = ctx.place(rng);
    let (target, id) = draw_version(ctx, rng, place);
    let Some(bucket) = ctx.bucket(place.bucket).await else { return };
    let handle = ctx.begin(place, Action::DeleteVersion { target });
    let delete = DeleteObject {
        owner: owner_of(0),
        version: Some(id),
        conditions: DeleteConditions::default(),
    };
    match ctx.objects.writer(&causes::DELETE).delete(&bucket, &object_key(place.key), &delete).await
    {
        Ok(deleted) => {
            let outcome = Outcome::Removed { marker: deleted.delete_marker };
            ctx.book().end(handle, outcome);
        }
        Err(error) => ctx.failed("delete version", handle, 0, &error),
    }
}
