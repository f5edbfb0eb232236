//! Check and repair with the real binary on real files.

use crate::harness::{Keys, Server, check_refusal, larder, path, root_keys, run};
use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::path::{Path, PathBuf};
use tempfile::{TempDir, tempdir};

/// A server whose log nobody has to read.
pub fn quiet(data: &TempDir) -> Server {
    Server::start(&["--data", path(data.path()), "--log-level", "warn"])
}

/// Bytes that no two places have alike.
pub fn bytes(seed: u64, length: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let next = |_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    };
    (0..length).map(next).collect()
}

fn ok(server: &Server, keys: &Keys, method: &str, target: &str, body: &[u8]) -> String {
    let answer = server.signed(keys, method, target, body);
    let text = String::from_utf8_lossy(&answer.body).into_owned();
    assert!((200..300).contains(&answer.status), "{method} {target}: {} {text}", answer.status);
    answer.head + "\n" + &text
}

fn between<'a>(text: &'a str, open: &str, close: &str) -> &'a str {
    text.split(open).nth(1).and_then(|rest| rest.split(close).next()).unwrap_or_default()
}

/// A multipart upload with two parts. Returns its id and what completes it.
fn upload(server: &Server, keys: &Keys, key: &str) -> (String, String) {
    let begun = ok(server, keys, "POST", &format!("/plain/{key}?uploads="), b"");
    let id = between(&begun, "<UploadId>", "<").to_owned();
    let mut parts = String::new();
    for number in 1..=2u64 {
        let target = format!("/plain/{key}?partNumber={number}&uploadId={id}");
        let length = if number == 1 { 5 << 20 } else { 70_000 };
        let head = ok(server, keys, "PUT", &target, &bytes(number, length));
        let tag = between(&head.to_lowercase(), "etag: ", "\n").to_owned();
        parts
            .push_str(&format!("<Part><PartNumber>{number}</PartNumber><ETag>{tag}</ETag></Part>"));
    }
    (id, format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>"))
}

/// Everything that a store can hold.
pub fn fill(server: &Server, keys: &Keys) {
    ok(server, keys, "PUT", "/plain", b"");
    ok(server, keys, "PUT", "/versioned", b"");
    let versioning = b"<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>";
    ok(server, keys, "PUT", "/versioned?versioning=", versioning);
    let tags = b"<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>";
    ok(server, keys, "PUT", "/plain?tagging=", tags);
    for n in 0..40u64 {
        let length = [0, 1, 900, 20_000, 130_000, 200_000, 700_000][n as usize % 7];
        ok(server, keys, "PUT", &format!("/plain/object-{n}"), &bytes(n, length));
        let key = format!("/versioned/key-{}", n % 9);
        ok(server, keys, "PUT", &key, &bytes(n + 100, length));
        if n % 5 == 0 {
            ok(server, keys, "DELETE", &key, b"");
        }
        // Small ones: a large one that is gone has bytes that nobody needs, for a while.
        if n % 14 == 2 {
            ok(server, keys, "DELETE", &format!("/plain/object-{n}"), b"");
        }
    }
    ok(server, keys, "PUT", "/plain/object-3?tagging=", tags);
    let (id, complete) = upload(server, keys, "assembled");
    ok(server, keys, "POST", &format!("/plain/assembled?uploadId={id}"), complete.as_bytes());
    upload(server, keys, "open");
}

/// What clients can see: listings, versions, uploads, parts, tags, every body with its headers.
pub fn view(server: &Server, keys: &Keys) -> BTreeMap<String, Vec<u8>> {
    let mut view = BTreeMap::new();
    let mut see = |target: String| -> String {
        let answer = server.signed(keys, "GET", &target, b"");
        let kept = |line: &&str| {
            let line = line.to_lowercase();
            !["date:", "x-amz-request-id:", "x-amz-id-2:"].iter().any(|name| line.starts_with(name))
        };
        let mut seen = answer.head.lines().filter(kept).collect::<Vec<_>>().join("\n").into_bytes();
        seen.extend_from_slice(&answer.body);
        view.insert(target, seen);
        String::from_utf8_lossy(&answer.body).into_owned()
    };
    for target in ["/", "/plain?tagging=", "/versioned?versioning=", "/plain/object-3?tagging="] {
        see(target.into());
    }
    for bucket in ["plain", "versioned"] {
        let listed = see(format!("/{bucket}?list-type=2"));
        for key in listed.split("<Key>").skip(1) {
            see(format!("/{bucket}/{}", key.split('<').next().unwrap()));
        }
        let versions = see(format!("/{bucket}?versions="));
        for version in versions.split("<Version>").skip(1) {
            let (key, id) = (between(version, "<Key>", "<"), between(version, "<VersionId>", "<"));
            see(format!("/{bucket}/{key}?versionId={id}"));
        }
    }
    let uploads = see("/plain?uploads=".into());
    let id = between(&uploads, "<UploadId>", "<").to_owned();
    assert!(!id.is_empty(), "an upload is open");
    see(format!("/plain/open?uploadId={id}"));
    view
}

fn stored() -> (TempDir, Keys, BTreeMap<String, Vec<u8>>) {
    let data = tempdir().unwrap();
    let server = quiet(&data);
    let keys = root_keys(data.path());
    fill(&server, &keys);
    let view = view(&server, &keys);
    assert!(view.len() > 80, "{}", view.len());
    server.stop();
    (data, keys, view)
}

pub fn check(data: &Path) -> (Option<i32>, String) {
    let output = run(&["check", "--data", path(data)]);
    let out = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), out + &String::from_utf8(output.stderr).unwrap())
}

