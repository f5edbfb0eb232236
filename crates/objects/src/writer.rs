//! Who changes versions: the operations that write, for one cause.

use crate::Objects;
use crate::attempts::{Attempts, Outcome};
use crate::cause::{Cause, EventName};
use crate::plan::{Change, Plan};
use crate::{Bucket, Error};
use larder_storage::Storage;
use std::ops::Deref;
use std::sync::atomic::{AtomicU64, Ordering};

/// The operations that change versions, for one cause. It reads as [`Objects`] does.
pub struct Writer<'a, S: Storage> {
    objects: &'a Objects<S>,
    cause: &'a Cause<'a>,
}

impl<S: Storage> Clone for Writer<'_, S> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<S: Storage> Copy for Writer<'_, S> {}

impl<S: Storage> Deref for Writer<'_, S> {
    type Target = Objects<S>;

    fn deref(&self) -> &Objects<S> {
        self.objects
    }
}

/// How often each event happened since the start.
#[derive(Default)]
pub(crate) struct EventCounts([AtomicU64; EventName::ALL.len()]);

impl<S: Storage> Objects<S> {
    /// The operations that change versions, for a cause.
    pub fn writer<'a>(&'a self, cause: &'a Cause<'a>) -> Writer<'a, S> {
        Writer { objects: self, cause }
    }

    /// How often each event happened since the start, whoever caused it.
    pub fn event_counts(&self) -> [(EventName, u64); EventName::ALL.len()] {
        EventName::ALL.map(|event| (event, self.events.0[event as usize].load(Ordering::Relaxed)))
    }
}

impl<'a, S: Storage> Writer<'a, S> {
    /// What one plan needs.
    pub(crate) fn change(&self) -> Change<'a> {
        Change { stamp: self.stamp(), cause: self.cause }
    }

    /// Commits a planned change of a key of `bucket`; see [`Objects::commit`].
    pub(crate) async fn commit_plan(
        &self,
        bucket: &Bucket,
        plan: Plan,
        attempts: &mut Attempts<'_>,
    ) -> Result<Outcome, Error> {
        let outcome = self.commit(bucket, plan.batch, attempts).await?;
        if let (Outcome::Done, Some(event)) = (outcome, plan.event) {
            self.events.0[event as usize].fetch_add(1, Ordering::Relaxed);
        }
        Ok(outcome)
    }
}
