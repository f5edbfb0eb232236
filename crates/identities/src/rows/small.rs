//! Rows that say one thing.

use super::{FORMAT, IdentityKind, Record};
use bytes::Bytes;
use larder_storage::ROW_VALUE_BYTES_MAX;
use larder_storage::value::{Malformed, Reader, TooLong, UnknownFields, Writer};

/// A text: `u8 format = 1, text, tagged fields: none yet`. Of a membership and of an attachment it
/// is the name as it was given, of a look-up the account's id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) String);

/// The name of a unique id: `u8 format = 1, u8 kind (u, g, r), text, tagged fields: none yet`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct IdName {
    pub(crate) kind: IdentityKind,
    pub(crate) name: String,
}

impl Record for Text {
    fn encode(&self) -> Result<Bytes, TooLong> {
        let mut w = Writer::default();
        w.u8(FORMAT);
        w.sized(self.0.as_bytes());
        w.finish(ROW_VALUE_BYTES_MAX)
    }

    fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(value);
        r.format(FORMAT)?;
        let text = Self(r.text()?.to_owned());
        // The row is written whole each time: what is not known has nothing to be carried to.
        UnknownFields::read(&mut r)?;
        Ok(text)
    }
}

impl Record for IdName {
    fn encode(&self) -> Result<Bytes, TooLong> {
        let mut w = Writer::default();
        w.u8(FORMAT);
        w.u8(self.kind.letter());
        w.sized(self.name.as_bytes());
        w.finish(ROW_VALUE_BYTES_MAX)
    }

    fn decode(value: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(value);
        r.format(FORMAT)?;
        let kind = IdentityKind::from_letter(r.u8()?)
            .ok_or(Malformed("a unique id is of a kind that a newer version knows"))?;
        let name = r.text()?.to_owned();
        // As above.
        UnknownFields::read(&mut r)?;
        Ok(Self { kind, name })
    }
}
