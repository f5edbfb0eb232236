//! Verifies everything that is stored, at a bounded rate, when it is told to or when it is time.
//!
//! Off by default: an idle server reads nothing. A pass is started by a command, or by a setting
//! that says how often.

use larder_objects::ObjectSchema;
use larder_platform::{Platform, Step, Wake, Worker, WorkerHandle};
use larder_storage::{Engine, Finding, ScrubPass, Severity};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Findings of a pass that are kept for whoever asks; all of them are logged.
const FINDINGS_MAX: usize = 10_000;

/// When and how fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScrubSettings {
    /// Bytes read in a second at most; never 0.
    pub bytes_per_second: u64,
    /// From the end of a pass to the beginning of the next; `None` for passes by command only.
    pub every: Option<Duration>,
}

/// How a pass stands.
#[derive(Clone, Debug, Default)]
pub struct ScrubStatus {
    /// The number of the pass, from 1; 0 before the first.
    pub pass: u64,
    /// Whether it is going on, or asked for.
    pub running: bool,
    /// Bytes read in it.
    pub bytes: u64,
    /// What it found, at most a bounded number.
    pub findings: Vec<Finding>,
    /// Findings of it that are damage.
    pub damages: u64,
}

/// The scrub. Dropping it stops it after its current step; not on a reactor thread.
pub struct ScrubHandle {
    shared: Arc<Shared>,
    wake: Arc<dyn Wake>,
    _worker: WorkerHandle,
}

struct Shared {
    status: Mutex<ScrubStatus>,
    /// Told to begin.
    asked: AtomicBool,
    bytes: AtomicU64,
    passes: AtomicU64,
    damages: AtomicU64,
}

struct ScrubWorker<E: Engine> {
    engine: E,
    platform: Platform,
    settings: ScrubSettings,
    shared: Arc<Shared>,
    pass: Option<E::Scrub>,
    /// When the pass may read on: somebody may wake the worker before.
    resume_ns: u64,
    /// When the next pass is due by itself, by the monotonic clock.
    due_ns: Option<u64>,
}

/// Starts the worker; it sleeps until it is asked or due.
pub fn start_scrub<E: Engine>(
    engine: E,
    platform: &Platform,
    settings: ScrubSettings,
) -> ScrubHandle {
    let shared = Arc::new(Shared {
        status: Mutex::default(),
        asked: AtomicBool::new(false),
        bytes: AtomicU64::new(0),
        passes: AtomicU64::new(0),
        damages: AtomicU64::new(0),
    });
    let mut worker = ScrubWorker {
        engine,
        platform: platform.clone(),
        settings,
        shared: shared.clone(),
        pass: None,
        resume_ns: 0,
        due_ns: None,
    };
    worker.rest();
    let worker = platform.tasks.start_worker("scrub", Box::new(worker));
    ScrubHandle { shared, wake: worker.wake.clone(), _worker: worker }
}

impl ScrubHandle {
    /// Begins a pass unless one is going on. Returns the number of the pass that is.
    pub fn begin(&self) -> u64 {
        let mut status = self.shared.status();
        if !status.running {
            let pass = status.pass + 1;
            *status = ScrubStatus { pass, running: true, ..ScrubStatus::default() };
            self.shared.asked.store(true, Ordering::Relaxed);
        }
        let pass = status.pass;
        drop(status);
        self.wake.wake();
        pass
    }

    /// How the present or last pass stands, with the findings behind the first `seen`.
    pub fn status(&self, seen: usize) -> ScrubStatus {
        let status = self.shared.status();
        let findings = status.findings.iter().skip(seen).cloned().collect();
        ScrubStatus { findings, ..*status }
    }

    /// Bytes read, passes finished and damages found since the start.
    pub fn counters(&self) -> [u64; 3] {
        let shared = &self.shared;
        [&shared.bytes, &shared.passes, &shared.damages].map(|n| n.load(Ordering::Relaxed))
    }
}

impl Shared {
    fn status(&self) -> MutexGuard<'_, ScrubStatus> {
        self.status.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E: Engine> ScrubWorker<E> {
    /// Sets when the next pass begins by itself.
    fn rest(&mut self) {
        let now_ns = self.platform.clock.monotonic_ns();
        let every = self.settings.every;
        self.due_ns = every.map(|every| now_ns.saturating_add(every.as_nanos() as u64));
    }

    /// Whether it is time to begin, or how long to sleep.
    fn idle(&mut self) -> Result<(), Step> {
        if self.shared.asked.swap(false, Ordering::Relaxed) {
            return Ok(());
        }
        let now_ns = self.platform.clock.monotonic_ns();
        match self.due_ns {
            None => Err(Step::Sleep),
            Some(due_ns) if due_ns > now_ns => {
                Err(Step::SleepFor(Duration::from_nanos(due_ns - now_ns)))
            }
            Some(_) => {
                let mut status = self.shared.status();
                let pass = status.pass + 1;
                *status = ScrubStatus { pass, running: true, ..ScrubStatus::default() };
                Ok(())
            }
        }
    }

    fn found(&self, finding: Finding) {
        let damage = finding.severity == Severity::Damage;
        log::error!("scrub: {finding}; {}", advice(&finding));
        let mut status = self.shared.status();
        if damage {
            self.shared.damages.fetch_add(1, Ordering::Relaxed);
            status.damages += 1;
        }
        if status.findings.len() < FINDINGS_MAX {
            status.findings.push(finding);
        }
    }
}

/// What an operator should do.
fn advice(finding: &Finding) -> &'static str {
    if finding.place.starts_with("blobs") {
        "upload the object again, or restore it from a backup"
    } else {
        "stop the server and run `larder repair`"
    }
}

impl<E: Engine> Worker for ScrubWorker<E> {
    fn step(&mut self) -> Step {
        let now_ns = self.platform.clock.monotonic_ns();
        if self.pass.is_some() && self.resume_ns > now_ns {
            return Step::SleepFor(Duration::from_nanos(self.resume_ns - now_ns));
        }
        let mut pass = match self.pass.take() {
            Some(pass) => pass,
            None => match self.idle() {
                Ok(()) => self.engine.scrub(Box::<ObjectSchema>::default()),
                Err(step) => return step,
            },
        };
        let scrubbed = pass.step();
        self.shared.bytes.fetch_add(scrubbed.bytes, Ordering::Relaxed);
        self.shared.status().bytes += scrubbed.bytes;
        scrubbed.findings.into_iter().for_each(|finding| self.found(finding));
        if scrubbed.done {
            self.shared.passes.fetch_add(1, Ordering::Relaxed);
            let mut status = self.shared.status();
            status.running = false;
            let (bytes, damages) = (status.bytes, status.damages);
            drop(status);
            log::info!("scrub: {bytes} bytes were read, {damages} damages found");
            self.rest();
            return Step::Again;
        }
        self.pass = Some(pass);
        let bytes = scrubbed.bytes.saturating_mul(1_000_000_000);
        self.resume_ns = now_ns.saturating_add(bytes / self.settings.bytes_per_second.max(1));
        Step::Again
    }
}

#[cfg(test)]
mod tests;
