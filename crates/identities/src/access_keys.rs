//! Access keys. A key's own row is the truth, and whose it is lists its id; no commit covers both.
//!
//! CreateAccessKey commits the list first and the key after it, DeleteAccessKey the other way
//! round. An entry of the list without a key is shown by nobody, and no key signs that is not
//! listed. An entry whose creation was cut off counts for nothing once it is older than any
//! creation takes.

use crate::change::{Change, change};
use crate::limits::{ACCESS_KEYS_MAX, ATTEMPTS_MAX};
use crate::rows::{AccessKeyRecord, KeyEntry, KeyUse, Record, address};
use crate::seal::{Unsealable, is_same_secret};
use crate::{ACCESS_KEY_PREFIX, Error, Identities, IdentityRef, ids};
use larder_iam::{ACCESS_KEY_BYTES_MAX, SECRET_KEY_BYTES_MIN, SecretKey};
use larder_storage::MetaStore;
use larder_storage::value::UnknownFields;
use larder_types::{AccountId, Timestamp};

/// How long in milliseconds an entry without a key may be that of a creation under way elsewhere.
const CREATION_MS_MAX: i64 = 60_000;
/// Least time in milliseconds between two notes of one key's use: a note is a commit.
pub(crate) const USE_NOTED_EVERY_MS: i64 = 15 * 60 * 1_000;
/// Longest name of a service or region that is noted, in bytes.
const USE_NAME_BYTES_MAX: usize = 64;

/// Whether an access key signs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccessKeyStatus {
    /// It does.
    Active,
    /// It does not.
    Inactive,
}

/// A key that was just made: nobody learns its secret again.
#[derive(Clone, Debug)]
pub struct NewAccessKey {
    /// Its id.
    pub id: String,
    /// Its secret.
    pub secret: SecretKey,
    /// When it was created.
    pub created: Timestamp,
}

/// Whose keys: a user's, or with `None` those of the account's root.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeysOf<'a> {
    account: &'a AccountId,
    user: Option<&'a str>,
}

impl<'a> KeysOf<'a> {
    fn user(&self) -> Option<IdentityRef<'a>> {
        self.user.map(|name| IdentityRef::user(self.account, name))
    }
}

impl<S: MetaStore> Identities<S> {
    /// CreateAccessKey, for a user or with `None` for the root.
    pub async fn create_access_key(
        &self,
        account: &AccountId,
        user: Option<&str>,
    ) -> Result<NewAccessKey, Error> {
        let random = &*self.platform.random;
        let id = ids::access_key(random, ACCESS_KEY_PREFIX);
        self.add_access_key(account, user, id, ids::secret(random)).await
    }

    /// Adds an access key that is given, as for tests and provisioning: one that is there already
    /// with the same owner and secret stays.
    ///
    /// Errors: [`Error::EntityAlreadyExists`] when it is another's or has another secret.
    pub async fn import_access_key(
        &self,
        account: &AccountId,
        user: Option<&str>,
        id: &str,
        secret: SecretKey,
    ) -> Result<NewAccessKey, Error> {
        let sound = id.bytes().all(|b| b.is_ascii_graphic() && b != b'/' && b != b',');
        if id.is_empty() || id.len() > ACCESS_KEY_BYTES_MAX || !sound {
            let text = "The specified value for accessKeyId is invalid.";
            return Err(Error::Validation(text.into()));
        }
        if secret.expose().len() < SECRET_KEY_BYTES_MIN {
            let text = format!("A secret key has at least {SECRET_KEY_BYTES_MIN} characters.");
            return Err(Error::Validation(text));
        }
        let (_, found) = self.read_alone::<AccessKeyRecord>(&address::access_key(id)).await?;
        let Some(found) = found else {
            return self.add_access_key(account, user, id.to_owned(), secret).await;
        };
        let user_id = match user {
            Some(name) => Some(self.identity(IdentityRef::user(account, name)).await?.id),
            None => None,
        };
        let known = self.unseal(id, &found)?;
        let same = known.is_some_and(|known| {
            is_same_secret(known.expose().as_bytes(), secret.expose().as_bytes())
        });
        if found.account != *account || found.user_id != user_id || !same {
            let text = format!("The access key with id {id} already exists.");
            return Err(Error::EntityAlreadyExists(text));
        }
        Ok(NewAccessKey { id: id.to_owned(), secret, created: found.created })
    }

