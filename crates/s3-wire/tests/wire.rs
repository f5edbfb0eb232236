//! Whole requests through the crate's doors: signed, sent, verified, and mutated at random.

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use larder_digest::{BodyHasher, Hasher, sha256};
use larder_s3_wire::auth::{Claim, PayloadMode, RequestParts, Verifier, security_token};
use larder_s3_wire::body::{BodyVerifier, VerifiedBody};
use larder_s3_wire::error::{ErrorCode, WireError};
use larder_s3_wire::post_form::{FormEvent, PostFormParser, PostPolicy};
use larder_s3_wire::signer::{Signer, sign_chunks};
use larder_s3_wire::target::parse_target;
use larder_s3_wire::{percent, rfc2047};
use larder_types::{Checksum, ChecksumAlgorithm, Timestamp, hex};

const SECRET: &str = "secret";

fn now() -> Timestamp {
    Timestamp::from_seconds(1_795_435_199)
}

fn signer() -> Signer<'static> {
    Signer {
        access_key: "AKID",
        secret: SECRET,
        session_token: Some("token"),
        region: "eu-central-1",
        service: "s3",
        now: now(),
    }
}

/// A request as it goes over the wire.
#[derive(Clone)]
struct Sent {
    uri: String,
    headers: HeaderMap,
    body: Vec<u8>,
    received_at: Timestamp,
}

/// What a server does with it: head, then body in pieces; the object exists if this is `Ok`.
fn receive(sent: &Sent, piece: usize) -> Result<(Vec<u8>, VerifiedBody), WireError> {
    let host = sent.headers.get("host").and_then(|host| host.to_str().ok());
    let target = parse_target(host, &sent.uri, &["example.com".to_owned()])?;
    let claim = Claim::parse(&sent.headers, &target)?;
    let _ = security_token(&sent.headers, &target);
    let parts = RequestParts {
        method: "PUT",
        target: &target,
        headers: &sent.headers,
        authority: None,
        body_sha256: None,
    };
    let verified = Verifier::default().verify(&claim, &parts, SECRET, sent.received_at)?;
    let length = Some(sent.body.len() as u64);
    let mut verifier = BodyVerifier::new(verified.payload, &sent.headers, length)?;
    let mut hasher = BodyHasher::new(verifier.plan());
    let mut object = Vec::new();
    for piece in sent.body.chunks(piece.max(1)) {
        let mut input = Bytes::copy_from_slice(piece);
        while let Some(data) = verifier.decode(&mut input)? {
            hasher.update(&data);
            object.extend_from_slice(&data);
        }
    }
    let verified = verifier.finish(hasher.finish())?;
    Ok((object, verified))
}

/// The ways in which SDKs send a body with a CRC64NVME.
const MODES: [&str; 5] = [
    "sha256",
    "UNSIGNED-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD",
    "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER",
    "STREAMING-UNSIGNED-PAYLOAD-TRAILER",
];

fn send(mode: &str, object: &[u8]) -> (Sent, Checksum) {
    let algorithm = ChecksumAlgorithm::Crc64Nvme;
    let mut hasher = Hasher::new(algorithm);
    hasher.update(object);
    let checksum = Checksum::full(algorithm, hasher.finish());
    let value = checksum.to_wire();
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("bucket.example.com:9000"));
    let trailers = mode.ends_with("TRAILER");
    if trailers {
        headers.insert("x-amz-trailer", HeaderValue::from_static(algorithm.header()));
    } else {
        headers.insert(
            algorithm.header(),
            HeaderValue::from_str(&value).expect("base64 is printable"),
        );
    }
    if mode.starts_with("STREAMING") {
        headers.insert("x-amz-decoded-content-length", HeaderValue::from(object.len()));
    }
    let digest = hex::encode(&sha256(object));
    let payload = if mode == "sha256" { &digest } else { mode };
    let uri = "/dir//k%20e%2By?partNumber=1&uploadId=a%2Fb".to_owned();
    let chunks = signer().sign_request("PUT", &uri, &mut headers, payload);
    let signed = (mode.contains("HMAC")).then_some(chunks);
    let pair = [(algorithm.header(), value.as_str())];
    let body = if mode.starts_with("STREAMING") {
        sign_chunks(object, 8192, signed, trailers.then_some(&pair[..]))
    } else {
        object.to_vec()
    };
    (Sent { uri, headers, body, received_at: now() }, checksum)
}

