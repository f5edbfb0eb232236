//! Large bodies alone and in company, through the hasher that requests use.

#![allow(clippy::disallowed_methods, reason = "threads that race, which end with the test")]

use crate::{BodyDigests, BodyHasher, BodyPlan, Md5, Md5Queue};
use bytes::Bytes;
use larder_platform::{BoxFuture, Task, TaskHandle, Tasks};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

type Job = Box<dyn FnOnce() + Send>;

/// Runs a job when it is told to, or at once on a thread.
#[derive(Default)]
struct Jobs {
    waiting: Mutex<Vec<Job>>,
    begun: AtomicUsize,
    threads: bool,
}

impl Jobs {
    fn waiting(&self) -> usize {
        self.waiting.lock().unwrap().len()
    }

    fn begun(&self) -> usize {
        self.begun.load(Ordering::SeqCst)
    }

    fn run(&self) {
        std::mem::take(&mut *self.waiting.lock().unwrap()).into_iter().for_each(|job| job());
    }
}

impl Tasks for Jobs {
    #[allow(clippy::disallowed_methods, reason = "there is no platform below this test")]
    fn blocking(&self, job: Job) {
        self.begun.fetch_add(1, Ordering::SeqCst);
        if self.threads {
            drop(std::thread::spawn(job))
        } else {
            self.waiting.lock().unwrap().push(job)
        }
    }

    fn spawn(&self, _: BoxFuture<()>) {
        unreachable!("hashing needs jobs alone");
    }

    fn sleep(&self, _: Duration) -> BoxFuture<()> {
        unreachable!("hashing needs jobs alone");
    }

    fn start_task(&self, _: &str, _: Box<dyn Task>) -> TaskHandle {
        unreachable!("hashing needs jobs alone");
    }
}

fn poll<T>(future: Pin<&mut impl Future<Output = T>>) -> Poll<T> {
    future.poll(&mut Context::from_waker(Waker::noop()))
}

/// Polls until it is done, running jobs meanwhile.
fn finished<T>(jobs: &Jobs, future: impl Future<Output = T>) -> T {
    let mut future = pin!(future);
    loop {
        if let Poll::Ready(value) = poll(future.as_mut()) {
            return value;
        }
        jobs.run();
    }
}

fn piece(number: usize) -> Bytes {
    let length = 90_000 + number * 4_999 % 40_000;
    (0..length).map(|i| (i * 7 + number) as u8).collect::<Vec<_>>().into()
}

fn hasher() -> BodyHasher {
    BodyHasher::new(&BodyPlan { md5: true, sha256: false, checksums: Vec::new() })
}

fn check(digests: &BodyDigests, pieces: &[Bytes], case: &str) {
    let whole = pieces.concat();
    assert_eq!(digests.length, whole.len() as u64, "{case}");
    assert_eq!(digests.md5, Md5::of(&whole), "{case}");
}

#[test]
fn a_large_body_without_company_is_hashed_elsewhere() {
    let jobs = Arc::new(Jobs::default());
    let queue = Md5Queue::new(jobs.clone());
    let (mut hasher, mut sent) = (hasher(), Vec::new());
    let mut push = |hasher: &mut BodyHasher, number: usize| {
        sent.push(piece(number));
        poll(pin!(hasher.update_beside(&queue, &sent[sent.len() - 1]))).is_ready()
    };
    for number in 0..3 {
        // A small body steps back once.
        let first = piece(number);
        let mut update = pin!(hasher.update_beside(&queue, &first));
        assert!(poll(update.as_mut()).is_pending() && poll(update).is_ready());
    }
    assert_eq!(jobs.waiting(), 0, "it is not large yet");
    for number in 3..7 {
        assert!(push(&mut hasher, number), "it need not wait for the {number}th");
    }
    assert_eq!(jobs.waiting(), 1, "one thread for all pieces");
    let mut begun = sent;
    let next = piece(7);
    {
        let mut update = pin!(hasher.update_beside(&queue, &next));
        assert!(poll(update.as_mut()).is_pending(), "what waits is bounded");
        jobs.run();
        assert!(poll(update).is_ready());
    }
    begun.push(next);
    let pieces = [(0..3).map(piece).collect(), begun].concat();
    check(&finished(&jobs, hasher.finish_beside()), &pieces, "alone");
}

