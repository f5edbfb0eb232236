//! Objects without versions: bodies, ranges, metadata, conditions, copies, tags.

use crate::conditions::{DeleteConditions, EtagCondition, ReadConditions, WriteConditions};
use crate::testing::{BytesBody, World, causes, drain, object_key, owner, put_object};
use crate::{
    BodyLocation, ContentHeaders, CopyObject, Error, ObjectAttributes, PutObject, StorageClass, Tag,
};
use larder_storage::{BlobStore, MetaStore, UsageDelta};
use larder_types::{ByteRange, ChecksumAlgorithm, ETag, Timestamp, VersionId};

/// Larger than the model keeps beside a row.
const LARGE: usize = 50_000;

fn bytes(length: usize) -> Vec<u8> {
    (0..length).map(|i| (i * 31 % 251) as u8).collect()
}

fn etag(data: &[u8]) -> ETag {
    ETag::of_body(larder_digest::md5(data))
}

#[test]
fn bodies_of_every_size_come_back() {
    let w = World::new();
    let bucket = w.bucket("bodies");
    let inline_max = w.objects.inline_bytes_max();
    for length in [0, 1, 999, inline_max, inline_max + 1, LARGE] {
        for known in [Some(length as u64), None] {
            let data = bytes(length);
            let put = PutObject { length: known, ..put_object() };
            let body = &mut BytesBody::new(&data);
            let key = object_key("key");
            let stored =
                w.run(w.objects.writer(&causes::PUT).put(&bucket, &key, put, body)).unwrap();
            assert_eq!(stored.version, None);
            assert_eq!(stored.record.etag, etag(&data));
            let found = w.lookup(&bucket, "key", None).unwrap();
            assert_eq!(*found.record, stored.record);
            assert!(found.current);
            assert_eq!(found.record.size(), length as u64);
            assert_eq!(w.read(&found, None).unwrap(), data);
            let kept_inline = matches!(found.record.body.location, BodyLocation::Inline);
            assert_eq!(kept_inline, (1..=inline_max).contains(&length), "{length}");
            if let BodyLocation::Blob(blob) = found.record.body.location {
                let hints = w.store.hints(blob.id).expect("the engine was told");
                assert_eq!(hints, bucket.hints(StorageClass::Standard, known));
            }
            for (start, end) in [(0, 1), (1, 2), (length / 2, length), (0, length)] {
                if start < end && end <= length {
                    let range = ByteRange { start: start as u64, end: end as u64 };
                    assert_eq!(w.read(&found, Some(range)).unwrap(), &data[start..end]);
                }
            }
        }
    }
    let usage = w.run(w.store.usage(bucket.space)).unwrap();
    assert_eq!(usage, UsageDelta { objects: 1, bytes: LARGE as i64 });
}

#[test]
fn a_refused_body_leaves_nothing() {
    let w = World::new();
    let bucket = w.bucket("refused");
    for length in [10, LARGE] {
        let body = &mut BytesBody::refused(&bytes(length), "bad signature");
        let result = w.run(w.objects.writer(&causes::PUT).put(
            &bucket,
            &object_key("key"),
            put_object(),
            body,
        ));
        assert!(matches!(result, Err(Error::Body(e)) if e.to_string() == "bad signature"));
        assert!(matches!(w.get(&bucket, "key", None), Err(Error::NoSuchKey { .. })));
    }
    assert_eq!(w.run(w.store.list()).unwrap(), []);
}

#[test]
fn a_write_refused_by_its_condition_leaves_no_blob() {
    let w = World::new();
    let bucket = w.bucket("refused");
    let first = w.put(&bucket, "key", b"first");
    // The condition holds when the body begins, and no longer when it is committed.
    let body = &mut BytesBody::new(&bytes(LARGE));
    let conditions = WriteConditions {
        if_match: Some(EtagCondition::OneOf(vec![first.record.etag])),
        if_none_match: None,
    };
    let put = PutObject { conditions, ..put_object() };
    let rival = &mut Rival { w: &w, bucket: &bucket, body };
    let result = w.run(w.objects.writer(&causes::PUT).put(&bucket, &object_key("key"), put, rival));
    assert!(matches!(result, Err(Error::PreconditionFailed("If-Match"))));
    assert_eq!(w.get(&bucket, "key", None).unwrap(), b"rival");
    assert_eq!(w.run(w.store.list()).unwrap(), []);
}

