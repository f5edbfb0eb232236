//! Listings against a naive oracle: everything sorted, filtered and cut in plain vectors.

use super::{ListObjects, ListParts, ListUploads, ListVersions};
use crate::multipart::{CreateUpload, UploadPart};
use crate::testing::{BytesBody, World, causes, delete_object, object_key, owner, put_object};
use crate::tests::races::{Race, SEEDS};
use crate::{Bucket, Error, ObjectAttributes, StorageClass, UploadId, Versioning};
use larder_types::VersionId;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a key has, newest first: version id and whether it is a delete marker.
type Oracle = BTreeMap<String, Vec<(VersionId, bool)>>;
/// A listed thing: a key with its version and latest flag, or a common prefix.
type Item = (String, Option<(VersionId, bool)>);

#[derive(Clone, Debug)]
enum Change {
    Put(String),
    Delete(String),
    DeleteNth(String, usize),
    Versioning(bool),
}

#[derive(Clone, Debug)]
struct Query {
    prefix: String,
    delimiter: String,
    marker: String,
    max: u32,
}

fn key() -> impl Strategy<Value = String> {
    proptest::string::string_regex("[ab/é]{1,4}").unwrap()
}

fn change() -> impl Strategy<Value = Change> {
    prop_oneof![
        6 => key().prop_map(Change::Put),
        2 => key().prop_map(Change::Delete),
        2 => (key(), 0..3usize).prop_map(|(key, n)| Change::DeleteNth(key, n)),
        1 => any::<bool>().prop_map(Change::Versioning),
    ]
}

fn query() -> impl Strategy<Value = Query> {
    let text = || proptest::string::string_regex("[ab/é]{0,3}").unwrap();
    let delimiter = prop_oneof![
        Just(String::new()),
        Just("/".to_owned()),
        Just("a".to_owned()),
        Just("//".to_owned()),
        Just("é".to_owned()),
    ];
    (text(), delimiter, text(), 0..7u32).prop_map(|(prefix, delimiter, marker, max)| Query {
        prefix,
        delimiter,
        marker,
        max,
    })
}

struct Subject {
    world: World,
    bucket: Arc<Bucket>,
    oracle: Oracle,
    /// `None` before versioning was ever switched on.
    enabled: Option<bool>,
}

impl Subject {
    fn new(changes: &[Change]) -> Self {
        let world = World::new();
        let bucket = world.bucket("bucket");
        let mut subject = Self { world, bucket, oracle: Oracle::new(), enabled: None };
        changes.iter().for_each(|change| subject.apply(change));
        subject
    }

    fn apply(&mut self, change: &Change) {
        match change {
            Change::Put(key) => {
                let stored = self.world.put(&self.bucket, key, b"body");
                self.written(key, stored.record.version(), false);
            }
            Change::Delete(key) => {
                let deleted = self.world.delete(&self.bucket, key, None);
                match (self.enabled, deleted.version) {
                    (None, _) => drop(self.oracle.remove(key)),
                    (Some(_), Some(version)) => self.written(key, version, true),
                    (Some(_), None) => panic!("a delete marker has a version id"),
                }
            }
            Change::DeleteNth(key, n) => {
                let versions = self.oracle.get_mut(key).filter(|v| v.len() > *n);
                let Some(versions) = versions else { return };
                let (version, _) = versions.remove(*n);
                self.world.delete(&self.bucket, key, Some(version));
            }
            Change::Versioning(enabled) => {
                let put = self.world.objects.put_versioning(&self.bucket, *enabled);
                self.world.run(put).unwrap();
                self.bucket = self.world.reread(&self.bucket);
                self.enabled = Some(*enabled);
            }
        }
        self.oracle.retain(|_, versions| !versions.is_empty());
    }

    fn written(&mut self, key: &str, version: VersionId, marker: bool) {
        let versions = self.oracle.entry(key.to_owned()).or_default();
        if version == VersionId::Null {
            versions.retain(|(v, _)| *v != VersionId::Null);
        }
        versions.insert(0, (version, marker));
    }

    /// Every item that the query's prefix and delimiter make, in order.
    fn items(&self, query: &Query, all_versions: bool) -> Vec<Item> {
        let mut items: Vec<Item> = Vec::new();
        for (key, versions) in &self.oracle {
            let Some(rest) = key.strip_prefix(&query.prefix) else { continue };
            if !all_versions && versions[0].1 {
                continue;
            }
            let at = rest.find(&query.delimiter).filter(|_| !query.delimiter.is_empty());
            if let Some(at) = at {
                let end = query.prefix.len() + at + query.delimiter.len();
                items.push((key[..end].to_owned(), None));
                continue;
            }
            let shown = if all_versions { versions.len() } else { 1 };
            let rows = versions[..shown].iter().enumerate();
            items.extend(rows.map(|(n, (version, _))| (key.clone(), Some((*version, n == 0)))));
        }
        items.dedup_by(|a, b| a == b && a.1.is_none());
        items
    }

