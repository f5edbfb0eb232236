//! CompleteMultipartUpload's rules, on part records without a store.

use crate::list::ListedPart;
use crate::multipart::assembly::Assembly;
use crate::multipart::{CompleteUpload, CompletedPart, checksum_of};
use crate::rows::{Manifest, PartRecord, UnknownFields, UploadRecord};
use crate::testing::owner;
use crate::{Error, ObjectAttributes};
use larder_storage::{BlobId, BlobPlacement, BlobRef};
use larder_types::ChecksumAlgorithm::{self, Crc32, Crc64Nvme, Sha1, Sha256};
use larder_types::ChecksumType::{Composite, FullObject};
use larder_types::limits::{PART_BYTES_MAX, PART_BYTES_MIN, PART_NUMBER_MAX};
use larder_types::{Checksum, ChecksumType, Timestamp};

fn upload(checksum: Option<(ChecksumAlgorithm, ChecksumType)>) -> UploadRecord {
    UploadRecord {
        owner: owner("alice"),
        initiator: owner("alice"),
        attributes: ObjectAttributes::default(),
        checksum,
        unknown: UnknownFields::default(),
    }
}

fn uploaded(part_number: u32, length: u64, algorithm: Option<ChecksumAlgorithm>) -> ListedPart {
    let sum = |a: ChecksumAlgorithm| Checksum::full(a, vec![part_number as u8; a.digest_bytes()]);
    ListedPart {
        part_number,
        record: PartRecord {
            blob: Some(BlobRef {
                id: BlobId(part_number.into()),
                placement: BlobPlacement::EMPTY,
                length,
            }),
            modified: Timestamp { ms: 0 },
            md5: [part_number as u8; 16],
            crc64nvme: part_number.into(),
            checksum: algorithm.filter(|a| *a != Crc64Nvme).map(sum),
            unknown: Default::default(),
        },
    }
}

struct Case {
    upload: UploadRecord,
    parts: Vec<ListedPart>,
    request: CompleteUpload,
}

impl Case {
    /// Parts 1, 2, 3 of the smallest size, all listed with ETag and checksum.
    fn new(checksum: Option<(ChecksumAlgorithm, ChecksumType)>) -> Self {
        let algorithm = checksum.map(|(algorithm, _)| algorithm);
        let parts: Vec<_> = (1..=3).map(|n| uploaded(n, PART_BYTES_MIN, algorithm)).collect();
        let listed = parts.iter().map(|part| CompletedPart {
            part_number: part.part_number,
            etag: Some(part.record.etag()),
            checksum: algorithm.and_then(|a| part.record.checksum_of(a)),
        });
        let request = CompleteUpload { parts: listed.collect(), ..CompleteUpload::default() };
        Self { upload: upload(checksum), parts, request }
    }

    fn with(mut self, change: impl FnOnce(&mut Self)) -> Self {
        change(&mut self);
        self
    }

    fn run(&self) -> Result<Assembly, Error> {
        Assembly::of(&self.upload, &self.parts, &self.request, PART_BYTES_MIN)
    }
}

#[test]
fn order_and_identity() {
    let plain = || Case::new(None);
    let swapped = plain().with(|c| c.request.parts.swap(0, 1)).run();
    assert!(matches!(swapped, Err(Error::InvalidPartOrder)));
    let twice = plain().with(|c| c.request.parts[1] = c.request.parts[0].clone()).run();
    assert!(matches!(twice, Err(Error::InvalidPartOrder)));
    let missing = plain().with(|c| c.request.parts[2].part_number = 9999).run();
    assert!(matches!(missing, Err(Error::InvalidPart { part_number: 9999 })));
    let unparsable = plain().with(|c| c.request.parts[1].etag = None).run();
    assert!(matches!(unparsable, Err(Error::InvalidPart { part_number: 2 })));
    let sha256 = || Case::new(Some((Sha256, Composite)));
    let other = sha256().with(|c| flip(&mut c.request.parts[1])).run();
    assert!(matches!(other, Err(Error::InvalidPart { part_number: 2 })));
    // Whose algorithm is another proves nothing, whether the upload has one or not.
    let sha1 = |case: Case| {
        let sum = Checksum::full(Sha1, vec![7; 20]);
        case.with(|c| c.request.parts[1].checksum = Some(sum)).run()
    };
    let other = sha1(sha256());
    assert!(matches!(other, Err(Error::PartBadDigest { part_number: 2, algorithm: Sha1 })));
    assert!(matches!(sha1(plain()), Err(Error::InvalidPart { part_number: 2 })));
    let gap = |case: Case| case.with(|c| drop(c.request.parts.remove(1))).run();
    assert!(matches!(gap(sha256()), Err(Error::InvalidPartOrder)));
    assert_eq!(gap(plain()).unwrap().etag.parts, Some(2));
    assert_eq!(gap(Case::new(Some((Crc32, FullObject)))).unwrap().etag.parts, Some(2));
    let none = plain().with(|c| c.request.parts.clear()).run();
    assert!(matches!(none, Err(Error::InvalidRequest(_))));
}