fn object(bytes: usize) -> Vec<u8> {
    (0..bytes as u32).map(|i| (i.wrapping_mul(2_654_435_761) >> 13) as u8).collect()
}

#[test]
fn every_mode_round_trips() {
    for mode in MODES {
        for bytes in [0, 1, 8191, 8192, 30_000] {
            let object = object(bytes);
            let (sent, checksum) = send(mode, &object);
            for piece in [1, 999, 1 << 20] {
                let (received, verified) =
                    receive(&sent, piece).unwrap_or_else(|e| panic!("{mode}: {e}"));
                assert_eq!(received, object);
                assert_eq!(verified.checksum.as_ref(), Some(&checksum));
                assert_eq!(verified.digests.length, bytes as u64);
            }
        }
    }
}

/// A small fixed generator: the same mutations on every run.
struct Xorshift(u64);

impl Xorshift {
    fn below(&mut self, bound: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % bound.max(1) as u64) as usize
    }

    fn mutate(&mut self, bytes: &mut Vec<u8>) {
        let at = self.below(bytes.len());
        match self.below(5) {
            0 if !bytes.is_empty() => bytes[at] ^= 1 << self.below(8),
            1 if !bytes.is_empty() => drop(bytes.remove(at)),
            2 => bytes.insert(at, b"\r\n:;=-0%/\0\xff"[self.below(11)]),
            3 => bytes.truncate(at),
            _ => {
                let copy = bytes[at..].to_vec();
                bytes.extend_from_slice(&copy[..copy.len().min(40)]);
            }
        }
    }
}

/// Whatever happens to the body on its way, it is refused or it is the object that was sent.
#[test]
fn a_mutated_body_is_never_another_object() {
    let object = object(20_000);
    let mut random = Xorshift(0x9e37_79b9_7f4a_7c15);
    for mode in MODES {
        let (sent, _) = send(mode, &object);
        for _ in 0..400 {
            let mut mutated = sent.clone();
            random.mutate(&mut mutated.body);
            if let Ok((received, _)) = receive(&mutated, 1 + random.below(5000)) {
                assert!(received == object, "{mode}");
            }
        }
    }
}

#[test]
fn a_mutated_head_is_refused_not_panicked_on() {
    let mut random = Xorshift(42);
    let (sent, _) = send("sha256", b"hello");
    let names: Vec<HeaderName> = sent.headers.keys().cloned().collect();
    let mut refused = 0;
    for _ in 0..4000 {
        let mut mutated = sent.clone();
        if random.below(4) == 0 {
            let mut uri = mutated.uri.into_bytes();
            random.mutate(&mut uri);
            mutated.uri = String::from_utf8_lossy(&uri).into_owned();
        } else {
            let name = &names[random.below(names.len())];
            let mut value = mutated.headers[name].as_bytes().to_vec();
            random.mutate(&mut value);
            let Ok(value) = HeaderValue::from_bytes(&value) else {
                continue;
            };
            mutated.headers.insert(name, value);
        }
        refused += u32::from(receive(&mutated, 64).is_err());
    }
    assert!(refused > 3000, "{refused}");
}

#[test]
fn random_bytes_never_panic() {
    let mut random = Xorshift(7);
    let policy = br#"{"expiration":"2030-01-01T00:00:00Z","conditions":[["eq","$key","k"]]}"#;
    let form = b"--B\r\nContent-Disposition: form-data; name=\"key\"\r\n\r\nk\r\n--B\r\nContent-\
                 Disposition: form-data; name=\"file\"; filename=\"f\"\r\n\r\ndata\r\n--B--\r\n";
    for _ in 0..4000 {
        let (mut policy, mut form) = (policy.to_vec(), form.to_vec());
        random.mutate(&mut policy);
        random.mutate(&mut form);
        random.mutate(&mut form);
        let _ = PostPolicy::parse(&base64::Engine::encode(
            &base64::engine::general_purpose::STANDARD,
            &policy,
        ));
        let text = String::from_utf8_lossy(&form).into_owned();
        let _ = percent::decode(&text, percent::Plus::Space);
        let decoded = rfc2047::decode(format!("=?UTF-8?Q?{text}?= =?utf-8?b?{text}?=").as_bytes());
        assert_eq!(rfc2047::decode(rfc2047::encode(&decoded).as_bytes()), decoded);
        let mut parser = PostFormParser::new("multipart/form-data; boundary=B").unwrap();
        for piece in form.chunks(1 + random.below(50)) {
            let mut input = Bytes::copy_from_slice(piece);
            while let Ok(Some(FormEvent::Fields(_) | FormEvent::Data(_))) = parser.feed(&mut input)
            {
            }
        }
        let _ = parser.finish();
    }
}