    async fn add_access_key(
        &self,
        account: &AccountId,
        user: Option<&str>,
        id: String,
        secret: SecretKey,
    ) -> Result<NewAccessKey, Error> {
        let (of, created) = (KeysOf { account, user }, self.now());
        let entry = KeyEntry { id: id.clone(), created };
        let user_id = change!(self, account, change => change.list_key(of, &entry))?;
        let sealed_secret = self.master.seal(
            &*self.platform.random,
            &bound_to(&id, account),
            secret.expose().as_bytes(),
        );
        let record = AccessKeyRecord {
            is_active: true,
            account: account.clone(),
            user_id,
            created,
            sealed_secret,
            last_use: None,
            unknown: UnknownFields::default(),
        };
        let row = address::access_key(&id);
        let (seen, found) = self.read_alone::<AccessKeyRecord>(&row).await?;
        let is_new =
            found.is_none() && self.write_alone(&row, seen, Some(record.encode()?)).await?;
        if !is_new {
            change!(self, account, change => change.unlist_key(of, &id))?;
            let text = format!("The access key with id {id} already exists.");
            return Err(Error::EntityAlreadyExists(text));
        }
        Ok(NewAccessKey { id, secret, created })
    }

    /// UpdateAccessKey.
    pub async fn update_access_key(
        &self,
        account: &AccountId,
        user: Option<&str>,
        id: &str,
        status: AccessKeyStatus,
    ) -> Result<(), Error> {
        self.find_listed(KeysOf { account, user }, id).await?;
        let row = address::access_key(id);
        let mut attempts = 0;
        loop {
            let (seen, found) = self.read_alone::<AccessKeyRecord>(&row).await?;
            let mut record = found.ok_or_else(|| no_such_key(id))?;
            record.is_active = status == AccessKeyStatus::Active;
            if self.write_alone(&row, seen, Some(record.encode()?)).await? {
                return Ok(());
            }
            attempts += 1;
            if attempts >= ATTEMPTS_MAX {
                return Err(Error::ConcurrentModification);
            }
        }
    }

    /// DeleteAccessKey. From the first of its two commits on the key does not sign.
    pub async fn delete_access_key(
        &self,
        account: &AccountId,
        user: Option<&str>,
        id: &str,
    ) -> Result<(), Error> {
        let of = KeysOf { account, user };
        self.find_listed(of, id).await?;
        let row = address::access_key(id);
        loop {
            let (seen, found) = self.read_alone::<AccessKeyRecord>(&row).await?;
            // Whoever was faster noted a use, changed the status or removed it.
            if found.is_none() || self.write_alone(&row, seen, None).await? {
                break;
            }
        }
        change!(self, account, change => change.unlist_key(of, id))
    }

    /// ListAccessKeys: the keys of a user, or with `None` of the root. At most two.
    pub async fn list_access_keys(
        &self,
        account: &AccountId,
        user: Option<&str>,
    ) -> Result<Vec<(String, AccessKeyRecord)>, Error> {
        let (entries, user_id) = self.listed(KeysOf { account, user }).await?;
        let mut keys = Vec::new();
        for entry in entries {
            let row = address::access_key(&entry.id);
            let (_, found) = self.read_alone::<AccessKeyRecord>(&row).await?;
            let own = found.filter(|key| key.account == *account && key.user_id == user_id);
            keys.extend(own.map(|key| (entry.id, key)));
        }
        Ok(keys)
    }

    /// The access key of an id, of whatever account (GetAccessKeyLastUsed, GetAccessKeyInfo).
    /// `None` when there is none, or it is left over from a removal that was cut off.
    pub async fn access_key_record(&self, id: &str) -> Result<Option<AccessKeyRecord>, Error> {
        if id.len() > ACCESS_KEY_BYTES_MAX {
            return Ok(None);
        }
        let (_, found) = self.read_alone::<AccessKeyRecord>(&address::access_key(id)).await?;
        Ok(found)
    }

    /// Notes that a key was used, if the last note is older than [`USE_NOTED_EVERY_MS`]. One that
    /// was changed meanwhile is noted the next time.
    pub async fn note_access_key_use(
        &self,
        id: &str,
        service: &str,
        region: &str,
    ) -> Result<(), Error> {
        let names_fit = [service, region].iter().all(|name| name.len() <= USE_NAME_BYTES_MAX);
        if !names_fit || id.len() > ACCESS_KEY_BYTES_MAX {
            return Ok(());
        }
        let (row, at) = (address::access_key(id), self.now());
        let (seen, Some(mut record)) = self.read_alone::<AccessKeyRecord>(&row).await? else {
            return Ok(());
        };
        let is_due = record
            .last_use
            .as_ref()
            .is_none_or(|last| at.ms.saturating_sub(last.at.ms) >= USE_NOTED_EVERY_MS);
        if is_due {
            let (service, region) = (service.to_owned(), region.to_owned());
            record.last_use = Some(KeyUse { at, service, region });
            self.write_alone(&row, seen, Some(record.encode()?)).await?;
        }
        Ok(())
    }