/// Repairs, with this exit code: 0 when nothing is lost, 1 when something is.
fn repair(data: &Path, code: i32) -> String {
    let output = run(&["repair", "--data", path(data)]);
    let out = String::from_utf8(output.stdout).unwrap();
    let errors = String::from_utf8(output.stderr).unwrap();
    assert_eq!(output.status.code(), Some(code), "{out}{errors}");
    out
}

pub fn files(directory: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { out.extend(files(&path)) } else { out.push(path) }
    }
    out.sort();
    out
}

fn serves(data: &TempDir, keys: &Keys, expected: &BTreeMap<String, Vec<u8>>) {
    let server = quiet(data);
    let found = view(&server, keys);
    for (target, answer) in expected {
        assert!(found.get(target) == Some(answer), "{target} is another");
    }
    assert_eq!(found.len(), expected.len());
    server.stop();
}

#[test]
fn an_index_that_is_gone_or_broken_is_made_anew() {
    let (data, keys, expected) = stored();
    let (code, out) = check(data.path());
    assert_eq!(code, Some(0), "{out}");
    let index = data.path().join("index");
    // Away as a whole.
    fs::remove_dir_all(&index).unwrap();
    assert_eq!(check(data.path()).0, Some(1));
    assert!(repair(data.path(), 0).contains("nothing that the journal held is lost"));
    serves(&data, &keys, &expected);
    // Any one file away, or broken in the middle.
    for n in 0.. {
        let Some(file) = files(&index).get(n).cloned() else { break };
        match n % 2 {
            0 => fs::remove_file(&file).unwrap(),
            _ => {
                let mut content = fs::read(&file).unwrap();
                let middle = content.len() / 2;
                content[middle] ^= 0x10;
                fs::write(&file, content).unwrap();
            }
        }
        let (code, out) = check(data.path());
        assert_eq!(code, Some(1), "{file:?}: {out}");
        assert!(out.contains("damage: index"), "{file:?}: {out}");
        repair(data.path(), 0);
        let (code, out) = check(data.path());
        assert_eq!(code, Some(0), "{file:?}: {out}");
    }
    serves(&data, &keys, &expected);
    assert!(data.path().join("replaced-0001/index").is_dir() || files(&index).len() > 1);
}

/// The bytes of a journal segment that mean something, from the documented format.
fn live_in_segment(image: &[u8]) -> Vec<Range<usize>> {
    let number = |at: usize| u64::from_le_bytes(image[at..at + 8].try_into().unwrap());
    let mut live = vec![0..72, 1024..1096];
    if image[512..552].iter().any(|byte| *byte != 0) {
        live.push(512..552);
    }
    let (segment, mut sequence, mut at) = (number(8), number(32), 4096);
    while segment != 0 && at + 64 < image.len() && &image[at..at + 4] == b"LBAT" {
        if number(at + 8) != segment || number(at + 16) != sequence {
            break;
        }
        let length = number(at + 4) as u32 as usize;
        live.extend([at..at + 48, at + 64..at + 64 + length]);
        at += (64 + length).next_multiple_of(4096);
        sequence += 1;
    }
    live
}

