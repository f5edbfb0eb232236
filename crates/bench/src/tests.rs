//! The generator must notice every answer that is not the one asked for.

use crate::bare::{self, Answer};
use crate::batch::Batch;
use crate::bodies::{Bodies, key};
use crate::load::{Expect, Load};
use crate::process::{ask, on_cpu_ns, ticks};
use crate::ready::is_call;
use crate::report::{Limit, Report, Row, median};
use crate::response::Response;
use crate::settings::OBJECT_BYTES;
use std::collections::BTreeSet;
use std::io::{Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

/// A server that reads requests without bodies and answers each with `wire`.
fn serve_raw(wire: Vec<u8>) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let (mut stream, wire) = (stream.unwrap(), wire.clone());
            std::thread::spawn(move || {
                let mut request = [0; 4096];
                while stream.read(&mut request).is_ok_and(|read| read > 0) {
                    if stream.write_all(&wire).is_err() {
                        return;
                    }
                }
            });
        }
    });
    address
}

fn wire(status: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nETag: x\r\n\r\n", body.len());
    [head.as_bytes(), body].concat()
}

fn load(address: SocketAddr, expect: Expect) -> Result<(), String> {
    let bodies = Arc::new(Bodies::new(OBJECT_BYTES));
    let batch = Arc::new(Batch::gets(&address.to_string(), 0..200));
    Load { address, connections: 4, batch, bodies, expect }.run().map(|_| ())
}

#[test]
fn bare_server_answers_with_the_bytes_it_was_given() {
    let bodies = Bodies::new(OBJECT_BYTES);
    let answer = Arc::new(Answer::from_wire(wire("200 OK", bodies.of(7))).unwrap());
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let binding = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0));
    let listener = runtime.block_on(binding).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(bare::serve(listener, answer));
    load(address, Expect::Always(7)).unwrap();
    assert!(load(address, Expect::Object).is_err(), "object 0 has another body");
    let wire = ask(address, b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").unwrap();
    let response = Response::parse(&wire).unwrap().unwrap();
    let head = String::from_utf8_lossy(&wire[..response.head_bytes]).to_lowercase();
    assert!(head.contains("\r\netag: x\r\n") && head.contains("\r\ndate: "), "{head}");
}

#[test]
fn wrong_answers_fail_a_run() {
    let bodies = Bodies::new(OBJECT_BYTES);
    let cases = [
        (wire("200 OK", bodies.of(3)), None),
        (wire("503 Slow Down", bodies.of(3)), Some("the status is not 200")),
        (wire("200 OK", &bodies.of(3)[1..]), Some("the body has another length")),
        (wire("200 OK", bodies.of(4)), Some("the body is another one")),
        ([wire("200 OK", bodies.of(3)), b"more".to_vec()].concat(), Some("more bytes than")),
        (b"HTTP/1.1 200 OK\r\nETag: x\r\n\r\n".to_vec(), Some("no length")),
    ];
    for (wire, expected) in cases {
        let outcome = load(serve_raw(wire), Expect::Always(3));
        match expected {
            None => outcome.unwrap(),
            Some(reason) => assert!(outcome.unwrap_err().contains(reason), "{reason}"),
        }
    }
}

#[test]
fn prepared_requests_are_what_is_to_be_sent() {
    let bodies = Bodies::new(OBJECT_BYTES);
    let batch = Batch::puts("127.0.0.1:9", &bodies, 5..7);
    assert_eq!(batch.requests.len(), 2);
    let head = String::from_utf8_lossy(batch.head(&batch.requests[1])).into_owned();
    assert!(head.starts_with(&format!("PUT /bench/{} HTTP/1.1\r\n", key(6))), "{head}");
    assert!(head.ends_with("\r\n\r\n"));
    let hash = larder_types::hex::encode(&larder_digest::sha256(bodies.of(6)));
    for header in ["host: 127.0.0.1:9", "content-length: 4096", "x-amz-date: ", hash.as_str()] {
        assert!(head.contains(header), "{header} in {head}");
    }
}

#[test]
fn objects_differ() {
    let bodies = Bodies::new(OBJECT_BYTES);
    let seen: BTreeSet<&[u8]> = (0..2000).map(|number| bodies.of(number)).collect();
    assert_eq!(seen.len(), 2000);
    let keys: BTreeSet<String> = (0..2000).map(key).collect();
    assert_eq!(keys.len(), 2000);
}

#[test]
fn process_times_are_read_past_any_name() {
    let stat = "42 (a) b) R 1 1 1 0 -1 4 100 0 0 0 150 50 7 3 20 0 4 0 100 0 0";
    assert_eq!(ticks(stat, &[11, 12]), Ok(2.0));
    assert_eq!(ticks(stat, &[13, 14]), Ok(0.1));
    assert!(ticks("42 (a) R 1", &[11]).is_err());
    assert_eq!(on_cpu_ns("123456789 42 7\n"), Ok(123_456_789));
    assert!(on_cpu_ns("").is_err());
}

#[test]
fn interrupted_calls_are_counted_once() {
    let trace = ["7 fdatasync(3) = 0", "7 fsync(4 <unfinished ...>", "7 <... fsync resumed>) = 0"];
    assert_eq!(trace.iter().filter(|line| is_call(line)).count(), 2);
    assert!(!is_call("7 +++ exited with 0 +++"));
}

#[test]
fn limits_are_judged() {
    let row = |value, limit| Row {
        what: "what".to_owned(),
        larder: "1".to_owned(),
        beside: "2".to_owned(),
        value,
        unit: "x",
        limit,
    };
    let mut report = Report::new("ext4".to_owned());
    report.add(row(Some(3.99), Limit::AtMost(4.0)));
    report.add(row(Some(10.0), Limit::AtLeast(10.0)));
    report.add(row(Some(1.0), Limit::None));
    assert_eq!(report.missed(), 0);
    report.add(row(Some(4.01), Limit::AtMost(4.0)));
    report.add(row(Some(9.99), Limit::AtLeast(10.0)));
    report.add(row(None, Limit::AtMost(4.0)));
    assert_eq!(report.missed(), 3, "what was not measured was not held");
    assert_eq!(report.table().lines().count(), 7);
    assert_eq!(report.table().matches("MISSED").count(), 2);
}

#[test]
fn medians() {
    assert_eq!(median(vec![3.0, 1.0, 2.0]), 2.0);
    assert_eq!(median(vec![4.0, 1.0]), 1.0);
    assert!(median(Vec::new()).is_nan());
}
