//! What one connection does: the operations.

use crate::bodies::Random;
use crate::connection::Connection;
use crate::endpoint_load::{EndpointLoad, PREPARED};
use crate::plan::Operation;
use crate::request::Request;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use larder_client::{Expect, Response};
use larder_digest::{md5, sha256};
use larder_types::hex;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// One body in so many is compared byte for byte; of the others the length is.
const COMPARE_EVERY: u64 = 64;
/// Keys of a page, and of one DeleteObjects.
pub(crate) const PAGE_KEYS: u64 = 1000;

/// The client of one connection.
pub(crate) struct Worker {
    shared: Arc<EndpointLoad>,
    connection: Connection,
    random: Random,
    space: usize,
    /// Numbers of this space that exist: from the first to before the second.
    own: (u64, u64),
    asked: u64,
}

impl Worker {
    /// `own` is what the space holds already.
    pub(crate) fn new(shared: Arc<EndpointLoad>, space: usize, own: (u64, u64)) -> Self {
        let connection = Connection::new(shared.clone());
        // Both sides of a comparison are asked for the same; each connection for something else.
        let random = Random::new(space as u64 ^ own.1 << 20);
        Self { shared, connection, random, space, own, asked: 0 }
    }

    /// What the plan asks for.
    pub(crate) fn operation(&self) -> Operation {
        self.shared.plan.operation
    }

    /// Whether the run was told to stop.
    pub(crate) fn is_stopped(&self) -> bool {
        self.shared.stop.is_set()
    }

    /// What its space holds now.
    pub(crate) fn own(&self) -> (u64, u64) {
        self.own
    }

    /// Does one piece of work: what it was, and the bytes of bodies that it moved. `None`: nothing
    /// is left to do.
    pub(crate) async fn step(&mut self) -> Option<(Operation, Result<u64, String>)> {
        self.asked += 1;
        let operation = match self.shared.plan.operation {
            Operation::Mixed => match self.random.share() {
                share if share < 0.45 => Operation::Get,
                share if share < 0.75 => Operation::Head,
                share if share >= 0.90 && self.own.0 < self.own.1 => Operation::Delete,
                _ => Operation::Put,
            },
            operation => operation,
        };
        let outcome = match operation {
            Operation::Get => self.read("GET").await,
            Operation::Head => self.read("HEAD").await,
            Operation::List => self.list("<Key>").await,
            Operation::ListPrefixes => self.list("<CommonPrefixes>").await,
            Operation::ListVersions => self.list("<Version>").await,
            Operation::Multipart => self.multipart().await,
            Operation::Put | Operation::Mixed => {
                let number = self.own.1;
                self.own.1 += 1;
                self.put(self.space, number).await
            }
            Operation::Delete if self.shared.plan.operation == Operation::Mixed => {
                let number = self.own.0;
                self.own.0 += 1;
                self.delete(self.space, number).await
            }
            Operation::Delete => {
                let number = self.take(1)?.start;
                self.delete(PREPARED, number).await
            }
            Operation::DeleteMany => {
                let numbers = self.take(PAGE_KEYS)?;
                let keys = numbers.map(|number| (PREPARED, number));
                delete_many(&mut self.connection, &self.shared, keys).await.map(|()| 0)
            }
        };
        Some((operation, outcome))
    }

    /// Numbers of prepared objects that nobody has deleted.
    fn take(&self, count: u64) -> Option<Range<u64>> {
        let objects = self.shared.plan.objects;
        let from = self.shared.deleted.fetch_add(count, Ordering::Relaxed);
        (from < objects).then(|| from..objects.min(from + count))
    }

    /// Puts one object.
    pub(crate) async fn put(&mut self, space: usize, number: u64) -> Result<u64, String> {
        let (body, payloads) = self.shared.bodies.of(number);
        let target = self.shared.path(space, number);
        let payload = &payloads[0];
        let request = Request { method: "PUT", target, payload, body, md5: None };
        succeeded(self.connection.ask(&request, Expect::Any).await)?;
        Ok(body.len() as u64)
    }

    async fn delete(&mut self, space: usize, number: u64) -> Result<u64, String> {
        let request = Request::bare("DELETE", self.shared.path(space, number));
        succeeded(self.connection.ask(&request, Expect::Any).await)?;
        Ok(0)
    }

    fn chosen(&mut self) -> u64 {
        self.shared.plan.keys.choose(self.random.share(), self.shared.plan.objects)
    }

    async fn read(&mut self, method: &'static str) -> Result<u64, String> {
        let number = self.chosen();
        let (body, _) = self.shared.bodies.of(number);
        let compare = method == "GET" && self.asked.is_multiple_of(COMPARE_EVERY);
        let expect = if compare { Expect::Same(body) } else { Expect::Any };
        let request = Request::bare(method, self.shared.path(PREPARED, number));
        let answer = succeeded(self.connection.ask(&request, expect).await)?;
        let length = if method == "GET" { Some(answer.body_bytes) } else { answer.content_length };
        if length != Some(body.len() as u64) {
            return Err("a body of another length".to_owned());
        }
        if answer.differs {
            return Err("a body with other bytes".to_owned());
        }
        Ok(answer.body_bytes)
    }

