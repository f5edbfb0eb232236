//! The only door to clock, randomness, files and tasks.
//!
//! Holds: the traits a room may use, the real platform, the simulated platform that replays a seed.
//! Never: S3, storage formats, policy of any kind. Nobody else touches the operating system.
//! Enter at: [`Platform`]; [`Platform::real`] in the server, [`sim::Simulation`] in tests.

mod aligned;
mod disk;
mod memory;
mod real;
pub mod sim;
mod tasks;

pub use aligned::AlignedBuffer;
pub use disk::{DIRECT_ALIGN, Disk, DiskFile, DiskLock, DiskSpace, OpenMode};
pub use memory::MemoryDisk;
pub use real::{OpenToOthers, ProcessUsage, listen_local, open_to_others, process_usage};
pub use tasks::{BoxFuture, Step, Tasks, Wake, Worker, WorkerHandle};

use std::sync::Arc;

/// Wall and monotonic time.
pub trait Clock: Send + Sync {
    /// Nanoseconds since 1970 by the wall clock; may jump either way.
    fn wall_ns(&self) -> u64;
    /// Nanoseconds since some fixed point; never goes back.
    fn monotonic_ns(&self) -> u64;
}

/// Unpredictable bytes.
pub trait Random: Send + Sync {
    /// Fills `out`.
    fn fill(&self, out: &mut [u8]);

    /// 64 random bits.
    fn u64(&self) -> u64 {
        let mut bytes = [0; 8];
        self.fill(&mut bytes);
        u64::from_le_bytes(bytes)
    }
}

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
    /// Futures, blocking jobs and workers.
    pub tasks: Arc<dyn Tasks>,
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
