//! Operations interleaved at every call of the store, by a seed.

use crate::conditions::{EtagCondition, WriteConditions};
use crate::testing::{
    BytesBody, World, bucket_name, causes, create_bucket, delete_object, drain, object_key,
    put_object,
};
use crate::{Bucket, Error, Objects, PutObject, Settings, Versioning};
use bytes::Bytes;
use larder_platform::Platform;
use larder_platform::sim::Simulation;
use larder_storage::model::Model;
use larder_storage::{
    Batch, BlobAddress, BlobError, BlobId, BlobRef, BlobStore, CommitError, CreateHints, FenceId,
    Found, MetaError, MetaStore, PartitionId, QueuePlace, Queued, Receipt, Row, RowKey, RowKind,
    Scan, ScanEnd, SpaceId, UsageDelta, Visitor, Watcher,
};
use larder_types::VersionId;
use std::ops::Range;
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// The model, with a pause of random length before each call, and behind each look-up and commit.
#[derive(Clone)]
pub(crate) struct Slow {
    model: Model,
    platform: Platform,
    pause_max: Duration,
}

impl Slow {
    async fn pause(&self) {
        let random = self.platform.random.u64();
        let usual_ns = self.pause_max.as_nanos() as u64;
        // Now and then long enough for whole operations of others.
        let most_ns = if random.is_multiple_of(32) { usual_ns.max(200_000) } else { usual_ns };
        let pause_ns = (random >> 8) % most_ns;
        self.platform.tasks.sleep(Duration::from_nanos(pause_ns)).await;
    }
}

impl MetaStore for Slow {
    fn payload_bytes_max(&self) -> usize {
        self.model.payload_bytes_max()
    }

    async fn get(&self, row: &RowKey) -> Result<Found, MetaError> {
        self.pause().await;
        let found = self.model.get(row).await;
        self.pause().await;
        found
    }

    async fn payload(&self, key: &RowKey, row: &Row) -> Result<Option<Bytes>, MetaError> {
        self.pause().await;
        self.model.payload(key, row).await
    }

    async fn scan<V: Visitor>(&self, scan: Scan, visitor: V) -> Result<(V, ScanEnd), MetaError> {
        self.pause().await;
        self.model.scan(scan, visitor).await
    }

    async fn partitions(&self) -> Result<Vec<PartitionId>, MetaError> {
        self.model.partitions().await
    }

    async fn queue(
        &self,
        partition: PartitionId,
        kind: RowKind,
        from: QueuePlace,
        limit: usize,
    ) -> Result<Vec<Queued>, MetaError> {
        self.model.queue(partition, kind, from, limit).await
    }

    async fn commit(&self, batch: Batch) -> Result<Receipt, CommitError> {
        self.pause().await;
        let result = self.model.commit(batch).await;
        self.pause().await;
        result
    }

    fn watch(&self, watcher: &Arc<dyn Watcher>) {
        self.model.watch(watcher);
    }

    async fn open_space(&self) -> Result<SpaceId, MetaError> {
        self.model.open_space().await
    }

    async fn close_space_if_empty(
        &self,
        space: SpaceId,
        kinds: &[RowKind],
    ) -> Result<Option<FenceId>, MetaError> {
        self.pause().await;
        self.model.close_space_if_empty(space, kinds).await
    }

    async fn reopen_space(&self, space: SpaceId, fence: FenceId) -> Result<(), MetaError> {
        self.model.reopen_space(space, fence).await
    }

    async fn forget_space(&self, space: SpaceId) -> Result<(), MetaError> {
        self.pause().await;
        self.model.forget_space(space).await
    }

    async fn usage(&self, space: SpaceId) -> Result<UsageDelta, MetaError> {
        self.model.usage(space).await
    }
}

impl BlobStore for Slow {
    type Writer = <Model as BlobStore>::Writer;
    type Reader = <Model as BlobStore>::Reader;

    async fn create(&self, hints: CreateHints) -> Result<Self::Writer, BlobError> {
        self.pause().await;
        self.model.create(hints).await
    }

    async fn read(&self, blob: BlobRef, range: Range<u64>) -> Result<Self::Reader, BlobError> {
        self.pause().await;
        BlobStore::read(&self.model, blob, range).await
    }

    async fn delete(&self, blob: BlobAddress) -> Result<(), BlobError> {
        BlobStore::delete(&self.model, blob).await
    }

