//! Gives memory back to the system when it has become quiet after work.
//!
//! The allocator keeps what was freed, so that a burst of connections or of large bodies would be
//! seen in the resident memory for ever. Nothing runs while nothing has been done.

use crate::metrics::Metrics;
use larder_platform::Platform;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// How long after the last request or connection memory is given back.
const QUIET_FOR: Duration = Duration::from_secs(3);
/// Work that leaves too little behind to look for it, in bytes.
const WORK_MIN: u64 = 4 << 20;
/// What a connection counts for, in bytes: its buffers.
const CONNECTION_WORK: u64 = 64 << 10;

/// Watches for quiet after work.
pub(crate) struct Quiet {
    platform: Platform,
    metrics: Arc<Metrics>,
    waiting: AtomicBool,
    /// The work done when memory was last given back.
    done: AtomicU64,
}

impl Quiet {
    pub(crate) fn new(platform: Platform, metrics: Arc<Metrics>) -> Self {
        Self { platform, metrics, waiting: AtomicBool::new(false), done: AtomicU64::new(0) }
    }

    /// Work so far. A connection counts when it comes and when it goes.
    fn work(&self) -> u64 {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let bytes = load(&self.metrics.bytes_in) + load(&self.metrics.bytes_out);
        let connections = load(&self.metrics.connections);
        let gone = connections.saturating_sub(load(&self.metrics.connections_open));
        bytes + (connections + gone) * CONNECTION_WORK
    }

    fn is_busy(&self) -> bool {
        self.metrics.requests_open.load(Ordering::Relaxed) > 0
    }

    /// A request or a connection has ended: perhaps it was the last for a while.
    pub(crate) fn ended(self: &Arc<Self>) {
        if self.is_busy() || self.waiting.load(Ordering::Relaxed) {
            return;
        }
        let worth_it = self.work().saturating_sub(self.done.load(Ordering::Relaxed)) >= WORK_MIN;
        if !worth_it || self.waiting.swap(true, Ordering::Relaxed) {
            return;
        }
        let quiet = self.clone();
        self.platform.spawn(async move {
            quiet.platform.tasks.sleep(QUIET_FOR).await;
            quiet.waiting.store(false, Ordering::Relaxed);
            // Whoever makes it busy ends some time and comes by again.
            if !quiet.is_busy() {
                quiet.done.store(quiet.work(), Ordering::Relaxed);
                quiet.platform.blocking(give_back).await;
            }
        });
    }
}

/// Gives the pages that hold nothing back to the system. Blocks for some milliseconds.
#[cfg(all(target_os = "linux", target_env = "gnu"))]
#[allow(unsafe_code, reason = "the allocator has no other door")]
fn give_back() {
    // SAFETY: malloc_trim takes the allocator's own locks and touches only what is free.
    unsafe {
        libc::malloc_trim(0);
    }
}

/// Other allocators do it on their own.
#[cfg(not(all(target_os = "linux", target_env = "gnu")))]
fn give_back() {}

#[cfg(test)]
mod tests {
    use super::{QUIET_FOR, Quiet, WORK_MIN};
    use crate::metrics::Metrics;
    use larder_platform::sim::Simulation;
    use std::sync::Arc;
    use std::sync::atomic::Ordering;

    #[test]
    fn only_after_work_and_only_when_it_is_over() {
        let sim = Simulation::new(1);
        let metrics = Arc::new(Metrics::new());
        let quiet = Arc::new(Quiet::new(sim.platform(), metrics.clone()));
        let given_back = || quiet.done.load(Ordering::Relaxed);
        let check = |expected: u64| {
            quiet.ended();
            sim.run_for(QUIET_FOR * 2);
            assert_eq!(given_back(), expected);
            assert!(!quiet.waiting.load(Ordering::Relaxed));
        };
        check(0);
        metrics.bytes_in.store(WORK_MIN, Ordering::Relaxed);
        metrics.requests_open.store(1, Ordering::Relaxed);
        check(0);
        metrics.requests_open.store(0, Ordering::Relaxed);
        check(WORK_MIN);
        metrics.bytes_out.store(WORK_MIN - 1, Ordering::Relaxed);
        check(WORK_MIN);
    }
}
