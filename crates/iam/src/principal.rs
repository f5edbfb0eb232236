//! Who acts.

use crate::Account;
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

/// A user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct User {
    /// The account it belongs to.
    pub account: Arc<Account>,
    /// Its path, which begins and ends with `/`.
    pub path: String,
    /// Its name.
    pub name: String,
}

/// A session of a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleSession {
    /// The account that the role belongs to.
    pub account: Arc<Account>,
    /// The path of the role, which begins and ends with `/`.
    pub role_path: String,
    /// The role's name, without its path.
    pub role: String,
    /// The session's name, which who assumed the role chose.
    pub name: String,
}

/// A federated session.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FederatedSession {
    /// The account that the session acts in.
    pub account: Arc<Account>,
    /// The user who asked for it; `None` when the root did.
    pub user: Option<Arc<User>>,
    /// Its name, which who asked for it chose.
    pub name: String,
}

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
