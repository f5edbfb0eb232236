//! The simulated machine: one seed replays one run exactly.
//!
//! A [`Simulation`] is a machine with one disk, one virtual clock and one thread. Futures, blocking
//! jobs and tasks are all items of one scheduler, and the seed picks which runs next. When none
//! can run, the clock jumps to the earliest timer. A panic in any of them fails the run.
//!
//! The disk keeps what was written apart from what is durable. What a cut of the power leaves:
//!
//! - a file's synced bytes and length, and what a returned [`OpenMode::Direct`] write wrote;
//! - of every other 512-byte sector any version written since its last sync, or none of them, each
//!   sector on its own and in any order; of the length likewise;
//! - the entries of a directory as of its last sync; of later creations, renames and removals each
//!   happened or did not, a rename as a whole. A name that is gone takes all below it along.
//!
//! A run replays only when the code under test keeps its own choices free of chance: no iteration
//! over `HashMap`, no `tokio::select!` without `biased`, no threads, no blocking on a channel.
//!
//! [`OpenMode::Direct`]: crate::OpenMode::Direct

mod content;
mod disk;
mod faults;
mod prng;
mod scheduler;
mod tasks;
mod tree;

#[cfg(test)]
mod disk_tests;
#[cfg(test)]
mod tests;

pub use faults::{Fault, FaultRates, Faults, PowerLost};
pub use prng::Prng;

use crate::{Clock, MemoryBudget, Parts, Platform, Random};
use disk::{Platter, SimDisk};
use scheduler::{Item, Scheduler, later, poll_main};
use std::sync::atomic::{AtomicI64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tasks::SimTasks;

/// Where the wall clock starts: 2024-01-01T00:00:00Z.
const WALL_START_NS: u64 = 1_704_067_200_000_000_000;

/// A simulated machine. Clones are handles on the same one.
#[derive(Clone)]
pub struct Simulation {
    seed: u64,
    scheduler: Arc<Scheduler>,
    disk: Arc<Platter>,
    clock: Arc<SimClock>,
    random: Arc<SimRandom>,
}

impl Simulation {
    /// A machine with an empty disk, just booted.
    pub fn new(seed: u64) -> Self {
        let mut rng = Prng::new(seed);
        let scheduler = Arc::new(Scheduler::new(rng.fork()));
        let disk = Arc::new(Platter::new(rng.fork(), Arc::clone(&scheduler)));
        let wall_shift_ns = AtomicI64::new(0);
        let clock = Arc::new(SimClock { scheduler: Arc::clone(&scheduler), wall_shift_ns });
        let random = Arc::new(SimRandom(Mutex::new(rng.fork())));
        Self { seed, scheduler, disk, clock, random }
    }

    /// The platform of the running boot. After a cut or reboot ask again: the old one is dead.
    pub fn platform(&self) -> Platform {
        let boot = self.scheduler.boot();
        Platform::from(Parts {
            clock: Arc::clone(&self.clock) as Arc<dyn Clock>,
            random: Arc::clone(&self.random) as Arc<dyn Random>,
            disk: Arc::new(SimDisk { shared: Arc::clone(&self.disk), boot }),
            tasks: Arc::new(SimTasks { scheduler: Arc::clone(&self.scheduler), boot }),
            request_memory: MemoryBudget::unlimited(),
        })
    }

    /// Runs everything until `future` ends. The future belongs to the test, not to the machine: it
    /// survives a cut, and may cause one. Panics on a deadlock, naming who waits.
    pub fn block_on<F: Future>(&self, future: F) -> F::Output {
        let _running = self.scheduler.enter(self.seed);
        let mut future = Box::pin(future);
        self.scheduler.wake(Item::Main);
        loop {
            match self.scheduler.next(u64::MAX - 1) {
                Some(Item::Main) => {
                    if let Some(value) = poll_main(&self.scheduler, future.as_mut()) {
                        return value;
                    }
                }
                Some(item) => self.scheduler.run(item),
                None => panic!("deadlock: {}", self.scheduler.describe()),
            }
        }
    }

    /// Runs until nothing can run before a timer is due.
    pub fn run_until_idle(&self) {
        let _running = self.scheduler.enter(self.seed);
        while let Some(item) = self.scheduler.next(0) {
            self.scheduler.run(item);
        }
    }

    /// Runs everything for this long by the virtual clock.
    pub fn run_for(&self, duration: Duration) {
        let _running = self.scheduler.enter(self.seed);
        let end_ns = later(self.now_ns(), duration);
        while self.now_ns() < end_ns {
            match self.scheduler.next(end_ns) {
                Some(item) => self.scheduler.run(item),
                None => self.scheduler.advance(end_ns - self.now_ns()),
            }
        }
    }

    /// The power goes and comes back: the disk keeps what the rules leave, handles, tasks, timers
    /// and tasks are gone. Faults that were armed stay armed.
    pub fn power_cut(&self) {
        let remains = self.scheduler.next_boot();
        let mut state = self.disk.state();
        let state_now = &mut *state;
        state_now.boot = self.scheduler.boot();
        state_now.power_lost = false;
        state_now.tree.cut(&mut state_now.rng, &mut state_now.plan);
        drop(state);
        drop(remains);
    }

    /// The process is killed and starts anew: everything written survives in the page cache,
    /// durable or not; handles, locks, futures, timers and tasks are gone.
    pub fn reboot(&self) {
        let remains = self.scheduler.next_boot();
        let mut state = self.disk.state();
        assert!(!state.power_lost, "without power there is no page cache: call power_cut");
        state.boot = self.scheduler.boot();
        state.tree.forget_process();
        drop(state);
        drop(remains);
    }

    /// The faults of the disk.
    pub fn faults(&self) -> Faults {
        Faults { shared: Arc::clone(&self.disk) }
    }

    /// Virtual nanoseconds since the simulation began.
    pub fn now_ns(&self) -> u64 {
        self.scheduler.now_ns()
    }

    /// Moves the wall clock, and only it, by so many nanoseconds either way.
    pub fn shift_wall_clock(&self, by_ns: i64) {
        self.clock.wall_shift_ns.fetch_add(by_ns, Ordering::Relaxed);
    }

    /// A digest of everything the scheduler did: equal for runs that were equal.
    pub fn fingerprint(&self) -> u64 {
        self.scheduler.fingerprint()
    }

    /// The seed of this run.
    pub fn seed(&self) -> u64 {
        self.seed
    }
}

struct SimClock {
    scheduler: Arc<Scheduler>,
    wall_shift_ns: AtomicI64,
}

impl Clock for SimClock {
    fn wall_ns(&self) -> u64 {
        let shift_ns = self.wall_shift_ns.load(Ordering::Relaxed);
        (WALL_START_NS + self.scheduler.now_ns()).saturating_add_signed(shift_ns)
    }

    fn monotonic_ns(&self) -> u64 {
        self.scheduler.now_ns()
    }
}

struct SimRandom(Mutex<Prng>);

impl Random for SimRandom {
    fn fill(&self, out: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill(out);
    }
}
