//! The keys under which session tokens are sealed. A new one is made every day; the others stay for
//! as long as a session lasts that was sealed under them. All gateways read them from one row.

use crate::limits::{ATTEMPTS_MAX, SESSION_S_MAX};
use crate::rows::{Record, SessionKeyEntry, SystemKeys, address};
use crate::seal::{Fingerprint, SealingKey};
use crate::{Error, Identities, MASTER_KEY_BYTES};
use larder_storage::MetaStore;
use larder_storage::value::UnknownFields;
use larder_types::Timestamp;
use std::sync::{Mutex, PoisonError};

/// How long tokens are sealed under one key, in milliseconds.
pub(crate) const ROTATE_EVERY_MS: i64 = 24 * 3_600 * 1_000;
/// How long the longest session lasts, in milliseconds.
const SESSION_MS_MAX: i64 = SESSION_S_MAX as i64 * 1_000;

/// The keys as they were last read.
#[derive(Default)]
pub(crate) struct SessionKeys(Mutex<Vec<SessionKey>>);

#[derive(Clone)]
struct SessionKey {
    created: Timestamp,
    key: SealingKey,
}

impl SessionKeys {
    fn newest(&self) -> Option<SessionKey> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).last().cloned()
    }

    fn find(&self, fingerprint: Fingerprint) -> Option<SealingKey> {
        let keys = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = keys.iter().find(|key| key.key.fingerprint() == fingerprint);
        found.map(|key| key.key.clone())
    }

    fn replace(&self, keys: Vec<SessionKey>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = keys;
    }
}

/// What a key of sessions is sealed for.
fn bound_to(number: u32) -> String {
    format!("session key {number}")
}

impl<S: MetaStore> Identities<S> {
    /// The key to seal a token under now. Makes one when the newest is old, or does not open under
    /// this master key.
    pub(crate) async fn sealing_session_key(&self) -> Result<SealingKey, Error> {
        let is_young = |key: &SessionKey| self.now().ms - key.created.ms < ROTATE_EVERY_MS;
        if let Some(key) = self.session_keys.newest().filter(is_young) {
            return Ok(key.key);
        }
        for _ in 0..ATTEMPTS_MAX {
            let row = address::system_keys();
            let (seen, known) = self.read_alone::<SystemKeys>(&row).await?;
            let mut keys = known.unwrap_or_else(|| SystemKeys {
                master: self.master.fingerprint(),
                session_keys: Vec::new(),
                unknown: UnknownFields::default(),
            });
            self.take_session_keys(&keys);
            if let Some(key) = self.session_keys.newest().filter(is_young) {
                return Ok(key.key);
            }
            self.add_session_key(&mut keys.session_keys);
            if self.write_alone(&row, seen, Some(keys.encode()?)).await? {
                self.take_session_keys(&keys);
            }
        }
        Err(Error::ConcurrentModification)
    }

    /// The key of this fingerprint; `None` when there is none any longer.
    pub(crate) async fn session_key(
        &self,
        fingerprint: Fingerprint,
    ) -> Result<Option<SealingKey>, Error> {
        if let Some(key) = self.session_keys.find(fingerprint) {
            return Ok(Some(key));
        }
        // Another gateway may have made it since.
        let (_, known) = self.read_alone::<SystemKeys>(&address::system_keys()).await?;
        if let Some(known) = known {
            self.take_session_keys(&known);
        }
        Ok(self.session_keys.find(fingerprint))
    }

    /// Takes the keys that open: those that another master key sealed are lost.
    fn take_session_keys(&self, known: &SystemKeys) {
        let opened = known.session_keys.iter().filter_map(|entry| {
            let bytes = self.master.open(&bound_to(entry.number), &entry.sealed_key).ok()?;
            let bytes = <[u8; MASTER_KEY_BYTES]>::try_from(bytes).ok()?;
            Some(SessionKey { created: entry.created, key: SealingKey::new(&bytes) })
        });
        self.session_keys.replace(opened.collect());
    }

    /// Adds a key, and drops those under which no session is sealed that still lasts: the one
    /// behind them took over that long ago.
    fn add_session_key(&self, keys: &mut Vec<SessionKeyEntry>) {
        let created = self.now();
        let ended = |next: &SessionKeyEntry| created.ms - next.created.ms > SESSION_MS_MAX;
        let drop_to = keys.iter().rposition(ended).unwrap_or(0);
        keys.drain(..drop_to);
        let mut bytes = [0; MASTER_KEY_BYTES];
        self.platform.random.fill(&mut bytes);
        let number = keys.last().map_or(1, |key| key.number + 1);
        let sealed_key = self.master.seal(&*self.platform.random, &bound_to(number), &bytes);
        keys.push(SessionKeyEntry { number, created, sealed_key });
    }
}
