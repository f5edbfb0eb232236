//! Temporary sessions. Nothing of one is stored: its token says everything, sealed under a key that
//! rotates and bound to the access key of the session. Whose session it is, is looked up at every
//! use: a role or user that was removed stops acting, and a policy that was changed counts.

use crate::document::{accept, chars, without_white_space};
use crate::limits::{SESSION_MANAGED_POLICIES_MAX, SESSION_POLICY_CHARS_MAX, SESSION_S_MAX};
use crate::names::{check_session_name, set_tags};
use crate::rows::{IdentityKind, IdentityRecord};
use crate::seal::{Fingerprint, is_same_secret};
use crate::session_token::{SessionKind, TOKEN_BYTES_MAX, TOKEN_CHARS_MAX, Token};
use crate::{Error, Identities, SESSION_KEY_PREFIX, ids};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use larder_iam::policy::Attachment;
use larder_iam::{
    ACCESS_KEY_BYTES_MAX, AccessKey, Account, FederatedSession, IdentityPolicies, KEY_STALE_NS_MAX,
    KEYS_CACHED_MAX, NamedPolicy, Principal, RoleSession, SecretKey, SessionError, SessionInfo,
};
use larder_storage::MetaStore;
use larder_types::{AccountId, Timestamp};
use ring::digest::{SHA256, digest};
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Shortest session in seconds.
const SESSION_S_MIN: u32 = 900;
/// Characters of the name of a role's session, and of a source identity.
const SESSION_NAME_CHARS_MAX: usize = 64;
/// Characters of the name of a federated session.
const FEDERATED_NAME_CHARS_MAX: usize = 32;

/// Whose session.
#[derive(Clone, Debug)]
pub enum SessionOf {
    /// A role's (AssumeRole, AssumeRoleWithWebIdentity), by its unique id.
    Role {
        /// The unique id of the role.
        id: String,
        /// The session's name.
        name: String,
        /// Who stands behind it.
        source_identity: Option<String>,
    },
    /// One with rights of its own among those of a user, by its unique id, or of the root
    /// (GetFederationToken).
    Federated {
        /// The unique id of the user; `None`: the root.
        user_id: Option<String>,
        /// The session's name.
        name: String,
    },
    /// A user's, by its unique id, or the root's own (GetSessionToken).
    User {
        /// The unique id of the user; `None`: the root.
        user_id: Option<String>,
    },
}

/// A session to make. Whether the caller may make it has been decided.
#[derive(Clone, Debug)]
pub struct NewSession {
    /// The account that it acts in.
    pub account: AccountId,
    /// Whose it is.
    pub of: SessionOf,
    /// How long it lasts in seconds.
    pub duration_s: u32,
    /// Its tags, key and value; a user's own session has none.
    pub tags: Vec<(String, String)>,
    /// The session policy that was written out; a user's own session has none.
    pub policy: Option<String>,
    /// The ARNs of managed policies that are session policies; a user's own session has none.
    pub policy_arns: Vec<String>,
    /// Whether it is made with a second factor.
    pub mfa: bool,
}

/// What a session signs with.
#[derive(Clone)]
pub struct Credentials {
    /// Its access key id, `ASIA...`.
    pub access_key_id: String,
    /// Its secret.
    pub secret: SecretKey,
    /// Its token, which goes along with every request.
    pub session_token: String,
    /// From when on it no longer signs.
    pub expires_at: Timestamp,
    /// How much of what a token can say this one says, in percent.
    pub packed_percent: u8,
}

impl fmt::Debug for Credentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Credentials")
            .field("access_key_id", &self.access_key_id)
            .field("expires_at", &self.expires_at)
            .finish_non_exhaustive()
    }
}

/// Sessions that were opened lately, by access key id. They are bounded as the cache of access keys
/// is, and no older.
#[derive(Default)]
pub(crate) struct OpenedSessions(Mutex<HashMap<String, Opened>>);

