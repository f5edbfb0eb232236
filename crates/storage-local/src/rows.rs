//! A walk over all rows of an index: what they name, what they add up to.

use crate::checkpoint::is_checkpoint;
use crate::index::{Cursor, Index, IndexError};
use crate::journal::RecordPlace;
use crate::keys;
use crate::kinds::LATEST;
use crate::pointer::split_value;
use larder_storage::{RowKey, RowReferences, RowSchema, UsageDelta};
use std::collections::{BTreeMap, BTreeSet};

/// What the engine's own rows say.
#[derive(Default)]
pub struct EngineRows {
    /// Blobs that some row names.
    pub adopted: BTreeSet<u64>,
    /// Open ranges of blob numbers.
    pub ranges: BTreeSet<u64>,
    /// The next number never reserved.
    pub next: u64,
}

/// A row as the walk shows it.
pub struct ShownRow<'a> {
    /// The row; `None` for one of the engine's own.
    pub row: Option<&'a RowKey>,
    /// Its index key.
    pub key: &'a [u8],
    /// Where its record is.
    pub place: RecordPlace,
    /// Bytes of its payload.
    pub payload: u32,
    /// What its value says, or why it cannot be read.
    pub references: Result<RowReferences, String>,
}

/// What a walk found.
#[derive(Default)]
pub struct WalkedRows {
    /// How many rows there are.
    pub rows: u64,
    /// What the engine's own rows say.
    pub internal: EngineRows,
    /// Usage by space, as the rows add up; without those that are empty.
    pub usage: BTreeMap<u64, UsageDelta>,
}

/// How an operator calls an index key.
pub fn row_name(schema: &dyn RowSchema, key: &[u8]) -> String {
    match keys::decode(key) {
        Some(row) => schema.name(&row),
        None => format!("the engine's own row {}", key.escape_ascii()),
    }
}

/// A cursor over everything.
pub fn all_rows(index: &dyn Index) -> Result<Box<dyn Cursor + '_>, IndexError> {
    index.cursor(&[0], &[0xff], LATEST)
}

/// Shows every row but the checkpoint, bucket rows before those of their spaces.
pub fn walk_rows<E: From<IndexError>>(
    index: &dyn Index,
    schema: &mut dyn RowSchema,
    mut show: impl FnMut(&dyn RowSchema, ShownRow<'_>) -> Result<(), E>,
) -> Result<WalkedRows, E> {
    let mut walked = WalkedRows::default();
    let mut cursor = all_rows(index)?;
    while let Some((key, value)) = cursor.entry() {
        if is_checkpoint(key) {
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
                show(&*schema, ShownRow { row: None, key, place, payload, references })?;
            }
            Some(row) => {
                let references = schema.read(&row, value);
                if let Ok(references) = &references {
                    let usage = walked.usage.entry(row.space.0).or_default();
                    usage.objects += references.usage.objects;
                    usage.bytes += references.usage.bytes;
                }
                show(&*schema, ShownRow { row: Some(&row), key, place, payload, references })?;
            }
        }
        cursor.step()?;
    }
    walked.usage.retain(|_, usage| *usage != UsageDelta::default());
    Ok(walked)
}

impl EngineRows {
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
pub fn is_adopted(index: &dyn Index, id: u64) -> Result<bool, IndexError> {
    Ok(index.get(&keys::adopted(id))?.is_some())
}
