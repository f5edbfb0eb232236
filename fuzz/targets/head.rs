//! A request's head: its one reading, target, claim, canonical request, signature, error.
//!
//! An input is a head as text: `METHOD target`, then a `name: value` line for each header. A line
//! that begins with `>` gives a second target.

#![no_main]

use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderValue, Uri, Version};
use larder_fuzz::Request;
use larder_fuzz::meter::{Budget, bounded};
use larder_s3_wire::auth::{AuthSettings, Claim, RequestParts, SigV2, Verifier};
use larder_s3_wire::error::{DOCUMENT_BYTES_MAX, WireError};
use larder_s3_wire::head::settle;
use larder_s3_wire::signer::{Signer, UNSIGNED_PAYLOAD};
use larder_s3_wire::target::{Target, parse_target};
use larder_types::{BucketName, Timestamp};

/// The example credential of AWS's documentation; the seeds are signed by it.
const ACCESS_KEY: &str = "AKIAIOSFODNN7EXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
/// 2013-05-24T00:00:00Z, the moment of that documentation's examples.
const NOW: Timestamp = Timestamp { ms: 1_369_353_600_000 };
const PRESIGNED_SECONDS: u64 = 60;
/// Longest head that is signed, in bytes, and its most parameters. The server takes twice as much,
/// and a claim comes on top.
const SIGNED_BYTES_MAX: usize = 16 << 10;
const SIGNED_PARAMETERS_MAX: usize = 200;

/// What to receive a head may cost, its error document included.
const BUDGET: Budget = Budget { fixed: 64 << 10, held_per_byte: 48, total_per_byte: 128 };
/// The error document's size, besides its own limit. A byte of the head may be in it
/// percent-encoded, escaped, and as hex.
const DOCUMENT_BYTES_FIXED: usize = 4 << 10;
const DOCUMENT_BYTES_PER_BYTE: usize = 32;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let Some(request) = Request::parse(data) else {
        return;
    };
    let verifier = Verifier::new(AuthSettings { sigv2: SigV2::On, ..AuthSettings::default() });
    receive(&verifier, &request, data.len());
    let Some(unsigned) = without_claim(&request) else {
        return;
    };
    if data.len() <= SIGNED_BYTES_MAX {
        signed_in_headers(&verifier, unsigned.clone(), data.len());
        signed_in_query(&verifier, unsigned);
    }
});

/// The request before it is signed, its lines as they are when they can be read in one way only.
fn without_claim(request: &Request) -> Option<Request> {
    let requests = [request.without_claim(), request.without_claim().each_header_once()];
    let request = requests.into_iter().find(|request| settled(request).is_ok())?;
    (!claims_in_query(&request)).then_some(request)
}

/// The headers as everybody reads them.
fn settled(request: &Request) -> Result<HeaderMap, WireError> {
    let mut headers = request.headers.clone();
    let target = PathAndQuery::try_from(&request.target[..]).expect("a target is a path");
    let uri = Uri::from(target);
    settle(Version::HTTP_11, &uri, &mut headers)?;
    let mut again = headers.clone();
    assert!(settle(Version::HTTP_11, &uri, &mut again).is_ok() && again == headers);
    for name in headers.keys().filter(|name| name.as_str().starts_with("x-amz-")) {
        assert_eq!(headers.get_all(name).iter().count(), 1, "{name} is there more than once");
    }
    Ok(headers)
}

/// Whatever arrives is answered within its budget.
fn receive(verifier: &Verifier, request: &Request, input_bytes: usize) {
    let document = bounded(input_bytes, BUDGET, || {
        let error = verify(verifier, request, SECRET, NOW).err()?;
        Some(error.to_xml(&request.target, "0123456789ABCDEF", "host"))
    });
    let bytes = document.map_or(0, |document| document.len());
    let allowed = DOCUMENT_BYTES_FIXED + DOCUMENT_BYTES_PER_BYTE * input_bytes;
    let allowed = allowed.min(DOCUMENT_BYTES_MAX);
    assert!(bytes <= allowed, "{input_bytes} bytes are answered with {bytes}");
}

fn verify(
    verifier: &Verifier,
    request: &Request,
    secret: &str,
    now: Timestamp,
) -> Result<(), WireError> {
    let headers = settled(request)?;
    let target = parse(request)?;
    let claim = Claim::parse(&headers, &target)?;
    let parts = RequestParts {
        method: &request.method,
        target: &target,
        headers: &headers,
        authority: None,
        body_sha256: None,
    };
    verifier.verify(&claim, &parts, secret, now).map(|_| ())
}

fn parse(request: &Request) -> Result<Target, WireError> {
    let domains = ["s3.example.com".to_owned(), "localhost".to_owned()];
    let host = request.headers.get("host").and_then(|host| host.to_str().ok());
    parse_target(host, &request.target, &domains)
}

/// Such a request claims something already, has too many parameters, or its target is refused.
fn claims_in_query(request: &Request) -> bool {
    let claims = |name: &str| {
        name.get(..6).is_some_and(|prefix| prefix.eq_ignore_ascii_case("x-amz-"))
            || ["Signature", "AWSAccessKeyId"].contains(&name)
    };
    parse(request).map_or(true, |target| {
        target.query.len() > SIGNED_PARAMETERS_MAX
            || target.query.iter().any(|(name, _)| claims(name))
    })
}

