//! What must be there beside a row: the body of a version, and the rest of what its row says.

use super::rows::Shown;
use crate::engine::split_value;
use crate::index::{Index, IndexError};
use crate::keys;
use larder_storage::{OverflowRef, RowKey, RowReferences};

/// What is wrong with the payload that a row promises, its own or that of its body row.
pub(crate) fn payload(
    index: &dyn Index,
    shown: &Shown<'_>,
    references: &RowReferences,
) -> Result<Option<String>, IndexError> {
    let Some(expected) = references.payload else {
        return Ok(None);
    };
    let found = match &references.body {
        None => Some(shown.payload),
        Some(body) => {
            let value = index.get(&keys::encode(body))?;
            value.as_deref().and_then(split_value).map(|(_, payload, _)| payload)
        }
    };
    if found.map(u64::from) == Some(expected) {
        return Ok(None);
    }
    let found = found.map_or("is missing".to_owned(), |n| format!("has {n} bytes"));
    Ok(Some(format!("a body of {expected} bytes {found}")))
}

/// Overflow rows that are named and have not been shown yet. They come after the rows that name
/// them and have the same key, so that no more are remembered than one key has.
#[derive(Default)]
pub(crate) struct Overflows(Vec<(OverflowRef, RowKey)>);

/// What is wrong with the rest of what a row says.
pub(crate) enum OverflowFault {
    /// The row names one that is not there.
    Missing,
    /// The row names one that is of another generation.
    OtherGeneration,
    /// No row names it.
    Unnamed,
}

impl Overflows {
    /// Looks at the next row of the walk. `report` gets a row and its fault.
    pub(crate) fn see(
        &mut self,
        row: &RowKey,
        references: &RowReferences,
        mut report: impl FnMut(&RowKey, OverflowFault),
    ) {
        if self.0.iter().any(|(_, by)| (by.space, &by.key) != (row.space, &row.key)) {
            self.end(&mut report);
        }
        self.0.extend(references.overflow.iter().map(|overflow| (overflow.clone(), row.clone())));
        let Some(generation) = references.generation else {
            return;
        };
        match self.0.iter().position(|(overflow, _)| overflow.row == *row) {
            None => report(row, OverflowFault::Unnamed),
            Some(at) => {
                let (overflow, by) = self.0.swap_remove(at);
                if overflow.generation != generation {
                    report(&by, OverflowFault::OtherGeneration);
                }
            }
        }
    }

    /// There are no more rows of the key.
    pub(crate) fn end(&mut self, mut report: impl FnMut(&RowKey, OverflowFault)) {
        self.0.drain(..).for_each(|(_, by)| report(&by, OverflowFault::Missing));
    }
}

impl OverflowFault {
    /// What a finding says, and whether it is damage.
    pub(crate) fn describe(&self) -> (&'static str, bool) {
        match self {
            Self::Missing => ("the row with its attributes is missing", true),
            Self::OtherGeneration => ("the row with its attributes is of another write", true),
            Self::Unnamed => ("no row names it: its space is not given back", false),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Overflows;
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
            (row(RowKind::Version, "a", "1"), names("a", "1", 8)),
            (row(RowKind::Version, "a", "0"), RowReferences::default()),
            (row(RowKind::Overflow, "a", "1"), is(8)),
            (row(RowKind::Overflow, "a", "2"), is(7)),
            (row(RowKind::Overflow, "b", "1"), is(1)),
            (row(RowKind::Head, "c", ""), names("c", "1", 7)),
            (row(RowKind::Overflow, "c", "1"), is(8)),
            (row(RowKind::Head, "d", ""), names("d", "1", 7)),
            (row(RowKind::Overflow, "e", "1"), is(7)),
            (row(RowKind::Head, "f", ""), names("f", "1", 7)),
        ];
        let (mut overflows, mut found) = (Overflows::default(), Vec::new());
        for (row, references) in &shown {
            overflows.see(row, references, |row, fault| {
                found.push((row.key.clone(), fault.describe().0));
            });
        }
        overflows.end(|row, fault| found.push((row.key.clone(), fault.describe().0)));
        let missing = "the row with its attributes is missing";
        let unnamed = "no row names it: its space is not given back";
        let expected = [
            ("b", unnamed),
            ("c", "the row with its attributes is of another write"),
            ("d", missing),
            ("e", unnamed),
            ("f", missing),
        ];
        assert_eq!(found, expected.map(|(key, what)| (key.into(), what)));
    }
}
