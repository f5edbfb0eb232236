//! The pieces of rows' values: fixed numbers, texts, tagged fields, blobs.
//!
//! Numbers are little-endian. Every value begins with its format's version and ends with tagged
//! fields: u8 tag, u16 length, bytes. A tag below [`CRITICAL`] that a version does not know is
//! carried along when the row is written again; one at or above it refuses the row.

mod blob;

pub use blob::BLOB_FIXED_BYTES;

use bytes::Bytes;
use larder_types::{Checksum, ChecksumAlgorithm, Owner};

/// Tags from here on must be understood by whoever reads the row.
pub const CRITICAL: u8 = 0x80;

/// A stored value that this version cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed(pub &'static str);

/// A row has a field that must be known to be read, and is not.
pub const NEWER: Malformed = Malformed("a row needs a newer version to be read");

/// A value is longer than its row may be, or a piece of it than its length can say.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TooLong;

/// Builds a value.
#[derive(Debug, Default)]
pub struct Writer {
    out: Vec<u8>,
    overflow: bool,
}

impl Writer {
    /// One byte.
    pub fn u8(&mut self, value: u8) {
        self.out.push(value);
    }

    /// Four bytes, little-endian.
    pub fn u32(&mut self, value: u32) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    /// Eight bytes, little-endian.
    pub fn u64(&mut self, value: u64) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    /// Eight bytes, little-endian, two's complement.
    pub fn i64(&mut self, value: i64) {
        self.out.extend_from_slice(&value.to_le_bytes());
    }

    /// Bytes as they are.
    pub fn raw(&mut self, value: &[u8]) {
        self.out.extend_from_slice(value);
    }

    /// Length and bytes; a length that does not fit fails [`Writer::finish`].
    pub fn sized(&mut self, value: &[u8]) {
        let length = u16::try_from(value.len()).unwrap_or_else(|_| {
            self.overflow = true;
            0
        });
        self.out.extend_from_slice(&length.to_le_bytes());
        self.out.extend_from_slice(value);
    }

    /// Canonical user id and display name, each a text.
    pub fn owner(&mut self, owner: &Owner) {
        self.sized(owner.canonical_id.as_bytes());
        self.sized(owner.display_name.as_bytes());
    }

    /// Zeros until the value has so many bytes.
    pub fn zeros_to(&mut self, bytes: usize) {
        self.out.resize(bytes.max(self.out.len()), 0);
    }

    /// Length and what `write` writes.
    pub fn sized_with(&mut self, write: impl FnOnce(&mut Self)) {
        let mut inner = Self::default();
        write(&mut inner);
        self.overflow |= inner.overflow;
        self.sized(&inner.out);
    }

    /// A tagged field: tag, u16 length, bytes.
    pub fn field(&mut self, tag: u8, value: &[u8]) {
        self.u8(tag);
        self.sized(value);
    }

    /// A tagged field that holds what `write` writes.
    pub fn field_with(&mut self, tag: u8, write: impl FnOnce(&mut Self)) {
        self.u8(tag);
        self.sized_with(write);
    }

    /// u8 algorithm, u32 parts (0: of the whole), digest.
    pub fn checksum(&mut self, checksum: &Checksum) {
        self.u8(checksum.algorithm as u8);
        self.u32(checksum.parts.unwrap_or(0));
        self.raw(&checksum.digest);
    }

    /// Pairs of texts up to the end.
    pub fn pairs<'a>(&mut self, pairs: impl Iterator<Item = (&'a str, &'a str)>) {
        for (name, value) in pairs {
            self.sized(name.as_bytes());
            self.sized(value.as_bytes());
        }
    }

    /// The value, when it has at most `bytes_max` bytes; [`TooLong`].
    pub fn finish(self, bytes_max: usize) -> Result<Bytes, TooLong> {
        if self.overflow || self.out.len() > bytes_max { Err(TooLong) } else { Ok(self.out.into()) }
    }
}

/// Takes a value apart.
#[derive(Clone, Copy, Debug)]
pub struct Reader<'a>(pub &'a [u8]);

