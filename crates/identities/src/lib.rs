//! What IAM promises about accounts, users, groups, roles, policies, access keys and sessions.
//!
//! Holds: their rows, IAM's rules and quotas, secrets sealed under the master key, the source of
//! access keys for whoever verifies signatures.
//! Never: HTTP, XML, the query APIs, a decision about a request.
//! Enter at: [`Identities`]; [`IdentityRef`] names whom an operation is about.

mod access_keys;
mod accounts;
mod aliases;
mod attachments;
mod aws_policies;
mod change;
mod document;
mod error;
mod identities;
mod ids;
mod key_source;
pub mod limits;
mod listing;
mod names;
mod oidc;
mod policies;
mod policy_cache;
mod rows;
mod seal;
mod session_keys;
mod session_token;
mod sessions;
mod store;

pub use access_keys::{AccessKeyStatus, NewAccessKey};
pub use accounts::{AccountOf, NewAccount};
pub use attachments::{EntityFilter, PolicyEntity};
pub use error::Error;
pub use identities::{IdentityRef, NewIdentity, UpdateIdentity};
pub use ids::{
    ACCESS_KEY_PREFIX, GROUP_ID_PREFIX, POLICY_ID_PREFIX, ROLE_ID_PREFIX, SESSION_KEY_PREFIX,
    USER_ID_PREFIX,
};
pub use listing::{Listing, Paging};
pub use oidc::NewOidcProvider;
pub use policies::{NewPolicy, PolicyFilter};
pub use rows::{
    AccessKeyRecord, AccountRecord, Counts, IdentityKind, IdentityRecord, IdentitySchema,
    InlinePolicy, KeyEntry, KeyUse, OidcProviderRecord, PolicyRecord, PolicyVersionRecord,
    RoleDetail, VersionEntry,
};
pub use seal::{Fingerprint, MASTER_KEY_BYTES, MasterKey, SealingKey};
pub use sessions::{Credentials, NewSession, SessionOf};
pub use store::{Identities, MasterKeyState};

#[cfg(test)]
mod tests;
