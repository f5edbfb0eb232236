//! The value of the rows of users, groups and roles: `u8 format = 1, name, path, unique id (texts),
//! i64 created ms, tagged fields`:
//!
//! ```text
//! 1     tags: key and value, each a text
//! 2     an inline policy: name, document (texts). As often as there are policies
//! 3     ARNs of the managed policies that are attached, each a text
//! 4     of a user: ids of the groups that it is in, each a text
//! 5     of a user: its access keys: id (text), i64 created ms
//! 6     of a role: description
//! 7     of a group: u32 members
//! 0x80  ARN of the permissions boundary. Critical: it may be what forbids
//! 0x81  of a role, always: u32 longest session in seconds, trust policy (text). Critical
//! ```

use super::{FORMAT, Record, texts, write_pairs, write_texts};
use crate::ids;
use crate::limits;
use bytes::Bytes;
use larder_storage::ROW_VALUE_BYTES_MAX;
use larder_storage::value::{Malformed, Reader, TooLong, UnknownFields, Writer, utf8};
use larder_types::{AccountId, Timestamp};

const TAG_TAGS: u8 = 1;
const TAG_INLINE: u8 = 2;
const TAG_ATTACHED: u8 = 3;
const TAG_GROUPS: u8 = 4;
const TAG_KEYS: u8 = 5;
const TAG_DESCRIPTION: u8 = 6;
const TAG_MEMBERS: u8 = 7;
const TAG_BOUNDARY: u8 = 0x80;
const TAG_ROLE: u8 = 0x81;

/// What has policies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IdentityKind {
    /// A user.
    User,
    /// A group of users.
    Group,
    /// A role.
    Role,
}

/// A user, group or role as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IdentityRecord {
    /// Its name, as it was given.
    pub name: String,
    /// Its path, which begins and ends with `/`.
    pub path: String,
    /// Its unique id.
    pub id: String,
    /// When it was created.
    pub created: Timestamp,
    /// Its tags, key and value; a group has none.
    pub tags: Vec<(String, String)>,
    /// The ARN of its permissions boundary; a group has none.
    pub boundary: Option<String>,
    /// Its inline policies, by name.
    pub inline: Vec<InlinePolicy>,
    /// The ARNs of the managed policies that are attached to it.
    pub attached: Vec<String>,
    /// Of a user: the ids of the groups that it is in.
    pub groups: Vec<String>,
    /// Of a user: its access keys. One without a row of its own is none.
    pub keys: Vec<KeyEntry>,
    /// Of a group: how many users are in it.
    pub members: u32,
    /// Of a role: what a role has besides.
    pub role: Option<RoleDetail>,
    /// Fields of newer versions.
    pub unknown: UnknownFields,
}

/// A policy that is written into an identity.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InlinePolicy {
    /// Its name.
    pub name: String,
    /// The document.
    pub document: String,
}

/// An access key in the list of whom it belongs to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyEntry {
    /// Its id.
    pub id: String,
    /// When it was put into the list.
    pub created: Timestamp,
}

/// What a role has besides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleDetail {
    /// Who may assume it: a trust policy.
    pub trust_policy: String,
    /// Longest session in seconds.
    pub max_session_s: u32,
    /// Description.
    pub description: Option<String>,
}

impl IdentityKind {
    /// Every kind, in the order of their letters in addresses.
    pub const ALL: [Self; 3] = [Self::User, Self::Group, Self::Role];

    pub(crate) fn letter(self) -> u8 {
        match self {
            Self::User => b'u',
            Self::Group => b'g',
            Self::Role => b'r',
        }
    }

    pub(crate) fn from_letter(letter: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.letter() == letter)
    }

    /// As ARNs and messages name it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
        }
    }

    /// The parameter of its name in the API.
    pub(crate) fn name_field(self) -> &'static str {
        match self {
            Self::User => "userName",
            Self::Group => "groupName",
            Self::Role => "roleName",
        }
    }

    pub(crate) fn id_prefix(self) -> &'static str {
        match self {
            Self::User => ids::USER_ID_PREFIX,
            Self::Group => ids::GROUP_ID_PREFIX,
            Self::Role => ids::ROLE_ID_PREFIX,
        }
    }

    pub(crate) fn name_chars_max(self) -> usize {
        match self {
            Self::User | Self::Role => limits::NAME_CHARS_MAX,
            Self::Group => limits::LONG_NAME_CHARS_MAX,
        }
    }

    pub(crate) fn inline_chars_max(self) -> usize {
        match self {
            Self::User => limits::USER_INLINE_CHARS_MAX,
            Self::Group => limits::GROUP_INLINE_CHARS_MAX,
            Self::Role => limits::ROLE_INLINE_CHARS_MAX,
        }
    }
}

