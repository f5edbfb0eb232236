//! Pages of what an account has, in the order of the folded names.

use crate::rows::{Record, address};
use crate::{Error, Identities};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use larder_storage::{MetaStore, RowKind, RowView, Scan, SpaceId, Step, Visitor};
use larder_types::AccountId;

/// Most rows that one page looks at: where few pass the filter it has fewer entries than asked for
/// and says that there are more.
const ROWS_VISITED_MAX: usize = 10_000;

/// Which page of a listing.
#[derive(Clone, Debug)]
pub struct Paging {
    /// The marker that the page before returned; `None` for the first.
    pub marker: Option<String>,
    /// Most entries, at least 1.
    pub max: usize,
}

/// A page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Listing<T> {
    /// The entries.
    pub entries: Vec<T>,
    /// Where the next page begins; `None` at the end.
    pub marker: Option<String>,
}

impl Paging {
    /// Everything, as far as a page goes.
    pub fn first(max: usize) -> Self {
        Self { marker: None, max }
    }
}

impl<T> Listing<T> {
    /// The same page with other entries.
    pub(crate) fn map<U>(self, of: impl FnMut(T) -> U) -> Listing<U> {
        Listing { entries: self.entries.into_iter().map(of).collect(), marker: self.marker }
    }
}

/// Which rows of an account a page is of.
pub(crate) struct Rows<'a> {
    pub(crate) account: &'a AccountId,
    /// What their suffixes begin with.
    pub(crate) prefix: Bytes,
    pub(crate) paging: &'a Paging,
}

impl<S: MetaStore> Identities<S> {
    /// A page of the rows for which `keep` holds, each with its suffix behind the prefix.
    pub(crate) async fn list<T: Record + Send + 'static>(
        &self,
        rows: Rows<'_>,
        keep: impl Fn(&T) -> bool + Send + 'static,
    ) -> Result<Listing<(Bytes, T)>, Error> {
        let key = address::of_account(rows.account, Bytes::new()).key;
        let mut from = rows.prefix.to_vec();
        if let Some(marker) = &rows.paging.marker {
            let behind = URL_SAFE_NO_PAD.decode(marker).map_err(|_| invalid_marker())?;
            from.extend_from_slice(&behind);
            // The next suffix that there can be.
            from.push(0);
        }
        let mut scan = Scan::key(SpaceId::SYSTEM, &[RowKind::Identity], key.clone());
        scan.from_row = Some((RowKind::Identity, from.into()));
        let max = rows.paging.max.max(1);
        let (entries, last) = (Vec::new(), None);
        let visitor = Entries {
            key,
            prefix: rows.prefix,
            max,
            visited: 0,
            keep,
            entries,
            last,
            more: false,
            error: None,
        };
        let (found, _) = self.store.scan(scan, visitor).await?;
        if let Some(error) = found.error {
            return Err(error);
        }
        let marker = found.last.filter(|_| found.more);
        Ok(Listing { entries: found.entries, marker: marker.map(|m| URL_SAFE_NO_PAD.encode(m)) })
    }
}

fn invalid_marker() -> Error {
    Error::Validation("Invalid Marker.".into())
}

struct Entries<T, F> {
    key: Bytes,
    prefix: Bytes,
    max: usize,
    visited: usize,
    keep: F,
    entries: Vec<(Bytes, T)>,
    /// The suffix of the last row that the page is done with, behind the prefix.
    last: Option<Bytes>,
    more: bool,
    error: Option<Error>,
}

impl<T, F> Visitor for Entries<T, F>
where
    T: Record + Send + 'static,
    F: Fn(&T) -> bool + Send + 'static,
{
    fn visit(&mut self, row: RowView<'_>) -> Step {
        let Some(name) = row.suffix.strip_prefix(&self.prefix[..]).filter(|_| row.key == self.key)
        else {
            return Step::Stop;
        };
        let record = match T::decode(row.value) {
            Ok(record) => record,
            Err(error) => {
                self.error = Some(error.into());
                return Step::Stop;
            }
        };
        let is_wanted = (self.keep)(&record);
        if self.visited >= ROWS_VISITED_MAX || is_wanted && self.entries.len() >= self.max {
            self.more = true;
            return Step::Stop;
        }
        let name = Bytes::copy_from_slice(name);
        self.visited += 1;
        self.last = Some(name.clone());
        if is_wanted {
            self.entries.push((name, record));
        }
        Step::Next
    }
}
