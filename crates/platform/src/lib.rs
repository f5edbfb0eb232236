//! The only door to clock, randomness, files and tasks.
//!
//! Holds: the traits a room may use, the real platform, the simulated platform that replays a seed.
//! Never: S3, storage formats, policy of any kind. Nobody else touches the operating system.
//! Enter at: [`Platform`]; [`Platform::real`] in the server, [`sim::Simulation`] in tests.

mod aligned;
mod budget;
mod disk;
mod machine;
mod memory;
mod real;
pub mod sim;
mod tasks;

pub use aligned::AlignedBuffer;
pub use budget::{BudgetExhausted, MemoryBudget, Reservation};
pub use disk::{DIRECT_ALIGN, Disk, DiskFile, DiskLock, DiskSpace, OpenMode};
pub use machine::{Parts, Platform};
pub use memory::MemoryDisk;
pub use real::{OpenToOthers, ProcessUsage, listen_local, open_to_others, process_usage};
pub use tasks::{BoxFuture, Step, Task, TaskHandle, Tasks, Wake};

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
