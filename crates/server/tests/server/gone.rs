//! Clients that go away when they have asked: what they asked for is done and told, or not begun.

use crate::harness::{Keys, PATIENCE, Server, read_answer, root_keys};
use socket2::SockRef;
use std::io::{Read, Write};
use std::net::Shutdown;
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tempfile::TempDir;

const ROUNDS: usize = 40;

/// The access lines of an operation.
fn lines<'a>(log: &'a str, operation: &str) -> Vec<&'a str> {
    let name = format!("\"operation\":\"{operation}\"");
    log.lines().filter(|line| line.contains(&name)).collect()
}

fn started() -> (TempDir, Server, Keys) {
    let data = TempDir::new().unwrap();
    let server = Server::in_directory(&data);
    let keys = root_keys(data.path());
    assert_eq!(server.signed(&keys, "PUT", "/bucket", b"").status, 200);
    (data, server, keys)
}

/// The body of a DeleteObjects of one key.
fn delete_of(key: &str) -> String {
    format!("<Delete><Object><Key>{key}</Key></Object></Delete>")
}

#[test]
fn who_has_said_all_may_still_hear_the_answer() {
    let (_data, server, keys) = started();
    let asks = [
        ("PUT", "/bucket/key", "data"),
        ("GET", "/bucket/key", ""),
        ("GET", "/bucket?list-type=2", ""),
        (
            "PUT",
            "/bucket?versioning=",
            "<VersioningConfiguration><Status>Enabled</Status></VersioningConfiguration>",
        ),
        ("POST", "/bucket?delete=", &delete_of("key")),
        ("PUT", "/another", ""),
        ("DELETE", "/another", ""),
    ];
    for (method, path, body) in asks {
        let mut stream = server.connect();
        stream.write_all(&server.signed_bytes(&keys, method, path, body.as_bytes())).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        let answer = read_answer(&mut stream);
        assert!((200..300).contains(&answer.status), "{method} {path}: {}", answer.text());
    }
    let log = server.stop();
    for operation in
        ["PutObject", "GetObject", "ListObjectsV2", "DeleteObjects", "CreateBucket", "DeleteBucket"]
    {
        assert!(!lines(&log, operation).is_empty(), "{operation}: {log}");
    }
    assert!(!log.contains("\"status\":0"), "{log}");
}

/// Sends a request and resets the connection at once.
fn ask_and_reset(server: &Server, request: &[u8], pause: Duration) {
    let mut stream = server.connect();
    stream.write_all(request).unwrap();
    std::thread::sleep(pause);
    SockRef::from(&stream).set_linger(Some(Duration::ZERO)).unwrap();
}

/// Takes the log as it is written: it is longer than a pipe.
pub fn read_log(server: &mut Server) -> JoinHandle<String> {
    let mut errors = server.child.stderr.take().unwrap();
    std::thread::spawn(move || {
        let mut log = String::new();
        errors.read_to_string(&mut log).unwrap();
        log
    })
}

fn count_keys(server: &Server, keys: &Keys, prefix: &str) -> usize {
    let path = format!("/bucket?list-type=2&prefix={prefix}");
    server.signed(keys, "GET", &path, b"").text().matches("<Key>").count()
}

/// Every change that took effect has a line with who, what, where and how it ended; the metrics
/// count it under its operation.
#[test]
fn no_change_is_without_a_name() {
    let (_data, mut server, keys) = started();
    let log = read_log(&mut server);
    for round in 0..ROUNDS {
        let path = format!("/bucket/delete-{round}");
        assert_eq!(server.signed(&keys, "PUT", &path, b"x").status, 200);
        let path = format!("/bucket/many-{round}");
        assert_eq!(server.signed(&keys, "PUT", &path, b"x").status, 200);
    }
    for round in 0..ROUNDS {
        // From at once to long enough for the answer.
        let pause = Duration::from_micros(round as u64 * 40);
        let delete = server.signed_bytes(&keys, "DELETE", &format!("/bucket/delete-{round}"), b"");
        ask_and_reset(&server, &delete, pause);
        let body = delete_of(&format!("many-{round}"));
        let many = server.signed_bytes(&keys, "POST", "/bucket?delete=", body.as_bytes());
        ask_and_reset(&server, &many, pause);
        let put = server.signed_bytes(&keys, "PUT", &format!("/bucket/put-{round}"), b"data");
        ask_and_reset(&server, &put, pause);
        let create = server.signed_bytes(&keys, "PUT", &format!("/created-{round}"), b"");
        ask_and_reset(&server, &create, pause);
    }
    let until = Instant::now() + PATIENCE;
    while server.metric("larder_connections_open") != Some(1.0) {
        assert!(Instant::now() < until, "connections stay open");
        std::thread::sleep(Duration::from_millis(20));
    }
    let deleted = ROUNDS - count_keys(&server, &keys, "delete-");
    let deleted_of_many = ROUNDS - count_keys(&server, &keys, "many-");
    let put = count_keys(&server, &keys, "put-");
    let buckets = server.signed(&keys, "GET", "/", b"").text().matches("<Name>created-").count();
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(0));
    let log = log.join().unwrap();
    for (operation, status, effects, before) in [
        ("DeleteObject", 204, deleted, 0),
        ("DeleteObjects", 200, deleted_of_many, 0),
        ("PutObject", 200, put, 2 * ROUNDS),
        ("CreateBucket", 200, buckets, 1),
    ] {
        let lines = lines(&log, operation);
        let done = lines.iter().filter(|line| line.contains(&format!("\"status\":{status},")));
        assert_eq!(done.count(), effects + before, "{operation}: every effect has its line");
        for line in lines {
            assert!(
                line.contains("\"request_id\":\"") && !line.contains("\"request_id\":\"\""),
                "{line}"
            );
            assert!(line.contains("\"bucket\":") && line.contains("\"access_key\":"), "{line}");
            assert!(operation != "DeleteObject" || line.contains("\"key\":\"delete-"), "{line}");
        }
    }
}

/// A request whose body never ends is no change, and is told of when its client goes.
#[test]
fn a_cut_upload_is_told_with_what_was_known() {
    let (_data, server, keys) = started();
    let whole = server.signed_bytes(&keys, "PUT", "/bucket/cut", &[b'x'; 1000]);
    ask_and_reset(&server, &whole[..whole.len() - 1], Duration::from_millis(200));
    let mut half = server.connect();
    half.write_all(&whole[..whole.len() - 1]).unwrap();
    half.shutdown(Shutdown::Write).unwrap();
    let mut rest = Vec::new();
    // Refused or closed, it ends.
    let _ = half.read_to_end(&mut rest);
    assert_eq!(count_keys(&server, &keys, "cut"), 0);
    let log = server.stop();
    let lines = lines(&log, "PutObject");
    assert_eq!(lines.len(), 2, "{log}");
    for line in lines {
        assert!(line.contains("\"key\":\"cut\"") && line.contains("\"access_key\":"), "{line}");
        assert!(
            line.contains("\"error\":\"IncompleteBody\"") && line.contains("\"bytes_in\":999"),
            "{line}"
        );
    }
}
