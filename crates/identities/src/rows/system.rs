//! The value of the row of the system's keys: `u8 format = 1, [8] fingerprint of the master key
//! that was in use when the row was first written, tagged fields: 1 a key of session tokens (u32
//! number, i64 created ms, u16 length and the key, sealed). As often as there are keys, oldest
//! first`.

use super::{FORMAT, Record};
use crate::seal::Fingerprint;
use bytes::Bytes;
use larder_storage::ROW_VALUE_BYTES_MAX;
use larder_storage::value::{Malformed, Reader, TooLong, UnknownFields, Writer};
use larder_types::Timestamp;
use std::fmt;

const TAG_SESSION_KEY: u8 = 1;

/// Which master key the store knows, and the keys under which session tokens are sealed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct SystemKeys {
    pub(crate) master: Fingerprint,
    pub(crate) session_keys: Vec<SessionKeyEntry>,
    pub(crate) unknown: UnknownFields,
}

/// A key under which session tokens are sealed. Not printed, though it is sealed itself.
#[derive(Clone, PartialEq, Eq)]
pub(crate) struct SessionKeyEntry {
    pub(crate) number: u32,
    pub(crate) created: Timestamp,
    pub(crate) sealed_key: Vec<u8>,
}

impl fmt::Debug for SessionKeyEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "(session key {})", self.number)
    }
}

impl Record for SystemKeys {
    fn encode(&self) -> Result<Bytes, TooLong> {
        let mut w = Writer::default();
        w.u8(FORMAT);
        w.raw(&self.master.0);
        for key in &self.session_keys {
            w.field_with(TAG_SESSION_KEY, |w| {
                w.u32(key.number);
                w.i64(key.created.ms);
                w.sized(&key.sealed_key);
            });
        }
        self.unknown.write(&mut w);
        w.finish(ROW_VALUE_BYTES_MAX)
    }

    fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(value);
        r.format(FORMAT)?;
        let mut keys = Self {
            master: Fingerprint(r.array()?),
            session_keys: Vec::new(),
            unknown: UnknownFields::default(),
        };
        while let Some((tag, mut field)) = r.field()? {
            match tag {
                TAG_SESSION_KEY => {
                    let (number, created) = (field.u32()?, Timestamp { ms: field.i64()? });
                    let sealed_key = field.sized()?.to_vec();
                    field.end()?;
                    keys.session_keys.push(SessionKeyEntry { number, created, sealed_key });
                }
                other => keys.unknown.keep(other, field)?,
            }
        }
        Ok(keys)
    }
}
