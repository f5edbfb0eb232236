//! The content of a manifest blob: the parts of a multipart object, in order.
//!
//! ```text
//! header, 64 bytes: u8 format = 1, u8 checksum algorithm (0 none), u16 bytes of an entry,
//!                   u32 parts, u64 size of the object, tagged fields (u16 length, bytes): none
//!                   yet; zeros to the end
//! entry:  u32 part number, u64 offset in the object, u64 blob number, u56 stored bytes,
//!         u8 bytes of placement, [16] MD5, u64 CRC64NVME, digest of the algorithm, placement,
//!         zeros to the end
//! ```
//!
//! Entries are equally long, so that a reader finds one without reading the others: each has room
//! for the longest placement among them. What is left of an entry behind the digest is that room.

use crate::rows::body_ref::{BodyRef, Transforms};
use crate::rows::fields::{BLOB_FIXED_BYTES, Malformed, Reader, UnknownFields, Writer};
use bytes::Bytes;
use larder_storage::{BLOB_PLACEMENT_BYTES_MAX, BlobRef};
use larder_types::{Checksum, ChecksumAlgorithm};

const FORMAT: u8 = 1;
const ENTRY_FIXED_BYTES: usize = 4 + 8 + BLOB_FIXED_BYTES + 16 + 8;

/// The first bytes of a manifest.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ManifestHeader {
    /// Algorithm of the parts' further checksums.
    pub algorithm: Option<ChecksumAlgorithm>,
    /// How many parts there are.
    pub parts: u32,
    /// Size of the object in bytes.
    pub size: u64,
    /// Bytes that each entry has for its blob's placement.
    pub placement_bytes: usize,
}

/// One part of a multipart object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ManifestEntry {
    /// Its number, as uploaded.
    pub part_number: u32,
    /// Where it begins in the object.
    pub offset: u64,
    /// Its bytes, in a blob when there are some.
    pub body: BodyRef,
    /// MD5.
    pub md5: [u8; 16],
    /// CRC64NVME.
    pub crc64nvme: u64,
    /// The further checksum, when the manifest has an algorithm.
    pub checksum: Option<Checksum>,
}

/// The parts of a multipart object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Manifest {
    /// Algorithm of the parts' further checksums; each entry has one then.
    pub algorithm: Option<ChecksumAlgorithm>,
    /// The parts, by offset.
    pub entries: Vec<ManifestEntry>,
}

impl ManifestEntry {
    /// Bytes of the object.
    pub fn size(&self) -> u64 {
        self.body.object_bytes
    }
}

impl ManifestHeader {
    /// Bytes of the header.
    pub const BYTES: usize = 64;

    /// Bytes of an entry.
    pub fn entry_bytes(&self) -> usize {
        entry_bytes(self.algorithm) + self.placement_bytes
    }

    /// Reads the header.
    pub(crate) fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let mut r = Reader(bytes);
        r.format(FORMAT)?;
        let (code, entry_bytes) = (r.u8()?, r.u16()?);
        let newer = Malformed("a manifest has the format of a newer version");
        let algorithm = match code {
            0 => None,
            code => Some(ChecksumAlgorithm::from_code(code).ok_or(newer)?),
        };
        let placement_bytes = usize::from(entry_bytes).checked_sub(self::entry_bytes(algorithm));
        let placement_bytes = placement_bytes.filter(|bytes| *bytes <= BLOB_PLACEMENT_BYTES_MAX);
        let placement_bytes = placement_bytes.ok_or(newer)?;
        let header = Self { algorithm, parts: r.u32()?, size: r.u64()?, placement_bytes };
        // A manifest is never written again: what is not known has nothing to be carried to.
        UnknownFields::read(&mut Reader(r.sized()?))?;
        Ok(header)
    }

    /// Reads entries; `bytes` is a whole number of them.
    pub(crate) fn entries(&self, bytes: &[u8]) -> Result<Vec<ManifestEntry>, Malformed> {
        let mut r = Reader(bytes);
        let mut entries = Vec::with_capacity(bytes.len() / self.entry_bytes());
        while !r.0.is_empty() {
            let (part_number, offset) = (r.u32()?, r.u64()?);
            let (blob, placement_bytes) = r.blob_fixed()?;
            let (md5, crc64nvme) = (r.array()?, r.u64()?);
            let checksum = match self.algorithm {
                None => None,
                Some(a) => Some(Checksum::full(a, r.take(a.digest_bytes())?.to_vec())),
            };
            let mut room = Reader(r.take(self.placement_bytes)?);
            let placement = room.placement(placement_bytes)?;
            if room.0.iter().any(|byte| *byte != 0) {
                return Err(Malformed("a manifest's entry holds more than this version knows"));
            }
            let body = BodyRef::of_part(BlobRef { placement, ..blob }, Transforms::default());
            if offset.checked_add(body.object_bytes).is_none() {
                return Err(Malformed("a manifest's part ends behind every object's end"));
            }
            entries.push(ManifestEntry { part_number, offset, body, md5, crc64nvme, checksum });
        }
        Ok(entries)
    }
}

