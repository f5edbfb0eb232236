//! What this room's tests are made of: accounts, a service on the model, signed requests.

use crate::{
    AccessRecord, ApiSettings, Connection, Parts, Profile, RequestBody, ResponseBody, Service,
};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Request, Response, StatusCode};
use http_body::Body as _;
use larder_iam::{Account, Accounts, Audit, PolicyRules, Rules, SecretKey};
use larder_objects::{CreateBucket, Objects, Settings};
use larder_platform::sim::Simulation;
use larder_platform::{BoxFuture, MemoryBudget, Platform};
use larder_s3_wire::signer::Signer;
use larder_storage::model::Model;
use larder_types::{AccountId, BucketName, Owner, Timestamp, hex};
use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// The host that path-style requests name.
pub(crate) const HOST: &str = "s3.test";

/// A service with two accounts, `alice` (111111111111) and `bob` (222222222222), whose access keys
/// are their names.
pub(crate) struct World {
    pub(crate) sim: Simulation,
    pub(crate) store: Model,
    pub(crate) objects: Objects<Model>,
    pub(crate) service: Service<Model>,
}

/// A request in the making: `Ask::new("PUT", "/bucket/key").header(..).body(..)`.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) method: &'static str,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Whose key signs; nobody's when `None`.
    pub(crate) signer: Option<&'static str>,
    /// `x-amz-content-sha256` when not the body's digest.
    pub(crate) payload: Option<String>,
    /// The region that the signature names.
    pub(crate) region: &'static str,
    /// Whether the body's length is announced.
    pub(crate) with_length: bool,
}

/// A response and what was recorded of its request.
pub(crate) struct Answer {
    pub(crate) response: Response<ResponseBody>,
    pub(crate) record: AccessRecord,
}

/// An answer with its body read.
pub(crate) struct Got {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// Why the body was cut.
    pub(crate) cut: Option<String>,
    pub(crate) error_code: Option<&'static str>,
    pub(crate) operation: Option<&'static str>,
}

/// A body that comes in pieces, with a pause before each.
pub struct SlowPieces {
    pub(crate) platform: Platform,
    pub(crate) pause: Duration,
    pub(crate) pieces: VecDeque<Bytes>,
    /// In a lock only because a body has to be `Sync`.
    pub(crate) timer: Mutex<Option<BoxFuture<()>>>,
}

impl fmt::Debug for SlowPieces {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SlowPieces").field("pieces", &self.pieces).finish_non_exhaustive()
    }
}

impl SlowPieces {
    pub(crate) fn poll(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let (tasks, pause) = (&self.platform.tasks, self.pause);
        let slot = self.timer.get_mut().unwrap();
        let timer = slot.get_or_insert_with(|| tasks.sleep(pause));
        ready!(timer.as_mut().poll(cx));
        *slot = None;
        Poll::Ready(self.pieces.pop_front())
    }
}

fn account(number: &str, name: &str) -> Account {
    Account {
        id: AccountId::new(number).unwrap(),
        owner: owner(name),
        email: format!("{name}@mail.example"),
    }
}

pub(crate) fn owner(name: &str) -> Owner {
    Owner { canonical_id: format!("{name}-id"), display_name: name.into() }
}

fn secret(name: &str) -> String {
    format!("secret of {name}")
}

impl World {
    pub(crate) fn new() -> Self {
        Self::with(ApiSettings { domains: vec![HOST.to_owned()], ..ApiSettings::default() })
    }

    /// A world whose new buckets are open.
    pub(crate) fn open() -> Self {
        let domains = vec![HOST.to_owned()];
        Self::with(ApiSettings { domains, profile: Profile::Open, ..ApiSettings::default() })
    }

    pub(crate) fn with(settings: ApiSettings) -> Self {
        Self::made_of(settings, MemoryBudget::unlimited(), Arc::new(PolicyRules))
    }

    /// A world of these rules.
    pub(crate) fn with_rules(rules: Arc<dyn Rules>) -> Self {
        let settings = ApiSettings { domains: vec![HOST.to_owned()], ..ApiSettings::default() };
        Self::made_of(settings, MemoryBudget::unlimited(), rules)
    }

