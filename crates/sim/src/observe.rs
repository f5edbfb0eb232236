//! A look at everything while nothing happens: each version by listing and by id, its bytes,
//! uploads, parts, usage. It ends each key's history of a round.

use crate::book::{ContentId, OpId, Place};
use crate::checkers::agreement::{Row, same_buckets, same_listings};
use crate::checkers::buckets::{BucketAction, BucketOutcome, Standing};
use crate::checkers::keys::{Action, KeyState, Outcome, Target, Version};
use crate::checkers::versions::{op_of, same_bytes, see};
use crate::checkers::{Violation, dangling};
use crate::client::{Ctx, bucket_name, key_text, object_key};
use crate::operations::{creator, read_version, unexpected};
use larder_objects::list::{ListParts, ListUploads, ListVersions};
use larder_objects::{Bucket, Error};
use larder_platform::sim::Prng;
use larder_storage::{BlobRef, MetaStore};
use larder_types::VersionId;
use std::collections::{BTreeMap, BTreeSet};

/// What a look found.
#[derive(Default)]
pub(crate) struct Look {
    /// The state of every key.
    pub(crate) keys: BTreeMap<Place, KeyState>,
    /// Every version.
    pub(crate) present: BTreeSet<OpId>,
    /// Every blob that a row names.
    pub(crate) blobs: BTreeMap<u64, BlobRef>,
    /// Bodies that could not be read, where that is excused.
    pub(crate) unreadable: u64,
}

/// How to look.
#[derive(Clone, Copy)]
pub(crate) struct Eyes {
    /// Whether bodies are read as well.
    pub(crate) deep: bool,
    /// Whether damage is excused: an error instead of bytes is fine, wrong bytes are not.
    pub(crate) damaged: bool,
}

fn unavailable(what: &str, error: &Error) -> Violation {
    Violation::new("availability", format!("{what} failed though nothing was wrong: {error}"))
}

/// Looks at everything in the workload's buckets.
pub(crate) async fn look(ctx: &Ctx, rng: &mut Prng, eyes: Eyes) -> Result<Look, Violation> {
    let mut look = Look::default();
    for bucket in 0..ctx.workload.buckets.len() {
        if ctx.workload.moves_buckets() {
            look_at_name(ctx, &mut look, bucket).await?;
            continue;
        }
        let found = ctx.objects.bucket(&bucket_name(bucket)).await;
        let found = found.map_err(|error| unavailable("a look at a bucket", &error))?;
        let visit = Visit { ctx, bucket: &found, at: bucket, eyes };
        look_at_bucket(visit, rng, &mut look).await?;
    }
    same_buckets(ctx, 1 + rng.below(3) as usize).await?;
    Ok(look)
}

/// A bucket that is looked at, by its number in the workload.
#[derive(Clone, Copy)]
struct Visit<'a> {
    ctx: &'a Ctx,
    bucket: &'a Bucket,
    at: usize,
    eyes: Eyes,
}

async fn look_at_bucket(
    visit: Visit<'_>,
    rng: &mut Prng,
    look: &mut Look,
) -> Result<(), Violation> {
    let Visit { ctx, bucket, at, .. } = visit;
    let rows = list_versions(ctx, bucket, 1 + rng.below(40) as u32).await?;
    same_listings(ctx, bucket, &rows, rng).await?;
    let mut of_keys: BTreeMap<&str, Vec<&Row>> = BTreeMap::new();
    for row in &rows {
        of_keys.entry(&row.key).or_default().push(row);
    }
    let mut usage = (0, 0);
    let (mut records, mut bytes) = (0, 0);
    for key in 0..ctx.workload.keys {
        let place = Place { bucket: at, key };
        let rows = of_keys.remove(key_text(key).as_str()).unwrap_or_default();
        records += rows.len() as i64;
        bytes += rows.iter().map(|row| row.size as i64).sum::<i64>();
        look_at_key(visit, look, place, &rows).await?;
    }
    if let Some(key) = of_keys.keys().next() {
        return Err(Violation::new("list agrees with get", format!("nobody wrote to {key:?}")));
    }
    look_at_uploads(visit, look).await?;
    let store = ctx.store();
    if let Ok(found) = store.usage(bucket.space).await {
        usage = (found.objects, found.bytes);
    }
    if usage != (records, bytes) {
        let what = format!("bucket {at} counts {usage:?} and holds {:?}", (records, bytes));
        return Err(Violation::new("usage agrees with listings", what));
    }
    Ok(())
}

