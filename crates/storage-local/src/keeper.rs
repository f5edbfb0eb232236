//! The workers beside the committer: one flushes the index, one compacts it, one keeps the
//! journal's segments and the space reserve. Idle, they sleep without reading anything.

use crate::engine::Shared;
use crate::gc;
use crate::index::{IndexError, Waste};
use crate::layout::{SEGMENT_BYTES_FULL, SEGMENT_BYTES_MIN};
use crate::metrics::count;
use larder_platform::{Step, Worker};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// How long to wait before trying again what the device refused.
const RETRY: Duration = Duration::from_secs(1);
/// Without a write for so long there is time to clear away waste.
const QUIET: Duration = Duration::from_secs(5);
/// Rewrites of the index take at most one part in so many of the time.
const REWRITE_PART: u64 = 10;
/// A rewrite begins when so many times its space is free.
const REWRITE_SPACE: u64 = 3;
/// How long after one that had no space, or failed, the next is tried.
const REWRITE_RETRY: Duration = Duration::from_secs(600);

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

/// Compacts the index, level by level; and as a whole, where that leaves waste, when nobody writes.
pub(crate) struct Compactor {
    shared: Arc<Shared>,
    /// The journal writes when nobody had written last, and when that was.
    quiet: (u64, u64),
    /// No rewrite before this: they take at most a part of the time.
    not_before_ns: u64,
}

impl Worker for Compactor {
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
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, quiet: (0, 0), not_before_ns: 0 }
    }

    fn failed(&self, what: &str, error: &IndexError, wait: Duration) -> Step {
        log::error!("the index could not be {what}, trying again: {error}");
        self.shared.reserve.review();
        self.shared.watch_space();
        Step::SleepFor(wait)
    }

    /// Whether a rewrite, which takes as much again as the tables, leaves space for writers.
    fn has_space(&self) -> bool {
        let shared = &self.shared;
        let space = shared.platform.disk.space(&shared.layout.root);
        space.is_ok_and(|space| space.free_bytes / REWRITE_SPACE >= shared.index.table_bytes())
    }

    fn clear_waste(&mut self) -> Step {
        let shared = &self.shared;
        let now_ns = shared.platform.clock.monotonic_ns();
        let writes = shared.metrics.batches.load(Ordering::Relaxed);
        if self.quiet.0 != writes {
            self.quiet = (writes, now_ns);
        }
        let is_quiet = now_ns >= self.quiet.1 + QUIET.as_nanos() as u64;
        match shared.index.waste() {
            Waste::Little => return Step::Sleep,
            _ if now_ns < self.not_before_ns => {
                return Step::SleepFor(Duration::from_nanos(self.not_before_ns - now_ns));
            }
            Waste::Some if !is_quiet => return Step::SleepFor(QUIET),
            Waste::Some | Waste::Much => {}
        }
        if !self.has_space() {
            self.not_before_ns = now_ns + REWRITE_RETRY.as_nanos() as u64;
            return Step::SleepFor(REWRITE_RETRY);
        }
        let done = shared.index.rewrite(shared.snapshots.evictable(&shared.visible));
        let took_ns = shared.platform.clock.monotonic_ns() - now_ns;
        self.not_before_ns = now_ns + took_ns * REWRITE_PART;
        match done {
            Ok(()) => {
                log::info!("the index was rewritten in {} ms", took_ns / 1_000_000);
                Step::Again
            }
            Err(error) => {
                self.not_before_ns += REWRITE_RETRY.as_nanos() as u64;
                self.failed("rewritten", &error, REWRITE_RETRY)
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
