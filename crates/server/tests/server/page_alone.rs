//! A reader made from `docs/on-disk-format.md` alone: it takes a data directory and finds objects'
//! bytes with the standard library, without a checksum and without Larder's decoders. What it needs
//! and the page does not say is a fault of the page.

use crate::harness::root_keys;
use crate::maintenance::{bytes, fill, quiet};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use tempfile::tempdir;

const BUCKET: u8 = 1;
const HEAD: u8 = 2;
const BODY: u8 = 9;
const SYSTEM_SPACE: u64 = 0;

/// Bytes, read from their beginning.
struct Bytes<'a>(&'a [u8]);

impl<'a> Bytes<'a> {
    fn take(&mut self, length: usize) -> &'a [u8] {
        let (taken, rest) = self.0.split_at(length);
        self.0 = rest;
        taken
    }

    /// A little-endian number of so many bytes.
    fn number(&mut self, bytes: usize) -> u64 {
        self.take(bytes).iter().rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    fn text(&mut self) -> &'a [u8] {
        let length = self.number(2);
        self.take(length as usize)
    }

    /// `blob`: number and stored bytes; this engine gives no placement.
    fn blob(&mut self) -> Blob {
        let (number, stored_bytes, placement) = (self.number(8), self.number(7), self.number(1));
        assert_eq!(placement, 0, "bytes of placement");
        Blob { number, stored_bytes }
    }

    /// Tagged fields, to the end.
    fn fields(mut self) -> BTreeMap<u8, &'a [u8]> {
        let mut fields = BTreeMap::new();
        while !self.0.is_empty() {
            let tag = self.number(1) as u8;
            fields.insert(tag, self.text());
        }
        fields
    }
}

struct Blob {
    number: u64,
    stored_bytes: u64,
}

struct Row {
    value: Vec<u8>,
    payload: Vec<u8>,
}

/// A row's address: kind, space, key, suffix.
type Address = (u8, u64, Vec<u8>, Vec<u8>);

/// Journal: segments in the order of their sequence numbers, their batches, their records.
fn rows(data: &Path) -> BTreeMap<Address, Row> {
    let mut segments = BTreeMap::new();
    for file in fs::read_dir(data.join("journal")).unwrap() {
        let segment = fs::read(file.unwrap().path()).unwrap();
        assert_eq!(&segment[..8], b"LARDSEG1");
        let sequence = Bytes(&segment[8..]).number(8);
        // 0 = free.
        if sequence > 0 {
            segments.insert(sequence, segment);
        }
    }
    let mut rows = BTreeMap::new();
    for (sequence, segment) in &segments {
        let mut number = Bytes(&segment[32..]).number(8);
        let mut at = 4096;
        while let Some(mut batch) = segment.get(at..).filter(|rest| !rest.is_empty()).map(Bytes) {
            if batch.take(4) != b"LBAT" {
                break;
            }
            let length = batch.number(4) as usize;
            if (batch.number(8), batch.number(8)) != (*sequence, number) {
                break;
            }
            batch.take(40);
            apply(&mut rows, Bytes(batch.take(length)));
            at = (at + 64 + length).next_multiple_of(4096);
            number += 1;
        }
    }
    rows
}

fn apply(rows: &mut BTreeMap<Address, Row>, mut records: Bytes<'_>) {
    while !records.0.is_empty() {
        records.take(4);
        let operation = records.number(1);
        records.take(1);
        let (key, value, payload) = (records.number(2), records.number(4), records.number(4));
        records.take(16);
        let key = records.take(key as usize);
        let (value, payload) = (records.take(value as usize), records.take(payload as usize));
        // 0 are the engine's internal rows, 6 to 8 queues; neither leads to an object.
        if operation == 3 || matches!(key[0], 0 | 6..=8) {
            continue;
        }
        let row = Row { value: value.to_vec(), payload: payload.to_vec() };
        match operation {
            1 => rows.insert(address(key), row),
            2 => rows.remove(&address(key)),
            other => panic!("operation {other}"),
        };
    }
}

