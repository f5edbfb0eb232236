//! Requests signed ahead of time, outside what is measured.

use crate::bodies::{Bodies, key};
use http::{HeaderMap, HeaderValue};
use larder_s3_wire::signer::Signer;
use larder_types::{Timestamp, hex};
use std::fmt::Write as _;
use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

/// The bucket of every object; the server makes it when it starts.
pub const BUCKET: &str = "bench";
/// Signs every request.
pub const ACCESS_KEY: &str = "LARDERBENCHKEY000001";
/// Its secret.
pub const SECRET_KEY: &str = "bench-secret-of-forty-characters-0000001";
/// The SHA-256 of no bytes.
const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// What is sent for one request.
pub struct Prepared {
    head: Range<usize>,
    /// The number of the object whose body it sends or wants.
    pub object: usize,
}

/// Requests in the order in which they are sent.
pub struct Batch {
    arena: Vec<u8>,
    pub requests: Vec<Prepared>,
    /// Whether each is followed by its object's body.
    pub sends_bodies: bool,
}

impl Batch {
    /// GETs of these objects, each head signed.
    pub fn gets(host: &str, objects: impl Iterator<Item = usize>) -> Self {
        Self::reads("GET", host, objects)
    }

    /// HEADs of these objects, each head signed.
    pub fn heads(host: &str, objects: impl Iterator<Item = usize>) -> Self {
        Self::reads("HEAD", host, objects)
    }

    fn reads(method: &str, host: &str, objects: impl Iterator<Item = usize>) -> Self {
        let mut batch = Self { arena: Vec::new(), requests: Vec::new(), sends_bodies: false };
        // What SDKs ask for unless told otherwise: the stored checksum in the answer.
        let extra = [("x-amz-checksum-mode", "ENABLED")];
        for object in objects {
            batch.push(method, host, object, (EMPTY_SHA256, &extra));
        }
        batch
    }

    /// PUTs of these objects, each head signed and with it the hash of the body.
    pub fn puts(host: &str, bodies: &Bodies, objects: impl Iterator<Item = usize>) -> Self {
        Self::puts_with(host, bodies, objects, 0)
    }

    /// PUTs of these objects, each with the body of the object `other` further on.
    pub fn puts_with(
        host: &str,
        bodies: &Bodies,
        objects: impl Iterator<Item = usize>,
        other: usize,
    ) -> Self {
        let mut batch = Self { arena: Vec::new(), requests: Vec::new(), sends_bodies: true };
        for object in objects {
            let body = bodies.of(object + other);
            let hash = hex::encode(&larder_digest::sha256(body));
            let length = body.len().to_string();
            let path = format!("/{BUCKET}/{}", key(object));
            let rest = (&*hash, &[("content-length", length.as_str())][..]);
            batch.push_signed("PUT", host, (&path, object + other), rest);
        }
        batch
    }

    /// The head of a request.
    pub fn head(&self, prepared: &Prepared) -> &[u8] {
        &self.arena[prepared.head.clone()]
    }

    /// DELETEs of these objects.
    pub fn deletes(host: &str, objects: impl Iterator<Item = usize>) -> Self {
        let mut batch = Self { arena: Vec::new(), requests: Vec::new(), sends_bodies: false };
        for object in objects {
            batch.push("DELETE", host, object, (EMPTY_SHA256, &[]));
        }
        batch
    }

    /// The same page of the bucket again and again.
    pub fn pages(host: &str, query: &str, count: usize) -> Self {
        let mut batch = Self { arena: Vec::new(), requests: Vec::new(), sends_bodies: false };
        for page in 0..count {
            let target = format!("/{BUCKET}?{query}");
            batch.push_signed("GET", host, (&target, page), (EMPTY_SHA256, &[]));
        }
        batch
    }

    fn push(&mut self, method: &str, host: &str, object: usize, rest: (&str, &[(&str, &str)])) {
        let path = format!("/{BUCKET}/{}", key(object));
        self.push_signed(method, host, (&path, object), rest);
    }

    fn push_signed(
        &mut self,
        method: &str,
        host: &str,
        (path, object): (&str, usize),
        (payload, extra): (&str, &[(&str, &str)]),
    ) {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_str(host).expect("an address is a header"));
        for (name, value) in extra {
            let name = http::HeaderName::from_bytes(name.as_bytes()).expect("a name of ours");
            headers.insert(name, HeaderValue::from_str(value).expect("a value of ours"));
        }
        signer().sign_request(method, path, &mut headers, payload);
        let mut head = format!("{method} {path} HTTP/1.1\r\n");
        for (name, value) in &headers {
            let value = value.to_str().expect("signed values are printable");
            write!(head, "{name}: {value}\r\n").expect("a String takes everything");
        }
        head.push_str("\r\n");
        let start = self.arena.len();
        self.arena.extend_from_slice(head.as_bytes());
        self.requests.push(Prepared { head: start..self.arena.len(), object });
    }
}

fn signer() -> Signer<'static> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    Signer {
        access_key: ACCESS_KEY,
        secret: SECRET_KEY,
        session_token: None,
        region: "us-east-1",
        service: "s3",
        now: Timestamp::from_seconds(now.as_secs().cast_signed()),
    }
}
