//! The machine as it is.
#![allow(
    clippy::disallowed_methods,
    reason = "this is the door: the one place that calls the operating system"
)]

mod clock;
mod disk;
mod modes;
mod random;
mod socket;
mod tasks;
#[cfg(test)]
mod tests;
mod usage;

pub use modes::{OpenToOthers, open_to_others};
pub use socket::listen_local;
pub use usage::{ProcessUsage, process_usage};

use crate::{Disk, MemoryBudget, MemoryDisk, Parts, Platform};
use std::sync::Arc;
use tokio::runtime::Handle;

/// Capacity of a memory disk where the system does not say how much memory is free, in bytes.
const MEMORY_DISK_BYTES: u64 = 4 << 30;

impl Platform {
    /// The real machine; futures run on the current tokio runtime. Panics outside of one.
    ///
    /// From then on no other user may read what this process makes, whoever in it makes it.
    pub fn real() -> Self {
        modes::keep_private();
        Self::on(Handle::current(), Arc::new(disk::RealDisk::default()))
    }

    /// The real machine but for the disk, which is empty and in memory. It takes at most three
    /// quarters of the memory that is available now. Panics outside of a tokio runtime.
    pub fn memory() -> Self {
        let available = usage::available_memory_bytes();
        let capacity_bytes = available.map_or(MEMORY_DISK_BYTES, |bytes| bytes / 4 * 3);
        Self::on(Handle::current(), Arc::new(MemoryDisk::new(capacity_bytes)))
    }

    fn on(handle: Handle, disk: Arc<dyn Disk>) -> Self {
        Self::from(Parts {
            clock: Arc::new(clock::RealClock::default()),
            random: Arc::new(random::RealRandom::default()),
            disk,
            tasks: Arc::new(tasks::RealTasks { handle }),
            request_memory: MemoryBudget::unlimited(),
        })
    }
}
