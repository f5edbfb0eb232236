//! Commits, and how often a lost race is run again.

use crate::{Bucket, Error, Objects};
use larder_storage::{Batch, CommitError, Receipt, Storage};
use std::time::Duration;

/// How often an operation is planned again after losing a race.
pub(crate) const ATTEMPTS_MAX: u32 = 32;
/// Attempts that follow at once; later ones wait a little longer each time.
const ATTEMPTS_AT_ONCE: u32 = 4;
/// Longest wait between two attempts in ms.
const WAIT_MS_MAX: u64 = 16;

const _: () = assert!(ATTEMPTS_AT_ONCE < ATTEMPTS_MAX);

/// What became of a commit that was not refused for good.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Outcome {
    /// It is durable.
    Done,
    /// A row changed since it was read: read again, plan again.
    Lost,
}

/// Counts the races that one operation lost.
#[derive(Debug, Default)]
pub(crate) struct Attempts(u32);

impl<S: Storage> Objects<S> {
    /// Commits a change of a key of `bucket`.
    ///
    /// A closed space means that DeleteBucket is at work or done: the bucket's row tells which.
    pub(crate) async fn commit(&self, bucket: &Bucket, batch: Batch) -> Result<Outcome, Error> {
        assert!(bucket.held.is_held(), "the engine may have forgotten that its space is closed");
        match self.store.commit(batch).await {
            Err(CommitError::SpaceClosed) => {
                let now = self.bucket(&bucket.name).await?;
                match now.space == bucket.space {
                    true => Ok(Outcome::Lost),
                    false => Err(Error::NoSuchBucket),
                }
            }
            other => outcome(other),
        }
    }

    /// Commits a change of a bucket's own row.
    pub(crate) async fn commit_system(&self, batch: Batch) -> Result<Outcome, Error> {
        outcome(self.store.commit(batch).await)
    }
    /// Takes note of a lost race. Once there were too many: [`Error::ConditionalRequestConflict`]
    /// when the operation has conditions, otherwise [`Error::SlowDown`].
    pub(crate) async fn lost(
        &self,
        attempts: &mut Attempts,
        conditional: bool,
    ) -> Result<(), Error> {
        attempts.0 += 1;
        if attempts.0 >= ATTEMPTS_MAX {
            return Err(match conditional {
                true => Error::ConditionalRequestConflict,
                false => Error::SlowDown,
            });
        }
        if attempts.0 > ATTEMPTS_AT_ONCE {
            let wait_ms = u64::from(attempts.0 - ATTEMPTS_AT_ONCE).min(WAIT_MS_MAX);
            self.platform.tasks.sleep(Duration::from_millis(wait_ms)).await;
        }
        Ok(())
    }
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
