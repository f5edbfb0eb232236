//! What must hold, one file per promise.

pub(crate) mod agreement;
pub(crate) mod buckets;
pub(crate) mod dangling;
pub(crate) mod garbage;
pub(crate) mod journal;
pub(crate) mod keys;
pub(crate) mod linearizable;
pub(crate) mod resurrection;
pub(crate) mod survival;
pub(crate) mod versions;

/// A promise that was broken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// The checker that saw it.
    pub checker: &'static str,
    /// What it saw.
    pub what: String,
}

impl Violation {
    pub(crate) fn new(checker: &'static str, what: impl Into<String>) -> Self {
        Self { checker, what: what.into() }
    }
}