/// A body at whose end another write of the same key has happened.
struct Rival<'a> {
    w: &'a World,
    bucket: &'a crate::Bucket,
    body: &'a mut BytesBody,
}

impl crate::Body for Rival<'_> {
    async fn next(&mut self) -> Result<Option<bytes::Bytes>, crate::BodyError> {
        self.body.next().await
    }

    async fn finish(&mut self) -> Result<larder_digest::BodyDigests, crate::BodyError> {
        let body = &mut BytesBody::new(b"rival");
        self.w
            .objects
            .writer(&causes::PUT)
            .put(self.bucket, &object_key("key"), put_object(), body)
            .await?;
        self.body.finish().await
    }
}

#[test]
fn everything_said_of_an_object_is_kept() {
    let w = World::new();
    let bucket = w.bucket("metadata");
    let text = |text: &str| Some(text.to_owned());
    let headers = ContentHeaders {
        content_type: text("text/plain"),
        content_encoding: text("gzip"),
        content_language: text("de"),
        content_disposition: text("attachment"),
        cache_control: text("no-cache"),
        expires: text("never"),
        website_redirect_location: text("/there"),
    };
    let attributes = ObjectAttributes {
        headers,
        metadata: vec![("color".into(), "gr\u{fc}n".into()), ("empty".into(), String::new())],
        tags: vec![Tag { key: "k".into(), value: "v".into() }],
        storage_class: StorageClass::StandardIa,
        acl: None,
    };
    let put = PutObject { attributes, owner: owner("bob"), ..put_object() };
    let body = &mut BytesBody::with_checksum(b"body", Some(ChecksumAlgorithm::Sha256));
    w.run(w.objects.writer(&causes::PUT).put(&bucket, &object_key("key"), put.clone(), body))
        .unwrap();
    let record = w.lookup(&bucket, "key", None).unwrap().record;
    assert_eq!(record.attributes, put.attributes);
    assert_eq!(record.owner, put.owner);
    assert_eq!(record.checksum.unwrap().algorithm, ChecksumAlgorithm::Sha256);
    let default = w.put(&bucket, "default", b"body").record.checksum.unwrap();
    assert_eq!(default.algorithm, ChecksumAlgorithm::Crc64Nvme);
    let metadata = vec![("x".to_owned(), "y".repeat(9000))];
    let attributes = ObjectAttributes { metadata, ..Default::default() };
    let put = PutObject { attributes, ..put_object() };
    let body = &mut BytesBody::new(b"");
    let result = w.run(w.objects.writer(&causes::PUT).put(&bucket, &object_key("key"), put, body));
    assert!(matches!(result, Err(Error::MetadataTooLarge)));
}

#[test]
fn conditional_writes() {
    let w = World::new();
    let bucket = w.bucket("conditions");
    let create =
        || WriteConditions { if_none_match: Some(EtagCondition::Any), ..Default::default() };
    let if_match = |c| WriteConditions { if_match: Some(c), ..Default::default() };
    let one = |data: &[u8]| EtagCondition::OneOf(vec![etag(data)]);
    let missing = w.put_if(&bucket, "key", if_match(one(b"conditional")));
    assert!(matches!(missing, Err(Error::NoSuchKey { .. })));
    let missing = w.put_if(&bucket, "key", if_match(EtagCondition::Any));
    assert!(matches!(missing, Err(Error::NoSuchKey { .. })));
    w.put_if(&bucket, "key", create()).unwrap();
    let exists = w.put_if(&bucket, "key", create());
    assert!(matches!(exists, Err(Error::PreconditionFailed("If-None-Match"))));
    w.put_if(&bucket, "key", if_match(one(b"conditional"))).unwrap();
    w.put_if(&bucket, "key", if_match(EtagCondition::Any)).unwrap();
    let differs = w.put_if(&bucket, "key", if_match(one(b"other")));
    assert!(matches!(differs, Err(Error::PreconditionFailed("If-Match"))));
    w.delete(&bucket, "key", None);
    w.put_if(&bucket, "key", create()).unwrap();
}

