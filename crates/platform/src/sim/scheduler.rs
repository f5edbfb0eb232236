//! One thread, one virtual clock, one seed: what runs next.

use super::prng::Prng;
use crate::tasks::{BoxFuture, Step, Task};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, Wake as StdWake, Waker};
use std::time::Duration;

/// A step takes up to this much virtual time, so that busy tasks see the clock move.
const STEP_NS_MAX: u64 = 10_000;
/// A run of more steps than this makes no progress: it panics instead of hanging.
const STEPS_MAX: u64 = 100_000_000;

/// Something that can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Item {
    /// The future of `block_on`.
    Main,
    Future(u64),
    Job(u64),
    Task(u64),
}

/// `None` while it runs, outside the lock.
type Parked<T> = Option<T>;

struct TaskSlot {
    name: String,
    task: Parked<Box<dyn Task>>,
    deadline: Option<u64>,
    /// A wake came during the step.
    woken: bool,
}

enum Timer {
    Waker(Waker),
    Task(u64),
}

/// What a boot leaves behind; dropped outside the lock, for destructors call back.
#[derive(Default)]
pub(super) struct Remains {
    _futures: BTreeMap<u64, Parked<BoxFuture<()>>>,
    _jobs: BTreeMap<u64, Box<dyn FnOnce() + Send>>,
    _tasks: BTreeMap<u64, TaskSlot>,
    _timers: BTreeMap<(u64, u64), Timer>,
}

struct SchedulerState {
    rng: Prng,
    now_ns: u64,
    boot: u64,
    next_id: u64,
    running: bool,
    steps: u64,
    fingerprint: u64,
    ready: Vec<Item>,
    queued: BTreeSet<Item>,
    futures: BTreeMap<u64, Parked<BoxFuture<()>>>,
    jobs: BTreeMap<u64, Box<dyn FnOnce() + Send>>,
    tasks: BTreeMap<u64, TaskSlot>,
    timers: BTreeMap<(u64, u64), Timer>,
}

impl SchedulerState {
    fn id(&mut self) -> u64 {
        self.next_id += 1;
        self.next_id
    }

    fn queue(&mut self, item: Item) {
        if self.queued.insert(item) {
            self.ready.push(item);
        }
    }

    fn wake_task(&mut self, id: u64) {
        let Some(slot) = self.tasks.get_mut(&id) else {
            return;
        };
        slot.woken = true;
        let deadline = slot.deadline.take();
        if slot.task.is_some() {
            self.queue(Item::Task(id));
        }
        if let Some(deadline) = deadline {
            self.timers.remove(&(deadline, id));
        }
    }

    /// Folds what happened into the fingerprint of the run.
    fn note(&mut self, item: Item) {
        let (kind, id) = match item {
            Item::Main => (0, 0),
            Item::Future(id) => (1, id),
            Item::Job(id) => (2, id),
            Item::Task(id) => (3, id),
        };
        for word in [kind, id, self.now_ns] {
            self.fingerprint = (self.fingerprint ^ word).wrapping_mul(0x0100_0000_01B3);
        }
    }
}

/// The scheduler of a simulation; shared by all boots.
pub(super) struct Scheduler {
    state: Mutex<SchedulerState>,
}

struct ItemWaker {
    scheduler: std::sync::Weak<Scheduler>,
    item: Item,
}

impl StdWake for ItemWaker {
    fn wake(self: Arc<Self>) {
        if let Some(scheduler) = self.scheduler.upgrade() {
            scheduler.wake(self.item);
        }
    }
}

impl Scheduler {
    pub(super) fn new(rng: Prng) -> Self {
        let state = SchedulerState {
            rng,
            now_ns: 0,
            boot: 0,
            next_id: 0,
            running: false,
            steps: 0,
            fingerprint: 0xCBF2_9CE4_8422_2325,
            ready: Vec::new(),
            queued: BTreeSet::new(),
            futures: BTreeMap::new(),
            jobs: BTreeMap::new(),
            tasks: BTreeMap::new(),
            timers: BTreeMap::new(),
        };
        Self { state: Mutex::new(state) }
    }

