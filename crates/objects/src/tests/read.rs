//! Versions that are replaced between their look-up and the opening of their body.

use crate::read::READ_ATTEMPTS_MAX;
use crate::read::{Extent, ReadPlan, ReadTarget};
use crate::testing::{BytesBody, World, causes, drain, object_key, put_object};
use crate::{Bucket, Error, ObjectVersion, Objects};
use larder_storage::Storage;
use larder_types::VersionId;
use std::sync::atomic::{AtomicU32, Ordering};

/// Replaces what it was shown, the first few times, before it wants to read it.
struct Replacing<'a> {
    bucket: &'a Bucket,
    times: u32,
    decided: AtomicU32,
}

impl<S: Storage> ReadPlan<S> for Replacing<'_> {
    type Decision = u64;
    type Refusal = Error;

    async fn decide(
        &self,
        objects: &Objects<S>,
        found: &ObjectVersion,
    ) -> Result<(Extent, u64), Error> {
        let before = self.decided.fetch_add(1, Ordering::Relaxed);
        if before < self.times {
            let body = &mut BytesBody::new(format!("replaced {before}").as_bytes());
            let writer = objects.writer(&causes::PUT);
            writer.put(self.bucket, &object_key("key"), put_object(), body).await?;
        }
        Ok((Extent::Whole, found.record.size))
    }

    fn not_found(&self, _: &Bucket, error: Error) -> Error {
        error
    }
}

/// What a reader gets whose version is replaced so often, and how often it decided.
fn read(times: u32) -> (Result<Vec<u8>, Error>, u32) {
    let w = World::new();
    let bucket = w.bucket("bucket");
    w.put(&bucket, "key", b"first");
    let found = Some(w.lookup(&bucket, "key", None).unwrap());
    let plan = Replacing { bucket: &bucket, times, decided: AtomicU32::new(0) };
    let key = object_key("key");
    let target = ReadTarget { bucket: &bucket, key: &key, version: None, found };
    let read = w.run(async {
        let (opened, size) = w.objects.read(target, &plan).await?;
        let bytes = drain(opened.body.expect("all of it is read")).await?;
        // The decision was about what is read.
        assert_eq!((opened.version.record.size, opened.length), (size, size));
        assert_eq!(bytes.len() as u64, size);
        Ok(bytes)
    });
    (read, plan.decided.into_inner())
}

#[test]
fn it_is_looked_up_again_and_decided_about_anew() {
    assert_eq!(read(0).0.unwrap(), b"first");
    for times in 1..READ_ATTEMPTS_MAX {
        let (read, decided) = read(times);
        assert_eq!(read.unwrap(), format!("replaced {}", times - 1).as_bytes());
        assert_eq!(decided, times + 1);
    }
}

#[test]
fn it_is_given_up_when_it_is_replaced_each_time() {
    let (read, decided) = read(u32::MAX);
    assert!(matches!(read, Err(Error::VersionGone)));
    assert_eq!(decided, READ_ATTEMPTS_MAX);
}

#[test]
fn what_is_not_there_is_said_at_once() {
    let w = World::new();
    let bucket = w.bucket("bucket");
    let plan = Replacing { bucket: &bucket, times: 0, decided: AtomicU32::new(0) };
    let (key, version) = (object_key("key"), Some(VersionId::Id { order: 1, nonce: 1 }));
    let target = ReadTarget { bucket: &bucket, key: &key, version, found: None };
    let read = w.run(w.objects.read(target, &plan)).map(drop);
    assert!(matches!(read, Err(Error::NoSuchVersion)));
    assert_eq!(plan.decided.into_inner(), 0);
}