struct Opened {
    /// SHA-256 of the token.
    token: [u8; 32],
    key: Arc<AccessKey>,
    /// The monotonic time and the generation before the look-up.
    asked_ns: u64,
    generation: u64,
}

/// The moment of a look-up.
#[derive(Clone, Copy)]
struct Asked {
    ns: u64,
    generation: u64,
}

impl OpenedSessions {
    fn find(&self, id: &str, token: &[u8; 32], asked: Asked) -> Option<Arc<AccessKey>> {
        let opened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let found = opened.get(id)?;
        let is_fresh = found.generation == asked.generation
            && asked.ns.saturating_sub(found.asked_ns) < KEY_STALE_NS_MAX;
        (is_fresh && is_same_secret(&found.token, token)).then(|| found.key.clone())
    }

    fn remember(&self, token: [u8; 32], key: &Arc<AccessKey>, asked: Asked) {
        let mut opened = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.len() >= KEYS_CACHED_MAX {
            opened.clear();
        }
        let (asked_ns, generation) = (asked.ns, asked.generation);
        let value = Opened { token, key: key.clone(), asked_ns, generation };
        opened.insert(key.id.clone(), value);
    }
}

/// What a token is sealed for.
fn bound_to(access_key_id: &str) -> String {
    format!("session token of {access_key_id}")
}

impl<S: MetaStore> Identities<S> {
    /// Makes the credentials of a session.
    ///
    /// Errors: [`Error::Validation`] for a name, tag or duration that no session may have,
    /// [`Error::MalformedPolicyDocument`], [`Error::PackedPolicyTooLarge`], and
    /// [`Error::NoSuchEntity`] when whose session it is, or a policy, is not there.
    pub async fn issue_session(&self, new: NewSession) -> Result<Credentials, Error> {
        if !(SESSION_S_MIN..=SESSION_S_MAX).contains(&new.duration_s) {
            return Err(Error::Validation(format!(
                "1 validation error detected: Value '{}' at 'durationSeconds' failed to satisfy \
                 constraint: Member must have value between {SESSION_S_MIN} and {SESSION_S_MAX}",
                new.duration_s
            )));
        }
        self.check_session(&new).await?;
        let policy = self.check_session_policies(&new).await?;
        let mut tags = Vec::new();
        set_tags(&mut tags, &new.tags)?;
        let random = &*self.platform.random;
        let (issued_at, secret) = (self.now(), ids::secret(random));
        let (kind, id, name, source_identity) = match new.of {
            SessionOf::Role { id, name, source_identity } => {
                (SessionKind::Role, Some(id), name, source_identity)
            }
            SessionOf::Federated { user_id, name } => (SessionKind::Federated, user_id, name, None),
            SessionOf::User { user_id } => (SessionKind::User, user_id, String::new(), None),
        };
        let expires_at = Timestamp { ms: issued_at.ms + i64::from(new.duration_s) * 1_000 };
        let token = Token {
            kind,
            account: new.account,
            id,
            name,
            issued_at,
            expires_at,
            mfa: new.mfa,
            secret: secret.clone(),
            tags,
            source_identity,
            policy,
            policy_arns: new.policy_arns,
        };
        let token = token.encode().map_err(|_| Error::PackedPolicyTooLarge)?;
        let packed_percent = (token.len() * 100).div_ceil(TOKEN_BYTES_MAX);
        let packed_percent = u8::try_from(packed_percent).expect("a longer token is refused");
        let access_key_id = ids::access_key(random, SESSION_KEY_PREFIX);
        let key = self.sealing_session_key().await?;
        let sealed = key.seal(random, &bound_to(&access_key_id), &token);
        let session_token = STANDARD.encode(sealed);
        Ok(Credentials { access_key_id, secret, session_token, expires_at, packed_percent })
    }

