//! The addresses of rows.

use super::IdentityKind;
use crate::names::folded;
use bytes::Bytes;
use larder_storage::{RowKey, RowKind, SpaceId};
use larder_types::AccountId;

/// What an attachment is used as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub(crate) enum PolicyUse {
    Permissions = 1,
    Boundary = 2,
}

/// A row that stands by its own key.
fn alone(prefix: &str, name: &str) -> RowKey {
    RowKey::new(SpaceId::SYSTEM, RowKind::Identity, [prefix, name].concat())
}

/// The row of an access key.
pub(crate) fn access_key(id: &str) -> RowKey {
    alone("k/", id)
}

/// The row that names the account of a canonical user id.
pub(crate) fn canonical_id(id: &str) -> RowKey {
    alone("c/", id)
}

/// The row that names the account of an e-mail address.
pub(crate) fn email(email: &str) -> RowKey {
    alone("e/", &email.to_lowercase())
}

/// The row that names the account of an alias.
pub(crate) fn alias(alias: &str) -> RowKey {
    alone("n/", alias)
}

/// The row of the keys that the system has.
pub(crate) fn system_keys() -> RowKey {
    alone("s/", "keys")
}

/// A row of an account.
pub(crate) fn of_account(account: &AccountId, suffix: Bytes) -> RowKey {
    let key = Bytes::copy_from_slice(account.as_str().as_bytes());
    RowKey::new(SpaceId::SYSTEM, RowKind::Identity, key).with_suffix(suffix)
}

/// The suffix of the account's own row.
pub(crate) fn account() -> Bytes {
    Bytes::from_static(b"a")
}

fn of(letter: u8, pieces: &[&[u8]]) -> Bytes {
    [&[letter][..], &pieces.concat()].concat().into()
}

/// The suffix of a user, group or role.
pub(crate) fn identity(kind: IdentityKind, name: &str) -> Bytes {
    of(kind.letter(), &[folded(name).as_bytes()])
}

/// What the suffixes of all users, groups or roles begin with.
pub(crate) fn identities(kind: IdentityKind) -> Bytes {
    of(kind.letter(), &[])
}

/// The suffix of the row that names a unique id.
pub(crate) fn id_name(id: &str) -> Bytes {
    of(b'i', &[id.as_bytes()])
}

/// What the suffixes of a group's members begin with.
pub(crate) fn members(group_id: &str) -> Bytes {
    of(b'm', &[group_id.as_bytes(), b"\0"])
}

/// The suffix of a user's membership.
pub(crate) fn member(group_id: &str, user: &str) -> Bytes {
    of(b'm', &[group_id.as_bytes(), b"\0", folded(user).as_bytes()])
}

/// The suffix of a managed policy.
pub(crate) fn policy(name: &str) -> Bytes {
    of(b'p', &[folded(name).as_bytes()])
}

/// What the suffixes of all managed policies begin with.
pub(crate) fn policies() -> Bytes {
    of(b'p', &[])
}

/// The suffix of a version of a managed policy.
pub(crate) fn policy_version(name: &str, number: u32) -> Bytes {
    of(b'v', &[folded(name).as_bytes(), b"\0", &number.to_be_bytes()])
}

/// What the suffixes of those who have a policy begin with. `policy` is a name, or for AWS's own
/// policies `:` and the name, which no name begins with.
pub(crate) fn attachments(policy: &str) -> Bytes {
    of(b't', &[folded(policy).as_bytes(), b"\0"])
}

/// The suffix of the row that says who has a policy.
pub(crate) fn attachment(
    policy: &str,
    used_as: PolicyUse,
    kind: IdentityKind,
    name: &str,
) -> Bytes {
    let how = [used_as as u8, kind.letter(), 0];
    of(b't', &[folded(policy).as_bytes(), b"\0", &how, folded(name).as_bytes()])
}

/// The suffix of an OpenID Connect provider.
pub(crate) fn oidc_provider(url: &str) -> Bytes {
    of(b'o', &[url.as_bytes()])
}

/// What the suffixes of all OpenID Connect providers begin with.
pub(crate) fn oidc_providers() -> Bytes {
    of(b'o', &[])
}
