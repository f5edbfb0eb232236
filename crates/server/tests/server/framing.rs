//! Requests whose host or framing can be read in two ways.

use crate::harness::Server;

fn status(server: &Server, head: &str) -> u16 {
    let request = format!("{head}\r\nconnection: close\r\n\r\n");
    server.exchange(request.as_bytes()).status
}

#[test]
fn a_request_names_one_host() {
    let server = Server::start(&["--ephemeral", "--domain", "s3.test"]);
    let host = format!("host: {}", server.address);
    for (head, expected) in [
        (format!("GET /bucket/k HTTP/1.1\r\n{host}"), 404),
        ("GET /bucket/k HTTP/1.1\r\naccept: */*".to_owned(), 400),
        ("GET /bucket/k HTTP/1.0\r\naccept: */*".to_owned(), 404),
        (format!("GET /bucket/k HTTP/1.1\r\n{host}\r\n{host}"), 400),
        ("GET /bucket/k HTTP/1.1\r\nhost: a.s3.test\r\nhost: b.s3.test".to_owned(), 400),
        ("GET http://bucket.s3.test/k HTTP/1.1\r\nhost: b.s3.test".to_owned(), 400),
        (format!("GET http://{}/bucket/k HTTP/1.1\r\n{host}", server.address), 404),
    ] {
        // Nobody signed, so that a request that is understood finds no bucket.
        assert_eq!(status(&server, &head), expected, "{head}");
    }
}

#[test]
fn no_transfer_coding_but_chunked() {
    let server = Server::start(&["--ephemeral"]);
    let head = |coding: &str| {
        format!("PUT /bucket/k HTTP/1.1\r\nhost: {}\r\ntransfer-encoding: {coding}", server.address)
    };
    assert_eq!(status(&server, &head("gzip, chunked")), 501);
    assert_eq!(status(&server, &head("identity, chunked")), 501);
    assert_eq!(status(&server, &head("chunked")) / 100, 4);
    // Where the last coding is not chunked nobody knows the end: 400 by RFC 9112, 6.3.
    assert_eq!(status(&server, &head("gzip")), 400);
}
