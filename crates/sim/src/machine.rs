//! The machine and the server on it, from boot to boot.

use crate::index::{FlushFaults, UnreliableIndex};
use crate::knobs::Knobs;
use larder_objects::Objects;
use larder_platform::Platform;
use larder_platform::sim::{Prng, Simulation};
use larder_storage_local::index::{CachedIndex, MemoryIndex, MemoryTables};
use larder_storage_local::{Local, OpenError};
use larder_workers::{Parts, ScrubSettings, Workers};
use std::sync::Arc;

/// How fast a scrub would read, if a run began one.
const SCRUB_BYTES_PER_SECOND: u64 = 1 << 20;

/// A machine whose disk and index tables outlive its boots.
pub(crate) struct Machine {
    pub(crate) sim: Simulation,
    pub(crate) knobs: Knobs,
    pub(crate) flush_faults: Arc<FlushFaults>,
    tables: MemoryTables,
    rng: Prng,
    server: Option<Server>,
}

/// The running server.
pub(crate) struct Server {
    pub(crate) platform: Platform,
    pub(crate) local: Local,
    pub(crate) objects: Objects<Local>,
    _workers: Workers,
}

impl Machine {
    pub(crate) fn new(seed: u64, knobs: Knobs, rng: Prng) -> Self {
        Self {
            sim: Simulation::new(seed),
            knobs,
            flush_faults: Arc::default(),
            tables: MemoryTables::default(),
            rng,
            server: None,
        }
    }

    /// Starts the server.
    pub(crate) fn open(&mut self) -> Result<(), OpenError> {
        assert!(self.server.is_none(), "one server at a time");
        let platform = self.sim.platform();
        let (tables, faults) = (self.tables.clone(), self.flush_faults.clone());
        let (rng, cache_bytes) = (self.rng.fork(), self.knobs.row_cache_bytes);
        let local = Local::open(platform.clone(), self.knobs.options.clone(), |_| {
            let index = UnreliableIndex::new(MemoryIndex::new(tables), faults, rng);
            Ok(Arc::new(CachedIndex::new(Arc::new(index), cache_bytes)))
        })?;
        let store = Arc::new(local.clone());
        let objects = Objects::new(store, platform.clone(), self.knobs.settings);
        let workers = Workers::start(Parts {
            engine: local.clone(),
            objects: objects.clone(),
            platform: platform.clone(),
            scrub: ScrubSettings { bytes_per_second: SCRUB_BYTES_PER_SECOND, every: None },
        });
        self.server = Some(Server { platform, local, objects, _workers: workers });
        Ok(())
    }

    pub(crate) fn server(&self) -> &Server {
        self.server.as_ref().expect("the server runs")
    }

    pub(crate) fn is_down(&self) -> bool {
        self.server.is_none()
    }

    /// The power goes and comes back.
    pub(crate) fn cut(&mut self) {
        self.sim.power_cut();
        self.server = None;
    }

    /// The process is killed.
    pub(crate) fn kill(&mut self) {
        self.sim.reboot();
        self.server = None;
    }
}
