//! Many who want one key: none is refused, and conditions still hold.

use super::races::{Race, Slow};
use crate::Versioning;
use crate::conditions::{EtagCondition, WriteConditions};
use crate::multipart::{CreateUpload, UploadPart};
use crate::testing::{BytesBody, causes, delete_object, drain, object_key, owner, put_object};
use crate::{Bucket, Error, ObjectAttributes, Objects, PutObject, Stored, Tag};
use futures_util::future::{Either, select};
use larder_platform::Platform;
use larder_storage::MetaStore;
use larder_types::ETag;
use std::sync::Arc;
use std::time::Duration;

const WRITERS: usize = 64;
/// Changes of each writer: who has to race loses now and then, so it takes many to be refused.
const WRITES: usize = 20;
const SEEDS: u64 = 2;
/// A disk that turns. Those who wait a little and race again then meet each time.
const PAUSE_MAX: Duration = Duration::from_millis(4);
const ALL_VERSIONINGS: [Versioning; 3] =
    [Versioning::Unversioned, Versioning::Enabled, Versioning::Suspended];

/// What a writer works with.
#[derive(Clone)]
struct Writer {
    objects: Objects<Slow>,
    bucket: Arc<Bucket>,
}

impl Writer {
    fn new(race: &Race, versioning: Versioning) -> Self {
        Self { objects: race.objects.clone(), bucket: race.bucket(versioning) }
    }

    async fn put(&self, body: &[u8], conditions: WriteConditions) -> Result<Stored, Error> {
        let put = PutObject { conditions, ..put_object() };
        let body = &mut BytesBody::new(body);
        self.objects.writer(&causes::PUT).put(&self.bucket, &object_key("key"), put, body).await
    }

    /// The number that the object is, and its ETag; `None` when it was replaced meanwhile.
    async fn number(&self) -> Option<(u32, ETag)> {
        let found = self.objects.lookup(&self.bucket, &object_key("key"), None).await.unwrap();
        let body = drain(self.objects.open(&found, None).await.ok()?).await.ok()?;
        Some((String::from_utf8(body).unwrap().parse().unwrap(), found.record.etag))
    }
}

/// Runs `write` for each of many writers at once.
fn run_all<T, F>(race: &Race, writer: &Writer, write: impl Fn(Writer, usize) -> F) -> Vec<T>
where
    T: Send + 'static,
    F: Future<Output = T> + Send + 'static,
{
    let results = race.run((0..WRITERS).map(|i| write(writer.clone(), i)));
    assert_eq!(race.objects.turns.places(), 0, "every turn was given back");
    results
}

#[test]
fn many_writers_of_one_key_are_not_refused() {
    for versioning in ALL_VERSIONINGS {
        for seed in 0..SEEDS {
            let race = Race::paced(seed, PAUSE_MAX);
            let writer = Writer::new(&race, versioning);
            let results = run_all(&race, &writer, |writer, i| async move {
                let body = vec![i as u8; if i % 8 == 0 { 20_000 } else { 10 }];
                for _ in 0..WRITES {
                    writer.put(&body, WriteConditions::default()).await?;
                }
                Ok(())
            });
            let refused = results.iter().filter_map(|r| r.as_ref().err()).collect::<Vec<&Error>>();
            assert!(refused.is_empty(), "{versioning:?} seed {seed}: {refused:?}");
            let w = race.calm();
            let kept = w.run(w.store.usage(writer.bucket.space)).unwrap().objects;
            let versions = if versioning == Versioning::Enabled { WRITES * WRITERS } else { 1 };
            assert_eq!(kept, versions as i64, "{versioning:?} seed {seed}");
        }
    }
}

#[test]
fn many_changes_of_all_kinds_of_one_key_are_not_refused() {
    for seed in 0..SEEDS {
        let race = Race::paced(seed, PAUSE_MAX);
        let writer = Writer::new(&race, Versioning::Enabled);
        let first = race.calm().put(&writer.bucket, "key", b"first").version;
        let results = run_all(&race, &writer, |writer, i| async move {
            let (objects, bucket, key) = (&writer.objects, &writer.bucket, object_key("key"));
            for _ in 0..WRITES {
                match i % 4 {
                    0 => drop(writer.put(b"body", WriteConditions::default()).await?),
                    1 => drop(
                        objects
                            .writer(&causes::DELETE)
                            .delete(bucket, &key, &delete_object(None))
                            .await?,
                    ),
                    2 => {
                        let stored = writer.put(b"gone", WriteConditions::default()).await?;
                        objects
                            .writer(&causes::DELETE)
                            .delete(bucket, &key, &delete_object(stored.version))
                            .await?;
                    }
                    _ => {
                        let tags = [Tag { key: "k".into(), value: i.to_string() }];
                        objects.writer(&causes::TAG).put_tags(bucket, &key, first, &tags).await?;
                    }
                }
            }
            Ok::<_, Error>(())
        });
        for result in results {
            result.unwrap();
        }
    }
}

#[test]
fn many_uploads_of_one_part_are_not_refused() {
    let race = Race::paced(1, PAUSE_MAX);
    let writer = Writer::new(&race, Versioning::Unversioned);
    let w = race.calm();
    let create = CreateUpload {
        initiator: owner("alice"),
        owner: owner("alice"),
        attributes: ObjectAttributes::default(),
        algorithm: None,
        checksum_type: None,
    };
    let key = object_key("key");
    let (id, _) = w.run(w.objects.create_upload(&writer.bucket, &key, create)).unwrap();
    let results = run_all(&race, &writer, |writer, _| async move {
        let part = UploadPart { upload_id: id, part_number: 1, length: None, checksum: None };
        for _ in 0..WRITES {
            let body = &mut BytesBody::new(b"part");
            writer.objects.upload_part(&writer.bucket, &object_key("key"), part, body).await?;
        }
        Ok::<_, Error>(())
    });
    for result in results {
        result.unwrap();
    }
}

