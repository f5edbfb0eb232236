//! Backup, restore and scrub beside a server at work.

use crate::harness::{Keys, Server, path, root_keys, run};
use crate::maintenance::{bytes, check, fill, quiet, view};
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use tempfile::tempdir;

fn command(words: &[&str]) -> (Option<i32>, String) {
    let output = run(words);
    let out = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), out + &String::from_utf8(output.stderr).unwrap())
}

fn at(directory: &Path) -> Server {
    Server::start(&["--data", path(directory), "--log-level", "warn"])
}

#[test]
fn a_backup_of_a_running_server_is_one_moment() {
    let data = tempdir().unwrap();
    let place = tempdir().unwrap();
    let (backup, restored) = (place.path().join("backup"), place.path().join("restored"));
    let server = quiet(&data);
    let keys = root_keys(data.path());
    fill(&server, &keys);
    let before = view(&server, &keys);
    // A writer: numbered objects one after the other, small and large ones. What is there at one
    // moment is a beginning of them.
    let (stop, written) = (AtomicBool::new(false), AtomicU64::new(0));
    let mut at_begin = 0;
    let write = |keys: &Keys| {
        for n in 0.. {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            let body = bytes(n, if n % 4 == 3 { 200_000 } else { 3_000 });
            let target = format!("/plain/written-{n:06}");
            assert_eq!(server.signed(keys, "PUT", &target, &body).status, 200);
            // Garbage for the gc, which must not run off with what is being copied.
            let target = format!("/plain/gone-{}", n % 3);
            assert_eq!(server.signed(keys, "PUT", &target, &body).status, 200);
            written.store(n + 1, Ordering::Relaxed);
        }
    };
    std::thread::scope(|scope| {
        let writer = scope.spawn(|| write(&keys));
        while written.load(Ordering::Relaxed) < 20 {
            std::thread::yield_now();
        }
        at_begin = written.load(Ordering::Relaxed);
        let (code, out) = command(&["backup", "--data", path(data.path()), "--to", path(&backup)]);
        stop.store(true, Ordering::Relaxed);
        writer.join().unwrap();
        assert_eq!(code, Some(0), "{out}");
        assert!(out.contains("read back and compared"), "{out}");
    });
    let at_end = written.load(Ordering::Relaxed);
    server.stop();
    assert_eq!(check(&backup).0, Some(0));
    let words = ["restore", "--from", path(&backup), "--data", path(&restored)];
    let (code, out) = command(&words);
    assert_eq!(code, Some(0), "{out}");
    for copy in [&backup, &restored] {
        assert_eq!(check(copy).0, Some(0));
        assert_eq!(root_keys(copy), keys);
        let server = at(copy);
        let there = |n: u64| {
            let answer = server.signed(&keys, "GET", &format!("/plain/written-{n:06}"), b"");
            let length = if n % 4 == 3 { 200_000 } else { 3_000 };
            let whole = answer.status == 200 && answer.body == bytes(n, length);
            assert!(whole || answer.status == 404, "{n}: {}", answer.status);
            whole
        };
        let count = (0..at_end).take_while(|n| there(*n)).count() as u64;
        assert!(count >= at_begin, "what was acknowledged before is there: {count} {at_begin}");
        assert!((count..at_end).all(|n| !there(n)), "one moment");
        let now = view(&server, &keys);
        let same = before.iter().filter(|(target, _)| !target.starts_with("/plain?list"));
        for (target, answer) in same.filter(|(target, _)| !target.starts_with("/plain?versions")) {
            assert!(now.get(target) == Some(answer), "{target} is another");
        }
        assert_eq!(server.signed(&keys, "PUT", "/plain/after", b"it goes on").status, 200);
        server.stop();
        assert_eq!(check(copy).0, Some(0));
    }
}

/// Whoever has a backup must not be able to sign with what is in it, unless the operator says so.
#[test]
fn a_backup_has_the_master_key_only_when_it_is_asked_for() {
    let data = tempdir().unwrap();
    quiet(&data).stop();
    let place = tempdir().unwrap();
    let key = fs::read(data.path().join("master.key")).unwrap();
    let mode = fs::metadata(data.path().join("master.key")).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    for with_key in [false, true] {
        let name = |what: &str| place.path().join(format!("{what}-{with_key}"));
        let (backup, restored) = (name("backup"), name("restored"));
        let words = ["backup", "--data", path(data.path()), "--to", path(&backup)];
        let switch: &[&str] = if with_key { &["--with-master-key"] } else { &[] };
        let (code, out) = command(&[&words, switch].concat());
        assert_eq!(code, Some(0), "{out}");
        assert_eq!(out.contains("the master key is not in it"), !with_key, "{out}");
        let words = ["restore", "--from", path(&backup), "--data", path(&restored)];
        let (code, out) = command(&words);
        assert_eq!(code, Some(0), "{out}");
        assert_eq!(out.contains("users' access keys cannot sign"), !with_key, "{out}");
        for copy in [&backup, &restored] {
            let copied = fs::read(copy.join("master.key")).ok();
            assert_eq!(copied.as_ref(), with_key.then_some(&key));
        }
    }
}

