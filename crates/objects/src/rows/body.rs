//! The value of Body rows: `u8 format = 1, tagged fields: none yet`. The payload is the body.

use crate::rows::fields::{Malformed, Reader, UnknownFields};

/// The value as it is written.
pub(crate) const VALUE: &[u8] = &[FORMAT];
const FORMAT: u8 = 1;

/// Fails when the row needs a newer version to be read.
pub(crate) fn check(value: &[u8]) -> Result<(), Malformed> {
    let mut r = Reader(value);
    r.format(FORMAT)?;
    // The row is never written again: what is not known has nothing to be carried to.
    UnknownFields::read(&mut r).map(drop)
}