    fn list(&self, query: &Query, after: &str, max: u32) -> (Vec<Item>, Option<String>) {
        let list = ListObjects {
            prefix: &query.prefix,
            delimiter: &query.delimiter,
            after,
            max_keys: max,
        };
        let page = self.world.run(self.world.objects.list(&self.bucket, list)).unwrap();
        let keys = page.entries.iter().map(|e| (e.key.to_owned(), Some((e.version, true))));
        let prefixes = page.common_prefixes.iter().map(|prefix| (prefix.clone(), None));
        (merged(keys, prefixes), page.next)
    }

    fn versions(
        &self,
        query: &Query,
        (marker, version): (&str, Option<VersionId>),
        max: u32,
    ) -> (Vec<Item>, Option<(String, Option<VersionId>)>) {
        let list = ListVersions {
            prefix: &query.prefix,
            delimiter: &query.delimiter,
            key_marker: marker,
            version_id_marker: version,
            max_keys: max,
        };
        let page = self.world.run(self.world.objects.list_versions(&self.bucket, list)).unwrap();
        for entry in page.entries.iter() {
            let of_key = &self.oracle[entry.key];
            assert!(of_key.contains(&(entry.version, entry.delete_marker)));
            assert_eq!(entry.size, if entry.delete_marker { 0 } else { 4 });
            assert_eq!(entry.owner, &owner("alice"));
        }
        let keys = page.entries.iter();
        let keys = keys.map(|e| (e.key.to_owned(), Some((e.version, e.is_latest))));
        let prefixes = page.common_prefixes.iter().map(|prefix| (prefix.clone(), None));
        (merged(keys, prefixes), page.next)
    }
}

/// Entries and common prefixes in the order in which they were counted.
fn merged(keys: impl Iterator<Item = Item>, prefixes: impl Iterator<Item = Item>) -> Vec<Item> {
    let mut items: Vec<Item> = keys.chain(prefixes).collect();
    items.sort_by(|a, b| a.0.cmp(&b.0));
    items
}

proptest! {
    #![proptest_config(proptest::prelude::ProptestConfig::with_cases(200))]

    #[test]
    fn objects_match_the_oracle(
        changes in proptest::collection::vec(change(), 0..40),
        queries in proptest::collection::vec(query(), 1..8),
    ) {
        let subject = Subject::new(&changes);
        for query in &queries {
            let all = subject.items(query, false);
            let mut expected = all.clone();
            expected.retain(|(name, _)| *name > query.marker);
            let more = expected.len() > query.max as usize && query.max > 0;
            expected.truncate(query.max as usize);
            let next = expected.last().filter(|_| more).map(|(name, _)| name.clone());
            let got = subject.list(query, &query.marker, query.max);
            assert_eq!(got, (expected, next), "{query:?}");
            // Page by page shows the same as one page.
            let (mut after, mut paged) = (String::new(), Vec::new());
            for page in 0.. {
                assert!(page <= all.len(), "paging ends: {query:?}");
                let (items, next) = subject.list(query, &after, query.max.max(1));
                paged.extend(items);
                let Some(next) = next else { break };
                after = next;
            }
            assert_eq!(paged, all, "{query:?}");
        }
    }

    #[test]
    fn versions_match_the_oracle(
        changes in proptest::collection::vec(change(), 0..60),
        queries in proptest::collection::vec(query(), 1..8),
    ) {
        let subject = Subject::new(&changes);
        for query in &queries {
            let all = subject.items(query, true);
            let mut expected = all.clone();
            expected.retain(|(name, _)| *name > query.marker);
            let more = expected.len() > query.max as usize && query.max > 0;
            expected.truncate(query.max as usize);
            let (items, next) = subject.versions(query, (&query.marker, None), query.max);
            assert_eq!(items, expected, "{query:?}");
            assert_eq!(next.is_some(), more, "{query:?}");
            let (mut after, mut paged) = ((String::new(), None), Vec::new());
            for page in 0.. {
                assert!(page <= all.len(), "paging ends: {query:?}");
                let marker = (after.0.as_str(), after.1);
                let (items, next) = subject.versions(query, marker, query.max.max(1));
                paged.extend(items);
                let Some(next) = next else { break };
                after = next;
            }
            assert_eq!(paged, all, "{query:?}");
        }
    }

    /// What clients do to empty a bucket: list a page, delete all of it, list the next.
    #[test]
    fn deleting_page_by_page_leaves_nothing(
        changes in proptest::collection::vec(change(), 0..60),
        max in 1..4u32,
    ) {
        let mut subject = Subject::new(&changes);
        let query = Query {
            prefix: String::new(),
            delimiter: String::new(),
            marker: String::new(),
            max,
        };
        let mut after = (String::new(), None);
        for page in 0.. {
            assert!(page <= changes.len(), "paging ends");
            let (items, next) = subject.versions(&query, (&after.0, after.1), max);
            for (key, version) in items {
                let (version, _) = version.expect("no delimiter, no common prefix");
                subject.world.delete(&subject.bucket, &key, Some(version));
                let versions = subject.oracle.get_mut(&key).unwrap();
                versions.retain(|(v, _)| *v != version);
            }
            let Some(next) = next else { break };
            after = next;
        }
        let (left, _) = subject.versions(&query, ("", None), 1000);
        assert_eq!(left, []);
        subject.world.run(subject.world.objects.delete_bucket(&subject.bucket)).unwrap();
    }
}