    async fn verify(&self, blob: BlobRef) -> Result<(), BlobError> {
        self.model.verify(blob).await
    }

    async fn list(&self) -> Result<Vec<BlobId>, BlobError> {
        self.model.list().await
    }
}

pub(crate) struct Race {
    pub(crate) sim: Simulation,
    model: Model,
    pub(crate) objects: Objects<Slow>,
}

impl Race {
    pub(crate) fn new(seed: u64) -> Self {
        Self::paced(seed, Duration::from_micros(1))
    }

    /// A race on a store whose calls take up to `pause_max`, commits twice that.
    pub(crate) fn paced(seed: u64, pause_max: Duration) -> Self {
        let sim = Simulation::new(seed);
        let model = Model::new();
        let slow = Slow { model: model.clone(), platform: sim.platform(), pause_max };
        let objects = Objects::new(Arc::new(slow), sim.platform(), Settings::default());
        Self { sim, model, objects }
    }

    /// The same store without pauses.
    pub(crate) fn calm(&self) -> World {
        let store = Arc::new(self.model.clone());
        let objects = Objects::new(store.clone(), self.sim.platform(), Settings::default());
        World { sim: self.sim.clone(), store, objects }
    }

    pub(crate) fn bucket(&self, versioning: Versioning) -> Arc<Bucket> {
        let w = self.calm();
        let bucket =
            w.run(w.objects.create_bucket(&bucket_name("race"), create_bucket("a"))).unwrap();
        if versioning != Versioning::Unversioned {
            let enabled = versioning == Versioning::Enabled;
            w.run(w.objects.put_versioning(&bucket, enabled)).unwrap();
        }
        // Who writes holds it where others delete it.
        w.run(self.objects.bucket(&bucket.name)).unwrap()
    }

    /// Runs the jobs at once, as tasks, until all have ended.
    pub(crate) fn run<T, F>(&self, jobs: impl IntoIterator<Item = F>) -> Vec<T>
    where
        T: Send + 'static,
        F: Future<Output = T> + Send + 'static,
    {
        let results = Arc::new(Mutex::new(Vec::new()));
        let mut count = 0;
        for job in jobs {
            let results = results.clone();
            count += 1;
            self.sim.platform().spawn(async move {
                let result = job.await;
                results.lock().unwrap().push(result);
            });
        }
        while results.lock().unwrap().len() < count {
            self.sim.run_for(Duration::from_millis(1));
        }
        std::mem::take(&mut results.lock().unwrap())
    }

    fn put(
        &self,
        bucket: &Arc<Bucket>,
        body: Vec<u8>,
        conditions: WriteConditions,
    ) -> impl Future<Output = Result<crate::Stored, Error>> + Send + 'static {
        let (objects, bucket) = (self.objects.clone(), bucket.clone());
        async move {
            let put = PutObject { conditions, ..put_object() };
            objects
                .writer(&causes::PUT)
                .put(&bucket, &object_key("key"), put, &mut BytesBody::new(&body))
                .await
        }
    }
}

pub(crate) const SEEDS: u64 = 60;

#[test]
fn one_of_many_creates_wins() {
    for seed in 0..SEEDS {
        for versioning in [Versioning::Unversioned, Versioning::Enabled, Versioning::Suspended] {
            let race = Race::new(seed);
            let bucket = race.bucket(versioning);
            let create =
                WriteConditions { if_none_match: Some(EtagCondition::Any), ..Default::default() };
            let jobs = (0..5).map(|i| race.put(&bucket, vec![i; 10], create.clone()));
            let results = race.run(jobs);
            let won: Vec<_> = results.iter().flatten().collect();
            assert_eq!(won.len(), 1, "seed {seed}");
            let refused = results.iter().filter_map(|r| r.as_ref().err());
            assert!(refused.into_iter().all(|e| matches!(e, Error::PreconditionFailed(_))));
            let found = race.calm().lookup(&bucket, "key", None).unwrap();
            assert_eq!(*found.record, won[0].record);
        }
    }
}

