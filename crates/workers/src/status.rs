//! How workers are doing.

use larder_types::Timestamp;
use std::time::Duration;

/// How a worker is doing.
#[derive(Clone, Debug)]
pub struct WorkerStatus {
    /// Its name.
    pub name: &'static str,
    /// What it counts as items, in plural.
    pub items_name: &'static str,
    /// What it does now.
    pub state: WorkerState,
    /// Runs that ended since the start of the process.
    pub runs: u64,
    /// Items done since then.
    pub items: u64,
    /// Items that failed since then.
    pub failures: u64,
    /// How long the last run took that ended.
    pub last_run: Option<Duration>,
    /// When a run last ended without a failure.
    pub last_success: Option<Timestamp>,
    /// What failed last, whatever came after.
    pub last_error: Option<LastError>,
}

/// What a worker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WorkerState {
    /// It waits for something to do.
    Idle,
    /// It works.
    Running,
    /// It is in the middle of a run and waits for its throttle.
    Throttled,
    /// Its last run had failures; it waits to try again.
    Failed,
}

/// A failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LastError {
    /// When it was.
    pub at: Timestamp,
    /// What it was.
    pub text: String,
}

impl WorkerState {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Idle, Self::Running, Self::Throttled, Self::Failed];

    /// Its name, as metrics and commands show it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Idle => "idle",
            Self::Running => "running",
            Self::Throttled => "throttled",
            Self::Failed => "failed",
        }
    }
}
