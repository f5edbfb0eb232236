//! Uploads from their creation to the last freed blob.

mod attributes;
mod rules;

use super::{CompleteUpload, CompletedPart, CreateUpload, UploadPart, UploadedPart};
use crate::conditions::{EtagCondition, WriteConditions};
use crate::read::Extent;
use crate::rows::GcRecord;
use crate::testing::{BytesBody, World, causes, delete_object, object_key, owner};
use crate::tests::races::{Race, SEEDS};
use crate::{
    Body, BodyError, BodyLocation, Bucket, ContentHeaders, Error, ObjectAttributes, Objects,
};
use crate::{Stored, Tag, UploadId, Versioning};
use bytes::Bytes;
use larder_digest::{BodyDigests, Hasher, composite, multipart_etag};
use larder_storage::model::Model;
use larder_storage::{Batch, BlobStore, Enqueue, MetaStore, RowKind, Storage, UsageDelta};
use larder_types::limits::PART_BYTES_MIN;
use larder_types::{ByteRange, Checksum, ChecksumAlgorithm, ChecksumType, ETag, ObjectKey};
use std::sync::Arc;

const MIN: usize = PART_BYTES_MIN as usize;

fn create(algorithm: Option<ChecksumAlgorithm>) -> CreateUpload {
    CreateUpload {
        owner: owner("alice"),
        initiator: owner("alice"),
        attributes: ObjectAttributes {
            headers: ContentHeaders {
                content_type: Some("text/plain".into()),
                ..Default::default()
            },
            metadata: vec![("name".into(), "value".into())],
            tags: vec![Tag { key: "k".into(), value: "v".into() }],
            ..Default::default()
        },
        algorithm,
        checksum_type: None,
    }
}

fn part(upload_id: UploadId, part_number: u32, checksum: Option<ChecksumAlgorithm>) -> UploadPart {
    UploadPart { upload_id, part_number, length: None, checksum }
}

fn listed(part_number: u32, uploaded: &UploadedPart) -> CompletedPart {
    CompletedPart {
        part_number,
        etag: Some(uploaded.etag),
        checksum: Some(uploaded.checksum.clone()),
    }
}

fn request(parts: Vec<CompletedPart>) -> CompleteUpload {
    CompleteUpload { parts, ..CompleteUpload::default() }
}

fn bytes(seed: usize, length: usize) -> Vec<u8> {
    (0..length).map(|i| ((i + seed * 7) * 31 % 251) as u8).collect()
}

fn digest(algorithm: ChecksumAlgorithm, data: &[u8]) -> Vec<u8> {
    let mut hasher = Hasher::new(algorithm);
    hasher.update(data);
    hasher.finish()
}

/// An upload of the key "key".
struct Upload<'a> {
    world: &'a World,
    bucket: Arc<Bucket>,
    key: ObjectKey,
    id: UploadId,
    algorithm: Option<ChecksumAlgorithm>,
}

impl<'a> Upload<'a> {
    fn new(world: &'a World, bucket: &Arc<Bucket>, create: CreateUpload) -> Self {
        let (key, algorithm) = (object_key("key"), create.algorithm);
        let created = world.run(world.objects.create_upload(bucket, &key, create));
        Self { world, bucket: bucket.clone(), key, id: created.unwrap().0, algorithm }
    }

    fn put(&self, number: u32, data: &[u8]) -> Result<UploadedPart, Error> {
        let part = part(self.id, number, self.algorithm);
        let body = &mut BytesBody::with_checksum(data, self.algorithm);
        self.world.run(self.world.objects.upload_part(&self.bucket, &self.key, part, body))
    }

    fn complete(&self, request: &CompleteUpload) -> Result<Stored, Error> {
        let writer = self.world.objects.writer(&causes::COMPLETE);
        self.world.run(writer.complete_upload(&self.bucket, &self.key, self.id, request))
    }

    fn abort(&self) -> Result<(), Error> {
        self.world.run(self.world.objects.abort_upload(&self.bucket, &self.key, self.id))
    }
}

/// Lets every gc row become due and runs the gc to its end.
fn collect(world: &World) {
    world.pass(600_000);
    loop {
        let progress = world.run(world.objects.writer(&causes::GC).run_gc(3)).unwrap();
        assert!(progress.error.is_none(), "{:?}", progress.error);
        if progress.next_due_ms.is_none() {
            break;
        }
    }
    let rows = world.store.dump();
    assert!(rows.iter().all(|(row, ..)| row.kind != RowKind::Gc), "every gc row is done");
}

