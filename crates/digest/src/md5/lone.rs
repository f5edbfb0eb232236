//! A large body without company: MD5 is a chain that keeps one core busy, so that another core
//! hashes what has come while further pieces come in.

use super::{Md5, lock};
use bytes::Bytes;
use larder_platform::Tasks;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::sync::{Arc, Mutex};
use std::task::{Poll, Waker};

/// Pieces of a body that may wait for the thread that hashes.
const PIECES_MAX: usize = 4;

/// A body's MD5, a few pieces behind the body itself.
pub(crate) struct Lone {
    work: Arc<Mutex<Work>>,
    tasks: Arc<dyn Tasks>,
}

struct Work {
    /// `None` while the thread has it.
    md5: Option<Md5>,
    pieces: VecDeque<Bytes>,
    /// A thread is at work, or will be.
    running: bool,
    /// The body waits for room, or for the end.
    waker: Option<Waker>,
}

impl Lone {
    pub(crate) fn new(md5: Md5, tasks: Arc<dyn Tasks>) -> Self {
        let work = Work { md5: Some(md5), pieces: VecDeque::new(), running: false, waker: None };
        Self { work: Arc::new(Mutex::new(work)), tasks }
    }

    /// Adds bytes; waits while [`PIECES_MAX`] pieces are waiting.
    pub(crate) async fn push(&self, data: Bytes) {
        poll_fn(|cx| {
            let mut work = lock(&self.work);
            if work.pieces.len() < PIECES_MAX {
                return Poll::Ready(());
            }
            work.waker = Some(cx.waker().clone());
            Poll::Pending
        })
        .await;
        let is_running = {
            let mut work = lock(&self.work);
            work.pieces.push_back(data);
            std::mem::replace(&mut work.running, true)
        };
        if !is_running {
            let work = self.work.clone();
            self.tasks.blocking(Box::new(move || run(&work)));
        }
    }

    /// The MD5 of all that was added.
    pub(crate) async fn home(self) -> Md5 {
        poll_fn(|cx| {
            let mut work = lock(&self.work);
            if work.running {
                work.waker = Some(cx.waker().clone());
                return Poll::Pending;
            }
            Poll::Ready(work.md5.take().expect("no thread has it, and it is asked for once"))
        })
        .await
    }
}

impl Drop for Lone {
    /// A body that is given up is not hashed on.
    fn drop(&mut self) {
        lock(&self.work).pieces.clear();
    }
}

/// Hashes until nothing is left.
fn run(shared: &Mutex<Work>) {
    let mut work = lock(shared);
    while let Some(piece) = work.pieces.pop_front() {
        let mut md5 = work.md5.take().expect("one thread at a time has it");
        // The body is woken when half of its room is free again: seldom, and early enough.
        let has_room = work.pieces.len() <= PIECES_MAX / 2;
        let waker = work.waker.take_if(|_| has_room);
        drop(work);
        waker.into_iter().for_each(Waker::wake);
        md5.update(&piece);
        drop(piece);
        work = lock(shared);
        work.md5 = Some(md5);
    }
    work.running = false;
    let waker = work.waker.take();
    drop(work);
    waker.into_iter().for_each(Waker::wake);
}
