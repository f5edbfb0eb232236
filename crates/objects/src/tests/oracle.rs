//! Random operations against a naive oracle: a list of versions per key.

use crate::conditions::{DeleteConditions, EtagCondition, WriteConditions};
use crate::gc::GRACE_MS;
use crate::list::{ListObjects, ListVersions};
use crate::testing::{BytesBody, World, causes, delete_object, object_key, put_object};
use crate::{Bucket, DeleteObject, Error, Objects, PutObject, Tag, Versioning};
use larder_storage::model::Model;
use larder_storage::{BlobStore, MetaStore, UsageDelta};
use larder_types::{ETag, VersionId};
use proptest::collection::vec;
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::test_runner::Config;
use std::collections::BTreeMap;
use std::sync::Arc;

const KEYS: [&str; 6] = ["a", "a/b", "a/b/c", "a\u{0}", "b/", "\u{10ffff}"];

#[derive(Clone, Debug)]
enum Op {
    Put {
        key: usize,
        length: usize,
        condition: Condition,
    },
    Delete {
        key: usize,
        condition: Condition,
    },
    /// Removes the version at this place, counted from the newest, modulo how many there are.
    Remove {
        key: usize,
        place: usize,
    },
    RemoveNull {
        key: usize,
    },
    Tag {
        key: usize,
        place: usize,
        value: u8,
    },
    Versioning(bool),
    PassMs(u64),
}

#[derive(Clone, Copy, Debug)]
enum Condition {
    None,
    /// `If-None-Match: *`; for deletes `If-Match: *`.
    Star,
    /// `If-Match` with the ETag that the current object has.
    Same,
    /// `If-Match` with an ETag that nothing has.
    Other,
}

fn condition() -> impl Strategy<Value = Condition> {
    prop_oneof![
        4 => Just(Condition::None),
        1 => Just(Condition::Star),
        1 => Just(Condition::Same),
        1 => Just(Condition::Other),
    ]
}

fn op() -> impl Strategy<Value = Op> {
    let key = 0..KEYS.len();
    let length = prop_oneof![3 => 0..50usize, 1 => Just(20_000usize)];
    prop_oneof![
        5 => (key.clone(), length, condition())
            .prop_map(|(key, length, condition)| Op::Put { key, length, condition }),
        3 => (key.clone(), condition()).prop_map(|(key, condition)| Op::Delete { key, condition }),
        4 => (key.clone(), 0..6usize).prop_map(|(key, place)| Op::Remove { key, place }),
        1 => key.clone().prop_map(|key| Op::RemoveNull { key }),
        1 => (key, 0..6usize, any::<u8>())
            .prop_map(|(key, place, value)| Op::Tag { key, place, value }),
        2 => any::<bool>().prop_map(Op::Versioning),
        1 => (0..3u64).prop_map(Op::PassMs),
    ]
}

#[derive(Clone, Debug)]
struct Version {
    id: VersionId,
    /// `None` for a delete marker.
    body: Option<Vec<u8>>,
    tag: Option<u8>,
}

/// The truth: every key's versions, newest first.
#[derive(Default)]
struct Oracle {
    keys: BTreeMap<&'static str, Vec<Version>>,
    versioning: Versioning,
}

struct Check {
    w: World,
    bucket: Arc<Bucket>,
    oracle: Oracle,
}

impl Oracle {
    fn versions(&mut self, key: usize) -> &mut Vec<Version> {
        self.keys.entry(KEYS[key]).or_default()
    }

    fn object(&self, key: usize) -> Option<&Vec<u8>> {
        self.keys.get(KEYS[key])?.first()?.body.as_ref()
    }

    fn add(&mut self, key: usize, version: Version) {
        let versions = self.versions(key);
        if version.id == VersionId::Null {
            versions.retain(|v| v.id != VersionId::Null);
        }
        versions.insert(0, version);
    }
}

fn etag(body: &[u8]) -> ETag {
    ETag::of_body(larder_digest::md5(body))
}

impl Check {
    fn objects(&self) -> &Objects<Model> {
        &self.w.objects
    }

