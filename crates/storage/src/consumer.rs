//! A consumer of a queue without times: it reads on from a durable mark.
//!
//! The engine orders the rows of such a queue by their commits, so that nothing can come to stand
//! before what was read. Whoever is delivered a row and sets the mark behind it is never shown
//! that row again, over restarts too; whoever is cut off before is shown it again.
//!
//! ```text
//! mark: a WorkerState row of the system space; key: the consumer's name; suffix: u8 kind of the
//!       queue, u64 partition (big-endian); value: u8 1 (format), u64 time, u64 number (big-endian)
//! ```

use crate::meta::{Batch, Check, CommitError, MetaError, MetaStore, Put};
use crate::queue::{PartitionId, QueuePlace, Queued};
use crate::row::{Found, RowKey, RowKind, Seen, SpaceId};
use bytes::Bytes;

const FORMAT: u8 = 1;

/// Reads one queue in one partition for the consumer of a name.
#[derive(Clone, Debug)]
pub struct Consumer {
    partition: PartitionId,
    queue: RowKind,
    mark: RowKey,
    /// The mark's row as read or written last.
    seen: Seen,
    /// The last row that is done with; nothing at it or before it is delivered.
    done: Option<QueuePlace>,
}

/// Rows that were delivered, for [`Consumer::done_with`]. Never empty.
#[derive(Debug)]
pub struct Delivery {
    rows: Vec<Queued>,
}

impl Delivery {
    /// The rows in the order of their commits.
    pub fn rows(&self) -> &[Queued] {
        &self.rows
    }
}

/// Why a mark could not be set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MarkError {
    /// Another consumer of this name has set it meanwhile: open anew, and deliver from there.
    Overtaken,
    /// The commit was refused, or its outcome is not known; open anew.
    Commit(CommitError),
}

impl Consumer {
    /// Opens the consumer called `name` of a queue without times, where its mark is.
    ///
    /// # Panics
    /// The queue has times: there a row may come to stand before the mark.
    pub async fn open<S: MetaStore>(
        store: &S,
        name: &str,
        queue: RowKind,
        partition: PartitionId,
    ) -> Result<Self, MetaError> {
        assert!(queue == RowKind::Outbox, "only a queue without times is read behind a mark");
        let mut suffix = vec![queue as u8];
        suffix.extend_from_slice(&partition.0.to_be_bytes());
        let key = Bytes::copy_from_slice(name.as_bytes());
        let mark = RowKey::new(SpaceId::SYSTEM, RowKind::WorkerState, key).with_suffix(suffix);
        let Found { row, seen } = store.get(&mark).await?;
        let damaged = || MetaError::Corrupt(format!("the mark of {name} cannot be read"));
        let done = row.map(|row| decode(&row.value).ok_or_else(damaged)).transpose()?;
        Ok(Self { partition, queue, mark, seen, done })
    }

    /// The next rows, `limit` at most; `None` when there are none. The same again until
    /// [`Consumer::done_with`] them.
    pub async fn next<S: MetaStore>(
        &self,
        store: &S,
        limit: usize,
    ) -> Result<Option<Delivery>, MetaError> {
        let from = self.done.map_or(QueuePlace::START, QueuePlace::next);
        let rows = store.queue(self.partition, self.queue, from, limit).await?;
        Ok((!rows.is_empty()).then_some(Delivery { rows }))
    }

    /// Sets the mark behind what was delivered. The mark only ever moves on: it is refused when
    /// another consumer of the same name has set it since this one was opened.
    pub async fn done_with<S: MetaStore>(
        &mut self,
        store: &S,
        delivery: Delivery,
    ) -> Result<(), MarkError> {
        let place = delivery.rows.last().expect("a delivery has rows").place;
        assert!(self.done.is_none_or(|done| done < place), "a delivery is done with once");
        let value = encode(place);
        let batch = Batch {
            checks: vec![Check { row: self.mark.clone(), seen: self.seen }],
            puts: vec![Put {
                row: self.mark.clone(),
                value: value.clone(),
                payload: None,
                replaces: Some(self.seen),
            }],
            // What is done with makes room: a full disk does not hold it up.
            frees: true,
            ..Batch::default()
        };
        match store.commit(batch).await {
            Ok(receipt) => {
                self.done = Some(place);
                // Only what this one wrote is taken for its own: behind a mark that another one
                // set meanwhile the next check fails.
                self.seen = match store.get(&self.mark).await {
                    Ok(Found { row: Some(row), seen }) if row.value == value => seen,
                    _ => Seen { at: receipt.at, write: None },
                };
                Ok(())
            }
            Err(CommitError::CheckFailed(_)) => Err(MarkError::Overtaken),
            Err(error) => Err(MarkError::Commit(error)),
        }
    }
}

fn encode(place: QueuePlace) -> Bytes {
    [&[FORMAT][..], &place.encode()].concat().into()
}

fn decode(value: &[u8]) -> Option<QueuePlace> {
    let (format, place) = value.split_first()?;
    QueuePlace::decode(place).filter(|_| *format == FORMAT)
}
