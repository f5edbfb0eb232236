//! CreateBucket and DeleteBucket beside writes to the bucket.

use super::write::{metadata, owner_op};
use crate::body::PiecewiseBody;
use crate::book::Fate;
use crate::book::Place;
use crate::causes;
use crate::checkers::Violation;
use crate::checkers::buckets::{BucketAction, BucketOutcome};
use crate::checkers::versions::{owner_of, same_bytes, see};
use crate::client::{Ctx, bucket_name, draw_body, object_key};
use crate::operations::read_version;
use larder_objects::conditions::{DeleteConditions, WriteConditions};
use larder_objects::{Bucket, CreateBucket, DeleteObject, Error, ObjectAttributes, PutObject, Tag};
use larder_platform::sim::Prng;
use larder_types::{ETag, Owner};
use std::sync::Arc;

/// Who owns every bucket.
pub(crate) fn bucket_owner() -> Owner {
    Owner { canonical_id: "owner".into(), display_name: "owner".into() }
}

/// The tag that says which operation created a bucket.
pub(crate) fn created_by(op: u32) -> Vec<Tag> {
    vec![Tag { key: "created-by".into(), value: op.to_string() }]
}

/// The operation that created a bucket.
pub(crate) fn creator(bucket: &Bucket) -> u32 {
    let tag = bucket.tags.iter().find(|tag| tag.key == "created-by");
    tag.and_then(|tag| tag.value.parse().ok()).unwrap_or(0)
}

struct Begun {
    name: usize,
    at: usize,
}

impl Begun {
    fn new(ctx: &Ctx, name: usize, action: BucketAction) -> Self {
        let mut book = ctx.book();
        let start = book.tick();
        let history = book.names.entry(name).or_default();
        Self { name, at: history.begin(start, action) }
    }

    fn end(&self, ctx: &Ctx, outcome: BucketOutcome) {
        let mut book = ctx.book();
        let end = book.tick();
        if let Some(history) = book.names.get_mut(&self.name) {
            history.end(self.at, end, outcome);
        }
    }

    fn failed(&self, ctx: &Ctx, name: &'static str, error: &Error) {
        if matches!(error, Error::NoSuchBucket) {
            return self.end(ctx, BucketOutcome::NoBucket);
        }
        ctx.refuse(name, error);
        let mut book = ctx.book();
        if let Some(history) = book.names.get_mut(&self.name) {
            match error {
                Error::Unknown(_) => history.doubt(self.at),
                _ => history.fail(self.at),
            }
        }
    }
}

pub(super) async fn one(ctx: &Ctx, rng: &mut Prng) {
    let place = ctx.place(rng);
    match rng.below(20) {
        0..4 => create(ctx, place.bucket).await,
        4..9 => delete_bucket(ctx, place.bucket).await,
        9..13 => put(ctx, rng, place).await,
        13..17 => delete(ctx, place).await,
        _ => get(ctx, place).await,
    }
}

async fn create(ctx: &Ctx, name: usize) {
    let op = ctx.book().op();
    let begun = Begun::new(ctx, name, BucketAction::Create { op });
    let create = CreateBucket {
        owner: bucket_owner(),
        region: None,
        tags: created_by(op),
        documents: Vec::new(),
    };
    match ctx.objects.create_bucket(&bucket_name(name), create).await {
        Ok(_) => begun.end(ctx, BucketOutcome::Done),
        Err(Error::BucketAlreadyOwnedByYou(bucket)) => {
            begun.end(ctx, BucketOutcome::Exists(creator(&bucket)));
        }
        Err(error) => begun.failed(ctx, "create bucket", &error),
    }
}

async fn find(ctx: &Ctx, begun: &Begun) -> Option<Arc<Bucket>> {
    match ctx.objects.bucket(&bucket_name(begun.name)).await {
        Ok(bucket) => Some(bucket),
        Err(error) => {
            begun.failed(ctx, "bucket", &error);
            None
        }
    }
}

async fn delete_bucket(ctx: &Ctx, name: usize) {
    let begun = Begun::new(ctx, name, BucketAction::DeleteBucket);
    let Some(bucket) = find(ctx, &begun).await else { return };
    match ctx.objects.delete_bucket(&bucket).await {
        Ok(()) => begun.end(ctx, BucketOutcome::Done),
        Err(Error::BucketNotEmpty) => begun.end(ctx, BucketOutcome::NotEmpty),
        Err(error) => begun.failed(ctx, "delete bucket", &error),
    }
}

async fn put(ctx: &Ctx, rng: &mut Prng, place: Place) {
    let length = ctx.length(rng);
    let bytes = draw_body(rng, length);
    let op = {
        let mut book = ctx.book();
        let content = book.content(bytes.clone(), ETag::of_body(larder_digest::md5(&bytes)));
        book.write(place, false, content)
    };
    let begun = Begun::new(ctx, place.bucket, BucketAction::Put { key: place.key, op });
    let Some(bucket) = find(ctx, &begun).await else { return };
    let put = PutObject {
        owner: owner_of(op),
        attributes: ObjectAttributes { metadata: metadata(op), ..Default::default() },
        conditions: WriteConditions::default(),
        length: None,
    };
    let mut body = PiecewiseBody::new(bytes, false);
    match ctx
        .objects
        .writer(&causes::PUT)
        .put(&bucket, &object_key(place.key), put, &mut body)
        .await
    {
        Ok(_) => {
            ctx.book().fate(op, Fate::Done);
            begun.end(ctx, BucketOutcome::Done);
        }
        Err(error) => begun.failed(ctx, "put", &error),
    }
}

async fn delete(ctx: &Ctx, place: Place) {
    let begun = Begun::new(ctx, place.bucket, BucketAction::Delete { key: place.key });
    let Some(bucket) = find(ctx, &begun).await else { return };
    let conditions = DeleteConditions::default();
    let delete = DeleteObject { owner: owner_of(0), version: None, conditions };
    match ctx.objects.writer(&causes::DELETE).delete(&bucket, &object_key(place.key), &delete).await
    {
        Ok(_) => begun.end(ctx, BucketOutcome::Saw(None)),
        Err(error) => begun.failed(ctx, "delete", &error),
    }
}

async fn get(ctx: &Ctx, place: Place) {
    let begun = Begun::new(ctx, place.bucket, BucketAction::Get { key: place.key });
    let Some(bucket) = find(ctx, &begun).await else { return };
    let found = match ctx.objects.lookup(&bucket, &object_key(place.key), None).await {
        Ok(found) => found,
        Err(Error::NoSuchKey { .. }) => return begun.end(ctx, BucketOutcome::Saw(None)),
        Err(error) => return begun.failed(ctx, "look-up", &error),
    };
    begun.end(ctx, BucketOutcome::Saw(Some(owner_op(&found.record.owner))));
    let seen = see(&mut ctx.book(), place, &found.record);
    let version = match seen {
        Ok(version) => version,
        Err(violation) => return ctx.book().violate(violation),
    };
    let size = found.record.size() as usize;
    match read_version(&ctx.objects, &found, 0..size).await {
        Ok(bytes) => {
            let mut book = ctx.book();
            if let Err(violation) = same_bytes(&book, &version, 0..size, &bytes) {
                book.violate(violation);
            }
        }
        Err(Error::VersionGone) => {}
        Err(error) => ctx.refuse("get", &error),
    }
}

/// A bucket that shows what nobody wrote.
pub(crate) fn unexpected(what: String) -> Violation {
    Violation::new("buckets", what)
}
