//! Requests that want more than their share, or that say one thing to one reader and another to the
//! next.

use crate::testing::{Ask, World, read};
use crate::{AccessRecord, Connection, RequestBody};
use bytes::Bytes;
use http::{HeaderValue, Request};
use larder_s3_wire::error::DOCUMENT_BYTES_MAX;
use std::collections::VecDeque;
use std::future::poll_fn;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// Longest head that the server hands over, in bytes.
const HEAD_BYTES: usize = 32 << 10;

fn raw(method: &str, target: &str, headers: &[(&'static str, &str)]) -> Request<RequestBody> {
    let mut request = Request::new(RequestBody::from(Bytes::new()));
    *request.method_mut() = method.parse().unwrap();
    *request.uri_mut() = target.parse().unwrap();
    request.headers_mut().insert("host", HeaderValue::from_static(crate::testing::HOST));
    for (name, value) in headers {
        request.headers_mut().append(*name, value.parse().unwrap());
    }
    request
}

/// The request that cost 1.2 GB: one header, signed thousands of times.
#[test]
fn a_header_is_signed_once() {
    let world = World::with_bucket("bucket");
    let names = format!("host;x-amz-content-sha256;x-amz-date{}", ";z".repeat(5000));
    let credential = "Credential=alice/20130524/us-east-1/s3/aws4_request";
    let authorization =
        format!("AWS4-HMAC-SHA256 {credential},SignedHeaders={names},Signature={}", "0".repeat(64));
    let date = world.now().to_amz_date();
    let authorization = authorization.replace("20130524", &date[..8]);
    let request = raw(
        "GET",
        "/bucket/k",
        &[
            ("z", &"&".repeat(15_000)),
            ("x-amz-date", &date),
            ("x-amz-content-sha256", "UNSIGNED-PAYLOAD"),
            ("authorization", &authorization),
        ],
    );
    let got = world.sim.block_on(async { read(world.handle(request).await).await });
    let got = got.refused(400, "AuthorizationHeaderMalformed");
    assert!(got.body.len() < 2000, "{}", got.body.len());

    let names = names.replace(';', "%3B").replace("x-amz-content-sha256%3Bx-amz-date%3B", "");
    let target = format!(
        "/bucket/k?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Credential=alice%2F{}%2Fus-east-1%2Fs3\
         %2Faws4_request&X-Amz-Date={date}&X-Amz-Expires=60&X-Amz-SignedHeaders={names}\
         &X-Amz-Signature={}",
        &date[..8],
        "0".repeat(64)
    );
    let request = raw("GET", &target, &[("z", &"&".repeat(10_000))]);
    let got = world.sim.block_on(async { read(world.handle(request).await).await });
    got.refused(400, "AuthorizationQueryParametersError");
}

/// Every place of a head that an error echoes, as long as a head can be and as hard to write.
#[test]
fn no_refusal_outgrows_its_limit() {
    let world = World::with_bucket("bucket");
    let long = "&%22%00".repeat(HEAD_BYTES / 14);
    let plain = "&".repeat(HEAD_BYTES / 2);
    let asks = [
        Ask::new("GET", format!("/bucket/{}", "%22".repeat(HEAD_BYTES / 6))),
        Ask::new("GET", format!("/bucket/k?versionId={}", "%00".repeat(HEAD_BYTES / 6))),
        Ask::new("GET", format!("/bucket?list-type=2&continuation-token={long}")),
        Ask::new("GET", format!("/bucket?encoding-type={}", "%22".repeat(HEAD_BYTES / 6))),
        Ask::new("PUT", "/bucket/k").header("content-md5", &plain),
        Ask::new("PUT", "/bucket/k").header("x-amz-storage-class", &plain),
        Ask::new("PUT", "/bucket/k").header("x-amz-copy-source", &plain),
        Ask::new("PUT", "/bucket/k").header("x-amz-tagging", &plain),
        Ask::new("PUT", "/bucket/k").header("x-amz-checksum-crc32", &plain),
        Ask::new("PUT", "/bucket/k").header("x-amz-sdk-checksum-algorithm", &plain),
        Ask::new("GET", "/bucket/k").header("range", &plain),
        Ask::new("GET", format!("/{}", "%22".repeat(HEAD_BYTES / 6))),
        Ask::new("PATCH", format!("/bucket/{}", "%22".repeat(HEAD_BYTES / 6))),
    ];
    for ask in asks {
        for signer in [Some("alice"), Some("bob"), None] {
            let got = world.send(ask.clone().by(signer));
            let what = format!("{} {:.40} {}", ask.method, ask.path, got.status);
            assert!(got.body.len() <= DOCUMENT_BYTES_MAX, "{what}: {}", got.body.len());
        }
    }
    for text in [&plain, &"\"".repeat(HEAD_BYTES / 2)] {
        let claim = |credential: &str| {
            let rest = "SignedHeaders=host,Signature=0";
            format!("AWS4-HMAC-SHA256 Credential={credential},{rest}")
        };
        for authorization in [
            text.clone(),
            format!("AWS {text}:x"),
            claim(&format!("{text}/20130524/r/s3/aws4_request")),
            claim(&format!("a/{text}/r/s3/aws4_request")),
            claim(&format!("a/20130524/r/{text}/aws4_request")),
            claim(&format!("alice/20130524/r/s3/{text}")),
        ] {
            let request = raw("GET", "/bucket/k", &[("authorization", &authorization)]);
            let got = world.sim.block_on(async { read(world.handle(request).await).await });
            assert!(got.status.is_client_error());
            assert!(got.body.len() <= DOCUMENT_BYTES_MAX, "{}", got.body.len());
        }
    }
}

/// A mismatch still shows the developer what was signed, and no more of it than that.
#[test]
fn a_mismatch_echoes_a_bounded_canonical_request() {
    let world = World::with_bucket("bucket");
    let ask = Ask::new("GET", "/bucket/k").header("x-amz-meta-z", &"&".repeat(20_000));
    let mut request = world.request(ask);
    request.headers_mut().insert("x-amz-meta-z", "&".repeat(20_001).parse().unwrap());
    let got = world.sim.block_on(async { read(world.handle(request).await).await });
    let got = got.refused(403, "SignatureDoesNotMatch");
    assert!(got.element("CanonicalRequest").unwrap().starts_with("GET\n/bucket/k\n"));
    assert!(got.body.len() <= DOCUMENT_BYTES_MAX, "{}", got.body.len());
}

/// Signed joined, read singly: `/bucket/secret,x` was signed, `/bucket/secret` was copied.
#[test]
fn a_signed_copy_source_cannot_be_split() {
    let world = World::with_bucket("bucket");
    world.send(Ask::new("PUT", "/bucket/secret").body("secret")).ok();
    world.send(Ask::new("PUT", "/bucket/secret,x").body("harmless")).ok();
    let target = world.presigned("PUT", "/bucket/to", &[("x-amz-copy-source", "/bucket/secret,x")]);
    let whole = raw("PUT", &target, &[("x-amz-copy-source", "/bucket/secret,x")]);
    world.sim.block_on(async { read(world.handle(whole).await).await }).ok();
    assert_eq!(world.send(Ask::new("GET", "/bucket/to")).ok().text(), "harmless");
    let lines = [("x-amz-copy-source", "/bucket/secret"), ("x-amz-copy-source", "x")];
    let split = raw("PUT", &target, &lines);
    let got = world.sim.block_on(async { read(world.handle(split).await).await });
    got.refused(400, "InvalidRequest");
    assert_eq!(world.send(Ask::new("GET", "/bucket/to")).ok().text(), "harmless");
}

#[test]
fn lines_of_metadata_are_joined_as_they_are_signed() {
    let world = World::with_bucket("bucket");
    let mut request = world.request(Ask::new("PUT", "/bucket/k").header("x-amz-meta-a", "one,two"));
    request.headers_mut().insert("x-amz-meta-a", HeaderValue::from_static("one "));
    request.headers_mut().append("x-amz-meta-a", HeaderValue::from_static("two"));
    world.sim.block_on(async { read(world.handle(request).await).await }).ok();
    let got = world.send(Ask::new("HEAD", "/bucket/k"));
    assert_eq!(got.header("x-amz-meta-a"), Some("one,two"));
}

/// Many documents, each held one byte short: what they take is shared, and beyond it there is none.
#[test]
fn control_bodies_share_a_budget() {
    const DOCUMENT: usize = 1 << 20;
    const BUDGET: usize = 8 << 20;
    let world = World::with_request_memory(BUDGET);
    let short = || {
        let body = vec![b' '; DOCUMENT];
        let mut request = world.request(Ask::new("POST", "/bucket?delete").body(body).md5());
        let body = std::mem::replace(request.body_mut(), RequestBody::from(Bytes::new()));
        let RequestBody::Pieces(mut pieces) = body else { panic!("pieces are sent in pieces") };
        pieces.pop_back();
        *request.body_mut() = RequestBody::Stalled(pieces);
        request
    };
    let (mut held, mut refused) = (Vec::new(), 0);
    for _ in 0..60 {
        let mut work = Box::pin(world.handle(short()));
        let first = poll_fn(|cx| {
            Poll::Ready(match work.as_mut().poll(cx) {
                Poll::Ready(answer) => Some(answer),
                Poll::Pending => None,
            })
        });
        match world.sim.block_on(first) {
            Some(answer) => {
                assert_eq!(answer.record.error_code, Some("SlowDown"));
                assert_eq!(answer.response.status(), 503);
                refused += 1;
            }
            None => held.push(work),
        }
    }
    assert!(refused > 40 && held.len() >= 3, "{refused} refused, {} held", held.len());
    // Small documents still find room.
    let tags = "<Tagging><TagSet><Tag><Key>k</Key><Value>v</Value></Tag></TagSet></Tagging>";
    world.send(Ask::new("PUT", "/bucket?tagging").body(tags).md5()).ok();
    drop(held);
    world.send(Ask::new("PUT", "/bucket?tagging").body(tags).md5()).ok();
    let document = format!("<Delete>{}</Delete>", "<Object><Key>k</Key></Object>".repeat(1000));
    world.send(Ask::new("POST", "/bucket?delete").body(document).md5()).ok();
}

/// What a document is made into counts before it is made.
#[test]
fn the_parsed_form_counts() {
    let world = World::with_request_memory(1 << 20);
    let document = format!("<Delete>{}</Delete>", "<a/>".repeat(50_000));
    let got = world.send(Ask::new("POST", "/bucket?delete").body(document.clone()).md5());
    got.refused(503, "SlowDown");
    let world = World::with_request_memory(64 << 20);
    let got = world.send(Ask::new("POST", "/bucket?delete").body(document).md5());
    got.refused(400, "MalformedXML");
}

/// Forms come before anybody is known: who fills their memory keeps out forms and nothing else.
#[test]
fn forms_of_nobody_take_nothing_of_others() {
    let world = World::with_request_memory(1 << 20);
    let mut waiting = Vec::new();
    let mut refused = 0;
    for _ in 0..60 {
        let part = "--X\r\nContent-Disposition: form-data; name=\"a\"\r\n\r\n";
        let piece = Bytes::from(format!("{part}{}", "x".repeat(19_000)));
        let mut request =
            raw("POST", "/bucket", &[("content-type", "multipart/form-data; boundary=X")]);
        *request.body_mut() = RequestBody::Stalled(VecDeque::from([piece]));
        let mut work = Box::pin(world.handle(request));
        // Longer than a refused body is waited for.
        let mut pause = world.sim.platform().tasks.sleep(Duration::from_secs(3));
        let ended = poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Ready(answer) => Poll::Ready(answer.record.error_code == Some("SlowDown")),
            Poll::Pending => pause.as_mut().poll(cx).map(|()| false),
        });
        if world.sim.block_on(ended) { refused += 1 } else { waiting.push(work) }
    }
    assert!(refused > 50 && !waiting.is_empty(), "{refused} were refused");
    let document = format!("<Delete>{}</Delete>", "<Object><Key>k</Key></Object>".repeat(500));
    world.send(Ask::new("POST", "/bucket?delete").body(document).md5()).ok();
    world.send(Ask::new("PUT", "/bucket/k").body(vec![1; 10_000])).ok();
}