fn signer() -> Signer<'static> {
    Signer {
        access_key: ACCESS_KEY,
        secret: SECRET,
        session_token: None,
        region: "us-east-1",
        service: "s3",
        now: NOW,
    }
}

/// What our own signer signed verifies, and nothing else does.
fn signed_in_headers(verifier: &Verifier, mut request: Request, choice: usize) {
    let payloads = [
        UNSIGNED_PAYLOAD,
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
        "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
        "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ];
    let payload = payloads[choice % payloads.len()];
    let (method, target) = (request.method.clone(), request.target.clone());
    signer().sign_request(&method, &target, &mut request.headers, payload);
    let verdict = verify(verifier, &request, SECRET, NOW);
    assert!(verdict.is_ok(), "signed by ourselves, and refused: {verdict:?}");
    let refused = |what: &str, request: &Request| {
        let verdict = verify(verifier, request, SECRET, NOW);
        assert!(verdict.is_err(), "accepted with {what}: {:?} {}", request.headers, request.target);
    };
    refused("another method", &request.with_method("PROPFIND"));
    for target in changed_targets(&request.target) {
        refused("another target", &request.with_target(&target));
    }
    for name in request.headers.keys().filter(|name| *name != "authorization") {
        for headers in changed_headers(&request.headers, name.as_str()) {
            refused("another header", &Request { headers, ..request.clone() });
        }
    }
    let mut headers = request.headers.clone();
    headers.insert("x-amz-fuzz", HeaderValue::from_static(""));
    refused("an unsigned header", &Request { headers, ..request.clone() });
    for headers in flipped_signature(&request.headers) {
        refused("another signature", &Request { headers, ..request.clone() });
    }
    assert!(verify(verifier, &request, "another secret", NOW).is_err());
    assert!(verify(verifier, &request, SECRET, after(16 * 60)).is_err(), "a clock 16 minutes off");
    same_signature_same_target(verifier, &request);
}

/// A URL that our own signer signed verifies until it expires, and nothing else does.
fn signed_in_query(verifier: &Verifier, request: Request) {
    let url =
        signer().presign_url(&request.method, &request.target, &request.headers, PRESIGNED_SECONDS);
    let request = request.with_target(&url);
    for seconds in [0, PRESIGNED_SECONDS] {
        let verdict = verify(verifier, &request, SECRET, after(seconds));
        assert!(verdict.is_ok(), "signed by ourselves, and refused: {verdict:?} {url}");
    }
    let late = verify(verifier, &request, SECRET, after(PRESIGNED_SECONDS + 1));
    assert!(late.is_err(), "an expired URL is accepted");
    for target in changed_targets(&url) {
        let verdict = verify(verifier, &request.with_target(&target), SECRET, NOW);
        assert!(verdict.is_err(), "accepted with another target: {target}");
    }
    let another = request.with_method("PROPFIND");
    assert!(verify(verifier, &another, SECRET, NOW).is_err(), "another method is accepted");
}

/// Where one signature holds for two targets, they are the same bucket, key and parameters.
fn same_signature_same_target(verifier: &Verifier, request: &Request) {
    let Some(other) = &request.other_target else {
        return;
    };
    let other = request.with_target(other);
    if verify(verifier, &other, SECRET, NOW).is_err() {
        return;
    }
    let meaning = |request: &Request| {
        let mut target = parse(request).expect("it was verified");
        target.query.sort();
        // What is no bucket's name is refused, whatever its key.
        let bucket = target.bucket.as_deref().map_or(Ok(None), |b| BucketName::new(b).map(Some));
        bucket.ok().map(|bucket| (bucket, target.key, target.query))
    };
    let (one, two) = (meaning(request), meaning(&other));
    assert!(one.is_none() || two.is_none() || one == two, "{one:?} is signed, {two:?} is done");
}

fn after(seconds: u64) -> Timestamp {
    Timestamp { ms: NOW.ms + seconds as i64 * 1000 }
}

fn changed_targets(target: &str) -> [String; 2] {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    [format!("{path}x?{query}"), format!("{path}?{query}&fuzz=1")]
}

/// The headers with one of them longer, twice there, and gone.
fn changed_headers(headers: &HeaderMap, name: &str) -> Vec<HeaderMap> {
    let value = &headers[name];
    let longer = [value.as_bytes(), b"x"].concat();
    let longer = HeaderValue::from_bytes(&longer).expect("a letter more is allowed");
    let mut changed = vec![headers.clone(), headers.clone()];
    changed[0].insert(header_name(name), longer.clone());
    changed[1].append(header_name(name), longer);
    // A missing header is signed like an empty one, and means the same.
    if !value.as_bytes().trim_ascii().is_empty() {
        let mut without = headers.clone();
        without.remove(name);
        changed.push(without);
    }
    changed
}

fn header_name(name: &str) -> http::HeaderName {
    name.parse().expect("it was a header's name")
}

/// The headers with the first and the last digit of the signature changed.
fn flipped_signature(headers: &HeaderMap) -> [HeaderMap; 2] {
    let text = headers["authorization"].to_str().expect("written by the signer");
    let first = text.rfind("Signature=").expect("written by the signer") + "Signature=".len();
    [first, text.len() - 1].map(|at| {
        let mut bytes = text.as_bytes().to_vec();
        bytes[at] = if bytes[at] == b'0' { b'1' } else { b'0' };
        let mut changed = headers.clone();
        changed.insert("authorization", HeaderValue::from_bytes(&bytes).expect("hex"));
        changed
    })
}