fn flip(part: &mut CompletedPart) {
    part.checksum.as_mut().expect("the case has checksums").digest[0] ^= 1;
}

#[test]
fn sizes() {
    let small = Case::new(None).with(|c| c.parts[1] = uploaded(2, PART_BYTES_MIN - 1, None)).run();
    let Err(Error::EntityTooSmall { part_number, size }) = small else { panic!("{small:?}") };
    assert_eq!((part_number, size), (2, PART_BYTES_MIN - 1));
    let last = Case::new(None).with(|c| c.parts[2] = uploaded(3, 1, None)).run().unwrap();
    assert_eq!(last.manifest.size(), 2 * PART_BYTES_MIN + 1);
    assert_eq!(last.manifest.part_bytes(), PART_BYTES_MIN);
    let size = |size| Case::new(None).with(|c| c.request.object_size = Some(size)).run();
    assert!(size(3 * PART_BYTES_MIN).is_ok());
    let wrong = size(3 * PART_BYTES_MIN - 1);
    assert!(matches!(wrong, Err(Error::ObjectSizeMismatch { size }) if size == 3 * PART_BYTES_MIN));
}

#[test]
fn checksums_of_the_object() {
    for checksum in [(Sha256, Composite), (Crc32, Composite), (Crc32, FullObject)] {
        let case = || Case::new(Some(checksum));
        let ours = case().run().unwrap().checksum;
        assert_eq!((ours.algorithm, ours.checksum_type()), checksum);
        let with = |sum: Checksum| case().with(|c| c.request.checksum = Some(sum)).run();
        assert!(with(ours.clone()).is_ok());
        assert!(with(Checksum { parts: None, ..ours.clone() }).is_ok());
        let wrong = Checksum { digest: vec![9; ours.digest.len()], ..ours.clone() };
        assert!(matches!(with(wrong), Err(Error::BadDigest(a)) if a == checksum.0));
        assert!(matches!(
            with(Checksum { parts: Some(7), ..ours.clone() }),
            Err(Error::BadDigest(_))
        ));
        let other = Checksum::full(Sha1, vec![0; 20]);
        assert!(matches!(with(other), Err(Error::ChecksumAlgorithmMismatch { .. })));
        let typed = |t| case().with(|c| c.request.checksum_type = Some(t)).run();
        for t in [Composite, FullObject] {
            assert_eq!(typed(t).is_ok(), t == checksum.1);
        }
        // A part's checksum that the request does not repeat is the one that was uploaded; one
        // that it repeats wrongly is refused.
        let bare = case().with(|c| c.request.parts[2].checksum = None).run();
        assert_eq!(bare.unwrap().checksum, ours);
        let wrong = Checksum::full(checksum.0, vec![9; ours.digest.len()]);
        let wrong = case().with(|c| c.request.parts[2].checksum = Some(wrong)).run();
        assert!(matches!(wrong, Err(Error::InvalidPart { part_number: 3 })));
    }
}

#[test]
fn types_of_checksums() {
    for algorithm in ChecksumAlgorithm::ALL {
        let of = |t| checksum_of(Some(algorithm), t).ok().flatten().map(|(_, t)| t);
        let (full, composite) = (of(Some(FullObject)), of(Some(Composite)));
        let crc = algorithm.is_crc();
        assert_eq!(full, crc.then_some(FullObject), "{algorithm:?}");
        let only_full = algorithm == Crc64Nvme;
        assert_eq!(composite, (!only_full).then_some(Composite), "{algorithm:?}");
        let default = if only_full { FullObject } else { Composite };
        assert_eq!(of(None), Some(default), "{algorithm:?}");
    }
    assert_eq!(checksum_of(None, None).unwrap(), None);
    assert!(matches!(checksum_of(None, Some(FullObject)), Err(Error::InvalidRequest(_))));
}

/// The largest object S3 knows: 10,000 parts of 5 GiB.
#[test]
fn ten_thousand_parts() {
    let parts: Vec<_> = (1..=PART_NUMBER_MAX).map(|n| uploaded(n, PART_BYTES_MAX, None)).collect();
    let listed = parts.iter().map(|part| CompletedPart {
        part_number: part.part_number,
        etag: Some(part.record.etag()),
        checksum: None,
    });
    let request = CompleteUpload { parts: listed.collect(), ..CompleteUpload::default() };
    let assembly = Assembly::of(&upload(None), &parts, &request, PART_BYTES_MIN).unwrap();
    assert_eq!(assembly.manifest.size(), larder_types::limits::OBJECT_BYTES_MAX);
    assert_eq!(assembly.etag.parts, Some(PART_NUMBER_MAX));
    let encoded = assembly.manifest.encode();
    assert!(encoded.len() < 1 << 20, "{}", encoded.len());
    assert_eq!(Manifest::decode(&encoded).unwrap(), assembly.manifest);
}