    /// The condition as a header would say it.
    fn if_match(&self, key: usize, condition: Condition) -> Option<EtagCondition> {
        let current = self.oracle.object(key).map(|body| etag(body));
        match condition {
            Condition::None => None,
            Condition::Star => Some(EtagCondition::Any),
            Condition::Same => Some(EtagCondition::OneOf(current.into_iter().collect())),
            Condition::Other => Some(EtagCondition::OneOf(vec![etag(b"nothing has this")])),
        }
    }

    fn put(&mut self, key: usize, length: usize, condition: Condition) {
        let body: Vec<u8> = (0..length).map(|i| (i + key) as u8).collect();
        let star = matches!(condition, Condition::Star);
        let if_match = if star { None } else { self.if_match(key, condition) };
        let if_none_match = star.then_some(EtagCondition::Any);
        let conditions = WriteConditions { if_match, if_none_match };
        let put = PutObject { conditions, ..put_object() };
        let source = &mut BytesBody::new(&body);
        let result = self.w.run(self.objects().writer(&causes::PUT).put(
            &self.bucket,
            &object_key(KEYS[key]),
            put,
            source,
        ));
        let there = self.oracle.object(key).is_some();
        match (condition, result) {
            (Condition::None, Ok(stored)) => self.put_done(key, (body, stored)),
            (Condition::Star, Ok(stored)) if !there => self.put_done(key, (body, stored)),
            (Condition::Same, Ok(stored)) if there => self.put_done(key, (body, stored)),
            (Condition::Star, Err(Error::PreconditionFailed("If-None-Match"))) if there => {}
            (Condition::Other, Err(Error::PreconditionFailed("If-Match"))) if there => {}
            (Condition::Same | Condition::Other, Err(Error::NoSuchKey { .. })) if !there => {}
            (_, other) => panic!("{condition:?}, there {there}: {other:?}"),
        }
    }

    fn put_done(&mut self, key: usize, (body, stored): (Vec<u8>, crate::Stored)) {
        let id = stored.record.version();
        let versioned = self.oracle.versioning != Versioning::Unversioned;
        assert_eq!(stored.version, versioned.then_some(id));
        assert_eq!(id == VersionId::Null, self.oracle.versioning != Versioning::Enabled);
        self.oracle.add(key, Version { id, body: Some(body), tag: None });
    }

    fn delete(&mut self, key: usize, condition: Condition) {
        let if_match = self.if_match(key, condition);
        let conditions = DeleteConditions { if_match, ..Default::default() };
        let delete = DeleteObject { conditions, ..delete_object(None) };
        let result = self.w.run(self.objects().writer(&causes::DELETE).delete(
            &self.bucket,
            &object_key(KEYS[key]),
            &delete,
        ));
        let there = self.oracle.object(key).is_some();
        let known = !self.oracle.versions(key).is_empty();
        let deleted = match (condition, result) {
            (Condition::None, Ok(deleted)) => deleted,
            (Condition::Star | Condition::Same, Ok(deleted)) if there => deleted,
            (Condition::Other, Err(Error::PreconditionFailed("If-Match"))) if known => return,
            (_, Err(Error::PreconditionFailed("If-Match"))) if known && !there => return,
            (_, Err(Error::NoSuchKey { .. })) if !known => return,
            (_, other) => panic!("{condition:?}, there {there}: {other:?}"),
        };
        match self.oracle.versioning {
            Versioning::Unversioned => {
                assert_eq!((deleted.delete_marker, deleted.version), (false, None));
                self.oracle.versions(key).clear();
            }
            Versioning::Enabled | Versioning::Suspended => {
                assert!(deleted.delete_marker);
                let id = deleted.version.expect("a marker has a version");
                self.oracle.add(key, Version { id, body: None, tag: None });
            }
        }
    }

    fn remove(&mut self, key: usize, id: VersionId) {
        let deleted = self.w.delete(&self.bucket, KEYS[key], Some(id));
        let versions = self.oracle.versions(key);
        let found = versions.iter().position(|v| v.id == id).map(|at| versions.remove(at));
        assert_eq!(deleted.version, Some(id));
        assert_eq!(deleted.delete_marker, found.is_some_and(|v| v.body.is_none()));
    }

    fn pick(&mut self, key: usize, place: usize) -> Option<usize> {
        let count = self.oracle.versions(key).len();
        (count > 0).then(|| place % count)
    }

