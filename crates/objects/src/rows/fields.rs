//! The tags of this room's rows, and the groups of fields that several of them share.

use crate::Error;
pub(crate) use larder_storage::value::{
    BLOB_FIXED_BYTES, NEWER, Reader, TooLong, Writer, algorithm, keep_unknown, utf8,
};
pub use larder_storage::value::{Malformed, UnknownFields};

/// Tags of fields. One numbering for all kinds of rows: groups of fields are shared.
pub(crate) mod tag {
    pub(crate) const CHECKSUM: u8 = 1;
    pub(crate) const CRC64NVME: u8 = 2;
    pub(crate) const BODY: u8 = 3;
    pub(crate) const UPLOAD_ID: u8 = 4;
    pub(crate) const NULL_POSITION: u8 = 5;
    pub(crate) const METADATA: u8 = 6;
    pub(crate) const TAGS: u8 = 7;
    pub(crate) const CONTENT_TYPE: u8 = 8;
    pub(crate) const CONTENT_ENCODING: u8 = 9;
    pub(crate) const CONTENT_LANGUAGE: u8 = 10;
    pub(crate) const CONTENT_DISPOSITION: u8 = 11;
    pub(crate) const CACHE_CONTROL: u8 = 12;
    pub(crate) const EXPIRES: u8 = 13;
    pub(crate) const WEBSITE_REDIRECT: u8 = 14;
    /// How the stored bytes were compressed. Critical: they are not the object's.
    pub(crate) const COMPRESSION: u8 = 0x80;
    /// How they were encrypted: algorithm, wrapped key, nonce base, key id. Critical.
    pub(crate) const ENCRYPTION: u8 = 0x81;
    /// The documents that a bucket has. Critical: an unknown policy cannot be enforced.
    pub(crate) const DOCUMENTS: u8 = 0x85;
    /// The access control list. Critical: it may be what lets nobody else read.
    pub(crate) const ACCESS_CONTROL_LIST: u8 = 0x87;
    /// The generation of the Overflow row beside a version. Critical: the rest is there.
    pub(crate) const OVERFLOW: u8 = 0x88;

    // Of what is to come. They are named now, so that nothing else takes their numbers.
    #[allow(dead_code, reason = "their features are not built yet")]
    pub(crate) mod reserved {
        /// When lifecycle is due.
        pub(crate) const DUE: u8 = 15;
        /// Replication status: `x-amz-replication-status`.
        pub(crate) const REPLICATION_STATUS: u8 = 16;
        /// Object ownership of a bucket.
        pub(crate) const OBJECT_OWNERSHIP: u8 = 18;
        /// Restore status: `x-amz-restore`.
        pub(crate) const RESTORE_STATUS: u8 = 19;
        /// Expiry: `x-amz-expiration`.
        pub(crate) const EXPIRY: u8 = 20;
        /// Retention of Object Lock: mode and date. Critical: to ignore it is to delete.
        pub(crate) const RETENTION: u8 = 0x82;
        /// Legal hold. Critical.
        pub(crate) const LEGAL_HOLD: u8 = 0x83;
        /// Event hold, with its duration and unit. Critical.
        pub(crate) const EVENT_HOLD: u8 = 0x86;
    }
}

/// A tag of an object or bucket.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Tag {
    /// Its key.
    pub key: String,
    /// Its value; may be empty.
    pub value: String,
}

/// The headers that S3 stores with an object and gives back as they came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ContentHeaders {
    /// `Content-Type`.
    pub content_type: Option<String>,
    /// `Content-Encoding`, without `aws-chunked`.
    pub content_encoding: Option<String>,
    /// `Content-Language`.
    pub content_language: Option<String>,
    /// `Content-Disposition`.
    pub content_disposition: Option<String>,
    /// `Cache-Control`.
    pub cache_control: Option<String>,
    /// `Expires`, as sent.
    pub expires: Option<String>,
    /// `x-amz-website-redirect-location`.
    pub website_redirect_location: Option<String>,
}

impl From<Malformed> for Error {
    fn from(error: Malformed) -> Self {
        Self::Corrupt(error.0.into())
    }
}

impl From<TooLong> for Error {
    fn from(_: TooLong) -> Self {
        Self::MetadataTooLarge
    }
}

/// The tags that a field holds.
pub(crate) fn tags(mut field: Reader<'_>) -> Result<Vec<Tag>, Malformed> {
    let pairs = field.pairs()?.into_iter();
    Ok(pairs.map(|(key, value)| Tag { key, value }).collect())
}

impl ContentHeaders {
    /// Every header with its tag.
    pub(crate) fn fields(&self) -> [(u8, &Option<String>); 7] {
        [
            (tag::CONTENT_TYPE, &self.content_type),
            (tag::CONTENT_ENCODING, &self.content_encoding),
            (tag::CONTENT_LANGUAGE, &self.content_language),
            (tag::CONTENT_DISPOSITION, &self.content_disposition),
            (tag::CACHE_CONTROL, &self.cache_control),
            (tag::EXPIRES, &self.expires),
            (tag::WEBSITE_REDIRECT, &self.website_redirect_location),
        ]
    }

    /// The header of a tag; `None` when the tag is no header's.
    pub(crate) fn field_mut(&mut self, tag: u8) -> Option<&mut Option<String>> {
        Some(match tag {
            tag::CONTENT_TYPE => &mut self.content_type,
            tag::CONTENT_ENCODING => &mut self.content_encoding,
            tag::CONTENT_LANGUAGE => &mut self.content_language,
            tag::CONTENT_DISPOSITION => &mut self.content_disposition,
            tag::CACHE_CONTROL => &mut self.cache_control,
            tag::EXPIRES => &mut self.expires,
            tag::WEBSITE_REDIRECT => &mut self.website_redirect_location,
            _ => return None,
        })
    }
}
