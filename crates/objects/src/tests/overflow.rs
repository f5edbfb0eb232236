//! Objects with all the attributes that S3's limits allow: their rows have no room for them.

use crate::rows::{Overflow, VersionRecord, address};
use crate::testing::{BytesBody, World, causes, object_key, owner, put_object};
use crate::{
    Bucket, ContentHeaders, CopyObject, Error, ObjectAttributes, PutObject, StorageClass, Stored,
    Tag,
};
use bytes::Bytes;
use larder_iam::acl::{GRANTS_MAX, Grant, Permission};
use larder_storage::{
    Batch, Delete, MetaStore, Put, RowKey, RowKind, RowReferences, RowSchema, UsageDelta,
};
use larder_types::limits::{
    CONTENT_HEADERS_BYTES_MAX, OBJECT_TAGS_MAX, TAG_KEY_CHARS_MAX, TAG_VALUE_CHARS_MAX,
    USER_METADATA_BYTES_MAX,
};
use larder_types::{Owner, VersionId};

/// As many tags as S3 allows, of characters of three bytes.
pub(crate) fn maximal_tags() -> Vec<Tag> {
    let text = |chars: usize| "\u{4e00}".repeat(chars);
    let key = |n: usize| format!("{n}{}", text(TAG_KEY_CHARS_MAX - 1));
    (0..OBJECT_TAGS_MAX).map(|n| Tag { key: key(n), value: text(TAG_VALUE_CHARS_MAX) }).collect()
}

/// All that S3 allows to say of an object.
pub(crate) fn maximal() -> ObjectAttributes {
    let names = (0..64).map(|n| format!("{n:02}"));
    let value = "v".repeat(USER_METADATA_BYTES_MAX / 64 - 2);
    let header = "/".repeat(CONTENT_HEADERS_BYTES_MAX / 7);
    let text = || Some(header.clone());
    ObjectAttributes {
        headers: ContentHeaders {
            content_type: text(),
            content_encoding: text(),
            content_language: text(),
            content_disposition: text(),
            cache_control: text(),
            expires: text(),
            website_redirect_location: text(),
        },
        metadata: names.map(|name| (name, value.clone())).collect(),
        tags: maximal_tags(),
        storage_class: StorageClass::StandardIa,
        acl: Some(maximal_grants()),
    }
}

/// As many grants as a list may have, each to an account of its own.
fn maximal_grants() -> Vec<Grant> {
    let account =
        |n: usize| Owner { canonical_id: format!("{n:064x}"), display_name: format!("{n:096}") };
    (0..GRANTS_MAX).map(|n| Grant::to(&account(n), Permission::FullControl)).collect()
}

fn put(w: &World, bucket: &Bucket, attributes: ObjectAttributes, body: &[u8]) -> Stored {
    let put = PutObject { attributes, ..put_object() };
    w.run(w.objects.writer(&causes::PUT).put(
        bucket,
        &object_key("key"),
        put,
        &mut BytesBody::new(body),
    ))
    .unwrap()
}

fn seen(w: &World, bucket: &Bucket, version: Option<VersionId>) -> (ObjectAttributes, Vec<u8>) {
    let found = w.lookup(bucket, "key", version).unwrap();
    let body = w.read(&found, None).unwrap();
    (found.record.attributes, body)
}

/// The Overflow rows that there are.
fn overflows(w: &World) -> Vec<RowKey> {
    let rows = w.store.dump().into_iter().map(|(row, ..)| row);
    rows.filter(|row| row.kind == RowKind::Overflow).collect()
}

#[test]
fn every_maximum_at_once() {
    let w = World::new();
    let bucket = w.bucket("maximal");
    let stored = put(&w, &bucket, maximal(), b"body");
    assert_eq!(stored.record.attributes, maximal());
    assert_eq!(seen(&w, &bucket, None), (maximal(), b"body".to_vec()));
    assert_eq!(overflows(&w).len(), 1);
    let listed =
        w.run(w.objects.list_versions(
            &bucket,
            crate::list::ListVersions { max_keys: 10, ..Default::default() },
        ));
    let listed = listed.unwrap();
    assert_eq!(listed.entries.iter().count(), 1, "no listing shows the overflow row");
    // Written over: the row of the version before goes with it.
    put(&w, &bucket, maximal(), b"again");
    assert_eq!((seen(&w, &bucket, None).1, overflows(&w).len()), (b"again".to_vec(), 1));
    put(&w, &bucket, ObjectAttributes::default(), b"small");
    assert_eq!((seen(&w, &bucket, None).0, overflows(&w).len()), (Default::default(), 0));
    put(&w, &bucket, maximal(), b"last");
    w.delete(&bucket, "key", None);
    assert!(matches!(w.lookup(&bucket, "key", None), Err(Error::NoSuchKey { .. })));
    assert_eq!(overflows(&w), []);
    assert_eq!(w.run(w.store.usage(bucket.space)).unwrap(), UsageDelta::default());
}

