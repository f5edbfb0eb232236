//! Pages of lists.

use crate::failure::Failure;
use larder_iam_model::CommonError;
use larder_identities::Paging;

/// Entries of a page when none is asked for.
const ITEMS: i32 = 100;

/// The page that is asked for. The model bounds `max_items` to 1 to 1,000.
pub(super) fn paging(marker: Option<String>, max_items: Option<i32>) -> Paging {
    Paging { marker, max: usize::try_from(max_items.unwrap_or(ITEMS)).unwrap_or(1) }
}

/// A page of a list that is there as a whole; its marker is how many entries came before.
///
/// Errors: `ValidationError` for a marker that no page returned.
pub(super) fn page<T>(
    mut all: Vec<T>,
    paging: &Paging,
) -> Result<(Vec<T>, Option<String>), Failure> {
    let from: usize = match &paging.marker {
        None => 0,
        Some(marker) => marker
            .parse()
            .map_err(|_| Failure::new(CommonError::ValidationError, "Invalid Marker."))?,
    };
    let rest = all.split_off(from.min(all.len()));
    let is_truncated = rest.len() > paging.max;
    let entries = rest.into_iter().take(paging.max).collect();
    Ok((entries, is_truncated.then(|| (from + paging.max).to_string())))
}