    /// A world with a bucket, whose requests may hold so many bytes.
    pub(crate) fn with_request_memory(bytes_max: usize) -> Self {
        let settings = ApiSettings { domains: vec![HOST.to_owned()], ..ApiSettings::default() };
        let world = Self::made_of(settings, MemoryBudget::new(bytes_max), Arc::new(PolicyRules));
        world.bucket("bucket");
        world
    }

    fn made_of(settings: ApiSettings, memory: MemoryBudget, rules: Arc<dyn Rules>) -> Self {
        Self::audited(settings, memory, rules, None)
    }

    /// A world whose authorisations are taken down.
    pub(crate) fn with_audit(audit: Arc<dyn Audit>) -> Self {
        let (settings, memory) = (ApiSettings::default(), MemoryBudget::unlimited());
        Self::audited(settings, memory, Arc::new(PolicyRules), Some(audit))
    }

    fn audited(
        settings: ApiSettings,
        memory: MemoryBudget,
        rules: Arc<dyn Rules>,
        audit: Option<Arc<dyn Audit>>,
    ) -> Self {
        let sim = Simulation::new(7);
        let platform = sim.platform().with_request_memory(memory);
        let store = Model::new();
        let objects = Objects::new(Arc::new(store.clone()), platform.clone(), Settings::default());
        let mut accounts = Accounts::default();
        for (number, name) in [("111111111111", "alice"), ("222222222222", "bob")] {
            let keys = vec![(name.to_owned(), SecretKey::new(secret(name)))];
            accounts.add(account(number, name), keys).unwrap();
        }
        let service = Service::new(Parts {
            objects: objects.clone(),
            keys: Arc::new(accounts),
            rules,
            audit,
            platform,
            settings,
        });
        Self { sim, store, objects, service }
    }

    /// A world in which alice has this bucket.
    pub(crate) fn with_bucket(name: &str) -> Self {
        let world = Self::new();
        world.bucket(name);
        world
    }

    /// Makes a bucket of alice's.
    pub(crate) fn bucket(&self, name: &str) {
        let documents = self.service.0.settings.profile.documents(None);
        let create =
            CreateBucket { owner: owner("alice"), region: None, tags: Vec::new(), documents };
        let name = BucketName::new(name).unwrap();
        self.sim.block_on(self.objects.create_bucket(&name, create)).unwrap();
    }

    /// Enables or suspends a bucket's versioning.
    pub(crate) fn versioning(&self, name: &str, enabled: bool) {
        let name = BucketName::new(name).unwrap();
        self.sim.block_on(async {
            let bucket = self.objects.bucket(&name).await.unwrap();
            self.objects.put_versioning(&bucket, enabled).await.unwrap();
        });
    }

    pub(crate) fn now(&self) -> Timestamp {
        Timestamp { ms: self.sim.platform().wall_ms() }
    }

    /// Sends and reads the whole answer.
    pub(crate) fn send(&self, ask: Ask) -> Got {
        self.send_request(self.request(ask))
    }

    /// The same of a request that is signed already.
    pub(crate) fn send_request(&self, request: Request<RequestBody>) -> Got {
        self.sim.block_on(async {
            let answer = self.handle(request).await;
            read(answer).await
        })
    }

    /// The answer, its body unread.
    pub(crate) async fn handle(&self, request: Request<RequestBody>) -> Answer {
        let mut record = AccessRecord::default();
        let response = self.service.handle(request, &Connection::default(), &mut record).await;
        Answer { response, record }
    }

    /// The request, signed.
    pub(crate) fn request(&self, ask: Ask) -> Request<RequestBody> {
        let Ask { method, path, mut headers, body, signer, payload, region, with_length } = ask;
        headers.entry("host").or_insert(HeaderValue::from_static(HOST));
        let chunked = headers.contains_key("transfer-encoding");
        if with_length && !chunked && (!body.is_empty() || matches!(method, "PUT" | "POST")) {
            headers.entry("content-length").or_insert(HeaderValue::from(body.len()));
        }
        if let Some(name) = signer {
            let digest = || hex::encode(&larder_digest::sha256(&body));
            let payload = payload.unwrap_or_else(digest);
            let secret = secret(name);
            let signer = Signer { region, ..self.signer(name, &secret) };
            signer.sign_request(method, &path, &mut headers, &payload);
        }
        let mut request = Request::new(RequestBody::Pieces(pieces(&body)));
        *request.method_mut() = method.parse().unwrap();
        *request.uri_mut() = path.parse().unwrap();
        *request.headers_mut() = headers;
        request
    }