#[test]
fn many_changes_of_one_bucket_are_not_refused() {
    let race = Race::paced(1, PAUSE_MAX);
    let writer = Writer::new(&race, Versioning::Unversioned);
    let results = run_all(&race, &writer, |writer, i| async move {
        let tags = vec![Tag { key: "k".into(), value: i.to_string() }];
        for _ in 0..WRITES {
            match i % 2 {
                0 => writer.objects.put_versioning(&writer.bucket, true).await?,
                _ => writer.objects.put_bucket_tags(&writer.bucket, tags.clone()).await?,
            }
        }
        Ok::<_, Error>(())
    });
    for result in results {
        result.unwrap();
    }
}

/// Of many that create the object one succeeds, and the others are told that it is there.
#[test]
fn many_creates_have_one_winner() {
    for versioning in ALL_VERSIONINGS {
        for seed in 0..SEEDS {
            let race = Race::paced(seed, PAUSE_MAX);
            let writer = Writer::new(&race, versioning);
            let results = run_all(&race, &writer, |writer, i| async move {
                let create = WriteConditions {
                    if_none_match: Some(EtagCondition::Any),
                    ..WriteConditions::default()
                };
                writer.put(&[i as u8], create).await
            });
            let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
            assert_eq!(won.len(), 1, "{versioning:?} seed {seed}");
            let told = |r: &Result<_, _>| matches!(r, Err(Error::PreconditionFailed(_)));
            assert!(lost.iter().all(told), "{versioning:?} seed {seed}: {lost:?}");
        }
    }
}

/// Every writer counts up by one what it read, beside others that write without conditions
/// elsewhere in the turn: no count is lost, and none is refused for want of a turn.
#[test]
fn many_writers_count_in_one_object() {
    for versioning in ALL_VERSIONINGS {
        let race = Race::paced(3, PAUSE_MAX);
        let writer = Writer::new(&race, versioning);
        race.calm().put(&writer.bucket, "key", b"0");
        run_all(&race, &writer, |writer, _| async move {
            loop {
                let Some((number, etag)) = writer.number().await else { continue };
                let same = Some(EtagCondition::OneOf(vec![etag]));
                let conditions = WriteConditions { if_match: same, if_none_match: None };
                match writer.put((number + 1).to_string().as_bytes(), conditions).await {
                    Ok(_) => return,
                    Err(Error::PreconditionFailed(_)) => {}
                    Err(other) => panic!("{versioning:?}: {other}"),
                }
            }
        });
        let count = race.calm().get(&writer.bucket, "key", None).unwrap();
        assert_eq!(count, WRITERS.to_string().as_bytes(), "{versioning:?}");
    }
}

/// Ends without a result when `job` takes longer.
async fn cut_off<T>(platform: Platform, ns: u64, job: impl Future<Output = T>) -> bool {
    let timer = platform.tasks.sleep(Duration::from_nanos(ns));
    let job = std::pin::pin!(job);
    matches!(select(job, timer).await, Either::Left(_))
}

/// Clients that go away at any moment, waiting or with the turn, hold up nobody.
#[test]
fn writers_that_go_away_give_up_their_turns() {
    let mut outcomes = [0, 0];
    for seed in 0..SEEDS {
        let race = Race::paced(seed, PAUSE_MAX);
        let writer = Writer::new(&race, Versioning::Enabled);
        let platform = race.sim.platform();
        let results = run_all(&race, &writer, |writer, i| {
            let platform = platform.clone();
            async move {
                if i % 4 != 0 {
                    let ns = platform.random.u64() % 500_000_000;
                    let put = writer.put(b"short", WriteConditions::default());
                    return cut_off(platform, ns, put).await;
                }
                writer.put(b"body", WriteConditions::default()).await.unwrap();
                true
            }
        });
        for result in results {
            outcomes[usize::from(result)] += 1;
        }
    }
    assert!(outcomes.iter().all(|count| *count > WRITERS / 4), "both happen: {outcomes:?}");
}

/// A turn that is kept for long, because a disk hangs, delays the others and no more.
#[test]
fn a_turn_that_is_kept_is_not_waited_for_for_ever() {
    let race = Race::paced(1, PAUSE_MAX);
    let writer = Writer::new(&race, Versioning::Enabled);
    let key = bytes::Bytes::from_static(b"key");
    let mut kept = race.objects.turns.start_queue(writer.bucket.space, &key).unwrap();
    race.sim.block_on(kept.turn());
    let before_ns = race.sim.platform().clock.monotonic_ns();
    let waiting = writer.clone();
    let results = race.run([async move { waiting.put(b"body", WriteConditions::default()).await }]);
    results.into_iter().for_each(|result| drop(result.unwrap()));
    let waited_ns = race.sim.platform().clock.monotonic_ns() - before_ns;
    assert!((10_000_000_000..11_000_000_000).contains(&waited_ns), "{waited_ns} ns");
    drop(kept);
    assert_eq!(race.objects.turns.places(), 0);
}
