//! From an access key id to whose it is: a look-up that may wait, and a bounded cache before it.

use crate::{ACCESS_KEY_BYTES_MAX, AccessKey};
use larder_platform::Clock;
use larder_types::{AccountId, Owner, Timestamp};
use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher as _, RandomState};
use std::pin::Pin;
use std::sync::{Arc, RwLock};

/// Most access keys that are cached; one is less than a KiB.
pub const KEYS_CACHED_MAX: usize = 4096;
/// Longest time in nanoseconds that a cached key is taken for the truth: this long after a change
/// elsewhere, a key that was revoked still signs.
pub const KEY_STALE_NS_MAX: u64 = 1_000_000_000;

/// Locks among which the keys are spread.
const SHARDS: usize = 16;
const SHARD_KEYS_MAX: usize = KEYS_CACHED_MAX / SHARDS;
const _: () = assert!(SHARD_KEYS_MAX > 0);

/// The answer of a source, which may have to be waited for.
pub type Found<'a, T> =
    Pin<Box<dyn Future<Output = Result<Option<T>, KeySourceError>> + Send + 'a>>;

/// How others name an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AccountName<'a> {
    /// Its canonical user id.
    CanonicalId(&'a str),
    /// Its e-mail address, whose letters have no case.
    Email(&'a str),
}

/// Where access keys and their accounts are kept. Its answers are the truth.
pub trait KeySource: Send + Sync {
    /// The access key with this id.
    fn access_key<'a>(&'a self, id: &'a str) -> Found<'a, Arc<AccessKey>>;

    /// The id of the account with this canonical user id, which is what buckets remember of their
    /// owner.
    fn account_id<'a>(&'a self, canonical_id: &'a str) -> Found<'a, AccountId>;

    /// The account of this canonical user id or e-mail address, as an owner.
    fn owner<'a>(&'a self, name: AccountName<'a>) -> Found<'a, Owner>;

    /// The access key of a temporary session, from its id and the token that came with it, which is
    /// opened and checked before anything is verified with the key.
    fn session<'a>(&'a self, presented: PresentedToken<'a>) -> Opened<'a>;

    /// Notes that a key has signed, now and then. A note that fails costs nothing but itself.
    fn note_use<'a>(&'a self, of: KeyUse<'a>) -> Noted<'a>;

    /// Goes up with every change of keys, or of what their principals may do, that this process
    /// makes. What was answered at another number is asked again. A source that never changes has
    /// one number.
    fn generation(&self) -> u64;
}

/// A use of a key.
#[derive(Clone, Copy, Debug)]
pub struct KeyUse<'a> {
    /// The access key id.
    pub access_key_id: &'a str,
    /// For which service it signed: `s3`.
    pub service: &'a str,
    /// For which region.
    pub region: &'a str,
}

/// A note that is being taken.
pub type Noted<'a> = Pin<Box<dyn Future<Output = ()> + Send + 'a>>;

/// A session token as a request presents it.
#[derive(Clone, Copy)]
pub struct PresentedToken<'a> {
    /// The access key id beside it.
    pub access_key_id: &'a str,
    /// The token.
    pub token: &'a str,
    /// When.
    pub now: Timestamp,
}

/// A session's key, which may have to be waited for.
pub type Opened<'a> =
    Pin<Box<dyn Future<Output = Result<Arc<AccessKey>, SessionError>> + Send + 'a>>;

/// Why a session token does not open.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SessionError {
    /// The session is over (`ExpiredToken`).
    Expired,
    /// It is no token of ours, or another key's, or whose session it was is gone (`InvalidToken`).
    Invalid,
    /// It cannot be looked up now.
    Unavailable(KeySourceError),
}

/// A source that cannot answer now, as a sentence for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeySourceError(pub String);

/// A cache of access keys, by id.
pub struct KeyCache {
    source: Arc<dyn KeySource>,
    clock: Arc<dyn Clock>,
    hasher: RandomState,
    shards: [RwLock<Shard>; SHARDS],
}

#[derive(Default)]
struct Shard {
    keys: HashMap<String, Cached>,
    /// Counts what was forgotten, so that a look-up which began before does not bring it back.
    forgotten: u64,
}

