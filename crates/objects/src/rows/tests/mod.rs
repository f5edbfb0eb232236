//! Round trips, damaged values, and the fixtures of every released format.

mod manifests;

use crate::owned;
use crate::rows::document::DocumentRecord;
use crate::rows::fields::{ContentHeaders, Malformed, Tag, UnknownFields, tag};
use crate::rows::{
    BodyLocation, BodyRef, GcRecord, Hot, Manifest, ManifestEntry, ManifestHeader,
    ObjectAttributes, Overflow, PartRecord, StorageClass, Transforms, UploadId, UploadRecord,
    VersionRecord, Versioning, address, body, bucket, overflow,
};
use crate::testing::owner;
use crate::{Bucket, DocumentRef, Error};
use bytes::Bytes;
use larder_documents::DocumentKind;
use larder_storage::value::CRITICAL;
use larder_storage::{
    BLOB_PLACEMENT_BYTES_MAX, BlobId, BlobPlacement, BlobRef, SpaceId, StoredBytes,
};
use larder_types::{
    BucketName, Checksum, ChecksumAlgorithm, ChecksumType, ETag, Owner, Timestamp, VersionId, hex,
};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::{Just, Strategy, any, prop_assert_eq, prop_oneof, proptest};

fn an_unplaced_blob(id: u64, stored_bytes: u64) -> BlobRef {
    BlobRef {
        id: BlobId(id),
        placement: BlobPlacement::EMPTY,
        stored_bytes: StoredBytes(stored_bytes),
    }
}

fn a_placed_blob() -> BlobRef {
    let placement = BlobPlacement::new(&[0xd1, 0xd2, 0xd3]).unwrap();
    BlobRef { placement, ..an_unplaced_blob(5, 6 << 20) }
}

fn a_part(blob: BlobRef) -> BodyRef {
    BodyRef::of_part(blob, Transforms::default())
}

fn blob() -> impl Strategy<Value = BlobRef> {
    let placed = vec(any::<u8>(), 0..=BLOB_PLACEMENT_BYTES_MAX);
    (any::<u64>(), 1..1u64 << 56, placed).prop_map(|(id, length, placement)| BlobRef {
        placement: BlobPlacement::new(&placement).unwrap(),
        ..an_unplaced_blob(id, length)
    })
}

fn body() -> impl Strategy<Value = BodyRef> {
    prop_oneof![
        Just(BodyRef::default()),
        any::<u64>().prop_map(|size| BodyRef::new(size, BodyLocation::Inline)),
        any::<u64>().prop_map(|size| BodyRef::new(size, BodyLocation::OwnRow)),
        blob().prop_map(|blob| BodyRef::new(blob.stored_bytes.0, BodyLocation::Blob(blob))),
        (any::<u64>(), blob(), 1..u32::MAX, any::<u64>()).prop_map(
            |(size, blob, parts, part_bytes)| {
                BodyRef::new(size, BodyLocation::Manifest { blob, parts, part_bytes })
            }
        ),
    ]
}

fn algorithm() -> impl Strategy<Value = ChecksumAlgorithm> {
    (0..ChecksumAlgorithm::ALL.len()).prop_map(|i| ChecksumAlgorithm::ALL[i])
}

fn checksum() -> impl Strategy<Value = Checksum> {
    (algorithm(), any::<u8>(), option::of(1..10_001u32)).prop_map(|(algorithm, byte, parts)| {
        Checksum { algorithm, digest: vec![byte; algorithm.digest_bytes()], parts }
    })
}

fn text() -> impl Strategy<Value = String> {
    "\\PC{0,20}"
}

fn headers() -> impl Strategy<Value = ContentHeaders> {
    vec(option::of(text()), 7).prop_map(|mut texts| {
        let mut next = || texts.pop().flatten();
        ContentHeaders {
            content_type: next(),
            content_encoding: next(),
            content_language: next(),
            content_disposition: next(),
            cache_control: next(),
            expires: next(),
            website_redirect_location: next(),
        }
    })
}

