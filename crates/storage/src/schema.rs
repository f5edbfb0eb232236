//! What rows mean, for those who verify and rebuild a store: an engine cannot read the values that
//! the rooms above write.

use crate::blob::{BlobId, BlobRef, StoredBytes};
use crate::meta::UsageDelta;
use crate::row::RowKey;

/// A row with the rest of what another says. Its kind comes after that one's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OverflowRef {
    /// Its address, of the same space and key.
    pub row: RowKey,
    /// What [`RowReferences::generation`] of it must be.
    pub generation: u64,
}

/// What a row's value names and counts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RowReferences {
    /// The blob with its bytes.
    pub blob: Option<BlobRef>,
    /// The blob that lists further blobs: [`RowSchema::listed`] reads it.
    pub manifest: Option<BlobRef>,
    /// Blobs that the row says may be freed: they may be gone already.
    pub frees: Vec<BlobId>,
    /// A blob that lists further blobs which may be freed, if it is still there.
    pub frees_listed: Option<BlobRef>,
    /// The row that must be there too, with a payload.
    pub body: Option<RowKey>,
    /// Bytes of the row's own payload, or of that of `body`; `None` when the value does not say.
    pub payload: Option<StoredBytes>,
    /// The row that must be there too, with the rest of what this row says.
    pub overflow: Option<OverflowRef>,
    /// Which generation the row is of, when it has the rest of what another row of its key says.
    pub generation: Option<u64>,
    /// What it counts for in its space's usage.
    pub usage: UsageDelta,
}

/// Reads what the rooms above write. The rows of a space are shown after its bucket's row.
pub trait RowSchema: Send {
    /// What a row holds; the error says why it cannot be read.
    fn read(&mut self, row: &RowKey, value: &[u8]) -> Result<RowReferences, String>;

    /// What an operator calls the row: the bucket and key, and which version of it.
    fn name(&self, row: &RowKey) -> String;

    /// The blobs that a manifest lists; the error says why it cannot be read.
    fn listed(&self, manifest: &[u8]) -> Result<Vec<BlobRef>, String>;
}
