//! The store of identities: what every operation works with.

use crate::Error;
use crate::error::committed;
use crate::policy_cache::PolicyCache;
use crate::rows::{Record, SystemKeys, address};
use crate::seal::MasterKey;
use crate::session_keys::SessionKeys;
use crate::sessions::OpenedSessions;
use bytes::Bytes;
use larder_platform::Platform;
use larder_storage::value::UnknownFields;
use larder_storage::{Batch, Check, Delete, MetaStore, Put, RowKey, Seen};
use larder_types::{AccountId, Timestamp};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::Mutex;

/// The operations on accounts and what is in them. A clone is one count of references more.
pub struct Identities<S: MetaStore>(Arc<Parts<S>>);

/// What the operations work with; nothing of it is for others.
pub struct Parts<S: MetaStore> {
    pub(crate) store: Arc<S>,
    pub(crate) platform: Platform,
    pub(crate) master: MasterKey,
    /// Changes of this process are made one after another: they are few, and none of them loses
    /// against another of its own.
    pub(crate) turn: Mutex<()>,
    /// Goes up with every change that this process made.
    generation: AtomicU64,
    pub(crate) policies: PolicyCache,
    pub(crate) session_keys: SessionKeys,
    pub(crate) sessions: OpenedSessions,
}

/// What the store knows of the master key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MasterKeyState {
    /// Nothing was sealed before.
    First,
    /// What is sealed was sealed under this key.
    Same,
    /// What was sealed first was sealed under another key: such secrets cannot be opened.
    Other,
}

impl<S: MetaStore> Clone for Identities<S> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<S: MetaStore> std::ops::Deref for Identities<S> {
    type Target = Parts<S>;

    fn deref(&self) -> &Parts<S> {
        &self.0
    }
}

impl<S: MetaStore> Identities<S> {
    /// Operations on the identities in `store`, whose secrets are sealed under `master`.
    pub fn new(store: Arc<S>, platform: Platform, master: MasterKey) -> Self {
        Self(Arc::new(Parts {
            store,
            platform,
            master,
            turn: Mutex::new(()),
            generation: AtomicU64::new(0),
            policies: PolicyCache::default(),
            session_keys: SessionKeys::default(),
            sessions: OpenedSessions::default(),
        }))
    }

    /// Compares the master key with the one that the store knows; the first one that it meets it
    /// remembers. Called once at start.
    pub async fn verify_master_key(&self) -> Result<MasterKeyState, Error> {
        let row = address::system_keys();
        loop {
            let (seen, known) = self.read_alone::<SystemKeys>(&row).await?;
            if let Some(known) = known {
                let is_same = known.master == self.master.fingerprint();
                return Ok(if is_same { MasterKeyState::Same } else { MasterKeyState::Other });
            }
            let keys = SystemKeys {
                master: self.master.fingerprint(),
                session_keys: Vec::new(),
                unknown: UnknownFields::default(),
            };
            if self.write_alone(&row, seen, Some(keys.encode()?)).await? {
                return Ok(MasterKeyState::First);
            }
        }
    }

    /// Goes up with every change that this process makes: what was read at another number may be
    /// out of date.
    pub fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    /// Says that something was changed, or may have been.
    pub(crate) fn changed(&self) {
        self.generation.fetch_add(1, Ordering::Release);
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp { ms: self.platform.wall_ms() }
    }

    /// Reads a row of an account.
    pub(crate) async fn read<T: Record>(
        &self,
        account: &AccountId,
        suffix: Bytes,
    ) -> Result<Option<T>, Error> {
        let (_, found) = self.read_alone(&address::of_account(account, suffix)).await?;
        Ok(found)
    }

    /// Reads a row.
    pub(crate) async fn read_alone<T: Record>(
        &self,
        row: &RowKey,
    ) -> Result<(Seen, Option<T>), Error> {
        let found = self.store.get(row).await?;
        let value = found.row.map(|row| T::decode(&row.value)).transpose()?;
        Ok((found.seen, value))
    }

    /// Writes or removes a row that stands by its own key and was seen so. `false`: another was
    /// faster.
    pub(crate) async fn write_alone(
        &self,
        row: &RowKey,
        seen: Seen,
        value: Option<Bytes>,
    ) -> Result<bool, Error> {
        let replaces = seen.write.map(|_| seen);
        let mut batch =
            Batch { checks: vec![Check { row: row.clone(), seen }], ..Batch::default() };
        match value {
            Some(value) => {
                batch.puts.push(Put { row: row.clone(), value, payload: None, replaces })
            }
            None => {
                batch.frees = true;
                batch.deletes.push(Delete { row: row.clone(), replaces });
            }
        }
        let result = committed(self.store.commit(batch).await);
        self.changed();
        result
    }
}