fn tags() -> impl Strategy<Value = Vec<Tag>> {
    vec((text(), text()).prop_map(|(key, value)| Tag { key, value }), 0..4)
}

fn an_owner() -> impl Strategy<Value = Owner> {
    (text(), text()).prop_map(|(canonical_id, display_name)| Owner { canonical_id, display_name })
}

fn record() -> impl Strategy<Value = VersionRecord> {
    let place = (any::<bool>(), any::<bool>(), any::<u64>(), any::<u64>());
    let shown = (any::<i64>(), any::<[u8; 16]>(), option::of(1..10_001u32), 0..13u8, an_owner());
    let sums = (option::of(checksum()), option::of(any::<u64>()), option::of(any::<u64>()));
    let about = (headers(), vec((text(), text()), 0..4), tags());
    let body = (body(), option::of(any::<[u8; 16]>()), vec((20..0x80u8, vec(0..9u8, 0..9)), 0..3));
    (place, shown, sums, about, body).prop_map(|(place, shown, sums, about, body)| {
        let null = place.1;
        VersionRecord {
            delete_marker: place.0,
            null,
            order: place.2,
            nonce: if null { 0 } else { place.3 },
            modified: Timestamp { ms: shown.0 },
            etag: ETag { md5: shown.1, parts: shown.2 },
            owner: shown.4,
            checksum: sums.0,
            crc64nvme: sums.1,
            null_position: sums.2,
            attributes: ObjectAttributes {
                headers: about.0,
                metadata: about.1,
                tags: about.2,
                storage_class: StorageClass::from_code(shown.3).unwrap(),
                acl: None,
            },
            body: body.0,
            upload_id: body.1.map(UploadId),
            unknown: UnknownFields(body.2),
            overflow: None,
        }
    })
}

proptest! {
    #[test]
    fn versions_round_trip(record in record()) {
        let value = record.encode().unwrap();
        prop_assert_eq!(VersionRecord::decode(&value).unwrap(), record.clone());
        let hot = Hot::decode(&value).unwrap();
        prop_assert_eq!(hot.version, record.version());
        prop_assert_eq!(hot.checksum.map(|c| c.0), record.checksum.as_ref().map(|c| c.algorithm));
        prop_assert_eq!(
            hot.checksum.map(|c| c.1),
            record.checksum.as_ref().map(Checksum::checksum_type)
        );
        prop_assert_eq!((hot.order, hot.size), (record.order, record.size()));
        prop_assert_eq!(hot.etag, record.etag);
        prop_assert_eq!(hot.modified, record.modified);
        prop_assert_eq!(hot.storage_class, record.attributes.storage_class);
        prop_assert_eq!(hot.owner_id, &record.owner.canonical_id);
        prop_assert_eq!(hot.owner_name, &record.owner.display_name);
        prop_assert_eq!(hot.delete_marker, record.delete_marker);
    }

    #[test]
    fn uploads_round_trip(
        (owner, initiator, headers, tags) in (an_owner(), an_owner(), headers(), tags()),
        metadata in vec((text(), text()), 0..4),
        checksum in option::of((algorithm(), any::<bool>())),
        class in 0..13u8,
    ) {
        let kind = |whole| if whole { ChecksumType::FullObject } else { ChecksumType::Composite };
        let checksum = checksum.map(|(algorithm, whole)| (algorithm, kind(whole)));
        let storage_class = StorageClass::from_code(class).unwrap();
        let attributes = ObjectAttributes { headers, metadata, tags, storage_class, acl: None };
        let unknown = UnknownFields(vec![(99, vec![1, 2])]);
        let record = UploadRecord { owner, initiator, attributes, checksum, unknown };
        prop_assert_eq!(UploadRecord::decode(&record.encode().unwrap()).unwrap(), record);
    }

    #[test]
    fn manifests_round_trip(sizes in vec(0..1000u64, 1..40), a in option::of(algorithm())) {
        let mut offset = 0;
        let entry = |(index, size): (usize, &u64)| {
            let entry = ManifestEntry {
                part_number: index as u32 * 3 + 1,
                offset,
                body: a_part(BlobRef {
                    placement: BlobPlacement::new(&vec![index as u8; index % 16]).unwrap(),
                    ..an_unplaced_blob(index as u64, *size)
                }),
                md5: [index as u8; 16],
                crc64nvme: *size,
                checksum: a.map(|a| Checksum::full(a, vec![index as u8; a.digest_bytes()])),
            };
            offset += size;
            entry
        };
        let entries: Vec<_> = sizes.iter().enumerate().map(entry).collect();
        let manifest = Manifest { algorithm: a, entries };
        let bytes = manifest.encode();
        prop_assert_eq!(Manifest::decode(&bytes).unwrap(), manifest.clone());
        let header = ManifestHeader::decode(&bytes).unwrap();
        prop_assert_eq!(header.size, sizes.iter().sum::<u64>());
        // One entry alone, found by its place.
        let last = bytes.len() - header.entry_bytes();
        let alone = header.entries(&bytes[last..]).unwrap();
        prop_assert_eq!(alone.first(), manifest.entries.last());
    }

    /// Damaged values are refused, or read as something else; they never end the process.
    #[test]
    fn damaged_values_never_panic(
        bytes in vec(any::<u8>(), 0..200),
        at in 0..200usize,
        v in record(),
    ) {
        let mut value = v.encode().unwrap().to_vec();
        let at = at % value.len();
        value[at] ^= 1 << (at % 8);
        for bytes in [&bytes[..], &value[..], &value[..at]] {
            let _ = VersionRecord::decode(bytes);
            let _ = Hot::decode(bytes);
            let _ = UploadRecord::decode(bytes);
            let _ = PartRecord::decode(bytes);
            let _ = GcRecord::decode(bytes);
            let _ = Manifest::decode(bytes);
            let _ = bucket::decode(BucketName::new("abc").unwrap(), bytes);
        }
    }

    /// Newer versions sort first.
    #[test]
    fn positions_sort(a in any::<(u64, u64)>(), b in any::<(u64, u64)>()) {
        let (first, second) = (address::position(a.0, a.1), address::position(b.0, b.1));
        if a.0 != b.0 {
            prop_assert_eq!(first < second, a.0 > b.0);
        }
    }
}

