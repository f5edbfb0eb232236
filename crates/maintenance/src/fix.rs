//! What a rebuilt index lacks after damage, and what must not come back.
//!
//! Behind a damaged record an older one of the same row may come up, and behind a damaged tombstone
//! a row that was removed. Where the old index is intact and reaches past the damage, it says what
//! there was: values of rows without a payload are taken from it, and what it does not have is
//! removed. Otherwise rows that are named by what is left of the damaged records are removed:
//! something older than what was acknowledged is never served.

use super::rebuild::Rebuilt;

/// A row to change in the rebuilt index and in the journal.
pub(crate) enum Fix {
    /// Its value is in the old index, and it has no payload.
    Restore { key: Vec<u8>, value: Vec<u8> },
    /// Something older came up.
    Remove { key: Vec<u8> },
}

/// A row that cannot be had back.
pub(crate) struct Lost {
    pub(crate) segment: u64,
    pub(crate) key: Vec<u8>,
}

/// What to do after damage.
#[derive(Default)]
pub(crate) struct Fixes {
    pub(crate) fixes: Vec<Fix>,
    pub(crate) lost: Vec<Lost>,
    pub(crate) restored: u64,
    /// The old index said what there was.
    pub(crate) exact: bool,
}

/// A row as an index has it.
struct Known {
    place: RecordPlace,
    payload: u32,
    value: Vec<u8>,
}

fn known(value: &[u8]) -> Option<Known> {
    let (place, payload, value) = split_value(value)?;
    Some(Known { place, payload, value: value.to_vec() })
}

fn at(place: RecordPlace) -> (u64, u32) {
    (place.segment, place.offset)
}

impl Fixes {
    /// Compares the rebuilt index with the old one, or, without one, with what is left of the
    /// damaged records.
    pub(crate) fn compare(
        &mut self,
        new: &dyn Index,
        old: Option<&dyn Index>,
        rebuilt: &Rebuilt,
        survey: &Survey,
    ) -> Result<(), OpenError> {
        let failed = |error: IndexError| OpenError::Index(error.0);
        let exact = old.and_then(|old| Some((old, reaches_past(old, rebuilt, survey)?)));
        self.exact = exact.is_some();
        match exact {
            Some((old, applied)) => self.by_old_index(new, (old, applied), rebuilt),
            None => self.by_remains(new, rebuilt),
        }
        .map_err(failed)
    }

    fn by_old_index(
        &mut self,
        new: &dyn Index,
        (old, applied): (&dyn Index, Link),
        rebuilt: &Rebuilt,
    ) -> Result<(), IndexError> {
        let behind = |place: RecordPlace| {
            at(place) >= (applied.segment, u32::try_from(applied.end).unwrap_or(u32::MAX))
        };
        let (mut olds, mut news) = (all_rows(old)?, all_rows(new)?);
        let skip = |cursor: &mut Box<dyn Cursor + '_>| -> Result<(), IndexError> {
            while cursor.entry().is_some_and(|(key, _)| is_checkpoint(key)) {
                cursor.step()?;
            }
            Ok(())
        };
        loop {
            skip(&mut olds)?;
            skip(&mut news)?;
            let order = match (olds.entry(), news.entry()) {
                (None, None) => return Ok(()),
                (Some(_), None) => std::cmp::Ordering::Less,
                (None, Some(_)) => std::cmp::Ordering::Greater,
                (Some((old, _)), Some((new, _))) => old.cmp(new),
            };
            let entry = |cursor: &dyn Cursor| {
                cursor.entry().and_then(|(key, value)| Some((key.to_vec(), known(value)?)))
            };
            let was = (order.is_le()).then(|| entry(&*olds)).flatten();
            let is = (order.is_ge()).then(|| entry(&*news)).flatten();
            if order.is_le() {
                olds.step()?;
            }
            if order.is_ge() {
                news.step()?;
            }
            match (was, is) {
                (_, Some((_, is))) if behind(is.place) => {}
                (None, Some((key, _))) => self.fixes.push(Fix::Remove { key }),
                (Some((_, was)), Some((_, is))) if same(&was, &is) => {}
                (Some((key, was)), is) => {
                    let removed = rebuilt.removed.get(&row_hash(&key));
                    let removed = removed.is_some_and(|place| at(*place) > at(was.place));
                    if !(removed && is.is_none()) {
                        self.missing(key, was, is.is_some());
                    }
                }
                (None, None) => {}
            }
        }
    }

    /// A row that the old index has as `was`, and of which at most something older is left.
    fn missing(&mut self, key: Vec<u8>, was: Known, older: bool) {
        if was.payload == 0 {
            self.restored += 1;
            self.fixes.push(Fix::Restore { key, value: was.value });
            return;
        }
        if older {
            self.fixes.push(Fix::Remove { key: key.clone() });
        }
        self.lost.push(Lost { segment: was.place.segment, key });
    }

    fn by_remains(&mut self, new: &dyn Index, rebuilt: &Rebuilt) -> Result<(), IndexError> {
        for (segment, row) in &rebuilt.lost {
            let is = new.get(&row.key)?.as_deref().and_then(known);
            let place = (*segment, row.offset);
            let removed = rebuilt.removed.get(&row_hash(&row.key));
            if is.as_ref().is_some_and(|is| at(is.place) > place)
                || removed.is_some_and(|removed| at(*removed) > place)
            {
                continue;
            }
            let copied = match (&is, &row.written) {
                (Some(is), Some((value, payload))) => is.value == *value && is.payload == *payload,
                _ => false,
            };
            if copied {
                // The damaged record was a copy that gc made of one that is still there.
                continue;
            }
            if is.is_some() {
                self.fixes.push(Fix::Remove { key: row.key.clone() });
            }
            if row.written.is_some() {
                self.lost.push(Lost { segment: *segment, key: row.key.clone() });
            }
        }
        Ok(())
    }
}

/// Whether both are one version of a row: it may have been copied to another place.
fn same(was: &Known, is: &Known) -> bool {
    at(was.place) <= at(is.place) || (was.value == is.value && was.payload == is.payload)
}

/// How far the old index reaches, when that is past all damage.
fn reaches_past(old: &dyn Index, rebuilt: &Rebuilt, survey: &Survey) -> Option<Link> {
    let applied = Checkpoint::read(old).ok()?.applied?;
    let last = rebuilt.damage.iter().next_back();
    let last = last.and_then(|(segment, stretches)| Some((*segment, stretches.last()?.1)));
    let past = last.is_none_or(|last| last <= (applied.segment, applied.end));
    // A segment that cannot be read may be the newest, unless one is there that is newer than all
    // that the index has seen of it.
    let newest = survey.used.keys().next_back().copied().unwrap_or(0);
    (past && (survey.unreadable.is_empty() || newest > applied.segment)).then_some(applied)
}
use larder_storage_local::OpenError;
use larder_storage_local::index::{Cursor, Index, IndexError};
use larder_storage_local::offline::{
    Checkpoint, Link, RecordPlace, Survey, all_rows, is_checkpoint, row_hash, split_value,
};
