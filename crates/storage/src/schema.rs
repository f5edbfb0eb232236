//! What rows mean, for those who verify and rebuild a store: an engine cannot read the values that
//! the rooms above write.

use crate::blob::{BlobId, BlobRef, StoredBytes};
use crate::meta::UsageDelta;
use crate::row::RowKey;

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