    /// The access key of a session, from its id and the token that came with it. Costs a look-up of
    /// whose session it is, at most once a second.
    pub async fn open_session(
        &self,
        access_key_id: &str,
        session_token: &str,
        now: Timestamp,
    ) -> Result<Arc<AccessKey>, SessionError> {
        if access_key_id.len() > ACCESS_KEY_BYTES_MAX || session_token.len() > TOKEN_CHARS_MAX {
            return Err(SessionError::Invalid);
        }
        let asked = Asked { ns: self.platform.clock.monotonic_ns(), generation: self.generation() };
        let hash = digest(&SHA256, session_token.as_bytes());
        let hash: [u8; 32] = hash.as_ref().try_into().expect("SHA-256 has 32 bytes");
        let key = match self.sessions.find(access_key_id, &hash, asked) {
            Some(key) => key,
            None => {
                let token = self.unseal_token(access_key_id, session_token).await?;
                if now.ms >= token.expires_at.ms {
                    return Err(SessionError::Expired);
                }
                let key = Arc::new(self.session_access_key(access_key_id, token).await?);
                self.sessions.remember(hash, &key, asked);
                key
            }
        };
        let expires_at = key.session.as_ref().map(|session| session.expires_at);
        if expires_at.is_none_or(|expires_at| now.ms >= expires_at.ms) {
            return Err(SessionError::Expired);
        }
        Ok(key)
    }

    async fn unseal_token(&self, id: &str, session_token: &str) -> Result<Token, SessionError> {
        let sealed = STANDARD.decode(session_token).map_err(|_| SessionError::Invalid)?;
        let fingerprint = sealed.first_chunk().ok_or(SessionError::Invalid)?;
        let key = self.session_key(Fingerprint(*fingerprint)).await?;
        let key = key.ok_or(SessionError::Invalid)?;
        let token = key.open(&bound_to(id), &sealed).map_err(|_| SessionError::Invalid)?;
        Token::decode(&token).map_err(|_| SessionError::Invalid)
    }

    /// Who acts in a session, as of now.
    async fn session_access_key(&self, id: &str, token: Token) -> Result<AccessKey, SessionError> {
        let record = self.account(&token.account).await?.ok_or(SessionError::Invalid)?;
        let account = Arc::new(record.account(&token.account));
        let session = SessionInfo {
            issued_at: token.issued_at,
            expires_at: token.expires_at,
            mfa: token.mfa,
        };
        let secret = token.secret.clone();
        let principal = self.session_principal(account, token).await?;
        Ok(AccessKey::new(id.to_owned(), secret, principal).of_session(session))
    }

    async fn session_principal(
        &self,
        account: Arc<Account>,
        token: Token,
    ) -> Result<Principal, SessionError> {
        let expected = match token.kind {
            SessionKind::Role => IdentityKind::Role,
            SessionKind::Federated | SessionKind::User => IdentityKind::User,
        };
        let found = match &token.id {
            Some(id) => {
                let found = self.identity_of_id(&account.id, id).await?;
                let found = found.filter(|(kind, _)| *kind == expected);
                Some(found.ok_or(SessionError::Invalid)?.1)
            }
            None => None,
        };
        let session_policies = self.session_policies(&account.id, &token).await?;
        Ok(match (token.kind, found) {
            (SessionKind::Role, None) => return Err(SessionError::Invalid),
            (SessionKind::Role, Some(role)) => {
                let policies = Arc::new(self.policies_of(&account.id, &role).await?);
                Principal::RoleSession(Arc::new(role_session(RoleParts {
                    account,
                    role,
                    token,
                    policies,
                    session_policies,
                })))
            }
            (SessionKind::Federated, found) => {
                let user = match found {
                    Some(user) => Some(Arc::new(self.user_principal(account.clone(), user).await?)),
                    None => None,
                };
                let Token { name, tags, .. } = token;
                let session = FederatedSession { account, user, name, tags, session_policies };
                Principal::FederatedSession(Arc::new(session))
            }
            (SessionKind::User, None) => Principal::AccountRoot(account),
            (SessionKind::User, Some(user)) => {
                Principal::User(Arc::new(self.user_principal(account, user).await?))
            }
        })
    }