/// A value of every kind with fields behind what it has: its kind, and how it is read and written
/// again; what is never written again gives nothing back.
type Rewrite = fn(&[u8]) -> Result<Option<Bytes>, Malformed>;

fn every_kind() -> Vec<(&'static str, Vec<u8>, Rewrite)> {
    let part = PartRecord {
        body: BodyRef::default(),
        modified: Timestamp { ms: 1 },
        md5: [0; 16],
        crc64nvme: 0,
        checksum: None,
        unknown: Default::default(),
    };
    let upload = UploadRecord {
        owner: owner("alice"),
        initiator: owner("bob"),
        attributes: ObjectAttributes::default(),
        checksum: None,
        unknown: Default::default(),
    };
    let document = DocumentRecord { generation: 1, document: Bytes::from_static(b"<A/>") };
    let of = |value: Bytes| value.to_vec();
    vec![
        ("version", of(an_object().encode().unwrap()), |v| {
            Ok(Some(VersionRecord::decode(v)?.encode().unwrap()))
        }),
        ("upload", of(upload.encode().unwrap()), |v| {
            Ok(Some(UploadRecord::decode(v)?.encode().unwrap()))
        }),
        ("part", of(part.encode()), |v| Ok(Some(PartRecord::decode(v)?.encode()))),
        ("bucket", of(bucket::encode(&a_bucket()).unwrap()), |v| {
            let name = BucketName::new("fixture").unwrap();
            Ok(Some(bucket::encode(&bucket::decode(name, v)?).unwrap()))
        }),
        ("gc", of(GcRecord::Space(SpaceId(7)).encode()), |v| GcRecord::decode(v).map(|_| None)),
        ("document", of(document.encode().unwrap()), |v| DocumentRecord::decode(v).map(|_| None)),
        ("overflow", of(overflow::tests::an_overflow().encode().unwrap()), |v| {
            Ok(Some(Overflow::decode(v)?.encode().unwrap()))
        }),
        ("body", body::VALUE.to_vec(), |v| body::check(v).map(|()| None)),
        ("owned bucket", of(owned::encode(SpaceId(7))), |v| owned::decode(v).map(|_| None)),
    ]
}

