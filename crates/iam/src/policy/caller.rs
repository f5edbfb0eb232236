//! Who asks, by all the names that a policy may give them.

use crate::Principal;
use larder_types::AccountId;

/// A principal and its names. Made once for a request.
#[derive(Clone, Debug)]
pub struct Caller<'a> {
    /// The principal.
    pub principal: &'a Principal,
    /// Its own ARN; a service's name; `anonymous`.
    pub(super) arn: String,
    /// The ARN of the role that a session is of.
    pub(super) role_arn: Option<String>,
    /// The ARN of the user who asked for a federated session.
    pub(super) user_arn: Option<String>,
}

impl<'a> Caller<'a> {
    /// The names of a principal.
    pub fn new(principal: &'a Principal) -> Self {
        let (mut role_arn, mut user_arn) = (None, None);
        match principal {
            Principal::RoleSession(session) => role_arn = Some(session.role_arn()),
            Principal::FederatedSession(session) => {
                user_arn = session.user.as_ref().map(|user| Principal::User(user.clone()));
            }
            Principal::AccountRoot(_)
            | Principal::User(_)
            | Principal::Service(_)
            | Principal::Anonymous => {}
        }
        let user_arn = user_arn.map(|user| user.to_string());
        Self { principal, arn: principal.to_string(), role_arn, user_arn }
    }

    /// The account; services and whoever is anonymous have none.
    pub fn account(&self) -> Option<&'a AccountId> {
        self.principal.account().map(|account| &account.id)
    }

    /// The canonical user id of the account; services and whoever is anonymous have none.
    pub fn canonical_id(&self) -> Option<&'a str> {
        self.principal.account().map(|account| account.owner.canonical_id.as_str())
    }

    /// Whether it is the root of an account.
    pub fn is_root(&self) -> bool {
        matches!(self.principal, Principal::AccountRoot(_))
    }

    /// What `aws:PrincipalArn` says: of a role's session the role's ARN. Services and whoever is
    /// anonymous have none.
    pub fn principal_arn(&self) -> Option<&str> {
        self.account()?;
        Some(self.role_arn.as_deref().unwrap_or(&self.arn))
    }
}
