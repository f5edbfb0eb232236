//! A change of an account: what it read is checked and what it writes is written in one commit.

use crate::error::committed;
use crate::limits::ATTEMPTS_MAX;
use crate::rows::{AccountRecord, Record, address};
use crate::{Error, Identities};
use bytes::Bytes;
use larder_storage::{Batch, Check, Delete, MetaStore, Put, Seen};
use larder_types::AccountId;
use std::collections::BTreeMap;
use tokio::sync::MutexGuard;

/// Plans a change with what `$plan` reads and writes, commits it, and plans again what lost to
/// another gateway. The value is what the plan that was committed made.
macro_rules! change {
    ($identities:expr, $account:expr, $change:ident => $plan:expr) => {{
        let mut $change = $identities.begin_change($account).await;
        loop {
            let planned = $plan.await?;
            if $change.commit().await? {
                break Ok::<_, $crate::Error>(planned);
            }
        }
    }};
}
pub(crate) use change;

/// A change being planned. Suffixes name the rows.
pub(crate) struct Change<'a, S: MetaStore> {
    pub(crate) identities: &'a Identities<S>,
    pub(crate) account: &'a AccountId,
    /// What was read, and how it was seen.
    reads: BTreeMap<Bytes, (Seen, Option<Bytes>)>,
    /// What is to be written; `None`: removed.
    writes: BTreeMap<Bytes, Option<Bytes>>,
    lost: u32,
    _turn: MutexGuard<'a, ()>,
}

impl<S: MetaStore> Identities<S> {
    pub(crate) async fn begin_change<'a>(&'a self, account: &'a AccountId) -> Change<'a, S> {
        let turn = self.turn.lock().await;
        let (reads, writes) = (BTreeMap::new(), BTreeMap::new());
        Change { identities: self, account, reads, writes, lost: 0, _turn: turn }
    }
}

impl<S: MetaStore> Change<'_, S> {
    /// A row as the change has it: as it will be written, or as it is stored.
    pub(crate) async fn get<T: Record>(&mut self, suffix: Bytes) -> Result<Option<T>, Error> {
        if let Some(written) = self.writes.get(&suffix) {
            return Ok(written.as_deref().map(T::decode).transpose()?);
        }
        if !self.reads.contains_key(&suffix) {
            let row = address::of_account(self.account, suffix.clone());
            let found = self.identities.store.get(&row).await?;
            self.reads.insert(suffix.clone(), (found.seen, found.row.map(|row| row.value)));
        }
        let value = self.reads.get(&suffix).and_then(|(_, value)| value.as_deref());
        Ok(value.map(T::decode).transpose()?)
    }

    /// The account's own row; [`Error::NoSuchEntity`].
    pub(crate) async fn account_record(&mut self) -> Result<AccountRecord, Error> {
        let found = self.get(address::account()).await?;
        found.ok_or_else(|| no_such_account(self.account))
    }

    pub(crate) fn put(&mut self, suffix: Bytes, record: &impl Record) -> Result<(), Error> {
        self.writes.insert(suffix, Some(record.encode()?));
        Ok(())
    }

    pub(crate) fn delete(&mut self, suffix: Bytes) {
        self.writes.insert(suffix, None);
    }

    /// Commits. `false`: another gateway was faster, and the change is to be planned again.
    /// [`Error::ConcurrentModification`] when that happened too often.
    pub(crate) async fn commit(&mut self) -> Result<bool, Error> {
        let (reads, writes) = (std::mem::take(&mut self.reads), std::mem::take(&mut self.writes));
        if writes.is_empty() {
            return Ok(true);
        }
        let mut batch = Batch::default();
        let row = |suffix: Bytes| address::of_account(self.account, suffix);
        batch.frees = writes.values().all(|value| value.is_none());
        for (suffix, value) in writes {
            let replaces = reads.get(&suffix).map(|(seen, _)| *seen);
            let replaces = replaces.filter(|seen| seen.write.is_some());
            let row = row(suffix);
            match value {
                Some(value) => batch.puts.push(Put { row, value, payload: None, replaces }),
                None => batch.deletes.push(Delete { row, replaces }),
            }
        }
        let checks = reads.into_iter().map(|(suffix, (seen, _))| Check { row: row(suffix), seen });
        batch.checks = checks.collect();
        let result = committed(self.identities.store.commit(batch).await);
        self.identities.changed();
        if result? {
            return Ok(true);
        }
        self.lost += 1;
        if self.lost >= ATTEMPTS_MAX { Err(Error::ConcurrentModification) } else { Ok(false) }
    }
}

pub(crate) fn no_such_account(account: &AccountId) -> Error {
    Error::NoSuchEntity(format!("The account with id {account} cannot be found."))
}