/// The reason for the rule about unsigned headers: a URL for a PUT must not become a copy.
#[test]
fn a_presigned_put_does_not_become_a_copy() {
    let mut headers = HeaderMap::new();
    headers.insert("host", HeaderValue::from_static("127.0.0.1:9000"));
    let uri = signer().presign_url("PUT", "/b/k", &headers, 60);
    let mut sent = Sent { uri, headers, body: b"data".to_vec(), received_at: now() };
    receive(&sent, 4).unwrap();
    sent.headers.insert("x-amz-copy-source", HeaderValue::from_static("/b/secret"));
    assert_eq!(receive(&sent, 4).unwrap_err().code, ErrorCode::AccessDenied);
    let anonymous = PayloadMode::of_unsigned(&sent.headers).unwrap();
    assert!(matches!(anonymous, PayloadMode::Unsigned));
}

/// Requests as boto3 1.43.11 sent them: over TLS with a trailer, in clear text with odd characters.
#[test]
fn requests_of_boto3() {
    let scope = "AWS4-HMAC-SHA256 Credential=AKID/20261123/us-east-1/s3/aws4_request";
    let by_trailer = [
        ("expect", "100-continue"),
        ("transfer-encoding", "chunked"),
        ("content-encoding", "aws-chunked"),
        ("x-amz-trailer", "x-amz-checksum-crc32"),
        ("x-amz-decoded-content-length", "11"),
        ("x-amz-sdk-checksum-algorithm", "CRC32"),
        ("host", "127.0.0.1:39097"),
        ("x-amz-date", "20261123T132325Z"),
        ("x-amz-content-sha256", "STREAMING-UNSIGNED-PAYLOAD-TRAILER"),
        (
            "authorization",
            "SCOPE, SignedHeaders=content-encoding;host;x-amz-content-sha256;x-amz-date;\
             x-amz-decoded-content-length;x-amz-sdk-checksum-algorithm;x-amz-trailer, \
             Signature=5e9b799a082630c960ba2b5ce210c4fac42f97941af5f7924e5594165d463eb2",
        ),
    ];
    let in_clear = [
        ("host", "127.0.0.1:34613"),
        ("x-amz-meta-a", "two  spaces"),
        ("x-amz-meta-b", "x"),
        ("x-amz-tagging", "a=b&c=d"),
        ("expect", "100-continue"),
        ("x-amz-checksum-crc32", "DUoRhQ=="),
        ("x-amz-sdk-checksum-algorithm", "CRC32"),
        ("x-amz-date", "20261123T132148Z"),
        (
            "x-amz-content-sha256",
            "b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9",
        ),
        (
            "authorization",
            "SCOPE, SignedHeaders=host;x-amz-checksum-crc32;x-amz-content-sha256;x-amz-date;\
             x-amz-meta-a;x-amz-meta-b;x-amz-sdk-checksum-algorithm;x-amz-tagging, \
             Signature=9ce59a02e7d046ee6405c0eb1b13b62b3091a33aa47dbe1ed769ac2889a54d8e",
        ),
    ];
    let framed = "b\r\nhello world\r\n0\r\nx-amz-checksum-crc32:DUoRhQ==\r\n\r\n";
    let odd_uri = "/b/a//b/../%C3%BC%20%2B%25~%21%2A%27%28%29.txt";
    for (uri, headers, body) in [("/b/k", &by_trailer, framed), (odd_uri, &in_clear, "hello world")]
    {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let value = value.replace("SCOPE", scope);
            let value = HeaderValue::from_str(&value).unwrap();
            map.append(HeaderName::from_static(name), value);
        }
        let sent = Sent {
            uri: uri.to_owned(),
            headers: map,
            body: body.as_bytes().to_vec(),
            received_at: Timestamp::parse_amz_date("20261123T132400Z").unwrap(),
        };
        let (object, verified) = receive(&sent, 3).unwrap();
        assert_eq!(object, b"hello world");
        assert_eq!(verified.checksum.unwrap().to_wire(), "DUoRhQ==");
    }
}
