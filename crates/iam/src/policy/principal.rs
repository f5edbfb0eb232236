//! The Principal and NotPrincipal elements.

use super::Caller;
use crate::Principal;

/// Whom a statement names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct PrincipalElement {
    /// `NotPrincipal`
    pub not: bool,
    pub named: Vec<Named>,
}

/// One that is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Named {
    /// `*`
    Everyone,
    /// 12 digits, or the ARN of its root.
    Account(String),
    /// Any other ARN: of a user, a role or a session.
    Arn(String),
    /// The canonical user id of an account.
    CanonicalUser(String),
    /// A service.
    Service(String),
    /// An identity provider; only trust policies use it.
    Federated(String),
}

/// By which of its names a caller is named: what an Allow then passes by depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum NamedAs {
    /// By its account, which only delegates.
    Account,
    /// A session by its role, or a federated session by its user.
    Behind,
    /// By itself, or as one of everybody.
    Itself,
}

impl Named {
    /// Reads what stands for an AWS principal; `None` when it is none.
    pub(super) fn aws(text: &str) -> Option<Self> {
        if text == "*" {
            return Some(Self::Everyone);
        }
        if is_account_id(text) {
            return Some(Self::Account(text.to_owned()));
        }
        let parts: Vec<&str> = text.splitn(6, ':').collect();
        let ["arn", "aws", service @ ("iam" | "sts"), "", account, resource] = parts[..] else {
            return None;
        };
        if !is_account_id(account) || text.contains(['*', '?']) {
            return None;
        }
        let (kind, name) = resource.split_once('/').unwrap_or((resource, ""));
        match (service, kind, name.is_empty()) {
            ("iam", "root", true) => Some(Self::Account(account.to_owned())),
            ("iam", "user" | "role", false) | ("sts", "federated-user", false) => {
                Some(Self::Arn(text.to_owned()))
            }
            ("sts", "assumed-role", false) if name.contains('/') => {
                Some(Self::Arn(text.to_owned()))
            }
            _ => None,
        }
    }

    /// As what it names the caller, if it does.
    fn names(&self, caller: &Caller<'_>) -> Option<NamedAs> {
        let account = caller.principal.account();
        match self {
            Self::Everyone => Some(NamedAs::Itself),
            Self::Account(id) => (account?.id.as_str() == id).then_some(NamedAs::Account),
            Self::CanonicalUser(id) => {
                (account?.owner.canonical_id == *id).then_some(NamedAs::Account)
            }
            Self::Arn(arn) if *arn == caller.arn => Some(NamedAs::Itself),
            Self::Arn(arn) => {
                let behind = [&caller.role_arn, &caller.user_arn];
                behind.iter().any(|name| name.as_ref() == Some(arn)).then_some(NamedAs::Behind)
            }
            Self::Service(name) => {
                let is_it =
                    matches!(caller.principal, Principal::Service(_)) && caller.arn == *name;
                is_it.then_some(NamedAs::Itself)
            }
            Self::Federated(_) => None,
        }
    }
}

impl PrincipalElement {
    /// As what a statement with this element applies to the caller, if it does. Of a NotPrincipal
    /// this is about an Allow: whoever is named by any of its names is left out.
    pub(super) fn applies(&self, caller: &Caller<'_>) -> Option<NamedAs> {
        let named = self.named.iter().filter_map(|named| named.names(caller)).max();
        if !self.not {
            return named;
        }
        named.is_none().then_some(NamedAs::Itself)
    }

    /// Whether a NotPrincipal spares the caller its Deny: whoever is to be spared is listed with
    /// the account, and a session with its role, since each of them would be denied by itself.
    pub(super) fn spares(&self, caller: &Caller<'_>) -> bool {
        let named: Vec<NamedAs> =
            self.named.iter().filter_map(|named| named.names(caller)).collect();
        let has = |kind| named.contains(&kind);
        let whole = match caller.principal {
            Principal::AccountRoot(_) => has(NamedAs::Account),
            Principal::User(_) => has(NamedAs::Account) && has(NamedAs::Itself),
            Principal::RoleSession(_) => {
                has(NamedAs::Account) && has(NamedAs::Behind) && has(NamedAs::Itself)
            }
            Principal::FederatedSession(_) => {
                let user = caller.user_arn.is_none() || has(NamedAs::Behind);
                has(NamedAs::Account) && user && has(NamedAs::Itself)
            }
            Principal::Service(_) | Principal::Anonymous => has(NamedAs::Itself),
        };
        whole || self.named.contains(&Named::Everyone)
    }
}

fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}
