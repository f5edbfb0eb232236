//! Grants as they are stored.
//!
//! `u8 format = 1`, then for each grant `u8 permission, u8 grantee`: 0 an account (u8 length and
//! canonical id, u8 length and display name), 1 all users, 2 authenticated users, 3 log delivery.

use super::{Grant, Grantee, Group, Permission};
use larder_types::Owner;

const FORMAT: u8 = 1;
/// Longest canonical id and longest display name that are stored, in bytes.
const NAME_BYTES_MAX: usize = 96;
/// Most bytes of a grant.
pub(super) const GRANT_BYTES_MAX: usize = 2 + 2 * (1 + NAME_BYTES_MAX);

/// Bytes that are no stored grants of this version.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MalformedGrants;

impl Grant {
    /// The grants as they are stored. A display name that is too long is left out: it says nothing
    /// that the id does not.
    pub fn encode_all(grants: &[Self]) -> Vec<u8> {
        let mut out = vec![FORMAT];
        for grant in grants {
            out.push(grant.permission as u8);
            match &grant.grantee {
                Grantee::Group(group) => out.push(1 + *group as u8),
                Grantee::Account(account) => {
                    out.push(0);
                    let name = Some(&account.display_name).filter(|n| n.len() <= NAME_BYTES_MAX);
                    sized(&mut out, account.canonical_id.as_bytes());
                    sized(&mut out, name.map_or(&[], |name| name.as_bytes()));
                }
            }
        }
        out
    }

    /// Reads stored grants.
    pub fn decode_all(bytes: &[u8]) -> Result<Vec<Self>, MalformedGrants> {
        let mut rest = bytes;
        if take(&mut rest, 1)? != [FORMAT] {
            return Err(MalformedGrants);
        }
        let mut grants = Vec::new();
        while !rest.is_empty() {
            let head = take(&mut rest, 2)?;
            let permission = Permission::ALL.get(usize::from(head[0])).ok_or(MalformedGrants)?.0;
            let grantee = match usize::from(head[1]) {
                0 => Grantee::Account(Owner {
                    canonical_id: text(&mut rest)?,
                    display_name: text(&mut rest)?,
                }),
                group => Grantee::Group(Group::ALL.get(group - 1).ok_or(MalformedGrants)?.0),
            };
            grants.push(Grant { grantee, permission });
        }
        Ok(grants)
    }

    /// Whether the grantee's id is short enough to be stored.
    pub fn fits(&self) -> bool {
        match &self.grantee {
            Grantee::Account(account) => account.canonical_id.len() <= NAME_BYTES_MAX,
            Grantee::Group(_) => true,
        }
    }
}

fn sized(out: &mut Vec<u8>, bytes: &[u8]) {
    let length = u8::try_from(bytes.len()).expect("names are bounded where grants are made");
    out.push(length);
    out.extend_from_slice(bytes);
}

fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], MalformedGrants> {
    let (taken, left) = rest.split_at_checked(length).ok_or(MalformedGrants)?;
    *rest = left;
    Ok(taken)
}

fn text(rest: &mut &[u8]) -> Result<String, MalformedGrants> {
    let length = usize::from(take(rest, 1)?[0]);
    if length > NAME_BYTES_MAX {
        return Err(MalformedGrants);
    }
    let bytes = take(rest, length)?;
    String::from_utf8(bytes.to_vec()).map_err(|_| MalformedGrants)
}