/// A page that begins below a version shows every older one that stands, whatever becomes of the
/// newer ones meanwhile: they may be deleted, promoted or pushed down while it is read.
#[test]
fn a_resumed_page_misses_nothing() {
    for seed in 0..4 * SEEDS {
        let race = Race::new(seed);
        let bucket = race.bucket(Versioning::Enabled);
        let w = race.calm();
        let puts: Vec<_> = (0..3).map(|_| w.put(&bucket, "key", b"body").version).collect();
        let [oldest, older, marker] = puts[..] else { unreachable!("three puts") };
        let delete = {
            let (objects, bucket) = (race.objects.clone(), bucket.clone());
            async move {
                let delete = delete_object(marker);
                objects
                    .writer(&causes::DELETE)
                    .delete(&bucket, &object_key("key"), &delete)
                    .await
                    .map(|_| Vec::new())
            }
        };
        let put = {
            let (objects, bucket) = (race.objects.clone(), bucket.clone());
            async move {
                let body = &mut BytesBody::new(b"body");
                let put = objects
                    .writer(&causes::PUT)
                    .put(&bucket, &object_key("key"), put_object(), body)
                    .await;
                put.map(|_| Vec::new())
            }
        };
        let list = {
            let (objects, bucket) = (race.objects.clone(), bucket.clone());
            async move {
                let list = ListVersions {
                    key_marker: "key",
                    version_id_marker: marker,
                    max_keys: 10,
                    ..ListVersions::default()
                };
                let page = objects.list_versions(&bucket, list).await?;
                Ok(page.entries.iter().map(|entry| Some(entry.version)).collect())
            }
        };
        type Job = larder_platform::BoxFuture<Result<Vec<Option<VersionId>>, Error>>;
        let jobs: [Job; 3] = [Box::pin(delete), Box::pin(put), Box::pin(list)];
        let results: Vec<_> = race.run(jobs).into_iter().map(Result::unwrap).collect();
        let listed: Vec<_> = results.into_iter().flatten().collect();
        assert_eq!(listed, [older, oldest], "seed {seed}");
    }
}

#[test]
fn a_page_has_at_most_a_thousand_entries() {
    let world = World::new();
    let bucket = world.bucket("bucket");
    for n in 0..1002 {
        world.put(&bucket, &format!("{n:04}"), b"");
    }
    let list = ListObjects { max_keys: 5000, ..ListObjects::default() };
    let page = world.run(world.objects.list(&bucket, list)).unwrap();
    assert_eq!(page.entries.len(), 1000);
    assert_eq!(page.next.as_deref(), Some("0999"));
    assert_eq!(page.entries.last().unwrap().key, "0999");
}

/// Groups larger than what is stepped through are sought past, between other keys.
#[test]
fn large_groups() {
    let world = World::new();
    let bucket = world.bucket("bucket");
    for group in ["a", "b", "c"] {
        for n in 0..60 {
            world.put(&bucket, &format!("{group}/{n}"), b"");
        }
        world.put(&bucket, &format!("{group}0"), b"");
    }
    let list = ListObjects { delimiter: "/", max_keys: 1000, ..ListObjects::default() };
    let page = world.run(world.objects.list(&bucket, list)).unwrap();
    assert_eq!(page.common_prefixes, ["a/", "b/", "c/"]);
    let keys: Vec<&str> = page.entries.iter().map(|entry| entry.key).collect();
    assert_eq!(keys, ["a0", "b0", "c0"]);
    assert_eq!(page.next, None);
}

