//! Bad clients: slow ones, vanishing ones, too many of them.

use crate::harness::{PATIENCE, Server, read_answer};
use std::io::{Read, Write};
use std::net::Shutdown;
use std::time::{Duration, Instant};

#[test]
fn slow_heads_are_cut_off() {
    let server = Server::start(&["--ephemeral"]);
    let begun = Instant::now();
    let mut silent = server.connect();
    let mut slow = server.connect();
    slow.write_all(b"GET / HTTP/1.1\r\nhost: ").unwrap();
    let mut dripping = server.connect();
    dripping.set_read_timeout(Some(Duration::from_millis(500))).unwrap();
    dripping.write_all(b"GET / HTTP/1.1\r\nhost: ").unwrap();
    let mut byte = [0];
    // Neither bytes that keep coming nor their absence keeps a connection open.
    loop {
        match dripping.read(&mut byte) {
            Ok(0) => break,
            Ok(_) => {}
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => break,
            Err(_) => {
                let _ = dripping.write_all(b"x");
            }
        }
        assert!(begun.elapsed() < PATIENCE, "a dripping head is never cut off");
    }
    let mut rest = Vec::new();
    silent.read_to_end(&mut rest).unwrap();
    slow.read_to_end(&mut rest).unwrap();
    let elapsed = begun.elapsed();
    assert!(elapsed > Duration::from_secs(9) && elapsed < Duration::from_secs(30), "{elapsed:?}");
    server.settles("larder_connections_open", 1.0);
}

#[test]
fn idle_connections_are_closed_after_the_timeout() {
    let server = Server::start(&["--ephemeral", "--idle-timeout", "1s"]);
    let mut stream = server.connect();
    let begun = Instant::now();
    stream.write_all(b"GET /_/health/live HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let answer = read_answer(&mut stream);
    assert_eq!(answer.status, 200);
    assert!(begun.elapsed() >= Duration::from_secs(1) && begun.elapsed() < PATIENCE);
}

#[test]
fn heads_have_a_limit() {
    let server = Server::start(&["--ephemeral"]);
    let request = |bytes: usize| {
        let filler = "x".repeat(bytes);
        let head = format!(
            "GET /bucket HTTP/1.1\r\nhost: x\r\nx-filler: {filler}\r\nconnection: close\r\n\r\n"
        );
        server.exchange(head.as_bytes())
    };
    assert_eq!(request(1000).status, 404);
    let refused = request(40_000);
    assert_eq!(refused.status, 400);
    assert!(refused.text().contains("<Code>RequestHeaderSectionTooLarge</Code>"));
    assert!(refused.head.contains("x-amz-request-id: "));
    assert_eq!(request(70_000).status, 431);
    // A head without an end.
    let mut stream = server.connect();
    let sent = (0..10_000).find(|_| stream.write_all(&[b'x'; 1000]).is_err());
    assert!(sent.is_some(), "an endless head is refused");
    server.settles("larder_connections_open", 1.0);
}

#[test]
fn nonsense_gets_400_and_the_door() {
    let server = Server::start(&["--ephemeral"]);
    for nonsense in ["\x16\x03\x01\x02\x00 hello\r\n\r\n", "GET\r\n\r\n", "GET / HTTP/9.9\r\n\r\n"]
    {
        assert_eq!(server.exchange(nonsense.as_bytes()).status, 400, "{nonsense:?}");
    }
    assert_eq!(server.get("/_/health/live").status, 200);
}

#[test]
fn clients_that_vanish_leave_nothing() {
    let server = Server::start(&["--ephemeral"]);
    for request in [
        "",
        "GET /",
        "GET /bucket/key HTTP/1.1\r\nhost: x\r\n\r\n",
        "PUT /bucket/key HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\nhalf",
    ] {
        let mut half_closed = server.connect();
        half_closed.write_all(request.as_bytes()).unwrap();
        half_closed.shutdown(Shutdown::Write).unwrap();
        let mut rest = Vec::new();
        // Answered or not, it ends.
        let _ = half_closed.read_to_end(&mut rest);
        let mut gone = server.connect();
        gone.write_all(request.as_bytes()).unwrap();
        drop(gone);
    }
    server.settles("larder_connections_open", 1.0);
    server.settles("larder_requests_open", 1.0);
}

#[test]
fn a_burst_finds_room_and_its_memory_goes_back() {
    let server = Server::start(&["--ephemeral"]);
    let memory = || server.metric("process_resident_memory_bytes").unwrap();
    let before = memory();
    let begun = Instant::now();
    let head = format!("GET / HTTP/1.1\r\nx-filler: {}", "x".repeat(30_000));
    let burst: Vec<_> = (0..600)
        .map(|_| {
            let mut stream = server.connect();
            stream.write_all(head.as_bytes()).unwrap();
            stream
        })
        .collect();
    // Each one that the system turned away would have taken a second.
    assert!(begun.elapsed() < Duration::from_secs(3), "{:?}", begun.elapsed());
    while server.metric("larder_received_bytes_total").unwrap() < 600.0 * 30_000.0 {
        assert!(begun.elapsed() < PATIENCE);
    }
    assert!(memory() > before + 15e6, "the heads are in memory");
    drop(burst);
    server.settles("larder_connections_open", 1.0);
    let gone = Instant::now();
    while memory() > before + 4e6 {
        assert!(gone.elapsed() < Duration::from_secs(10), "{} of {before}", memory());
        std::thread::sleep(Duration::from_millis(100));
    }
}