#[test]
fn writes_unless_one_of_these_stands() {
    let w = World::new();
    let bucket = w.bucket("conditions");
    let one = |data: &[u8]| Some(EtagCondition::OneOf(vec![etag(data)]));
    let unless = |if_match, if_none_match| {
        w.put_if(&bucket, "key", WriteConditions { if_match, if_none_match })
    };
    // `put_if` writes this body.
    let same = || one(b"conditional");
    unless(None, same()).unwrap();
    let stands = unless(None, same());
    assert!(matches!(stands, Err(Error::PreconditionFailed("If-None-Match"))));
    unless(None, one(b"other")).unwrap();
    unless(None, Some(EtagCondition::OneOf(Vec::new()))).unwrap();
    // Both at once: If-Match comes first.
    unless(same(), one(b"other")).unwrap();
    let both = unless(one(b"other"), same());
    assert!(matches!(both, Err(Error::PreconditionFailed("If-Match"))));
    let both = unless(same(), same());
    assert!(matches!(both, Err(Error::PreconditionFailed("If-None-Match"))));
    w.delete(&bucket, "key", None);
    assert!(matches!(unless(same(), same()), Err(Error::NoSuchKey { .. })));
}

#[test]
fn what_a_write_must_not_replace_may_come_while_it_is_read() {
    let w = World::new();
    let bucket = w.bucket("refused");
    let body = &mut BytesBody::new(b"mine");
    let rivals = Some(EtagCondition::OneOf(vec![etag(b"rival")]));
    let conditions = WriteConditions { if_match: None, if_none_match: rivals };
    let put = PutObject { conditions, ..put_object() };
    let rival = &mut Rival { w: &w, bucket: &bucket, body };
    let result = w.run(w.objects.writer(&causes::PUT).put(&bucket, &object_key("key"), put, rival));
    assert!(matches!(result, Err(Error::PreconditionFailed("If-None-Match"))));
    assert_eq!(w.get(&bucket, "key", None).unwrap(), b"rival");
}

#[test]
fn conditional_writes_see_a_delete_marker_as_nothing() {
    let w = World::new();
    let bucket = w.versioned("markers");
    w.put(&bucket, "key", b"body");
    w.delete(&bucket, "key", None);
    let any = WriteConditions { if_match: Some(EtagCondition::Any), ..Default::default() };
    assert!(matches!(w.put_if(&bucket, "key", any), Err(Error::NoSuchKey { .. })));
    let create = WriteConditions { if_none_match: Some(EtagCondition::Any), ..Default::default() };
    w.put_if(&bucket, "key", create).unwrap();
}

#[test]
fn conditional_deletes() {
    let w = World::new();
    let bucket = w.bucket("conditions");
    let if_match = |c| DeleteConditions { if_match: Some(c), ..Default::default() };
    let missing = w.delete_if(&bucket, "key", if_match(EtagCondition::Any));
    assert!(matches!(missing, Err(Error::NoSuchKey { .. })));
    let stored = w.put(&bucket, "key", b"body");
    let differs = w.delete_if(&bucket, "key", if_match(EtagCondition::OneOf(vec![])));
    assert!(matches!(differs, Err(Error::PreconditionFailed("If-Match"))));
    let size = DeleteConditions { size: Some(5), ..Default::default() };
    let size = w.delete_if(&bucket, "key", size);
    assert!(matches!(size, Err(Error::PreconditionFailed("x-amz-if-match-size"))));
    let second = Timestamp { ms: stored.record.modified.ms + 1000 };
    let time = DeleteConditions { last_modified: Some(second), ..Default::default() };
    assert!(matches!(w.delete_if(&bucket, "key", time), Err(Error::PreconditionFailed(_))));
    let all = DeleteConditions {
        if_match: Some(EtagCondition::OneOf(vec![stored.record.etag])),
        last_modified: Some(stored.record.modified),
        size: Some(4),
    };
    w.delete_if(&bucket, "key", all).unwrap();
    assert!(matches!(w.get(&bucket, "key", None), Err(Error::NoSuchKey { .. })));
}

