//! Identities over the reference engine, on a simulated machine.

mod accounts;
mod failing;
mod groups;
mod keys;
mod oracle;
mod policies;
mod providers;
mod sessions;
mod users;

use crate::{Identities, IdentityRef, MasterKey, NewAccount, NewIdentity};
use failing::Failing;
use larder_iam::{AccessKey, IdentityPolicies, KeySource as _, Principal};
use larder_platform::sim::Simulation;
use larder_types::AccountId;
use std::sync::Arc;
use std::time::Duration;

/// A policy that allows one action everywhere.
fn allow(action: &str) -> String {
    format!(r#"{{"Statement":{{"Effect":"Allow","Action":"{action}","Resource":"*"}}}}"#)
}

struct World {
    sim: Simulation,
    store: Arc<Failing>,
    identities: Identities<Failing>,
    account: AccountId,
}

impl World {
    /// With one account.
    fn new() -> Self {
        let sim = Simulation::new(1);
        let store = Arc::new(Failing::default());
        let identities = Identities::new(store.clone(), sim.platform(), MasterKey::new(&[7; 32]));
        let new = NewAccount {
            id: Some(AccountId::new("111122223333").unwrap()),
            canonical_id: Some("canonical-1".into()),
            name: "pantry".into(),
            email: "Owner@example.com".into(),
        };
        let account = sim.block_on(identities.create_account(new)).unwrap().id;
        Self { sim, store, identities, account }
    }

    fn run<T>(&self, future: impl Future<Output = T>) -> T {
        self.sim.block_on(future)
    }

    /// Moves time.
    fn pass(&self, ms: u64) {
        self.sim.run_for(Duration::from_millis(ms));
    }

    /// The same store as another process has it.
    fn elsewhere(&self, master: MasterKey) -> Identities<Failing> {
        Identities::new(self.store.clone(), self.sim.platform(), master)
    }

    fn user<'a>(&'a self, name: &'a str) -> IdentityRef<'a> {
        IdentityRef::user(&self.account, name)
    }

    fn group<'a>(&'a self, name: &'a str) -> IdentityRef<'a> {
        IdentityRef::group(&self.account, name)
    }

    fn create_user(&self, name: &str) {
        let user = self.user(name);
        self.run(self.identities.create_identity(user, NewIdentity::default())).unwrap();
    }

    fn create_group(&self, name: &str) {
        let group = self.group(name);
        self.run(self.identities.create_identity(group, NewIdentity::default())).unwrap();
    }

    /// Creates a managed policy that allows one action, and returns its ARN.
    fn create_policy(&self, name: &str, action: &str) -> String {
        let new = crate::NewPolicy {
            name: name.into(),
            document: allow(action),
            ..crate::NewPolicy::default()
        };
        let policy = self.run(self.identities.create_policy(&self.account, new)).unwrap();
        policy.arn(&self.account)
    }

    fn signs_with(&self, id: &str) -> Option<Arc<AccessKey>> {
        self.run(self.identities.access_key(id)).unwrap()
    }

    /// The names of the policies that the user of a key has.
    fn policies_of(&self, id: &str) -> Vec<String> {
        let policies = user_policies(&self.signs_with(id).expect("the key signs"));
        policies.policies.iter().map(|policy| policy.name.clone()).collect()
    }
}

fn user_policies(key: &AccessKey) -> Arc<IdentityPolicies> {
    let Principal::User(user) = &key.principal else { panic!("{:?}", key.principal) };
    user.policies.clone()
}

/// The code of an error.
fn code<T: std::fmt::Debug>(result: Result<T, crate::Error>) -> &'static str {
    result.unwrap_err().code()
}
