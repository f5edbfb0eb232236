//! Version ids.

use crate::hex;
use std::fmt;

/// A version of an object.
///
/// `order` sorts the versions of one key by age and is never reused for that key while a row of it
/// exists; `nonce` tells apart two incarnations of a key that happened to get the same order. On
/// the wire an id is 32 lower-case hex digits, or `null` for the null version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum VersionId {
    /// The version written while versioning was off or suspended.
    Null,
    /// A version written while versioning was enabled.
    Id {
        /// Nanoseconds since the epoch, made strictly increasing within a key.
        order: u64,
        /// Random bits.
        nonce: u64,
    },
}

/// The text is neither `null` nor an id that Larder ever gave out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidVersionId;

impl VersionId {
    /// Parses the wire form.
    pub fn parse(text: &str) -> Result<Self, InvalidVersionId> {
        if text == "null" {
            return Ok(Self::Null);
        }
        let bytes = hex::decode::<16>(text.as_bytes()).ok_or(InvalidVersionId)?;
        let (order, nonce) = bytes.split_at(8);
        let number = |b: &[u8]| b.iter().fold(0u64, |n, byte| (n << 8) | u64::from(*byte));
        Ok(Self::Id { order: number(order), nonce: number(nonce) })
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Id { order, nonce } => write!(f, "{order:016x}{nonce:016x}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::VersionId;

    #[test]
    fn wire_form() {
        let id = VersionId::Id { order: 0x0102_0304_0506_0708, nonce: u64::MAX };
        assert_eq!(id.to_string(), "0102030405060708ffffffffffffffff");
        assert_eq!(VersionId::parse(&id.to_string()), Ok(id));
        assert_eq!(VersionId::parse("null"), Ok(VersionId::Null));
        for bad in ["", "Null", "zz02030405060708ffffffffffffffff", "01"] {
            assert!(VersionId::parse(bad).is_err(), "{bad}");
        }
    }
}
