//! The value of an access key's row: `u8 format = 1, u8 status (0 inactive, 1 active), account id,
//! unique id of the user (empty: the root; texts), i64 created ms, sealed secret (u16 length,
//! bytes), tagged fields: 1 last use (i64 ms, service, region)`.

use super::{FORMAT, Record, account_id};
use bytes::Bytes;
use larder_storage::ROW_VALUE_BYTES_MAX;
use larder_storage::value::{Malformed, Reader, TooLong, UnknownFields, Writer};
use larder_types::{AccountId, Timestamp};
use std::fmt;

const TAG_LAST_USE: u8 = 1;

/// An access key as its row says. Its secret is sealed, and not printed even so.
#[derive(Clone, PartialEq, Eq)]
pub struct AccessKeyRecord {
    /// Whether it signs.
    pub is_active: bool,
    /// The account.
    pub account: AccountId,
    /// The unique id of its user; `None`: the root's.
    pub user_id: Option<String>,
    /// When it was created.
    pub created: Timestamp,
    /// The secret, sealed under the master key.
    pub sealed_secret: Vec<u8>,
    /// When it was last seen to sign, as of the last time that this was noted.
    pub last_use: Option<KeyUse>,
    /// Fields of newer versions.
    pub unknown: UnknownFields,
}

/// A use of an access key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyUse {
    /// When.
    pub at: Timestamp,
    /// The service of the signature's scope: `s3`.
    pub service: String,
    /// The region of the signature's scope.
    pub region: String,
}

impl fmt::Debug for AccessKeyRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AccessKeyRecord")
            .field("is_active", &self.is_active)
            .field("account", &self.account)
            .field("user_id", &self.user_id)
            .field("created", &self.created)
            .field("last_use", &self.last_use)
            .finish_non_exhaustive()
    }
}

impl Record for AccessKeyRecord {
    fn encode(&self) -> Result<Bytes, TooLong> {
        let mut w = Writer::default();
        w.u8(FORMAT);
        w.u8(self.is_active.into());
        w.sized(self.account.as_str().as_bytes());
        w.sized(self.user_id.as_deref().unwrap_or_default().as_bytes());
        w.i64(self.created.ms);
        w.sized(&self.sealed_secret);
        if let Some(last) = &self.last_use {
            w.field_with(TAG_LAST_USE, |w| {
                w.i64(last.at.ms);
                w.sized(last.service.as_bytes());
                w.sized(last.region.as_bytes());
            });
        }
        self.unknown.write(&mut w);
        w.finish(ROW_VALUE_BYTES_MAX)
    }

    fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(value);
        r.format(FORMAT)?;
        let is_active = match r.u8()? {
            0 => false,
            1 => true,
            _ => return Err(Malformed("an access key has a status of a newer version")),
        };
        let mut key = Self {
            is_active,
            account: account_id(&mut r)?,
            user_id: Some(r.text()?.to_owned()).filter(|id| !id.is_empty()),
            created: Timestamp { ms: r.i64()? },
            sealed_secret: r.sized()?.to_vec(),
            last_use: None,
            unknown: UnknownFields::default(),
        };
        while let Some((tag, mut field)) = r.field()? {
            match tag {
                TAG_LAST_USE => {
                    let at = Timestamp { ms: field.i64()? };
                    let (service, region) = (field.text()?.to_owned(), field.text()?.to_owned());
                    field.end()?;
                    key.last_use = Some(KeyUse { at, service, region });
                }
                other => key.unknown.keep(other, field)?,
            }
        }
        Ok(key)
    }
}