    /// A page from a random entry on; `word` stands before each of its entries.
    async fn list(&mut self, word: &str) -> Result<u64, String> {
        let plan = &self.shared.plan;
        let (per_entry, what) = match plan.operation {
            Operation::ListPrefixes => (plan.keys_per_prefix, "delimiter=%2F&list-type=2"),
            Operation::ListVersions => (1, "key-marker"),
            _ => (1, "list-type=2"),
        };
        let entries = plan.objects.div_ceil(per_entry);
        let first = plan.keys.choose(self.random.share(), entries);
        // The key before the first entry of the page; before all of them for the very first page.
        let space = format!("{}{PREPARED:04x}/", self.shared.prefix);
        let after = match first {
            0 => space.clone(),
            first => self.shared.key(PREPARED, first * per_entry - 1),
        };
        let (space, after) = (space.replace('/', "%2F"), after.replace('/', "%2F"));
        let bucket = &plan.bucket;
        let target = match plan.operation {
            Operation::ListVersions => {
                format!("/{bucket}?{what}={after}&max-keys={PAGE_KEYS}&prefix={space}&versions=")
            }
            _ => {
                format!("/{bucket}?{what}&max-keys={PAGE_KEYS}&prefix={space}&start-after={after}")
            }
        };
        let expected = (entries - first).min(PAGE_KEYS);
        let request = Request::bare("GET", target);
        let answer = succeeded(self.connection.ask(&request, Expect::Collected).await)?;
        match count(&answer.body, word.as_bytes()) as u64 {
            found if found == expected => Ok(answer.body_bytes),
            found => Err(format!("a page of {found} entries instead of {expected}")),
        }
    }

    async fn multipart(&mut self) -> Result<u64, String> {
        let number = self.own.1;
        self.own.1 += 1;
        let path = self.shared.path(self.space, number);
        let (body, payloads) = self.shared.bodies.of(number);
        let create = Request::bare("POST", format!("{path}?uploads="));
        let created = succeeded(self.connection.ask(&create, Expect::Collected).await)?;
        let upload = created.element("UploadId").ok_or("an answer without an UploadId")?;
        let upload = larder_s3_wire::percent::uri_encode(upload, true);
        let mut parts = String::from("<CompleteMultipartUpload>");
        let pieces = body.chunks(self.shared.plan.part_bytes as usize);
        for ((part, body), payload) in (1..).zip(pieces).zip(payloads) {
            let target = format!("{path}?partNumber={part}&uploadId={upload}");
            let request = Request { method: "PUT", target, payload, body, md5: None };
            let answer = succeeded(self.connection.ask(&request, Expect::Any).await)?;
            let etag = answer.etag.ok_or("a part without an ETag")?;
            let etag = etag.replace('"', "&quot;");
            parts.push_str(&format!(
                "<Part><PartNumber>{part}</PartNumber><ETag>{etag}</ETag></Part>"
            ));
        }
        parts.push_str("</CompleteMultipartUpload>");
        let payload = &hex::encode(&sha256(parts.as_bytes()));
        let target = format!("{path}?uploadId={upload}");
        let body_xml = parts.as_bytes();
        let request = Request { method: "POST", target, payload, body: body_xml, md5: None };
        let answer = succeeded(self.connection.ask(&request, Expect::Collected).await)?;
        // Status 200 is sent before it is known whether it worked.
        match answer.element("Code") {
            Some(code) => Err(format!("200 {code}")),
            None => Ok(body.len() as u64),
        }
    }
}

/// DeleteObjects; the keys by space and number.
pub(crate) async fn delete_many(
    connection: &mut Connection,
    shared: &EndpointLoad,
    keys: impl Iterator<Item = (usize, u64)>,
) -> Result<(), String> {
    let mut body = String::from("<Delete><Quiet>true</Quiet>");
    for (space, number) in keys {
        let key = shared.key(space, number);
        body.push_str(&format!("<Object><Key>{key}</Key></Object>"));
    }
    body.push_str("</Delete>");
    let body = body.as_bytes();
    let request = Request {
        method: "POST",
        target: format!("/{}?delete=", shared.plan.bucket),
        payload: &hex::encode(&sha256(body)),
        body,
        md5: Some(STANDARD.encode(md5(body))),
    };
    let answer = succeeded(connection.ask(&request, Expect::Collected).await)?;
    match answer.element("Code") {
        Some(code) => Err(format!("a key answers {code}")),
        None => Ok(()),
    }
}

/// An answer that is not a success, as an error with its code.
pub(crate) fn succeeded(answer: Result<Response<'_>, String>) -> Result<Response<'_>, String> {
    let answer = answer?;
    if (200..300).contains(&answer.status) {
        return Ok(answer);
    }
    match answer.element("Code") {
        Some(code) => {
            Err(format!("{} {}", answer.status, code.chars().take(64).collect::<String>()))
        }
        None => Err(answer.status.to_string()),
    }
}

fn count(text: &[u8], word: &[u8]) -> usize {
    memchr::memmem::find_iter(text, word).count()
}