/// The least memory that a server has for requests takes the largest documents that S3 allows.
#[test]
fn the_largest_documents_fit() {
    let world = World::with_request_memory(24 << 20);
    let part = "<Part><ETag>\"00000000000000000000000000000000\"</ETag>\
                <ChecksumSHA256>47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=</ChecksumSHA256>";
    let parts: String =
        (1..=10_000).map(|n| format!("{part}<PartNumber>{n}</PartNumber></Part>")).collect();
    let body = format!("<CompleteMultipartUpload>{parts}</CompleteMultipartUpload>");
    let ask = Ask::new("POST", "/bucket/k?uploadId=none").body(body);
    let got = world.send(ask);
    assert_ne!(got.error_code, Some("SlowDown"), "{}", got.text());
    let key = "&#x1F600;".repeat(256);
    let objects = format!("<Object><Key>{key}</Key></Object>").repeat(1000);
    let body = format!("<Delete>{objects}</Delete>");
    world.send(Ask::new("POST", "/bucket?delete").body(body).md5()).ok();
}

/// Small objects wait in memory for their last byte, too.
#[test]
fn small_objects_share_the_budget() {
    let world = World::with_request_memory(400 << 10);
    let platform = world.sim.platform();
    let mut held = Vec::new();
    let mut refused = 0;
    for _ in 0..100 {
        let mut request = world.request(Ask::new("PUT", "/bucket/k").body(vec![1; 10_000]));
        let body = std::mem::replace(request.body_mut(), RequestBody::from(Bytes::new()));
        let RequestBody::Pieces(mut pieces) = body else { panic!("pieces are sent in pieces") };
        pieces.pop_back();
        *request.body_mut() = RequestBody::Stalled(pieces);
        let mut work = Box::pin(world.handle(request));
        // Longer than a refused body is waited for.
        let mut pause = platform.tasks.sleep(Duration::from_secs(5));
        let ended = poll_fn(|cx| match work.as_mut().poll(cx) {
            Poll::Ready(answer) => Poll::Ready(answer.record.error_code == Some("SlowDown")),
            Poll::Pending => pause.as_mut().poll(cx).map(|()| false),
        });
        if world.sim.block_on(ended) { refused += 1 } else { held.push(work) }
    }
    assert!(held.len() >= 25 && refused >= 55, "{} held, {refused} refused", held.len());
    drop(held);
    world.send(Ask::new("PUT", "/bucket/k").body(vec![1; 10_000])).ok();
}

