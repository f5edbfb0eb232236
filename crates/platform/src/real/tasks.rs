//! Futures and jobs on tokio; tasks on threads of their own.

use crate::tasks::{BoxFuture, Step, Task, TaskHandle, Tasks, Wake};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::{Builder, JoinHandle};
use std::time::{Duration, Instant};
use tokio::runtime::Handle;

pub(super) struct RealTasks {
    pub(super) handle: Handle,
}

impl Tasks for RealTasks {
    fn blocking(&self, job: Box<dyn FnOnce() + Send>) {
        self.handle.spawn_blocking(job);
    }

    fn spawn(&self, future: BoxFuture<()>) {
        self.handle.spawn(future);
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<()> {
        // A tokio sleep belongs to the runtime that is entered when it is made.
        let _entered = self.handle.enter();
        Box::pin(tokio::time::sleep(duration))
    }

    fn start_task(&self, name: &str, task: Box<dyn Task>) -> TaskHandle {
        let signal = Arc::new(WakeSignal::default());
        let inner = Arc::clone(&signal);
        let thread = Builder::new()
            .name(name.to_owned())
            .spawn(move || run(task, &inner))
            .expect("a process that cannot start its few threads cannot serve");
        let guard = Guard { signal: Arc::clone(&signal), thread: Some(thread) };
        TaskHandle { wake: signal, guard: Box::new(guard) }
    }
}

#[derive(Default)]
struct Signals {
    woken: bool,
    stop: bool,
    /// The task waits for the signal. A busy one looks before it waits, and to wake it would
    /// be a system call for nothing.
    waiting: bool,
}

#[derive(Default)]
struct WakeSignal {
    signals: Mutex<Signals>,
    woken_up: Condvar,
}

impl WakeSignal {
    fn raise(&self, stop: bool) {
        let mut signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner);
        signals.woken = true;
        signals.stop |= stop;
        let waiting = signals.waiting;
        drop(signals);
        if waiting {
            self.woken_up.notify_one();
        }
    }

    /// Waits for a wake or the deadline; false when the task is to stop.
    fn wait(&self, deadline: Option<Instant>) -> bool {
        let mut signals = self.signals.lock().unwrap_or_else(PoisonError::into_inner);
        signals.waiting = true;
        while !signals.woken {
            let left = deadline.map(|deadline| deadline.saturating_duration_since(Instant::now()));
            signals = match left {
                Some(Duration::ZERO) => break,
                Some(left) => {
                    let waited = self.woken_up.wait_timeout(signals, left);
                    waited.unwrap_or_else(PoisonError::into_inner).0
                }
                None => self.woken_up.wait(signals).unwrap_or_else(PoisonError::into_inner),
            };
        }
        signals.waiting = false;
        signals.woken = false;
        !signals.stop
    }

    fn stopped(&self) -> bool {
        self.signals.lock().unwrap_or_else(PoisonError::into_inner).stop
    }
}

impl Wake for WakeSignal {
    fn wake(&self) {
        self.raise(false);
    }
}

fn run(mut task: Box<dyn Task>, signal: &WakeSignal) {
    while !signal.stopped() {
        let go_on = match task.step() {
            Step::Again => true,
            Step::Sleep => signal.wait(None),
            // A moment beyond the clock's range never comes.
            Step::SleepFor(duration) => signal.wait(Instant::now().checked_add(duration)),
            Step::Done => false,
        };
        if !go_on {
            break;
        }
    }
}

struct Guard {
    signal: Arc<WakeSignal>,
    thread: Option<JoinHandle<()>>,
}

impl Drop for Guard {
    fn drop(&mut self) {
        self.signal.raise(true);
        let Some(thread) = self.thread.take() else {
            return;
        };
        // A task that holds its own handle cannot wait for itself.
        if thread.thread().id() == std::thread::current().id() {
            return;
        }
        let name = thread.thread().name().unwrap_or("task").to_owned();
        if thread.join().is_err() {
            log::error!("the task {name} had panicked");
        }
    }
}
