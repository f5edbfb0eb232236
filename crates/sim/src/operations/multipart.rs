//! Multipart uploads.

use super::write::{look_up, metadata, overflows};
use super::{draw_conditions, draw_version, etag_condition};
use crate::body::PiecewiseBody;
use crate::book::{ContentId, Fate, Handle, Upload};
use crate::causes;
use crate::checkers::Violation;
use crate::checkers::keys::{Action, Outcome, When};
use crate::checkers::versions::owner_of;
use crate::client::{Ctx, draw_body, object_key};
use bytes::{Bytes, BytesMut};
use larder_digest::multipart_etag;
use larder_objects::conditions::WriteConditions;
use larder_objects::list::ListParts;
use larder_objects::multipart::{
    CompleteUpload, CompletedPart, CreateUpload, UploadPart, UploadedPart,
};
use larder_objects::read::Extent;
use larder_objects::{ContentHeaders, Error, ObjectAttributes};
use larder_platform::sim::Prng;
use larder_types::limits::CONTENT_HEADERS_BYTES_MAX;
use larder_types::{ByteRange, ETag};
use std::collections::BTreeMap;

/// Parts have numbers up to this, so that they are often replaced.
const NUMBER_MAX: u64 = 4;

/// Parts of a completion by number.
type Parts = Vec<(u32, ContentId)>;

pub(super) async fn create(ctx: &Ctx, rng: &mut Prng) {
    let place = ctx.place(rng);
    let Some(bucket) = ctx.bucket(place.bucket).await else { return };
    let (op, handle) = {
        let mut book = ctx.book();
        let op = book.write_upload(place);
        (op, book.begin(place, Action::CreateUpload { op }))
    };
    let cache_control = overflows(op).then(|| "x".repeat(CONTENT_HEADERS_BYTES_MAX));
    let headers = ContentHeaders { cache_control, ..Default::default() };
    let create = CreateUpload {
        owner: owner_of(op),
        initiator: owner_of(op),
        attributes: ObjectAttributes { headers, metadata: metadata(op), ..Default::default() },
        algorithm: None,
        checksum_type: None,
    };
    match ctx.objects.create_upload(&bucket, &object_key(place.key), create).await {
        Ok((id, _)) => {
            let mut book = ctx.book();
            book.end(handle, Outcome::Done);
            let parts = BTreeMap::new();
            book.learn_upload(Upload { op, place, id, parts, completed: None });
        }
        Err(error) => ctx.failed("create upload", handle, op, &error),
    }
}

fn draw_upload(ctx: &Ctx, rng: &mut Prng) -> Option<Upload> {
    let book = ctx.book();
    if book.uploads.is_empty() {
        None
    } else {
        Some(book.uploads[rng.index(book.uploads.len())].clone())
    }
}

/// A part whose upload was begun.
struct BegunPart<'u> {
    upload: &'u Upload,
    number: u32,
    content: ContentId,
    handle: Handle,
}

/// Notes how a part came in.
fn uploaded(ctx: &Ctx, begun: &BegunPart<'_>, result: Result<UploadedPart, Error>) {
    let BegunPart { upload, number, content, handle } = *begun;
    match result {
        Ok(part) => {
            let mut book = ctx.book();
            if part.etag != book.contents[content as usize].etag {
                let what = format!("a part was answered with the ETag {}", part.etag);
                book.violate(Violation::new("versions never change", what));
            }
            book.end(handle, Outcome::Done);
            if let Some(upload) = book.upload(upload.op) {
                upload.parts.insert(number, content);
            }
        }
        Err(error) => ctx.failed("upload part", handle, 0, &error),
    }
}

fn part_of(upload: &Upload, number: u32, length: Option<u64>) -> UploadPart {
    UploadPart { upload_id: upload.id, part_number: number, length, checksum: None }
}

