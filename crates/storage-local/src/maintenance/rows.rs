//! A walk over all rows of an index: what they name, what they add up to.

use crate::committer::group::adopted_key;
use crate::engine::split_value;
use crate::index::{Cursor, Index, IndexError};
use crate::journal::Place;
use crate::keys;
use crate::kinds::LATEST;
use larder_storage::{RowKey, RowReferences, RowSchema, UsageDelta};
use std::collections::{BTreeMap, BTreeSet};

/// What the engine's own rows say.
#[derive(Default)]
pub(crate) struct Internal {
    /// Blobs that some row names.
    pub(crate) adopted: BTreeSet<u64>,
    /// Open ranges of blob numbers.
    pub(crate) ranges: BTreeSet<u64>,
    /// The next number never reserved.
    pub(crate) next: u64,
}

/// A row as the walk shows it.
pub(crate) struct Shown<'a> {
    /// The row; `None` for one of the engine's own.
    pub(crate) row: Option<&'a RowKey>,
    pub(crate) key: &'a [u8],
    pub(crate) place: Place,
    /// Bytes of its payload.
    pub(crate) payload: u32,
    /// What its value says, or why it cannot be read.
    pub(crate) references: Result<RowReferences, String>,
}

/// What a walk found.
#[derive(Default)]
pub(crate) struct Walked {
    pub(crate) rows: u64,
    pub(crate) internal: Internal,
    /// Usage by space, as the rows add up; without those that are empty.
    pub(crate) usage: BTreeMap<u64, UsageDelta>,
}

/// How an operator calls an index key.
pub(crate) fn name(schema: &dyn RowSchema, key: &[u8]) -> String {
    match keys::decode(key) {
        Some(row) => schema.name(&row),
        None => format!("the engine's own row {}", key.escape_ascii()),
    }
}

/// A cursor over everything.
pub(crate) fn all(index: &dyn Index) -> Result<Box<dyn Cursor + '_>, IndexError> {
    index.cursor(&[0], &[0xff], LATEST)
}

/// Shows every row but the checkpoint, bucket rows before those of their spaces.
pub(crate) fn walk<E: From<IndexError>>(
    index: &dyn Index,
    schema: &mut dyn RowSchema,
    mut show: impl FnMut(&dyn RowSchema, Shown<'_>) -> Result<(), E>,
) -> Result<Walked, E> {
    let mut walked = Walked::default();
    let mut cursor = all(index)?;
    while let Some((key, value)) = cursor.entry() {
        if key == keys::internal(crate::checkpoint::CHECKPOINT) {
            cursor.step()?;
            continue;
        }
        let Some((place, payload, value)) = split_value(value) else {
            let what = format!("the value of {} is too short", key.escape_ascii());
            return Err(IndexError(what).into());
        };
        walked.rows += 1;
        match keys::decode(key) {
            None => {
                walked.internal.learn(key, value);
                let references = Ok(RowReferences::default());
                show(&*schema, Shown { row: None, key, place, payload, references })?;
            }
            Some(row) => {
                let references = schema.read(&row, value);
                if let Ok(references) = &references {
                    let usage = walked.usage.entry(row.space.0).or_default();
                    usage.objects += references.usage.objects;
                    usage.bytes += references.usage.bytes;
                }
                show(&*schema, Shown { row: Some(&row), key, place, payload, references })?;
            }
        }
        cursor.step()?;
    }
    walked.usage.retain(|_, usage| *usage != UsageDelta::default());
    Ok(walked)
}

impl Internal {
    fn learn(&mut self, key: &[u8], value: &[u8]) {
        let number = |bytes: &[u8]| bytes.try_into().map(u64::from_be_bytes).ok();
        match (key.get(1), key.get(2..).and_then(number)) {
            (Some(b'b'), Some(id)) => {
                self.adopted.insert(id);
            }
            (Some(b'r'), Some(start)) => {
                self.ranges.insert(start);
            }
            (Some(b'n'), _) if key.len() == 2 => self.next = number(value).unwrap_or(0),
            _ => {}
        }
    }
}

/// Whether some row says that this blob is named.
pub(crate) fn is_adopted(index: &dyn Index, id: u64) -> Result<bool, IndexError> {
    Ok(index.get(&adopted_key(id))?.is_some())
}
