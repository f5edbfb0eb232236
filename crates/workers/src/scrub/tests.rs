//! The scrub on a simulated machine.

use super::ScrubSettings;
use crate::registry::{Parts, Workers};
use crate::status::{WorkerState, WorkerStatus};
use bytes::Bytes;
use larder_objects::{Objects, Settings};
use larder_platform::sim::Simulation;
use larder_storage::{
    Batch, BlobRef, BlobStore, BlobWriter, CreateHints, MetaStore, Put, RowKey, RowKind, SpaceId,
};
use larder_storage_local::index::{MemoryIndex, MemoryTables};
use larder_storage_local::{Local, Options};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

const HOUR: Duration = Duration::from_secs(3600);

struct World {
    sim: Simulation,
    engine: Local,
}

impl World {
    /// An engine with some rows and a blob of 3 MiB.
    fn new() -> (Self, BlobRef) {
        let sim = Simulation::new(3);
        let index = Arc::new(MemoryIndex::new(MemoryTables::default()));
        let engine = Local::open(sim.platform(), Options::new("/data"), |_| Ok(index)).unwrap();
        let world = Self { sim, engine };
        for n in 0..60 {
            world.commit(&format!("key {n}"), 30_000, None);
        }
        let store = world.engine.clone();
        let blob = world.sim.block_on(async move {
            let hints = CreateHints { space: SpaceId(5), storage_class: "STANDARD", bytes: None };
            let mut writer = store.create(hints).await.unwrap();
            writer.write(Bytes::from(vec![9; 3 << 20])).await.unwrap();
            writer.finish().await.unwrap()
        });
        world.commit("large", 0, Some(blob));
        (world, blob)
    }

    fn commit(&self, key: &str, payload: usize, blob: Option<BlobRef>) {
        let row = RowKey::new(SpaceId(5), RowKind::Body, key.to_owned());
        let payload = (payload > 0).then(|| Bytes::from(vec![1; payload]));
        let puts = vec![Put { row, value: Bytes::from_static(&[1]), payload, replaces: None }];
        let adopts = blob.iter().map(|blob| blob.id).collect();
        let batch = Batch { puts, adopts, ..Batch::default() };
        self.sim.block_on(self.engine.commit(batch)).unwrap();
    }

    fn start(&self, every: Option<Duration>) -> Workers {
        let platform = self.sim.platform();
        let store = Arc::new(self.engine.clone());
        Workers::start(Parts {
            engine: self.engine.clone(),
            objects: Objects::new(store, platform.clone(), Settings::default()),
            platform,
            scrub: ScrubSettings { bytes_per_second: 1 << 20, every },
        })
    }
}

fn scrub_status(workers: &Workers) -> WorkerStatus {
    workers.status().into_iter().find(|status| status.name == "scrub").expect("it is started")
}

#[test]
fn nothing_runs_that_nobody_asked_for() {
    let (world, _) = World::new();
    let workers = world.start(None);
    world.sim.run_for(100 * HOUR);
    let status = scrub_status(&workers);
    assert!((status.runs, status.items, status.state) == (0, 0, WorkerState::Idle), "{status:?}");
    drop(workers);
    let workers = world.start(Some(HOUR));
    world.sim.run_for(10 * HOUR);
    let status = scrub_status(&workers);
    assert!((8..=10).contains(&status.runs), "{status:?}");
}

#[test]
fn a_pass_reads_everything_at_its_pace() {
    let (world, _) = World::new();
    let workers = world.start(None);
    let scrub = workers.scrub();
    assert_eq!(scrub.begin(), 1);
    assert!(scrub.status(0).running);
    world.sim.run_for(Duration::from_secs(2));
    assert_eq!(scrub_status(&workers).state, WorkerState::Throttled);
    // To ask again changes nothing.
    assert_eq!(scrub.begin(), 1);
    let status = scrub.status(0);
    assert!(status.running && status.bytes > 1 << 20, "{status:?}");
    assert!(status.bytes < 5 << 20, "a MiB a second and a step ahead: {status:?}");
    world.sim.run_for(Duration::from_secs(20));
    let status = scrub.status(0);
    assert!(!status.running && status.damages == 0, "{status:?}");
    assert!(status.bytes > (3 << 20) + 60 * 30_000, "{status:?}");
    assert_eq!(scrub.begin(), 2);
}

#[test]
fn damage_in_journal_and_blobs_is_found_and_named() {
    let (world, blob) = World::new();
    let faults = world.sim.faults();
    let path = format!("/data/blobs/00000000/{:016x}", blob.id.0);
    faults.flip_bit(Path::new(&path), 2 << 20).unwrap();
    faults.flip_bit(Path::new("/data/journal/00000000"), 300_000).unwrap();
    let workers = world.start(None);
    let scrub = workers.scrub();
    scrub.begin();
    world.sim.run_for(Duration::from_secs(20));
    let status = scrub.status(0);
    let found: Vec<String> = status.findings.iter().map(ToString::to_string).collect();
    assert!(!status.running && status.damages == 3, "{found:?}");
    for expected in
        ["journal/00000000 at byte ", "block 32 of blob ", "/key 9, its body", "blobs/00000000/"]
    {
        assert!(found.iter().any(|line| line.contains(expected)), "{expected} in {found:?}");
    }
    assert!(scrub.status(2).findings.len() == 1);
}
