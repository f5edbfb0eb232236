//! Who acts, and whether they may.
//!
//! Holds: accounts as the configuration names them, principals, access keys and the cache before
//! their source, resources, the facts of a request, the rules that decide, policies, access control
//! lists.
//! Never: HTTP, storage, waiting for a decision.
//! Enter at: [`KeyCache`] for who signs, [`Rules`] for whether they may, [`policy::evaluate`] for
//! what policies say.

mod accounts;
pub mod acl;
mod audit;
mod context;
mod key_cache;
pub mod policy;
mod policy_rules;
mod principal;
mod resource;
mod rules;

pub use accounts::{
    ACCESS_KEY_BYTES_MAX, AccessKey, Account, Accounts, InvalidAccounts, SECRET_KEY_BYTES_MIN,
    SecretKey, SessionInfo,
};
pub use audit::{Audit, AuditError, Authorisation, Explanation, Reason};
pub use context::{Context, RequestValues, Signature, SignatureVersion};
pub use key_cache::{
    AccountName, Found, KEY_STALE_NS_MAX, KEYS_CACHED_MAX, KeyCache, KeySource, KeySourceError,
    KeyUse, Noted, Opened, PresentedToken, SessionError,
};
pub use policy_rules::{PolicyRules, RoleTrust};
pub use principal::{
    FederatedSession, IdentityPolicies, NamedPolicy, Principal, RoleSession, ServicePrincipal, User,
};
pub use resource::{
    BucketAcls, BucketResource, Existing, ExistingObject, ObjectResource, Resource,
};
pub use rules::{Action, Decision, Request, Rules};

#[cfg(test)]
mod tests;
