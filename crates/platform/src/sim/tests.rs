//! The scheduler: what runs, when, and that a seed replays it.

use super::Simulation;
use crate::tasks::{Step, Task, Wake};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// Runs three tasks that note their steps, with sleeps and jobs between them.
fn interleaving(seed: u64) -> (Vec<(u64, u64)>, u64) {
    let simulation = Simulation::new(seed);
    let platform = simulation.platform();
    let notes = Arc::new(Mutex::new(Vec::new()));
    simulation.block_on(async {
        let (done, mut finished) = tokio::sync::mpsc::unbounded_channel();
        for task in 0..3 {
            let (notes, inner, done) = (Arc::clone(&notes), platform.clone(), done.clone());
            platform.spawn(async move {
                for step in 0..5 {
                    let drawn = inner.random.u64() % 1000;
                    inner.tasks.sleep(Duration::from_micros(drawn)).await;
                    let notes = Arc::clone(&notes);
                    let job = move || notes.lock().unwrap().push((task, step));
                    inner.blocking(job).await.expect("the job runs");
                }
                done.send(()).unwrap();
            });
        }
        for _ in 0..3 {
            finished.recv().await.unwrap();
        }
    });
    let notes = notes.lock().unwrap().clone();
    (notes, simulation.fingerprint())
}

#[test]
fn one_seed_replays_one_run() {
    assert_eq!(interleaving(7), interleaving(7));
    let orders: std::collections::BTreeSet<_> = (0..20).map(interleaving).collect();
    assert!(orders.len() >= 19, "seeds differ in what they run");
}

#[test]
fn the_clock_jumps_to_timers() {
    let simulation = Simulation::new(1);
    let platform = simulation.platform();
    let day = Duration::from_secs(86_400);
    let (wall, before) = (platform.clock.wall_ns(), platform.clock.monotonic_ns());
    simulation.block_on(platform.tasks.sleep(day));
    let passed = platform.clock.monotonic_ns() - before;
    assert!(passed >= day.as_nanos() as u64 && passed < 2 * day.as_nanos() as u64);
    assert_eq!(platform.clock.wall_ns() - wall, passed);
    simulation.shift_wall_clock(-1_000);
    assert_eq!(platform.clock.wall_ns() - wall, passed - 1_000);
    assert_eq!(platform.clock.monotonic_ns() - before, passed);
}

#[test]
#[should_panic(expected = "deadlock: at")]
fn a_deadlock_is_named() {
    Simulation::new(1).block_on(std::future::pending::<()>());
}

#[test]
fn a_sleep_without_end_does_not_overflow() {
    let simulation = Simulation::new(1);
    let platform = simulation.platform();
    let forever = platform.tasks.sleep(Duration::MAX);
    platform.spawn(forever);
    simulation.run_for(Duration::from_secs(1));
    assert_eq!(simulation.now_ns() / 1_000_000_000, 1);
}

struct Counter {
    steps: Arc<AtomicU64>,
    then: Step,
    dropped: Arc<AtomicU64>,
}

impl Task for Counter {
    fn step(&mut self) -> Step {
        self.steps.fetch_add(1, Ordering::Relaxed);
        self.then
    }
}

impl Drop for Counter {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

fn counter(then: Step) -> (Box<Counter>, Arc<AtomicU64>, Arc<AtomicU64>) {
    let (steps, dropped) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicU64::new(0)));
    let task = Box::new(Counter { steps: Arc::clone(&steps), then, dropped: Arc::clone(&dropped) });
    (task, steps, dropped)
}

#[test]
fn tasks_step_when_woken() {
    let simulation = Simulation::new(3);
    let (task, steps, dropped) = counter(Step::Sleep);
    let handle = simulation.platform().tasks.start_task("counter", task);
    simulation.run_until_idle();
    assert_eq!(steps.load(Ordering::Relaxed), 1);
    handle.wake.wake();
    handle.wake.wake();
    simulation.run_until_idle();
    assert_eq!(steps.load(Ordering::Relaxed), 2, "two wakes before a step are one");
    let wake: Arc<dyn Wake> = Arc::clone(&handle.wake);
    drop(handle);
    wake.wake();
    simulation.run_until_idle();
    assert_eq!((steps.load(Ordering::Relaxed), dropped.load(Ordering::Relaxed)), (2, 1));
}

#[test]
fn tasks_step_when_due() {
    let simulation = Simulation::new(3);
    let (task, steps, _) = counter(Step::SleepFor(Duration::from_millis(100)));
    let handle = simulation.platform().tasks.start_task("counter", task);
    simulation.run_for(Duration::from_millis(1050));
    assert_eq!(steps.load(Ordering::Relaxed), 11);
    simulation.reboot();
    simulation.run_for(Duration::from_secs(10));
    assert_eq!(steps.load(Ordering::Relaxed), 11, "a task dies with its boot");
    drop(handle);
}

/// Wakes itself during each of its first steps.
struct SelfWaker {
    wake: Arc<Mutex<Option<Arc<dyn Wake>>>>,
    left: u64,
}

impl Task for SelfWaker {
    fn step(&mut self) -> Step {
        let wake = self.wake.lock().unwrap().clone().expect("set before it runs");
        if self.left == 0 {
            return Step::Done;
        }
        self.left -= 1;
        wake.wake();
        Step::Sleep
    }
}

#[test]
fn a_wake_during_a_step_is_not_lost() {
    let simulation = Simulation::new(3);
    let wake = Arc::new(Mutex::new(None));
    let task = SelfWaker { wake: Arc::clone(&wake), left: 3 };
    let handle = simulation.platform().tasks.start_task("self-waker", Box::new(task));
    *wake.lock().unwrap() = Some(Arc::clone(&handle.wake));
    simulation.run_until_idle();
    assert_eq!(Arc::strong_count(&wake), 1, "it stepped until it was done");
}

#[test]
fn a_cut_ends_the_tasks_of_its_boot() {
    let simulation = Simulation::new(5);
    let old = simulation.platform();
    let (send, receive) = tokio::sync::oneshot::channel::<()>();
    let sleep = old.tasks.sleep(Duration::from_secs(1));
    old.spawn(async move {
        sleep.await;
        send.send(()).unwrap();
    });
    let machine = simulation.clone();
    let answer = simulation.block_on(async move {
        machine.power_cut();
        receive.await
    });
    assert!(answer.is_err(), "the sender was dropped");
    let job = simulation.block_on(old.blocking(|| 1));
    assert_eq!(job, None, "the old boot runs nothing");
    assert_eq!(simulation.block_on(simulation.platform().blocking(|| 1)), Some(1));
}
