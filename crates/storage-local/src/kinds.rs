//! Rows of kinds that this version does not know: a newer version wrote them. They are refused
//! whole, at the start and by every tool, because to go on without them would be to lose what they
//! say, and to carry them along unread would break what they promise.

use crate::index::{Index, IndexError};
use larder_storage::{Moment, RowKind};
use std::fmt;

/// Behind every moment there can be.
pub(crate) const LATEST: Moment = Moment(u64::MAX >> 8);
/// The first byte of the engine's own rows.
const INTERNAL: u8 = 0;

/// Fails when the index, brought up to the journal, holds a row of a kind that this version does
/// not know. Costs one seek for each run of free codes, not a walk over the rows.
pub fn refuse_unknown(index: &dyn Index) -> Result<(), Unreadable> {
    match first_unknown(index).map_err(Unreadable::Index)? {
        None => Ok(()),
        Some(code) => Err(Unreadable::Kind(code)),
    }
}

/// Why rows cannot be read.
#[derive(Debug)]
pub enum Unreadable {
    /// The index failed.
    Index(IndexError),
    /// There are rows of this kind.
    Kind(u8),
}

impl fmt::Display for Unreadable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Index(error) => f.write_str(&error.0),
            Self::Kind(code) => write!(
                f,
                "there are rows of kind {code}, which this version of Larder does not know: use \
                 the newer version that wrote them"
            ),
        }
    }
}

fn first_unknown(index: &dyn Index) -> Result<Option<u8>, IndexError> {
    let is_known = |code: u8| code == INTERNAL || RowKind::from_code(code).is_some();
    let mut code = INTERNAL;
    loop {
        let Some(free) = (code..=u8::MAX).find(|code| !is_known(*code)) else {
            return Ok(None);
        };
        let known = (free..=u8::MAX).find(|code| is_known(*code));
        // Longer than any key of one byte: kind 255 has an end too.
        let end = known.map_or([u8::MAX; 16].to_vec(), |known| vec![known]);
        if let Some((key, _)) = index.cursor(&[free], &end, LATEST)?.entry() {
            return Ok(key.first().copied());
        }
        match known {
            None => return Ok(None),
            Some(known) => code = known,
        }
    }
}

#[cfg(test)]
mod tests;
