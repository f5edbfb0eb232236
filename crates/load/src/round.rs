//! One round against one endpoint: threads, connections, a clock.

use crate::endpoint_load::{EndpointLoad, PREPARED};
use crate::machine::{self, now, reactor};
use crate::plan::{Length, Operation};
use crate::process::Usage;
use crate::tally::Tallies;
use crate::worker::Worker;
use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{available_parallelism, scope};
use std::time::{Duration, Instant};
use tokio::task::{JoinSet, LocalSet};

/// After a failure, so that a server that is away is not asked as fast as errors can be made.
const PAUSE_AFTER_ERROR: Duration = Duration::from_millis(20);
const POLL: Duration = Duration::from_millis(5);

/// What a round found.
pub(crate) struct RoundResult {
    pub(crate) tallies: Tallies,
    pub(crate) seconds: f64,
    /// Of the server over the round.
    pub(crate) server: Option<Usage>,
    /// CPU of this process over the round; where the system tells.
    pub(crate) own_cpu_seconds: Option<f64>,
}

/// What the threads of a round look at.
struct Watch {
    measuring: AtomicBool,
    over: AtomicBool,
    /// Requests that may still be measured.
    tickets: AtomicU64,
    ended: AtomicU64,
    bytes: AtomicU64,
}

/// Runs a round. `own` is what each connection's space holds, kept true.
#[allow(clippy::disallowed_methods, reason = "its threads end with it and have a reactor each")]
pub(crate) fn round(
    shared: &Arc<EndpointLoad>,
    own: &mut [(u64, u64)],
) -> Result<RoundResult, String> {
    let plan = &shared.plan;
    let tickets = match plan.length {
        Length::Requests(requests) => requests,
        Length::Time(_) => u64::MAX,
    };
    let watch = Arc::new(Watch {
        measuring: AtomicBool::new(plan.warm_up.is_zero()),
        over: AtomicBool::new(false),
        tickets: AtomicU64::new(tickets),
        ended: AtomicU64::new(0),
        bytes: AtomicU64::new(0),
    });
    let threads = available_parallelism().map_or(1, usize::from).min(own.len());
    let per_thread = own.len().div_ceil(threads);
    scope(|scope| {
        let watch = &watch;
        let mut running = Vec::new();
        for (n, own) in own.chunks_mut(per_thread).enumerate() {
            let first_space = PREPARED + 1 + n * per_thread;
            running.push(scope.spawn(move || thread(shared, first_space, own, watch)));
        }
        let is_running = || running.iter().any(|thread| !thread.is_finished());
        let warm_until = now() + plan.warm_up;
        while is_running() && now() < warm_until {
            machine::sleep(POLL);
        }
        let pid = shared.endpoint.pid.map(|pid| pid.to_string());
        let usage = || pid.as_deref().map(Usage::read).transpose();
        let before = usage();
        let own_before = Usage::read("self");
        let started = now();
        watch.measuring.store(true, Ordering::Release);
        let mut progress = Progress { started, shown: started, ended: 0, bytes: 0 };
        while is_running() {
            machine::sleep(POLL);
            if matches!(plan.length, Length::Time(time) if now() - started >= time) {
                watch.over.store(true, Ordering::Release);
            }
            progress.show(shared, watch);
        }
        let seconds = (now() - started).as_secs_f64();
        let (after, own_after) = (usage(), Usage::read("self"));
        let mut tallies = Tallies::default();
        for thread in running {
            tallies.add(thread.join().map_err(|_| "a thread of the load panicked")??);
        }
        let server = match (before?, after?) {
            (Some(before), Some(after)) => Some(since(before, after)),
            _ => None,
        };
        let own_cpu = own_before.and_then(|before| Ok(since(before, own_after?).cpu_seconds)).ok();
        Ok(RoundResult { tallies, seconds, server, own_cpu_seconds: own_cpu })
    })
}

fn since(before: Usage, after: Usage) -> Usage {
    let written = after.written_bytes.zip(before.written_bytes);
    Usage {
        cpu_seconds: after.cpu_seconds - before.cpu_seconds,
        peak_bytes: after.peak_bytes,
        written_bytes: written.map(|(after, before)| after.saturating_sub(before)),
    }
}

/// The lines of progress of a round.
struct Progress {
    started: Instant,
    /// When the last line was shown, and what there was by then.
    shown: Instant,
    ended: u64,
    bytes: u64,
}

impl Progress {
    /// Shows a line when the last one is a second old.
    fn show(&mut self, shared: &EndpointLoad, watch: &Watch) {
        let seconds = (now() - self.shown).as_secs_f64();
        if !shared.plan.progress || seconds < 1.0 {
            return;
        }
        let ended = watch.ended.load(Ordering::Relaxed);
        let bytes = watch.bytes.load(Ordering::Relaxed);
        eprintln!(
            "{} {:>4} s  {:>9.0} requests/s  {:>8.1} MB/s",
            shared.endpoint.host,
            (now() - self.started).as_secs(),
            (ended - self.ended) as f64 / seconds,
            (bytes - self.bytes) as f64 / seconds / 1e6
        );
        *self = Self { started: self.started, shown: now(), ended, bytes };
    }
}

/// The connections of one thread.
fn thread(
    shared: &Arc<EndpointLoad>,
    first_space: usize,
    own: &mut [(u64, u64)],
    watch: &Arc<Watch>,
) -> Result<Tallies, String> {
    let tallies = Rc::new(RefCell::new(Tallies::default()));
    let runtime = reactor()?;
    LocalSet::new().block_on(&runtime, async {
        let mut connections = JoinSet::new();
        for (n, own) in own.iter().enumerate() {
            let mut worker = Worker::new(shared.clone(), first_space + n, *own);
            let (watch, tallies) = (watch.clone(), tallies.clone());
            connections.spawn_local(async move {
                work(&mut worker, &watch, &tallies).await;
                (n, worker.own())
            });
        }
        while let Some(ended) = connections.join_next().await {
            let (n, left) = ended.map_err(|error| format!("a connection's task: {error}"))?;
            own[n] = left;
        }
        Ok::<(), String>(())
    })?;
    Ok(tallies.take())
}

async fn work(worker: &mut Worker, watch: &Watch, tallies: &RefCell<Tallies>) {
    let is_mixed = worker.operation() == Operation::Mixed;
    // At least one on each connection is measured, even when one takes longer than the round.
    let mut has_measured = false;
    while !worker.is_stopped() && (!has_measured || !watch.over.load(Ordering::Acquire)) {
        let measured = watch.measuring.load(Ordering::Acquire);
        if measured {
            let take = |left: u64| left.checked_sub(1);
            if watch.tickets.fetch_update(Ordering::Relaxed, Ordering::Relaxed, take).is_err() {
                return;
            }
        }
        let started = now();
        let Some((operation, outcome)) = worker.step().await else { return };
        let ns = (now() - started).as_nanos() as u64;
        let failed = outcome.is_err();
        watch.ended.fetch_add(1, Ordering::Relaxed);
        watch.bytes.fetch_add(*outcome.as_ref().unwrap_or(&0), Ordering::Relaxed);
        if measured {
            let mut tallies = tallies.borrow_mut();
            if is_mixed {
                tallies.each.entry(operation.name()).or_default().count(ns, outcome.clone());
            }
            tallies.all.count(ns, outcome);
            has_measured = true;
        }
        if failed {
            machine::pause(PAUSE_AFTER_ERROR).await;
        }
    }
}
