//! A machine whose threads are the model checker's: each call of the disk, each lock and each
//! counter of the engine is a place where another thread may go on.

use larder_platform::{
    BoxFuture, Clock, Disk, DiskFile, DiskLock, DiskSpace, MemoryBudget, MemoryDisk, OpenMode,
    Parts, Platform, Random, Step, Task, TaskHandle, Tasks, Wake,
};
use larder_storage_local::index::{Index, MemoryIndex, MemoryTables};
use larder_storage_local::{Local, Options};
use shuttle::sync::atomic::AtomicBool;
use shuttle::sync::{Condvar, Mutex};
use shuttle::thread;
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Capacity of the disk, in bytes.
const DISK_BYTES: u64 = 1 << 30;
/// What a look at the clock takes, in ns.
const TICK_NS: u64 = 1_000;
/// A task that waits no longer than this is polling; one that waits longer sleeps until woken.
const POLL_MAX: Duration = Duration::from_millis(1);

/// A machine with one data directory, which outlives an engine that was stopped.
pub struct Machine {
    platform: Platform,
    tables: MemoryTables,
    options: Options,
}

impl Machine {
    pub fn new(options: Options) -> Self {
        let platform = Platform::from(Parts {
            clock: Arc::new(Ticks(AtomicU64::new(1))),
            random: Arc::new(Counted(AtomicU64::new(1))),
            disk: Arc::new(Interrupted(MemoryDisk::new(DISK_BYTES))),
            tasks: Arc::new(Threads),
            request_memory: MemoryBudget::unlimited(),
        });
        Self { platform, tables: MemoryTables::default(), options }
    }

    pub fn open(&self) -> Local {
        let tables = self.tables.clone();
        let index = |_: &Path| Ok(Arc::new(MemoryIndex::new(tables)) as Arc<dyn Index>);
        Local::open(self.platform.clone(), self.options.clone(), index).expect("it opens")
    }
}

struct Ticks(AtomicU64);

impl Clock for Ticks {
    fn wall_ns(&self) -> u64 {
        self.monotonic_ns()
    }

    fn monotonic_ns(&self) -> u64 {
        self.0.fetch_add(TICK_NS, Ordering::Relaxed)
    }
}

/// Different numbers, the same ones in every run: the checker must be able to run one again.
struct Counted(AtomicU64);

impl Random for Counted {
    fn fill(&self, out: &mut [u8]) {
        for chunk in out.chunks_mut(8) {
            let count = self.0.fetch_add(1, Ordering::Relaxed);
            let bits = count.wrapping_mul(0x9e37_79b9_7f4a_7c15).to_le_bytes();
            chunk.copy_from_slice(&bits[..chunk.len()]);
        }
    }
}

/// A place where another thread may go on. Not a yield: by that a thread says that it waits for
/// others, and the scheduler by priorities would let all of them go first at every call.
fn let_others_on() {
    AtomicBool::new(false).load(Ordering::Relaxed);
}

/// Others may go on before each call.
struct Interrupted<T>(T);

impl Disk for Interrupted<MemoryDisk> {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        let_others_on();
        self.0.create_dir(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let_others_on();
        self.0.sync_dir(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let_others_on();
        self.0.list(path)
    }

    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn DiskFile>> {
        let_others_on();
        Ok(Arc::new(Interrupted(self.0.open(path, mode)?)))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let_others_on();
        self.0.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let_others_on();
        self.0.remove(path)
    }

    fn lock(&self, path: &Path) -> io::Result<DiskLock> {
        self.0.lock(path)
    }

    fn space(&self, path: &Path) -> io::Result<DiskSpace> {
        self.0.space(path)
    }
}

impl DiskFile for Interrupted<Arc<dyn DiskFile>> {
    fn length(&self) -> io::Result<u64> {
        self.0.length()
    }

    fn read_at(&self, out: &mut [u8], offset: u64) -> io::Result<()> {
        let_others_on();
        self.0.read_at(out, offset)
    }

    fn read_cached(&self, out: &mut [u8], offset: u64) -> io::Result<bool> {
        let_others_on();
        self.0.read_cached(out, offset)
    }

    fn write_at(&self, data: &[u8], offset: u64) -> io::Result<()> {
        let_others_on();
        self.0.write_at(data, offset)
    }

    fn sync(&self) -> io::Result<()> {
        let_others_on();
        self.0.sync()
    }

    fn allocate(&self, length: u64) -> io::Result<()> {
        self.0.allocate(length)
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.0.set_length(length)
    }
}

struct Threads;

impl Tasks for Threads {
    fn blocking(&self, job: Box<dyn FnOnce() + Send>) {
        drop(thread::spawn(job));
    }

    fn spawn(&self, future: BoxFuture<()>) {
        drop(shuttle::future::spawn(future));
    }

    fn sleep(&self, _duration: Duration) -> BoxFuture<()> {
        Box::pin(shuttle::future::yield_now())
    }

    fn start_task(&self, _name: &str, mut task: Box<dyn Task>) -> TaskHandle {
        let bed = Arc::new(Bed::default());
        let slept = bed.clone();
        let thread = thread::spawn(move || {
            while !slept.is_stopped() {
                match task.step() {
                    Step::Again => let_others_on(),
                    Step::SleepFor(wait) if wait <= POLL_MAX => thread::yield_now(),
                    Step::Sleep | Step::SleepFor(_) => slept.sleep(),
                    Step::Done => return,
                }
            }
        });
        let guard = Box::new(Stop { bed: bed.clone(), thread: Mutex::new(Some(thread)) });
        TaskHandle { wake: bed, guard }
    }
}

/// Where a task sleeps.
#[derive(Default)]
struct Bed {
    signals: Mutex<Signals>,
    changed: Condvar,
}

#[derive(Default)]
struct Signals {
    woken: bool,
    stopped: bool,
}

impl Bed {
    fn is_stopped(&self) -> bool {
        self.signals.lock().expect("no panic while locked").stopped
    }

    fn sleep(&self) {
        let mut signals = self.signals.lock().expect("no panic while locked");
        while !signals.woken && !signals.stopped {
            signals = self.changed.wait(signals).expect("no panic while locked");
        }
        signals.woken = false;
    }
}

impl Wake for Bed {
    fn wake(&self) {
        self.signals.lock().expect("no panic while locked").woken = true;
        self.changed.notify_all();
    }
}

struct Stop {
    bed: Arc<Bed>,
    thread: Mutex<Option<thread::JoinHandle<()>>>,
}

impl Drop for Stop {
    fn drop(&mut self) {
        self.bed.signals.lock().expect("no panic while locked").stopped = true;
        self.bed.changed.notify_all();
        if let Some(thread) = self.thread.lock().expect("no panic while locked").take() {
            thread.join().expect("a task does not panic");
        }
    }
}