#[test]
fn what_is_beyond_its_limit_is_refused() {
    let w = World::new();
    let bucket = w.bucket("beyond");
    let refused = |attributes: ObjectAttributes| {
        let put = PutObject { attributes, ..put_object() };
        let body = &mut BytesBody::new(b"body");
        w.run(w.objects.writer(&causes::PUT).put(&bucket, &object_key("key"), put, body))
            .unwrap_err()
    };
    let mut metadata = maximal();
    metadata.metadata.push(("x".into(), String::new()));
    assert!(matches!(refused(metadata), Error::MetadataTooLarge));
    let mut headers = maximal();
    headers.headers.expires = Some("x".repeat(CONTENT_HEADERS_BYTES_MAX));
    assert!(matches!(refused(headers), Error::MetadataTooLarge));
    let mut tags = maximal();
    tags.tags.push(Tag { key: "k".into(), value: String::new() });
    assert!(matches!(refused(tags), Error::InvalidTag(_)));
}

#[test]
fn tags_grow_and_shrink_across_the_boundary() {
    let w = World::new();
    for (name, versioned) in [("plain", false), ("versions", true)] {
        let bucket = if versioned { w.versioned(name) } else { w.bucket(name) };
        let small = ObjectAttributes {
            metadata: vec![("m".into(), "1".into())],
            tags: vec![Tag { key: "k".into(), value: "v".into() }],
            ..Default::default()
        };
        let version = put(&w, &bucket, small.clone(), b"body").version;
        let key = object_key("key");
        let mut generations = Vec::new();
        for tags in [maximal_tags(), maximal_tags(), small.tags.clone(), maximal_tags(), vec![]] {
            w.run(w.objects.writer(&causes::TAG).put_tags(&bucket, &key, version, &tags)).unwrap();
            let expected = ObjectAttributes { tags: tags.clone(), ..small.clone() };
            assert_eq!(seen(&w, &bucket, version), (expected, b"body".to_vec()));
            let rows = overflows(&w);
            assert_eq!(rows.len(), usize::from(tags.len() > 1), "{name}");
            for row in rows {
                let stored = w.run(w.store.get(&row)).unwrap().row.unwrap();
                generations.push(Overflow::decode(&stored.value).unwrap().generation);
            }
        }
        generations.sort_unstable();
        generations.dedup();
        assert_eq!(generations.len(), 3, "every write has a generation of its own");
    }
}

#[test]
fn copies_take_all_along() {
    let w = World::new();
    let (from, to) = (w.bucket("from"), w.versioned("target"));
    put(&w, &from, maximal(), b"body");
    let copy = |attributes, replaces_metadata, replaces_tags| CopyObject {
        owner: owner("bob"),
        attributes,
        replaces_metadata,
        replaces_tags,
        names_storage_class: false,
        checksum: None,
        conditions: Default::default(),
    };
    let source = w.lookup(&from, "key", None).unwrap();
    let run = |copy| w.copy(&source, &to, "key", copy).unwrap();
    run(copy(ObjectAttributes::default(), false, false));
    let mut expected = maximal();
    expected.storage_class = StorageClass::Standard;
    expected.headers.website_redirect_location = None;
    // API reference of CopyObject: the access control list is not copied.
    expected.acl = None;
    assert_eq!(seen(&w, &to, None), (expected, b"body".to_vec()));
    run(copy(ObjectAttributes::default(), true, true));
    assert_eq!(seen(&w, &to, None).0, ObjectAttributes::default());
    run(copy(maximal(), true, true));
    assert_eq!(seen(&w, &to, None).0, maximal());
    assert_eq!(overflows(&w).len(), 3, "the source, the first copy, the last");
}

