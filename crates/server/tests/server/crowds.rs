//! Clients that take more connections than is theirs, directly and through proxies.
#![cfg(target_os = "linux")]

use crate::harness::{Answer, PATIENCE, Server, larder, path, read_answer, root_keys};
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};
use tempfile::tempdir;

/// Addresses of loopback, all of which are this machine's on Linux.
const GREEDY: &str = "127.0.0.1";
const OTHER: &str = "127.0.0.2";

/// Connects from an address.
fn from(address: &str, to: SocketAddr) -> TcpStream {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let stream = runtime.block_on(async {
        let socket = tokio::net::TcpSocket::new_v4().unwrap();
        socket.bind(SocketAddr::new(address.parse::<IpAddr>().unwrap(), 0)).unwrap();
        socket.connect(to).await.unwrap().into_std().unwrap()
    });
    stream.set_nonblocking(false).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

fn get(address: &str, server: &Server, target: &str, headers: &str) -> Answer {
    let mut stream = from(address, server.address);
    let head = format!("GET {target} HTTP/1.1\r\nhost: x\r\n{headers}connection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).unwrap();
    read_answer(&mut stream)
}

#[track_caller]
fn check_slow_down(answer: &Answer) {
    assert_eq!(answer.status, 503, "{answer:?}");
    assert!(answer.text().contains("<Code>SlowDown</Code><Message>Too much is open"), "{answer:?}");
}

fn idle(address: &str, server: &Server, count: usize) -> Vec<TcpStream> {
    (0..count).map(|_| from(address, server.address)).collect()
}

/// How many of them the server keeps open, once it has decided.
fn kept(connections: &mut [TcpStream]) -> usize {
    let open = |stream: &mut TcpStream| {
        stream.set_read_timeout(Some(Duration::from_millis(1))).unwrap();
        let error = stream.read(&mut [0]).err();
        error.is_some_and(|error| error.kind() != ErrorKind::ConnectionReset)
    };
    connections.iter_mut().map(open).filter(|open| *open).count()
}

#[test]
fn one_address_leaves_room_for_the_others() {
    let server = Server::start(&["--ephemeral", "--connections-max", "50"]);
    let mut held = idle(GREEDY, &server, 60);
    for stream in &mut held[..25] {
        // They have been served once, so that they may be idle for a minute.
        stream.write_all(b"GET /_/health/live HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"live\n") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            answer.extend(byte);
        }
    }
    for _ in 0..20 {
        let begun = Instant::now();
        assert_eq!(get(OTHER, &server, "/bucket/key", "").status, 404);
        assert!(begun.elapsed() < Duration::from_secs(2), "nobody waits for the greedy one");
        assert_eq!(get(OTHER, &server, "/_/health/ready", "").status, 200);
        // Whoever has too much can still ask for health.
        assert_eq!(get(GREEDY, &server, "/_/health/ready", "").status, 200);
        check_slow_down(&get(GREEDY, &server, "/bucket/key", ""));
    }
    assert!(server.metric("larder_connections_turned_away_total").unwrap() >= 35.0 + 40.0);
    // Those over the limit are closed after a moment; the others may stay.
    let begun = Instant::now();
    while kept(&mut held) != 25 {
        assert!(begun.elapsed() < Duration::from_secs(30), "{} are open", kept(&mut held));
        std::thread::sleep(Duration::from_millis(100));
    }
    drop(held);
    server.settles("larder_connections_open", 1.0);
    assert_eq!(get(GREEDY, &server, "/bucket/key", "").status, 404);
    let log = server.stop();
    assert_eq!(
        log.matches("a connection of 127.0.0.1 is over the limit: at most 50").count(),
        1,
        "{log}"
    );
    assert!(
        log.contains("SlowDown") && log.contains("Too much is open from your address"),
        "{log}"
    );
}

#[test]
fn health_is_answered_when_all_connections_are_taken() {
    let words = ["--ephemeral", "--connections-max", "4", "--connections-per-address", "4"];
    let server = Server::start(&words);
    let held = idle(GREEDY, &server, 4);
    // As many as come: the moments are theirs who came last.
    let flood = idle(GREEDY, &server, 300);
    for address in [OTHER, GREEDY] {
        assert_eq!(get(address, &server, "/_/health/live", "").status, 200);
        check_slow_down(&get(address, &server, "/bucket", ""));
    }
    // The admin listener has room of its own.
    assert!(server.metric("larder_connections_open").unwrap() <= 1.0 + 4.0 + 64.0);
    // A small body is taken, so that its sender reads the answer.
    let mut put = from(OTHER, server.address);
    let head = "PUT /bucket/key HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n";
    put.write_all(&[head.as_bytes(), &[b'x'; 100_000]].concat()).unwrap();
    let answer = read_answer(&mut put);
    check_slow_down(&answer);
    assert!(answer.head.to_lowercase().contains("connection: close"), "{answer:?}");
    drop((held, flood));
    server.settles("larder_connections_open", 1.0);
    assert_eq!(get(OTHER, &server, "/bucket", "").status, 404);
    server.stop();
}

/// Who is over the limit and does not send the body that they promised is refused after
/// `TURNED_AWAY_TIME_MAX`, and others are served meanwhile.
#[test]
fn the_body_of_who_is_turned_away_is_waited_for_two_seconds() {
    let words = ["--ephemeral", "--connections-max", "4", "--connections-per-address", "2"];
    let server = Server::start(&words);
    let held = idle(GREEDY, &server, 2);
    let begun = Instant::now();
    let mut waiting: Vec<TcpStream> = idle(GREEDY, &server, 20);
    for stream in &mut waiting {
        let head = "PUT /bucket/key HTTP/1.1\r\nhost: x\r\ncontent-length: 100000\r\n\r\n";
        stream.write_all(&[head.as_bytes(), &[b'x'; 50_000]].concat()).unwrap();
    }
    while begun.elapsed() < Duration::from_millis(1500) {
        let asked = Instant::now();
        assert_eq!(get(OTHER, &server, "/bucket/key", "").status, 404);
        assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    }
    for stream in &mut waiting {
        // Part of the body is unread only where the rest never came.
        check_slow_down(&read_answer(stream));
    }
    let elapsed = begun.elapsed();
    assert!(elapsed > Duration::from_secs(2) && elapsed < Duration::from_secs(4), "{elapsed:?}");
    // Who says more than is read of a refused request is answered at once.
    let mut much = from(GREEDY, server.address);
    let asked = Instant::now();
    let head = "PUT /bucket/key HTTP/1.1\r\nhost: x\r\ncontent-length: 90000000\r\n\r\n";
    much.write_all(&[head.as_bytes(), &[b'x'; 256 << 10]].concat()).unwrap();
    check_slow_down(&read_answer(&mut much));
    assert!(asked.elapsed() < Duration::from_secs(1), "{:?}", asked.elapsed());
    drop(held);
    server.settles("larder_connections_open", 1.0);
}

/// A server that trusts [`OTHER`] as a proxy and serves two connections of an address.
fn behind_a_proxy(data: &tempfile::TempDir) -> Server {
    Server::spawn(
        larder(&["--listen", "127.0.0.1:0", "--admin-listen", "127.0.0.1:0"])
            .args(["--data", path(data.path()), "--connections-per-address", "2"])
            .args(["--trusted-proxy", "127.0.0.2,192.0.2.0/24", "--log-format", "text"]),
    )
}

#[test]
fn a_trusted_proxy_counts_for_those_whom_it_brings() {
    let data = tempdir().unwrap();
    let server = behind_a_proxy(&data);
    let keys = root_keys(data.path());
    assert_eq!(server.signed(&keys, "PUT", "/bucket", b"").status, 200);
    let client = |ip: &str| format!("x-forwarded-for: 6.6.6.6, {ip}, 192.0.2.9\r\n");
    // Idle connections of the proxy are nobody's.
    let _idle = idle(OTHER, &server, 20);
    let uploads: Vec<TcpStream> = (0..2)
        .map(|n| {
            let signed = server.signed_bytes(&keys, "PUT", &format!("/bucket/{n}"), &[b'x'; 1000]);
            let end = signed.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 2;
            let (head, rest) = signed.split_at(end);
            let mut stream = from(OTHER, server.address);
            let part = [head, client("203.0.113.1").as_bytes(), &rest[..502]].concat();
            stream.write_all(&part).unwrap();
            stream
        })
        .collect();
    server.settles("larder_requests_open", 3.0);
    check_slow_down(&get(OTHER, &server, "/bucket/key", &client("203.0.113.1")));
    assert_eq!(get(OTHER, &server, "/_/health/live", &client("203.0.113.1")).status, 200);
    assert_eq!(get(OTHER, &server, "/bucket/key", &client("203.0.113.2")).status, 403);
    // From anybody else the header means nothing.
    assert_eq!(get("127.0.0.3", &server, "/bucket/key", &client("203.0.113.1")).status, 403);
    for mut stream in uploads {
        stream.write_all(&[b'x'; 500]).unwrap();
        assert_eq!(read_answer(&mut stream).status, 200);
    }
    assert_eq!(get(OTHER, &server, "/bucket/key", &client("203.0.113.1")).status, 403);
    let log = server.stop();
    let remotes: Vec<&str> =
        log.lines().filter_map(|line| line.split_once(" remote=")).map(|(_, ip)| ip).collect();
    for (remote, count) in [("203.0.113.1", 4), ("203.0.113.2", 1)] {
        let found = remotes.iter().filter(|found| **found == remote).count();
        assert_eq!(found, count, "{remote} in {log}");
    }
    assert!(remotes.iter().any(|found| found.starts_with("127.0.0.3:")), "{log}");
    assert!(!log.contains("6.6.6.6"), "{log}");
}
