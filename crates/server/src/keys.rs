//! Where access keys are looked up: the configuration's first, so that a lost store locks nobody
//! out, then the stored ones.

use larder_iam::{
    AccessKey, AccountName, Accounts, Found, KeySource, KeyUse, Noted, Opened, PresentedToken,
};
use larder_identities::Identities;
use larder_storage::MetaStore;
use larder_types::{AccountId, Owner};
use std::sync::Arc;

/// The keys of the configuration before those of the store.
pub(crate) struct ConfiguredFirst<S: MetaStore> {
    configured: Accounts,
    stored: Identities<S>,
}

impl<S: MetaStore> ConfiguredFirst<S> {
    /// Sees to it that the store has the accounts of the configuration.
    pub(crate) async fn seeded(
        configured: Accounts,
        stored: Identities<S>,
    ) -> Result<Self, String> {
        for account in configured.accounts() {
            stored
                .ensure_account(account)
                .await
                .map_err(|error| format!("account {} cannot be used: {error}", account.id))?;
        }
        Ok(Self { configured, stored })
    }
}

impl<S: MetaStore> KeySource for ConfiguredFirst<S> {
    fn access_key<'a>(&'a self, id: &'a str) -> Found<'a, Arc<AccessKey>> {
        match self.configured.access_key(id) {
            Some(key) => Box::pin(std::future::ready(Ok(Some(key.clone())))),
            None => KeySource::access_key(&self.stored, id),
        }
    }

    fn account_id<'a>(&'a self, canonical_id: &'a str) -> Found<'a, AccountId> {
        Box::pin(async move {
            match KeySource::account_id(&self.configured, canonical_id).await? {
                Some(id) => Ok(Some(id)),
                None => KeySource::account_id(&self.stored, canonical_id).await,
            }
        })
    }

    fn owner<'a>(&'a self, name: AccountName<'a>) -> Found<'a, Owner> {
        Box::pin(async move {
            match KeySource::owner(&self.configured, name).await? {
                Some(owner) => Ok(Some(owner)),
                None => KeySource::owner(&self.stored, name).await,
            }
        })
    }

    fn session<'a>(&'a self, presented: PresentedToken<'a>) -> Opened<'a> {
        self.stored.session(presented)
    }

    fn note_use<'a>(&'a self, of: KeyUse<'a>) -> Noted<'a> {
        match self.configured.access_key(of.access_key_id) {
            Some(_) => KeySource::note_use(&self.configured, of),
            None => KeySource::note_use(&self.stored, of),
        }
    }

    fn generation(&self) -> u64 {
        self.stored.generation()
    }
}

#[cfg(test)]
mod tests {
    use super::ConfiguredFirst;
    use larder_iam::{Account, AccountName, Accounts, KeySource as _, Principal, SecretKey};
    use larder_identities::{Identities, IdentityRef, MasterKey, NewIdentity};
    use larder_platform::sim::Simulation;
    use larder_storage::model::Model;
    use larder_types::{AccountId, Owner};
    use std::sync::Arc;

    #[test]
    fn the_configuration_s_keys_win_and_its_accounts_can_have_users() {
        let sim = Simulation::new(1);
        let master = MasterKey::new(&[1; 32]);
        let stored = Identities::new(Arc::new(Model::new()), sim.platform(), master);
        let id = AccountId::new("111122223333").unwrap();
        let owner = Owner { canonical_id: "canonical".into(), display_name: "name".into() };
        let account = Account { id: id.clone(), owner, email: "a@b".into() };
        let configured = || {
            let mut accounts = Accounts::default();
            let keys = vec![("root".to_owned(), SecretKey::new("root-secret"))];
            accounts.add(account.clone(), keys).unwrap();
            accounts
        };
        sim.block_on(ConfiguredFirst::seeded(configured(), stored.clone())).unwrap();
        let keys = sim.block_on(ConfiguredFirst::seeded(configured(), stored.clone())).unwrap();
        let user = IdentityRef::user(&id, "ann");
        sim.block_on(stored.create_identity(user, NewIdentity::default())).unwrap();
        let before = keys.generation();
        let made = sim.block_on(stored.create_access_key(&id, Some("ann"))).unwrap();
        assert!(keys.generation() > before);
        let secret = SecretKey::new("other-secret");
        sim.block_on(stored.import_access_key(&id, Some("ann"), "root", secret)).unwrap();
        let find = |id: &str| sim.block_on(keys.access_key(id)).unwrap();
        assert!(matches!(find("root").unwrap().principal, Principal::AccountRoot(_)));
        assert!(matches!(find(&made.id).unwrap().principal, Principal::User(_)));
        assert!(find("none").is_none());
        assert_eq!(sim.block_on(keys.account_id("canonical")).unwrap(), Some(id));
        assert_eq!(sim.block_on(keys.account_id("none")).unwrap(), None);
        let owner_of = |name| sim.block_on(keys.owner(name)).unwrap().map(|of| of.canonical_id);
        for name in [AccountName::Email("A@b"), AccountName::CanonicalId("canonical")] {
            assert_eq!(owner_of(name).as_deref(), Some("canonical"), "{name:?}");
        }
        assert_eq!(owner_of(AccountName::Email("none")), None);
    }
}
