//! The pieces of values: fixed numbers, texts, tagged fields, and the groups that several rows
//! share.

use crate::Error;
use bytes::Bytes;
use larder_types::{Checksum, ChecksumAlgorithm, Owner};

/// Tags from here on must be understood by whoever reads the row.
pub const CRITICAL: u8 = 0x80;

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
        /// Owner and access control list. Critical: it may be what forbids.
        pub(crate) const ACCESS_CONTROL_LIST: u8 = 0x87;
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

/// A stored value that this version cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

/// A row has a field that must be known to be read, and is not.
pub(crate) const NEWER: Malformed = Malformed("a row needs a newer version to be read");

impl From<Malformed> for Error {
    fn from(error: Malformed) -> Self {
        Self::Corrupt(error.0.into())
    }
}

/// Builds a value.
#[derive(Default)]
pub(crate) struct Writer {
    out: Vec<u8>,
    overflow: bool,
}

impl Writer {
    pub(crate) fn u8(&mut self, value: u8) {
        self.out.push(value);
    }

    pub(crate) fn u32(&mut self, value: u32) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn u64(&mut self, value: u64) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn i64(&mut self, value: i64) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    pub(crate) fn raw(&mut self, value: &[u8]) {
        self.out.extend_from_slice(value);
    }

    /// Length and bytes; a length that does not fit fails [`Writer::finish`].
    pub(crate) fn sized(&mut self, value: &[u8]) {
        let length = u16::try_from(value.len()).unwrap_or_else(|_| {
            self.overflow = true;
            0
        });
        self.out.extend_from_slice(&length.to_le_bytes());
        self.out.extend_from_slice(value);
    }

    pub(crate) fn owner(&mut self, owner: &Owner) {
        self.sized(owner.canonical_id.as_bytes());
        self.sized(owner.display_name.as_bytes());
    }

    /// Zeros until the value has so many bytes.
    pub(crate) fn zeros_to(&mut self, bytes: usize) {
        self.out.resize(bytes.max(self.out.len()), 0);
    }

    /// Length and what `write` writes.
    pub(crate) fn sized_with(&mut self, write: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        write(&mut inner);
        self.overflow |= inner.overflow;
        self.sized(&inner.out);
    }

    pub(crate) fn field(&mut self, tag: u8, value: &[u8]) {
        self.u8(tag);
        self.sized(value);
    }

    pub(crate) fn field_with(&mut self, tag: u8, write: impl FnOnce(&mut Self)) {
        self.u8(tag);
        self.sized_with(write);
    }

    pub(crate) fn checksum(&mut self, checksum: &Checksum) {
        self.u8(checksum.algorithm as u8);
        self.u32(checksum.parts.unwrap_or(0));
        self.raw(&checksum.digest);
    }

    pub(crate) fn pairs<'a>(&mut self, pairs: impl Iterator<Item = (&'a str, &'a str)>) {
        for (name, value) in pairs {
            self.sized(name.as_bytes());
            self.sized(value.as_bytes());
        }
    }

    /// The value, when it has at most `bytes_max` bytes.
    pub(crate) fn finish(self, bytes_max: usize) -> Result<Bytes, Error> {
        if self.overflow || self.out.len() > bytes_max {
            Err(Error::MetadataTooLarge)
        } else {
            Ok(self.out.into())
        }
    }
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

