//! What the machine offers, in one value.

use crate::{Clock, Disk, MemoryBudget, Random, Tasks};
use std::sync::Arc;

/// Everything a room needs from the machine. A clone is one count of references more.
#[derive(Clone)]
pub struct Platform(Arc<Parts>);

/// The parts of a [`Platform`].
pub struct Parts {
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Randomness.
    pub random: Arc<dyn Random>,
    /// Files.
    pub disk: Arc<dyn Disk>,
    /// Futures, blocking jobs, and tasks that run in steps.
    pub tasks: Arc<dyn Tasks>,
    /// Memory that requests share.
    pub request_memory: MemoryBudget,
}

impl std::ops::Deref for Platform {
    type Target = Parts;

    fn deref(&self) -> &Parts {
        &self.0
    }
}

impl From<Parts> for Platform {
    fn from(parts: Parts) -> Self {
        Self(Arc::new(parts))
    }
}

impl Platform {
    /// The same machine with this budget for what requests hold.
    #[must_use]
    pub fn with_request_memory(&self, request_memory: MemoryBudget) -> Self {
        Self::from(Parts {
            clock: self.clock.clone(),
            random: self.random.clone(),
            disk: self.disk.clone(),
            tasks: self.tasks.clone(),
            request_memory,
        })
    }

    /// Runs `job` where blocking is allowed and returns its result. The job runs to its end even
    /// when the future is dropped. `None` when the job panicked.
    pub async fn blocking<T, F>(&self, job: F) -> Option<T>
    where
        T: Send + 'static,
        F: FnOnce() -> T + Send + 'static,
    {
        let (send, receive) = tokio::sync::oneshot::channel();
        self.tasks.blocking(Box::new(move || {
            // The receiver may be gone: then nobody wants the result.
            let _ = send.send(job());
        }));
        receive.await.ok()
    }

    /// Spawns a future that runs until it ends.
    pub fn spawn(&self, future: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(Box::pin(future));
    }

    /// Milliseconds since 1970 by the wall clock.
    pub fn wall_ms(&self) -> i64 {
        (self.clock.wall_ns() / 1_000_000) as i64
    }
}