/// Bytes of an entry without room for placements.
fn entry_bytes(algorithm: Option<ChecksumAlgorithm>) -> usize {
    ENTRY_FIXED_BYTES + algorithm.map_or(0, ChecksumAlgorithm::digest_bytes)
}

/// Bytes of the placement of an entry's blob.
fn placement_bytes(entry: &ManifestEntry) -> usize {
    entry.body.blob().map_or(0, |blob| blob.placement.as_bytes().len())
}

impl Manifest {
    /// Size of the object in bytes.
    pub fn size(&self) -> u64 {
        self.entries.last().map_or(0, |e| e.offset + e.size())
    }

    /// The size of every part but the last when they are equal and numbered 1, 2, 3 ... and the
    /// last is no larger; otherwise 0. See [`crate::BodyLocation::Manifest`].
    pub fn part_bytes(&self) -> u64 {
        let Some(first) = self.entries.first() else {
            return 0;
        };
        let regular = (1..).zip(&self.entries).all(|(number, entry)| {
            let last = number as usize == self.entries.len();
            let fits = entry.size() == first.size() || last && entry.size() <= first.size();
            entry.part_number == number && fits
        });
        if regular { first.size() } else { 0 }
    }

    /// The content of the blob. Every entry has a checksum exactly when there is an algorithm.
    pub(crate) fn encode(&self) -> Bytes {
        let header = ManifestHeader {
            algorithm: self.algorithm,
            parts: self.entries.len() as u32,
            size: self.size(),
            placement_bytes: self.entries.iter().map(placement_bytes).max().unwrap_or(0),
        };
        let mut w = Writer::default();
        w.u8(FORMAT);
        w.u8(self.algorithm.map_or(0, |a| a as u8));
        w.raw(&(header.entry_bytes() as u16).to_le_bytes());
        w.u32(header.parts);
        w.u64(header.size);
        w.sized(&[]);
        w.zeros_to(ManifestHeader::BYTES);
        for entry in &self.entries {
            let digest = entry.checksum.as_ref().map(|c| (c.algorithm, &c.digest));
            assert!(digest.map(|(a, _)| a) == self.algorithm, "one algorithm per manifest");
            w.u32(entry.part_number);
            w.u64(entry.offset);
            w.blob_fixed(entry.body.blob().as_ref());
            w.raw(&entry.md5);
            w.u64(entry.crc64nvme);
            if let Some((_, digest)) = digest {
                w.raw(digest);
            }
            let mut room = [0; BLOB_PLACEMENT_BYTES_MAX];
            if let Some(blob) = entry.body.blob() {
                room[..placement_bytes(entry)].copy_from_slice(blob.placement.as_bytes());
            }
            w.raw(&room[..header.placement_bytes]);
        }
        w.finish(usize::MAX).expect("a manifest has no texts")
    }

    /// Reads a whole manifest.
    pub fn decode(bytes: &[u8]) -> Result<Self, Malformed> {
        let header = ManifestHeader::decode(bytes)?;
        let entries = bytes.get(ManifestHeader::BYTES..);
        let entries = header.entries(entries.ok_or(Malformed("a manifest is too short"))?)?;
        if entries.len() != header.parts as usize {
            return Err(Malformed("a manifest lacks parts"));
        }
        let mut end = 0;
        for entry in &entries {
            if entry.offset != end {
                return Err(Malformed("a manifest's parts do not follow on each other"));
            }
            end += entry.size();
        }
        if end != header.size {
            return Err(Malformed("a manifest's parts are not its object's size"));
        }
        Ok(Self { algorithm: header.algorithm, entries })
    }
}
