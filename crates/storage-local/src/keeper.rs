//! The tasks beside the committer: one flushes the index, one compacts it, one keeps the
//! journal's segments and the space reserve. Idle, they sleep without reading anything.

use crate::gc;
use crate::index::IndexError;
use crate::layout::{SEGMENT_BYTES_FULL, SEGMENT_BYTES_MIN};
use crate::metrics::count;
use crate::rewrites::{self, Decision, Rewrites};
use crate::state::EngineState;
use larder_platform::{Step, Task};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long to wait before trying again what the device refused.
const RETRY: Duration = Duration::from_secs(1);

/// Makes sealed index changes durable.
pub(crate) struct Flusher(pub(crate) Arc<EngineState>);

impl Task for Flusher {
    fn step(&mut self) -> Step {
        let shared = &self.0;
        let Some(segment) = shared.flush_requested() else {
            return Step::Sleep;
        };
        match shared.index.flush(shared.snapshots.evictable(&shared.visible)) {
            Ok(()) => {
                shared.flushed(segment);
                shared.wake_keepers();
                Step::Again
            }
            Err(error) => {
                log::error!("the index could not be flushed, trying again: {error}");
                shared.reserve.review();
                shared.watch_space();
                Step::SleepFor(RETRY)
            }
        }
    }
}

/// Compacts the index, level by level; and as a whole, where that leaves waste, when nobody writes.
pub(crate) struct Compactor {
    shared: Arc<EngineState>,
    rewrites: Rewrites,
}

impl Task for Compactor {
    fn step(&mut self) -> Step {
        let shared = &self.shared;
        match shared.index.compact(shared.snapshots.evictable(&shared.visible)) {
            Ok(true) => Step::Again,
            Ok(false) => self.clear_waste(),
            Err(error) => self.failed("compacted", &error, RETRY),
        }
    }
}

impl Compactor {
    pub(crate) fn new(shared: Arc<EngineState>) -> Self {
        Self { shared, rewrites: Rewrites::default() }
    }

    fn failed(&self, what: &str, error: &IndexError, wait: Duration) -> Step {
        log::error!("the index could not be {what}, trying again: {error}");
        self.shared.reserve.review();
        self.shared.watch_space();
        Step::SleepFor(wait)
    }

    fn clear_waste(&mut self) -> Step {
        let shared = &self.shared;
        let now = || Duration::from_nanos(shared.platform.clock.monotonic_ns());
        let begun = now();
        let writes = shared.metrics.batches.load(Ordering::Relaxed);
        match self.rewrites.decide(shared.index.waste(), writes, begun) {
            Decision::Sleep => return Step::Sleep,
            Decision::Wait(wait) => return Step::SleepFor(wait),
            Decision::Rewrite => {}
        }
        let space = shared.platform.disk.space(&shared.layout.root);
        let free_bytes = space.map_or(0, |space| space.free_bytes);
        if !self.rewrites.fits(shared.index.table_bytes(), free_bytes, begun) {
            return Step::SleepFor(rewrites::RETRY);
        }
        let done = shared.index.rewrite(shared.snapshots.evictable(&shared.visible));
        let ended = now();
        self.rewrites.ended(begun, ended, done.is_err());
        match done {
            Ok(()) => {
                log::info!("the index was rewritten in {} ms", (ended - begun).as_millis());
                Step::Again
            }
            Err(error) => self.failed("rewritten", &error, rewrites::RETRY),
        }
    }
}

/// Makes the next segment ready, frees segments, watches the space.
pub(crate) struct SegmentKeeper {
    pub(crate) shared: Arc<EngineState>,
    pub(crate) gc: gc::SegmentGc,
}

impl Task for SegmentKeeper {
    fn step(&mut self) -> Step {
        let shared = &self.shared;
        shared.reserve.review();
        let full = shared.reserve.is_full();
        shared.metrics.full.store(u64::from(full), Ordering::Relaxed);
        let most = if full { SEGMENT_BYTES_FULL } else { shared.options.segment_bytes_max };
        shared.slots.set_bytes_max(most.max(SEGMENT_BYTES_MIN));
        let freed = gc::free_dead_segments(shared);
        count(&shared.metrics.segments_freed, freed);
        // The first segment is made when the first commit comes: a store that is only looked at
        // stays small.
        if !full && shared.slots.is_low() && !shared.segments.all().is_empty() {
            match shared.slots.create(&shared.platform, &shared.layout) {
                Ok(free) => {
                    shared.slots.put(free);
                }
                Err(error) => {
                    shared.reserve.saw(&error);
                    return Step::SleepFor(RETRY);
                }
            }
        }
        match self.gc.step(shared) {
            gc::Progress::More => Step::Again,
            _ if full => Step::SleepFor(RETRY),
            gc::Progress::Later(wait) => Step::SleepFor(wait),
            gc::Progress::Waiting => Step::Sleep,
            gc::Progress::Nothing => Step::Sleep,
        }
    }
}