/// RFC 9110, section 13.2.2: tags come before dates, and hide them.
#[test]
fn read_conditions_in_order() {
    let (tag, at) = (etag(b"a"), Timestamp::from_seconds(100));
    let check = |text: &str, c: &ReadConditions| {
        let got = match c.check(&tag, Timestamp { ms: 100_900 }) {
            Ok(()) => "ok",
            Err(Error::NotModified) => "304",
            Err(Error::PreconditionFailed(_)) => "412",
            Err(_) => "?",
        };
        assert_eq!(got, text, "{c:?}");
    };
    let same = Some(EtagCondition::OneOf(vec![tag]));
    let other = Some(EtagCondition::OneOf(vec![etag(b"b")]));
    let (early, late) = (Timestamp::from_seconds(99), at);
    let none = ReadConditions::default();
    check("ok", &none);
    check("ok", &ReadConditions { if_match: same.clone(), ..none.clone() });
    check("412", &ReadConditions { if_match: other.clone(), ..none.clone() });
    check("304", &ReadConditions { if_none_match: same.clone(), ..none.clone() });
    check("304", &ReadConditions { if_none_match: Some(EtagCondition::Any), ..none.clone() });
    check("ok", &ReadConditions { if_none_match: other.clone(), ..none.clone() });
    check("304", &ReadConditions { if_modified_since: Some(late), ..none.clone() });
    check("ok", &ReadConditions { if_modified_since: Some(early), ..none.clone() });
    check("ok", &ReadConditions { if_unmodified_since: Some(late), ..none.clone() });
    check("412", &ReadConditions { if_unmodified_since: Some(early), ..none.clone() });
    let hidden = ReadConditions { if_unmodified_since: Some(early), ..none.clone() };
    check("ok", &ReadConditions { if_match: same.clone(), ..hidden });
    let hidden = ReadConditions { if_modified_since: Some(late), ..none };
    check("ok", &ReadConditions { if_none_match: other, ..hidden.clone() });
    check("304", &ReadConditions { if_none_match: same, ..hidden });
}

#[test]
fn etag_headers() {
    let text = format!("\"{}\"", etag(b"a"));
    let one = EtagCondition::OneOf(vec![etag(b"a")]);
    assert_eq!(EtagCondition::parse(&text), one);
    assert_eq!(EtagCondition::parse(&format!("W/{text}")), one);
    assert_eq!(EtagCondition::parse(&format!("\"nonsense\", {text}")), one);
    assert_eq!(EtagCondition::parse(" * "), EtagCondition::Any);
    assert_eq!(EtagCondition::parse("nonsense"), EtagCondition::OneOf(vec![]));
}

fn copy_object() -> CopyObject {
    CopyObject {
        owner: owner("bob"),
        attributes: ObjectAttributes::default(),
        replaces_metadata: false,
        replaces_tags: false,
        names_storage_class: false,
        checksum: None,
        conditions: WriteConditions::default(),
    }
}

#[test]
fn copies_have_bytes_of_their_own() {
    let w = World::new();
    let (from, to) = (w.bucket("from"), w.bucket("target"));
    for length in [0, 10, LARGE] {
        let data = bytes(length);
        let attributes = ObjectAttributes {
            metadata: vec![("m".into(), "1".into())],
            tags: vec![Tag { key: "t".into(), value: "1".into() }],
            storage_class: StorageClass::Glacier,
            ..Default::default()
        };
        let put = PutObject { attributes, ..put_object() };
        let body = &mut BytesBody::with_checksum(&data, Some(ChecksumAlgorithm::Crc32c));
        let stored = w
            .run(w.objects.writer(&causes::PUT).put(&from, &object_key("a"), put, body))
            .unwrap()
            .record;
        let source = w.lookup(&from, "a", None).unwrap();
        let copied = w.copy(&source, &to, "b", copy_object()).unwrap().record;
        assert_eq!((copied.etag, &copied.checksum), (stored.etag, &stored.checksum));
        let storage_class = StorageClass::Standard;
        assert_eq!(copied.attributes, ObjectAttributes { storage_class, ..stored.attributes });
        assert_eq!(copied.owner, owner("bob"));
        w.delete(&from, "a", None);
        assert_eq!(w.get(&to, "b", None).unwrap(), data);
    }
}

