//! The paths under `/_/`.

use crate::harness::{Server, read_answer_to};
use std::io::Write;

#[test]
fn health() {
    let server = Server::start(&["--ephemeral"]);
    for page in ["/_/health/live", "/_/health/ready", "/_/health/live?x=1"] {
        assert_eq!(server.get(page).status, 200, "{page}");
    }
    for page in ["/_/", "/_/health", "/_/health/ready/", "/_/admin", "/_/metrics"] {
        assert_eq!(server.get(page).status, 404, "{page}");
    }
    let post = b"POST /_/health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert_eq!(server.exchange(post).status, 405);
}

#[test]
fn admin_requests_are_logged_and_counted() {
    let server = Server::start(&["--ephemeral", "--log-format", "json"]);
    let page = server.get_admin("/_/metrics");
    assert_eq!(page.status, 200);
    assert!(page.text().contains("larder_build_info") && page.head.contains("x-amz-request-id: "));
    for (page, status) in [("/_/health/live", 200), ("/_/admin", 404), ("/bucket/key", 404)] {
        assert_eq!(server.get_admin(page).status, status, "{page}");
    }
    let admin = server.admin.unwrap();
    let post = |method: &str| {
        let mut stream = std::net::TcpStream::connect(admin).unwrap();
        let head = format!("{method} /_/metrics HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n");
        stream.write_all(head.as_bytes()).unwrap();
        read_answer_to(method, &mut stream)
    };
    assert_eq!(post("POST").status, 405);
    let head = post("HEAD");
    assert_eq!((head.status, head.body.len()), (200, 0));
    // Each was counted when it was over; the page that tells so is not over yet.
    server.settles("larder_admin_requests_total{status=\"404\"}", 2.0);
    assert_eq!(server.metric("larder_admin_requests_total{status=\"405\"}"), Some(1.0));
    assert!(server.metric("larder_admin_requests_total{status=\"200\"}").unwrap() >= 3.0);
    assert_eq!(server.metric("larder_requests_total{operation=\"-\",status=\"404\"}"), None);
    let log = server.stop();
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("\"admin\":true")).collect();
    for (operation, status) in
        [("GetMetrics", 200), ("GetMetrics", 405), ("GetHealth", 200), ("-", 404)]
    {
        let expected = format!("\"status\":{status},\"operation\":\"{operation}\"");
        assert!(lines.iter().any(|line| line.contains(&expected)), "{expected} in {log}");
    }
    assert!(!log.contains("\"request_id\":\"\"") && !log.contains("\"cut\""), "{log}");
}

#[test]
fn only_without_a_bucket_in_the_host() {
    let server = Server::start(&["--ephemeral", "--domain", "s3.test"]);
    assert_eq!(server.get_with_host("/_/health/live", "s3.test").status, 200);
    // There it is the key `_/health/live`, which a stranger may not read.
    let key = server.get_with_host("/_/health/live", "bucket.s3.test");
    assert!(key.status == 403 || key.status == 404, "{key:?}");
    assert!(key.text().contains("<Error><Code>"), "{key:?}");
}

#[test]
fn metrics_and_access_lines_tell_of_requests() {
    let server = Server::start(&["--ephemeral", "--log-format", "json", "--region", "eu-west-1"]);
    assert_eq!(server.get("/bucket/a%20key?x-id=hidden").status, 404);
    let count = "larder_requests_total{operation=\"GetObject\",status=\"404\"}";
    assert_eq!(server.metric(count), Some(1.0));
    let seconds = "larder_request_seconds_count{operation=\"GetObject\"}";
    assert_eq!(server.metric(seconds), Some(1.0));
    server.settles("larder_connections_open", 1.0);
    assert!(server.metric("larder_received_bytes_total").unwrap() > 100.0);
    assert!(server.metric("larder_sent_bytes_total").unwrap() > 100.0);
    assert!(server.metric("larder_commits_total").is_some());
    assert!(server.metric("process_resident_memory_bytes").unwrap() > 1e6);
    let log = server.stop();
    let is_access = |line: &&str| line.contains("\"operation\"") && !line.contains("\"admin\"");
    let lines: Vec<&str> = log.lines().filter(is_access).collect();
    let [line] = lines.as_slice() else { panic!("one access line in {log}") };
    for expected in [
        "\"operation\":\"GetObject\"",
        "\"status\":404",
        "\"bucket\":\"bucket\"",
        "\"key\":\"a key\"",
        "\"bytes_in\":0",
        "\"request_id\":\"",
        "\"remote\":\"127.0.0.1:",
        "\"error\":\"NoSuchBucket\"",
        "\"error_message\":\"The specified bucket does not exist\"",
    ] {
        assert!(line.contains(expected), "{expected} in {line}");
    }
    assert!(!log.contains("hidden"), "a query may hold a credential: {log}");
}
