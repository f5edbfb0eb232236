//! Why a data directory could not be opened.

use crate::finding::Finding;
use crate::kinds::Unreadable;
use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a data directory could not be opened. The text tells the operator what to do.
#[derive(Debug)]
pub enum OpenError {
    /// The device failed or the directory may not be used.
    Io(io::Error),
    /// Another process has it open.
    Locked(PathBuf),
    /// It was written by a newer Larder, or is something else.
    Format(String),
    /// The index failed.
    Index(String),
    /// What is stored is damaged.
    Corrupt(String),
    /// The journal is damaged where a start reads it. A check says the same of that place.
    Damaged(Finding),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Io(error) => write!(f, "{error}"),
            Self::Locked(path) => write!(
                f,
                "{} is in use by another process; stop it or choose another --data directory",
                path.display()
            ),
            Self::Format(what) | Self::Corrupt(what) => f.write_str(what),
            Self::Damaged(Finding { place, what, .. }) => {
                write!(
                    f,
                    "{place} is damaged: {what}; `larder repair` can rebuild from what is left"
                )
            }
            Self::Index(what) => {
                write!(f, "the index cannot be opened ({what}); `larder repair` makes it anew")
            }
        }
    }
}

impl std::error::Error for OpenError {}

impl From<Unreadable> for OpenError {
    fn from(error: Unreadable) -> Self {
        match error {
            Unreadable::Index(error) => Self::Index(error.0),
            Unreadable::Kind(_) => Self::Format(error.to_string()),
        }
    }
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