#[test]
fn copies_replace_what_they_are_told_to() {
    let w = World::new();
    let bucket = w.bucket("copies");
    w.put(&bucket, "a", b"body");
    let source = w.lookup(&bucket, "a", None).unwrap();
    let to_itself = |copy| w.copy(&source, &bucket, "a", copy);
    assert!(matches!(to_itself(copy_object()), Err(Error::InvalidRequest(_))));
    let same = CopyObject { names_storage_class: true, ..copy_object() };
    to_itself(same).unwrap();
    let source = w.lookup(&bucket, "a", None).unwrap();
    let to_itself = |copy| w.copy(&source, &bucket, "a", copy);
    let headers = ContentHeaders { content_type: Some("a/b".into()), ..Default::default() };
    let metadata = vec![("n".to_owned(), "2".to_owned())];
    let attributes = ObjectAttributes { headers, metadata, ..Default::default() };
    let replace = CopyObject {
        attributes: attributes.clone(),
        replaces_metadata: true,
        replaces_tags: true,
        checksum: Some(ChecksumAlgorithm::Sha1),
        ..copy_object()
    };
    to_itself(replace).unwrap();
    let now = w.lookup(&bucket, "a", None).unwrap();
    assert_eq!(now.record.attributes, attributes);
    assert_eq!(now.record.checksum.as_ref().unwrap().algorithm, ChecksumAlgorithm::Sha1);
    let conditions =
        WriteConditions { if_none_match: Some(EtagCondition::Any), ..Default::default() };
    let refused = CopyObject { conditions, ..copy_object() };
    w.put(&bucket, "b", b"other");
    let refused = w.copy(&now, &bucket, "b", refused);
    assert!(matches!(refused, Err(Error::PreconditionFailed("If-None-Match"))));
}

#[test]
fn tags_change_nothing_else() {
    let w = World::new();
    let bucket = w.bucket("tags");
    for length in [0, 10, LARGE] {
        let stored = w.put(&bucket, "key", &bytes(length)).record;
        let tags = [Tag { key: "k".into(), value: "v".into() }];
        let version = w
            .run(w.objects.writer(&causes::TAG).put_tags(&bucket, &object_key("key"), None, &tags))
            .unwrap();
        assert_eq!(version, VersionId::Null);
        let now = w.lookup(&bucket, "key", None).unwrap();
        assert_eq!(now.record.attributes.tags, tags);
        assert_eq!((now.record.order, now.record.modified), (stored.order, stored.modified));
        assert_eq!(w.read(&now, None).unwrap(), bytes(length));
        w.run(w.objects.writer(&causes::TAG).put_tags(&bucket, &object_key("key"), None, &[]))
            .unwrap();
        assert_eq!(*w.lookup(&bucket, "key", None).unwrap().record, stored);
    }
    let twice =
        [Tag { key: "k".into(), value: "1".into() }, Tag { key: "k".into(), value: "2".into() }];
    let twice =
        w.run(w.objects.writer(&causes::TAG).put_tags(&bucket, &object_key("key"), None, &twice));
    assert!(matches!(twice, Err(Error::InvalidTag(_))));
    let none =
        w.run(w.objects.writer(&causes::TAG).put_tags(&bucket, &object_key("none"), None, &[]));
    assert!(matches!(none, Err(Error::NoSuchKey { .. })));
}

