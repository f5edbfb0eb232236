//! The reference engine with commits that fail when they are told to.

use bytes::Bytes;
use larder_storage::model::Model;
use larder_storage::{
    Batch, CommitError, FenceId, Found, MetaError, MetaStore, PartitionId, QueuePlace, Queued,
    Receipt, Row, RowKey, RowKind, Scan, ScanEnd, SpaceId, UsageDelta, Visitor, Watcher,
};
use std::sync::{Arc, Mutex};

/// What becomes of a commit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// It happens.
    Happens,
    /// The power is cut before it.
    Lost,
    /// It happens, and nobody learns of it.
    Unknown,
}

#[derive(Default)]
pub(super) struct Failing {
    model: Model,
    /// The fates of the next commits; after them they happen.
    fates: Mutex<Vec<Fate>>,
}

impl Failing {
    pub(super) fn next(&self, fates: &[Fate]) {
        *self.fates.lock().unwrap() = fates.iter().rev().copied().collect();
    }

    pub(super) fn dump(&self) -> Vec<(RowKey, Bytes)> {
        self.model.dump().into_iter().map(|(row, value, _)| (row, value)).collect()
    }
}

impl MetaStore for Failing {
    fn payload_bytes_max(&self) -> usize {
        self.model.payload_bytes_max()
    }

    async fn get(&self, row: &RowKey) -> Result<Found, MetaError> {
        self.model.get(row).await
    }

    async fn payload(&self, key: &RowKey, row: &Row) -> Result<Option<Bytes>, MetaError> {
        self.model.payload(key, row).await
    }

    async fn scan<V: Visitor>(&self, scan: Scan, visitor: V) -> Result<(V, ScanEnd), MetaError> {
        self.model.scan(scan, visitor).await
    }

    async fn partitions(&self) -> Result<Vec<PartitionId>, MetaError> {
        self.model.partitions().await
    }

    async fn queue(
        &self,
        partition: PartitionId,
        kind: RowKind,
        from: QueuePlace,
        limit: usize,
    ) -> Result<Vec<Queued>, MetaError> {
        self.model.queue(partition, kind, from, limit).await
    }

    async fn commit(&self, batch: Batch) -> Result<Receipt, CommitError> {
        let fate = self.fates.lock().unwrap().pop().unwrap_or(Fate::Happens);
        if fate == Fate::Lost {
            return Err(CommitError::Unknown("the power was cut".into()));
        }
        let receipt = self.model.commit(batch).await?;
        if fate == Fate::Unknown {
            return Err(CommitError::Unknown("the power was cut".into()));
        }
        Ok(receipt)
    }

    fn watch(&self, watcher: &Arc<dyn Watcher>) {
        self.model.watch(watcher);
    }

    async fn open_space(&self) -> Result<SpaceId, MetaError> {
        self.model.open_space().await
    }

    async fn close_space_if_empty(
        &self,
        space: SpaceId,
        kinds: &[RowKind],
    ) -> Result<Option<FenceId>, MetaError> {
        self.model.close_space_if_empty(space, kinds).await
    }

    async fn reopen_space(&self, space: SpaceId, fence: FenceId) -> Result<(), MetaError> {
        self.model.reopen_space(space, fence).await
    }

    async fn forget_space(&self, space: SpaceId) -> Result<(), MetaError> {
        self.model.forget_space(space).await
    }

    async fn usage(&self, space: SpaceId) -> Result<UsageDelta, MetaError> {
        self.model.usage(space).await
    }
}
