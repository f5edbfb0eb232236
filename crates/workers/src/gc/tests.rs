//! The gc's pace, on a simulated machine.

use super::Gc;
use crate::registry::Registry;
use bytes::Bytes;
use larder_digest::{BodyDigests, BodyHasher, BodyPlan};
use larder_iam::Principal;
use larder_objects::conditions::WriteConditions;
use larder_objects::{
    Body, BodyError, Bucket, Cause, CreateBucket, EventName, ObjectAttributes, Objects, PutObject,
    Settings,
};
use larder_platform::sim::Simulation;
use larder_storage::model::Model;
use larder_storage::{Metric, MetricValue};
use larder_types::{BucketName, ObjectKey, Owner};
use std::sync::Arc;
use std::time::Duration;

/// Why things are written here.
const PUT: Cause<'static> = Cause {
    event: Some(EventName::ObjectCreatedPut),
    principal: &Principal::Anonymous,
    request_id: None,
    source_address: None,
};

struct World {
    sim: Simulation,
    objects: Objects<Model>,
    store: Arc<Model>,
    bucket: Arc<Bucket>,
    registry: Registry,
}

/// A body that is too large to stay inline.
struct LargeBody {
    left: usize,
    hasher: Option<BodyHasher>,
}

impl LargeBody {
    fn new() -> Self {
        let plan = BodyPlan { md5: true, sha256: false, checksums: Vec::new() };
        Self { left: 4, hasher: Some(BodyHasher::new(&plan)) }
    }
}

impl Body for LargeBody {
    async fn next(&mut self) -> Result<Option<Bytes>, BodyError> {
        if self.left == 0 {
            return Ok(None);
        }
        self.left -= 1;
        let piece = Bytes::from(vec![7; 64 << 10]);
        self.hasher.as_mut().expect("not finished").update(&piece);
        Ok(Some(piece))
    }

    async fn finish(&mut self) -> Result<BodyDigests, BodyError> {
        Ok(self.hasher.take().expect("finished once").finish())
    }
}

fn owner() -> Owner {
    Owner { canonical_id: "alice-id".into(), display_name: "alice".into() }
}

impl World {
    fn new() -> Self {
        let sim = Simulation::new(1);
        let settings = Settings::default();
        let store = Arc::new(Model::new());
        let objects = Objects::new(store.clone(), sim.platform(), settings);
        let name = BucketName::new("bucket").unwrap();
        let create =
            CreateBucket { owner: owner(), region: None, tags: Vec::new(), documents: Vec::new() };
        let bucket = sim.block_on(objects.create_bucket(&name, create)).unwrap();
        let mut world = Self { sim, objects, store, bucket, registry: Registry::default() };
        world.start();
        world.sim.run_until_idle();
        world
    }

    /// Starts the gc anew, as a process that begins does.
    fn start(&mut self) {
        self.registry = Registry::default();
        let platform = self.sim.platform();
        self.registry.add(&platform, &*self.store, Gc::new(self.objects.clone(), &platform));
    }

    fn blobs_freed(&self) -> u64 {
        let metrics = self.registry.metrics();
        let [Metric { name: "gc_blobs_freed_total", value: MetricValue::Counter(n), .. }] =
            metrics[..]
        else {
            panic!("{metrics:?}");
        };
        n
    }

    fn put(&self) {
        let key = ObjectKey::new("key").unwrap();
        let put = PutObject {
            owner: owner(),
            attributes: ObjectAttributes::default(),
            conditions: WriteConditions::default(),
            length: None,
        };
        let body = &mut LargeBody::new();
        self.sim.block_on(self.objects.writer(&PUT).put(&self.bucket, &key, put, body)).unwrap();
    }

    fn pass(&self, seconds: u64) {
        self.sim.run_for(Duration::from_secs(seconds));
    }
}

#[test]
fn what_was_overwritten_goes_once_it_is_due() {
    let w = World::new();
    w.put();
    w.put();
    w.pass(55);
    assert_eq!(w.blobs_freed(), 0);
    w.pass(10);
    assert_eq!(w.blobs_freed(), 1);
}

#[test]
fn every_commit_is_followed_up() {
    let w = World::new();
    w.put();
    for round in 0..5 {
        // At the last of these moments the run of the round before has just happened.
        w.pass(13 * round);
        w.put();
    }
    w.pass(130);
    assert_eq!(w.blobs_freed(), 5);
}

#[test]
fn an_earlier_process_s_rows_are_found() {
    let mut w = World::new();
    w.put();
    w.put();
    w.start();
    w.pass(65);
    assert_eq!(w.blobs_freed(), 1);
}

#[test]
fn nothing_runs_while_nothing_is_due() {
    let w = World::new();
    w.put();
    w.pass(200);
    let before = w.sim.fingerprint();
    w.pass(24 * 3600);
    assert_eq!(w.sim.fingerprint(), before);
}