#[test]
fn in_company_no_other_thread_is_used() {
    let jobs = Arc::new(Jobs::default());
    let queue = Md5Queue::new(jobs.clone());
    let pieces: Vec<Bytes> = (0..8).map(piece).collect();
    let mut hashers = [hasher(), hasher(), hasher()];
    for piece in &pieces {
        hashers.iter_mut().for_each(|hasher| finished(&jobs, hasher.update_beside(&queue, piece)));
    }
    assert_eq!(jobs.begun(), 0);
    for hasher in hashers {
        check(&finished(&jobs, hasher.finish_beside()), &pieces, "in company");
    }
}

#[test]
fn company_that_comes_and_goes_changes_no_digest() {
    let jobs = Arc::new(Jobs::default());
    let queue = Md5Queue::new(jobs.clone());
    let mut bodies: Vec<(BodyHasher, Vec<Bytes>)> = Vec::new();
    let mut state = 1u64;
    let mut random = |below: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % below
    };
    let (mut whole, mut given_up) = (0, 0);
    for step in 0..1_500 {
        if bodies.is_empty() || bodies.len() < 7 && random(12) == 0 {
            bodies.push((hasher(), Vec::new()));
        }
        let at = random(bodies.len());
        match random(40) {
            0 => {
                let (hasher, sent) = bodies.swap_remove(at);
                check(&finished(&jobs, hasher.finish_beside()), &sent, &format!("step {step}"));
                whole += 1;
            }
            1 => {
                drop(bodies.swap_remove(at));
                given_up += 1;
            }
            2 => jobs.run(),
            _ => {
                let (hasher, sent) = &mut bodies[at];
                sent.push(piece(step % 50));
                finished(&jobs, hasher.update_beside(&queue, &sent[sent.len() - 1]));
            }
        }
    }
    for (hasher, sent) in bodies {
        check(&finished(&jobs, hasher.finish_beside()), &sent, "at the end");
    }
    assert!(whole > 10 && given_up > 10, "{whole} {given_up}");
}

#[test]
fn a_body_that_was_given_up_is_not_hashed_on() {
    let jobs = Arc::new(Jobs::default());
    let queue = Md5Queue::new(jobs.clone());
    let (mut hasher, pieces) = (hasher(), (0..6).map(piece).collect::<Vec<_>>());
    for piece in &pieces {
        finished(&jobs, hasher.update_beside(&queue, piece));
    }
    assert!(!pieces[5].is_unique(), "it waits for a thread");
    drop(hasher);
    assert!(pieces[5].is_unique(), "nobody holds its bytes any more");
    jobs.run();
}

struct Unpark(std::thread::Thread);

impl Wake for Unpark {
    fn wake(self: Arc<Self>) {
        self.0.unpark();
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let waker = Waker::from(Arc::new(Unpark(std::thread::current())));
    let (mut cx, mut future) = (Context::from_waker(&waker), pin!(future));
    loop {
        match future.as_mut().poll(&mut cx) {
            Poll::Ready(value) => return value,
            Poll::Pending => std::thread::park(),
        }
    }
}

#[test]
fn large_bodies_of_many_threads() {
    let queue = Md5Queue::new(Arc::new(Jobs { threads: true, ..Jobs::default() }));
    let pieces: Vec<Bytes> = (0..50).map(piece).collect();
    std::thread::scope(|scope| {
        for thread in 0..6 {
            let (queue, pieces) = (queue.clone(), &pieces);
            scope.spawn(move || {
                for round in 0..4 {
                    let sent: Vec<Bytes> = (0..10 + thread)
                        .map(|n| pieces[(n * 3 + round * 7 + thread) % pieces.len()].clone())
                        .collect();
                    let mut hasher = hasher();
                    for piece in &sent {
                        block_on(hasher.update_beside(&queue, piece));
                    }
                    let case = format!("thread {thread}, round {round}");
                    check(&block_on(hasher.finish_beside()), &sent, &case);
                }
            });
        }
    });
}
