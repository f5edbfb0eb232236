//! ListObjectVersions: Head and Version rows merged by the engine into (key, newest first).

use super::page::{ListedRows, key_text};
use super::page_size;
use super::walk::{Verdict, Walk};
use crate::attempts::Attempts;
use crate::plan::VersionRow;
use crate::rows::address;
use crate::{Bucket, Error, Objects, VersionRecord};
use bytes::Bytes;
use larder_storage::{RowKind, RowView, Scan, Step, Storage, Visitor};
use larder_types::VersionId;
use larder_types::limits::OBJECT_KEY_BYTES_MAX;

/// A page of versions to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListVersions<'a> {
    /// Only keys that begin with this.
    pub prefix: &'a str,
    /// Groups keys by what they have up to this, behind the prefix; empty for no grouping.
    pub delimiter: &'a str,
    /// Only keys and common prefixes greater than this; empty from the beginning.
    pub key_marker: &'a str,
    /// Also the versions of the key `key_marker` that are older than this one. It may be gone by
    /// now: clients delete what a page showed before they ask for the next.
    pub version_id_marker: Option<VersionId>,
    /// Most versions, delete markers and common prefixes together; more than 1,000 means 1,000.
    pub max_keys: u32,
}

/// A page of versions and delete markers.
#[derive(Clone, Debug, Default)]
pub struct VersionPage {
    /// Versions and delete markers, in order: by key, newest first.
    pub entries: ListedRows,
    /// The common prefixes, in order.
    pub common_prefixes: Vec<String>,
    /// `NextKeyMarker` and, unless the page ends with a common prefix, `NextVersionIdMarker`;
    /// `None` when this is the last page.
    pub next: Option<(String, Option<VersionId>)>,
}

/// Where within a key's versions a page begins.
struct Resume {
    key: Bytes,
    /// Only versions with a lower order.
    below: u64,
    /// The current version, when it is listed first.
    first: Option<Bytes>,
}

impl<S: Storage> Objects<S> {
    /// Lists versions and delete markers by key in UTF-8 byte order, newest first.
    pub async fn list_versions(
        &self,
        bucket: &Bucket,
        list: ListVersions<'_>,
    ) -> Result<VersionPage, Error> {
        let walk = Walk::new(list.prefix, list.delimiter, page_size(list.max_keys));
        let marker = list.version_id_marker.filter(|_| {
            let key = list.key_marker;
            let fits = !key.is_empty() && key.len() <= OBJECT_KEY_BYTES_MAX;
            fits && key.starts_with(list.prefix) && !walk.is_grouped(key)
        });
        let Some(marker) = marker else {
            return self.version_page(bucket, list, None).await;
        };
        let key = Bytes::copy_from_slice(list.key_marker.as_bytes());
        // The current version is read apart from the scan. When it is the same before and after,
        // the scan was of one moment with it: no version can have moved past the page's begin.
        let mut attempts = Attempts::reading(bucket.space, &key);
        loop {
            let before = self.snapshot(bucket, &key).await?.current;
            let resume = resume(key.clone(), marker, before.as_ref())?;
            let page = self.version_page(bucket, list, Some(resume)).await?;
            let after = self.snapshot(bucket, &key).await?.current;
            if identity(before.as_ref()) == identity(after.as_ref()) {
                return Ok(page);
            }
            self.lost(&mut attempts, false).await?;
        }
    }

    async fn version_page(
        &self,
        bucket: &Bucket,
        list: ListVersions<'_>,
        resume: Option<Resume>,
    ) -> Result<VersionPage, Error> {
        let max = page_size(list.max_keys);
        let mut visitor = VersionCollector {
            walk: Walk::new(list.prefix, list.delimiter, max),
            page: VersionPage::default(),
            head_key: Bytes::new(),
            error: None,
        };
        let from = match &resume {
            Some(resume) => Some(resume.key.clone()),
            None => visitor.walk.first(list.key_marker),
        };
        let Some(from) = from.filter(|_| max > 0) else {
            return Ok(visitor.page);
        };
        let kinds = [RowKind::Head, RowKind::Version];
        let mut scan = Scan::prefix(bucket.space, &kinds, list.prefix.to_owned());
        scan.from = from;
        if let Some(Resume { key, below, first }) = resume {
            if let Some(value) = first.filter(|_| visitor.walk.take()) {
                visitor.page.entries.push(&key, &value, true)?;
            }
            scan.from_row = Some((RowKind::Version, address::position(below.saturating_sub(1), 0)));
        }
        let (visitor, _) = self.store.scan(scan, visitor).await?;
        visitor.finish()
    }
}

/// Where a page behind `marker` begins within the versions of `key`.
///
/// A marker `null` whose version is gone has no place any more: the key's versions are listed from
/// the newest, because a version may be listed twice but never be left out.
fn resume(key: Bytes, marker: VersionId, current: Option<&VersionRow>) -> Result<Resume, Error> {
    let record = current.map(|current| &*current.record);
    let below = match marker {
        VersionId::Id { order, .. } => order,
        VersionId::Null => match record {
            Some(record) if record.null => record.order,
            record => record.and_then(|r| r.null_position).unwrap_or(u64::MAX),
        },
    };
    let first = record.filter(|record| record.order < below);
    Ok(Resume { key, below, first: first.map(VersionRecord::encode).transpose()? })
}

fn identity(current: Option<&VersionRow>) -> Option<(RowKind, u64, u64)> {
    current.map(|c| (c.row.kind, c.record.order, c.record.nonce))
}

struct VersionCollector {
    walk: Walk,
    page: VersionPage,
    /// The key of the last Head row.
    head_key: Bytes,
    error: Option<Error>,
}

impl VersionCollector {
    fn see(&mut self, row: RowView<'_>) -> Result<Step, Error> {
        match self.walk.look(row.key) {
            Verdict::Full => return Ok(Step::Stop),
            Verdict::Prefix(prefix, step) => {
                let prefix = key_text(prefix)?.to_owned();
                self.page.common_prefixes.push(prefix);
                return Ok(step);
            }
            Verdict::Key if self.walk.take() => {
                let is_head = row.kind == RowKind::Head;
                if is_head {
                    self.head_key = Bytes::copy_from_slice(row.key);
                }
                let is_latest = is_head || row.suffix.is_empty() && self.head_key != row.key;
                self.page.entries.push(row.key, row.value, is_latest)?;
            }
            Verdict::Key => return Ok(Step::Stop),
        }
        Ok(Step::Next)
    }

    fn finish(mut self) -> Result<VersionPage, Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.walk.is_truncated() {
            let version = self.page.entries.last();
            let version = version.map(|v| (v.key.to_owned(), Some(v.version)));
            let prefix = self.page.common_prefixes.last();
            let prefix = prefix.map(|prefix| (prefix.clone(), None));
            self.page.next = version.into_iter().chain(prefix).max_by(|a, b| a.0.cmp(&b.0));
        }
        Ok(self.page)
    }
}

impl Visitor for VersionCollector {
    fn visit(&mut self, row: RowView<'_>) -> Step {
        self.see(row).unwrap_or_else(|error| {
            self.error = Some(error);
            Step::Stop
        })
    }
}
