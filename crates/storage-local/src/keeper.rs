//! The workers beside the committer: one flushes the index, one compacts it, one keeps the
//! journal's segments and the space reserve. Idle, they sleep without reading anything.

use crate::engine::Shared;
use crate::gc;
use crate::layout::{SEGMENT_BYTES_FULL, SEGMENT_BYTES_MIN};
use crate::metrics::count;
use larder_platform::{Step, Worker};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long to wait before trying again what the device refused.
const RETRY: Duration = Duration::from_secs(1);

/// Makes sealed index changes durable.
pub(crate) struct Flusher(pub(crate) Arc<Shared>);

impl Worker for Flusher {
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

/// Compacts the index.
pub(crate) struct Compactor(pub(crate) Arc<Shared>);

impl Worker for Compactor {
    fn step(&mut self) -> Step {
        let shared = &self.0;
        match shared.index.compact(shared.snapshots.evictable(&shared.visible)) {
            Ok(true) => Step::Again,
            Ok(false) => Step::Sleep,
            Err(error) => {
                log::error!("the index could not be compacted, trying again: {error}");
                shared.reserve.review();
                shared.watch_space();
                Step::SleepFor(RETRY)
            }
        }
    }
}

/// Makes the next segment ready, frees segments, watches the space.
pub(crate) struct SegmentKeeper {
    pub(crate) shared: Arc<Shared>,
    pub(crate) gc: gc::SegmentGc,
}

impl Worker for SegmentKeeper {
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
