//! What the listed parts become: CompleteMultipartUpload's rules. Pure.

use crate::Error;
use crate::conditions::WriteConditions;
use crate::list::ListedPart;
use crate::rows::{Manifest, ManifestEntry, PartRecord, UploadRecord};
use larder_digest::{combine_crc, composite, multipart_etag};
use larder_types::{Checksum, ChecksumAlgorithm, ChecksumType, ETag};

/// What CompleteMultipartUpload says.
#[derive(Clone, Debug, Default)]
pub struct CompleteUpload {
    /// The parts of the object.
    pub parts: Vec<CompletedPart>,
    /// `x-amz-checksum-*`: the object's checksum, full or composite.
    pub checksum: Option<Checksum>,
    /// `x-amz-checksum-type`.
    pub checksum_type: Option<ChecksumType>,
    /// `x-amz-mp-object-size`.
    pub object_size: Option<u64>,
    /// Conditions about the current version.
    pub conditions: WriteConditions,
}

/// A part as CompleteMultipartUpload lists it.
#[derive(Clone, Debug)]
pub struct CompletedPart {
    /// Its number.
    pub part_number: u32,
    /// Its ETag; `None` when the text is no ETag that a part can have.
    pub etag: Option<ETag>,
    /// Its checksum, if the request repeats it: the one that was verified when the part was
    /// uploaded counts either way.
    pub checksum: Option<Checksum>,
}

/// The object that the parts become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Assembly {
    pub manifest: Manifest,
    pub etag: ETag,
    pub checksum: Checksum,
    pub crc64nvme: u64,
}

impl Assembly {
    /// Puts the listed parts together and checks all that the request says about them.
    /// `uploaded` ascends by part number; every part but the last has at least `part_bytes_min`.
    pub(crate) fn of(
        upload: &UploadRecord,
        uploaded: &[ListedPart],
        request: &CompleteUpload,
        part_bytes_min: u64,
    ) -> Result<Self, Error> {
        if request.parts.is_empty() {
            return Err(Error::InvalidRequest("You must specify at least one part"));
        }
        let parts = select(upload, uploaded, request)?;
        check_sizes(&parts, part_bytes_min)?;
        let algorithm = upload.checksum.map(|(algorithm, _)| algorithm);
        let mut offset = 0;
        let entry = |part: &&ListedPart| {
            let entry = ManifestEntry {
                part_number: part.part_number,
                offset,
                body: part.record.body,
                md5: part.record.md5,
                crc64nvme: part.record.crc64nvme,
                checksum: algorithm.and_then(|a| part.record.checksum_of(a)),
            };
            offset += part.record.size();
            entry
        };
        let manifest = Manifest { algorithm, entries: parts.iter().map(entry).collect() };
        if request.object_size.is_some_and(|size| size != offset) {
            return Err(Error::ObjectSizeMismatch { size: offset });
        }
        let md5s: Vec<[u8; 16]> = parts.iter().map(|part| part.record.md5).collect();
        let crc64nvme = whole_crc(ChecksumAlgorithm::Crc64Nvme, &parts)?;
        let checksum = match upload.checksum {
            None => crc_checksum(ChecksumAlgorithm::Crc64Nvme, crc64nvme),
            Some((algorithm, ChecksumType::FullObject)) => {
                crc_checksum(algorithm, whole_crc(algorithm, &parts)?)
            }
            Some((algorithm, ChecksumType::Composite)) => {
                let digest = |part: &&ListedPart| Ok(part_checksum(algorithm, part)?.digest);
                let digests: Result<Vec<_>, Error> = parts.iter().map(digest).collect();
                composite(algorithm, &digests?)
            }
        };
        check_checksum(&checksum, request)?;
        Ok(Self { manifest, etag: multipart_etag(&md5s), checksum, crc64nvme })
    }
}