fn blobs(world: &World) -> usize {
    world.run(BlobStore::list(&*world.store)).unwrap().len()
}

fn part_rows(world: &World) -> usize {
    let rows = world.store.dump();
    rows.iter().filter(|(row, ..)| matches!(row.kind, RowKind::Part | RowKind::Upload)).count()
}

#[test]
fn parts_become_an_object() {
    let data = [bytes(1, MIN), bytes(2, MIN), bytes(3, 70_000)];
    let whole = data.concat();
    let md5s = data.each_ref().map(|part| larder_digest::md5(part));
    let full = |algorithm| Checksum::full(algorithm, digest(algorithm, &whole));
    let of_parts = |algorithm| composite(algorithm, &data.each_ref().map(|p| digest(algorithm, p)));
    let cases = [
        (None, None, full(ChecksumAlgorithm::Crc64Nvme)),
        (Some(ChecksumAlgorithm::Crc64Nvme), None, full(ChecksumAlgorithm::Crc64Nvme)),
        (Some(ChecksumAlgorithm::Crc32), None, of_parts(ChecksumAlgorithm::Crc32)),
        (
            Some(ChecksumAlgorithm::Crc32c),
            Some(ChecksumType::FullObject),
            full(ChecksumAlgorithm::Crc32c),
        ),
        (Some(ChecksumAlgorithm::Sha256), None, of_parts(ChecksumAlgorithm::Sha256)),
    ];
    for (algorithm, checksum_type, expected) in cases {
        let w = World::new();
        let bucket = w.bucket("bucket");
        let create = CreateUpload { checksum_type, ..create(algorithm) };
        let attributes = create.attributes.clone();
        let upload = Upload::new(&w, &bucket, create);
        let parts: Vec<_> =
            (1..).zip(&data).map(|(n, data)| listed(n, &upload.put(n, data).unwrap())).collect();
        let before = w.run(w.store.usage(bucket.space)).unwrap();
        assert_eq!(before, UsageDelta::default(), "parts in progress are not counted");
        let request = CompleteUpload {
            checksum: Some(expected.clone()),
            checksum_type: Some(expected.checksum_type()),
            object_size: Some(whole.len() as u64),
            ..request(parts)
        };
        w.pass(5000);
        let stored = upload.complete(&request).unwrap();
        let record = &stored.record;
        assert_eq!(record.checksum.as_ref(), Some(&expected));
        assert_eq!(record.etag, multipart_etag(&md5s));
        assert_eq!(record.modified, upload.id.initiated());
        assert_eq!(record.attributes, attributes);
        let crc = digest(ChecksumAlgorithm::Crc64Nvme, &whole);
        assert_eq!(record.crc64nvme.unwrap().to_be_bytes().as_slice(), crc);
        let usage = w.run(w.store.usage(bucket.space)).unwrap();
        assert_eq!(usage, UsageDelta { objects: 1, bytes: whole.len() as i64 });
        collect(&w);
        let found = w.lookup(&bucket, "key", None).unwrap();
        assert_eq!(&*found.record, record);
        assert!(w.read(&found, None).unwrap() == whole);
        let edge = ByteRange { start: MIN as u64 - 3, end: 2 * MIN as u64 + 5 };
        assert!(w.read(&found, Some(edge)).unwrap() == whole[MIN - 3..2 * MIN + 5]);
        let second = w.run(w.objects.part(&found, 2)).unwrap();
        assert_eq!(second.range, Some(ByteRange { start: MIN as u64, end: 2 * MIN as u64 }));
        assert_eq!(second.parts_count, Some(3));
        let sum = algorithm.map(|algorithm| digest(algorithm, &data[1]));
        assert_eq!(second.checksum.map(|sum| sum.digest), sum);
        assert_eq!((part_rows(&w), blobs(&w)), (0, 4), "three parts and the manifest");
        w.delete(&bucket, "key", None);
        collect(&w);
        assert_eq!(blobs(&w), 0);
    }
}

#[test]
fn an_upload_that_is_over_is_gone() {
    let w = World::new();
    let bucket = w.bucket("bucket");
    let upload = Upload::new(&w, &bucket, create(None));
    let one = upload.put(1, &bytes(1, 30_000)).unwrap();
    upload.put(200, b"more").unwrap();
    upload.abort().unwrap();
    assert!(matches!(upload.abort(), Err(Error::NoSuchUpload)));
    assert!(matches!(upload.put(2, b"late"), Err(Error::NoSuchUpload)));
    let request = request(vec![listed(1, &one)]);
    assert!(matches!(upload.complete(&request), Err(Error::NoSuchUpload)));
    let found = w.run(w.objects.upload(&bucket, &upload.key, upload.id));
    assert!(matches!(found, Err(Error::NoSuchUpload)));
    collect(&w);
    assert_eq!((part_rows(&w), blobs(&w)), (0, 0));
}

