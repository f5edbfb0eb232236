//! Requests signed ahead of time, outside what is measured.

use crate::bodies::{Bodies, key};
use larder_client::{EMPTY_SHA256, Request};
use larder_s3_wire::signer::Signer;
use larder_types::{Timestamp, hex};
use std::ops::Range;
use std::time::{SystemTime, UNIX_EPOCH};

/// The bucket of every object; the server makes it when it starts.
pub const BUCKET: &str = "bench";
/// Signs every request.
pub const ACCESS_KEY: &str = "LARDERBENCHKEY000001";
/// Its secret.
pub const SECRET_KEY: &str = "bench-secret-of-forty-characters-0000001";

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
        let mut batch = Self::new(false);
        for object in objects {
            let path = path(object);
            // What SDKs ask for unless told otherwise: the stored checksum in the answer.
            let request = Request::new(method, &path).header("x-amz-checksum-mode", "ENABLED");
            batch.push(host, object, &request, EMPTY_SHA256);
        }
        batch
    }

    fn new(sends_bodies: bool) -> Self {
        Self { arena: Vec::new(), requests: Vec::new(), sends_bodies }
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
        let mut batch = Self::new(true);
        for object in objects {
            let body = bodies.of(object + other);
            let hash = hex::encode(&larder_digest::sha256(body));
            let path = path(object);
            batch.push(host, object + other, &Request::new("PUT", &path).body(body), &hash);
        }
        batch
    }

    /// The head of a request.
    pub fn head(&self, prepared: &Prepared) -> &[u8] {
        &self.arena[prepared.head.clone()]
    }

    /// DELETEs of these objects.
    pub fn deletes(host: &str, objects: impl Iterator<Item = usize>) -> Self {
        let mut batch = Self::new(false);
        for object in objects {
            batch.push(host, object, &Request::new("DELETE", &path(object)), EMPTY_SHA256);
        }
        batch
    }

    /// The same page of the bucket again and again.
    pub fn pages(host: &str, query: &str, count: usize) -> Self {
        let mut batch = Self::new(false);
        let target = format!("/{BUCKET}?{query}");
        for page in 0..count {
            batch.push(host, page, &Request::new("GET", &target), EMPTY_SHA256);
        }
        batch
    }

    fn push(&mut self, host: &str, object: usize, request: &Request<'_>, payload: &str) {
        let start = self.arena.len();
        self.arena.extend_from_slice(&request.signed_head(host, &signer(), payload));
        self.requests.push(Prepared { head: start..self.arena.len(), object });
    }
}

fn path(object: usize) -> String {
    format!("/{BUCKET}/{}", key(object))
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
