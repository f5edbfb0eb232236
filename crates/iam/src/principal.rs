//! Who acts.

use crate::Account;
use crate::policy::Policy;
use std::fmt;
use std::sync::Arc;

/// Who acts, as IAM's policies and S3's events know them. A clone is one count of references more.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// The root of an account: whose keys the configuration names.
    AccountRoot(Arc<Account>),
    /// A user of an account.
    User(Arc<User>),
    /// A session of a role (AssumeRole).
    RoleSession(Arc<RoleSession>),
    /// A session of a user with rights of its own (GetFederationToken).
    FederatedSession(Arc<FederatedSession>),
    /// A part of the server that acts for itself, as its workers do.
    Service(ServicePrincipal),
    /// Nobody signed.
    Anonymous,
}

/// A policy by the name that an audit gives it.
#[derive(Clone)]
pub struct NamedPolicy {
    /// The ARN of a managed policy, the name of an inline one. One of a session that was written
    /// out has the empty name.
    pub name: String,
    /// What it says.
    pub policy: Arc<Policy>,
}

/// The policies that an identity has.
#[derive(Clone, Debug, Default)]
pub struct IdentityPolicies {
    /// Those of the identity itself and of the groups that it is in, inline and managed.
    pub policies: Vec<NamedPolicy>,
    /// Its permissions boundary. `None` when it has none; one that cannot be found is a policy that
    /// allows nothing, never `None`.
    pub boundary: Option<NamedPolicy>,
}

/// A user. Two are equal when they have the same id.
#[derive(Clone, Debug)]
pub struct User {
    /// The account it belongs to.
    pub account: Arc<Account>,
    /// Its path, which begins and ends with `/`.
    pub path: String,
    /// Its name.
    pub name: String,
    /// Its unique id, `AIDA...`: another user of the same name, made later, has another.
    pub id: String,
    /// Its tags, key and value.
    pub tags: Vec<(String, String)>,
    /// What it may do.
    pub policies: Arc<IdentityPolicies>,
}

/// A session of a role. Two are equal when the role has the same id and they have the same name.
#[derive(Clone, Debug)]
pub struct RoleSession {
    /// The account that the role belongs to.
    pub account: Arc<Account>,
    /// The path of the role, which begins and ends with `/`.
    pub role_path: String,
    /// The role's name, without its path.
    pub role: String,
    /// The role's unique id, `AROA...`.
    pub role_id: String,
    /// The session's name, which who assumed the role chose.
    pub name: String,
    /// The tags of the session, over those of the role: key and value.
    pub tags: Vec<(String, String)>,
    /// Who stands behind the session, as it said when it assumed the first role of a chain.
    pub source_identity: Option<String>,
    /// What the role may do.
    pub policies: Arc<IdentityPolicies>,
    /// What the session may do of it; empty: all.
    pub session_policies: Vec<NamedPolicy>,
}

/// A federated session. Two are equal when they are of the same account and user and have the same
/// name.
#[derive(Clone, Debug)]
pub struct FederatedSession {
    /// The account that the session acts in.
    pub account: Arc<Account>,
    /// The user who asked for it; `None` when the root did.
    pub user: Option<Arc<User>>,
    /// Its name, which who asked for it chose.
    pub name: String,
    /// The tags of the session: key and value.
    pub tags: Vec<(String, String)>,
    /// What the session may do of what its user may; empty: nothing.
    pub session_policies: Vec<NamedPolicy>,
}

impl fmt::Debug for NamedPolicy {
    /// The name: principals are printed, and what a policy says is long.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", self.name)
    }
}

impl PartialEq for User {
    fn eq(&self, other: &Self) -> bool {
        self.id == other.id && self.account.id == other.account.id
    }
}

impl Eq for User {}

impl PartialEq for RoleSession {
    fn eq(&self, other: &Self) -> bool {
        self.role_id == other.role_id
            && self.name == other.name
            && self.account.id == other.account.id
    }
}

impl Eq for RoleSession {}

impl PartialEq for FederatedSession {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name && self.user == other.user && self.account.id == other.account.id
    }
}

impl Eq for FederatedSession {}

impl RoleSession {
    /// The ARN of the role, with its path.
    pub fn role_arn(&self) -> String {
        format!("arn:aws:iam::{}:role{}{}", self.account.id, self.role_path, self.role)
    }
}

/// A part of the server that acts for itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct ServicePrincipal(&'static str);

impl ServicePrincipal {
    /// The worker of this name, as the registry of workers has it.
    pub const fn worker(name: &'static str) -> Self {
        Self(name)
    }
}

impl fmt::Display for ServicePrincipal {
    /// As a policy's `Service` element names it: `gc.larder`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.larder", self.0)
    }
}

impl Principal {
    /// The account it belongs to. Services and whoever is anonymous have none.
    pub fn account(&self) -> Option<&Arc<Account>> {
        match self {
            Self::AccountRoot(account) => Some(account),
            Self::User(user) => Some(&user.account),
            Self::RoleSession(session) => Some(&session.account),
            Self::FederatedSession(session) => Some(&session.account),
            Self::Service(_) | Self::Anonymous => None,
        }
    }
}

impl fmt::Display for Principal {
    /// The ARN; of a service its name, of nobody `anonymous`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::AccountRoot(account) => write!(f, "arn:aws:iam::{}:root", account.id),
            Self::User(user) => {
                write!(f, "arn:aws:iam::{}:user{}{}", user.account.id, user.path, user.name)
            }
            Self::RoleSession(session) => {
                let (account, role) = (&session.account.id, &session.role);
                write!(f, "arn:aws:sts::{account}:assumed-role/{role}/{}", session.name)
            }
            Self::FederatedSession(session) => {
                let account = &session.account.id;
                write!(f, "arn:aws:sts::{account}:federated-user/{}", session.name)
            }
            Self::Service(service) => service.fmt(f),
            Self::Anonymous => f.write_str("anonymous"),
        }
    }
}