/// All versions of a bucket, page by page.
async fn list_versions(ctx: &Ctx, bucket: &Bucket, max_keys: u32) -> Result<Vec<Row>, Violation> {
    let mut rows = Vec::new();
    let mut marker = (String::new(), None);
    loop {
        let list = ListVersions {
            key_marker: &marker.0,
            version_id_marker: marker.1,
            max_keys,
            ..ListVersions::default()
        };
        let page = ctx.objects.list_versions(bucket, list).await;
        let page = page.map_err(|error| unavailable("ListObjectVersions", &error))?;
        rows.extend(page.entries.iter().map(|entry| Row {
            key: entry.key.to_owned(),
            op: op_of(entry.owner).unwrap_or(0),
            version: entry.version,
            marker: entry.delete_marker,
            latest: entry.is_latest,
            size: entry.size,
            etag: entry.etag,
        }));
        match page.next {
            Some(next) => marker = next,
            None => return Ok(rows),
        }
    }
}

/// One key: what its listing shows is what its reads give.
async fn look_at_key(
    visit: Visit<'_>,
    look: &mut Look,
    place: Place,
    rows: &[&Row],
) -> Result<(), Violation> {
    let Visit { ctx, bucket, eyes, .. } = visit;
    let handle = ctx.begin(place, Action::Versions);
    let null = |row: &Row| row.version == VersionId::Null;
    let listed = rows.iter().map(|row| (row.op, row.marker, null(row))).collect();
    ctx.book().end(handle, Outcome::Versions(listed));
    let mut versions = Vec::new();
    for (at, row) in rows.iter().enumerate() {
        let disagree = |what: String| {
            Violation::new("list agrees with get", format!("{place:?}: {row:?}, but {what}"))
        };
        if row.latest != (at == 0) {
            return Err(disagree("the newest is the latest".into()));
        }
        look.present.insert(row.op);
        let target = if null(row) { Target::Null } else { Target::Op(row.op) };
        let found = ctx.objects.lookup(bucket, &object_key(place.key), Some(row.version)).await;
        let found = match found {
            Ok(found) if !row.marker => found,
            Err(Error::MethodNotAllowed { .. }) if row.marker => {
                let (op, marker) = (row.op, true);
                versions.push(Version { op, marker, null: null(row), content: 0, tag: 0 });
                continue;
            }
            other => return Err(disagree(format!("a look-up gives {other:?}"))),
        };
        let version = see(&mut ctx.book(), place, &found.record)?;
        let same = version.op == row.op
            && (found.record.size(), found.record.etag) == (row.size, row.etag)
            && found.current == row.latest;
        if !same {
            return Err(disagree(format!("a look-up gives {found:?}")));
        }
        let handle = ctx.begin(place, Action::Read { target: Some(target) });
        ctx.book().end(handle, Outcome::Saw(version));
        versions.push(version);
        dangling::name_blobs(ctx, &found.record, &mut look.blobs, eyes.damaged).await?;
        if eyes.deep {
            look.unreadable += u64::from(!read(ctx, &found, &version, eyes).await?);
        }
    }
    look_at_current(ctx, bucket, place, rows.first().copied()).await?;
    look.keys.entry(place).or_default().versions = versions;
    Ok(())
}

/// The key without a version id.
async fn look_at_current(
    ctx: &Ctx,
    bucket: &Bucket,
    place: Place,
    row: Option<&Row>,
) -> Result<(), Violation> {
    let found = ctx.objects.lookup(bucket, &object_key(place.key), None).await;
    let agree = match (row, &found) {
        (None, Err(Error::NoSuchKey { delete_marker })) => delete_marker.is_none(),
        (Some(row), Err(Error::NoSuchKey { delete_marker })) => {
            row.marker && *delete_marker == Some(row.version)
        }
        (Some(row), Ok(found)) => {
            !row.marker && found.current && found.record.version() == row.version
        }
        _ => false,
    };
    if agree {
        Ok(())
    } else {
        let what = format!("{place:?} lists {row:?} first, but a look-up gives {found:?}");
        Err(Violation::new("list agrees with get", what))
    }
}