#[test]
fn the_last_part_of_a_number_stays() {
    let w = World::new();
    let bucket = w.bucket("bucket");
    let upload = Upload::new(&w, &bucket, create(None));
    let first = upload.put(1, b"first").unwrap();
    let second = upload.put(1, b"second").unwrap();
    upload.put(2, b"unlisted").unwrap();
    collect(&w);
    assert_eq!(blobs(&w), 2, "the replaced part is freed");
    let wrong = upload.complete(&request(vec![listed(1, &first)]));
    assert!(matches!(wrong, Err(Error::InvalidPart { part_number: 1 })));
    upload.complete(&request(vec![listed(1, &second)])).unwrap();
    collect(&w);
    assert_eq!(w.get(&bucket, "key", None).unwrap(), b"second");
    assert_eq!((part_rows(&w), blobs(&w)), (0, 2), "a part and the manifest");
}

#[test]
fn an_empty_part() {
    let w = World::new();
    let bucket = w.bucket("bucket");
    let upload = Upload::new(&w, &bucket, create(Some(ChecksumAlgorithm::Crc32)));
    let part = upload.put(1, b"").unwrap();
    let stored = upload.complete(&request(vec![listed(1, &part)])).unwrap();
    assert_eq!(stored.record.etag.parts, Some(1));
    assert_eq!(w.get(&bucket, "key", None).unwrap(), b"");
    let found = w.lookup(&bucket, "key", None).unwrap();
    assert_eq!(w.run(w.objects.part(&found, 1)).unwrap().range, None);
}

#[test]
fn completing_again_answers_the_same() {
    let w = World::new();
    let bucket = w.versioned("bucket");
    let upload = Upload::new(&w, &bucket, create(None));
    let request = CompleteUpload {
        conditions: WriteConditions { if_none_match: Some(EtagCondition::Any), if_match: None },
        ..request(vec![listed(1, &upload.put(1, b"part").unwrap())])
    };
    let stored = upload.complete(&request).unwrap();
    assert!(stored.version.is_some());
    let same = |what: &str| {
        let again = upload.complete(&request).unwrap();
        assert_eq!(
            (again.version, again.record.etag),
            (stored.version, stored.record.etag),
            "{what}"
        );
        assert_eq!(again.record.checksum, stored.record.checksum, "{what}");
    };
    same("at once");
    collect(&w);
    same("after gc");
    w.put(&bucket, "key", b"newer");
    w.delete(&bucket, "key", None);
    same("below newer versions");
    w.delete(&bucket, "key", stored.version);
    assert!(matches!(upload.complete(&request), Err(Error::NoSuchUpload)));
    collect(&w);
    assert_eq!(blobs(&w), 0);
}

#[test]
fn conditions_hold_at_the_end() {
    let w = World::new();
    let bucket = w.bucket("bucket");
    let upload = Upload::new(&w, &bucket, create(None));
    let uploaded = upload.put(1, b"part").unwrap();
    let create = WriteConditions { if_none_match: Some(EtagCondition::Any), if_match: None };
    let request = CompleteUpload { conditions: create, ..request(vec![listed(1, &uploaded)]) };
    w.put(&bucket, "key", b"there already");
    let refused = upload.complete(&request);
    assert!(matches!(refused, Err(Error::PreconditionFailed("If-None-Match"))));
    w.delete(&bucket, "key", None);
    upload.complete(&request).expect("the upload outlives a refusal");
}