#[test]
fn a_backup_of_a_stopped_server_and_refusals() {
    let data = tempdir().unwrap();
    let place = tempdir().unwrap();
    let backup = place.path().join("deep/backup");
    let server = quiet(&data);
    let keys = root_keys(data.path());
    fill(&server, &keys);
    let expected = view(&server, &keys);
    server.stop();
    let words = ["backup", "--data", path(data.path()), "--to", path(&backup), "--rate", "1GiB"];
    let (code, out) = command(&words);
    assert_eq!(code, Some(0), "{out}");
    let mode = fs::metadata(&backup).unwrap().permissions().mode();
    assert_eq!(mode & 0o777, 0o700);
    let (code, out) = command(&words);
    assert_eq!(code, Some(2));
    assert!(out.contains("is not empty"), "{out}");
    let server = at(&backup);
    assert!(view(&server, &keys) == expected);
    server.stop();
    // One that was cut off is not opened by anything.
    fs::write(backup.join("unfinished-copy"), "").unwrap();
    for words in [
        &["check", "--data", path(&backup)][..],
        &["repair", "--data", path(&backup)],
        &["restore", "--from", path(&backup), "--data", path(&place.path().join("x"))],
        &["serve", "--listen", "127.0.0.1:0", "--data", path(&backup)],
    ] {
        let (code, out) = command(words);
        assert!(code != Some(0) && out.contains("was not finished"), "{words:?}: {out}");
    }
    let (code, out) = command(&["backup", "--data", path(data.path())]);
    assert!(code == Some(2) && out.contains("--to DIR is needed"), "{out}");
    let (_, out) = command(&["backup", "--to", "x", "--rate", "quick"]);
    assert!(out.contains("expected bytes in a second"), "{out}");
}

#[test]
fn a_backup_of_damaged_data_says_so_and_has_the_rest() {
    let data = tempdir().unwrap();
    let place = tempdir().unwrap();
    let backup = place.path().join("backup");
    let server = quiet(&data);
    let keys = root_keys(data.path());
    fill(&server, &keys);
    server.stop();
    // A large object of which the middle is gone.
    let blob = crate::maintenance::files(&data.path().join("blobs"));
    let blob = blob.iter().rev().max_by_key(|file| fs::metadata(file).unwrap().len()).unwrap();
    let mut content = fs::read(blob).unwrap();
    content[100_000..100_100].fill(0);
    fs::write(blob, content).unwrap();
    let (code, out) = command(&["backup", "--data", path(data.path()), "--to", path(&backup)]);
    assert_eq!(code, Some(1), "{out}");
    assert!(out.contains("plain/assembled") && out.contains("is damaged"), "{out}");
    let server = at(&backup);
    assert_eq!(server.signed(&keys, "GET", "/plain/object-5", b"").body, bytes(5, 200_000));
    server.stop();
}

#[test]
fn a_scrub_of_a_running_server_finds_what_check_finds() {
    let data = tempdir().unwrap();
    let server = Server::start(&["--data", path(data.path()), "--log-level", "error"]);
    let keys = root_keys(data.path());
    fill(&server, &keys);
    let socket = data.path().join("control");
    assert_eq!(fs::metadata(socket).unwrap().permissions().mode() & 0o777, 0o600);
    let scrub = ["scrub", "--data", path(data.path())];
    let (code, out) = command(&scrub);
    assert_eq!(code, Some(0), "{out}");
    assert!(out.contains("everything is intact"), "{out}");
    assert_eq!(server.metric("larder_scrub_passes_total"), Some(1.0));
    assert!(server.metric("larder_scrub_bytes_total") > Some(5e6));
    // The body of object-10, in the journal, and a part of the large object.
    let segment = data.path().join("journal/00000000");
    let mut content = fs::read(&segment).unwrap();
    let body = bytes(10, 20_000);
    let place = content.windows(64).position(|window| window == &body[5000..5064]).unwrap();
    content[place] ^= 4;
    fs::write(&segment, content).unwrap();
    let blobs = crate::maintenance::files(&data.path().join("blobs"));
    let blob = blobs.iter().rev().max_by_key(|file| fs::metadata(file).unwrap().len()).unwrap();
    let mut content = fs::read(blob).unwrap();
    content[3 << 20] ^= 1;
    fs::write(blob, content).unwrap();
    let (code, out) = command(&scrub);
    assert_eq!(code, Some(1), "{out}");
    for expected in ["journal/00000000 at byte", "plain/object-10", "plain/assembled", "damages"] {
        assert!(out.contains(expected), "{expected}: {out}");
    }
    assert!(server.metric("larder_scrub_damages_total") >= Some(4.0));
    let log = server.stop();
    assert!(log.contains("stop the server and run `larder repair`"), "{log}");
    assert!(log.contains("upload the object again, or restore it from a backup"), "{log}");
    let (code, out) = command(&scrub);
    assert!(code == Some(2) && out.contains("no server runs on"), "{out}");
}