/// The uploaded parts that the request lists.
fn select<'a>(
    upload: &UploadRecord,
    uploaded: &'a [ListedPart],
    request: &CompleteUpload,
) -> Result<Vec<&'a ListedPart>, Error> {
    let ascending = request.parts.is_sorted_by(|a, b| a.part_number < b.part_number);
    // API reference, CompletedPart: with a checksum for each part the numbers are 1, 2, 3 ...
    let is_composite = matches!(upload.checksum, Some((_, ChecksumType::Composite)));
    let consecutive = || (1..).zip(&request.parts).all(|(n, part)| part.part_number == n);
    if !ascending {
        return Err(Error::InvalidPartOrder);
    }
    let find = |part: &CompletedPart| {
        let at = uploaded.binary_search_by_key(&part.part_number, |u| u.part_number);
        let found = at.ok().map(|index| &uploaded[index]);
        let found = found
            .filter(|found| part.etag == Some(found.record.etag()))
            .ok_or(Error::InvalidPart { part_number: part.part_number })?;
        check_part(upload, &found.record, part).map(|()| found)
    };
    let parts = request.parts.iter().map(find).collect::<Result<Vec<_>, _>>()?;
    if is_composite && !consecutive() { Err(Error::InvalidPartOrder) } else { Ok(parts) }
}

/// Refuses a part whose checksum is not the one that was computed when it was uploaded. One of an
/// algorithm that was not computed proves nothing, and its sender believes that it does.
fn check_part(
    upload: &UploadRecord,
    uploaded: &PartRecord,
    listed: &CompletedPart,
) -> Result<(), Error> {
    let Some(theirs) = &listed.checksum else {
        return Ok(());
    };
    let ours = uploaded.checksum_of(theirs.algorithm);
    if ours.is_some_and(|ours| ours.digest == theirs.digest) {
        return Ok(());
    }
    let part_number = listed.part_number;
    match upload.checksum {
        Some((algorithm, _)) if algorithm != theirs.algorithm => {
            Err(Error::PartBadDigest { part_number, algorithm: theirs.algorithm })
        }
        _ => Err(Error::InvalidPart { part_number }),
    }
}

fn check_sizes(parts: &[&ListedPart], part_bytes_min: u64) -> Result<(), Error> {
    let (_, others) = parts.split_last().expect("the list is not empty");
    match others.iter().find(|part| part.record.size() < part_bytes_min) {
        None => Ok(()),
        Some(small) => {
            Err(Error::EntityTooSmall { part_number: small.part_number, size: small.record.size() })
        }
    }
}

fn check_checksum(ours: &Checksum, request: &CompleteUpload) -> Result<(), Error> {
    if request.checksum_type.is_some_and(|t| t != ours.checksum_type()) {
        return Err(Error::BadDigest(ours.algorithm));
    }
    let Some(theirs) = &request.checksum else {
        return Ok(());
    };
    if theirs.algorithm != ours.algorithm {
        return Err(Error::ChecksumAlgorithmMismatch {
            expected: Some(ours.algorithm),
            actual: Some(theirs.algorithm),
        });
    }
    // A composite checksum may come without the number of parts behind it.
    let same_parts = theirs.parts.is_none() || theirs.parts == ours.parts;
    if same_parts && theirs.digest == ours.digest {
        Ok(())
    } else {
        Err(Error::BadDigest(ours.algorithm))
    }
}

fn part_checksum(algorithm: ChecksumAlgorithm, part: &ListedPart) -> Result<Checksum, Error> {
    let lacks = || Error::Corrupt("a part lacks its upload's checksum".into());
    part.record.checksum_of(algorithm).ok_or_else(lacks)
}

/// The CRC of all parts one after the other.
fn whole_crc(algorithm: ChecksumAlgorithm, parts: &[&ListedPart]) -> Result<u64, Error> {
    let mut whole = None;
    for part in parts {
        let digest = part_checksum(algorithm, part)?.digest;
        let crc = digest.iter().fold(0, |n, byte| (n << 8) | u64::from(*byte));
        whole = Some(match whole {
            None => crc,
            Some(before) => combine_crc(algorithm, before, crc, part.record.size())
                .expect("only CRCs have full-object checksums"),
        });
    }
    Ok(whole.expect("the list is not empty"))
}

fn crc_checksum(algorithm: ChecksumAlgorithm, crc: u64) -> Checksum {
    let bytes = crc.to_be_bytes();
    Checksum::full(algorithm, bytes[bytes.len() - algorithm.digest_bytes()..].to_vec())
}
