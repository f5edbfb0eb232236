//! Buckets.

use crate::conditions::{EtagCondition, WriteConditions};
use crate::testing::{World, bucket_name, create_bucket};
use crate::{Error, ListBuckets, Tag, Versioning};
use larder_storage::model::Model;
use larder_storage::{MetaStore, RowKind, SpaceId};
use std::sync::Arc;

fn list(owner: &str) -> ListBuckets {
    ListBuckets {
        owner_id: format!("{owner}-id"),
        prefix: String::new(),
        region: None,
        default_region: "us-east-1".into(),
        start_after: None,
        max: 100,
    }
}

fn names(world: &World, list: ListBuckets) -> (Vec<String>, Option<String>) {
    let page = world.run(world.objects.list_buckets(list)).unwrap();
    (page.buckets.iter().map(|b| b.name.to_string()).collect(), page.next)
}

#[test]
fn a_name_has_one_owner() {
    let w = World::new();
    let mine = w.bucket("mine");
    let again = w.run(w.objects.create_bucket(&mine.name, create_bucket("alice")));
    assert!(matches!(again, Err(Error::BucketAlreadyOwnedByYou(b)) if b == mine));
    let other = w.run(w.objects.create_bucket(&mine.name, create_bucket("bob")));
    assert!(matches!(other, Err(Error::BucketAlreadyExists)));
    let none = w.run(w.objects.bucket(&bucket_name("none")));
    assert!(matches!(none, Err(Error::NoSuchBucket)));
}

#[test]
fn attributes_are_kept() {
    let w = World::new();
    let mut create = create_bucket("alice");
    create.region = Some("eu-central-1".into());
    let bucket = w.run(w.objects.create_bucket(&bucket_name("attributes"), create)).unwrap();
    assert_eq!(bucket.region.as_deref(), Some("eu-central-1"));
    assert_eq!(bucket.versioning, Versioning::Unversioned);
    let tags = vec![Tag { key: "team".into(), value: String::new() }];
    w.run(w.objects.put_bucket_tags(&bucket, tags.clone())).unwrap();
    w.run(w.objects.put_versioning(&bucket, true)).unwrap();
    let now = w.reread(&bucket);
    assert_eq!((now.versioning, &now.tags), (Versioning::Enabled, &tags));
    assert_eq!((now.space, now.created), (bucket.space, bucket.created));
    assert_eq!(w.suspend(&bucket).versioning, Versioning::Suspended);
    let bad = vec![Tag { key: "aws:x".into(), value: String::new() }];
    let bad = w.run(w.objects.put_bucket_tags(&bucket, bad));
    assert!(matches!(bad, Err(Error::InvalidTag(_))));
}

#[test]
fn fifty_tags_of_full_length() {
    let w = World::new();
    let mut create = create_bucket(&"owner".repeat(20));
    create.region = Some("eu-central-1".into());
    let bucket = w.run(w.objects.create_bucket(&bucket_name("tagged"), create)).unwrap();
    // Three bytes, and one unit of UTF-16: what is largest within S3's limits.
    let tag =
        |n: usize| Tag { key: format!("{n:02}{}", "猫".repeat(126)), value: "猫".repeat(256) };
    let tags: Vec<Tag> = (0..50).map(tag).collect();
    w.run(w.objects.put_bucket_tags(&bucket, tags.clone())).unwrap();
    assert_eq!(w.reread(&bucket).tags, tags);
    let pairs = |count| vec![Tag { key: "k".into(), value: "𠮷".repeat(count) }];
    w.run(w.objects.put_bucket_tags(&bucket, pairs(128))).unwrap();
    let long = w.run(w.objects.put_bucket_tags(&bucket, pairs(129)));
    assert!(matches!(long, Err(Error::InvalidTag(_))));
}