#[test]
fn part_checksums_are_of_the_uploads_algorithm() {
    let w = World::new();
    let bucket = w.bucket("bucket");
    let sha256 = Some(ChecksumAlgorithm::Sha256);
    let crc32 = Some(ChecksumAlgorithm::Crc32);
    let try_part = |upload: &Upload<'_>, sent, computed| {
        let body = &mut BytesBody::with_checksum(b"part", computed);
        let part = part(upload.id, 1, sent);
        w.run(w.objects.upload_part(&bucket, &upload.key, part, body))
    };
    let composite = Upload::new(&w, &bucket, create(sha256));
    for sent in [None, crc32] {
        let refused = try_part(&composite, sent, sent);
        let Err(Error::ChecksumAlgorithmMismatch { expected, actual }) = refused else {
            panic!("{refused:?}")
        };
        assert_eq!((expected, actual), (sha256, sent));
    }
    let stored = try_part(&composite, sha256, sha256).unwrap();
    assert_eq!(stored.checksum.algorithm, ChecksumAlgorithm::Sha256);
    let full = CreateUpload { checksum_type: Some(ChecksumType::FullObject), ..create(crc32) };
    let full = Upload::new(&w, &bucket, full);
    assert_eq!(try_part(&full, None, crc32).unwrap().checksum.algorithm, ChecksumAlgorithm::Crc32);
    let none = Upload::new(&w, &bucket, create(None));
    for sent in [None, crc32, sha256] {
        let expected = sent.unwrap_or(ChecksumAlgorithm::Crc64Nvme);
        assert_eq!(try_part(&none, sent, sent).unwrap().checksum.algorithm, expected);
    }
}

#[test]
fn parts_are_copied_from_ranges() {
    let w = World::new();
    let bucket = w.bucket("bucket");
    let data = bytes(5, 40_000);
    w.put(&bucket, "source", &data);
    let source = w.lookup(&bucket, "source", None).unwrap();
    let upload = Upload::new(&w, &bucket, create(Some(ChecksumAlgorithm::Sha1)));
    let copy = |range: Option<ByteRange>| {
        let part = part(upload.id, 1, None);
        w.run(async {
            let extent = range.map_or(Extent::Whole, Extent::Range);
            let from = w.objects.open_version(source.clone(), extent).await?;
            w.objects.upload_part_copy(&bucket, &upload.key, part, from).await
        })
    };
    let outside = copy(Some(ByteRange { start: 39_999, end: 40_001 }));
    assert!(matches!(outside, Err(Error::InvalidRange { size: 40_000 })));
    let whole = copy(None).unwrap();
    assert_eq!(whole.etag, ETag::of_body(larder_digest::md5(&data)));
    let some = copy(Some(ByteRange { start: 100, end: 20_000 })).unwrap();
    assert_eq!(some.checksum.digest, digest(ChecksumAlgorithm::Sha1, &data[100..20_000]));
    upload.complete(&request(vec![listed(1, &some)])).unwrap();
    collect(&w);
    assert_eq!(w.get(&bucket, "key", None).unwrap(), &data[100..20_000]);
    assert_eq!(blobs(&w), 3, "the source, the part, the manifest");
}

#[test]
fn a_deleted_bucket_is_swept() {
    let w = World::new();
    let bucket = w.bucket("bucket");
    for n in 0..70 {
        let key = object_key(&format!("key{}", n % 3));
        let (id, _) = w.run(w.objects.create_upload(&bucket, &key, create(None))).unwrap();
        let body = &mut BytesBody::new(b"part");
        w.run(w.objects.upload_part(&bucket, &key, part(id, n + 1, None), body)).unwrap();
    }
    w.run(w.objects.delete_bucket(&bucket)).unwrap();
    let key = object_key("key0");
    let late = w.run(w.objects.create_upload(&bucket, &key, create(None)));
    assert!(matches!(late, Err(Error::NoSuchBucket)));
    collect(&w);
    assert_eq!((part_rows(&w), blobs(&w)), (0, 0));
}

#[test]
fn gc_waits_for_readers_and_keeps_its_place() {
    let w = World::new();
    let bucket = w.bucket("bucket");
    for n in 0..5 {
        w.put(&bucket, "key", &bytes(n, 40_000));
    }
    let early = w.run(w.objects.writer(&causes::GC).run_gc(100)).unwrap();
    assert_eq!((early.done, early.next_due_ms.is_some(), blobs(&w)), (0, true, 5));
    w.pass(61_000);
    let some = w.run(w.objects.writer(&causes::GC).run_gc(3)).unwrap();
    assert_eq!((some.done, some.blobs, some.next_due_ms.is_some()), (3, 3, true));
    w.delete(&bucket, "key", None);
    w.pass(61_000);
    let rest = w.run(w.objects.writer(&causes::GC).run_gc(100)).unwrap();
    assert_eq!((rest.done, rest.failed, rest.next_due_ms, blobs(&w)), (2, 0, None, 0));
}

