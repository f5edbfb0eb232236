//! Futures, blocking jobs, and tasks that run in steps.

use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

/// A boxed future.
pub type BoxFuture<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// What a task wants next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Call again at once.
    Again,
    /// Call again when woken.
    Sleep,
    /// Call again when woken or after this long.
    SleepFor(Duration),
    /// Never call again.
    Done,
}

/// A long-running piece of the program, cut into steps so that a thread can run it in production
/// and a scheduler can interleave it in simulation. A step may block on the disk.
pub trait Task: Send {
    /// Does one piece of work.
    fn step(&mut self) -> Step;
}

/// Wakes a sleeping task. A wake that arrives during a step is not lost.
pub trait Wake: Send + Sync {
    /// Makes the task's next sleep return at once.
    fn wake(&self);
}

/// A running task. Dropping it asks the task to stop after its current step and waits for it.
pub struct TaskHandle {
    /// Wakes the task.
    pub wake: Arc<dyn Wake>,
    /// Dropped to stop the task; the implementation joins it.
    pub guard: Box<dyn Send + Sync>,
}

/// Where work runs.
pub trait Tasks: Send + Sync {
    /// Runs a job where blocking is allowed.
    fn blocking(&self, job: Box<dyn FnOnce() + Send>);
    /// Runs a future until it ends.
    fn spawn(&self, future: BoxFuture<()>);
    /// Ends after `duration`.
    fn sleep(&self, duration: Duration) -> BoxFuture<()>;
    /// Starts a task; in production on a thread of its own with this name.
    fn start_task(&self, name: &str, task: Box<dyn Task>) -> TaskHandle;
}
