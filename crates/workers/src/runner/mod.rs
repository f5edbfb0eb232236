//! Runs a worker: one future for all of its life, polled by a task of the platform.

use crate::status::{LastError, WorkerState, WorkerStatus};
use crate::worker::{Next, Profile, Progress, Throttle, Worker};
use larder_platform::{BoxFuture, Platform, Step, Task, TaskHandle, Wake};
use larder_storage::{MetaStore, Metric, RowKinds, Watcher};
use larder_types::Timestamp;
use std::future::poll_fn;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// The alarm of a worker that waits for something else than a time.
const NEVER: u64 = u64::MAX;

/// A worker that runs. Dropping it stops it after its current step; not on a reactor thread.
pub(crate) struct RunningWorker {
    record: Arc<WorkerRecord>,
    /// The engine tells it of commits for as long as it is held.
    _watcher: Option<Arc<dyn Watcher>>,
    _task: TaskHandle,
}

/// Begins runs of a worker, and knows how they go. It does not keep the worker running.
#[derive(Clone)]
pub(crate) struct RunHandle {
    record: Arc<WorkerRecord>,
}

/// A run as [`RunHandle`] shows it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct RunNumber {
    /// The run that goes on or was asked for, or else the last one; from 1, 0 before the first.
    pub(crate) number: u64,
    /// Whether it goes on or was asked for.
    pub(crate) is_underway: bool,
}

/// What is known of a worker by itself and by those who look.
struct WorkerRecord {
    profile: Profile,
    runs: Mutex<Runs>,
    /// Rows of its kinds were committed since its last run began.
    committed: AtomicBool,
    /// When to go on, by the monotonic clock, unless woken before.
    alarm_ns: AtomicU64,
    task: Arc<TaskWaker>,
}

struct Runs {
    /// Runs that began.
    begun: u64,
    is_running: bool,
    /// Somebody asked for a run that has not begun.
    asked: bool,
    status: WorkerStatus,
}

/// Wakes the worker's task, once there is one.
#[derive(Default)]
struct TaskWaker(OnceLock<Arc<dyn Wake>>);

impl TaskWaker {
    fn wake(&self) {
        if let Some(task) = self.0.get() {
            task.wake();
        }
    }
}

impl std::task::Wake for TaskWaker {
    fn wake(self: Arc<Self>) {
        Self::wake(&self);
    }
}

/// Starts a worker, which the commits of `store` may wake.
pub(crate) fn start<W: Worker>(
    platform: &Platform,
    store: &impl MetaStore,
    worker: W,
) -> RunningWorker {
    let record = Arc::new(WorkerRecord::new(worker.profile()));
    let rows = record.profile.trigger.rows;
    // Before the first run looks at what is stored: no commit falls between the two.
    let watcher = (!rows.is_empty()).then(|| {
        let watcher: Arc<dyn Watcher> = Arc::new(CommitWatcher { rows, record: record.clone() });
        store.watch(&watcher);
        watcher
    });
    let runner = Runner { platform: platform.clone(), record: record.clone() };
    let task = WorkerTask {
        life: Box::pin(runner.live(worker)),
        platform: platform.clone(),
        record: record.clone(),
        waker: Waker::from(record.task.clone()),
    };
    let task = platform.tasks.start_task(record.profile.name, Box::new(task));
    // A first step that was made already may have missed its waker.
    let _ = record.task.0.set(task.wake.clone());
    task.wake.wake();
    RunningWorker { record, _watcher: watcher, _task: task }
}

impl RunningWorker {
    pub(crate) fn handle(&self) -> RunHandle {
        RunHandle { record: self.record.clone() }
    }

    pub(crate) fn status(&self) -> WorkerStatus {
        self.record.lock().status.clone()
    }

    /// The counters of its own.
    pub(crate) fn metrics(&self) -> impl Iterator<Item = Metric> {
        self.record.profile.counters.iter().map(|counter| counter.metric())
    }
}

impl RunHandle {
    /// Begins a run unless one goes on. Returns the number of the run that does.
    pub(crate) fn begin(&self) -> u64 {
        let mut runs = self.record.lock();
        if runs.is_running {
            return runs.begun;
        }
        runs.asked = true;
        let number = runs.begun + 1;
        drop(runs);
        self.record.task.wake();
        number
    }

    /// The present or last run.
    pub(crate) fn run(&self) -> RunNumber {
        let runs = self.record.lock();
        let number = runs.begun + u64::from(runs.asked);
        RunNumber { number, is_underway: runs.asked || runs.is_running }
    }
}

/// Wakes a worker when rows of its kinds are committed.
struct CommitWatcher {
    rows: RowKinds,
    record: Arc<WorkerRecord>,
}

impl Watcher for CommitWatcher {
    /// Cheap: one load when the worker knows already.
    fn committed(&self, kinds: RowKinds) {
        if !kinds.intersects(self.rows) {
            return;
        }
        // Pairs with that of a run's beginning: either the run reads these rows, or this sees that
        // it has begun and says that there are more.
        fence(Ordering::SeqCst);
        let committed = &self.record.committed;
        if !committed.load(Ordering::Relaxed) && !committed.swap(true, Ordering::Relaxed) {
            self.record.task.wake();
        }
    }
}

impl WorkerRecord {
    fn new(profile: Profile) -> Self {
        let status = WorkerStatus {
            name: profile.name,
            items_name: profile.items,
            state: WorkerState::Idle,
            runs: 0,
            items: 0,
            failures: 0,
            last_run: None,
            last_success: None,
            last_error: None,
        };
        Self {
            profile,
            runs: Mutex::new(Runs { begun: 0, is_running: false, asked: false, status }),
            committed: AtomicBool::new(false),
            alarm_ns: AtomicU64::new(NEVER),
            task: Arc::default(),
        }
    }