#[test]
fn unknown_fields_are_kept_and_critical_ones_refused_in_every_kind() {
    let field =
        |tag: u8, value: &[u8]| [&[tag][..], &(value.len() as u16).to_le_bytes(), value].concat();
    let reserved = [
        tag::COMPRESSION,
        tag::ENCRYPTION,
        tag::reserved::RETENTION,
        tag::reserved::LEGAL_HOLD,
        tag::reserved::EVENT_HOLD,
        u8::MAX,
    ];
    for (kind, value, rewrite) in every_kind() {
        for tag in reserved {
            assert!(tag >= CRITICAL);
            let critical = [&value[..], &field(tag, b"x")].concat();
            let refused = Err(Malformed("a row needs a newer version to be read"));
            assert_eq!(rewrite(&critical), refused, "{kind}, field {tag}");
        }
        for tag in [
            tag::reserved::DUE,
            tag::reserved::REPLICATION_STATUS,
            tag::reserved::RESTORE_STATUS,
            tag::reserved::EXPIRY,
            0x7f,
        ] {
            let later = [&value[..], &field(tag, b"later"), &field(0x7e, b"")].concat();
            let rewritten = rewrite(&later).expect(kind);
            assert!(rewritten.is_none_or(|written| written == later), "{kind}, field {tag}");
        }
        assert!(rewrite(&[&value[..], &[0x7f]].concat()).is_err(), "{kind}: half a field");
        let mut newer = value;
        newer[0] += 1;
        let refused = Err(Malformed("a row has the format of a newer version"));
        assert_eq!(rewrite(&newer), refused, "{kind}");
    }
}

/// What a newer version may have written is refused, not read as something less.
#[test]
fn what_this_version_does_not_know_is_refused() {
    let version = an_object().encode().unwrap();
    let owner = [1, 0, b'o', 0, 0].repeat(2);
    let upload = [&[1, 0, 0, 0][..], &owner].concat();
    assert!(VersionRecord::decode(&version).is_ok() && UploadRecord::decode(&upload).is_ok());
    let with = |value: &[u8], at: usize, byte: u8| {
        let mut value = value.to_vec();
        value[at] = byte;
        value
    };
    for (at, byte, what) in [(1, 4, "a flag"), (3, 11, "an algorithm"), (3, 0, "no checksum")] {
        let value = with(&version, at, byte);
        assert!(VersionRecord::decode(&value).is_err(), "{what}");
    }
    assert!(Hot::decode(&with(&version, 1, 4)).is_err());
    assert!(Hot::decode(&with(&version, 3, 11)).is_err());
    for (algorithm, kind) in [(11, 1), (0, 1), (0, 2), (2, 0), (2, 3)] {
        let value = with(&with(&upload, 2, algorithm), 3, kind);
        assert!(UploadRecord::decode(&value).is_err(), "algorithm {algorithm}, type {kind}");
    }
    let part = PartRecord {
        body: BodyRef::default(),
        modified: Timestamp { ms: 1 },
        md5: [0; 16],
        crc64nvme: 0,
        checksum: Some(Checksum::full(ChecksumAlgorithm::Crc32, vec![0; 4])),
        unknown: Default::default(),
    };
    assert!(PartRecord::decode(&[&part.encode()[..], &[0]].concat()).is_err());
    let keep = Some(an_unplaced_blob(1, 2));
    for record in [
        GcRecord::Manifest(an_unplaced_blob(1, 2)),
        GcRecord::UploadParts { upload: UploadId([7; 16]), keep },
        GcRecord::Space(SpaceId(7)),
    ] {
        let value = [&record.encode()[..], &[0]].concat();
        assert!(GcRecord::decode(&value).is_err(), "{record:?}");
    }
    for tag in 1..=5 {
        let mut record = an_object();
        record.unknown = UnknownFields(vec![(tag, [1; 30].to_vec())]);
        let refused = VersionRecord::decode(&record.encode().unwrap());
        assert!(refused.is_err(), "a field {tag} that is longer");
    }
}