    fn apply(&mut self, op: &Op) {
        match *op {
            Op::Put { key, length, condition } => self.put(key, length, condition),
            Op::Delete { key, condition } => self.delete(key, condition),
            Op::Remove { key, place } => {
                if let Some(at) = self.pick(key, place) {
                    let id = self.oracle.versions(key)[at].id;
                    self.remove(key, id);
                }
            }
            Op::RemoveNull { key } => self.remove(key, VersionId::Null),
            Op::Tag { key, place, value } => {
                let Some(at) = self.pick(key, place) else { return };
                let tags = [Tag { key: "k".into(), value: value.to_string() }];
                let version = &mut self.oracle.versions(key)[at];
                let id = version.id;
                let refused = version.body.is_none();
                version.tag = version.body.as_ref().map(|_| value);
                let key = object_key(KEYS[key]);
                let tag = self.objects().writer(&causes::TAG).put_tags(
                    &self.bucket,
                    &key,
                    Some(id),
                    &tags,
                );
                match self.w.run(tag) {
                    Ok(tagged) => assert!(tagged == id && !refused),
                    Err(Error::MethodNotAllowed { .. }) => assert!(refused),
                    Err(other) => panic!("{other}"),
                }
            }
            Op::Versioning(enabled) => {
                self.w.run(self.objects().put_versioning(&self.bucket, enabled)).unwrap();
                self.bucket = self.w.reread(&self.bucket);
                self.oracle.versioning = self.bucket.versioning;
            }
            Op::PassMs(ms) => self.w.pass(ms),
        }
    }
}

impl Check {
    /// Every look-up, every listing and the usage agree with the oracle.
    fn compare(&self) {
        let mut usage = UsageDelta::default();
        for key in KEYS {
            let versions = self.oracle.keys.get(key).cloned().unwrap_or_default();
            self.compare_current(key, versions.first());
            let null = versions.iter().any(|v| v.id == VersionId::Null);
            let found = self.w.lookup(&self.bucket, key, Some(VersionId::Null));
            assert_eq!(null, !matches!(found, Err(Error::NoSuchVersion)), "{key:?}");
            for (place, version) in versions.iter().enumerate() {
                usage.objects += 1;
                usage.bytes += version.body.as_ref().map_or(0, |body| body.len() as i64);
                let found = self.w.lookup(&self.bucket, key, Some(version.id));
                let Some(body) = &version.body else {
                    assert!(matches!(found, Err(Error::MethodNotAllowed { .. })));
                    continue;
                };
                let found = found.unwrap();
                assert_eq!(found.current, place == 0);
                assert_eq!(found.record.attributes.tags.first().map(|t| t.value.clone()), {
                    version.tag.map(|tag| tag.to_string())
                });
                assert_eq!(self.w.read(&found, None).unwrap(), *body);
            }
        }
        assert_eq!(self.w.run(self.w.store.usage(self.bucket.space)).unwrap(), usage);
    }

    fn compare_current(&self, key: &str, current: Option<&Version>) {
        let found = self.w.get(&self.bucket, key, None);
        match (current, found) {
            (None, Err(Error::NoSuchKey { delete_marker: None })) => {}
            (Some(Version { body: Some(body), .. }), Ok(found)) => assert_eq!(found, *body),
            (Some(Version { body: None, id, .. }), Err(Error::NoSuchKey { delete_marker })) => {
                assert_eq!(delete_marker, Some(*id));
            }
            (current, found) => panic!("{key:?}: {current:?} but {found:?}"),
        }
    }

