//! What an object may be besides its bytes.

use crate::{Error, ObjectAttributes, tagging};
use larder_types::limits::{CONTENT_HEADERS_BYTES_MAX, USER_METADATA_BYTES_MAX};

impl ObjectAttributes {
    /// Whether each is within its limit of S3; then all together have room in their rows.
    ///
    /// [`Error::MetadataTooLarge`], [`Error::InvalidTag`].
    pub(crate) fn check(&self) -> Result<(), Error> {
        tagging::check_object_tags(&self.tags)?;
        let user: usize = self.metadata.iter().map(|(name, value)| name.len() + value.len()).sum();
        let headers = self.headers.fields().into_iter().filter_map(|(_, value)| value.as_ref());
        let headers: usize = headers.map(String::len).sum();
        if user > USER_METADATA_BYTES_MAX || headers > CONTENT_HEADERS_BYTES_MAX {
            return Err(Error::MetadataTooLarge);
        }
        Ok(())
    }
}
