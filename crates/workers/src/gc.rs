//! Frees what no row names any more, when it is due.
//!
//! A Gc row is due a while after the commit that wrote it, so that nothing has to happen at the
//! commit itself: the first one sets a timer, and the run that it starts says when the next row is
//! due. Where no such row is committed nothing runs and nothing is read.

use crate::bridge::{WorkerOf, start};
use larder_objects::Objects;
use larder_objects::gc::{GRACE_MS, GcProgress};
use larder_platform::{BoxFuture, Platform, Step, Wake, WorkerHandle};
use larder_storage::{RowKind, RowKinds, Storage, Watcher};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Gc rows freed before others get their turn.
const ROWS_AT_ONCE: usize = 1000;
/// Shortest time between two runs: rows that are due one after another are freed together.
const PAUSE_MIN: Duration = Duration::from_secs(1);
/// Longest sleep towards a row that is due far away: the wall clock may be set meanwhile, and a
/// row that is committed during it is due this long after it.
const PAUSE_MAX: Duration = Duration::from_millis(GRACE_MS.unsigned_abs());
/// When to try again what failed.
const RETRY: Duration = Duration::from_secs(30);

/// The running gc. Dropping it stops the gc after its current step; not on a reactor thread.
pub struct GcHandle {
    shared: Arc<Shared>,
    /// What the engine tells of commits, for as long as the gc runs.
    _watcher: Arc<dyn Watcher>,
    _worker: WorkerHandle,
}

struct Shared {
    /// Gc rows were committed since the last run began.
    committed: AtomicBool,
    /// Blobs freed so far.
    freed: AtomicU64,
    run: Mutex<Run>,
}

/// What the last run left behind.
#[derive(Default)]
struct Run {
    pause: Option<Duration>,
}

struct Gc<S: Storage> {
    objects: Objects<S>,
    platform: Platform,
    shared: Arc<Shared>,
    /// When to run, by the monotonic clock; `None` when nothing is known to become due.
    due_ns: Option<u64>,
    started: bool,
}

/// Starts the gc. Its first run looks at everything that an earlier process left.
pub fn start_gc<S: Storage>(objects: Objects<S>, platform: &Platform) -> GcHandle {
    let shared = Arc::new(Shared {
        committed: AtomicBool::new(false),
        freed: AtomicU64::new(0),
        run: Mutex::default(),
    });
    let gc = Gc {
        objects: objects.clone(),
        platform: platform.clone(),
        shared: shared.clone(),
        due_ns: Some(0),
        started: false,
    };
    let worker = start(platform, "gc", gc);
    let watcher = GcWatcher { shared: shared.clone(), wake: worker.wake.clone() };
    let watcher: Arc<dyn Watcher> = Arc::new(watcher);
    objects.watch(&watcher);
    GcHandle { shared, _watcher: watcher, _worker: worker }
}

impl GcHandle {
    /// Blobs freed since the start.
    pub fn blobs_freed(&self) -> u64 {
        self.shared.freed.load(Ordering::Relaxed)
    }
}

/// Wakes the gc when there is something to free.
struct GcWatcher {
    shared: Arc<Shared>,
    wake: Arc<dyn Wake>,
}

impl Watcher for GcWatcher {
    /// Cheap: one load when the gc knows.
    fn committed(&self, kinds: RowKinds) {
        if kinds.contains(RowKind::Gc)
            && !self.shared.committed.load(Ordering::Relaxed)
            && !self.shared.committed.swap(true, Ordering::Relaxed)
        {
            self.wake.wake();
        }
    }
}

impl<S: Storage> WorkerOf for Gc<S> {
    fn next(&mut self) -> Result<BoxFuture<()>, Step> {
        let now_ns = self.platform.clock.monotonic_ns();
        if std::mem::take(&mut self.started) {
            let pause = self.shared.lock().pause.take();
            self.due_ns = pause.map(|pause| after(now_ns, pause));
        }
        if self.due_ns.is_none() && self.shared.committed.load(Ordering::Relaxed) {
            self.due_ns = Some(after(now_ns, PAUSE_MAX));
        }
        match self.due_ns {
            None => Err(Step::Sleep),
            Some(due_ns) if due_ns > now_ns => {
                Err(Step::SleepFor(Duration::from_nanos(due_ns - now_ns)))
            }
            Some(_) => {
                // Before the run looks, so that no row is missed.
                self.shared.committed.store(false, Ordering::Relaxed);
                self.started = true;
                let run = run(self.objects.clone(), self.platform.clone(), self.shared.clone());
                Ok(Box::pin(run))
            }
        }
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, Run> {
        self.run.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn run<S: Storage>(objects: Objects<S>, platform: Platform, shared: Arc<Shared>) {
    let pause = match objects.run_gc(ROWS_AT_ONCE).await {
        Ok(progress) => {
            shared.freed.fetch_add(progress.blobs, Ordering::Relaxed);
            if let Some(error) = &progress.error {
                log::error!("gc: {} rows failed, trying again: {error}", progress.failed);
            }
            pause_after(&progress, platform.wall_ms())
        }
        Err(error) => {
            log::error!("gc: the queue cannot be read, trying again: {error}");
            Some(RETRY)
        }
    };
    *shared.lock() = Run { pause };
}

/// How long to wait for the next run; `None` until further rows are committed.
fn pause_after(progress: &GcProgress, now_ms: i64) -> Option<Duration> {
    let due = progress.next_due_ms.map(|due_ms| match due_ms - now_ms {
        // The limit was reached.
        left if left <= 0 => Duration::ZERO,
        left => Duration::from_millis(left.unsigned_abs()).clamp(PAUSE_MIN, PAUSE_MAX),
    });
    let retry = (progress.failed > 0).then_some(RETRY);
    match (due, retry) {
        (Some(due), Some(retry)) => Some(due.max(PAUSE_MIN).min(retry)),
        (due, retry) => due.or(retry),
    }
}

fn after(now_ns: u64, pause: Duration) -> u64 {
    now_ns.saturating_add(pause.as_nanos() as u64)
}

#[cfg(test)]
mod tests;