    /// A panic while the lock is held is a bug of the simulation that is already being reported.
    fn state(&self) -> MutexGuard<'_, SchedulerState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn now_ns(&self) -> u64 {
        self.state().now_ns
    }

    pub(super) fn fingerprint(&self) -> u64 {
        self.state().fingerprint
    }

    pub(super) fn advance(&self, ns: u64) {
        self.state().now_ns += ns;
    }

    pub(super) fn boot(&self) -> u64 {
        self.state().boot
    }

    /// Ends the running boot and starts the next one, with nothing running.
    pub(super) fn next_boot(&self) -> Remains {
        let mut state = self.state();
        state.boot += 1;
        state.ready.retain(|item| *item == Item::Main);
        state.queued.retain(|item| *item == Item::Main);
        Remains {
            _futures: std::mem::take(&mut state.futures),
            _jobs: std::mem::take(&mut state.jobs),
            _tasks: std::mem::take(&mut state.tasks),
            _timers: std::mem::take(&mut state.timers),
        }
    }

    pub(super) fn waker(self: &Arc<Self>, item: Item) -> Waker {
        Waker::from(Arc::new(ItemWaker { scheduler: Arc::downgrade(self), item }))
    }

    pub(super) fn wake(&self, item: Item) {
        let mut state = self.state();
        match item {
            Item::Future(id) if !state.futures.contains_key(&id) => {}
            Item::Task(id) => state.wake_task(id),
            item => state.queue(item),
        }
    }

    /// Hands the future back when its boot is over.
    pub(super) fn spawn(&self, boot: u64, future: BoxFuture<()>) -> Option<BoxFuture<()>> {
        let mut state = self.state();
        if state.boot != boot {
            return Some(future);
        }
        let id = state.id();
        state.futures.insert(id, Some(future));
        state.queue(Item::Future(id));
        None
    }

    /// Hands the job back when its boot is over.
    pub(super) fn job(
        &self,
        boot: u64,
        job: Box<dyn FnOnce() + Send>,
    ) -> Option<Box<dyn FnOnce() + Send>> {
        let mut state = self.state();
        if state.boot != boot {
            return Some(job);
        }
        let id = state.id();
        state.jobs.insert(id, job);
        state.queue(Item::Job(id));
        None
    }

    /// The id of the task; one of a boot that is over is never run.
    pub(super) fn add_task(&self, boot: u64, name: &str, task: Box<dyn Task>) -> u64 {
        let mut state = self.state();
        let id = state.id();
        if state.boot != boot {
            drop(state);
            return id;
        }
        let slot =
            TaskSlot { name: name.to_owned(), task: Some(task), deadline: None, woken: false };
        state.tasks.insert(id, slot);
        state.queue(Item::Task(id));
        id
    }

    pub(super) fn remove_task(&self, id: u64) {
        let mut state = self.state();
        let slot = state.tasks.remove(&id);
        if let Some(deadline) = slot.as_ref().and_then(|slot| slot.deadline) {
            state.timers.remove(&(deadline, id));
        }
        drop(state);
        drop(slot);
    }

    /// Registers a waker for a moment; `None` when the boot is over. The key removes it.
    pub(super) fn add_timer(&self, boot: u64, at_ns: u64, waker: Waker) -> Option<(u64, u64)> {
        let mut state = self.state();
        if state.boot != boot {
            return None;
        }
        let key = (at_ns, state.id());
        state.timers.insert(key, Timer::Waker(waker));
        Some(key)
    }

    pub(super) fn remove_timer(&self, key: (u64, u64)) {
        let timer = self.state().timers.remove(&key);
        drop(timer);
    }

    /// Marks the simulation as running until the guard drops.
    pub(super) fn enter(self: &Arc<Self>, seed: u64) -> Running {
        let mut state = self.state();
        assert!(!state.running, "a simulation runs one thing at a time: no block_on within a task");
        state.running = true;
        state.steps = 0;
        Running { scheduler: Arc::clone(self), seed }
    }

    /// Picks what runs next, letting the clock jump up to `until_ns` when nothing can run now.
    pub(super) fn next(&self, until_ns: u64) -> Option<Item> {
        loop {
            let mut state = self.state();
            let due = state.timers.first_key_value().map(|(key, _)| *key);
            if let Some(key) = due.filter(|key| key.0 <= state.now_ns) {
                let timer = state.timers.remove(&key);
                match timer {
                    Some(Timer::Task(id)) => state.wake_task(id),
                    Some(Timer::Waker(waker)) => {
                        drop(state);
                        waker.wake();
                    }
                    None => unreachable!("just seen"),
                }
            } else if !state.ready.is_empty() {
                return Some(Self::pick(&mut state));
            } else {
                let key = due.filter(|key| key.0 <= until_ns)?;
                state.now_ns = key.0;
            }
        }
    }

    fn pick(state: &mut SchedulerState) -> Item {
        state.steps += 1;
        assert!(state.steps < STEPS_MAX, "livelock: {STEPS_MAX} steps without an end");
        let count = state.ready.len();
        let at = state.rng.index(count);
        let item = state.ready.swap_remove(at);
        state.queued.remove(&item);
        state.now_ns += state.rng.below(STEP_NS_MAX);
        state.note(item);
        item
    }

    /// Runs anything but [`Item::Main`].
    pub(super) fn run(self: &Arc<Self>, item: Item) {
        match item {
            Item::Main => {}
            Item::Future(id) => self.run_future(id),
            Item::Job(id) => {
                let job = self.state().jobs.remove(&id);
                if let Some(job) = job {
                    job();
                }
            }
            Item::Task(id) => self.run_task(id),
        }
    }

    fn run_future(self: &Arc<Self>, id: u64) {
        let future = self.state().futures.get_mut(&id).and_then(Option::take);
        let Some(mut future) = future else { return };
        let waker = self.waker(Item::Future(id));
        let poll = future.as_mut().poll(&mut Context::from_waker(&waker));
        let mut state = self.state();
        if poll.is_ready() {
            state.futures.remove(&id);
        } else if let Some(slot) = state.futures.get_mut(&id) {
            *slot = Some(future);
            return;
        }
        drop(state);
        // Ended, or its boot has: destructors may call back.
        drop(future);
    }

    fn run_task(&self, id: u64) {
        let mut state = self.state();
        let Some(slot) = state.tasks.get_mut(&id) else {
            return;
        };
        let Some(mut task) = slot.task.take() else {
            return;
        };
        slot.woken = false;
        drop(state);
        let step = task.step();
        let mut state = self.state();
        let now_ns = state.now_ns;
        let Some(slot) = state.tasks.get_mut(&id) else {
            drop(state);
            drop(task);
            return;
        };
        slot.task = Some(task);
        match step {
            Step::Done => {
                drop(state);
                self.remove_task(id);
            }
            _ if slot.woken || step == Step::Again => state.queue(Item::Task(id)),
            Step::SleepFor(duration) => {
                let deadline = later(now_ns, duration);
                slot.deadline = Some(deadline);
                state.timers.insert((deadline, id), Timer::Task(id));
            }
            _ => {}
        }
    }

    /// Who waits, for the message of a deadlock.
    pub(super) fn describe(&self) -> String {
        let state = self.state();
        let names: Vec<&str> = state.tasks.values().map(|slot| slot.name.as_str()).collect();
        format!(
            "at {} ns nothing can run and no timer is set; waiting: {} futures, tasks {names:?}",
            state.now_ns,
            state.futures.len(),
        )
    }
}

/// Names the seed when the run it guards panics.
pub(super) struct Running {
    scheduler: Arc<Scheduler>,
    seed: u64,
}

impl Drop for Running {
    fn drop(&mut self) {
        let mut state = self.scheduler.state();
        state.running = false;
        state.ready.retain(|item| *item != Item::Main);
        state.queued.remove(&Item::Main);
        if std::thread::panicking() {
            eprintln!("simulation failed with seed {} at {} ns", self.seed, state.now_ns);
        }
    }
}

/// `duration` after `now_ns`; a moment past the clock's end never comes.
pub(super) fn later(now_ns: u64, duration: Duration) -> u64 {
    now_ns.saturating_add(u64::try_from(duration.as_nanos()).unwrap_or(u64::MAX))
}

/// Polls the future of `block_on` once.
pub(super) fn poll_main<F: Future>(
    scheduler: &Arc<Scheduler>,
    future: std::pin::Pin<&mut F>,
) -> Option<F::Output> {
    let waker = scheduler.waker(Item::Main);
    match future.poll(&mut Context::from_waker(&waker)) {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}
