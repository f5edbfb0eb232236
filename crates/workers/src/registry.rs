//! All workers of a server.

use crate::gc::Gc;
use crate::runner::{self, RunHandle, RunningWorker};
use crate::scrub::{Scrub, ScrubHandle, ScrubSettings};
use crate::status::WorkerStatus;
use crate::worker::Worker;
use larder_objects::Objects;
use larder_platform::Platform;
use larder_storage::{Engine, MetaStore, Metric};

/// What workers work on.
pub struct Parts<E: Engine> {
    /// The engine, which tells of commits.
    pub engine: E,
    /// What is stored in it.
    pub objects: Objects<E>,
    /// The machine.
    pub platform: Platform,
    /// When and how fast the scrub reads.
    pub scrub: ScrubSettings,
}

/// The workers. Dropping them stops each after its current step; not on a reactor thread.
pub struct Workers {
    registry: Registry,
    scrub: ScrubHandle,
}

impl Workers {
    /// Starts all of them.
    pub fn start<E: Engine>(parts: Parts<E>) -> Self {
        let Parts { engine, objects, platform, scrub: settings } = parts;
        let mut registry = Registry::default();
        let (scrub, report) = Scrub::new(engine.clone(), settings);
        registry.add(&platform, &engine, Gc::new(objects, &platform));
        let scrub = registry.add(&platform, &engine, scrub);
        Self { registry, scrub: ScrubHandle::new(scrub, report) }
    }

    /// How they are doing, in the order of their start.
    pub fn status(&self) -> Vec<WorkerStatus> {
        self.registry.status()
    }

    /// What they count beside what [`WorkerStatus`] has.
    pub fn metrics(&self) -> Vec<Metric> {
        self.registry.metrics()
    }

    /// Begins passes of the scrub and shows them.
    pub fn scrub(&self) -> &ScrubHandle {
        &self.scrub
    }
}

/// Workers that run.
#[derive(Default)]
pub(crate) struct Registry(Vec<RunningWorker>);

impl Registry {
    /// Starts a worker, which the commits of `store` may wake.
    pub(crate) fn add<W: Worker>(
        &mut self,
        platform: &Platform,
        store: &impl MetaStore,
        worker: W,
    ) -> RunHandle {
        let running = runner::start(platform, store, worker);
        let handle = running.handle();
        self.0.push(running);
        handle
    }

    pub(crate) fn status(&self) -> Vec<WorkerStatus> {
        self.0.iter().map(RunningWorker::status).collect()
    }

    pub(crate) fn metrics(&self) -> Vec<Metric> {
        self.0.iter().flat_map(RunningWorker::metrics).collect()
    }
}