    /// Pages of every size, prefix and delimiter, one after the other, give what the oracle has.
    fn compare_listings(&self, prefix: &str, delimiter: &str, max_keys: u32) {
        let (mut keys, mut prefixes, mut versions) = (Vec::new(), Vec::new(), Vec::new());
        let mut version_prefixes = Vec::new();
        for (key, of_key) in
            self.oracle.keys.iter().filter(|(key, v)| key.starts_with(prefix) && !v.is_empty())
        {
            let group = (!delimiter.is_empty())
                .then(|| key[prefix.len()..].find(delimiter))
                .flatten()
                .map(|at| key[..prefix.len() + at + delimiter.len()].to_owned());
            match group {
                None => {
                    if of_key[0].body.is_some() {
                        keys.push((*key).to_owned());
                    }
                    versions.extend(
                        of_key.iter().enumerate().map(|(place, v)| {
                            ((*key).to_owned(), v.id, v.body.is_none(), place == 0)
                        }),
                    );
                }
                Some(group) => {
                    if of_key[0].body.is_some() && prefixes.last() != Some(&group) {
                        prefixes.push(group.clone());
                    }
                    if version_prefixes.last() != Some(&group) {
                        version_prefixes.push(group);
                    }
                }
            }
        }
        assert_eq!(self.list(prefix, delimiter, max_keys), (keys, prefixes));
        assert_eq!(self.list_versions(prefix, delimiter, max_keys), (versions, version_prefixes));
    }

    /// When every version is removed and the gc has run, no row and no blob is left behind.
    fn leave_nothing(&mut self) {
        for key in 0..KEYS.len() {
            while let Some(version) = self.oracle.versions(key).last().map(|v| v.id) {
                self.remove(key, version);
            }
        }
        self.compare();
        self.w.run(self.objects().delete_bucket(&self.bucket)).unwrap();
        self.w.pass(GRACE_MS as u64 + 1);
        let progress = self.w.run(self.objects().writer(&causes::GC).run_gc(usize::MAX));
        assert_eq!(progress.unwrap().failed, 0);
        assert_eq!(self.w.store.dump(), []);
        assert_eq!(self.w.run(self.w.store.list()).unwrap(), []);
    }

    fn list(&self, prefix: &str, delimiter: &str, max_keys: u32) -> (Vec<String>, Vec<String>) {
        let (mut keys, mut prefixes) = (Vec::new(), Vec::new());
        let mut after = String::new();
        loop {
            let list = ListObjects { prefix, delimiter, after: &after, max_keys };
            let page = self.w.run(self.objects().list(&self.bucket, list)).unwrap();
            let size = page.entries.len() + page.common_prefixes.len();
            assert!(size <= max_keys as usize && (size > 0 || page.next.is_none()));
            keys.extend(page.entries.iter().map(|entry| entry.key.to_owned()));
            prefixes.extend(page.common_prefixes);
            match page.next {
                Some(next) => after = next,
                None => return (keys, prefixes),
            }
        }
    }

    #[allow(clippy::type_complexity)]
    fn list_versions(
        &self,
        prefix: &str,
        delimiter: &str,
        max_keys: u32,
    ) -> (Vec<(String, VersionId, bool, bool)>, Vec<String>) {
        let (mut versions, mut prefixes) = (Vec::new(), Vec::new());
        let mut marker = (String::new(), None);
        loop {
            let list = ListVersions {
                prefix,
                delimiter,
                key_marker: &marker.0,
                version_id_marker: marker.1,
                max_keys,
            };
            let page = self.w.run(self.objects().list_versions(&self.bucket, list)).unwrap();
            let size = page.entries.len() + page.common_prefixes.len();
            assert!(size <= max_keys as usize && (size > 0 || page.next.is_none()));
            versions.extend(page.entries.iter().map(|entry| {
                (entry.key.to_owned(), entry.version, entry.delete_marker, entry.is_latest)
            }));
            prefixes.extend(page.common_prefixes);
            match page.next {
                Some(next) => marker = next,
                None => return (versions, prefixes),
            }
        }
    }
}

fn run(ops: &[Op], listing: (usize, usize, u32)) {
    let w = World::new();
    let bucket = w.bucket("oracle");
    let mut check = Check { w, bucket, oracle: Oracle::default() };
    for op in ops {
        check.apply(op);
        check.compare();
    }
    let prefix = ["", "a", "a/", "b/", "c"][listing.0];
    let delimiter = ["", "/", "b"][listing.1];
    check.compare_listings(prefix, delimiter, listing.2);
    check.leave_nothing();
}

proptest! {
    #![proptest_config(Config { cases: 200, ..Config::default() })]

    #[test]
    fn random_operations_agree_with_the_oracle(
        ops in vec(op(), 1..40),
        listing in (0..5usize, 0..3usize, 1..5u32),
    ) {
        run(&ops, listing);
    }
}
