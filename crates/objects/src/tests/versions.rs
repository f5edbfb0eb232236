//! Versions, null versions and delete markers.

use crate::testing::{World, causes, object_key};
use crate::{Error, Tag};
use larder_storage::{MetaStore, UsageDelta};
use larder_types::VersionId;

#[test]
fn every_write_makes_a_version() {
    let w = World::new();
    let bucket = w.versioned("versions");
    let large = vec![7; 50_000];
    let one = w.put(&bucket, "key", b"one").version;
    let two = w.put(&bucket, "key", &large).version;
    let three = w.put(&bucket, "key", b"").version;
    assert!(one.is_some() && one != two && two != three);
    assert_eq!(w.get(&bucket, "key", None).unwrap(), b"");
    assert_eq!(w.get(&bucket, "key", one).unwrap(), b"one");
    assert_eq!(w.get(&bucket, "key", two).unwrap(), large);
    assert!(w.lookup(&bucket, "key", three).unwrap().current);
    assert!(!w.lookup(&bucket, "key", one).unwrap().current);
    let unknown = Some(VersionId::Id { order: 1, nonce: 1 });
    assert!(matches!(w.get(&bucket, "key", unknown), Err(Error::NoSuchVersion)));
    assert!(matches!(w.get(&bucket, "key", Some(VersionId::Null)), Err(Error::NoSuchVersion)));
    assert!(matches!(w.get(&bucket, "none", one), Err(Error::NoSuchVersion)));
    let usage = w.run(w.store.usage(bucket.space)).unwrap();
    assert_eq!(usage, UsageDelta { objects: 3, bytes: 50_003 });
}

#[test]
fn removing_the_newest_restores_the_one_below() {
    let w = World::new();
    let bucket = w.versioned("restore");
    let one = w.put(&bucket, "key", b"one").version;
    let two = w.put(&bucket, "key", b"two").version;
    let marker = w.delete(&bucket, "key", None);
    assert!(marker.delete_marker);
    let hidden = w.get(&bucket, "key", None);
    assert!(
        matches!(hidden, Err(Error::NoSuchKey { delete_marker }) if delete_marker == marker.version)
    );
    let asked = w.get(&bucket, "key", marker.version);
    let Err(Error::MethodNotAllowed { delete_marker, .. }) = asked else { panic!("{asked:?}") };
    assert_eq!(Some(delete_marker), marker.version);
    let removed = w.delete(&bucket, "key", marker.version);
    assert_eq!((removed.delete_marker, removed.version), (true, marker.version));
    assert_eq!(w.get(&bucket, "key", None).unwrap(), b"two");
    let removed = w.delete(&bucket, "key", two);
    assert_eq!((removed.delete_marker, removed.version), (false, two));
    assert_eq!(w.get(&bucket, "key", None).unwrap(), b"one");
    assert!(w.lookup(&bucket, "key", one).unwrap().current);
    // Removing what is gone succeeds.
    w.delete(&bucket, "key", two);
    w.delete(&bucket, "key", one);
    assert!(matches!(w.get(&bucket, "key", None), Err(Error::NoSuchKey { delete_marker: None })));
    assert_eq!(w.run(w.store.usage(bucket.space)).unwrap(), UsageDelta::default());
}

#[test]
fn markers_above_markers() {
    let w = World::new();
    let bucket = w.versioned("markers");
    let first = w.delete(&bucket, "key", None);
    let second = w.delete(&bucket, "key", None);
    assert_ne!(first.version, second.version);
    w.delete(&bucket, "key", second.version);
    let hidden = w.get(&bucket, "key", None);
    assert!(
        matches!(hidden, Err(Error::NoSuchKey { delete_marker }) if delete_marker == first.version)
    );
    let third = w.put(&bucket, "key", b"body").version;
    w.delete(&bucket, "key", third);
    let hidden = w.get(&bucket, "key", None);
    assert!(
        matches!(hidden, Err(Error::NoSuchKey { delete_marker }) if delete_marker == first.version)
    );
    w.delete(&bucket, "key", first.version);
    w.run(w.objects.delete_bucket(&bucket)).unwrap();
}