impl<'a> Reader<'a> {
    /// The next `length` bytes.
    pub fn take(&mut self, length: usize) -> Result<&'a [u8], Malformed> {
        let (value, rest) =
            self.0.split_at_checked(length).ok_or(Malformed("a row's value is too short"))?;
        self.0 = rest;
        Ok(value)
    }

    /// The next `N` bytes.
    pub fn array<const N: usize>(&mut self) -> Result<[u8; N], Malformed> {
        Ok(self.take(N)?.try_into().expect("N bytes were taken"))
    }

    /// One byte.
    pub fn u8(&mut self) -> Result<u8, Malformed> {
        Ok(self.array::<1>()?[0])
    }

    /// Two bytes, little-endian.
    pub fn u16(&mut self) -> Result<u16, Malformed> {
        Ok(u16::from_le_bytes(self.array()?))
    }

    /// Four bytes, little-endian.
    pub fn u32(&mut self) -> Result<u32, Malformed> {
        Ok(u32::from_le_bytes(self.array()?))
    }

    /// Eight bytes, little-endian.
    pub fn u64(&mut self) -> Result<u64, Malformed> {
        Ok(u64::from_le_bytes(self.array()?))
    }

    /// Eight bytes, little-endian, two's complement.
    pub fn i64(&mut self) -> Result<i64, Malformed> {
        Ok(i64::from_le_bytes(self.array()?))
    }

    /// Bytes behind their u16 length.
    pub fn sized(&mut self) -> Result<&'a [u8], Malformed> {
        let length = self.u16()?;
        self.take(length.into())
    }

    /// A text behind its u16 length.
    pub fn text(&mut self) -> Result<&'a str, Malformed> {
        utf8(self.sized()?)
    }

    /// Canonical user id and display name.
    pub fn owner(&mut self) -> Result<Owner, Malformed> {
        Ok(Owner { canonical_id: self.text()?.to_owned(), display_name: self.text()?.to_owned() })
    }

    /// The next tagged field; `None` at the end.
    pub fn field(&mut self) -> Result<Option<(u8, Reader<'a>)>, Malformed> {
        if self.0.is_empty() {
            return Ok(None);
        }
        let tag = self.u8()?;
        Ok(Some((tag, Reader(self.sized()?))))
    }

    /// A checksum that fills the rest.
    pub fn checksum(&mut self) -> Result<Checksum, Malformed> {
        let algorithm = algorithm(self.u8()?)?;
        let parts = self.u32()?;
        let digest = self.take(algorithm.digest_bytes())?.to_vec();
        self.end()?;
        Ok(Checksum { algorithm, digest, parts: (parts > 0).then_some(parts) })
    }

    /// Fails unless all was taken: what a newer version put behind what this one knows would get
    /// lost when the row is written again.
    pub fn end(&self) -> Result<(), Malformed> {
        if self.0.is_empty() {
            return Ok(());
        }
        Err(Malformed("a row holds more than this version knows"))
    }

    /// Pairs of texts up to the end.
    pub fn pairs(&mut self) -> Result<Vec<(String, String)>, Malformed> {
        let mut pairs = Vec::new();
        while !self.0.is_empty() {
            pairs.push((self.text()?.to_owned(), self.text()?.to_owned()));
        }
        Ok(pairs)
    }

    /// Fails unless the next byte is the format's version.
    pub fn format(&mut self, known: u8) -> Result<(), Malformed> {
        if self.u8()? == known {
            Ok(())
        } else {
            Err(Malformed("a row has the format of a newer version"))
        }
    }
}

/// Fields of newer versions, which a row that is written again carries along.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnknownFields(pub Vec<(u8, Vec<u8>)>);

impl UnknownFields {
    /// Writes them as they were read.
    pub fn write(&self, w: &mut Writer) {
        for (tag, value) in &self.0 {
            w.field(*tag, value);
        }
    }

    /// Takes a field whose tag is not known: carried along, or refused when it is critical.
    pub fn keep(&mut self, tag: u8, field: Reader<'_>) -> Result<(), Malformed> {
        keep_unknown(&mut self.0, tag, field)
    }

    /// How many bytes [`UnknownFields::write`] writes.
    pub fn bytes(&self) -> usize {
        self.0.iter().map(|(_, value)| 3 + value.len()).sum()
    }

    /// Reads the rest of a row whose fields are all of newer versions.
    pub fn read(r: &mut Reader<'_>) -> Result<Self, Malformed> {
        let mut fields = Self::default();
        while let Some((tag, field)) = r.field()? {
            keep_unknown(&mut fields.0, tag, field)?;
        }
        Ok(fields)
    }
}

/// A field with an unknown tag: carried along, or refused when it is critical.
pub fn keep_unknown(
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
pub fn algorithm(code: u8) -> Result<ChecksumAlgorithm, Malformed> {
    ChecksumAlgorithm::from_code(code)
        .ok_or(Malformed("a row names a checksum algorithm of a newer version"))
}

/// The bytes as text.
pub fn utf8(bytes: &[u8]) -> Result<&str, Malformed> {
    std::str::from_utf8(bytes).map_err(|_| Malformed("a row's text is not UTF-8"))
}
