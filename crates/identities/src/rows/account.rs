//! The value of an account's row: `u8 format = 1, i64 created ms, owner (canonical user id, display
//! name), e-mail, u32 users, groups, roles, managed policies, OIDC providers, tagged fields: 1 the
//! root's access keys (id and i64 created ms each), 2 alias`.

use super::identity::{KeyEntry, key_entries, write_key_entries};
use super::{FORMAT, Record};
use bytes::Bytes;
use larder_storage::ROW_VALUE_BYTES_MAX;
use larder_storage::value::{Malformed, Reader, TooLong, UnknownFields, Writer, utf8};
use larder_types::{Owner, Timestamp};

const TAG_KEYS: u8 = 1;
const TAG_ALIAS: u8 = 2;

/// An account as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountRecord {
    /// The canonical user id and the name.
    pub owner: Owner,
    /// Where to reach its people; may be empty.
    pub email: String,
    /// When it was created.
    pub created: Timestamp,
    /// What it has.
    pub counts: Counts,
    /// The root's access keys. One without a row of its own is none.
    pub keys: Vec<KeyEntry>,
    /// Its alias.
    pub alias: Option<String>,
    /// Fields of newer versions.
    pub unknown: UnknownFields,
}

/// How many of each an account has.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Users.
    pub users: u32,
    /// Groups.
    pub groups: u32,
    /// Roles.
    pub roles: u32,
    /// Customer managed policies.
    pub policies: u32,
    /// OpenID Connect providers.
    pub oidc_providers: u32,
}

impl Counts {
    fn all_mut(&mut self) -> [&mut u32; 5] {
        let Self { users, groups, roles, policies, oidc_providers } = self;
        [users, groups, roles, policies, oidc_providers]
    }
}

impl Record for AccountRecord {
    fn encode(&self) -> Result<Bytes, TooLong> {
        let mut w = Writer::default();
        w.u8(FORMAT);
        w.i64(self.created.ms);
        w.owner(&self.owner);
        w.sized(self.email.as_bytes());
        self.counts.clone().all_mut().into_iter().for_each(|count| w.u32(*count));
        write_key_entries(&mut w, TAG_KEYS, &self.keys);
        if let Some(alias) = &self.alias {
            w.field(TAG_ALIAS, alias.as_bytes());
        }
        self.unknown.write(&mut w);
        w.finish(ROW_VALUE_BYTES_MAX)
    }

    fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(value);
        r.format(FORMAT)?;
        let mut account = Self {
            created: Timestamp { ms: r.i64()? },
            owner: r.owner()?,
            email: r.text()?.to_owned(),
            counts: Counts::default(),
            keys: Vec::new(),
            alias: None,
            unknown: UnknownFields::default(),
        };
        for count in account.counts.all_mut() {
            *count = r.u32()?;
        }
        while let Some((tag, field)) = r.field()? {
            match tag {
                TAG_KEYS => account.keys = key_entries(field)?,
                TAG_ALIAS => account.alias = Some(utf8(field.0)?.to_owned()),
                other => account.unknown.keep(other, field)?,
            }
        }
        Ok(account)
    }
}