#[test]
fn versions_keep_theirs_when_they_move() {
    let w = World::new();
    let bucket = w.bucket("moving");
    // The null version first: it is displaced once versioning is on.
    put(&w, &bucket, maximal(), b"null");
    w.run(w.objects.put_versioning(&bucket, true)).unwrap();
    let bucket = w.reread(&bucket);
    let mut second = maximal();
    second.tags.truncate(9);
    let two = put(&w, &bucket, second.clone(), b"two").version;
    let three = put(&w, &bucket, ObjectAttributes::default(), b"three").version;
    let before = overflows(&w);
    assert_eq!(before.len(), 2);
    assert_eq!(seen(&w, &bucket, Some(VersionId::Null)), (maximal(), b"null".to_vec()));
    assert_eq!(seen(&w, &bucket, two), (second.clone(), b"two".to_vec()));
    // A marker above, and away again; then each promoted in turn.
    let marker = w.delete(&bucket, "key", None).version;
    w.delete(&bucket, "key", marker);
    w.delete(&bucket, "key", three);
    assert_eq!(overflows(&w), before, "they stay where they are");
    assert_eq!(seen(&w, &bucket, None), (second, b"two".to_vec()));
    w.delete(&bucket, "key", two);
    assert_eq!(overflows(&w).len(), 1);
    assert_eq!(seen(&w, &bucket, None), (maximal(), b"null".to_vec()));
    // Suspended: the null version is replaced, first where it is current, then as an older one.
    let suspended = w.suspend(&bucket);
    let mut third = maximal();
    third.tags.truncate(8);
    put(&w, &suspended, third.clone(), b"replaced");
    assert_eq!(overflows(&w).len(), 1);
    let enabled = w.run(w.objects.put_versioning(&suspended, true));
    enabled.unwrap();
    let bucket = w.reread(&bucket);
    let four = put(&w, &bucket, maximal(), b"four").version;
    let suspended = w.suspend(&bucket);
    assert_eq!(seen(&w, &suspended, Some(VersionId::Null)).0, third);
    w.delete(&suspended, "key", None);
    assert_eq!(overflows(&w).len(), 1, "the marker is the null version now");
    assert_eq!(seen(&w, &suspended, four), (maximal(), b"four".to_vec()));
    w.delete(&suspended, "key", Some(VersionId::Null));
    w.delete(&suspended, "key", four);
    assert_eq!(overflows(&w), []);
}

/// Never half of a version: where the rest of it is not what belongs to it, it is refused. It can
/// still be removed and written over.
#[test]
fn a_version_without_its_overflow_row_is_damaged() {
    let w = World::new();
    let bucket = w.bucket("damaged");
    let delete =
        |row: RowKey| Batch { deletes: vec![Delete { row, replaces: None }], ..Batch::default() };
    put(&w, &bucket, maximal(), b"body");
    let row = overflows(&w).remove(0);
    let right = w.run(w.store.get(&row)).unwrap().row.unwrap().value;
    let mut wrong = Overflow::decode(&right).unwrap();
    wrong.generation ^= 1;
    let other =
        Put { row: row.clone(), value: wrong.encode().unwrap(), payload: None, replaces: None };
    let damages = [delete(row), Batch { puts: vec![other], ..Batch::default() }];
    for damage in damages {
        w.run(w.store.commit(damage)).unwrap();
        assert!(matches!(w.lookup(&bucket, "key", None), Err(Error::Corrupt(_))));
        let tagged =
            w.run(w.objects.writer(&causes::TAG).put_tags(&bucket, &object_key("key"), None, &[]));
        assert!(matches!(tagged, Err(Error::Corrupt(_))), "{tagged:?}");
    }
    put(&w, &bucket, maximal(), b"over it");
    assert_eq!(seen(&w, &bucket, None), (maximal(), b"over it".to_vec()));
    assert_eq!(overflows(&w).len(), 1);
    w.run(w.store.commit(delete(overflows(&w).remove(0)))).unwrap();
    w.delete(&bucket, "key", None);
    assert!(matches!(w.lookup(&bucket, "key", None), Err(Error::NoSuchKey { .. })));
}

#[test]
fn a_check_sees_which_rows_belong_together() {
    let w = World::new();
    let bucket = w.versioned("checked");
    let record = put(&w, &bucket, maximal(), b"body").record;
    let mut schema = crate::ObjectSchema::default();
    let (mut named, mut found) = (None, None);
    for (row, value, _) in w.store.dump() {
        let references: RowReferences = schema.read(&row, &value).unwrap();
        named = named.or(references.overflow);
        found = found.or(references.generation.map(|generation| (row, generation)));
    }
    let (named, (row, generation)) = (named.unwrap(), found.unwrap());
    assert_eq!((&named.row, named.generation), (&row, generation));
    let key = Bytes::from_static(b"key");
    assert_eq!(row, address::overflow(bucket.space, &key, record.order, record.nonce));
    let head = w.run(w.store.get(&address::head(bucket.space, &key))).unwrap().row.unwrap();
    assert!(head.value.len() < 512, "the version's row is small: {}", head.value.len());
    assert!(VersionRecord::decode(&head.value).unwrap().attributes.tags.is_empty());
    assert!(schema.name(&row).contains("key (version "));
}
