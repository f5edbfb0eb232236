//! Object keys.

use crate::limits::OBJECT_KEY_BYTES_MAX;
use std::fmt;

/// An object key: 1 to 1,024 bytes of UTF-8, any characters.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ObjectKey(String);

/// The key is empty or longer than [`OBJECT_KEY_BYTES_MAX`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InvalidObjectKey {
    /// The key has no bytes.
    Empty,
    /// The key is longer than the limit (S3: `KeyTooLongError`).
    TooLong,
}

impl ObjectKey {
    /// Checks the length.
    pub fn new(key: &str) -> Result<Self, InvalidObjectKey> {
        match key.len() {
            0 => Err(InvalidObjectKey::Empty),
            length if length > OBJECT_KEY_BYTES_MAX => Err(InvalidObjectKey::TooLong),
            _ => Ok(Self(key.to_owned())),
        }
    }

    /// The key as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The key's bytes; keys are ordered by these.
    pub fn as_bytes(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
