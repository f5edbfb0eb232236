//! The task side of one boot.

use super::scheduler::{Item, Scheduler, later};
use crate::tasks::{BoxFuture, Task, TaskHandle, Tasks, Wake};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

pub(super) struct SimTasks {
    pub(super) scheduler: Arc<Scheduler>,
    pub(super) boot: u64,
}

impl Tasks for SimTasks {
    fn blocking(&self, job: Box<dyn FnOnce() + Send>) {
        drop(self.scheduler.job(self.boot, job));
    }

    fn spawn(&self, future: BoxFuture<()>) {
        drop(self.scheduler.spawn(self.boot, future));
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<()> {
        let now_ns = self.scheduler.now_ns();
        Box::pin(Sleep {
            scheduler: Arc::clone(&self.scheduler),
            boot: self.boot,
            until_ns: later(now_ns, duration),
            timer: None,
        })
    }

    fn start_task(&self, name: &str, task: Box<dyn Task>) -> TaskHandle {
        let id = self.scheduler.add_task(self.boot, name, task);
        TaskHandle {
            wake: Arc::new(SimWake { scheduler: Arc::clone(&self.scheduler), id }),
            guard: Box::new(SimGuard { scheduler: Arc::clone(&self.scheduler), id }),
        }
    }
}

struct Sleep {
    scheduler: Arc<Scheduler>,
    boot: u64,
    until_ns: u64,
    timer: Option<(u64, u64)>,
}

impl Sleep {
    fn disarm(&mut self) {
        if let Some(key) = self.timer.take() {
            self.scheduler.remove_timer(key);
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<()> {
        self.disarm();
        if self.scheduler.now_ns() >= self.until_ns {
            return Poll::Ready(());
        }
        // A sleep of a boot that is over never ends, like the process that wanted it.
        let waker = context.waker().clone();
        self.timer = self.scheduler.add_timer(self.boot, self.until_ns, waker);
        Poll::Pending
    }
}

impl Drop for Sleep {
    fn drop(&mut self) {
        self.disarm();
    }
}

struct SimWake {
    scheduler: Arc<Scheduler>,
    id: u64,
}

impl Wake for SimWake {
    fn wake(&self) {
        self.scheduler.wake(Item::Task(self.id));
    }
}

struct SimGuard {
    scheduler: Arc<Scheduler>,
    id: u64,
}

impl Drop for SimGuard {
    fn drop(&mut self) {
        self.scheduler.remove_task(self.id);
    }
}