/// Index keys: kind, space (big-endian), escaped key, 00 01, suffix.
fn address(index_key: &[u8]) -> Address {
    let space = index_key[1..9].iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
    let (mut key, mut at) = (Vec::new(), 9);
    while index_key[at..at + 2] != [0, 1] {
        key.push(index_key[at]);
        at += if index_key[at] == 0 { 2 } else { 1 };
    }
    (index_key[0], space, key, index_key[at + 2..].to_vec())
}

/// Blobs: the first bytes of a file.
fn read_blob(data: &Path, blob: &Blob) -> Vec<u8> {
    let directory = format!("blobs/{:08x}", blob.number / 4096);
    let mut file = fs::read(data.join(directory).join(format!("{:016x}", blob.number))).unwrap();
    file.truncate(blob.stored_bytes as usize);
    file
}

/// Manifest: the blobs of the parts, one after the other.
fn read_manifest(data: &Path, manifest: &Blob) -> Vec<u8> {
    let bytes = read_blob(data, manifest);
    let mut header = Bytes(&bytes);
    assert_eq!(header.number(1), 1);
    header.take(1);
    let entry_bytes = header.number(2) as usize;
    let parts = header.number(4) as usize;
    let object_bytes = header.number(8);
    let mut object = Vec::new();
    for entry in bytes[64..].chunks(entry_bytes) {
        let mut entry = Bytes(entry);
        entry.take(4);
        assert_eq!(entry.number(8), object.len() as u64, "the offset in the object");
        object.extend(read_blob(data, &entry.blob()));
    }
    assert_eq!((bytes.len() - 64) / entry_bytes, parts);
    assert_eq!(object.len() as u64, object_bytes);
    object
}

/// The bytes of a key's current version.
fn object(data: &Path, rows: &BTreeMap<Address, Row>, bucket: &str, key: &str) -> Vec<u8> {
    let bucket = &rows[&(BUCKET, SYSTEM_SPACE, bucket.into(), Vec::new())];
    let space = Bytes(&bucket.value[2..]).number(8);
    let head = &rows[&(HEAD, space, key.into(), Vec::new())];
    let mut value = Bytes(&head.value);
    assert_eq!(value.number(1), 1, "the format");
    value.take(3);
    let (order, nonce, object_bytes) = (value.number(8), value.number(8), value.number(8));
    value.take(8 + 16 + 4);
    let owner = (value.text(), value.text());
    assert!(!owner.0.is_empty(), "a canonical user id");
    let fields = value.fields();
    assert!(fields.keys().all(|tag| *tag < 0x80), "no field that has to be known");
    let Some(place) = fields.get(&3) else {
        return Vec::new();
    };
    let mut place = Bytes(place);
    let found = match place.number(1) {
        1 => head.payload.clone(),
        2 => read_blob(data, &place.blob()),
        3 => read_manifest(data, &place.blob()),
        4 => {
            let suffix = [(u64::MAX - order).to_be_bytes(), nonce.to_be_bytes()].concat();
            rows[&(BODY, space, key.into(), suffix)].payload.clone()
        }
        other => panic!("a body in place {other}"),
    };
    assert_eq!(found.len() as u64, object_bytes);
    found
}

#[test]
fn a_reader_of_the_page_alone_reads_objects() {
    let data = tempdir().unwrap();
    let server = quiet(&data);
    fill(&server, &root_keys(data.path()));
    server.stop();
    let rows = rows(data.path());
    let read = |bucket: &str, key: &str| object(data.path(), &rows, bucket, key);
    for (n, length) in [(0, 0), (1, 1), (3, 20_000), (4, 130_000), (5, 200_000), (6, 700_000)] {
        let found = read("plain", &format!("object-{n}"));
        assert!(found == bytes(n, length), "{n}: {length} bytes in plain");
    }
    // The last write of the key in a bucket with versions: one small, one large.
    for (n, length) in [(38, 20_000), (33, 200_000)] {
        let found = read("versioned", &format!("key-{}", n % 9));
        assert!(found == bytes(n + 100, length), "{n}: {length} bytes in versioned");
    }
    let parts = [bytes(1, 5 << 20), bytes(2, 70_000)].concat();
    assert!(read("plain", "assembled") == parts, "an object of parts");
}