/// A reader that found a version keeps it: overwritten, it is gone with an error or read whole.
#[test]
fn a_version_replaced_after_its_look_up_is_never_mixed() {
    let w = World::new();
    let bucket = w.bucket("replaced");
    w.put(&bucket, "small", b"one");
    let small = w.lookup(&bucket, "small", None).unwrap();
    w.put(&bucket, "small", b"two");
    assert!(matches!(w.read(&small, None), Err(Error::VersionGone)));
    w.put(&bucket, "large", &bytes(LARGE));
    let large = w.lookup(&bucket, "large", None).unwrap();
    w.put(&bucket, "large", b"two");
    assert_eq!(w.read(&large, None).unwrap(), bytes(LARGE));
    let bucket = w.versioned("kept");
    w.put(&bucket, "small", b"one");
    let small = w.lookup(&bucket, "small", None).unwrap();
    w.put(&bucket, "small", b"two");
    assert_eq!(w.read(&small, None).unwrap(), b"one");
}

#[test]
fn many_deletes_at_once() {
    let w = World::new();
    let bucket = w.bucket("many");
    let keys: Vec<String> = (0..200).map(|i| format!("key-{i}")).collect();
    keys.iter().for_each(|key| drop(w.put(&bucket, key, b"x")));
    let delete = crate::testing::delete_object(None);
    let entries: Vec<_> = keys.iter().map(|k| (object_key(k), delete.clone())).collect();
    let results = w.run(w.objects.writer(&causes::DELETE).delete_many(&bucket, &entries)).results;
    assert_eq!(results.len(), 200);
    assert!(results.iter().all(|r| r.is_ok()));
    w.run(w.objects.delete_bucket(&bucket)).unwrap();
}

#[test]
fn entries_that_say_the_same_are_one_removal() {
    let w = World::new();
    let bucket = w.versioned("same");
    let first = w.put(&bucket, "a", b"1").version;
    w.put(&bucket, "a", b"2");
    let entry = |key: &str, version| (object_key(key), crate::testing::delete_object(version));
    let wrong = crate::conditions::DeleteConditions { size: Some(7), ..Default::default() };
    let mut refused = entry("a", None);
    refused.1.conditions = wrong;
    let kinds = [entry("a", None), entry("a", first), refused.clone(), entry("b", None), refused];
    let entries: Vec<_> = kinds.iter().cycle().take(1000).cloned().collect();
    let done = w.run(w.objects.writer(&causes::DELETE).delete_many(&bucket, &entries));
    assert_eq!(done.results.len(), 4);
    assert_eq!(done.places[..6], [0, 1, 2, 3, 2, 0]);
    assert_eq!(done.places.len(), 1000);
    let marker = done.results[0].as_ref().unwrap();
    assert!(marker.delete_marker && done.results[1].is_ok() && done.results[3].is_ok());
    assert!(matches!(done.results[2], Err(Error::PreconditionFailed(_))));
    // One marker for each key, above what was there.
    let usage = w.run(w.store.usage(bucket.space)).unwrap();
    assert_eq!(usage, UsageDelta { objects: 3, bytes: 1 });
}

#[test]
fn an_object_of_one_part() {
    let w = World::new();
    let bucket = w.bucket("parts");
    w.put(&bucket, "key", b"body");
    let found = w.lookup(&bucket, "key", None).unwrap();
    let part = w.run(w.objects.part(&found, 1)).unwrap();
    assert_eq!(part.range, Some(ByteRange { start: 0, end: 4 }));
    assert_eq!(part.parts_count, None);
    let none = w.run(w.objects.part(&found, 2));
    assert!(matches!(none, Err(Error::InvalidPartNumber { parts_count: 1 })));
    assert_eq!(w.run(w.objects.object_parts(&found, 0, 10)).unwrap(), None);
    let body = w.run(w.objects.open(&found, None)).unwrap();
    assert_eq!(w.run(drain(body)).unwrap(), b"body");
}

/// A thousand of them are moved to where they run.
#[test]
fn the_future_of_a_delete_is_small() {
    let w = World::new();
    let (bucket, delete) = (w.bucket("bucket"), crate::testing::delete_object(None));
    let key = object_key("key");
    let bytes =
        std::mem::size_of_val(&w.objects.writer(&causes::DELETE).delete(&bucket, &key, &delete));
    assert!(bytes <= 3 << 10, "{bytes} bytes");
}