    /// The secret of a key; `None` when it was sealed under another master key.
    pub(crate) fn unseal(
        &self,
        id: &str,
        key: &AccessKeyRecord,
    ) -> Result<Option<SecretKey>, Error> {
        match self.master.open(&bound_to(id, &key.account), &key.sealed_secret) {
            Ok(secret) => String::from_utf8(secret)
                .map(|secret| Some(SecretKey::new(secret)))
                .map_err(|_| Error::Corrupt("a secret is no text".into())),
            Err(Unsealable::OtherKey) => Ok(None),
            Err(Unsealable::Damaged) => {
                Err(Error::Corrupt(format!("the secret of access key {id} does not open")))
            }
        }
    }

    /// The list that a user or root has, and the user's id.
    async fn listed(&self, of: KeysOf<'_>) -> Result<(Vec<KeyEntry>, Option<String>), Error> {
        match of.user() {
            Some(user) => {
                let user = self.identity(user).await?;
                Ok((user.keys, Some(user.id)))
            }
            None => Ok((self.known_account(of.account).await?.keys, None)),
        }
    }

    async fn find_listed(&self, of: KeysOf<'_>, id: &str) -> Result<(), Error> {
        let (entries, user_id) = self.listed(of).await?;
        let is_listed = entries.iter().any(|entry| entry.id == id);
        let key = if is_listed { self.access_key_record(id).await? } else { None };
        let own = key.filter(|key| key.account == *of.account && key.user_id == user_id);
        own.map(drop).ok_or_else(|| no_such_key(id))
    }
}

impl<S: MetaStore> Change<'_, S> {
    /// Puts a key into the list of whom it is to belong to, and returns the user's id.
    async fn list_key(
        &mut self,
        of: KeysOf<'_>,
        entry: &KeyEntry,
    ) -> Result<Option<String>, Error> {
        let Some(user) = of.user() else {
            let mut account = self.account_record().await?;
            self.make_place(&mut account.keys, entry).await?;
            self.put(address::account(), &account)?;
            return Ok(None);
        };
        let mut record = self.identity(user).await?;
        self.make_place(&mut record.keys, entry).await?;
        self.put(user.suffix(), &record)?;
        Ok(Some(record.id))
    }

    /// Adds an entry; [`Error::LimitExceeded`] when there is no place for it.
    async fn make_place(
        &mut self,
        entries: &mut Vec<KeyEntry>,
        entry: &KeyEntry,
    ) -> Result<(), Error> {
        let mut used = Vec::new();
        for known in std::mem::take(entries).into_iter().filter(|known| known.id != entry.id) {
            if self.counts(&known).await? {
                used.push(known);
            }
        }
        if used.len() >= ACCESS_KEYS_MAX {
            return Err(Error::LimitExceeded(format!(
                "Cannot exceed quota for AccessKeysPerUser: {ACCESS_KEYS_MAX}"
            )));
        }
        used.push(entry.clone());
        *entries = used;
        Ok(())
    }

    async fn unlist_key(&mut self, of: KeysOf<'_>, id: &str) -> Result<(), Error> {
        let Some(user) = of.user() else {
            let mut account = self.account_record().await?;
            account.keys.retain(|entry| entry.id != id);
            return self.put(address::account(), &account);
        };
        let mut record = self.identity(user).await?;
        record.keys.retain(|entry| entry.id != id);
        self.put(user.suffix(), &record)
    }

    /// Whether one of the entries counts.
    pub(crate) async fn has_keys(&mut self, entries: &[KeyEntry]) -> Result<bool, Error> {
        for entry in entries {
            if self.counts(entry).await? {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Whether an entry has a key, or may get one from a creation under way at another gateway.
    async fn counts(&self, entry: &KeyEntry) -> Result<bool, Error> {
        let age_ms = self.identities.now().ms.saturating_sub(entry.created.ms);
        if age_ms < CREATION_MS_MAX {
            return Ok(true);
        }
        Ok(self.identities.access_key_record(&entry.id).await?.is_some())
    }
}

/// What a secret is sealed for.
fn bound_to(id: &str, account: &AccountId) -> String {
    format!("access key {id} of account {account}")
}

fn no_such_key(id: &str) -> Error {
    Error::NoSuchEntity(format!("The Access Key with id {id} cannot be found."))
}
