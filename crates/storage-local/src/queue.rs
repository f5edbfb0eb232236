//! What waits for the committer. Bounded in bytes: callers wait for room before they enter.

use crate::journal::RecordPlace;
use crate::layout::QUEUE_BYTES_MAX;
use crate::sync::Mutex;
use larder_platform::Wake;
use larder_storage::{Batch, CommitError, FenceId, Moment, Receipt, SpaceId};
use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

/// Where a command's answer goes. The receiver may be gone.
pub(crate) type Reply = oneshot::Sender<Result<Receipt, CommitError>>;

/// One thing for the committer to do, in the order of arrival.
pub(crate) enum Command {
    /// A caller's commit.
    Commit(Batch),
    /// Rows of the engine's own.
    Internal { puts: Vec<(Vec<u8>, Vec<u8>)>, deletes: Vec<Vec<u8>> },
    /// gc copies a record forward, unless its row changed since it was read.
    Move {
        key: Vec<u8>,
        value: Vec<u8>,
        payload: Vec<u8>,
        from: RecordPlace,
        seen: Moment,
        tombstone: bool,
    },
    /// Refuse commits that put rows in a space, until whoever asked for it accepts them again.
    Fence { space: SpaceId, fence: FenceId, closed: bool },
    /// Nobody is left who could write to a closed space.
    Forget { space: SpaceId },
}

/// A command with its answer's address and its share of the queue.
pub(crate) struct Pending {
    pub(crate) command: Command,
    pub(crate) bytes: usize,
    pub(crate) reply: Reply,
    _room: Option<OwnedSemaphorePermit>,
}

/// The queue.
pub(crate) struct Queue {
    waiting: Mutex<Waiting>,
    room: Arc<Semaphore>,
    wake: OnceLock<Arc<dyn Wake>>,
}

#[derive(Default)]
struct Waiting {
    commands: VecDeque<Pending>,
    stopped: bool,
}

impl Queue {
    pub(crate) fn new() -> Self {
        let room = Arc::new(Semaphore::new(QUEUE_BYTES_MAX));
        Self { waiting: Mutex::default(), room, wake: OnceLock::new() }
    }

    /// Tells whom to wake; once, before the first command.
    pub(crate) fn set_wake(&self, wake: Arc<dyn Wake>) {
        // Set once by construction: a second committer cannot exist.
        let _ = self.wake.set(wake);
    }

    /// Whether it was stopped.
    pub(crate) fn is_stopped(&self) -> bool {
        self.waiting.lock().expect("no panic while locked").stopped
    }

    /// Enters a command of `bytes` in the journal and waits for its answer.
    pub(crate) async fn submit(
        &self,
        command: Command,
        bytes: usize,
    ) -> Result<Receipt, CommitError> {
        let share = bytes.min(QUEUE_BYTES_MAX) as u32;
        let room = self.room.clone().acquire_many_owned(share).await;
        let room = room.map_err(|_| CommitError::Stopped)?;
        let answer = self.enter(command, bytes, Some(room));
        answer.await.unwrap_or(Err(CommitError::Stopped))
    }

    /// Enters a command of gc, which bounds itself to one batch at a time.
    pub(crate) fn push(
        &self,
        command: Command,
        bytes: usize,
    ) -> oneshot::Receiver<Result<Receipt, CommitError>> {
        self.enter(command, bytes, None)
    }

    fn enter(
        &self,
        command: Command,
        bytes: usize,
        room: Option<OwnedSemaphorePermit>,
    ) -> oneshot::Receiver<Result<Receipt, CommitError>> {
        let (reply, answer) = oneshot::channel();
        let mut waiting = self.waiting.lock().expect("no panic while locked");
        // When the queue has stopped the reply is dropped, which the receiver sees.
        if !waiting.stopped {
            waiting.commands.push_back(Pending { command, bytes, reply, _room: room });
        }
        drop(waiting);
        if let Some(wake) = self.wake.get() {
            wake.wake();
        }
        answer
    }

    /// Takes what is waiting, in order, up to `bytes_max` and at least one command.
    pub(crate) fn take(&self, bytes_max: usize) -> Vec<Pending> {
        let mut waiting = self.waiting.lock().expect("no panic while locked");
        let mut bytes = 0;
        let mut count = 0;
        for pending in &waiting.commands {
            bytes += pending.bytes;
            if count > 0 && bytes > bytes_max {
                break;
            }
            count += 1;
        }
        waiting.commands.drain(..count).collect()
    }

    /// Refuses further commands and answers those that wait.
    pub(crate) fn stop(&self) {
        let mut waiting = self.waiting.lock().expect("no panic while locked");
        waiting.stopped = true;
        for pending in waiting.commands.drain(..) {
            let _ = pending.reply.send(Err(CommitError::Stopped));
        }
        self.room.close();
    }
}
