//! Frees what no row names any more, when it is due.
//!
//! A Gc row is due a while after the commit that wrote it, so that nothing has to happen at the
//! commit itself: the first one sets a timer, and the run that it starts says when the next row is
//! due. Where no such row is committed nothing runs and nothing is read.

use crate::worker::{Counter, Next, Profile, Progress, Throttle, Trigger, Worker};
use larder_iam::{Principal, ServicePrincipal};
use larder_objects::gc::{GRACE_MS, GcProgress};
use larder_objects::{Cause, Objects};
use larder_platform::Platform;
use larder_storage::{RowKind, RowKinds, Storage};
use std::time::Duration;

/// Its name.
const NAME: &str = "gc";
/// Gc rows freed in a step.
const ROWS_AT_ONCE: usize = 1000;
/// Shortest time between two runs: rows that are due one after another are freed together.
const PAUSE_MIN: Duration = Duration::from_secs(1);
/// Longest sleep towards a row that is due far away: the wall clock may be set meanwhile, and a
/// row that is committed during it is due this long after it.
const PAUSE_MAX: Duration = Duration::from_millis(GRACE_MS.unsigned_abs());
/// When to try again what failed.
const RETRY: Duration = Duration::from_secs(30);

/// The gc.
pub(crate) struct Gc<S: Storage> {
    objects: Objects<S>,
    platform: Platform,
    principal: Principal,
    blobs_freed: Counter,
}

impl<S: Storage> Gc<S> {
    pub(crate) fn new(objects: Objects<S>, platform: &Platform) -> Self {
        let blobs_freed = Counter::new("gc_blobs_freed_total", "Blobs freed by gc.");
        let principal = Principal::Service(ServicePrincipal::worker(NAME));
        Self { objects, platform: platform.clone(), principal, blobs_freed }
    }
}

impl<S: Storage> Worker for Gc<S> {
    fn profile(&self) -> Profile {
        Profile {
            name: NAME,
            items: "rows",
            trigger: Trigger {
                // What an earlier process left.
                first: Some(Duration::ZERO),
                rows: RowKinds::of(&[RowKind::Gc]),
                delay: PAUSE_MAX,
            },
            throttle: Throttle::PerStep(ROWS_AT_ONCE as u64),
            counters: vec![self.blobs_freed.clone()],
        }
    }

    async fn step(&mut self) -> Progress {
        let cause = Cause::of_service(&self.principal);
        match self.objects.writer(&cause).run_gc(ROWS_AT_ONCE).await {
            Ok(progress) => {
                self.blobs_freed.add(progress.blobs);
                let failed =
                    |error| format!("{} rows failed and are tried again: {error}", progress.failed);
                Progress {
                    items: progress.done as u64,
                    failures: progress.failed as u64,
                    error: progress.error.as_ref().map(failed),
                    next: next(&progress, self.platform.wall_ms()),
                }
            }
            Err(error) => Progress {
                items: 0,
                failures: 1,
                error: Some(format!("the queue cannot be read, trying again: {error}")),
                next: Next::Over(Some(RETRY)),
            },
        }
    }
}

fn next(progress: &GcProgress, now_ms: i64) -> Next {
    let left = progress.next_due_ms.map(|due_ms| due_ms - now_ms);
    let failed = progress.failed > 0;
    match left {
        // The limit of a step was reached.
        Some(left) if left <= 0 && !failed => Next::More,
        Some(left) => {
            let left = Duration::from_millis(u64::try_from(left).unwrap_or(0));
            let longest = if failed { RETRY } else { PAUSE_MAX };
            Next::Over(Some(left.clamp(PAUSE_MIN, longest)))
        }
        None => Next::Over(failed.then_some(RETRY)),
    }
}

#[cfg(test)]
mod tests;
