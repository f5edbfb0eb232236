//! ListMultipartUploads.

use super::page::key_text;
use super::page_size;
use super::walk::{Verdict, Walk};
use crate::rows::{StorageClass, UploadId, UploadRecord};
use crate::{Bucket, Error, Objects};
use bytes::Bytes;
use larder_storage::{RowKind, RowView, Scan, Step, Storage, Visitor};
use larder_types::limits::OBJECT_KEY_BYTES_MAX;
use larder_types::{ChecksumAlgorithm, ChecksumType, Owner};

/// A page of uploads in progress to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListUploads<'a> {
    /// Only keys that begin with this.
    pub prefix: &'a str,
    /// Groups keys by what they have up to this, behind the prefix; empty for no grouping.
    pub delimiter: &'a str,
    /// Only keys and common prefixes greater than this; empty from the beginning.
    pub key_marker: &'a str,
    /// Also the uploads of the key `key_marker` that were started after this one; ignored without
    /// a key marker.
    pub upload_id_marker: Option<UploadId>,
    /// Most uploads and common prefixes together; more than 1,000 means 1,000.
    pub max_uploads: u32,
}

/// An upload in progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedUpload {
    /// The object's key.
    pub key: String,
    /// Its id, which also says when it was started.
    pub upload_id: UploadId,
    /// Who will own the object.
    pub owner: Owner,
    /// Who started it.
    pub initiator: Owner,
    /// The object's storage class.
    pub storage_class: StorageClass,
    /// The checksum algorithm and type that CreateMultipartUpload named.
    pub checksum: Option<(ChecksumAlgorithm, ChecksumType)>,
}

/// A page of uploads in progress.
#[derive(Clone, Debug, Default)]
pub struct UploadPage {
    /// Uploads by key, then by the time they were started.
    pub uploads: Vec<ListedUpload>,
    /// The common prefixes, in order.
    pub common_prefixes: Vec<String>,
    /// `NextKeyMarker` and, unless the page ends with a common prefix, `NextUploadIdMarker`;
    /// `None` when this is the last page.
    pub next: Option<(String, Option<UploadId>)>,
}

impl<S: Storage> Objects<S> {
    /// Lists uploads in progress by key in UTF-8 byte order, then by the time they were started.
    pub async fn list_uploads(
        &self,
        bucket: &Bucket,
        list: ListUploads<'_>,
    ) -> Result<UploadPage, Error> {
        let max = page_size(list.max_uploads);
        let walk = Walk::new(list.prefix, list.delimiter, max);
        let key = list.key_marker;
        let marker = list.upload_id_marker.filter(|_| {
            let fits = !key.is_empty() && key.len() <= OBJECT_KEY_BYTES_MAX;
            fits && key.starts_with(list.prefix) && !walk.is_grouped(key)
        });
        let from = match marker {
            Some(_) => Some(Bytes::copy_from_slice(key.as_bytes())),
            None => walk.first(key),
        };
        let Some(from) = from.filter(|_| max > 0) else {
            return Ok(UploadPage::default());
        };
        let mut scan = Scan::prefix(bucket.space, &[RowKind::Upload], list.prefix.to_owned());
        scan.from = from;
        scan.from_row = marker.map(|id| {
            let behind = [&id.0[..], &[0]].concat();
            (RowKind::Upload, behind.into())
        });
        let visitor = UploadCollector { walk, page: UploadPage::default(), error: None };
        let (visitor, _) = self.store.scan(scan, visitor).await?;
        visitor.finish()
    }
}

struct UploadCollector {
    walk: Walk,
    page: UploadPage,
    error: Option<Error>,
}

impl UploadCollector {
    fn see(&mut self, row: RowView<'_>) -> Result<Step, Error> {
        match self.walk.look(row.key) {
            Verdict::Full => return Ok(Step::Stop),
            Verdict::Prefix(prefix, step) => {
                let prefix = key_text(prefix)?.to_owned();
                self.page.common_prefixes.push(prefix);
                return Ok(step);
            }
            Verdict::Key if self.walk.take() => self.page.uploads.push(listed(row)?),
            Verdict::Key => return Ok(Step::Stop),
        }
        Ok(Step::Next)
    }

    fn finish(mut self) -> Result<UploadPage, Error> {
        if let Some(error) = self.error {
            return Err(error);
        }
        if self.walk.is_truncated() {
            let upload = self.page.uploads.last();
            let upload = upload.map(|u| (u.key.clone(), Some(u.upload_id)));
            let prefix = self.page.common_prefixes.last();
            let prefix = prefix.map(|prefix| (prefix.clone(), None));
            self.page.next = upload.into_iter().chain(prefix).max_by(|a, b| a.0.cmp(&b.0));
        }
        Ok(self.page)
    }
}

impl Visitor for UploadCollector {
    fn visit(&mut self, row: RowView<'_>) -> Step {
        self.see(row).unwrap_or_else(|error| {
            self.error = Some(error);
            Step::Stop
        })
    }
}

fn listed(row: RowView<'_>) -> Result<ListedUpload, Error> {
    let id = row.suffix.try_into();
    let id = id.map_err(|_| Error::Corrupt("an upload's row has no upload id".into()))?;
    let record = UploadRecord::decode(row.value)?;
    Ok(ListedUpload {
        key: key_text(row.key)?.to_owned(),
        upload_id: UploadId(id),
        owner: record.owner,
        initiator: record.initiator,
        storage_class: record.attributes.storage_class,
        checksum: record.checksum,
    })
}
