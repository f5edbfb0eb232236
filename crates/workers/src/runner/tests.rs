//! Runs of a made-up worker on a simulated machine.

use super::{RunningWorker, start};
use crate::status::{LastError, WorkerState};
use crate::worker::{Next, Profile, Progress, Throttle, Trigger, Worker};
use bytes::Bytes;
use larder_platform::sim::Simulation;
use larder_storage::model::Model;
use larder_storage::{Batch, MetaStore, Put, RowKey, RowKind, RowKinds, SpaceId};
use larder_types::Timestamp;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const ROWS: RowKind = RowKind::Body;
const DELAY: Duration = Duration::from_secs(60);

/// Does what its script says, and nothing more once that is at its end.
struct Scripted {
    throttle: Throttle,
    first: Option<Duration>,
    script: Script,
}

#[derive(Clone, Default)]
struct Script(Arc<Mutex<Scene>>);

#[derive(Default)]
struct Scene {
    steps: u64,
    left: VecDeque<Progress>,
}

impl Script {
    fn push(&self, items: u64, next: Next) {
        self.add(Progress { items, failures: 0, error: None, next });
    }

    fn add(&self, progress: Progress) {
        self.0.lock().unwrap().left.push_back(progress);
    }

    fn steps(&self) -> u64 {
        self.0.lock().unwrap().steps
    }
}

impl Worker for Scripted {
    fn profile(&self) -> Profile {
        Profile {
            name: "scripted",
            items: "rows",
            trigger: Trigger { first: self.first, rows: RowKinds::of(&[ROWS]), delay: DELAY },
            throttle: self.throttle,
            counters: Vec::new(),
        }
    }

    async fn step(&mut self) -> Progress {
        let mut scene = self.script.0.lock().unwrap();
        scene.steps += 1;
        let over = Progress { items: 0, failures: 0, error: None, next: Next::Over(None) };
        scene.left.pop_front().unwrap_or(over)
    }
}

struct World {
    sim: Simulation,
    store: Model,
    script: Script,
    worker: RunningWorker,
}

impl World {
    fn new(throttle: Throttle, first: Option<Duration>, script: Script) -> Self {
        let (sim, store) = (Simulation::new(1), Model::new());
        let worker = Scripted { throttle, first, script: script.clone() };
        let worker = start(&sim.platform(), &store, worker);
        sim.run_until_idle();
        Self { sim, store, script, worker }
    }

    fn pass(&self, seconds: u64) {
        self.sim.run_for(Duration::from_secs(seconds));
    }

    fn commit(&self, kind: RowKind) {
        let row = RowKey::new(SpaceId(5), kind, "key".to_owned());
        let value = Bytes::from_static(&[1]);
        let puts = vec![Put { row, value, payload: None, replaces: None }];
        self.sim.block_on(self.store.commit(Batch { puts, ..Batch::default() })).unwrap();
    }
}

#[test]
fn committed_rows_begin_a_run_after_the_delay() {
    let world = World::new(Throttle::PerStep(1), None, Script::default());
    world.commit(RowKind::Head);
    world.pass(1000);
    assert_eq!(world.script.steps(), 0, "rows of another kind");
    world.commit(ROWS);
    world.pass(40);
    world.commit(ROWS);
    world.pass(19);
    assert_eq!(world.script.steps(), 0);
    world.pass(2);
    assert_eq!(world.script.steps(), 1, "the later commit did not put it off");
    world.pass(1000);
    assert_eq!(world.script.steps(), 1, "one run for both");
    world.commit(ROWS);
    world.pass(61);
    assert_eq!(world.script.steps(), 2);
}

#[test]
fn a_failure_is_shown_with_its_time_until_a_run_succeeds() {
    let script = Script::default();
    let retry = Duration::from_secs(30);
    script.add(Progress {
        items: 3,
        failures: 2,
        error: Some("no luck".into()),
        next: Next::Over(Some(retry)),
    });
    let world = World::new(Throttle::PerStep(9), Some(Duration::from_secs(5)), script);
    let before = world.sim.platform().wall_ms();
    world.pass(6);
    let status = world.worker.status();
    assert_eq!((status.state, status.runs), (WorkerState::Failed, 1));
    assert_eq!((status.items, status.failures, status.last_success), (3, 2, None));
    let LastError { at, text } = status.last_error.expect("there was one");
    assert!(text == "no luck" && at.ms >= before + 5000, "{at:?}");
    world.pass(30);
    let status = world.worker.status();
    assert_eq!((status.state, status.runs, status.failures), (WorkerState::Idle, 2, 2));
    assert!(status.last_success >= Some(Timestamp { ms: at.ms + 30_000 }));
    assert_eq!(status.last_error.expect("it is shown on").at, at);
}

#[test]
fn the_throttle_is_held_and_wakes_do_not_break_it() {
    let script = Script::default();
    (0..10).for_each(|_| script.push(100, Next::More));
    let world = World::new(Throttle::PerSecond(50), None, script);
    let handle = world.worker.handle();
    assert_eq!((handle.begin(), handle.run().is_underway), (1, true));
    for second in 1..=19 {
        world.pass(1);
        // It goes on: to ask again begins nothing.
        assert_eq!(handle.begin(), 1);
        let steps = world.script.steps();
        assert!((second / 2..=second / 2 + 2).contains(&steps), "{steps} after {second} s");
    }
    assert_eq!(world.worker.status().state, WorkerState::Throttled);
    world.pass(3);
    let status = world.worker.status();
    assert_eq!((status.state, status.runs, status.items), (WorkerState::Idle, 1, 1000));
    assert!(status.last_run >= Some(Duration::from_secs(20)), "{status:?}");
    assert!(!handle.run().is_underway);
    assert_eq!(handle.begin(), 2);
}
