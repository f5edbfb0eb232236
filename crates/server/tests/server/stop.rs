//! Stopping.

use crate::harness::{Keys, Server, path, read_answer, root_keys};
use std::io::{Read, Write};
use std::time::{Duration, Instant};
use tempfile::tempdir;

#[test]
fn what_was_accepted_is_finished() {
    let data = tempdir().unwrap();
    let mut server = Server::in_directory(&data);
    let keys = root_keys(data.path());
    assert_eq!(server.signed(&keys, "PUT", "/bucket", b"").status, 200);
    let body = vec![b'x'; 1 << 20];
    let request = server.signed_bytes(&keys, "PUT", "/bucket/slow", &body);
    let (first, rest) = request.split_at(request.len() / 2);
    let mut upload = server.connect();
    upload.write_all(first).unwrap();
    let mut idle = server.connect();
    idle.write_all(b"GET /_/health/live HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    assert!(idle.read(&mut [0; 1000]).unwrap() > 0);
    std::thread::sleep(Duration::from_millis(100));
    server.signal("TERM");
    // An idle connection is closed at once, an upload goes on.
    idle.read_to_end(&mut Vec::new()).unwrap();
    assert!(server.child.try_wait().unwrap().is_none());
    upload.write_all(rest).unwrap();
    assert_eq!(read_answer(&mut upload).status, 200);
    assert_eq!(server.wait().code(), Some(0));
    let server = Server::in_directory(&data);
    assert_eq!(server.signed(&keys, "GET", "/bucket/slow", b"").body, body);
}

/// A request whose head is complete and whose body never comes.
fn unfinished(server: &Server, keys: &Keys) -> std::net::TcpStream {
    let request = server.signed_bytes(keys, "PUT", "/bucket/key", &[0; 1000]);
    let mut stream = server.connect();
    stream.write_all(&request[..request.len() - 10]).unwrap();
    std::thread::sleep(Duration::from_millis(100));
    stream
}

#[test]
fn the_grace_ends() {
    let data = tempdir().unwrap();
    let mut server = Server::start(&["--data", path(data.path()), "--shutdown-grace", "200ms"]);
    let keys = root_keys(data.path());
    assert_eq!(server.signed(&keys, "PUT", "/bucket", b"").status, 200);
    let _upload = unfinished(&server, &keys);
    server.signal("INT");
    assert_eq!(server.wait().code(), Some(0));
    assert!(server.log().contains("the grace is over"));
    let server = Server::in_directory(&data);
    assert_eq!(server.signed(&keys, "GET", "/bucket/key", b"").status, 404);
}

#[test]
fn a_second_signal_stops_at_once() {
    let data = tempdir().unwrap();
    let mut server = Server::in_directory(&data);
    let keys = root_keys(data.path());
    assert_eq!(server.signed(&keys, "PUT", "/bucket", b"").status, 200);
    let _upload = unfinished(&server, &keys);
    server.signal("TERM");
    std::thread::sleep(Duration::from_millis(200));
    assert!(server.child.try_wait().unwrap().is_none(), "it waits for the upload");
    let begun = Instant::now();
    server.signal("TERM");
    assert_eq!(server.wait().code(), Some(1));
    assert!(begun.elapsed() < Duration::from_secs(10));
}
