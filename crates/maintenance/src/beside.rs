//! What must be there beside a row: the body of a version, and the rest of what its row says.

use larder_storage::{OverflowRef, RowKey, RowReferences, StoredBytes};
use larder_storage_local::index::{Index, IndexError};
use larder_storage_local::offline::{ShownRow, index_key, split_value};
use std::collections::BTreeMap;

/// What is wrong with the payload that a row promises, its own or that of its body row.
pub(crate) fn payload(
    index: &dyn Index,
    shown: &ShownRow<'_>,
    references: &RowReferences,
) -> Result<Option<String>, IndexError> {
    let Some(StoredBytes(expected)) = references.payload else {
        return Ok(None);
    };
    let found = match &references.body {
        None => Some(shown.payload),
        Some(body) => {
            let value = index.get(&index_key(body))?;
            value.as_deref().and_then(split_value).map(|(_, payload, _)| payload)
        }
    };
    if found.map(u64::from) == Some(expected) {
        return Ok(None);
    }
    let found = found.map_or("is missing".to_owned(), |n| format!("has {n} bytes"));
    Ok(Some(format!("a body of {expected} bytes {found}")))
}

/// Overflow rows that are named and have not been shown yet, with the generation that they must be
/// of. A walk shows them behind all rows that name some.
#[derive(Default)]
pub(crate) struct Overflows(BTreeMap<RowKey, u64>);

/// What is wrong with an Overflow row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OverflowFault {
    /// A row names it, and it is not there.
    Missing,
    /// A row names it, of another generation.
    OtherGeneration,
    /// No row names it.
    Unnamed,
}

impl Overflows {
    /// Looks at the next row of the walk; the fault of it, when it is an Overflow row with one.
    pub(crate) fn see(
        &mut self,
        row: &RowKey,
        references: &RowReferences,
    ) -> Option<OverflowFault> {
        if let Some(OverflowRef { row, generation }) = &references.overflow {
            self.0.insert(row.clone(), *generation);
        }
        let generation = references.generation?;
        match self.0.remove(row) {
            None => Some(OverflowFault::Unnamed),
            Some(named) => (named != generation).then_some(OverflowFault::OtherGeneration),
        }
    }

    /// Those that the walk did not show.
    pub(crate) fn missing(self) -> impl Iterator<Item = RowKey> {
        self.0.into_keys()
    }
}

impl OverflowFault {
    /// What a finding says, and whether it is damage.
    pub(crate) fn describe(self) -> (&'static str, bool) {
        match self {
            Self::Missing => ("the row is missing that a version needs", true),
            Self::OtherGeneration => ("the row is of another write than its version", true),
            Self::Unnamed => ("no row names it: its space is not given back", false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{OverflowFault, Overflows};
    use larder_storage::{OverflowRef, RowKey, RowKind, RowReferences, SpaceId};

    fn row(kind: RowKind, key: &str, suffix: &str) -> RowKey {
        RowKey::new(SpaceId(1), kind, key.to_owned()).with_suffix(suffix.to_owned())
    }

    fn names(key: &str, suffix: &str, generation: u64) -> RowReferences {
        let row = row(RowKind::Overflow, key, suffix);
        let overflow = Some(OverflowRef { row, generation });
        RowReferences { overflow, ..RowReferences::default() }
    }

    #[test]
    fn rows_and_the_rest_of_what_they_say() {
        let is =
            |generation| RowReferences { generation: Some(generation), ..RowReferences::default() };
        let shown = [
            (row(RowKind::Head, "a", ""), names("a", "2", 7)),
            (row(RowKind::Head, "c", ""), names("c", "1", 7)),
            (row(RowKind::Head, "d", ""), names("d", "1", 7)),
            (row(RowKind::Version, "a", "1"), names("a", "1", 8)),
            (row(RowKind::Version, "a", "0"), RowReferences::default()),
            (row(RowKind::Overflow, "a", "1"), is(8)),
            (row(RowKind::Overflow, "a", "2"), is(7)),
            (row(RowKind::Overflow, "b", "1"), is(1)),
            (row(RowKind::Overflow, "c", "1"), is(8)),
        ];
        let mut overflows = Overflows::default();
        let found = shown.iter().filter_map(|(row, references)| {
            overflows.see(row, references).map(|fault| (row.clone(), fault))
        });
        let found: Vec<_> = found.collect();
        let expected = [
            (row(RowKind::Overflow, "b", "1"), OverflowFault::Unnamed),
            (row(RowKind::Overflow, "c", "1"), OverflowFault::OtherGeneration),
        ];
        assert_eq!(found, expected);
        let missing: Vec<_> = overflows.missing().collect();
        assert_eq!(missing, [row(RowKind::Overflow, "d", "1")]);
    }
}
