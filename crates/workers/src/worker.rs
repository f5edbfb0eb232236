//! What a background worker is.

use larder_storage::{Metric, MetricValue, RowKinds};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Background work, which the registry runs: a thread for each worker in production, steps that a
/// seed puts between those of everything else in simulation.
///
/// A *run* is what a worker does from the moment that something begins it until nothing is left to
/// do now. It is made of *steps*, between which it may be stopped or has to wait for its throttle.
pub trait Worker: Send + 'static {
    /// What the registry has to know. Asked once, before the first step.
    fn profile(&self) -> Profile;

    /// Does one piece of work. May block on the disk. A step that is given up in the middle, since
    /// the process ends, is one that a crash has cut: the next start does it again.
    fn step(&mut self) -> impl Future<Output = Progress> + Send;
}

/// What the registry knows of a worker.
#[derive(Clone, Debug)]
pub struct Profile {
    /// Its name: of its thread, of its metrics, in the log. One word.
    pub name: &'static str,
    /// What it counts as items, in plural.
    pub items: &'static str,
    /// What begins its runs.
    pub trigger: Trigger,
    /// How much it may do.
    pub throttle: Throttle,
    /// What it counts beside runs, items and failures.
    pub counters: Vec<Counter>,
}

/// What begins a worker's runs besides the operator and [`Next::Over`].
#[derive(Clone, Copy, Debug, Default)]
pub struct Trigger {
    /// When the first run begins, counted from the start; `None`: not by itself.
    pub first: Option<Duration>,
    /// Rows of these kinds begin one once they are committed.
    pub rows: RowKinds,
    /// How long after such a commit, at the latest.
    pub delay: Duration,
}

/// How much a worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Throttle {
    /// At most so many items in a step, whose bound the worker holds; then whatever waits for its
    /// thread or, in simulation, for the processor goes first.
    PerStep(u64),
    /// At most so many items in a second, never 0. The registry holds it: after a step the worker
    /// rests for as long as what it did is worth.
    PerSecond(u64),
}

/// What a step did.
#[derive(Debug)]
pub struct Progress {
    /// Items that it did.
    pub items: u64,
    /// Items that failed, or 1 when there was no telling them apart.
    pub failures: u64,
    /// What the operator should read of the failures; it is logged and shown as the last error.
    pub error: Option<String>,
    /// What comes next.
    pub next: Next,
}

/// What comes after a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// There is more to do now: another step of the same run.
    More,
    /// The run is over. The next one begins after this time unless something begins it before;
    /// `None`: something has to.
    Over(Option<Duration>),
}

/// A counter of a worker's own. A clone counts on.
#[derive(Clone, Debug)]
pub struct Counter {
    name: &'static str,
    help: &'static str,
    value: Arc<AtomicU64>,
}

impl Counter {
    /// A counter at 0. The name is without the program's prefix and ends in `_total`; the help is
    /// one sentence.
    pub fn new(name: &'static str, help: &'static str) -> Self {
        Self { name, help, value: Arc::default() }
    }

    /// Counts `n` more.
    pub fn add(&self, n: u64) {
        self.value.fetch_add(n, Ordering::Relaxed);
    }

    /// What was counted.
    pub fn value(&self) -> u64 {
        self.value.load(Ordering::Relaxed)
    }

    /// As the page of metrics has it.
    pub(crate) fn metric(&self) -> Metric {
        Metric { name: self.name, help: self.help, value: MetricValue::Counter(self.value()) }
    }
}