/// A client that goes away in the middle leaves its name.
#[test]
fn what_is_known_is_recorded_step_by_step() {
    let world = World::with_bucket("bucket");
    let request = |ask: Ask| {
        let mut request = world.request(ask);
        *request.body_mut() = RequestBody::Stalled(VecDeque::from([Bytes::from_static(b"<De")]));
        request
    };
    let stopped = |request| {
        let mut record = AccessRecord::default();
        let connection = Connection::default();
        {
            let mut work = pin!(world.service.handle(request, &connection, &mut record));
            let first = poll_fn(|cx| Poll::Ready(work.as_mut().poll(cx).is_pending()));
            assert!(world.sim.block_on(first), "the body has not ended");
        }
        record
    };
    let record = stopped(request(Ask::new("POST", "/bucket?delete").body("<Delete/>").md5()));
    assert_eq!(record.operation.map(|o| o.name()), Some("DeleteObjects"));
    assert_eq!(record.bucket.as_deref(), Some("bucket"));
    assert_eq!(record.access_key.as_deref(), Some("alice"));
    assert_eq!(record.account.as_ref().map(|id| id.as_str()), Some("111111111111"));
    assert!(record.request_id.is_some() && record.must_finish.is_set());
    assert_eq!((record.status, record.bytes_received), (0, 3));
    let record = stopped(request(Ask::new("PUT", "/bucket/a/key").body("some data")));
    assert_eq!(record.key.as_deref(), Some("a/key"));
    assert_eq!(record.operation.map(|o| o.name()), Some("PutObject"));
    assert!(record.must_finish.is_set());
}

/// Only what was granted and changes something outlives its client.
#[test]
fn changes_that_were_granted_must_finish() {
    let world = World::with_bucket("bucket");
    let must_finish = |ask: Ask| {
        let request = world.request(ask);
        let answer = world.sim.block_on(world.handle(request));
        answer.record.must_finish.is_set()
    };
    assert!(must_finish(Ask::new("PUT", "/bucket/k").body("x")));
    assert!(must_finish(Ask::new("DELETE", "/bucket/k")));
    assert!(must_finish(Ask::new("PUT", "/another")));
    assert!(must_finish(Ask::new("DELETE", "/another")));
    assert!(!must_finish(Ask::new("GET", "/bucket/k")));
    assert!(!must_finish(Ask::new("HEAD", "/bucket")));
    assert!(!must_finish(Ask::new("PUT", "/bucket/k").body("x").by(Some("bob"))));
    assert!(!must_finish(Ask::new("DELETE", "/bucket/k").by(None)));
}
