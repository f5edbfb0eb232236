//! The engine: both seams over what is shared, and its opening.

mod blobs;
mod meta;
mod open;
mod pin;
pub use pin::{CopySegment, Pin};
mod scrub;
pub use scrub::Scrub;
mod seam;
pub use open::{create_copy, lock_existing};

use crate::blob::Blobs;
use crate::metrics::Metrics;
use crate::state::EngineState;
use crate::sync::Mutex;
use larder_platform::TaskHandle;
use std::sync::Arc;

/// The embedded engine. Cheap to clone; the last clone dropped stops it.
#[derive(Clone)]
pub struct Local {
    pub(crate) shared: Arc<EngineState>,
    pub(crate) blobs: Arc<Blobs>,
    _running: Arc<Running>,
}

/// Stops the tasks, the committer first, then gives back the directory.
struct Running {
    shared: Arc<EngineState>,
    tasks: Mutex<Vec<TaskHandle>>,
    _lock: larder_platform::DiskLock,
}

impl Local {
    /// The engine's counters.
    pub fn counters(&self) -> &Metrics {
        &self.shared.metrics
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.shared.queue.stop();
        // The committer is the first; the others may be waiting for what it does.
        self.tasks.lock().expect("no panic while locked").clear();
    }
}
