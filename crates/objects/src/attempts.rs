//! Commits, and how often a lost race is run again.

use crate::turns::QueuedTurn;
use crate::{Bucket, Error, Objects};
use bytes::Bytes;
use larder_platform::Platform;
use larder_storage::{Batch, CommitError, Receipt, SpaceId, Storage};
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// How often an operation is planned again after losing a race.
pub(crate) const ATTEMPTS_MAX: u32 = 32;
/// Attempts that follow at once; later ones wait a little longer each time.
const ATTEMPTS_AT_ONCE: u32 = 4;
/// Longest wait between two attempts in ms.
const WAIT_MS_MAX: u64 = 16;
/// Longest wait for a turn. Whoever has it waits for the disk and for no client: bodies are read
/// before it, answers are sent behind it. Who waits longer, for a disk that hangs, goes on without.
const TURN_WAIT_MAX: Duration = Duration::from_secs(10);

const _: () = assert!(ATTEMPTS_AT_ONCE < ATTEMPTS_MAX);

/// What became of a commit that was not refused for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is durable.
    Done,
    /// A row changed since it was read: read again, plan again.
    Lost,
}

/// Counts the races that one operation lost for a key, and keeps its turn.
pub(crate) struct Attempts<'a> {
    space: SpaceId,
    key: &'a Bytes,
    lost: u32,
    /// The race that is not run again without the turn; `u32::MAX` when it is not waited for.
    turn_after: u32,
    place: Option<QueuedTurn>,
}

impl<'a> Attempts<'a> {
    /// The attempts of an operation that reads. It takes a turn when changes keep overtaking it.
    pub(crate) fn reading(space: SpaceId, key: &'a Bytes) -> Self {
        Self { space, key, lost: 0, turn_after: ATTEMPTS_AT_ONCE, place: None }
    }

    /// The attempts of a change that usually gets on with others of its key, as parts of one upload
    /// do: it takes turns once it lost, and does not queue up before.
    pub(crate) fn beside_others(space: SpaceId, key: &'a Bytes) -> Self {
        Self { turn_after: 1, ..Self::reading(space, key) }
    }

    /// The key that it is about.
    pub(crate) fn key(&self) -> &'a Bytes {
        self.key
    }
}

impl<S: Storage> Objects<S> {
    /// The attempts of an operation that changes a key. Where others take turns it waits for its
    /// own: whoever has the turn would lose against it.
    pub(crate) async fn attempts<'a>(
        &self,
        space: SpaceId,
        key: &'a Bytes,
    ) -> Result<Attempts<'a>, Error> {
        let mut attempts = Attempts::beside_others(space, key);
        if let Some(place) = self.turns.join_queue(space, key).map_err(|_| Error::SlowDown)? {
            // Boxed: the usual operation does without.
            Box::pin(self.wait_for_turn(&mut attempts, place)).await;
        }
        Ok(attempts)
    }

    /// Commits a change of a key of `bucket`.
    ///
    /// A closed space means that DeleteBucket is at work or done: the bucket's row tells which.
    pub(crate) async fn commit(
        &self,
        bucket: &Bucket,
        batch: Batch,
        attempts: &mut Attempts<'_>,
    ) -> Result<Outcome, Error> {
        assert!(bucket.held.is_held(), "the engine may have forgotten that its space is closed");
        match self.store.commit(batch).await {
            Err(CommitError::SpaceClosed) => {
                let now = self.bucket(&bucket.name).await?;
                if now.space != bucket.space {
                    return Err(Error::NoSuchBucket);
                }
                // No other writer is in the way, so that taking turns would only add up waits.
                attempts.turn_after = u32::MAX;
                attempts.place = None;
                Ok(Outcome::Lost)
            }
            other => outcome(other),
        }
    }

    /// Commits a change of a bucket's own row.
    pub(crate) async fn commit_system(&self, batch: Batch) -> Result<Outcome, Error> {
        outcome(self.store.commit(batch).await)
    }

    /// Takes note of a lost race and waits until it makes sense to try again. Once there were too
    /// many: [`Error::ConditionalRequestConflict`] when the operation has conditions, otherwise
    /// [`Error::SlowDown`].
    pub(crate) async fn lost(
        &self,
        attempts: &mut Attempts<'_>,
        conditional: bool,
    ) -> Result<(), Error> {
        let refusal =
            || if conditional { Error::ConditionalRequestConflict } else { Error::SlowDown };
        attempts.lost += 1;
        if attempts.lost >= ATTEMPTS_MAX {
            return Err(refusal());
        }
        if attempts.lost >= attempts.turn_after && attempts.place.is_none() {
            let place = self.turns.start_queue(attempts.space, attempts.key);
            let place = place.map_err(|_| refusal())?;
            Box::pin(self.wait_for_turn(attempts, place)).await;
        } else if attempts.lost > ATTEMPTS_AT_ONCE {
            let wait_ms = u64::from(attempts.lost - ATTEMPTS_AT_ONCE).min(WAIT_MS_MAX);
            self.platform.tasks.sleep(Duration::from_millis(wait_ms)).await;
        }
        Ok(())
    }

    async fn wait_for_turn(&self, attempts: &mut Attempts<'_>, mut place: QueuedTurn) {
        if has_turn_in_time(&self.platform, &mut place).await {
            attempts.place = Some(place);
        } else {
            attempts.turn_after = u32::MAX;
        }
    }
}

/// Waits for the turn; `false` when it did not come within [`TURN_WAIT_MAX`].
async fn has_turn_in_time(platform: &Platform, place: &mut QueuedTurn) -> bool {
    let mut turn = pin!(place.turn());
    let mut timer = None;
    poll_fn(|cx| {
        if turn.as_mut().poll(cx).is_ready() {
            return Poll::Ready(true);
        }
        // Made only for those who have to wait.
        let timer = timer.get_or_insert_with(|| platform.tasks.sleep(TURN_WAIT_MAX));
        timer.as_mut().poll(cx).map(|()| false)
    })
    .await
}

fn outcome(result: Result<Receipt, CommitError>) -> Result<Outcome, Error> {
    match result {
        Ok(_) => Ok(Outcome::Done),
        Err(CommitError::CheckFailed(_) | CommitError::Stale) => Ok(Outcome::Lost),
        Err(CommitError::SpaceClosed) => Err(Error::NoSuchBucket),
        Err(CommitError::Full) => Err(Error::Full),
        Err(CommitError::Io(what)) => Err(Error::Internal(what)),
        Err(CommitError::Unknown(what)) => Err(Error::Unknown(what)),
        Err(CommitError::Stopped) => Err(Error::Internal("the engine has stopped".into())),
    }
}
