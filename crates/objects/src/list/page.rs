//! What pages of objects and versions hold: the keys end to end, the rest at fixed size.

use crate::Error;
use crate::rows::{Hot, StorageClass};
use larder_types::limits::MAX_KEYS_MAX;
use larder_types::{ChecksumAlgorithm, ChecksumType, ETag, Owner, Timestamp, VersionId};

/// A page of so many rows is likely to be a full one.
const LONG_PAGE: usize = 64;

/// The objects or versions of a page, in order. A page of 1,000 makes a few allocations.
#[derive(Clone, Debug, Default)]
pub struct ListedRows {
    keys: String,
    rows: Vec<Compact>,
    owners: Vec<Owner>,
}

#[derive(Clone, Copy, Debug)]
struct Compact {
    /// Where the key ends in `keys`; it begins where the one before ends.
    key_end: u32,
    owner: u32,
    version: VersionId,
    delete_marker: bool,
    is_latest: bool,
    size: u64,
    modified: Timestamp,
    etag: ETag,
    storage_class: StorageClass,
    checksum: Option<(ChecksumAlgorithm, ChecksumType)>,
}

/// A version as listings show it. `ListObjects` shows the current objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Listed<'a> {
    /// Its key.
    pub key: &'a str,
    /// Its version id.
    pub version: VersionId,
    /// A delete marker: no size, ETag, class or checksum then.
    pub delete_marker: bool,
    /// The key's current version.
    pub is_latest: bool,
    /// Bytes.
    pub size: u64,
    /// When it was written.
    pub modified: Timestamp,
    /// Its ETag.
    pub etag: ETag,
    /// Its storage class.
    pub storage_class: StorageClass,
    /// Algorithm and type of the checksum that S3 shows.
    pub checksum: Option<(ChecksumAlgorithm, ChecksumType)>,
    /// Who owns it.
    pub owner: &'a Owner,
}

impl ListedRows {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Memory that they take, in bytes.
    pub fn bytes(&self) -> usize {
        self.keys.capacity() + self.rows.capacity() * size_of::<Compact>()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// All keys, end to end.
    pub fn keys(&self) -> &str {
        &self.keys
    }

    /// The rows, in order.
    pub fn iter(&self) -> impl DoubleEndedIterator<Item = Listed<'_>> + ExactSizeIterator {
        (0..self.rows.len()).map(|index| self.listed(index))
    }

    /// The last one.
    pub fn last(&self) -> Option<Listed<'_>> {
        let last = self.rows.len().checked_sub(1)?;
        Some(self.listed(last))
    }

    fn listed(&self, index: usize) -> Listed<'_> {
        let row = &self.rows[index];
        let start = match index {
            0 => 0,
            _ => self.rows[index - 1].key_end,
        };
        Listed {
            key: &self.keys[start as usize..row.key_end as usize],
            version: row.version,
            delete_marker: row.delete_marker,
            is_latest: row.is_latest,
            size: row.size,
            modified: row.modified,
            etag: row.etag,
            storage_class: row.storage_class,
            checksum: row.checksum,
            owner: &self.owners[row.owner as usize],
        }
    }

    /// Adds a row behind the others.
    pub(super) fn push(&mut self, key: &[u8], value: &[u8], is_latest: bool) -> Result<(), Error> {
        let hot = Hot::decode(value)?;
        if self.rows.len() == LONG_PAGE {
            // Grown at once rather than by doubling: most pages so long are full.
            let more = MAX_KEYS_MAX as usize - LONG_PAGE;
            self.rows.reserve(more);
            self.keys.reserve(self.keys.len() / LONG_PAGE * more);
        }
        self.keys.push_str(key_text(key)?);
        let same = |owner: &Owner| {
            owner.canonical_id == hot.owner_id && owner.display_name == hot.owner_name
        };
        // A page has one owner or a few: the last one is the likeliest.
        let owner = match self.owners.iter().rposition(same) {
            Some(owner) => owner,
            None => {
                self.owners.push(Owner {
                    canonical_id: hot.owner_id.to_owned(),
                    display_name: hot.owner_name.to_owned(),
                });
                self.owners.len() - 1
            }
        };
        self.rows.push(Compact {
            key_end: self.keys.len() as u32,
            owner: owner as u32,
            version: hot.version,
            delete_marker: hot.delete_marker,
            is_latest,
            size: hot.size,
            modified: hot.modified,
            etag: hot.etag,
            storage_class: hot.storage_class,
            checksum: hot.checksum,
        });
        Ok(())
    }
}

/// A row's key as text. Only object keys are written, and those are UTF-8.
pub(super) fn key_text(key: &[u8]) -> Result<&str, Error> {
    std::str::from_utf8(key).map_err(|_| Error::Corrupt("a row's key is not UTF-8".into()))
}
