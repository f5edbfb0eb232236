//! Accounts, by access key.

use crate::{
    AccountName, Found, KeySource, KeyUse, Noted, Opened, PresentedToken, Principal, SessionError,
};
use larder_types::{AccountId, Owner, Timestamp};
use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Longest access key id in bytes; AWS's are 16 to 128.
pub const ACCESS_KEY_BYTES_MAX: usize = 128;
/// Shortest secret key in bytes.
pub const SECRET_KEY_BYTES_MIN: usize = 8;

/// An account: what owns buckets, objects and uploads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// The 12-digit id.
    pub id: AccountId,
    /// The canonical user id and the display name.
    pub owner: Owner,
    /// Where to reach its people; empty when not known.
    pub email: String,
}

/// A secret access key. Never printed.
#[derive(Clone, PartialEq, Eq)]
pub struct SecretKey(String);

/// An access key and whose it is.
#[derive(Debug)]
pub struct AccessKey {
    /// The access key id.
    pub id: String,
    /// Its secret.
    pub secret: SecretKey,
    /// Who signs with it.
    pub principal: Principal,
    /// Of which temporary session it is; `None` for a long-term key.
    pub session: Option<SessionInfo>,
    is_used: AtomicBool,
}

/// When a temporary session was made and how long it lasts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionInfo {
    /// When its token was issued (`aws:TokenIssueTime`).
    pub issued_at: Timestamp,
    /// From when on it no longer signs.
    pub expires_at: Timestamp,
    /// Whether it was made with a second factor (`aws:MultiFactorAuthPresent`).
    pub mfa: bool,
}

/// Why accounts cannot be taken into use, as a sentence for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InvalidAccounts(pub String);

/// All accounts, by access key.
#[derive(Clone, Debug, Default)]
pub struct Accounts {
    keys: HashMap<String, Arc<AccessKey>>,
    accounts: Vec<Arc<Account>>,
}

impl AccessKey {
    /// A long-term key.
    pub fn new(id: String, secret: SecretKey, principal: Principal) -> Self {
        Self { id, secret, principal, session: None, is_used: AtomicBool::new(false) }
    }

    /// The key of a temporary session.
    pub fn of_session(self, session: SessionInfo) -> Self {
        Self { session: Some(session), ..self }
    }

    /// Whether nobody asked this before of the key as it was looked up.
    pub(crate) fn is_first_use(&self) -> bool {
        // Looked at first: a key that signs all the time is not written to each time.
        !self.is_used.load(Ordering::Relaxed) && !self.is_used.swap(true, Ordering::Relaxed)
    }
}

impl SecretKey {
    /// Wraps a secret.
    pub fn new(secret: impl Into<String>) -> Self {
        Self(secret.into())
    }

    /// The secret, to sign with.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("(secret)")
    }
}

impl fmt::Display for InvalidAccounts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for InvalidAccounts {}

impl Accounts {
    /// Adds an account with its keys (id, secret). Refuses ids and keys that are taken, since
    /// requests could not be told apart.
    pub fn add(
        &mut self,
        account: Account,
        keys: Vec<(String, SecretKey)>,
    ) -> Result<(), InvalidAccounts> {
        let invalid = |what: String| Err(InvalidAccounts(what));
        let clash = self.accounts.iter().find(|known| {
            known.id == account.id || known.owner.canonical_id == account.owner.canonical_id
        });
        if clash.is_some() {
            return invalid(format!("two accounts have the id {} or its canonical id", account.id));
        }
        if keys.is_empty() {
            return invalid(format!("account {} has no access key", account.id));
        }
        let account = Arc::new(account);
        for (id, secret) in keys {
            let sound = id.bytes().all(|b| b.is_ascii_graphic() && b != b'/' && b != b',');
            if id.is_empty() || id.len() > ACCESS_KEY_BYTES_MAX || !sound {
                return invalid(format!(
                    "access key {id:?} must be 1 to {ACCESS_KEY_BYTES_MAX} visible characters \
                     without '/' and ','"
                ));
            }
            if secret.0.len() < SECRET_KEY_BYTES_MIN {
                return invalid(format!(
                    "the secret of access key {id:?} is shorter than {SECRET_KEY_BYTES_MIN} bytes"
                ));
            }
            let principal = Principal::AccountRoot(account.clone());
            let key = AccessKey::new(id.clone(), secret, principal);
            if self.keys.insert(id.clone(), Arc::new(key)).is_some() {
                return invalid(format!("access key {id:?} is given twice"));
            }
        }
        self.accounts.push(account);
        Ok(())
    }

    /// The key with this id.
    pub fn access_key(&self, id: &str) -> Option<&Arc<AccessKey>> {
        self.keys.get(id)
    }

    /// All accounts, in the order they were added.
    pub fn accounts(&self) -> &[Arc<Account>] {
        &self.accounts
    }
}

impl KeySource for Accounts {
    fn access_key<'a>(&'a self, id: &'a str) -> Found<'a, Arc<AccessKey>> {
        Box::pin(std::future::ready(Ok(self.access_key(id).cloned())))
    }

    fn account_id<'a>(&'a self, canonical_id: &'a str) -> Found<'a, AccountId> {
        let mut accounts = self.accounts.iter();
        let found = accounts.find(|account| account.owner.canonical_id == canonical_id);
        Box::pin(std::future::ready(Ok(found.map(|account| account.id.clone()))))
    }

    fn session<'a>(&'a self, _: PresentedToken<'a>) -> Opened<'a> {
        Box::pin(std::future::ready(Err(SessionError::Invalid)))
    }

    fn note_use<'a>(&'a self, _: KeyUse<'a>) -> Noted<'a> {
        Box::pin(std::future::ready(()))
    }

    fn generation(&self) -> u64 {
        0
    }

    fn owner<'a>(&'a self, name: AccountName<'a>) -> Found<'a, Owner> {
        let found = self.accounts.iter().find(|account| match name {
            AccountName::CanonicalId(id) => account.owner.canonical_id == id,
            AccountName::Email(email) => {
                !email.is_empty() && account.email.eq_ignore_ascii_case(email)
            }
        });
        Box::pin(std::future::ready(Ok(found.map(|account| account.owner.clone()))))
    }
}