    fn signer<'a>(&self, name: &'a str, secret: &'a str) -> Signer<'a> {
        Signer {
            access_key: name,
            secret,
            session_token: None,
            region: "us-east-1",
            service: "s3",
            now: self.now(),
        }
    }

    /// Path and query of a URL that alice signed.
    pub(crate) fn presigned(&self, method: &str, path: &str, headers: &[(&str, &str)]) -> String {
        let mut all = HeaderMap::new();
        all.insert("host", HeaderValue::from_static(HOST));
        for (name, value) in headers {
            all.insert(HeaderName::try_from(*name).unwrap(), value.parse().unwrap());
        }
        self.signer("alice", &secret("alice")).presign_url(method, path, &all, 600)
    }
}

fn pieces(body: &[u8]) -> VecDeque<Bytes> {
    body.chunks(1000).map(Bytes::copy_from_slice).collect()
}

/// Reads an answer to its end.
pub(crate) async fn read(answer: Answer) -> Got {
    let (parts, mut body) = answer.response.into_parts();
    let (mut all, mut cut) = (Vec::new(), None);
    let hint = body.size_hint().exact();
    while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
        match frame {
            Ok(frame) => all.extend_from_slice(&frame.into_data().unwrap()),
            Err(error) => {
                cut = Some(error.to_string());
                break;
            }
        }
    }
    if let (Some(hint), None) = (hint, &cut) {
        assert_eq!(hint, all.len() as u64, "a body has the length that it announces");
    }
    Got {
        status: parts.status,
        headers: parts.headers,
        body: all,
        cut,
        error_code: answer.record.error_code,
        operation: answer.record.operation.map(|operation| operation.name()),
    }
}

impl Ask {
    /// Signed by alice.
    pub(crate) fn new(method: &'static str, path: impl Into<String>) -> Self {
        Self {
            method,
            path: path.into(),
            headers: HeaderMap::new(),
            body: Vec::new(),
            signer: Some("alice"),
            payload: None,
            region: "us-east-1",
            with_length: true,
        }
    }

    pub(crate) fn without_length(mut self) -> Self {
        self.with_length = false;
        self
    }

    pub(crate) fn header(mut self, name: &str, value: &str) -> Self {
        let value = HeaderValue::from_bytes(value.as_bytes()).unwrap();
        self.headers.insert(HeaderName::try_from(name).unwrap(), value);
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    /// Adds the Content-MD5 of the body.
    pub(crate) fn md5(self) -> Self {
        use base64::Engine as _;
        let digest = larder_digest::md5(&self.body);
        let text = base64::engine::general_purpose::STANDARD.encode(digest);
        self.header("content-md5", &text)
    }

    pub(crate) fn by(mut self, signer: Option<&'static str>) -> Self {
        self.signer = signer;
        self
    }

    pub(crate) fn region(mut self, region: &'static str) -> Self {
        self.region = region;
        self
    }

    pub(crate) fn payload(mut self, payload: &str) -> Self {
        self.payload = Some(payload.to_owned());
        self
    }
}

impl Got {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.body).unwrap()
    }

    /// The text of the first element of that name.
    pub(crate) fn element(&self, name: &str) -> Option<&str> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let (_, rest) = self.text().split_once(&open)?;
        rest.split_once(&close).map(|(text, _)| text)
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert!(self.status.is_success(), "{} {}", self.status, self.text());
        self
    }

    /// Asserts an error's status and code, also in the document.
    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Self {
        let text = String::from_utf8_lossy(&self.body).into_owned();
        assert_eq!((self.status.as_u16(), self.error_code), (status, Some(code)), "{text}");
        if !text.is_empty() {
            assert_eq!(self.element("Code"), Some(code));
            assert_eq!(self.element("RequestId"), self.header("x-amz-request-id"));
        }
        self
    }
}
