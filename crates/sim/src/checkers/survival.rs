//! Acknowledged writes survive: a version that was acknowledged and that nobody asked to remove is
//! there, whatever was cut. (What overwrites make of null versions, the keys' histories decide.)

use super::Violation;
use crate::book::{Book, Fate, OpId};
use larder_types::VersionId;
use std::collections::BTreeSet;

/// Compares a look at everything, which found `present`, with what was acknowledged.
pub(crate) fn check(book: &Book, present: &BTreeSet<OpId>) -> Result<(), Violation> {
    for (op, write) in &book.writes {
        let is_kept =
            matches!(book.sights.get(op).map(|sight| sight.version), Some(VersionId::Id { .. }));
        let must = write.fate == Fate::Done && is_kept && !book.targeted.contains(op);
        if must && !present.contains(op) {
            let what = format!("{op} was acknowledged and is lost: {write:?}");
            return Err(Violation::new("acknowledged writes survive", what));
        }
    }
    Ok(())
}
