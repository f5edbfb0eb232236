//! Nothing resurrects: a version that was seen to be gone, or that failed, never shows again.

use super::Violation;
use crate::book::{Book, Fate, OpId};
use std::collections::BTreeSet;

/// A version shows.
pub(crate) fn seen(book: &Book, op: OpId) -> Result<(), Violation> {
    if book.gone.contains(&op) {
        let write = &book.writes[&op];
        let what = format!("{op} was gone and shows again: {write:?}");
        Err(Violation::new("nothing resurrects", what))
    } else {
        Ok(())
    }
}

/// Notes which versions are gone, behind a look at everything that found `present`. After a
/// restart also those whose outcome nobody knew.
pub(crate) fn note(book: &mut Book, present: &BTreeSet<OpId>, restarted: bool) {
    let gone = book.writes.iter().filter(|(op, write)| {
        // An upload in progress becomes a version later.
        let ended = write.fate != Fate::Open || restarted && !write.upload;
        ended && !present.contains(op)
    });
    let gone: Vec<OpId> = gone.map(|(op, _)| *op).collect();
    book.gone.extend(gone);
}