#[test]
fn every_flipped_bit_in_live_bytes_is_found() {
    let (data, keys, expected) = stored();
    let mut counts = BTreeMap::new();
    let spread = bytes(77, 8 * 400);
    let mut spread = spread.chunks(8).map(|n| u64::from_le_bytes(n.try_into().unwrap()) as usize);
    for kind in ["journal", "index", "blobs"] {
        let all = files(&data.path().join(kind));
        for round in 0..30 {
            let file = &all[spread.next().unwrap() % all.len()];
            let mut content = fs::read(file).unwrap();
            if content.is_empty() {
                // Made in advance for the next large object.
                continue;
            }
            let live = match kind {
                "journal" => live_in_segment(&content),
                _ => std::iter::once(0..content.len()).collect(),
            };
            let range = &live[spread.next().unwrap() % live.len()];
            let at = range.start + spread.next().unwrap() % range.len();
            content[at] ^= 1 << (round % 8);
            fs::write(file, &content).unwrap();
            let (code, out) = check(data.path());
            assert_eq!(code, Some(1), "byte {at} of {file:?}: {out}");
            assert!(out.contains(&format!("damage: {kind}")), "byte {at} of {file:?}: {out}");
            content[at] ^= 1 << (round % 8);
            fs::write(file, &content).unwrap();
            *counts.entry(kind).or_insert(0) += 1;
        }
    }
    assert!(counts.values().all(|count| *count >= 15), "{counts:?}");
    let (code, out) = check(data.path());
    assert_eq!(code, Some(0), "nothing is damaged any more: {out}");
    serves(&data, &keys, &expected);
}

#[test]
fn a_damaged_journal_names_what_is_lost_and_the_rest_is_served() {
    let (data, keys, mut expected) = stored();
    let segment = data.path().join("journal/00000000");
    let mut content = fs::read(&segment).unwrap();
    // The body of object-10 as it was stored: 20,000 bytes, inline.
    let body = bytes(10, 20_000);
    let at = content.windows(64).position(|window| window == &body[5000..5064]).unwrap();
    content[at..at + 50].fill(0);
    fs::write(&segment, content).unwrap();
    let (code, out) = check(data.path());
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("journal/00000000 at byte") && out.contains("plain/object-10"), "{out}");
    let out = repair(data.path(), 1);
    assert!(out.contains("this is lost: plain/object-10"), "{out}");
    assert!(out.contains("1 row lost"), "{out}");
    assert_eq!(check(data.path()).0, Some(0));
    let server = quiet(&data);
    let found = view(&server, &keys);
    for gone in ["/plain/object-10", "/plain/object-10?versionId=null"] {
        assert!(expected.remove(gone).is_some());
    }
    for (target, answer) in &expected {
        let same = found.get(target) == Some(answer);
        assert!(same || target.starts_with("/plain?"), "{target} is another");
    }
    assert_eq!(server.signed(&keys, "GET", "/plain/object-10", b"").status, 404);
    assert_eq!(server.signed(&keys, "PUT", "/plain/object-10", b"again").status, 200);
    server.stop();
    assert!(data.path().join("replaced-0001/segment-00000000").is_file(), "nothing is deleted");
}

#[test]
fn mistakes_are_answered_in_one_line() {
    let data = tempdir().unwrap();
    let server = quiet(&data);
    for command in ["check", "repair"] {
        let output = run(&[command, "--data", path(data.path())]);
        assert_eq!(output.status.code(), Some(2));
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.contains("in use by another process"), "{errors}");
        let missing = data.path().join("nowhere");
        let output = run(&[command, "--data", path(&missing)]);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.contains("is no data directory"), "{errors}");
        assert_eq!((output.status.code(), missing.exists()), (Some(2), false));
        let output = run(&[command, "--dir", "x"]);
        let errors = String::from_utf8(output.stderr).unwrap();
        assert!(errors.contains("this takes --data"), "{errors}");
    }
    server.stop();
}

#[test]
fn a_first_start_that_was_cut_off_is_no_damage_and_a_lost_index_is() {
    let data = TempDir::new().unwrap();
    // This start ends when the store is open and nothing is written to it yet.
    let words = ["--listen", "127.0.0.1:0", "--data", path(data.path())];
    let mut cut_off = larder(&words);
    cut_off.env("LARDER_ROOT_ACCESS_KEY", "root").env("LARDER_ROOT_SECRET_KEY", "short");
    check_refusal(&mut cut_off, "is shorter than");
    fs::remove_dir_all(data.path().join("index")).unwrap();
    let (code, out) = check(data.path());
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("the first start was cut off"), "{out}");
    let server = Server::in_directory(&data);
    let made = server.signed(&root_keys(data.path()), "PUT", "/a-bucket", b"");
    assert_eq!(made.status, 200);
    drop(server);
    fs::remove_dir_all(data.path().join("index")).unwrap();
    let (code, out) = check(data.path());
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("damage: index: there is none"), "{out}");
}
