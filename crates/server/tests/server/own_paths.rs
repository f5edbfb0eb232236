//! The paths under `/_/`.

use crate::harness::Server;

#[test]
fn health() {
    let server = Server::start(&["--ephemeral"]);
    for page in ["/_/health/live", "/_/health/ready", "/_/health/live?x=1"] {
        assert_eq!(server.get(page).status, 200, "{page}");
    }
    for page in ["/_/", "/_/health", "/_/health/ready/", "/_/admin"] {
        assert_eq!(server.get(page).status, 404, "{page}");
    }
    let post = b"POST /_/health/live HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n";
    assert_eq!(server.exchange(post).status, 405);
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
    let lines: Vec<&str> = log.lines().filter(|line| line.contains("\"operation\"")).collect();
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