struct Cached {
    key: Arc<AccessKey>,
    /// The monotonic time before the source was asked.
    asked_ns: u64,
    /// The source's generation before it was asked.
    generation: u64,
}

impl fmt::Display for KeySourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for KeySourceError {}

impl KeyCache {
    /// An empty cache before `source`.
    pub fn new(source: Arc<dyn KeySource>, clock: Arc<dyn Clock>) -> Self {
        Self { source, clock, hasher: RandomState::new(), shards: Default::default() }
    }

    /// The source behind the cache.
    pub fn source(&self) -> &dyn KeySource {
        &*self.source
    }

    /// Has the source note that a key has signed, the first time since the key was looked up:
    /// what is returned does so, whoever drives it.
    pub fn note_use(
        &self,
        key: &Arc<AccessKey>,
        service: &'static str,
        region: impl FnOnce() -> String,
    ) -> Option<impl Future<Output = ()> + Send + 'static> {
        if key.session.is_some() || !key.is_first_use() {
            return None;
        }
        let (source, key, region) = (self.source.clone(), key.clone(), region());
        Some(async move {
            source.note_use(KeyUse { access_key_id: &key.id, service, region: &region }).await;
        })
    }

    /// The access key with this id, as the source had it at most [`KEY_STALE_NS_MAX`] ago and after
    /// the last change of this process. Ids that lead nowhere are not cached: whoever guesses would
    /// push out the keys that are in use, and a new key would not sign at once.
    pub async fn access_key(&self, id: &str) -> Result<Option<Arc<AccessKey>>, KeySourceError> {
        if id.len() > ACCESS_KEY_BYTES_MAX {
            return Ok(None);
        }
        let (now, generation) = (self.clock.monotonic_ns(), self.source.generation());
        let shard = self.shard(id);
        let forgotten = {
            let shard = shard.read().unwrap_or_else(|e| e.into_inner());
            match shard.keys.get(id) {
                Some(cached) if cached.is_fresh(now, generation) => {
                    return Ok(Some(cached.key.clone()));
                }
                _ => shard.forgotten,
            }
        };
        let found = self.source.access_key(id).await?;
        let mut shard = shard.write().unwrap_or_else(|e| e.into_inner());
        match &found {
            Some(key) if shard.forgotten == forgotten => {
                shard.keep(id, Cached { key: key.clone(), asked_ns: now, generation });
            }
            Some(_) => {}
            None => drop(shard.keys.remove(id)),
        }
        Ok(found)
    }

    /// Asks the source again at the next use of this id: it was changed by this process.
    pub fn forget(&self, id: &str) {
        let mut shard = self.shard(id).write().unwrap_or_else(|e| e.into_inner());
        shard.keys.remove(id);
        shard.forgotten += 1;
    }

    /// Keys that are cached now, stale ones included.
    pub fn len(&self) -> usize {
        let keys =
            |shard: &RwLock<Shard>| shard.read().unwrap_or_else(|e| e.into_inner()).keys.len();
        self.shards.iter().map(keys).sum()
    }

    /// Whether none is.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn shard(&self, id: &str) -> &RwLock<Shard> {
        &self.shards[self.hasher.hash_one(id) as usize % SHARDS]
    }
}

impl Cached {
    fn is_fresh(&self, now: u64, generation: u64) -> bool {
        self.generation == generation && now.saturating_sub(self.asked_ns) < KEY_STALE_NS_MAX
    }
}

impl Shard {
    /// Keeps a key, unless a look-up that began later has brought it already. Any other gives way
    /// where there is no room: its next use brings it back.
    fn keep(&mut self, id: &str, key: Cached) {
        if let Some(cached) = self.keys.get_mut(id) {
            if (cached.generation, cached.asked_ns) <= (key.generation, key.asked_ns) {
                *cached = key;
            }
            return;
        }
        if self.keys.len() >= SHARD_KEYS_MAX
            && let Some(victim) = self.keys.keys().next().cloned()
        {
            self.keys.remove(&victim);
        }
        self.keys.insert(id.to_owned(), key);
    }
}