/// Each of many writers reads, then replaces what it read: none overwrites what it did not see.
#[test]
fn compare_and_swap_loses_no_update() {
    for seed in 0..SEEDS {
        let race = Race::new(seed);
        let bucket = race.bucket(Versioning::Unversioned);
        race.calm().put(&bucket, "key", b"0");
        let jobs = (0..4).map(|_| {
            let (objects, bucket) = (race.objects.clone(), bucket.clone());
            async move {
                let mut swaps = 0;
                while swaps < 3 {
                    let key = object_key("key");
                    let found = objects.lookup(&bucket, &key, None).await.unwrap();
                    let Ok(body) = objects.open(&found, None).await else { continue };
                    let count: u32 =
                        String::from_utf8(drain(body).await.unwrap()).unwrap().parse().unwrap();
                    let same = Some(EtagCondition::OneOf(vec![found.record.etag]));
                    let conditions = WriteConditions { if_match: same, if_none_match: None };
                    let put = PutObject { conditions, ..put_object() };
                    let next = (count + 1).to_string();
                    let body = &mut BytesBody::new(next.as_bytes());
                    match objects.writer(&causes::PUT).put(&bucket, &key, put, body).await {
                        Ok(_) => swaps += 1,
                        Err(Error::PreconditionFailed(_)) => {}
                        Err(other) => panic!("{other}"),
                    }
                }
            }
        });
        race.run(jobs);
        assert_eq!(race.calm().get(&bucket, "key", None).unwrap(), b"12", "seed {seed}");
    }
}

/// Puts and deletes of all kinds on one key: afterwards every acknowledged version is there
/// exactly once, one is current, and removing them one by one leaves nothing.
#[test]
fn no_version_is_lost_or_doubled() {
    for seed in 0..SEEDS {
        let race = Race::new(seed);
        let bucket = race.bucket(Versioning::Enabled);
        let jobs = (0..6u8).map(|i| {
            let (objects, bucket) = (race.objects.clone(), bucket.clone());
            async move {
                let key = object_key("key");
                let body = &mut BytesBody::new(&vec![i; if i % 2 == 0 { 10 } else { 20_000 }]);
                if i == 5 {
                    let marker = objects
                        .writer(&causes::DELETE)
                        .delete(&bucket, &key, &delete_object(None))
                        .await;
                    return marker.unwrap().version.map(|v| (v, None));
                }
                let stored = objects
                    .writer(&causes::PUT)
                    .put(&bucket, &key, put_object(), body)
                    .await
                    .unwrap();
                let version = stored.version.unwrap();
                if i == 4 {
                    let delete = delete_object(Some(version));
                    objects.writer(&causes::DELETE).delete(&bucket, &key, &delete).await.unwrap();
                    return None;
                }
                let tags = [crate::Tag { key: "k".into(), value: i.to_string() }];
                objects
                    .writer(&causes::TAG)
                    .put_tags(&bucket, &key, Some(version), &tags)
                    .await
                    .unwrap();
                Some((version, Some(i)))
            }
        });
        let versions: Vec<_> = race.run(jobs).into_iter().flatten().collect();
        assert_eq!(versions.len(), 5);
        let w = race.calm();
        assert_eq!(w.run(w.store.usage(bucket.space)).unwrap().objects, 5, "seed {seed}");
        for (version, writer) in &versions {
            let found = w.lookup(&bucket, "key", Some(*version));
            let Some(i) = writer else {
                assert!(matches!(found, Err(Error::MethodNotAllowed { .. })), "seed {seed}");
                continue;
            };
            let found = found.unwrap();
            assert_eq!(found.record.attributes.tags[0].value, i.to_string());
            assert_eq!(w.read(&found, None).unwrap()[0], *i);
        }
        // From the newest down: each in turn is what stands.
        let order = |v: &VersionId| match v {
            VersionId::Id { order, .. } => *order,
            VersionId::Null => panic!("no null versions here"),
        };
        let mut versions: Vec<_> = versions.iter().map(|(v, _)| *v).collect();
        versions.sort_by_key(|v| std::cmp::Reverse(order(v)));
        for version in versions {
            let current = match w.lookup(&bucket, "key", None) {
                Ok(found) => Some(found.record.version()),
                Err(Error::NoSuchKey { delete_marker }) => delete_marker,
                Err(other) => panic!("{other}"),
            };
            assert_eq!(current, Some(version), "seed {seed}");
            w.delete(&bucket, "key", Some(version));
        }
        w.run(w.objects.delete_bucket(&bucket)).unwrap();
        assert_eq!(w.run(w.store.usage(bucket.space)).unwrap(), UsageDelta::default());
    }
}