/// Enters a part that is about to be uploaded.
fn begin_part<'u>(ctx: &Ctx, upload: &'u Upload, number: u32, bytes: Bytes) -> BegunPart<'u> {
    let mut book = ctx.book();
    let content = book.content(bytes.clone(), ETag::of_body(larder_digest::md5(&bytes)));
    let action = Action::UploadPart { upload: upload.op, number, content };
    BegunPart { upload, number, content, handle: book.begin(upload.place, action) }
}

pub(super) async fn upload_part(ctx: &Ctx, rng: &mut Prng) {
    let Some(upload) = draw_upload(ctx, rng) else { return };
    let number = 1 + rng.below(NUMBER_MAX) as u32;
    let smallest = ctx.settings.part_bytes_min as usize;
    let length = ctx.length(rng).max(if rng.chance(1, 8) { 0 } else { smallest });
    let bytes = draw_body(rng, length);
    let Some(bucket) = ctx.bucket(upload.place.bucket).await else { return };
    let begun = begin_part(ctx, &upload, number, bytes.clone());
    let part = part_of(&upload, number, None);
    let key = object_key(upload.place.key);
    let mut body = PiecewiseBody::new(bytes, false);
    let result = ctx.objects.upload_part(&bucket, &key, part, &mut body).await;
    uploaded(ctx, &begun, result);
}

pub(super) async fn upload_part_copy(ctx: &Ctx, rng: &mut Prng) {
    let Some(upload) = draw_upload(ctx, rng) else { return };
    let number = 1 + rng.below(NUMBER_MAX) as u32;
    let from = ctx.place(rng);
    let target = rng.chance(1, 4).then(|| draw_version(ctx, rng, from));
    let Some(from_bucket) = ctx.bucket(from.bucket).await else { return };
    let Some((source, version)) = look_up(ctx, &from_bucket, from, target).await else {
        return;
    };
    let size = source.record.size() as usize;
    let range = (size > 0 && rng.chance(1, 2)).then(|| {
        let start = rng.index(size);
        ByteRange { start: start as u64, end: (start + 1 + rng.index(size - start)) as u64 }
    });
    let bytes = ctx.book().contents[version.content as usize].bytes.clone();
    let bytes =
        range.map_or(bytes.clone(), |range| bytes.slice(range.start as usize..range.end as usize));
    let Some(bucket) = ctx.bucket(upload.place.bucket).await else { return };
    let begun = begin_part(ctx, &upload, number, bytes);
    let (key, part) = (object_key(upload.place.key), part_of(&upload, number, None));
    let extent = range.map_or(Extent::Whole, Extent::Range);
    let result = match ctx.objects.open_version(source, extent).await {
        Ok(from) => ctx.objects.upload_part_copy(&bucket, &key, part, from).await,
        Err(error) => Err(error),
    };
    uploaded(ctx, &begun, result);
}

/// The object that parts become.
fn assemble(ctx: &Ctx, parts: &Parts) -> ContentId {
    let mut book = ctx.book();
    let mut bytes = BytesMut::new();
    let mut digests = Vec::new();
    for (_, content) in parts {
        let content = &book.contents[*content as usize];
        bytes.extend_from_slice(&content.bytes);
        digests.push(content.etag.md5);
    }
    book.content(bytes.freeze(), multipart_etag(&digests))
}

