//! Manifests of multipart objects: written once, read as little as a range needs.

use crate::rows::{BodyLocation, Manifest, ManifestEntry, ManifestHeader, VersionRecord};
use crate::{Error, ObjectVersion, Objects};
use bytes::{Bytes, BytesMut};
use larder_storage::{BlobReader, BlobRef, BlobStore, CreateHints, Storage, StoredBytes};
use larder_types::{ByteRange, Checksum};
use std::ops::Range;

/// Where a part of an object is, for reads by `partNumber`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRange {
    /// Its bytes; `None` when it has none.
    pub range: Option<ByteRange>,
    /// How many parts the object has; `None` when it is no multipart object.
    pub parts_count: Option<u32>,
    /// The part's checksum, where it has one of the object's algorithm.
    pub checksum: Option<Checksum>,
}

/// A part as GetObjectAttributes shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ObjectPart {
    /// Its number.
    pub part_number: u32,
    /// Bytes.
    pub size: u64,
    /// Its checksum, where it has one.
    pub checksum: Option<Checksum>,
}

/// A page of an object's parts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartPage {
    /// How many parts the object has in all.
    pub parts_count: u32,
    /// The parts, by number.
    pub parts: Vec<ObjectPart>,
    /// Whether there are more behind them.
    pub truncated: bool,
}

impl<S: Storage> Objects<S> {
    /// The part of that number. An object that is no multipart object has one part, number 1.
    /// [`Error::InvalidPartNumber`].
    pub async fn part(
        &self,
        version: &ObjectVersion,
        part_number: u32,
    ) -> Result<PartRange, Error> {
        let record = &version.record;
        let BodyLocation::Manifest { parts, .. } = record.body.location else {
            let parts_count = record.etag.parts;
            return match part_number {
                1 => Ok(PartRange {
                    range: byte_range(0..record.size()),
                    parts_count,
                    checksum: record.checksum.clone(),
                }),
                _ => Err(Error::InvalidPartNumber { parts_count: parts_count.unwrap_or(1) }),
            };
        };
        let entries = self.entries_numbered(record, part_number).await?;
        let entry = entries.iter().find(|entry| entry.part_number == part_number);
        let entry = entry.ok_or(Error::InvalidPartNumber { parts_count: parts })?;
        Ok(PartRange {
            range: byte_range(entry.offset..entry.offset + entry.size()),
            parts_count: Some(parts),
            checksum: entry.checksum.clone(),
        })
    }

    /// The parts behind number `after`, at most `max`; `None` when it is no multipart object.
    pub async fn object_parts(
        &self,
        version: &ObjectVersion,
        after: u32,
        max: usize,
    ) -> Result<Option<PartPage>, Error> {
        let BodyLocation::Manifest { blob, parts, .. } = version.record.body.location else {
            return Ok(None);
        };
        let manifest = self.read_manifest(blob).await?;
        let rest = manifest.entries.iter().filter(|e| e.part_number > after);
        let mut page: Vec<ObjectPart> = rest
            .take(max.saturating_add(1))
            .map(|entry| ObjectPart {
                part_number: entry.part_number,
                size: entry.size(),
                checksum: entry.checksum.clone(),
            })
            .collect();
        let truncated = page.len() > max;
        page.truncate(max);
        Ok(Some(PartPage { parts_count: parts, parts: page, truncated }))
    }

    /// The entries that `range` of a multipart object touches, perhaps with others around them.
    pub(crate) async fn entries(
        &self,
        record: &VersionRecord,
        range: Range<u64>,
    ) -> Result<Vec<ManifestEntry>, Error> {
        match record.body.location {
            BodyLocation::Manifest { blob, parts, part_bytes } if part_bytes > 0 => {
                let last = u64::from(parts) - 1;
                let first = (range.start / part_bytes).min(last);
                let end = (range.end.saturating_sub(1) / part_bytes).min(last) + 1;
                self.read_entries(blob, first..end).await
            }
            BodyLocation::Manifest { blob, .. } => Ok(self.read_manifest(blob).await?.entries),
            BodyLocation::Empty
            | BodyLocation::Inline
            | BodyLocation::OwnRow
            | BodyLocation::Blob(_) => Ok(Vec::new()),
        }
    }

    async fn entries_numbered(
        &self,
        record: &VersionRecord,
        part_number: u32,
    ) -> Result<Vec<ManifestEntry>, Error> {
        match record.body.location {
            BodyLocation::Manifest { blob, parts, part_bytes } if part_bytes > 0 => {
                if (1..=parts).contains(&part_number) {
                    let index = u64::from(part_number) - 1;
                    self.read_entries(blob, index..index + 1).await
                } else {
                    Ok(Vec::new())
                }
            }
            _ => self.entries(record, 0..record.size()).await,
        }
    }

    async fn read_entries(
        &self,
        blob: BlobRef,
        entries: Range<u64>,
    ) -> Result<Vec<ManifestEntry>, Error> {
        let header =
            self.read_bytes(blob, StoredBytes::range(0..ManifestHeader::BYTES as u64)).await?;
        let header = ManifestHeader::decode(&header)?;
        let place = |entry: u64| {
            StoredBytes((ManifestHeader::BYTES as u64) + entry * header.entry_bytes() as u64)
        };
        let bytes = self.read_bytes(blob, place(entries.start)..place(entries.end)).await?;
        Ok(header.entries(&bytes)?)
    }

    /// Reads a whole manifest.
    pub(crate) async fn read_manifest(&self, blob: BlobRef) -> Result<Manifest, Error> {
        Ok(Manifest::decode(&self.read_bytes(blob, blob.whole()).await?)?)
    }

    /// Writes a manifest; durable, to be adopted by the commit that names it.
    pub(crate) async fn write_manifest(
        &self,
        manifest: &Manifest,
        hints: CreateHints,
    ) -> Result<BlobRef, Error> {
        self.store_in_blob(manifest.encode(), hints).await
    }

    async fn read_bytes(&self, blob: BlobRef, range: Range<StoredBytes>) -> Result<Bytes, Error> {
        if range.end > blob.stored_bytes {
            return Err(Error::Corrupt("a manifest is shorter than it says".into()));
        }
        let length = range.end.0 - range.start.0;
        let mut bytes = BytesMut::with_capacity(length as usize);
        let mut reader = BlobStore::read(&*self.store, blob, range).await?;
        while let Some(data) = reader.next().await? {
            bytes.extend_from_slice(&data);
        }
        if bytes.len() as u64 == length {
            Ok(bytes.freeze())
        } else {
            Err(Error::Corrupt("a blob is shorter than it says".into()))
        }
    }
}

fn byte_range(range: Range<u64>) -> Option<ByteRange> {
    (!range.is_empty()).then_some(ByteRange { start: range.start, end: range.end })
}