#[test]
fn only_an_empty_bucket_goes() {
    let w = World::new();
    let bucket = w.versioned("full");
    let refused = |what: &str| {
        let result = w.run(w.objects.delete_bucket(&bucket));
        assert!(matches!(result, Err(Error::BucketNotEmpty)), "{what}");
    };
    let stored = w.put(&bucket, "key", b"body");
    refused("an object");
    let marker = w.delete(&bucket, "key", None);
    w.delete(&bucket, "key", stored.version);
    refused("a delete marker");
    w.delete(&bucket, "key", marker.version);
    w.run(w.objects.delete_bucket(&bucket)).unwrap();
    assert!(matches!(w.run(w.objects.bucket(&bucket.name)), Err(Error::NoSuchBucket)));
    let again = w.run(w.objects.delete_bucket(&bucket));
    assert!(matches!(again, Err(Error::NoSuchBucket)));
}

#[test]
fn another_incarnation_is_never_written_to() {
    let w = World::new();
    let old = w.bucket("phoenix");
    w.run(w.objects.delete_bucket(&old)).unwrap();
    let new = w.bucket("phoenix");
    assert_ne!(old.space, new.space);
    assert!(matches!(w.put_if(&old, "key", Default::default()), Err(Error::NoSuchBucket)));
    assert!(matches!(w.get(&new, "key", None), Err(Error::NoSuchKey { .. })));
    assert!(matches!(w.run(w.objects.put_versioning(&old, true)), Err(Error::NoSuchBucket)));
    assert_eq!(w.reread(&new).versioning, Versioning::Unversioned);
    assert!(matches!(w.run(w.objects.delete_bucket(&old)), Err(Error::NoSuchBucket)));
    w.put(&new, "key", b"body");
}