/// A row of the queue with this value, whose time came long ago.
fn add_to_gc(w: &World, bucket: &Bucket, value: Bytes) {
    let key = Bytes::from_static(b"key");
    let row = Enqueue { space: bucket.space, key, queue: RowKind::Gc, due_ms: 1, value };
    w.run(w.store.commit(Batch { enqueues: vec![row], ..Batch::default() })).unwrap();
}

/// A clock that was set back, or that of another gateway, gives a time that gc has passed by.
#[test]
fn a_gc_row_behind_those_that_are_done_is_found() {
    let w = World::new();
    let bucket = w.bucket("bucket");
    w.put(&bucket, "key", &bytes(1, 40_000));
    w.delete(&bucket, "key", None);
    w.pass(61_000);
    assert_eq!(w.run(w.objects.writer(&causes::GC).run_gc(100)).unwrap().done, 1);
    add_to_gc(&w, &bucket, GcRecord::Blobs(Vec::new()).encode());
    assert_eq!(w.run(w.objects.writer(&causes::GC).run_gc(100)).unwrap().done, 1);
}

#[test]
fn a_gc_row_that_fails_holds_up_no_other() {
    let w = World::new();
    let bucket = w.bucket("bucket");
    add_to_gc(&w, &bucket, Bytes::from_static(&[99]));
    w.put(&bucket, "key", &bytes(1, 40_000));
    w.delete(&bucket, "key", None);
    w.pass(61_000);
    for freed in [1, 0] {
        let progress = w.run(w.objects.writer(&causes::GC).run_gc(100)).unwrap();
        assert_eq!((progress.done, progress.failed), (freed, 1));
        assert!(matches!(progress.error, Some(Error::Corrupt(_))));
    }
    assert_eq!(blobs(&w), 0);
}

/// A body that completes its own upload while it is read.
struct Completing<'a> {
    objects: &'a Objects<Model>,
    upload: &'a Upload<'a>,
    request: CompleteUpload,
    inner: BytesBody,
    done: bool,
}

impl Body for Completing<'_> {
    async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        if !std::mem::replace(&mut self.done, true) {
            let Upload { bucket, key, id, .. } = self.upload;
            let writer = self.objects.writer(&causes::COMPLETE);
            writer.complete_upload(bucket, key, *id, &self.request).await?;
        }
        self.inner.next().await
    }

    async fn finish(&mut self) -> Result<BodyDigests, BodyError> {
        self.inner.finish().await
    }
}

#[test]
fn a_part_that_comes_too_late_is_discarded() {
    let w = World::new();
    let bucket = w.bucket("bucket");
    let upload = Upload::new(&w, &bucket, create(None));
    let one = upload.put(1, b"part").unwrap();
    let mut body = Completing {
        objects: &w.objects,
        upload: &upload,
        request: request(vec![listed(1, &one)]),
        inner: BytesBody::new(b"late"),
        done: false,
    };
    let part = part(upload.id, 1, None);
    let late = w.run(w.objects.upload_part(&bucket, &upload.key, part, &mut body));
    assert!(matches!(late, Err(Error::NoSuchUpload)), "{late:?}");
    assert_eq!(blobs(&w), 2, "the part and the manifest");
    collect(&w);
    assert_eq!(w.get(&bucket, "key", None).unwrap(), b"part");
}

