//! PutObject, CopyObject, PutObjectTagging.

use super::{draw_conditions, draw_version, etag_condition};
use crate::body::PiecewiseBody;
use crate::book::{Fate, OpId, Place};
use crate::causes;
use crate::checkers::Violation;
use crate::checkers::keys::{Action, Outcome, Version, When};
use crate::checkers::versions::{METADATA, op_of, owner_of, see};
use crate::client::{Ctx, draw_body, object_key};
use larder_objects::conditions::WriteConditions;
use larder_objects::read::Extent;
use larder_objects::{Bucket, CopyObject, Error, ObjectAttributes, ObjectVersion, PutObject, Tag};
use larder_platform::sim::Prng;
use larder_types::ETag;
use larder_types::limits::{OBJECT_TAGS_MAX, TAG_KEY_CHARS_MAX, TAG_VALUE_CHARS_MAX};

pub(super) fn metadata(op: OpId) -> Vec<(String, String)> {
    vec![(METADATA.to_owned(), op.to_string())]
}

pub(super) fn tags(op: OpId) -> Vec<Tag> {
    match op {
        0 => Vec::new(),
        op => {
            let mut tags = vec![Tag { key: METADATA.to_owned(), value: op.to_string() }];
            if overflows(op) {
                tags.extend((1..OBJECT_TAGS_MAX).map(large_tag));
            }
            tags
        }
    }
}

/// Whether this operation says so much of its object that the version's row has no room for it.
pub(super) fn overflows(op: OpId) -> bool {
    op.is_multiple_of(8)
}

/// A tag of the largest size that S3 allows.
fn large_tag(n: usize) -> Tag {
    let text = |chars: usize| "\u{4e00}".repeat(chars);
    let key = format!("{n}{}", text(TAG_KEY_CHARS_MAX - 1));
    Tag { key, value: text(TAG_VALUE_CHARS_MAX) }
}

fn write_conditions(ctx: &Ctx, when: &When) -> WriteConditions {
    WriteConditions {
        if_match: etag_condition(ctx, when.matches),
        if_none_match: etag_condition(ctx, when.none_match),
    }
}

/// PutObject, perhaps under conditions, perhaps with a body that breaks its promise.
pub(super) async fn put(ctx: &Ctx, rng: &mut Prng, conditional: bool, breaks: bool) {
    let place = ctx.place(rng);
    let length = ctx.length(rng);
    let bytes = draw_body(rng, length);
    let when = if conditional { draw_conditions(ctx, rng, place) } else { When::default() };
    let (tagged, says_length) = (rng.chance(1, 5), rng.chance(1, 2));
    let Some(bucket) = ctx.bucket(place.bucket).await else { return };
    let (op, handle) = {
        let mut book = ctx.book();
        let content = book.content(bytes.clone(), ETag::of_body(larder_digest::md5(&bytes)));
        let op = book.write(place, false, content);
        let tag = if tagged { op } else { 0 };
        (op, book.begin(place, Action::Put { op, content, tag, when }))
    };
    let put = PutObject {
        owner: owner_of(op),
        attributes: ObjectAttributes {
            metadata: metadata(op),
            tags: tags(if tagged { op } else { 0 }),
            ..Default::default()
        },
        conditions: write_conditions(ctx, &when),
        length: says_length.then_some(bytes.len() as u64),
    };
    let mut body = PiecewiseBody::new(bytes, breaks);
    match ctx
        .objects
        .writer(&causes::PUT)
        .put(&bucket, &object_key(place.key), put, &mut body)
        .await
    {
        Ok(_) if breaks => ctx.book().violate(Violation::new(
            "refused bodies",
            format!("{op} was stored though its body broke its promise"),
        )),
        Ok(stored) => ctx.stored(handle, place, op, &stored.record),
        Err(error) => ctx.failed("put", handle, op, &error),
    }
}

/// Looks a version up and notes what was seen.
pub(super) async fn look_up(
    ctx: &Ctx,
    bucket: &Bucket,
    place: Place,
    target: Option<(crate::checkers::keys::Target, larder_types::VersionId)>,
) -> Option<(ObjectVersion, Version)> {
    let handle = ctx.begin(place, Action::Read { target: target.map(|(target, _)| target) });
    let id = target.map(|(_, id)| id);
    let found = match ctx.objects.lookup(bucket, &object_key(place.key), id).await {
        Ok(found) => found,
        Err(error) => {
            ctx.failed("look-up", handle, 0, &error);
            return None;
        }
    };
    let mut book = ctx.book();
    match see(&mut book, place, &found.record) {
        Ok(version) => {
            book.learn(place, &version, found.record.version());
            book.end(handle, Outcome::Saw(version));
            Some((found, version))
        }
        Err(violation) => {
            book.violate(violation);
            None
        }
    }
}

