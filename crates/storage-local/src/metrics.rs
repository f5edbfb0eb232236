//! What the engine counts, for the server's metrics page.

use std::sync::atomic::{AtomicU64, Ordering};

/// Upper bounds of a histogram's buckets; the last bucket is unbounded.
const BOUNDS: [u64; 12] = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048];

/// Counts per power of two.
#[derive(Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    sum: AtomicU64,
}

/// The engine's counters. Gauges are stored when they change.
#[derive(Default)]
pub struct Metrics {
    /// Commits that became durable.
    pub commits: AtomicU64,
    /// Commits refused by a check, a fence or the space reserve.
    pub refused: AtomicU64,
    /// Journal writes.
    pub batches: AtomicU64,
    /// Bytes of journal writes, padding included.
    pub batch_bytes: AtomicU64,
    /// Journal writes that failed.
    pub write_failures: AtomicU64,
    /// Commits to a journal write.
    pub group_size: Histogram,
    /// Gauge: bytes of segments in use.
    pub segment_bytes: AtomicU64,
    /// Gauge: bytes of live records in them.
    pub live_bytes: AtomicU64,
    /// Gauge: journal bytes that a restart would replay.
    pub index_lag_bytes: AtomicU64,
    /// Segments freed by gc.
    pub segments_freed: AtomicU64,
    /// Records that gc copied forward.
    pub records_moved: AtomicU64,
    /// Gauge: 1 while writes are refused for want of space.
    pub full: AtomicU64,
}

impl Histogram {
    /// Counts one value.
    pub fn add(&self, value: u64) {
        let bucket = BOUNDS.iter().position(|bound| value <= *bound).unwrap_or(BOUNDS.len());
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.sum.fetch_add(value, Ordering::Relaxed);
    }

    /// (upper bound, values at or below it) per bucket, and the sum of all values. The last
    /// bucket's bound is `None`.
    pub fn snapshot(&self) -> (Vec<(Option<u64>, u64)>, u64) {
        let mut total = 0;
        let bounds = BOUNDS.iter().map(|b| Some(*b)).chain([None]);
        let rows = bounds.zip(&self.buckets).map(|(bound, count)| {
            total += count.load(Ordering::Relaxed);
            (bound, total)
        });
        (rows.collect(), self.sum.load(Ordering::Relaxed))
    }
}

/// Adds to a counter.
pub(crate) fn count(counter: &AtomicU64, by: u64) {
    counter.fetch_add(by, Ordering::Relaxed);
}