/// Whoever reads while a delete marker is removed sees the marker or the object.
#[test]
fn a_read_races_with_the_removal_of_a_marker() {
    for seed in 0..SEEDS {
        let race = Race::new(seed);
        let bucket = race.bucket(Versioning::Enabled);
        let w = race.calm();
        w.put(&bucket, "key", b"object");
        let marker = w.delete(&bucket, "key", None).version;
        let removing = {
            let (objects, bucket) = (race.objects.clone(), bucket.clone());
            async move {
                let delete = delete_object(marker);
                objects
                    .writer(&causes::DELETE)
                    .delete(&bucket, &object_key("key"), &delete)
                    .await
                    .map(|_| ())
            }
        };
        let (objects, bucket) = (race.objects.clone(), bucket.clone());
        let reading = async move {
            for _ in 0..8 {
                match objects.lookup(&bucket, &object_key("key"), None).await {
                    Err(Error::NoSuchKey { delete_marker }) if delete_marker == marker => {}
                    other => other.map(|_| ())?,
                }
            }
            Ok(())
        };
        type Job = larder_platform::BoxFuture<Result<(), Error>>;
        let jobs: [Job; 2] = [Box::pin(removing), Box::pin(reading)];
        for result in race.run(jobs) {
            assert!(result.is_ok(), "seed {seed}: {result:?}");
        }
    }
}

/// A PUT that races DeleteBucket is either in the bucket, which then stays, or refused.
#[test]
fn no_write_is_lost_with_its_bucket() {
    let mut outcomes = [0, 0];
    for seed in 0..SEEDS * 2 {
        let race = Race::new(seed);
        let bucket = race.bucket(Versioning::Unversioned);
        let put = race.put(&bucket, b"body".to_vec(), WriteConditions::default());
        let (objects, name) = (race.objects.clone(), bucket.clone());
        let platform = race.sim.platform();
        let jobs: [std::pin::Pin<Box<dyn Future<Output = bool> + Send>>; 2] = [
            Box::pin(async move { put.await.is_ok() }),
            Box::pin(async move {
                let late_ns = platform.random.u64() % 4000;
                platform.tasks.sleep(Duration::from_nanos(late_ns)).await;
                objects.delete_bucket(&name).await.is_ok()
            }),
        ];
        let results = race.run(jobs);
        assert_ne!(results[0], results[1], "seed {seed}: exactly one of them succeeds");
        let stands = race.calm().get(&bucket, "key", None).is_ok();
        let w = race.calm();
        assert_eq!(stands, w.run(w.objects.bucket(&bucket.name)).is_ok(), "seed {seed}");
        outcomes[usize::from(stands)] += 1;
    }
    assert!(outcomes.iter().all(|count| *count > 0), "both happen: {outcomes:?}");
}

/// The engine forgets a closed space once nobody holds it, which must not be while somebody has
/// read the bucket's row and goes on to write there.
#[test]
fn no_write_is_lost_with_a_bucket_whose_space_was_forgotten() {
    let mut written = 0;
    for seed in 0..20 * SEEDS {
        let race = Race::new(seed);
        let w = race.calm();
        for name in ["race", "other"] {
            w.run(w.objects.create_bucket(&bucket_name(name), create_bucket("a"))).unwrap();
        }
        let objects = race.objects.clone();
        let write = async move {
            // Gone, or going: what matters is what is there in the end.
            if let Ok(bucket) = objects.bucket(&bucket_name("race")).await {
                let body = &mut BytesBody::new(b"body");
                let _ = objects
                    .writer(&causes::PUT)
                    .put(&bucket, &object_key("key"), put_object(), body)
                    .await;
            }
        };
        let objects = race.objects.clone();
        let delete = async move {
            // The second one has the first one's space forgotten.
            for name in ["race", "other"] {
                let bucket = objects.bucket(&bucket_name(name)).await.expect("nobody else deletes");
                let _ = objects.delete_bucket(&bucket).await;
            }
        };
        let jobs: [std::pin::Pin<Box<dyn Future<Output = ()> + Send>>; 2] =
            [Box::pin(write), Box::pin(delete)];
        race.run(jobs);
        let gone =
            matches!(w.run(w.objects.bucket(&bucket_name("race"))), Err(Error::NoSuchBucket));
        let rows = race.model.dump();
        let orphans = rows.iter().filter(|(row, ..)| row.kind == RowKind::Head).count();
        assert!(!gone || orphans == 0, "seed {seed}: an object in a bucket that is gone");
        written += usize::from(!gone);
    }
    assert!(written > 0, "some writes came first");
}