async fn put_part<S: Storage>(
    objects: Objects<S>,
    bucket: Arc<Bucket>,
    (id, data): (UploadId, &'static [u8]),
) -> Result<UploadedPart, Error> {
    let body = &mut BytesBody::new(data);
    objects.upload_part(&bucket, &object_key("key"), part(id, 1, None), body).await
}

/// Completing races with parts of the same number: the object is made of parts that stay.
#[test]
fn complete_races_with_replaced_parts() {
    let mut outcomes = [0, 0];
    for seed in 0..SEEDS {
        let race = Race::new(seed);
        let bucket = race.bucket(Versioning::Unversioned);
        let w = race.calm();
        let upload = Upload::new(&w, &bucket, create(None));
        let mut parts = vec![listed(1, &upload.put(1, b"first").unwrap())];
        parts[0].checksum = None;
        let (objects, id, complete) = (race.objects.clone(), upload.id, request(parts));
        let completing = {
            let (objects, bucket) = (objects.clone(), bucket.clone());
            async move {
                let key = object_key("key");
                let writer = objects.writer(&causes::COMPLETE);
                let done = writer.complete_upload(&bucket, &key, id, &complete).await;
                done.map(|_| "completed")
            }
        };
        let replacing = [&b"second"[..], b"third"].map(|data| {
            let put = put_part(objects.clone(), bucket.clone(), (id, data));
            async move { put.await.map(|_| "replaced") }
        });
        let [second, third] = replacing;
        type Job = larder_platform::BoxFuture<Result<&'static str, Error>>;
        let jobs: [Job; 3] = [Box::pin(completing), Box::pin(second), Box::pin(third)];
        let results = race.run(jobs);
        let completed = results.iter().any(|result| matches!(result, Ok("completed")));
        outcomes[usize::from(completed)] += 1;
        if !completed {
            let invalid = |r: &Result<_, _>| matches!(r, Err(Error::InvalidPart { .. }));
            assert!(results.iter().any(invalid), "seed {seed}");
            upload.abort().unwrap();
        }
        collect(&w);
        let expected = if completed { 2 } else { 0 };
        assert_eq!((part_rows(&w), blobs(&w)), (0, expected), "seed {seed}");
        if completed {
            assert_eq!(w.get(&bucket, "key", None).unwrap(), b"first", "seed {seed}");
        }
    }
    assert!(outcomes.iter().all(|count| *count > 0), "both happen: {outcomes:?}");
}

/// Of two first parts of one number one stays, and the other's bytes are freed.
#[test]
fn first_parts_race() {
    for seed in 0..SEEDS {
        let race = Race::new(seed);
        let bucket = race.bucket(Versioning::Unversioned);
        let w = race.calm();
        let upload = Upload::new(&w, &bucket, create(None));
        let results = race.run(
            [&b"one"[..], b"two"]
                .map(|data| put_part(race.objects.clone(), bucket.clone(), (upload.id, data))),
        );
        assert!(results.iter().all(Result::is_ok), "seed {seed}: {results:?}");
        collect(&w);
        assert_eq!((part_rows(&w), blobs(&w)), (2, 1), "seed {seed}");
    }
}

/// Two clients complete one upload: one version, the same answer.
#[test]
fn completing_twice_at_once() {
    for seed in 0..SEEDS {
        let race = Race::new(seed);
        let bucket = race.bucket(Versioning::Enabled);
        let w = race.calm();
        let upload = Upload::new(&w, &bucket, create(None));
        let complete = request(vec![listed(1, &upload.put(1, b"part").unwrap())]);
        let results = race.run((0..3).map(|_| {
            let (objects, bucket) = (race.objects.clone(), bucket.clone());
            let (id, complete) = (upload.id, complete.clone());
            async move {
                let writer = objects.writer(&causes::COMPLETE);
                writer.complete_upload(&bucket, &object_key("key"), id, &complete).await
            }
        }));
        let versions: Vec<_> = results.into_iter().map(|r| r.unwrap().version).collect();
        assert!(versions.iter().all(|version| *version == versions[0]), "seed {seed}");
        collect(&w);
        assert_eq!(blobs(&w), 2, "seed {seed}");
        assert!(matches!(
            w.lookup(&bucket, "key", None).unwrap().record.body.location,
            BodyLocation::Manifest { parts: 1, .. }
        ));
    }
}

/// A completion that is asked for again finds its version while that becomes the current one.
#[test]
fn completing_again_races_with_the_removal_of_a_newer_version() {
    for seed in 0..SEEDS {
        let race = Race::new(seed);
        let bucket = race.bucket(Versioning::Enabled);
        let w = race.calm();
        let upload = Upload::new(&w, &bucket, create(None));
        let complete = request(vec![listed(1, &upload.put(1, b"part").unwrap())]);
        let version = upload.complete(&complete).unwrap().version;
        let newer = w.put(&bucket, "key", b"newer").version;
        let (objects, id) = (race.objects.clone(), upload.id);
        let again = {
            let (objects, bucket) = (objects.clone(), bucket.clone());
            async move {
                let key = object_key("key");
                let writer = objects.writer(&causes::COMPLETE);
                let done = writer.complete_upload(&bucket, &key, id, &complete).await;
                done.map(|stored| stored.version)
            }
        };
        let bucket = bucket.clone();
        let removing = async move {
            let delete = delete_object(newer);
            objects
                .writer(&causes::DELETE)
                .delete(&bucket, &object_key("key"), &delete)
                .await
                .map(|_| version)
        };
        type Job = larder_platform::BoxFuture<Result<Option<larder_types::VersionId>, Error>>;
        let jobs: [Job; 2] = [Box::pin(again), Box::pin(removing)];
        for result in race.run(jobs) {
            assert_eq!(result.unwrap(), version, "seed {seed}");
        }
    }
}
