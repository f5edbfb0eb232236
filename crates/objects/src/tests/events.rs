//! Every change of a version is counted as the event that it is, once, and nothing else is.

use crate::conditions::{EtagCondition, WriteConditions};
use crate::multipart::{CompleteUpload, CompletedPart, CreateUpload, UploadPart};
use crate::testing::{BytesBody, World, causes, delete_object, object_key, owner, put_object};
use crate::{Bucket, Cause, CopyObject, Error, EventName, ObjectAttributes, PutObject};
use EventName::{
    ObjectCreatedCompleteMultipartUpload, ObjectCreatedCopy, ObjectCreatedPost, ObjectCreatedPut,
    ObjectRemovedDelete, ObjectRemovedDeleteMarkerCreated, ObjectTaggingDelete, ObjectTaggingPut,
};
use larder_types::VersionId;

/// The events of what `work` does.
#[track_caller]
fn check(w: &World, expected: &[(EventName, u64)], work: impl FnOnce()) {
    let before = w.objects.event_counts();
    work();
    let after = w.objects.event_counts();
    let counted = before.iter().zip(&after).map(|((event, n), (_, now))| (*event, now - n));
    let counted: Vec<_> = counted.filter(|(_, n)| *n > 0).collect();
    assert_eq!(counted, expected);
}

fn put(w: &World, bucket: &Bucket, cause: &Cause<'_>, put: PutObject) -> Result<(), Error> {
    let body = &mut BytesBody::new(b"body");
    w.run(w.objects.writer(cause).put(bucket, &object_key("key"), put, body)).map(drop)
}

fn copy(w: &World, bucket: &Bucket) {
    let source = w.lookup(bucket, "key", None).unwrap();
    let copy = CopyObject {
        owner: owner("alice"),
        attributes: ObjectAttributes::default(),
        replaces_metadata: false,
        replaces_tags: false,
        names_storage_class: false,
        checksum: None,
        conditions: WriteConditions::default(),
    };
    w.copy(&source, bucket, "copy", copy).unwrap();
}

/// An upload from its beginning to its end; the event is that of the end.
fn upload(w: &World, bucket: &Bucket) {
    let key = object_key("upload");
    let create = CreateUpload {
        owner: owner("alice"),
        initiator: owner("alice"),
        attributes: ObjectAttributes::default(),
        algorithm: None,
        checksum_type: None,
    };
    let (upload_id, _) = w.run(w.objects.create_upload(bucket, &key, create)).unwrap();
    let part = UploadPart { upload_id, part_number: 1, length: None, checksum: None };
    let body = &mut BytesBody::new(b"part");
    let uploaded = w.run(w.objects.upload_part(bucket, &key, part, body)).unwrap();
    let part = CompletedPart { part_number: 1, etag: Some(uploaded.etag), checksum: None };
    let request = CompleteUpload { parts: vec![part], ..CompleteUpload::default() };
    let writer = w.objects.writer(&causes::COMPLETE);
    w.run(writer.complete_upload(bucket, &key, upload_id, &request)).unwrap();
    // Asked again it answers the same, and nothing happens.
    w.run(writer.complete_upload(bucket, &key, upload_id, &request)).unwrap();
}

fn tag(w: &World, bucket: &Bucket, cause: &Cause<'_>) {
    w.run(w.objects.writer(cause).put_tags(bucket, &object_key("key"), None, &[])).unwrap();
}

#[test]
fn each_change_is_the_event_that_it_is() {
    let w = World::new();
    for bucket in [w.bucket("plain"), w.versioned("versioned")] {
        let write = |cause| put(&w, &bucket, cause, put_object()).unwrap();
        check(&w, &[(ObjectCreatedPut, 1)], || write(&causes::PUT));
        check(&w, &[(ObjectCreatedPost, 1)], || write(&causes::POST));
        check(&w, &[(ObjectCreatedCopy, 1)], || copy(&w, &bucket));
        check(&w, &[(ObjectCreatedCompleteMultipartUpload, 1)], || upload(&w, &bucket));
        check(&w, &[(ObjectTaggingPut, 1)], || tag(&w, &bucket, &causes::TAG));
        check(&w, &[(ObjectTaggingDelete, 1)], || tag(&w, &bucket, &causes::UNTAG));
    }
}

#[test]
fn a_delete_is_one_of_two_events() {
    let w = World::new();
    let (plain, versioned) = (w.bucket("plain"), w.versioned("versioned"));
    let (plain_first, first) = (w.put(&plain, "key", b"1"), w.put(&versioned, "key", b"1"));
    assert_eq!(plain_first.version, None);
    check(&w, &[(ObjectRemovedDelete, 1)], || {
        w.delete(&plain, "key", None);
    });
    let mut marker = None;
    check(&w, &[(ObjectRemovedDeleteMarkerCreated, 1)], || {
        marker = w.delete(&versioned, "key", None).version;
    });
    // An older version, then the current one, which is the marker.
    for version in [first.version, marker] {
        check(&w, &[(ObjectRemovedDelete, 1)], || {
            w.delete(&versioned, "key", version);
        });
    }
    let keys = ["a", "b", "c"];
    let put = |key: &&str| drop(w.put(&plain, key, b"x"));
    check(&w, &[(ObjectCreatedPut, 3)], || keys.iter().for_each(put));
    let entry = |key: &&str| (object_key(key), delete_object(None));
    let entries: Vec<_> = keys.iter().chain(&["none"]).map(entry).collect();
    check(&w, &[(ObjectRemovedDelete, 3)], || {
        let done = w.run(w.objects.writer(&causes::DELETE).delete_many(&plain, &entries));
        assert!(done.results.iter().all(Result::is_ok));
    });
}

#[test]
fn what_changes_nothing_is_no_event() {
    let w = World::new();
    let bucket = w.versioned("bucket");
    w.put(&bucket, "key", b"body");
    check(&w, &[], || {
        let if_none_match = Some(EtagCondition::Any);
        let conditions = WriteConditions { if_none_match, ..WriteConditions::default() };
        let refused = put(&w, &bucket, &causes::PUT, PutObject { conditions, ..put_object() });
        assert!(matches!(refused, Err(Error::PreconditionFailed(_))));
        w.delete(&bucket, "key", Some(VersionId::Id { order: 1, nonce: 1 }));
        w.run(w.objects.writer(&causes::GC).run_gc(100)).unwrap();
    });
}
