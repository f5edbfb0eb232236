//! ListObjects and ListObjectsV2: the same page, the wire differs in how it names markers.

use super::page::{ListedRows, key_text};
use super::page_size;
use super::walk::{Verdict, Walk};
use crate::{Bucket, Error, Objects};
use larder_storage::{RowKind, RowView, Scan, Step, Storage, Visitor};

/// A page of current objects to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListObjects<'a> {
    /// Only keys that begin with this.
    pub prefix: &'a str,
    /// Groups keys by what they have up to this, behind the prefix; empty for no grouping.
    pub delimiter: &'a str,
    /// Only keys and common prefixes greater than this: `marker`, `start-after`, or what
    /// [`ListPage::next`] said; empty from the beginning. A marker within a common prefix leaves
    /// out all of it.
    pub after: &'a str,
    /// Most keys and common prefixes together; more than 1,000 means 1,000.
    pub max_keys: u32,
}

/// A page of current objects.
#[derive(Clone, Debug, Default)]
pub struct ListPage {
    /// The objects.
    pub entries: ListedRows,
    /// The common prefixes, in order.
    pub common_prefixes: Vec<String>,
    /// Where the next page begins; `None` when this is the last.
    pub next: Option<String>,
}

impl<S: Storage> Objects<S> {
    /// Lists current objects in UTF-8 byte order of their keys.
    pub async fn list(&self, bucket: &Bucket, list: ListObjects<'_>) -> Result<ListPage, Error> {
        let max = page_size(list.max_keys);
        let walk = Walk::new(list.prefix, list.delimiter, max);
        let Some(from) = walk.first(list.after).filter(|_| max > 0) else {
            return Ok(ListPage::default());
        };
        let mut scan = Scan::prefix(bucket.space, &[RowKind::Head], list.prefix.to_owned());
        scan.from = from;
        let visitor = ObjectCollector { walk, page: ListPage::default(), error: None };
        let (visitor, _) = self.store.scan(scan, visitor).await?;
        visitor.finish()
    }
}

struct ObjectCollector {
    walk: Walk,
    page: ListPage,
    error: Option<Error>,
}

impl ObjectCollector {
    fn see(&mut self, row: RowView<'_>) -> Result<Step, Error> {
        match self.walk.look(row.key) {
            Verdict::Full => return Ok(Step::Stop),
            Verdict::Prefix(prefix, step) => {
                let prefix = key_text(prefix)?.to_owned();
                self.page.common_prefixes.push(prefix);
                return Ok(step);
            }
            Verdict::Key if self.walk.take() => self.page.entries.push(row.key, row.value, true)?,
            Verdict::Key => return Ok(Step::Stop),
        }
        Ok(Step::Next)
    }

    fn finish(mut self) -> Result<ListPage, Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.walk.is_truncated() {
            let key = self.page.entries.last().map(|entry| entry.key);
            let prefix = self.page.common_prefixes.last().map(String::as_str);
            self.page.next = key.max(prefix).map(str::to_owned);
        }
        Ok(self.page)
    }
}

impl Visitor for ObjectCollector {
    fn visit(&mut self, row: RowView<'_>) -> Step {
        self.see(row).unwrap_or_else(|error| {
            self.error = Some(error);
            Step::Stop
        })
    }
}
