//! The rows that this room writes, all of kind Identity in the system space.
//!
//! | row | key | suffix | value |
//! |---|---|---|---|
//! | account | account id | `a` | [`AccountRecord`] |
//! | user, group, role | account id | `u`, `g`, `r` and the name | [`IdentityRecord`] |
//! | name of a unique id | account id | `i` and the id | [`IdName`] |
//! | user in a group | account id | `m`, the group's id, 00, the user's name | a text |
//! | managed policy | account id | `p` and the name | [`PolicyRecord`] |
//! | version of it | account id | `v`, its name, 00, u32 number | [`PolicyVersionRecord`] |
//! | who has a policy | account id | `t`, the policy, 00, use, kind, 00, name | a text |
//! | OIDC provider | account id | `o` and the URL | [`OidcProviderRecord`] |
//! | access key | `k/` and its id | | [`AccessKeyRecord`] |
//! | account of a canonical id | `c/` and the id | | a text |
//! | account of an e-mail address | `e/` and the address | | a text |
//! | account of an alias | `n/` and the alias | | a text |
//! | master key and keys of sessions | `s/keys` | | [`SystemKeys`] |
//!
//! All rows of an account have one key, so that a change of it is one commit. Names in suffixes are
//! folded to lower case, because IAM's are unique without regard to case; the values have them as
//! they were given. No account id begins with a letter: the other keys cannot be one.

mod access_key;
mod account;
pub(crate) mod address;
mod identity;
mod oidc;
mod policy;
mod schema;
mod small;
mod system;

pub use access_key::{AccessKeyRecord, KeyUse};
pub use account::{AccountRecord, Counts};
pub use identity::{IdentityKind, IdentityRecord, InlinePolicy, KeyEntry, RoleDetail};
pub use oidc::OidcProviderRecord;
pub use policy::{PolicyRecord, PolicyVersionRecord, VersionEntry};
pub use schema::IdentitySchema;
pub(crate) use small::{IdName, Text};
pub(crate) use system::{SessionKeyEntry, SystemKeys};

use bytes::Bytes;
use larder_storage::value::{Malformed, Reader, TooLong, Writer};
use larder_types::AccountId;

/// Version of every value's format.
pub(crate) const FORMAT: u8 = 1;

/// What a row holds.
pub(crate) trait Record: Sized {
    /// The value.
    fn encode(&self) -> Result<Bytes, TooLong>;

    /// Reads a value.
    fn decode(value: &[u8]) -> Result<Self, Malformed>;
}

/// The texts that fill a field.
fn texts(mut field: Reader<'_>) -> Result<Vec<String>, Malformed> {
    let mut texts = Vec::new();
    while !field.0.is_empty() {
        texts.push(field.text()?.to_owned());
    }
    Ok(texts)
}

fn write_texts(w: &mut Writer, tag: u8, texts: &[String]) {
    if !texts.is_empty() {
        w.field_with(tag, |w| texts.iter().for_each(|text| w.sized(text.as_bytes())));
    }
}

fn write_pairs(w: &mut Writer, tag: u8, pairs: &[(String, String)]) {
    if !pairs.is_empty() {
        let pairs = pairs.iter().map(|(key, value)| (key.as_str(), value.as_str()));
        w.field_with(tag, |w| w.pairs(pairs));
    }
}

fn account_id(r: &mut Reader<'_>) -> Result<AccountId, Malformed> {
    AccountId::new(r.text()?).map_err(|_| Malformed("an account id is not 12 digits"))
}

#[cfg(test)]
mod tests;