    fn lock(&self) -> MutexGuard<'_, Runs> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins a run if it is time to.
    fn try_begin(&self, due_ns: &mut Option<u64>, now_ns: u64) -> bool {
        if self.committed.load(Ordering::Relaxed) {
            let latest_ns = after(now_ns, self.profile.trigger.delay);
            *due_ns = Some(due_ns.map_or(latest_ns, |due_ns| due_ns.min(latest_ns)));
        }
        let mut runs = self.lock();
        if !runs.asked && due_ns.is_none_or(|due_ns| due_ns > now_ns) {
            return false;
        }
        runs.asked = false;
        runs.begun += 1;
        runs.is_running = true;
        runs.status.state = WorkerState::Running;
        drop(runs);
        // Before the run looks at what is stored, so that no row is missed.
        self.committed.store(false, Ordering::Relaxed);
        fence(Ordering::SeqCst);
        true
    }
}

/// What runs a worker.
struct Runner {
    platform: Platform,
    record: Arc<WorkerRecord>,
}

impl Runner {
    /// Runs and waits, for as long as the process does.
    async fn live(self, mut worker: impl Worker) {
        let first = self.record.profile.trigger.first;
        let mut due_ns = first.map(|first| after(self.now_ns(), first));
        loop {
            poll_fn(|_| {
                if self.record.try_begin(&mut due_ns, self.now_ns()) {
                    return Poll::Ready(());
                }
                self.record.alarm_ns.store(due_ns.unwrap_or(NEVER), Ordering::Relaxed);
                Poll::Pending
            })
            .await;
            let pause = self.run(&mut worker).await;
            due_ns = pause.map(|pause| after(self.now_ns(), pause));
        }
    }

    /// One run. Returns when the next one is due.
    async fn run(&self, worker: &mut impl Worker) -> Option<Duration> {
        let begun_ns = self.now_ns();
        let mut failures = 0;
        loop {
            let step_ns = self.now_ns();
            let progress = worker.step().await;
            failures += progress.failures;
            self.account(&progress);
            match progress.next {
                Next::Over(pause) => {
                    self.end(begun_ns, failures);
                    return pause;
                }
                Next::More => self.rest(step_ns, progress.items).await,
            }
        }
    }

    fn account(&self, progress: &Progress) {
        let mut runs = self.record.lock();
        runs.status.items += progress.items;
        runs.status.failures += progress.failures;
        if let Some(text) = &progress.error {
            log::error!("{}: {text}", self.record.profile.name);
            let at = Timestamp { ms: self.platform.wall_ms() };
            runs.status.last_error = Some(LastError { at, text: text.clone() });
        }
    }

    fn end(&self, begun_ns: u64, failures: u64) {
        let mut runs = self.record.lock();
        runs.is_running = false;
        let status = &mut runs.status;
        status.runs += 1;
        status.last_run = Some(Duration::from_nanos(self.now_ns() - begun_ns));
        if failures == 0 {
            status.state = WorkerState::Idle;
            status.last_success = Some(Timestamp { ms: self.platform.wall_ms() });
        } else {
            status.state = WorkerState::Failed;
        }
    }

    /// Lets others go first, and holds the throttle after a step that began at `step_ns`.
    async fn rest(&self, step_ns: u64, items: u64) {
        let rest = match self.record.profile.throttle {
            Throttle::PerStep(_) => Duration::ZERO,
            Throttle::PerSecond(rate) => {
                Duration::from_nanos(items.saturating_mul(1_000_000_000) / rate.max(1))
            }
        };
        let resume_ns = after(step_ns, rest);
        if resume_ns > self.now_ns() {
            self.record.lock().status.state = WorkerState::Throttled;
        }
        let mut has_yielded = false;
        poll_fn(|_| {
            if std::mem::replace(&mut has_yielded, true) && resume_ns <= self.now_ns() {
                return Poll::Ready(());
            }
            self.record.alarm_ns.store(resume_ns, Ordering::Relaxed);
            Poll::Pending
        })
        .await;
        self.record.lock().status.state = WorkerState::Running;
    }

    fn now_ns(&self) -> u64 {
        self.platform.clock.monotonic_ns()
    }
}

/// Polls a worker's life in the steps of a platform task, whose sleep is as long as the worker
/// wants to wait.
struct WorkerTask {
    life: BoxFuture<()>,
    platform: Platform,
    record: Arc<WorkerRecord>,
    waker: Waker,
}

impl Task for WorkerTask {
    fn step(&mut self) -> Step {
        // Set again by whoever waits for a time.
        self.record.alarm_ns.store(NEVER, Ordering::Relaxed);
        if self.life.as_mut().poll(&mut Context::from_waker(&self.waker)).is_ready() {
            return Step::Done;
        }
        let now_ns = self.platform.clock.monotonic_ns();
        match self.record.alarm_ns.load(Ordering::Relaxed) {
            NEVER => Step::Sleep,
            alarm_ns if alarm_ns <= now_ns => Step::Again,
            alarm_ns => Step::SleepFor(Duration::from_nanos(alarm_ns - now_ns)),
        }
    }
}

fn after(now_ns: u64, pause: Duration) -> u64 {
    now_ns.saturating_add(u64::try_from(pause.as_nanos()).unwrap_or(NEVER))
}

#[cfg(test)]
mod tests;
