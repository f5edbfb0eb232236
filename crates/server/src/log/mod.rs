//! The log: lines from every room by the `log` facade, and one access line per request.
//!
//! A line costs its caller a copy into a bounded buffer. One thread writes what has gathered; when
//! it falls behind, lines are dropped and counted instead of holding up requests.

mod access;
mod audit;
mod line;

pub(crate) use access::Access;
pub(crate) use audit::AuditLog;

use crate::settings::LogFormat;
use larder_platform::{Clock, Platform, Step, Task, TaskHandle, Wake};
use larder_types::Timestamp;
use line::Line;
use std::io::{IsTerminal, Write};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::time::Duration;

/// Lines that wait to be written, in bytes.
const BUFFER_BYTES_MAX: usize = 4 << 20;
/// The writer is called before its time when so much waits.
const BUFFER_BYTES_HURRY: usize = BUFFER_BYTES_MAX / 4;
/// How long lines gather after a write; the first line after a silence is written at once.
const GATHER: Duration = Duration::from_millis(20);
/// Memory kept for lines while there are none, in bytes.
const BUFFER_BYTES_KEPT: usize = 16 << 10;
/// Crates whose lines an operator can use. Others log from `warn` on.
const OUR_CRATES: &str = "larder";

/// The log. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Logs(Arc<LogQueue>);

struct LogQueue {
    clock: Arc<dyn Clock>,
    json: bool,
    level: log::LevelFilter,
    waiting: Mutex<Waiting>,
    dropped: AtomicU64,
    writer: OnceLock<Arc<dyn Wake>>,
}

#[derive(Default)]
struct Waiting {
    lines: Vec<u8>,
    /// The writer sleeps until it is woken.
    asleep: bool,
}

/// The thread that writes. Dropping it writes what is left.
pub(crate) struct LogWriter {
    logs: Logs,
    task: Option<TaskHandle>,
}

impl Logs {
    /// A log to standard error in this form, without a writer yet.
    pub(crate) fn new(platform: &Platform, format: LogFormat, level: log::LevelFilter) -> Self {
        let json = match format {
            LogFormat::Text => false,
            LogFormat::Json => true,
            LogFormat::Auto => !std::io::stderr().is_terminal(),
        };
        Self(Arc::new(LogQueue {
            clock: platform.clock.clone(),
            json,
            level,
            waiting: Mutex::default(),
            dropped: AtomicU64::new(0),
            writer: OnceLock::new(),
        }))
    }

    /// Receives the lines of all rooms from now on and starts to write.
    pub(crate) fn start(&self, platform: &Platform) -> LogWriter {
        if log::set_boxed_logger(Box::new(self.clone())).is_ok() {
            log::set_max_level(self.0.level);
        }
        let task = platform.tasks.start_task("log", Box::new(Writing::new(self.clone())));
        let _ = self.0.writer.set(task.wake.clone());
        task.wake.wake();
        LogWriter { logs: self.clone(), task: Some(task) }
    }

    /// Whether requests get their line.
    pub(crate) fn wants_access(&self) -> bool {
        self.0.level >= log::LevelFilter::Info
    }

    /// Writes a request's line.
    pub(crate) fn access(&self, access: &Access<'_>) {
        self.add(|line| access.write(line), log::Level::Info);
    }

    /// Lines that were dropped because the writer fell behind.
    pub(crate) fn dropped(&self) -> u64 {
        self.0.dropped.load(Ordering::Relaxed)
    }

    /// Writes everything that waits, here and now.
    pub(crate) fn flush(&self) {
        let lines = std::mem::take(&mut self.waiting().lines);
        write_out(&lines);
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.0.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn add(&self, fill: impl FnOnce(&mut Line), level: log::Level) {
        let time = Timestamp { ms: (self.0.clock.wall_ns() / 1_000_000) as i64 };
        let mut line = Line::new(self.0.json, time, level);
        fill(&mut line);
        let line = line.finish();
        let mut waiting = self.waiting();
        if waiting.lines.len() + line.len() > BUFFER_BYTES_MAX {
            self.0.dropped.fetch_add(1, Ordering::Relaxed);
            return;
        }
        let before = waiting.lines.len();
        waiting.lines.extend_from_slice(&line);
        let hurry = before < BUFFER_BYTES_HURRY && waiting.lines.len() >= BUFFER_BYTES_HURRY;
        let wake = hurry || std::mem::take(&mut waiting.asleep);
        drop(waiting);
        if wake && let Some(writer) = self.0.writer.get() {
            writer.wake();
        }
    }
}

impl log::Log for Logs {
    fn enabled(&self, metadata: &log::Metadata<'_>) -> bool {
        let theirs = match self.0.level {
            log::LevelFilter::Trace => log::LevelFilter::Trace,
            level => level.min(log::LevelFilter::Warn),
        };
        let ours = metadata.target().starts_with(OUR_CRATES);
        metadata.level() <= if ours { self.0.level } else { theirs }
    }

    fn log(&self, record: &log::Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let fill = |line: &mut Line| {
            line.origin(record.target());
            line.message(&record.args().to_string());
        };
        self.add(fill, record.level());
    }

    fn flush(&self) {
        Self::flush(self);
    }
}

impl Drop for LogWriter {
    fn drop(&mut self) {
        drop(self.task.take());
        self.logs.flush();
    }
}

/// Takes turns gathering and writing.
struct Writing {
    logs: Logs,
    spare: Vec<u8>,
    dropped: u64,
}

impl Writing {
    fn new(logs: Logs) -> Self {
        Self { logs, spare: Vec::new(), dropped: 0 }
    }
}

impl Task for Writing {
    fn step(&mut self) -> Step {
        let dropped = self.logs.dropped();
        let mut waiting = self.logs.waiting();
        if waiting.lines.is_empty() {
            waiting.asleep = true;
            // A burst's memory is not kept.
            waiting.lines.shrink_to(BUFFER_BYTES_KEPT);
            self.spare.shrink_to(BUFFER_BYTES_KEPT);
            return Step::Sleep;
        }
        std::mem::swap(&mut waiting.lines, &mut self.spare);
        drop(waiting);
        write_out(&self.spare);
        self.spare.clear();
        if dropped > self.dropped {
            log::warn!("{} log lines were dropped: too many at once", dropped - self.dropped);
            self.dropped = dropped;
        }
        Step::SleepFor(GATHER)
    }
}

fn write_out(lines: &[u8]) {
    // There is nobody left to tell when standard error is gone.
    let _ = std::io::stderr().write_all(lines);
}

#[cfg(test)]
mod tests;