#[test]
fn the_null_version_is_replaced_wherever_it_is() {
    let w = World::new();
    let bucket = w.bucket("null");
    w.put(&bucket, "key", b"unversioned");
    w.run(w.objects.put_versioning(&bucket, true)).unwrap();
    let bucket = w.reread(&bucket);
    let id = w.put(&bucket, "key", b"version").version;
    let null = Some(VersionId::Null);
    assert_eq!(w.get(&bucket, "key", null).unwrap(), b"unversioned");
    let bucket = w.suspend(&bucket);
    assert_eq!(w.put(&bucket, "key", b"suspended").version, null);
    assert_eq!(w.get(&bucket, "key", null).unwrap(), b"suspended");
    assert_eq!(w.get(&bucket, "key", id).unwrap(), b"version");
    let usage = w.run(w.store.usage(bucket.space)).unwrap();
    assert_eq!(usage, UsageDelta { objects: 2, bytes: 16 });
    // A delete makes a null marker in place of the null version.
    let marker = w.delete(&bucket, "key", None);
    assert_eq!((marker.delete_marker, marker.version), (true, null));
    assert!(matches!(w.get(&bucket, "key", null), Err(Error::MethodNotAllowed { .. })));
    w.delete(&bucket, "key", null);
    assert_eq!(w.get(&bucket, "key", None).unwrap(), b"version");
    assert!(matches!(w.get(&bucket, "key", null), Err(Error::NoSuchVersion)));
}

#[test]
fn the_null_position_follows_the_current_version() {
    let w = World::new();
    let bucket = w.bucket("position");
    w.put(&bucket, "key", b"null");
    w.run(w.objects.put_versioning(&bucket, true)).unwrap();
    let bucket = w.reread(&bucket);
    let null = Some(VersionId::Null);
    let versions: Vec<_> = (0..3).map(|_| w.put(&bucket, "key", b"x").version).collect();
    w.delete(&bucket, "key", None);
    assert_eq!(w.get(&bucket, "key", null).unwrap(), b"null");
    w.delete(&bucket, "key", versions[1]);
    assert_eq!(w.get(&bucket, "key", null).unwrap(), b"null");
    // Gone from below: the position that is left dangling means nothing.
    w.delete(&bucket, "key", null);
    assert!(matches!(w.get(&bucket, "key", null), Err(Error::NoSuchVersion)));
    let bucket = w.suspend(&bucket);
    w.put(&bucket, "key", b"new null");
    assert_eq!(w.get(&bucket, "key", null).unwrap(), b"new null");
    assert_eq!(w.run(w.store.usage(bucket.space)).unwrap().objects, 4);
}

#[test]
fn tags_of_older_versions() {
    let w = World::new();
    let bucket = w.versioned("tags");
    let one = w.put(&bucket, "key", b"one").version;
    w.put(&bucket, "key", b"two");
    let tags = [Tag { key: "k".into(), value: "v".into() }];
    let key = object_key("key");
    assert_eq!(
        Some(w.run(w.objects.writer(&causes::TAG).put_tags(&bucket, &key, one, &tags)).unwrap()),
        one
    );
    assert_eq!(w.lookup(&bucket, "key", one).unwrap().record.attributes.tags, tags);
    assert_eq!(w.lookup(&bucket, "key", None).unwrap().record.attributes.tags, []);
    assert_eq!(w.get(&bucket, "key", one).unwrap(), b"one");
    let marker = w.delete(&bucket, "key", None).version;
    let refused = w.run(w.objects.writer(&causes::TAG).put_tags(&bucket, &key, marker, &tags));
    assert!(matches!(refused, Err(Error::MethodNotAllowed { .. })));
    let refused = w.run(w.objects.writer(&causes::TAG).put_tags(&bucket, &key, None, &tags));
    assert!(matches!(refused, Err(Error::NoSuchKey { delete_marker }) if delete_marker == marker));
}

/// Neither a clock that stands still nor one that goes back reorders versions.
#[test]
fn clocks_do_not_reorder() {
    let w = World::new();
    let bucket = w.versioned("clocks");
    let mut orders = Vec::new();
    for back_ns in [0, 0, 3_600_000_000_000, 0] {
        w.sim.shift_wall_clock(-back_ns);
        orders.push(w.put(&bucket, "key", b"x").record.order);
    }
    assert!(orders.is_sorted_by(|a, b| a < b), "{orders:?}");
    let marker = w.delete(&bucket, "key", None);
    let VersionId::Id { order, .. } = marker.version.unwrap() else { panic!("an id") };
    assert!(order > orders[3]);
}