    async fn session_policies(
        &self,
        account: &AccountId,
        token: &Token,
    ) -> Result<Vec<NamedPolicy>, SessionError> {
        let mut policies = Vec::new();
        if let Some(document) = &token.policy {
            let policy = self.parsed("of a session", document)?;
            policies.push(NamedPolicy { name: String::new(), policy });
        }
        for arn in &token.policy_arns {
            // Without it the session would have what it limits.
            let policy = self.managed_policy(account, arn).await.map_err(|error| match error {
                Error::NoSuchEntity(_) => SessionError::Invalid,
                error => error.into(),
            })?;
            policies.push(policy);
        }
        Ok(policies)
    }

    /// Whose session it is must be there, with names that a session may have.
    async fn check_session(&self, new: &NewSession) -> Result<(), Error> {
        self.known_account(&new.account).await?;
        let missing = || Error::NoSuchEntity("Whose session it is cannot be found.".into());
        let found = async |id: &str, expected: IdentityKind| {
            let found = self.identity_of_id(&new.account, id).await?;
            let found = found.filter(|(kind, _)| *kind == expected);
            found.map(|(_, record)| record).ok_or_else(missing)
        };
        match &new.of {
            SessionOf::Role { id, name, source_identity } => {
                check_session_name("roleSessionName", name, SESSION_NAME_CHARS_MAX)?;
                if let Some(source) = source_identity {
                    check_session_name("sourceIdentity", source, SESSION_NAME_CHARS_MAX)?;
                }
                let role = found(id, IdentityKind::Role).await?;
                let max = role.role.as_ref().map_or(0, |role| role.max_session_s);
                if new.duration_s > max {
                    return Err(Error::Validation(
                        "The requested DurationSeconds exceeds the MaxSessionDuration set for \
                         this role."
                            .into(),
                    ));
                }
            }
            SessionOf::Federated { user_id, name } => {
                check_session_name("name", name, FEDERATED_NAME_CHARS_MAX)?;
                if let Some(id) = user_id {
                    found(id, IdentityKind::User).await?;
                }
            }
            SessionOf::User { user_id } => {
                let is_plain =
                    new.tags.is_empty() && new.policy.is_none() && new.policy_arns.is_empty();
                assert!(is_plain, "a user's own session has the rights of the user");
                if let Some(id) = user_id {
                    found(id, IdentityKind::User).await?;
                }
            }
        }
        Ok(())
    }

    /// The session policies must be policies that are there. Returns the one that was written out.
    async fn check_session_policies(&self, new: &NewSession) -> Result<Option<String>, Error> {
        if new.policy_arns.len() > SESSION_MANAGED_POLICIES_MAX {
            return Err(Error::Validation(format!(
                "1 validation error detected: Value at 'policyArns' failed to satisfy constraint: \
                 Member must have length less than or equal to {SESSION_MANAGED_POLICIES_MAX}"
            )));
        }
        for arn in &new.policy_arns {
            self.managed_policy(&new.account, arn).await?;
        }
        let Some(document) = &new.policy else { return Ok(None) };
        let accepted = accept(document, Attachment::Identity)?;
        if chars(&accepted.text) > SESSION_POLICY_CHARS_MAX {
            return Err(Error::PackedPolicyTooLarge);
        }
        Ok(Some(without_white_space(&accepted.text)))
    }
}

/// What a role's session is made of.
struct RoleParts {
    account: Arc<Account>,
    role: IdentityRecord,
    token: Token,
    policies: Arc<IdentityPolicies>,
    session_policies: Vec<NamedPolicy>,
}

/// A role's session: its tags take the place of the role's of the same key.
fn role_session(parts: RoleParts) -> RoleSession {
    let RoleParts { account, role, token, policies, session_policies } = parts;
    let mut tags = role.tags;
    tags.retain(|(key, _)| !token.tags.iter().any(|(own, _)| own.eq_ignore_ascii_case(key)));
    tags.extend(token.tags);
    RoleSession {
        account,
        role_path: role.path,
        role: role.name,
        role_id: role.id,
        name: token.name,
        tags,
        source_identity: token.source_identity,
        policies,
        session_policies,
    }
}
