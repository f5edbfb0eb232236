//! The values of the rows of managed policies and their versions.
//!
//! ```text
//! policy   u8 format = 1, name, path, unique id (texts), i64 created ms, i64 updated ms,
//!          u32 number of the default version, u32 number of the next version, u32 attachments,
//!          u32 uses as a boundary, tagged fields: 1 tags, 2 description, 3 versions (u32 number,
//!          i64 created ms)
//! version  u8 format = 1, u16 length and the document, tagged fields: none yet
//! ```

use super::{FORMAT, Record, write_pairs};
use bytes::Bytes;
use larder_storage::ROW_VALUE_BYTES_MAX;
use larder_storage::value::{Malformed, Reader, TooLong, UnknownFields, Writer, utf8};
use larder_types::{AccountId, Timestamp};

const TAG_TAGS: u8 = 1;
const TAG_DESCRIPTION: u8 = 2;
const TAG_VERSIONS: u8 = 3;

/// A customer managed policy as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyRecord {
    /// Its name, as it was given.
    pub name: String,
    /// Its path, which begins and ends with `/`.
    pub path: String,
    /// Its unique id.
    pub id: String,
    /// When it was created.
    pub created: Timestamp,
    /// When its default version was last made or chosen.
    pub updated: Timestamp,
    /// Number of the version that is in effect: `v3` has 3.
    pub default_version: u32,
    /// Number of the next version; no number is used twice.
    pub next_version: u32,
    /// To how many users, groups and roles it is attached.
    pub attachments: u32,
    /// Of how many users and roles it is the permissions boundary.
    pub boundary_uses: u32,
    /// Its tags, key and value.
    pub tags: Vec<(String, String)>,
    /// Description.
    pub description: Option<String>,
    /// Its versions, oldest first.
    pub versions: Vec<VersionEntry>,
    /// Fields of newer versions.
    pub unknown: UnknownFields,
}

/// A version in the list of its policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct VersionEntry {
    /// Its number.
    pub number: u32,
    /// When it was created.
    pub created: Timestamp,
}

/// A version of a managed policy as its row says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyVersionRecord {
    /// The document.
    pub document: String,
}

impl PolicyRecord {
    /// The ARN in this account.
    pub fn arn(&self, account: &AccountId) -> String {
        format!("arn:aws:iam::{account}:policy{}{}", self.path, self.name)
    }
}

impl Record for PolicyRecord {
    fn encode(&self) -> Result<Bytes, TooLong> {
        let mut w = Writer::default();
        w.u8(FORMAT);
        [&self.name, &self.path, &self.id].into_iter().for_each(|text| w.sized(text.as_bytes()));
        w.i64(self.created.ms);
        w.i64(self.updated.ms);
        let numbers =
            [self.default_version, self.next_version, self.attachments, self.boundary_uses];
        numbers.into_iter().for_each(|number| w.u32(number));
        write_pairs(&mut w, TAG_TAGS, &self.tags);
        if let Some(description) = &self.description {
            w.field(TAG_DESCRIPTION, description.as_bytes());
        }
        w.field_with(TAG_VERSIONS, |w| {
            for version in &self.versions {
                w.u32(version.number);
                w.i64(version.created.ms);
            }
        });
        self.unknown.write(&mut w);
        w.finish(ROW_VALUE_BYTES_MAX)
    }

    fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(value);
        r.format(FORMAT)?;
        let mut policy = Self {
            name: r.text()?.to_owned(),
            path: r.text()?.to_owned(),
            id: r.text()?.to_owned(),
            created: Timestamp { ms: r.i64()? },
            updated: Timestamp { ms: r.i64()? },
            default_version: r.u32()?,
            next_version: r.u32()?,
            attachments: r.u32()?,
            boundary_uses: r.u32()?,
            tags: Vec::new(),
            description: None,
            versions: Vec::new(),
            unknown: UnknownFields::default(),
        };
        while let Some((tag, mut field)) = r.field()? {
            match tag {
                TAG_TAGS => policy.tags = field.pairs()?,
                TAG_DESCRIPTION => policy.description = Some(utf8(field.0)?.to_owned()),
                TAG_VERSIONS => {
                    while !field.0.is_empty() {
                        let number = field.u32()?;
                        let created = Timestamp { ms: field.i64()? };
                        policy.versions.push(VersionEntry { number, created });
                    }
                }
                other => policy.unknown.keep(other, field)?,
            }
        }
        Ok(policy)
    }
}

impl Record for PolicyVersionRecord {
    fn encode(&self) -> Result<Bytes, TooLong> {
        let mut w = Writer::default();
        w.u8(FORMAT);
        w.sized(self.document.as_bytes());
        w.finish(ROW_VALUE_BYTES_MAX)
    }

    fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(value);
        r.format(FORMAT)?;
        let document = r.text()?.to_owned();
        // A version never changes: its row is not written again.
        UnknownFields::read(&mut r)?;
        Ok(Self { document })
    }
}