async fn complete_with(ctx: &Ctx, upload: &Upload, parts: Parts, content: ContentId, when: When) {
    let place = upload.place;
    let Some(bucket) = ctx.bucket(place.bucket).await else { return };
    let request = {
        let book = ctx.book();
        let part = |(number, content): &(u32, ContentId)| CompletedPart {
            part_number: *number,
            etag: Some(book.contents[*content as usize].etag),
            checksum: None,
        };
        CompleteUpload { parts: parts.iter().map(part).collect(), ..CompleteUpload::default() }
    };
    let conditions = WriteConditions {
        if_match: etag_condition(ctx, when.matches),
        if_none_match: etag_condition(ctx, when.none_match),
    };
    let request = CompleteUpload { conditions, ..request };
    let handle = {
        let mut book = ctx.book();
        if let Some(write) = book.writes.get_mut(&upload.op) {
            write.contents.push(content);
        }
        let action = Action::Complete { upload: upload.op, parts: parts.clone(), content, when };
        if let Some(upload) = book.upload(upload.op) {
            upload.completed = Some((parts, content));
        }
        book.begin(place, action)
    };
    let key = object_key(place.key);
    match ctx
        .objects
        .writer(&causes::COMPLETE)
        .complete_upload(&bucket, &key, upload.id, &request)
        .await
    {
        Ok(stored) => ctx.stored(handle, place, upload.op, &stored.record),
        // The upload is still in progress, or is not: its fate is not this answer's.
        Err(error) => ctx.failed("complete", handle, 0, &error),
    }
}

pub(super) async fn complete(ctx: &Ctx, rng: &mut Prng) {
    let Some(upload) = draw_upload(ctx, rng) else { return };
    let smallest = ctx.settings.part_bytes_min as usize;
    let mut parts: Parts = Vec::new();
    for (number, content) in &upload.parts {
        if rng.chance(1, 6) {
            continue;
        }
        // Only the last part may be small.
        let length = |content: ContentId| ctx.book().contents[content as usize].bytes.len();
        if parts.last().is_some_and(|(_, last)| length(*last) < smallest) {
            break;
        }
        parts.push((*number, *content));
    }
    if parts.is_empty() {
        return;
    }
    let when =
        if rng.chance(1, 5) { draw_conditions(ctx, rng, upload.place) } else { When::default() };
    let content = assemble(ctx, &parts);
    complete_with(ctx, &upload, parts, content, when).await;
}

/// A client that saw no answer, or lost it, asks again.
pub(super) async fn complete_again(ctx: &Ctx, rng: &mut Prng) {
    let Some(upload) = draw_upload(ctx, rng) else { return };
    if let Some((parts, content)) = upload.completed.clone() {
        complete_with(ctx, &upload, parts, content, When::default()).await;
    }
}

pub(super) async fn abort(ctx: &Ctx, rng: &mut Prng) {
    let Some(upload) = draw_upload(ctx, rng) else { return };
    let Some(bucket) = ctx.bucket(upload.place.bucket).await else { return };
    let handle = ctx.begin(upload.place, Action::Abort { upload: upload.op });
    match ctx.objects.abort_upload(&bucket, &object_key(upload.place.key), upload.id).await {
        Ok(()) => {
            let mut book = ctx.book();
            book.fate(upload.op, Fate::Failed);
            book.end(handle, Outcome::Done);
        }
        Err(error) => ctx.failed("abort", handle, 0, &error),
    }
}

/// ListParts of an upload that may be over: each part is one that was uploaded under its number.
pub(super) async fn list_parts(ctx: &Ctx, rng: &mut Prng) {
    let Some(upload) = draw_upload(ctx, rng) else { return };
    let Some(bucket) = ctx.bucket(upload.place.bucket).await else { return };
    let handle = ctx.begin(upload.place, Action::Parts { upload: upload.op });
    let (key, list) =
        (object_key(upload.place.key), ListParts { part_number_marker: 0, max_parts: 1000 });
    match ctx.objects.list_parts(&bucket, &key, upload.id, list).await {
        Ok(list) => {
            let mut book = ctx.book();
            let parts = list.parts.iter().map(|part| {
                book.content_of(&part.record.etag()).map(|content| (part.part_number, content))
            });
            match parts.collect::<Option<Vec<_>>>() {
                Some(parts) => book.end(handle, Outcome::Parts(parts)),
                None => book.violate(Violation::new("multipart", "a part of nobody is listed")),
            }
        }
        Err(error) => ctx.failed("list parts", handle, 0, &error),
    }
}
