//! The engine as the rooms above know it.

use super::{Local, Pin, Scrub};
use crate::metrics::Histogram;
use larder_storage::{
    Engine, Health, Held, Metric, MetricValue, Pinned, RowSchema, ScrubPass, Scrubbed,
};
use std::sync::atomic::{AtomicU64, Ordering};

impl Engine for Local {
    type Scrub = Scrub;

    fn health(&self) -> Health {
        if self.shared.queue.is_stopped() {
            Health::Stopped
        } else if self.counters().full.load(Ordering::Relaxed) > 0 {
            Health::Full
        } else {
            Health::Serving
        }
    }

    fn metrics(&self) -> Vec<Metric> {
        let of = self.counters();
        let group_size = "Commits to a journal write.";
        vec![
            counter("commits_total", "Commits that became durable.", &of.commits),
            counter(
                "commits_refused_total",
                "Commits refused by a check, a fence or for want of space.",
                &of.refused,
            ),
            counter("journal_writes_total", "Journal writes.", &of.batches),
            counter(
                "journal_written_bytes_total",
                "Bytes of journal writes, padding included.",
                &of.batch_bytes,
            ),
            counter(
                "journal_write_failures_total",
                "Journal writes that failed.",
                &of.write_failures,
            ),
            gauge("segment_bytes", "Bytes of journal segments in use.", &of.segment_bytes),
            gauge("segment_live_bytes", "Bytes of live records in them.", &of.live_bytes),
            gauge(
                "index_lag_bytes",
                "Journal bytes that a restart would replay.",
                &of.index_lag_bytes,
            ),
            counter("segments_freed_total", "Segments freed by gc.", &of.segments_freed),
            counter("records_moved_total", "Records that gc copied forward.", &of.records_moved),
            gauge("disk_full", "1 while writes are refused for want of space.", &of.full),
            histogram("commit_group_size", group_size, &of.group_size),
        ]
    }

    fn scrub(&self, schema: Box<dyn RowSchema>) -> Scrub {
        self.scrub_pass(schema)
    }

    async fn pin(&self) -> Pinned {
        let pin = self.pin_segments().await;
        let lines = pin.segments.iter().map(|segment| {
            let (slot, sequence, end) = (segment.slot, segment.sequence, segment.end);
            format!("segment {slot} {sequence} {end}")
        });
        Pinned { lines: lines.collect(), held: Box::new(pin) }
    }

    fn stop(&self) {
        self.shared.queue.stop();
    }
}

impl ScrubPass for Scrub {
    fn step(&mut self) -> Scrubbed {
        self.read_on()
    }
}

impl Held for Pin {}

fn counter(name: &'static str, help: &'static str, value: &AtomicU64) -> Metric {
    let value = MetricValue::Counter(value.load(Ordering::Relaxed));
    Metric { name, help, value }
}

fn gauge(name: &'static str, help: &'static str, value: &AtomicU64) -> Metric {
    let value = MetricValue::Gauge(value.load(Ordering::Relaxed));
    Metric { name, help, value }
}

fn histogram(name: &'static str, help: &'static str, histogram: &Histogram) -> Metric {
    let (buckets, sum) = histogram.snapshot();
    Metric { name, help, value: MetricValue::Histogram { buckets, sum } }
}
