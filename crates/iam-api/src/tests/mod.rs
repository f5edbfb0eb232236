//! What this room's tests are made of: two accounts, a user without rights, signed requests.

mod access_keys;
mod callers;
mod entities;
mod pipeline;
mod routes;
mod sessions;
mod table;

use crate::{Body, BodyFault, Connection, Fact, Parts, Query, Reading, Record, Service};
use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri, Version};
use larder_iam::{
    AccessKey, Account, AccountName, Accounts, Found, IdentityPolicies, KeySource, KeyUse, Noted,
    Opened, PolicyRules, PresentedToken, Principal, SecretKey, User,
};
use larder_identities::{Identities, MASTER_KEY_BYTES, MasterKey};
use larder_platform::Reservation;
use larder_platform::sim::Simulation;
use larder_s3_wire::percent::uri_encode;
use larder_s3_wire::signer::Signer;
use larder_storage::model::Model;
use larder_types::{AccountId, Owner, Timestamp};
use std::sync::Arc;

pub(crate) const HOST: &str = "larder.test";
/// The account of alice.
pub(crate) const ALICE: &str = "111111111111";
/// A user of alice's account without any right.
pub(crate) const EVE: &str = "eve0eve0eve0eve0";

/// Access keys: of the roots `alice...` and `bob...`, of eve, and those that were made.
pub(crate) struct Keys(Accounts, Identities<Model>);

pub(crate) fn key_of(name: &str) -> String {
    format!("{name}0000000000000000")[..16].to_owned()
}

fn secret(id: &str) -> String {
    format!("secret of {id}")
}

fn account(number: &str, name: &str) -> Account {
    let owner = Owner { canonical_id: format!("{name}-id"), display_name: name.into() };
    Account { id: AccountId::new(number).unwrap(), owner, email: String::new() }
}

impl KeySource for Keys {
    fn access_key<'a>(&'a self, id: &'a str) -> Found<'a, Arc<AccessKey>> {
        if id != EVE {
            return match self.0.access_key(id) {
                Some(key) => Box::pin(std::future::ready(Ok(Some(key.clone())))),
                None => KeySource::access_key(&self.1, id),
            };
        }
        let user = User {
            account: self.0.accounts()[0].clone(),
            path: "/staff/".into(),
            name: "eve".into(),
            id: "AIDAEVE".into(),
            tags: Vec::new(),
            policies: Arc::new(IdentityPolicies::default()),
        };
        let principal = Principal::User(Arc::new(user));
        let key = AccessKey::new(EVE.into(), SecretKey::new(secret(EVE)), principal);
        Box::pin(std::future::ready(Ok(Some(Arc::new(key)))))
    }

    fn session<'a>(&'a self, presented: PresentedToken<'a>) -> Opened<'a> {
        KeySource::session(&self.1, presented)
    }

    fn account_id<'a>(&'a self, canonical_id: &'a str) -> Found<'a, AccountId> {
        KeySource::account_id(&self.1, canonical_id)
    }

    fn owner<'a>(&'a self, name: AccountName<'a>) -> Found<'a, Owner> {
        KeySource::owner(&self.1, name)
    }

    fn note_use<'a>(&'a self, of: KeyUse<'a>) -> Noted<'a> {
        KeySource::note_use(&self.1, of)
    }

    fn generation(&self) -> u64 {
        KeySource::generation(&self.1)
    }
}

pub(crate) struct World {
    pub(crate) sim: Simulation,
    service: Service<Model>,
}

/// A request in the making.
#[derive(Clone)]
pub(crate) struct Ask {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
    /// The key that signs; nobody's when `None`.
    pub(crate) signer: Option<String>,
    /// Its secret, when it is not one of the tests' own.
    pub(crate) secret: Option<String>,
    /// The token of its session.
    pub(crate) token: Option<String>,
    pub(crate) service: &'static str,
    /// How long ago it was signed.
    pub(crate) age_seconds: i64,
}

/// What came back, and what was recorded.
#[derive(Debug)]
pub(crate) struct Got {
    pub(crate) status: u16,
    pub(crate) body: String,
    pub(crate) facts: Vec<Fact>,
}

struct InMemory(Vec<u8>);

impl Body for InMemory {
    fn read_all<'a>(&'a mut self, max: usize, held: &'a mut Reservation) -> Reading<'a> {
        let body = std::mem::take(&mut self.0);
        let read = if body.len() > max {
            Err(BodyFault::TooLarge)
        } else {
            held.grow(body.len()).map(|()| Bytes::from(body)).map_err(|_| BodyFault::NoMemory)
        };
        Box::pin(std::future::ready(read))
    }
}

#[derive(Default)]
struct Facts(Vec<Fact>);

impl Record for Facts {
    fn note(&mut self, fact: Fact) {
        self.0.push(fact);
    }
}

/// A form of these parameters.
pub(crate) fn form(parameters: &[(&str, &str)]) -> String {
    let pairs =
        parameters.iter().map(|(n, v)| format!("{}={}", uri_encode(n, true), uri_encode(v, true)));
    pairs.collect::<Vec<_>>().join("&")
}

impl Ask {
    /// A form that alice posts to a service.
    pub(crate) fn post(service: &'static str, parameters: &[(&str, &str)]) -> Self {
        Self::posting(service, form(parameters))
    }