fn start(world: &World, bucket: &Bucket, key: &str) -> UploadId {
    world.pass(2);
    let create = CreateUpload {
        owner: owner("alice"),
        initiator: owner("bob"),
        attributes: ObjectAttributes {
            storage_class: StorageClass::StandardIa,
            ..Default::default()
        },
        algorithm: None,
        checksum_type: None,
    };
    let key = object_key(key);
    let created = world.objects.create_upload(bucket, &key, create);
    world.run(created).unwrap().0
}

#[test]
fn uploads_by_key_then_by_age() {
    let world = World::new();
    let bucket = world.bucket("bucket");
    let mut expected = Vec::new();
    for _ in 0..3 {
        for key in ["b", "a", "c/1", "c/2"] {
            expected.push((key.to_owned(), Some(start(&world, &bucket, key))));
        }
    }
    expected.sort();
    let page = |after: &(String, Option<UploadId>), delimiter, max_uploads| {
        let list = ListUploads {
            delimiter,
            key_marker: &after.0,
            upload_id_marker: after.1,
            max_uploads,
            ..ListUploads::default()
        };
        world.run(world.objects.list_uploads(&bucket, list)).unwrap()
    };
    for max in [1, 2, 5, 1000] {
        for delimiter in ["", "/"] {
            let (mut after, mut got) = (Default::default(), Vec::new());
            for pages in 0.. {
                assert!(pages <= expected.len(), "paging ends");
                let page = page(&after, delimiter, max);
                assert!(page.uploads.len() + page.common_prefixes.len() <= max as usize);
                got.extend(page.uploads.iter().map(|u| (u.key.clone(), Some(u.upload_id))));
                got.extend(page.common_prefixes.iter().map(|prefix| (prefix.clone(), None)));
                let Some(next) = page.next else { break };
                after = next;
            }
            let mut wanted = expected.clone();
            if delimiter == "/" {
                wanted.retain(|(key, _)| !key.contains('/'));
                wanted.push(("c/".to_owned(), None));
            }
            assert_eq!(got, wanted, "{max} {delimiter}");
        }
    }
    let first = &page(&Default::default(), "", 1).uploads[0];
    assert_eq!(first.initiator, owner("bob"));
    assert_eq!(first.storage_class, StorageClass::StandardIa);
    // A key marker alone leaves out all uploads of that key.
    let behind = page(&("a".to_owned(), None), "", 1000);
    assert_eq!(behind.uploads.len(), 9);
}

#[test]
fn parts_by_number() {
    let world = World::new();
    let bucket = world.bucket("bucket");
    let key = object_key("key");
    let id = start(&world, &bucket, "key");
    let other = start(&world, &bucket, "key");
    let upload = |upload_id, part_number| {
        let part = UploadPart { upload_id, part_number, length: None, checksum: None };
        let body = &mut BytesBody::new(&part_number.to_be_bytes());
        let uploaded = world.objects.upload_part(&bucket, &key, part, body);
        world.run(uploaded).unwrap();
    };
    for number in [10_000, 7, 1, 256, 2] {
        upload(id, number);
        upload(other, number);
    }
    start(&world, &bucket, "key2");
    let page = |part_number_marker, max_parts| {
        let list = ListParts { part_number_marker, max_parts };
        world.run(world.objects.list_parts(&bucket, &key, id, list)).unwrap()
    };
    let numbers = |page: &super::PartList| -> Vec<u32> {
        page.parts.iter().map(|part| part.part_number).collect()
    };
    let all = page(0, 1000);
    assert_eq!(numbers(&all), [1, 2, 7, 256, 10_000]);
    assert!(!all.truncated);
    assert!(all.parts.iter().all(|part| part.record.size() == 4));
    let some = page(2, 2);
    assert_eq!((numbers(&some), some.truncated), (vec![7, 256], true));
    let rest = page(256, 1);
    assert_eq!((numbers(&rest), rest.truncated), (vec![10_000], false));
    assert!(page(u32::MAX, 10).parts.is_empty());
    assert!(page(0, 0).parts.is_empty());
    let gone = UploadId([9; 16]);
    let list = world.objects.list_parts(&bucket, &key, gone, ListParts::default());
    assert!(matches!(world.run(list), Err(Error::NoSuchUpload)));
}