/// Reads a body; `false` when damage that is excused keeps it from that.
async fn read(
    ctx: &Ctx,
    found: &larder_objects::ObjectVersion,
    version: &Version,
    eyes: Eyes,
) -> Result<bool, Violation> {
    let size = found.record.size() as usize;
    match read_version(&ctx.objects, found, 0..size).await {
        Ok(bytes) => same_bytes(&ctx.book(), version, 0..size, &bytes).map(|()| true),
        Err(Error::Corrupt(_)) if eyes.damaged => Ok(false),
        Err(error) => Err(unavailable(&format!("the read of {version:?}"), &error)),
    }
}

async fn look_at_uploads(visit: Visit<'_>, look: &mut Look) -> Result<(), Violation> {
    let Visit { ctx, bucket, at, .. } = visit;
    let list = ListUploads { max_uploads: 1000, ..ListUploads::default() };
    let page = ctx.objects.list_uploads(bucket, list).await;
    let page = page.map_err(|error| unavailable("ListMultipartUploads", &error))?;
    let mut uploads: BTreeMap<usize, BTreeMap<OpId, Vec<(u32, ContentId)>>> = BTreeMap::new();
    let keys: BTreeMap<String, usize> =
        (0..ctx.workload.keys).map(|key| (key_text(key), key)).collect();
    for upload in page.uploads {
        let key = keys[&upload.key];
        let list = ListParts { part_number_marker: 0, max_parts: 1000 };
        let parts = ctx.objects.list_parts(bucket, &object_key(key), upload.upload_id, list).await;
        let parts = parts.map_err(|error| unavailable("ListParts", &error))?;
        let mut of_upload = Vec::new();
        for part in parts.parts {
            let content = ctx.book().content_of(&part.record.etag());
            let Some(content) = content else {
                return Err(Violation::new("multipart", "a part of nobody is listed"));
            };
            of_upload.push((part.part_number, content));
            look.blobs.extend(part.record.body.blob().map(|blob| (blob.id.0, blob)));
        }
        let op = op_of(&upload.owner).unwrap_or(0);
        uploads.entry(key).or_default().insert(op, of_upload);
        let (place, parts, completed) = (Place { bucket: at, key }, BTreeMap::new(), None);
        let id = upload.upload_id;
        ctx.book().learn_upload(crate::book::Upload { op, place, id, parts, completed });
    }
    for key in 0..ctx.workload.keys {
        let place = Place { bucket: at, key };
        let of_key = uploads.remove(&key).unwrap_or_default();
        let handle = ctx.begin(place, Action::Uploads);
        ctx.book().end(handle, Outcome::Uploads(of_key.clone().into_iter().collect()));
        let parts = |parts: Vec<(u32, ContentId)>| parts.into_iter().collect();
        look.keys.entry(place).or_default().uploads =
            of_key.into_iter().map(|(op, of)| (op, parts(of))).collect();
    }
    Ok(())
}

/// A bucket's name where buckets come and go.
async fn look_at_name(ctx: &Ctx, look: &mut Look, at: usize) -> Result<(), Violation> {
    let standing = match ctx.objects.bucket(&bucket_name(at)).await {
        Err(Error::NoSuchBucket) => None,
        Err(error) => return Err(unavailable("a look at a bucket", &error)),
        Ok(bucket) => {
            let mut objects = BTreeMap::new();
            let rows = list_versions(ctx, &bucket, 1000).await?;
            for row in rows {
                let key = (0..ctx.workload.keys).find(|key| key_text(*key) == row.key);
                let Some(key) = key else {
                    return Err(unexpected(format!("nobody wrote {row:?}")));
                };
                let place = Place { bucket: at, key };
                let found = ctx.objects.lookup(&bucket, &object_key(key), None).await;
                let found = found.map_err(|error| unavailable("a look-up", &error))?;
                let version = see(&mut ctx.book(), place, &found.record)?;
                let eyes = Eyes { deep: true, damaged: false };
                read(ctx, &found, &version, eyes).await?;
                dangling::name_blobs(ctx, &found.record, &mut look.blobs, false).await?;
                look.present.insert(row.op);
                objects.insert(key, row.op);
            }
            Some(Standing { created_by: creator(&bucket), objects })
        }
    };
    let mut book = ctx.book();
    let (start, end) = (book.tick(), book.tick());
    let history = book.names.entry(at).or_default();
    let handle = history.begin(start, BucketAction::Look);
    history.end(handle, end, BucketOutcome::Looked(standing));
    Ok(())
}