#[test]
fn a_value_has_its_limit() {
    let mut record = an_object();
    for length in [9_000, 70_000] {
        record.attributes.metadata = vec![("m".into(), "x".repeat(length))];
        assert!(matches!(record.encode(), Err(Error::MetadataTooLarge)));
        let whole = record.encode_with_overflow(7);
        assert_eq!(whole.is_ok(), length < 10_000, "an overflow row has its limit too");
    }
}

pub(super) fn an_object() -> VersionRecord {
    let mut record = VersionRecord::marker(owner("alice"), Timestamp { ms: 1_800_000_000_123 });
    record.delete_marker = false;
    (record.order, record.nonce) = (1_800_000_000_123_456_789, 0xabcd);
    record.etag = ETag { md5: [0x11; 16], parts: Some(2) };
    record.attributes.storage_class = StorageClass::GlacierIr;
    record.checksum = Some(Checksum {
        algorithm: ChecksumAlgorithm::Crc32,
        digest: vec![1, 2, 3, 4],
        parts: Some(2),
    });
    record.crc64nvme = Some(0x0102_0304_0506_0708);
    record.attributes.headers = ContentHeaders {
        content_type: Some("text/plain".into()),
        cache_control: Some("no-cache".into()),
        ..ContentHeaders::default()
    };
    record.attributes.metadata = vec![("color".into(), "gr\u{fc}n".into())];
    record.attributes.tags = vec![Tag { key: "k".into(), value: "v".into() }];
    let blob = an_unplaced_blob(77, 160);
    let location = BodyLocation::Manifest { blob, parts: 2, part_bytes: 6 << 20 };
    record.body = BodyRef::new(12 << 20, location);
    record.upload_id = Some(UploadId::new(Timestamp { ms: 1_800_000_000_000 }, 5));
    record.null_position = Some(9);
    record
}

/// Today's code writes exactly the fixture, and reads from it what was written.
pub(super) fn check(name: &str, fixture: &str, value: Bytes) -> Vec<u8> {
    let now = hex::encode(&value);
    assert_eq!(now, fixture.trim(), "fixture {name}: a released format never changes");
    value.to_vec()
}

#[test]
fn fixture_versions() {
    let record = an_object();
    let fixture = include_str!("../../../fixtures/version-1-object.hex");
    let value = check("version-1-object", fixture, record.encode().unwrap());
    assert_eq!(VersionRecord::decode(&value).unwrap(), record);
    let mut record = VersionRecord::marker(owner("alice"), Timestamp { ms: 1 });
    record.delete_marker = false;
    (record.order, record.nonce) = (7, 8);
    record.body = BodyRef::new(6 << 20, BodyLocation::Blob(a_placed_blob()));
    let fixture = include_str!("../../../fixtures/version-1-placed.hex");
    let value = check("version-1-placed", fixture, record.encode().unwrap());
    assert_eq!(VersionRecord::decode(&value).unwrap(), record);
    let mut record = VersionRecord::marker(owner("alice"), Timestamp { ms: 1 });
    (record.order, record.null) = (7, true);
    let fixture = include_str!("../../../fixtures/version-1-marker.hex");
    let value = check("version-1-marker", fixture, record.encode().unwrap());
    assert_eq!(VersionRecord::decode(&value).unwrap(), record);
    assert_eq!(Hot::decode(&value).unwrap().version, VersionId::Null);
}

fn a_bucket() -> Bucket {
    Bucket {
        name: BucketName::new("fixture").unwrap(),
        space: SpaceId(0x0102_0304),
        owner: owner("alice"),
        region: Some("eu-central-1".into()),
        created: Timestamp { ms: 1_800_000_000_000 },
        versioning: Versioning::Suspended,
        tags: vec![Tag { key: "k".into(), value: "v".into() }],
        document_refs: vec![DocumentRef { kind: DocumentKind::Cors, generation: 0x77 }],
        documents: Default::default(),
        unknown: Default::default(),
        held: Default::default(),
    }
}

