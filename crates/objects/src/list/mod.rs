//! Listings: one scan each, which shows its rows to a visitor inside the engine.
//!
//! A page is cut where one more entry would exceed its size; the marker of the next page is the
//! last entry shown, an object key or a common prefix.

mod objects;
mod page;
mod parts;
mod uploads;
mod versions;
mod walk;

pub use objects::{ListObjects, ListPage};
pub use page::{Listed, ListedRows};
pub use parts::{ListParts, ListedPart, PartList};
pub use uploads::{ListUploads, ListedUpload, UploadPage};
pub use versions::{ListVersions, VersionPage};

use larder_types::limits::MAX_KEYS_MAX;

#[cfg(test)]
mod tests;

/// The size of a page that was asked for, capped as S3 does.
fn page_size(max: u32) -> usize {
    max.min(MAX_KEYS_MAX) as usize
}
