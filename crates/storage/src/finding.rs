//! What a check, a scrub or a repair has to say about one thing.

use std::fmt;

/// How bad it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Severity {
    /// Something that is stored cannot be read, or disagrees with something else.
    Damage,
    /// Worth knowing; nothing is lost by it.
    Note,
}

/// One thing found, for one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub severity: Severity,
    /// The file in the data directory, with the byte where that is known.
    pub place: String,
    /// What is wrong.
    pub what: String,
    /// What it concerns, as an operator calls it: a bucket, a key, a version.
    pub row: Option<String>,
    /// A start reads this part of the journal and refuses because of it.
    pub stops_start: bool,
}

impl Finding {
    /// Something that cannot be read, or disagrees with something else.
    pub fn damage(place: impl Into<String>, what: impl Into<String>) -> Self {
        let (place, what) = (place.into(), what.into());
        Self { severity: Severity::Damage, place, what, row: None, stops_start: false }
    }

    /// Something worth knowing.
    pub fn note(place: impl Into<String>, what: impl Into<String>) -> Self {
        Self { severity: Severity::Note, ..Self::damage(place, what) }
    }

    /// The same, where a start reads it and refuses.
    #[must_use]
    pub fn stopping(self) -> Self {
        Self { stops_start: true, ..self }
    }

    /// The same, with what it concerns.
    #[must_use]
    pub fn of(self, row: impl Into<String>) -> Self {
        Self { row: Some(row.into()), ..self }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let severity = match self.severity {
            Severity::Damage => "damage",
            Severity::Note => "note",
        };
        write!(f, "{severity}: {}: {}", self.place, self.what)?;
        match &self.row {
            Some(row) => write!(f, ": {row}"),
            None => Ok(()),
        }
    }
}