#[test]
fn fixture_bucket() {
    let bucket = a_bucket();
    let fixture = include_str!("../../../fixtures/bucket-1.hex");
    let value = check("bucket-1", fixture, bucket::encode(&bucket).unwrap());
    assert_eq!(bucket::decode(bucket.name.clone(), &value).unwrap(), bucket);
}

#[test]
fn fixture_upload_and_part() {
    let record = UploadRecord {
        owner: owner("alice"),
        initiator: owner("bob"),
        attributes: ObjectAttributes {
            headers: ContentHeaders { expires: Some("0".into()), ..Default::default() },
            metadata: vec![("m".into(), "1".into())],
            ..Default::default()
        },
        checksum: Some((ChecksumAlgorithm::Sha256, ChecksumType::Composite)),
        unknown: Default::default(),
    };
    let fixture = include_str!("../../../fixtures/upload-1.hex");
    let value = check("upload-1", fixture, record.encode().unwrap());
    assert_eq!(UploadRecord::decode(&value).unwrap(), record);
    let record = PartRecord {
        body: a_part(a_placed_blob()),
        modified: Timestamp { ms: 1_800_000_000_000 },
        md5: [0x22; 16],
        crc64nvme: 3,
        checksum: Some(Checksum::full(ChecksumAlgorithm::Crc32c, vec![9, 8, 7, 6])),
        unknown: Default::default(),
    };
    let fixture = include_str!("../../../fixtures/part-1.hex");
    let value = check("part-1", fixture, record.encode());
    assert_eq!(PartRecord::decode(&value).unwrap(), record);
}

#[test]
fn fixture_manifest() {
    let entry = |part_number: u32, offset, length| ManifestEntry {
        part_number,
        offset,
        body: a_part(BlobRef {
            placement: BlobPlacement::new(&[0xd0; 2][..part_number as usize]).unwrap(),
            ..an_unplaced_blob(part_number.into(), length)
        }),
        md5: [part_number as u8; 16],
        crc64nvme: offset,
        checksum: Some(Checksum::full(ChecksumAlgorithm::Crc32, vec![1, 2, 3, 4])),
    };
    let algorithm = Some(ChecksumAlgorithm::Crc32);
    let manifest =
        Manifest { algorithm, entries: vec![entry(1, 0, 6 << 20), entry(2, 6 << 20, 5)] };
    let fixture = include_str!("../../../fixtures/manifest-1.hex");
    let value = check("manifest-1", fixture, manifest.encode());
    assert_eq!(Manifest::decode(&value).unwrap(), manifest);
}

#[test]
fn fixture_gc() {
    let manifest = an_unplaced_blob(9, 100);
    let upload = UploadId([7; 16]);
    let records = [
        (
            "blobs",
            GcRecord::Blobs(vec![an_unplaced_blob(1, 1).address(), a_placed_blob().address()]),
        ),
        ("manifest", GcRecord::Manifest(a_placed_blob())),
        ("completed", GcRecord::UploadParts { upload, keep: Some(manifest) }),
        ("aborted", GcRecord::UploadParts { upload, keep: None }),
        ("space", GcRecord::Space(SpaceId(3))),
    ];
    let fixture = include_str!("../../../fixtures/gc-1.hex");
    let mut lines = fixture.lines();
    for (name, record) in records {
        let line = lines.next().unwrap_or_default();
        let value = check(&format!("gc-1 {name}"), line, record.encode());
        assert_eq!(GcRecord::decode(&value).unwrap(), record);
    }
}

#[test]
fn upload_ids_on_the_wire() {
    let id = UploadId::new(Timestamp { ms: 1_800_000_000_000 }, 5);
    assert_eq!(UploadId::parse(&id.to_string()), Ok(id));
    assert_eq!(id.initiated(), Timestamp { ms: 1_800_000_000_000 });
    assert!(UploadId::parse("x").is_err());
}
