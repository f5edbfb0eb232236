//! ListParts, and the walk over an upload's parts that completing and freeing it share.

use super::page_size;
use crate::rows::{PartRecord, UploadId, UploadRecord, address};
use crate::{Bucket, Error, Objects};
use bytes::Bytes;
use larder_storage::{RowKind, RowView, Scan, SpaceId, Step, Storage, Visitor};
use larder_types::ObjectKey;
use larder_types::limits::PART_NUMBER_MAX;

/// A page of an upload's parts to list.
#[derive(Clone, Copy, Debug, Default)]
pub struct ListParts {
    /// Only parts with a greater number.
    pub part_number_marker: u32,
    /// Most parts; more than 1,000 means 1,000.
    pub max_parts: u32,
}

/// A part of an upload in progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedPart {
    /// Its number.
    pub part_number: u32,
    /// What is stored of it.
    pub record: PartRecord,
}

/// A page of an upload's parts.
#[derive(Clone, Debug)]
pub struct PartList {
    /// The upload.
    pub upload: UploadRecord,
    /// Its parts, by number.
    pub parts: Vec<ListedPart>,
    /// Whether parts were left off; the last number shown is the next page's marker.
    pub truncated: bool,
}

impl<S: Storage> Objects<S> {
    /// Lists the parts that were uploaded so far. Fails with [`Error::NoSuchUpload`].
    pub async fn list_parts(
        &self,
        bucket: &Bucket,
        key: &ObjectKey,
        id: UploadId,
        list: ListParts,
    ) -> Result<PartList, Error> {
        let key = Bytes::copy_from_slice(key.as_bytes());
        let upload = self.find_upload(bucket.space, &key, id).await?.record;
        let max = page_size(list.max_parts);
        let from = list.part_number_marker.saturating_add(1);
        // One more than the page tells whether the page is the last.
        let limit = if max == 0 { 0 } else { max + 1 };
        let mut parts = self.parts(bucket.space, &key, id, PartsPage { from, limit }).await?;
        let truncated = parts.len() > max;
        parts.truncate(max);
        Ok(PartList { upload, parts, truncated })
    }

    /// All parts of an upload, whether or not the upload is still in progress.
    pub(crate) async fn all_parts(
        &self,
        space: SpaceId,
        key: &Bytes,
        id: UploadId,
    ) -> Result<Vec<ListedPart>, Error> {
        let limit = PART_NUMBER_MAX as usize;
        self.parts(space, key, id, PartsPage { from: 0, limit }).await
    }

    /// The first parts, as many as the limit says, whose number is at least `from`.
    async fn parts(
        &self,
        space: SpaceId,
        key: &Bytes,
        id: UploadId,
        page: PartsPage,
    ) -> Result<Vec<ListedPart>, Error> {
        let PartsPage { from, limit } = page;
        if limit == 0 {
            return Ok(Vec::new());
        }
        let first = address::part(space, key, id, from);
        let mut scan = Scan::key(space, &[RowKind::Part], key.clone());
        scan.from_row = Some((RowKind::Part, first.suffix));
        let visitor = Parts { key: key.clone(), id, limit, found: Vec::new(), error: None };
        let (visitor, _) = self.store.scan(scan, visitor).await?;
        match visitor.error {
            Some(error) => Err(error),
            None => Ok(visitor.found),
        }
    }
}

/// Which parts of an upload are read.
struct PartsPage {
    /// The least number.
    from: u32,
    /// How many at most.
    limit: usize,
}

struct Parts {
    key: Bytes,
    id: UploadId,
    limit: usize,
    found: Vec<ListedPart>,
    error: Option<Error>,
}

impl Visitor for Parts {
    fn visit(&mut self, row: RowView<'_>) -> Step {
        let part = address::parse_part(row.suffix);
        let number = match part {
            Some((id, number)) if row.key == self.key && id == self.id => number,
            _ => return Step::Stop,
        };
        match PartRecord::decode(row.value) {
            Ok(record) => self.found.push(ListedPart { part_number: number, record }),
            Err(error) => {
                self.error = Some(error.into());
                return Step::Stop;
            }
        }
        if self.found.len() < self.limit { Step::Next } else { Step::Stop }
    }
}