#[test]
fn pages_of_buckets() {
    let w = World::new();
    for name in ["aaa", "abb", "bbb"] {
        w.bucket(name);
    }
    w.run(w.objects.create_bucket(&bucket_name("abc"), create_bucket("bob"))).unwrap();
    let mut create = create_bucket("alice");
    create.region = Some("eu-west-1".into());
    w.run(w.objects.create_bucket(&bucket_name("aeu"), create)).unwrap();
    assert_eq!(names(&w, list("alice")).0, ["aaa", "abb", "aeu", "bbb"]);
    assert_eq!(names(&w, list("bob")).0, ["abc"]);
    assert_eq!(names(&w, list("carol")), (vec![], None));
    let prefixed = ListBuckets { prefix: "a".into(), ..list("alice") };
    assert_eq!(names(&w, prefixed).0, ["aaa", "abb", "aeu"]);
    let region = ListBuckets { region: Some("us-east-1".into()), ..list("alice") };
    assert_eq!(names(&w, region).0, ["aaa", "abb", "bbb"]);
    let (mut seen, mut start_after) = (Vec::new(), None);
    loop {
        let page = ListBuckets { start_after, max: 1, prefix: "a".into(), ..list("alice") };
        let (names, next) = names(&w, page);
        assert_eq!(names.len(), 1);
        seen.extend(names);
        match next {
            Some(next) => start_after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, ["aaa", "abb", "aeu"]);
    let outside =
        ListBuckets { prefix: "a".into(), start_after: Some("b".into()), ..list("alice") };
    assert_eq!(names(&w, outside), (vec![], None));
}

/// More buckets than the engine remembers closed spaces of come and go, and a write that began
/// before the first of them went is refused behind the last.
#[test]
fn closed_spaces_are_remembered_only_while_somebody_could_write_there() {
    let store = Arc::new(Model::with_closed_spaces_max(8));
    let w = World::over(store);
    let old = w.bucket("bucket");
    for n in 0..100 {
        // Of one name and of many.
        let name = if n % 2 == 0 { "bucket".to_owned() } else { format!("bucket-{n}") };
        let bucket = if n == 0 { old.clone() } else { w.bucket(&name) };
        drop(w.put(&bucket, "key", b"body"));
        w.delete(&bucket, "key", None);
        w.run(w.objects.delete_bucket(&bucket)).unwrap();
        if n % 3 == 0 {
            // A late closer.
            let again = w.run(w.objects.delete_bucket(&bucket));
            assert!(matches!(again, Err(Error::NoSuchBucket)), "{again:?}");
        }
    }
    assert!(matches!(w.put_if(&old, "key", Default::default()), Err(Error::NoSuchBucket)));
    drop(old);
    w.bucket("last");
    w.run(w.objects.delete_bucket(&w.bucket("the-last"))).unwrap();
    assert!(w.objects.decoded.holds.closed().len() <= 1, "the last one is held by who deleted it");
}

/// A space that stays closed while its bucket's row stands: DeleteBucket is at work and slow.
#[test]
fn writes_wait_for_a_closing_bucket_only_so_long() {
    let w = World::new();
    let bucket = w.bucket("closing");
    let fence = w.run(w.store.close_space_if_empty(bucket.space, &[])).unwrap().unwrap();
    let create =
        || WriteConditions { if_none_match: Some(EtagCondition::Any), ..Default::default() };
    assert!(matches!(w.put_if(&bucket, "key", Default::default()), Err(Error::SlowDown)));
    let conditional = w.put_if(&bucket, "key", create());
    assert!(matches!(conditional, Err(Error::ConditionalRequestConflict)));
    w.run(w.store.reopen_space(bucket.space, fence)).unwrap();
    w.put_if(&bucket, "key", create()).unwrap();
}

/// Derived rows that say nothing true: of a bucket that was never made, of one that somebody else
/// owns, of another incarnation. A listing shows what is there and removes what is left over.
#[test]
fn rows_left_over_in_an_owners_list_are_skipped_and_healed() {
    let w = World::new();
    let owned = |w: &World| {
        let rows = w.objects.store.dump();
        let rows = rows.into_iter().filter(|(row, ..)| row.kind == RowKind::OwnedBucket);
        rows.map(|(row, ..)| (row.key, row.suffix)).collect::<Vec<_>>()
    };
    let mine = w.bucket("mine");
    w.run(w.objects.create_bucket(&bucket_name("theirs"), create_bucket("bob"))).unwrap();
    for name in ["gone", "theirs", "mine"] {
        let mut left = (*mine).clone();
        (left.name, left.space) = (bucket_name(name), SpaceId(77));
        w.run(w.objects.write_owned(&left)).unwrap();
    }
    assert_eq!(owned(&w).len(), 4);
    let creation = w.objects.creating.begin(&bucket_name("gone"));
    assert_eq!(names(&w, list("alice")).0, ["mine"]);
    assert_eq!(owned(&w).len(), 3, "of one that is being created it stays");
    drop(creation);
    assert_eq!(names(&w, list("alice")).0, ["mine"]);
    assert_eq!(owned(&w).len(), 2);
    // The row speaks of another incarnation: it is left over once the bucket is gone.
    w.run(w.objects.delete_bucket(&mine)).unwrap();
    assert_eq!(owned(&w).len(), 2);
    assert_eq!(names(&w, list("alice")).0, Vec::<String>::new());
    assert_eq!(owned(&w).len(), 1);
    let again = w.bucket("mine");
    w.run(w.objects.delete_bucket(&again)).unwrap();
    assert_eq!(owned(&w).len(), 1, "a removal takes its row along");
    assert_eq!(names(&w, list("bob")).0, ["theirs"]);
}

/// A listing reads the owner's rows alone, in pages as long as they are wanted.
#[test]
fn a_listing_goes_on_behind_what_is_read_at_once() {
    let w = World::new();
    let mut expected = Vec::new();
    for n in 0..300 {
        let name = format!("bucket-{n:03}");
        w.bucket(&name);
        expected.push(name);
    }
    let all = ListBuckets { max: 1000, ..list("alice") };
    assert_eq!(names(&w, all), (expected.clone(), None));
    let page = ListBuckets { max: 299, ..list("alice") };
    let (first, next) = names(&w, page);
    assert_eq!((first.len(), next.as_deref()), (299, Some("bucket-298")));
    let rest = ListBuckets { start_after: next, ..list("alice") };
    assert_eq!(names(&w, rest), (expected[299..].to_vec(), None));
}
