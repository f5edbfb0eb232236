//! Manifests: what is regular, what is refused.

use super::{a_part, an_object, an_unplaced_blob};
use crate::rows::fields::tag;
use crate::rows::{BodyLocation, Manifest, ManifestEntry, ManifestHeader, VersionRecord};
use larder_storage::{BlobPlacement, BlobRef};

#[test]
fn part_bytes_needs_a_regular_manifest() {
    let manifest = |parts: &[(u32, u64)]| {
        let mut offset = 0;
        let entries = parts.iter().map(|(part_number, size)| {
            let body = a_part(an_unplaced_blob(1, *size));
            let (part_number, at) = (*part_number, offset);
            offset += size;
            ManifestEntry {
                part_number,
                offset: at,
                body,
                md5: [0; 16],
                crc64nvme: 0,
                checksum: None,
            }
        });
        Manifest { algorithm: None, entries: entries.collect() }.part_bytes()
    };
    assert_eq!(manifest(&[(1, 8), (2, 8), (3, 5)]), 8);
    assert_eq!(manifest(&[(1, 8), (2, 8)]), 8);
    assert_eq!(manifest(&[(1, 8), (2, 9)]), 0);
    assert_eq!(manifest(&[(1, 8), (2, 7), (3, 7)]), 0);
    assert_eq!(manifest(&[(2, 8), (3, 8)]), 0);
    assert_eq!(manifest(&[(1, 0)]), 0);
}

#[test]
fn a_manifest_s_fields_are_in_its_header() {
    let manifest = Manifest { algorithm: None, entries: Vec::new() };
    let with = |tag: u8| {
        let mut value = manifest.encode().to_vec();
        assert_eq!(value.len(), ManifestHeader::BYTES);
        value[16..20].copy_from_slice(&[3, 0, tag, 0]);
        Manifest::decode(&value)
    };
    assert_eq!(with(0x7f), Ok(manifest.clone()));
    assert!(with(tag::ENCRYPTION).is_err());
}

/// Sums of what a manifest says must not overflow where a range of the object is looked for.
#[test]
fn a_manifest_whose_parts_do_not_follow_on_each_other_is_refused() {
    let entry = |offset, length| ManifestEntry {
        part_number: 1,
        offset,
        body: a_part(an_unplaced_blob(1, length)),
        md5: [0; 16],
        crc64nvme: 0,
        checksum: None,
    };
    let value = Manifest { algorithm: None, entries: vec![entry(0, 5), entry(5, 6)] }.encode();
    assert!(Manifest::decode(&value).is_ok());
    let with = |at: usize, number: u64| {
        let mut value = value.to_vec();
        value[at..at + 8].copy_from_slice(&number.to_le_bytes());
        Manifest::decode(&value)
    };
    let (size, second) = (8, ManifestHeader::BYTES + 52);
    for (at, number, what) in [
        (size, 12, "another size"),
        (second + 4, 4, "an overlap"),
        (second + 4, 6, "a gap"),
        (second + 4, u64::MAX, "an end beyond every number"),
    ] {
        assert!(with(at, number).is_err(), "{what}");
    }
    let placed = |bytes: &[u8]| ManifestEntry {
        body: a_part(BlobRef {
            placement: BlobPlacement::new(bytes).unwrap(),
            ..an_unplaced_blob(1, 1)
        }),
        ..entry(u64::from(bytes.len() > 1), 1)
    };
    let entries = vec![placed(&[1]), placed(&[1, 2])];
    let mut room = Manifest { algorithm: None, entries }.encode().to_vec();
    assert!(Manifest::decode(&room).is_ok());
    room[second + 1] = 7;
    assert!(Manifest::decode(&room).is_err(), "bytes behind a placement");
    let header = ManifestHeader::decode(&value).unwrap();
    let mut alone = value[second..].to_vec();
    assert!(header.entries(&alone).is_ok());
    alone[4..12].fill(0xff);
    assert!(header.entries(&alone).is_err(), "an entry read alone");
    let mut record = an_object();
    let blob = an_unplaced_blob(1, 16);
    record.body.location = BodyLocation::Manifest { blob, parts: 0, part_bytes: 1 };
    assert!(VersionRecord::decode(&record.encode().unwrap()).is_err(), "no parts");
}
