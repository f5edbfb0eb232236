//! Requests that hash at the same time do it side by side.

use super::{LANES, LANES_MIN, Md5, lock};
use bytes::Bytes;
use larder_platform::Tasks;
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::task::{Context, Poll, Waker};

/// Fewer bytes are hashed at once: company would cost more than it saves.
const BYTES_MIN: usize = 1 << 10;

/// Where requests meet. Cheap to clone.
///
/// Whoever comes with bytes steps back once, so that others who are ready can come too; then the
/// first to return hashes for all who wait. Nobody waits for company that may not come, and no
/// thread is needed. It holds at most one job of each request. Where there are too few bodies for
/// lanes, large ones are hashed on another thread instead, a few pieces behind.
#[derive(Clone, Default)]
pub struct Md5Queue(Arc<QueueParts>);

#[derive(Default)]
struct QueueParts {
    jobs: Mutex<VecDeque<Job>>,
    /// Bodies that are coming in.
    bodies: AtomicUsize,
    /// Where bodies without company are hashed; without it there is no such place.
    tasks: Option<Arc<dyn Tasks>>,
}

/// Counts a body for as long as it comes in.
pub(crate) struct Counted(Arc<QueueParts>);

impl Counted {
    /// Where the body is to be hashed when there are too few for lanes.
    pub(crate) fn alone(&self) -> Option<&Arc<dyn Tasks>> {
        let few = self.0.bodies.load(Ordering::Relaxed) < LANES_MIN;
        self.0.tasks.as_ref().filter(|_| few)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.0.bodies.fetch_sub(1, Ordering::Relaxed);
    }
}

pub(super) struct Job {
    md5: Md5,
    data: Bytes,
    done: Arc<Mutex<Done>>,
}

#[derive(Default)]
struct Done {
    md5: Option<Md5>,
    waker: Option<Waker>,
}

impl Md5Queue {
    /// A queue whose bodies without company are hashed on the threads of `tasks`.
    pub fn new(tasks: Arc<dyn Tasks>) -> Self {
        Self(Arc::new(QueueParts { tasks: Some(tasks), ..QueueParts::default() }))
    }

    /// Counts a body.
    pub(crate) fn counted(&self) -> Counted {
        self.0.bodies.fetch_add(1, Ordering::Relaxed);
        Counted(self.0.clone())
    }

    /// Adds `data` to a digest, which comes back.
    pub async fn update(&self, mut md5: Md5, data: &Bytes) -> Md5 {
        if data.len() < BYTES_MIN {
            md5.update(data);
            return md5;
        }
        let done = Arc::new(Mutex::new(Done::default()));
        self.jobs().push_back(Job { md5, data: data.clone(), done: done.clone() });
        Waiting { queue: self, done, stepped_back: false }.await
    }

    pub(super) fn jobs(&self) -> MutexGuard<'_, VecDeque<Job>> {
        lock(&self.0.jobs)
    }

    /// Hashes for the first who wait; whether anybody did.
    fn work(&self) -> bool {
        let mut jobs: Vec<Job> = {
            let mut waiting = self.jobs();
            let count = waiting.len().min(LANES);
            waiting.drain(..count).collect()
        };
        let mut work: Vec<_> = jobs.iter_mut().map(|job| (&mut job.md5, &job.data[..])).collect();
        Md5::update_all(&mut work);
        let any = !jobs.is_empty();
        for Job { md5, done, .. } in jobs {
            let mut done = lock(&done);
            done.md5 = Some(md5);
            if let Some(waker) = done.waker.take() {
                waker.wake();
            }
        }
        any
    }
}

/// A request that waits for its digest.
struct Waiting<'a> {
    queue: &'a Md5Queue,
    done: Arc<Mutex<Done>>,
    stepped_back: bool,
}

impl Future for Waiting<'_> {
    type Output = Md5;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Md5> {
        // One step back lets every request that is ready now come and leave its bytes, without a
        // timer and without a guess at how many there are: whoever is polled next finds them all.
        // An empty lane costs as much as a full one. A second step would wait for requests whose
        // bytes have not arrived, and delay those whose have.
        if !std::mem::replace(&mut self.stepped_back, true) {
            cx.waker().wake_by_ref();
            return Poll::Pending;
        }
        loop {
            {
                let mut done = lock(&self.done);
                if let Some(md5) = done.md5.take() {
                    return Poll::Ready(md5);
                }
                done.waker = Some(cx.waker().clone());
            }
            // When there is nothing to do, somebody has taken this job along and will call.
            if !self.queue.work() {
                return Poll::Pending;
            }
        }
    }
}

impl Drop for Waiting<'_> {
    /// A request that is given up takes its job along.
    fn drop(&mut self) {
        if lock(&self.done).md5.is_none() {
            self.queue.jobs().retain(|job| !Arc::ptr_eq(&job.done, &self.done));
        }
    }
}
