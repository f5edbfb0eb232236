//! From an access key to who signs with it and what they may do.

use crate::identities::dangling;
use crate::rows::{AccessKeyRecord, IdentityKind, IdentityRecord};
use crate::{Error, Identities};
use larder_iam::policy::Policy;
use larder_iam::{
    AccessKey, Account, AccountName, Found, IdentityPolicies, KeySource, KeySourceError, KeyUse,
    NamedPolicy, Noted, Opened, PresentedToken, Principal, SessionError, User,
};
use larder_storage::MetaStore;
use larder_types::{AccountId, Owner};
use std::sync::Arc;

impl<S: MetaStore> KeySource for Identities<S> {
    fn access_key<'a>(&'a self, id: &'a str) -> Found<'a, Arc<AccessKey>> {
        Box::pin(async move { self.find_access_key(id).await.map_err(unavailable) })
    }

    fn account_id<'a>(&'a self, canonical_id: &'a str) -> Found<'a, AccountId> {
        Box::pin(async move {
            let account = self.account_of_canonical_id(canonical_id).await;
            Ok(account.map_err(unavailable)?.map(|account| account.id))
        })
    }

    fn owner<'a>(&'a self, name: AccountName<'a>) -> Found<'a, Owner> {
        Box::pin(async move {
            let found = match name {
                AccountName::CanonicalId(id) => self.account_of_canonical_id(id).await,
                AccountName::Email(email) => self.account_of_email(email).await,
            };
            Ok(found.map_err(unavailable)?.map(|account| account.owner))
        })
    }

    fn session<'a>(&'a self, presented: PresentedToken<'a>) -> Opened<'a> {
        let PresentedToken { access_key_id, token, now } = presented;
        Box::pin(self.open_session(access_key_id, token, now))
    }

    fn note_use<'a>(&'a self, of: KeyUse<'a>) -> Noted<'a> {
        Box::pin(async move {
            let KeyUse { access_key_id, service, region } = of;
            if let Err(error) = self.note_access_key_use(access_key_id, service, region).await {
                log::warn!("the use of access key {access_key_id} was not noted: {error}");
            }
        })
    }

    fn generation(&self) -> u64 {
        Identities::generation(self)
    }
}

impl From<Error> for SessionError {
    fn from(error: Error) -> Self {
        Self::Unavailable(unavailable(error))
    }
}

fn unavailable(error: Error) -> KeySourceError {
    KeySourceError(error.to_string())
}

impl<S: MetaStore> Identities<S> {
    /// The key with this id, if it signs: it is active, it opens, and whose it is lists it.
    async fn find_access_key(&self, id: &str) -> Result<Option<Arc<AccessKey>>, Error> {
        let Some(record) = self.access_key_record(id).await?.filter(|key| key.is_active) else {
            return Ok(None);
        };
        let Some(principal) = self.principal_of_key(id, &record).await? else { return Ok(None) };
        let Some(secret) = self.unseal(id, &record)? else { return Ok(None) };
        let key = AccessKey::new(id.to_owned(), secret, principal);
        Ok(Some(Arc::new(key)))
    }

    /// Whom a key belongs to; `None` when they are gone or do not list it.
    async fn principal_of_key(
        &self,
        id: &str,
        key: &AccessKeyRecord,
    ) -> Result<Option<Principal>, Error> {
        let Some(account) = self.account(&key.account).await? else { return Ok(None) };
        let owner = Arc::new(account.account(&key.account));
        let Some(user_id) = &key.user_id else {
            let is_listed = account.keys.iter().any(|entry| entry.id == id);
            return Ok(is_listed.then_some(Principal::AccountRoot(owner)));
        };
        let Some((IdentityKind::User, user)) = self.identity_of_id(&key.account, user_id).await?
        else {
            return Ok(None);
        };
        if !user.keys.iter().any(|entry| entry.id == id) {
            return Ok(None);
        }
        Ok(Some(Principal::User(Arc::new(self.user_principal(owner, user).await?))))
    }

    /// A user with everything that a decision needs.
    pub(crate) async fn user_principal(
        &self,
        account: Arc<Account>,
        user: IdentityRecord,
    ) -> Result<User, Error> {
        let policies = Arc::new(self.policies_of(&account.id, &user).await?);
        let IdentityRecord { name, path, id, tags, .. } = user;
        Ok(User { account, path, name, id, tags, policies })
    }

    /// The policies of an identity and of the groups that it is in, and its boundary.
    ///
    /// Errors: what is missing or does not parse, because to leave it out may be to allow what it
    /// denies.
    pub(crate) async fn policies_of(
        &self,
        account: &AccountId,
        identity: &IdentityRecord,
    ) -> Result<IdentityPolicies, Error> {
        let mut policies = Vec::new();
        self.add_policies(account, identity, &mut policies).await?;
        for id in &identity.groups {
            let group = self.identity_of_id(account, id).await?;
            let (_, group) = group.ok_or_else(dangling)?;
            self.add_policies(account, &group, &mut policies).await?;
        }
        let boundary = match &identity.boundary {
            Some(arn) => Some(self.managed_policy(account, arn).await?),
            None => None,
        };
        Ok(IdentityPolicies { policies, boundary })
    }

    async fn add_policies(
        &self,
        account: &AccountId,
        identity: &IdentityRecord,
        policies: &mut Vec<NamedPolicy>,
    ) -> Result<(), Error> {
        for inline in &identity.inline {
            let policy = self.parsed(&inline.name, &inline.document)?;
            policies.push(NamedPolicy { name: inline.name.clone(), policy });
        }
        for arn in &identity.attached {
            policies.push(self.managed_policy(account, arn).await?);
        }
        Ok(())
    }

    pub(crate) fn parsed(&self, name: &str, document: &str) -> Result<Arc<Policy>, Error> {
        let parsed = self.policies.parse(document);
        parsed.map_err(|error| Error::Corrupt(format!("policy {name} cannot be read: {error}")))
    }
}