    pub(crate) fn posting(service: &'static str, body: impl Into<Vec<u8>>) -> Self {
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static(HOST));
        let kind = "application/x-www-form-urlencoded; charset=utf-8";
        headers.insert("content-type", HeaderValue::from_static(kind));
        Self {
            method: Method::POST,
            path: "/".into(),
            headers,
            body: body.into(),
            signer: Some(key_of("alice")),
            secret: None,
            token: None,
            service,
            age_seconds: 0,
        }
    }

    pub(crate) fn by(mut self, signer: Option<&str>) -> Self {
        self.signer = signer.map(str::to_owned);
        self
    }

    pub(crate) fn header(mut self, name: &'static str, value: &str) -> Self {
        self.headers.insert(HeaderName::from_static(name), value.parse().unwrap());
        self
    }
}

impl World {
    pub(crate) fn new() -> Self {
        let sim = Simulation::new(7);
        let mut accounts = Accounts::default();
        for (number, name) in [(ALICE, "alice"), ("222222222222", "bob")] {
            let id = key_of(name);
            let keys = vec![(id.clone(), SecretKey::new(secret(&id)))];
            accounts.add(account(number, name), keys).unwrap();
        }
        let platform = sim.platform();
        let store = Arc::new(Model::default());
        let master = MasterKey::new(&[7; MASTER_KEY_BYTES]);
        let identities = Identities::new(store, platform.clone(), master);
        for account in accounts.accounts() {
            sim.block_on(identities.ensure_account(account)).unwrap();
        }
        let service = Service::new(Parts {
            identities: identities.clone(),
            keys: Arc::new(Keys(accounts, identities)),
            rules: Arc::new(PolicyRules),
            audit: None,
            platform: sim.platform().clone(),
            domains: vec![HOST.to_owned()],
        });
        Self { sim, service }
    }

    fn now(&self) -> Timestamp {
        Timestamp { ms: self.sim.platform().wall_ms() }
    }

    /// The request with its signature.
    pub(crate) fn sign(&self, mut ask: Ask) -> Ask {
        if let Some(id) = ask.signer.take() {
            let secret = ask.secret.take().unwrap_or_else(|| secret(&id));
            let token = ask.token.take();
            let now = Timestamp { ms: self.now().ms - ask.age_seconds * 1000 };
            let signer = Signer {
                access_key: &id,
                secret: &secret,
                session_token: token.as_deref(),
                region: "us-east-1",
                service: ask.service,
                now,
            };
            let digest = larder_types::hex::encode(&larder_digest::sha256(&ask.body));
            signer.sign_request(ask.method.as_str(), &ask.path, &mut ask.headers, &digest);
        }
        ask
    }

    /// Path and query of a URL that a key signed, whose body is empty.
    pub(crate) fn presigned(&self, path: &str, service: &'static str, expires: u64) -> String {
        let id = key_of("alice");
        let secret = secret(&id);
        let signer = Signer {
            access_key: &id,
            secret: &secret,
            session_token: None,
            region: "us-east-1",
            service,
            now: self.now(),
        };
        let mut headers = HeaderMap::new();
        headers.insert("host", HeaderValue::from_static(HOST));
        signer.presign_url("GET", path, &headers, expires)
    }

    /// What IAM answers to alice.
    pub(crate) fn iam(&self, action: &str, parameters: &[(&str, &str)]) -> Got {
        let mut all = vec![("Action", action), ("Version", "2010-05-08")];
        all.extend_from_slice(parameters);
        self.send(Ask::post("iam", &all))
    }

    /// Signs, sends and reads the answer.
    pub(crate) fn send(&self, ask: Ask) -> Got {
        self.send_signed(self.sign(ask))
    }

    pub(crate) fn send_signed(&self, ask: Ask) -> Got {
        let mut body = InMemory(ask.body);
        let mut facts = Facts::default();
        let query = Query {
            method: ask.method,
            version: Version::HTTP_11,
            uri: ask.path.parse::<Uri>().unwrap(),
            headers: ask.headers,
            body: &mut body,
            connection: Connection::default(),
        };
        let response = self.sim.block_on(self.service.handle(query, &mut facts));
        let status = response.status().as_u16();
        assert_eq!(facts.0.last(), Some(&Fact::Status(status)));
        assert_eq!(response.headers()["content-type"], "text/xml");
        let id = response.headers()["x-amzn-requestid"].to_str().unwrap().to_owned();
        let body = String::from_utf8(response.into_body().to_vec()).unwrap();
        assert!(body.contains(&format!("<RequestId>{id}</RequestId>")), "{body}");
        Got { status, body, facts: facts.0 }
    }
}

impl Got {
    /// The text of the first element of that name.
    pub(crate) fn element(&self, name: &str) -> Option<&str> {
        let (_, rest) = self.body.split_once(&format!("<{name}>"))?;
        rest.split_once(&format!("</{name}>")).map(|(text, _)| text)
    }

    /// The texts of all elements of that name.
    pub(crate) fn elements(&self, name: &str) -> Vec<&str> {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        let pieces = self.body.split(&open).skip(1);
        pieces.filter_map(|piece| Some(piece.split_once(&close)?.0)).collect()
    }

    #[track_caller]
    pub(crate) fn ok(self) -> Self {
        assert_eq!(self.status, 200, "{}", self.body);
        self
    }

    #[track_caller]
    pub(crate) fn refused(self, status: u16, code: &str) -> Self {
        assert_eq!((self.status, self.element("Code")), (status, Some(code)), "{}", self.body);
        let recorded =
            self.facts.iter().any(|f| matches!(f, Fact::Refused(known, _) if *known == code));
        assert!(recorded, "{:?}", self.facts);
        self
    }
}