impl IdentityRecord {
    /// The ARN, as the identity of this kind and account.
    pub fn arn(&self, kind: IdentityKind, account: &AccountId) -> String {
        format!("arn:aws:iam::{account}:{}{}{}", kind.as_str(), self.path, self.name)
    }
}

impl Record for IdentityRecord {
    fn encode(&self) -> Result<Bytes, TooLong> {
        let mut w = Writer::default();
        w.u8(FORMAT);
        [&self.name, &self.path, &self.id].into_iter().for_each(|text| w.sized(text.as_bytes()));
        w.i64(self.created.ms);
        write_pairs(&mut w, TAG_TAGS, &self.tags);
        for policy in &self.inline {
            w.field_with(TAG_INLINE, |w| {
                w.sized(policy.name.as_bytes());
                w.sized(policy.document.as_bytes());
            });
        }
        write_texts(&mut w, TAG_ATTACHED, &self.attached);
        write_texts(&mut w, TAG_GROUPS, &self.groups);
        write_key_entries(&mut w, TAG_KEYS, &self.keys);
        if let Some(description) = self.role.as_ref().and_then(|role| role.description.as_ref()) {
            w.field(TAG_DESCRIPTION, description.as_bytes());
        }
        if self.members > 0 {
            w.field_with(TAG_MEMBERS, |w| w.u32(self.members));
        }
        if let Some(boundary) = &self.boundary {
            w.field(TAG_BOUNDARY, boundary.as_bytes());
        }
        if let Some(role) = &self.role {
            w.field_with(TAG_ROLE, |w| {
                w.u32(role.max_session_s);
                w.sized(role.trust_policy.as_bytes());
            });
        }
        self.unknown.write(&mut w);
        w.finish(ROW_VALUE_BYTES_MAX)
    }

    fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(value);
        r.format(FORMAT)?;
        let mut text = || Ok::<_, Malformed>(r.text()?.to_owned());
        let (name, path, id) = (text()?, text()?, text()?);
        let mut identity = Self::new(&name, &path, id, Timestamp { ms: r.i64()? });
        let mut description = None;
        while let Some((tag, mut field)) = r.field()? {
            match tag {
                TAG_TAGS => identity.tags = field.pairs()?,
                TAG_INLINE => {
                    let (name, document) = (field.text()?.to_owned(), field.text()?.to_owned());
                    field.end()?;
                    identity.inline.push(InlinePolicy { name, document });
                }
                TAG_ATTACHED => identity.attached = texts(field)?,
                TAG_GROUPS => identity.groups = texts(field)?,
                TAG_KEYS => identity.keys = key_entries(field)?,
                TAG_DESCRIPTION => description = Some(utf8(field.0)?.to_owned()),
                TAG_MEMBERS => {
                    identity.members = field.u32()?;
                    field.end()?;
                }
                TAG_BOUNDARY => identity.boundary = Some(utf8(field.0)?.to_owned()),
                TAG_ROLE => {
                    let max_session_s = field.u32()?;
                    let trust_policy = field.text()?.to_owned();
                    field.end()?;
                    let detail = RoleDetail { trust_policy, max_session_s, description: None };
                    identity.role = Some(detail);
                }
                other => identity.unknown.keep(other, field)?,
            }
        }
        if let Some(role) = &mut identity.role {
            role.description = description;
        }
        Ok(identity)
    }
}

impl IdentityRecord {
    /// An identity that has nothing yet.
    pub(crate) fn new(name: &str, path: &str, id: String, created: Timestamp) -> Self {
        Self {
            name: name.to_owned(),
            path: path.to_owned(),
            id,
            created,
            tags: Vec::new(),
            boundary: None,
            inline: Vec::new(),
            attached: Vec::new(),
            groups: Vec::new(),
            keys: Vec::new(),
            members: 0,
            role: None,
            unknown: UnknownFields::default(),
        }
    }
}

pub(super) fn write_key_entries(w: &mut Writer, tag: u8, keys: &[KeyEntry]) {
    if !keys.is_empty() {
        w.field_with(tag, |w| {
            for key in keys {
                w.sized(key.id.as_bytes());
                w.i64(key.created.ms);
            }
        });
    }
}

pub(super) fn key_entries(mut field: Reader<'_>) -> Result<Vec<KeyEntry>, Malformed> {
    let mut keys = Vec::new();
    while !field.0.is_empty() {
        let id = field.text()?.to_owned();
        keys.push(KeyEntry { id, created: Timestamp { ms: field.i64()? } });
    }
    Ok(keys)
}