/// Takes a value apart.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl<'a> Reader<'a> {
    pub(crate) fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (value, rest) =
            self.0.split_at_checked(length).ok_or(Malformed("a row's value is too short"))?;
        self.0 = rest;
        Ok(value)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        Ok(self.take(N)?.try_into().expect("N bytes were taken"))
    }

    pub(crate) fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    pub(crate) fn u16(&mut self) -> Result<u16, Malformed> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    pub(crate) fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    pub(crate) fn u64(&mut self) -> Result<u64, Malformed> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    pub(crate) fn i64(&mut self) -> Result<i64, Malformed> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    pub(crate) fn sized(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.u16()?;
        self.take(length.into())
    }

    pub(crate) fn text(&mut self) -> Result<&'a str, Malformed> {
        utf8(self.sized()?)
    }

    pub(crate) fn owner(&mut self) -> Result<Owner, Malformed> {
        Ok(Owner { canonical_id: self.text()?.to_owned(), display_name: self.text()?.to_owned() })
    }

    /// The next tagged field; `None` at the end.
    pub(crate) fn field(&mut self) -> Result<Option<(u8, Reader<'a>)>, Malformed> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let tag = self.u8()?;
        Ok(Some((tag, Reader(self.sized()?))))
    }

    /// A checksum that fills the rest.
    pub(crate) fn checksum(&mut self) -> Result<Checksum, Malformed> {
        let algorithm = algorithm(self.u8()?)?;
        let parts = self.u32()?;
        let digest = self.take(algorithm.digest_bytes())?.to_vec();
        self.end()?;
        Ok(Checksum { algorithm, digest, parts: (parts > 0).then_some(parts) })
    }

    /// Fails unless all was taken: what a newer version put behind what this one knows would get
    /// lost when the row is written again.
    pub(crate) fn end(&self) -> Result<(), Malformed> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Malformed("a row holds more than this version knows"))
    }

    pub(crate) fn pairs(&mut self) -> Result<Vec<(String, String)>, Malformed> {
        let mut pairs = Vec::new();
        while !self.0.is_empty() {
            pairs.push((self.text()?.to_owned(), self.text()?.to_owned()));
        }
        Ok(pairs)
    }

    pub(crate) fn tags(&mut self) -> Result<Vec<Tag>, Malformed> {
        let pairs = self.pairs()?.into_iter();
        Ok(pairs.map(|(key, value)| Tag { key, value }).collect())
    }

    /// Fails unless the next byte is the format's version.
    pub(crate) fn format(&mut self, known: u8) -> Result<(), Malformed> {
        if self.u8()? == known {
            Ok(())
        } else {
            Err(Malformed("a row has the format of a newer version"))
        }
    }
}

/// Fields of newer versions, which a row that is written again carries along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnknownFields(pub(crate) Vec<(u8, Vec<u8>)>);

impl UnknownFields {
    /// Writes them as they were read.
    pub(crate) fn write(&self, w: &mut Writer) {
        for (tag, value) in &self.0 {
            w.field(*tag, value);
        }
    }

    /// Takes a field whose tag is not known: carried along, or refused when it is critical.
    pub(crate) fn keep(&mut self, tag: u8, field: Reader<'_>) -> Result<(), Malformed> {
        keep_unknown(&mut self.0, tag, field)
    }

    /// How many bytes [`UnknownFields::write`] writes.
    pub(crate) fn bytes(&self) -> usize {
        self.0.iter().map(|(_, value)| 3 + value.len()).sum()
    }

    /// Reads the rest of a row whose fields are all of newer versions.
    pub(crate) fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut fields = Self::default();
        while let Some((tag, field)) = r.field()? {
            keep_unknown(&mut fields.0, tag, field)?;
        }
        Ok(fields)
    }
}

/// A field with an unknown tag: carried along, or refused when it is critical.
pub(crate) fn keep_unknown(
    kept: &mut Vec<(u8, Vec<u8>)>,
    tag: u8,
    field: Reader<'_>,
) -> Result<(), Malformed> {
    if tag >= CRITICAL {
        return Err(NEWER);
    }
    kept.push((tag, field.0.to_vec()));
    Ok(())
}

/// The checksum algorithm of a stored code.
pub(crate) fn algorithm(code: u8) -> Result<ChecksumAlgorithm, Malformed> {
    ChecksumAlgorithm::from_code(code)
        .ok_or(Malformed("a row names a checksum algorithm of a newer version"))
}

/// The bytes as text.
pub(crate) fn utf8(bytes: &[u8]) -> Result<&str, Malformed> {
    std::str::from_utf8(bytes).map_err(|_| Malformed("a row's text is not UTF-8"))
}
