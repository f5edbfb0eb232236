//! Runs asynchronous work in the steps of a platform worker, so that it has a thread of its own in
//! production and is interleaved by the scheduler in simulation.

use larder_platform::{BoxFuture, Platform, Step, Wake, Worker, WorkerHandle};
use std::sync::{Arc, OnceLock};
use std::task::{Context, Poll, Waker};

/// A worker whose work is a future that is made again whenever it is called for.
pub(crate) trait WorkerOf: Send + 'static {
    /// What to do next: work, or waiting for as long as the step says.
    fn next(&mut self) -> Result<BoxFuture<()>, Step>;
}

/// Starts a worker with a name.
pub(crate) fn start(platform: &Platform, name: &str, work: impl WorkerOf) -> WorkerHandle {
    let bell = Arc::new(Bell::default());
    let bridge = Bridge { work, running: None, waker: Waker::from(bell.clone()) };
    let handle = platform.tasks.start_worker(name, Box::new(bridge));
    // The first step may have begun before its waker could reach the worker.
    let _ = bell.0.set(handle.wake.clone());
    handle.wake.wake();
    handle
}

struct Bridge<W> {
    work: W,
    running: Option<BoxFuture<()>>,
    waker: Waker,
}

/// Wakes the worker when its future can go on.
#[derive(Default)]
struct Bell(OnceLock<Arc<dyn Wake>>);

impl std::task::Wake for Bell {
    fn wake(self: Arc<Self>) {
        if let Some(worker) = self.0.get() {
            worker.wake();
        }
    }
}

impl<W: WorkerOf> Worker for Bridge<W> {
    fn step(&mut self) -> Step {
        let running = match &mut self.running {
            Some(running) => running,
            None => match self.work.next() {
                Ok(future) => self.running.insert(future),
                Err(step) => return step,
            },
        };
        match running.as_mut().poll(&mut Context::from_waker(&self.waker)) {
            Poll::Ready(()) => {
                self.running = None;
                Step::Again
            }
            Poll::Pending => Step::Sleep,
        }
    }
}