/// CopyObject from anywhere to anywhere.
pub(super) async fn copy(ctx: &Ctx, rng: &mut Prng) {
    let (from, place) = (ctx.place(rng), ctx.place(rng));
    let target = rng.chance(1, 3).then(|| draw_version(ctx, rng, from));
    let when = if rng.chance(1, 4) { draw_conditions(ctx, rng, place) } else { When::default() };
    let keeps_tags = rng.chance(1, 2);
    let Some(source_bucket) = ctx.bucket(from.bucket).await else { return };
    let Some((source, version)) = look_up(ctx, &source_bucket, from, target).await else {
        return;
    };
    let Some(bucket) = ctx.bucket(place.bucket).await else { return };
    // A copy has the ETag of its bytes, also when its source came in parts.
    let (op, handle) = {
        let mut book = ctx.book();
        let source = &book.contents[version.content as usize];
        let content = match source.etag.parts {
            None => version.content,
            Some(_) => {
                let bytes = source.bytes.clone();
                let etag = ETag::of_body(larder_digest::md5(&bytes));
                book.content(bytes, etag)
            }
        };
        let op = book.write(place, false, content);
        let tag = if keeps_tags { version.tag } else { 0 };
        (op, book.begin(place, Action::Put { op, content, tag, when }))
    };
    let copy = CopyObject {
        owner: owner_of(op),
        attributes: ObjectAttributes { metadata: metadata(op), ..Default::default() },
        replaces_metadata: true,
        replaces_tags: !keeps_tags,
        names_storage_class: false,
        checksum: None,
        conditions: write_conditions(ctx, &when),
    };
    let copied = match ctx.objects.open_version(source, Extent::Whole).await {
        Ok(from) => {
            let writer = ctx.objects.writer(&causes::COPY);
            writer.copy(from, &bucket, &object_key(place.key), copy).await
        }
        Err(error) => Err(error),
    };
    match copied {
        Ok(stored) => ctx.stored(handle, place, op, &stored.record),
        Err(error) => ctx.failed("copy", handle, op, &error),
    }
}

/// PutObjectTagging, or DeleteObjectTagging.
pub(super) async fn tag(ctx: &Ctx, rng: &mut Prng) {
    let place = ctx.place(rng);
    let target = rng.chance(1, 3).then(|| draw_version(ctx, rng, place));
    let Some(bucket) = ctx.bucket(place.bucket).await else { return };
    let (op, handle) = {
        let mut book = ctx.book();
        let op = book.op();
        let target = target.map(|(target, _)| target);
        (op, book.begin(place, Action::Tag { op, target }))
    };
    let (key, id) = (object_key(place.key), target.map(|(_, id)| id));
    match ctx.objects.writer(&causes::TAG).put_tags(&bucket, &key, id, &tags(op)).await {
        Err(error) => ctx.failed("tag", handle, 0, &error),
        Ok(id) => {
            // The null version says nothing of whose it is: what is seen next tells.
            let mut book = ctx.book();
            let known = book
                .known
                .get(&place)
                .and_then(|known| known.iter().find(|(_, known)| *known == id).map(|(op, _)| *op));
            match known {
                Some(tagged) => book.end(handle, Outcome::Version(tagged)),
                None => book.end(handle, Outcome::Tagged),
            }
        }
    }
}

/// Notes that a delete made a marker, whose id the answer says.
pub(super) fn marked(ctx: &Ctx, place: Place, op: OpId, id: Option<larder_types::VersionId>) {
    let mut book = ctx.book();
    book.fate(op, Fate::Done);
    if let Some(id) = id {
        let version = Version { op, marker: true, null: false, content: 0, tag: 0 };
        book.learn(place, &version, id);
    }
}

/// Whether an error says that the version was replaced meanwhile: then a reader looks again.
pub(super) fn is_gone(error: &Error) -> bool {
    matches!(error, Error::VersionGone)
}

/// The operation that an upload or version is of, by its owner.
pub(super) fn owner_op(owner: &larder_types::Owner) -> OpId {
    op_of(owner).unwrap_or(0)
}
