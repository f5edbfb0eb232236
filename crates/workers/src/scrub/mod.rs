//! Verifies everything that is stored, at a bounded rate, when it is told to or when it is time.
//!
//! Off by default: an idle server reads nothing. A pass is started by a command, or by a setting
//! that says how often.

use crate::row_schema::StoreSchema;
use crate::runner::RunHandle;
use crate::worker::{Counter, Next, Profile, Progress, Throttle, Trigger, Worker};
use larder_storage::{Engine, Finding, RowKinds, ScrubPass, Severity};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Its name.
const NAME: &str = "scrub";
/// Findings of a pass that can be asked for; all of them are logged.
const FINDINGS_MAX: usize = 10_000;

/// When and how fast.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ScrubSettings {
    /// Bytes read in a second at most; never 0.
    pub bytes_per_second: u64,
    /// From the end of a pass to the beginning of the next; `None` for passes by command only.
    pub every: Option<Duration>,
}

/// How a pass goes.
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

/// Begins passes and shows them. It does not keep the scrub running.
#[derive(Clone)]
pub struct ScrubHandle {
    run: RunHandle,
    report: Arc<ScrubReport>,
}

/// What the present or last pass found.
#[derive(Default)]
pub(crate) struct ScrubReport(Mutex<ScrubStatus>);

/// The scrub. One run is one pass.
pub(crate) struct Scrub<E: Engine> {
    engine: E,
    settings: ScrubSettings,
    report: Arc<ScrubReport>,
    pass: Option<E::Scrub>,
    bytes: Counter,
    passes: Counter,
    damages: Counter,
}

impl ScrubHandle {
    pub(crate) fn new(run: RunHandle, report: Arc<ScrubReport>) -> Self {
        Self { run, report }
    }

    /// Begins a pass unless one is going on. Returns the number of the pass that is.
    pub fn begin(&self) -> u64 {
        self.run.begin()
    }

    /// How the present or last pass goes, with the findings behind the first `seen`.
    pub fn status(&self, seen: usize) -> ScrubStatus {
        // First, since a pass that is over has its whole report.
        let run = self.run.run();
        let report = self.report.lock();
        if report.pass != run.number {
            // Asked for, and not begun.
            return ScrubStatus {
                pass: run.number,
                running: run.is_underway,
                ..ScrubStatus::default()
            };
        }
        let findings = report.findings.iter().skip(seen).cloned().collect();
        ScrubStatus { findings, running: run.is_underway, ..*report }
    }
}

impl ScrubReport {
    fn lock(&self) -> MutexGuard<'_, ScrubStatus> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<E: Engine> Scrub<E> {
    /// The worker, and what it reports.
    pub(crate) fn new(engine: E, settings: ScrubSettings) -> (Self, Arc<ScrubReport>) {
        let report = Arc::<ScrubReport>::default();
        let scrub = Self {
            engine,
            settings,
            report: report.clone(),
            pass: None,
            bytes: Counter::new("scrub_bytes_total", "Bytes that scrubs read."),
            passes: Counter::new("scrub_passes_total", "Scrubs that came to their end."),
            damages: Counter::new("scrub_damages_total", "Damage that scrubs found."),
        };
        (scrub, report)
    }

    /// The pass that goes on, or a new one.
    fn pass(&mut self) -> E::Scrub {
        self.pass.take().unwrap_or_else(|| {
            let mut report = self.report.lock();
            *report = ScrubStatus { pass: report.pass + 1, ..ScrubStatus::default() };
            self.engine.scrub(Box::<StoreSchema>::default())
        })
    }

    fn report(&self, finding: Finding) {
        log::error!("{NAME}: {finding}; {}", advice(&finding));
        let mut report = self.report.lock();
        if finding.severity == Severity::Damage {
            self.damages.add(1);
            report.damages += 1;
        }
        if report.findings.len() < FINDINGS_MAX {
            report.findings.push(finding);
        }
    }
}

impl<E: Engine> Worker for Scrub<E> {
    fn profile(&self) -> Profile {
        Profile {
            name: NAME,
            items: "bytes",
            trigger: Trigger {
                first: self.settings.every,
                rows: RowKinds::default(),
                delay: Duration::ZERO,
            },
            throttle: Throttle::PerSecond(self.settings.bytes_per_second),
            counters: [&self.bytes, &self.passes, &self.damages].map(Counter::clone).into(),
        }
    }

    async fn step(&mut self) -> Progress {
        let mut pass = self.pass();
        let scrubbed = pass.step();
        self.bytes.add(scrubbed.bytes);
        self.report.lock().bytes += scrubbed.bytes;
        scrubbed.findings.into_iter().for_each(|finding| self.report(finding));
        let next = if scrubbed.done {
            self.passes.add(1);
            let report = self.report.lock();
            let (bytes, damages) = (report.bytes, report.damages);
            log::info!("{NAME}: {bytes} bytes were read, {damages} damages found");
            Next::Over(self.settings.every)
        } else {
            self.pass = Some(pass);
            Next::More
        };
        Progress { items: scrubbed.bytes, failures: 0, error: None, next }
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

#[cfg(test)]
mod tests;
