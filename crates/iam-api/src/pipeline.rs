//! The way of a request: head, claim, key, body, signature, form, operation, right, input.
//!
//! Signatures of query APIs cover the body, so that it is read, bounded, before they are verified;
//! nothing is made of it by then.

use crate::call::{Call, Head, Signer};
use crate::failure::Failure;
use crate::ops;
use crate::request::{BODY_BYTES_MAX, Fact, Query, Record};
use crate::route;
use crate::service::{Service, ServiceParts};
use bytes::Bytes;
use http::header::{CONTENT_TYPE, DATE, SERVER};
use http::{HeaderMap, HeaderValue, Method, Response, StatusCode};
use larder_iam::{AccessKey, PresentedToken};
use larder_iam_model::{CommonError, Form, Operation, Service as ServiceName, error_document};
use larder_platform::Reservation;
use larder_s3_wire::auth::{Claim, RequestParts, security_token};
use larder_s3_wire::head::settle;
use larder_s3_wire::percent::{self, Plus};
use larder_s3_wire::target::parse_target;
use larder_storage::MetaStore;
use larder_types::{RequestId, Timestamp};
use std::sync::Arc;

/// Bytes that a parameter takes besides its text, once it is parsed.
const PARAMETER_BYTES: usize = 128;
/// The longest `Action` that an error shows, in characters.
const ACTION_CHARS_SHOWN: usize = 64;

impl<S: MetaStore> Service<S> {
    /// Serves one request, and records what becomes known of it. Once [`Fact::MustFinish`] is
    /// recorded the future must be polled to its end, whether or not anybody waits for the answer.
    pub async fn handle(&self, query: Query<'_>, record: &mut dyn Record) -> Response<Bytes> {
        let request_id = RequestId::new(self.0.platform.random.u64());
        record.note(Fact::RequestId(request_id));
        let mut service = ServiceName::Iam;
        let served = self.0.serve(query, (&mut service, request_id), record).await;
        let (status, body) = match served {
            Ok(body) => (StatusCode::OK, body),
            Err(Failure { code, message }) => {
                record.note(Fact::Refused(code.code(), message.clone().into_owned()));
                let body = error_document(service, code, &message, request_id.as_str());
                (StatusCode::from_u16(code.status()).expect("the tables' are valid"), body)
            }
        };
        record.note(Fact::Status(status.as_u16()));
        let mut response = Response::new(Bytes::from(body));
        *response.status_mut() = status;
        *response.headers_mut() = self.0.headers(request_id);
        response
    }
}

/// What a body is verified with.
struct Unverified<'a> {
    method: Method,
    head: &'a Head,
    claim: &'a Claim<'a>,
    service: ServiceName,
    key: &'a Arc<AccessKey>,
}

impl<S: MetaStore> ServiceParts<S> {
    fn headers(&self, request_id: RequestId) -> HeaderMap {
        let date = Timestamp { ms: self.platform.wall_ms() }.to_http_date();
        let id = HeaderValue::from_str(request_id.as_str()).expect("hex is visible");
        HeaderMap::from_iter([
            (CONTENT_TYPE, HeaderValue::from_static("text/xml")),
            (http::HeaderName::from_static("x-amzn-requestid"), id),
            (SERVER, HeaderValue::from_static("Larder")),
            (DATE, HeaderValue::try_from(date).expect("a date is visible ASCII")),
        ])
    }

    /// The document that answers. `seen` has the service that errors are told as, which becomes
    /// known on the way, and the request's id.
    async fn serve(
        &self,
        query: Query<'_>,
        seen: (&mut ServiceName, RequestId),
        record: &mut dyn Record,
    ) -> Result<Vec<u8>, Failure> {
        let (told_as, request_id) = seen;
        let Query { method, version, uri, mut headers, body, connection } = query;
        settle(version, &uri, &mut headers)?;
        let host = headers.get(http::header::HOST).and_then(|host| host.to_str().ok());
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let target = parse_target(host, path, &self.domains)?;
        let head = Head { headers, target };
        let claim = Claim::parse(&head.headers, &head.target)?;
        let (service, key) = self.claimed(&claim, &head, record).await?;
        *told_as = service;
        // What those hold whose signature is not known to hold is apart from the memory of others.
        let mut held = self.unverified_memory.reservation();
        let body = body.read_all(BODY_BYTES_MAX, &mut held).await?;
        record.note(Fact::BodyBytes(body.len() as u64));
        let unverified =
            Unverified { method: method.clone(), head: &head, claim: &claim, service, key: &key };
        let signer = self.verify(&unverified, &body)?;
        record.note(Fact::Account(signer.account.id.clone()));
        let mut reserved = self.platform.request_memory.reservation();
        let form = if method == Method::POST {
            posted(&body, &mut reserved)?
        } else {
            let parameters = head.target.query.iter();
            Form::new(parameters.filter(|(name, _)| !name.starts_with("X-Amz-")).cloned())?
        };
        drop((body, held));
        let operation = requested(&form, service)?;
        record.note(Fact::Operation(operation));
        let parts = self;
        let call = Call { parts, record, request_id, operation, form, signer, head, connection };
        ops::run(call).await
    }

    /// The service and the key that a claim names.
    ///
    /// Errors: `MissingAuthenticationToken`, `SignatureDoesNotMatch`, `InvalidClientTokenId`.
    async fn claimed(
        &self,
        claim: &Claim<'_>,
        head: &Head,
        record: &mut dyn Record,
    ) -> Result<(ServiceName, Arc<AccessKey>), Failure> {
        let Some(id) = claim.access_key() else {
            return Err(Failure::new(
                CommonError::MissingAuthenticationToken,
                "Request is missing Authentication Token",
            ));
        };
        record.note(Fact::AccessKey(id.to_owned()));
        let Some(name) = claim.service() else {
            return Err(Failure::new(
                CommonError::IncompleteSignature,
                "Signature Version 4 is required: AWS4-HMAC-SHA256",
            ));
        };
        let service = route::of(name).ok_or_else(|| Failure::wrong_service("'iam' or 'sts'"))?;
        if let Some(token) = security_token(&head.headers, &head.target) {
            let now = Timestamp { ms: self.platform.wall_ms() };
            let presented = PresentedToken { access_key_id: id, token, now };
            return Ok((service, self.keys.source().session(presented).await?));
        }
        let key = self.keys.access_key(id).await?.ok_or_else(Failure::invalid_token)?;
        Ok((service, key))
    }

    /// Who signed, when the signature covers head and body.
    fn verify(&self, of: &Unverified<'_>, body: &[u8]) -> Result<Signer, Failure> {
        let request = RequestParts {
            method: of.method.as_str(),
            target: &of.head.target,
            headers: &of.head.headers,
            authority: None,
            body_sha256: Some(larder_digest::sha256(body)),
        };
        let at = Timestamp { ms: self.platform.wall_ms() };
        let secret = of.key.secret.expose();
        let verified = self.verifier(of.service).verify(of.claim, &request, secret, at)?;
        let region = || of.claim.region().unwrap_or_default().to_owned();
        if let Some(note) = self.keys.note_use(of.key, of.service.name(), region) {
            self.platform.spawn(note);
        }
        let account = of.key.principal.account().ok_or_else(Failure::invalid_token)?.clone();
        Ok(Signer {
            key: of.key.clone(),
            account,
            auth_type: verified.auth_type,
            signed_at: verified.signed_at,
            at,
        })
    }
}

/// The form of a body.
fn posted(body: &[u8], held: &mut Reservation) -> Result<Form, Failure> {
    let malformed = || {
        Failure::new(CommonError::MalformedQueryString, "The body is no form: it cannot be decoded")
    };
    let text = std::str::from_utf8(body).map_err(|_| malformed())?;
    let pairs = text.split('&').filter(|pair| !pair.is_empty());
    held.grow(text.len() + pairs.clone().count() * PARAMETER_BYTES)?;
    let decode = |text: &str| percent::decode(text, Plus::Space).map(|text| text.into_owned());
    let parameters: Result<Vec<(String, String)>, _> = pairs
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Ok((decode(name)?, decode(value)?))
        })
        .collect();
    Ok(Form::new(parameters.map_err(|_: percent::InvalidEncoding| malformed())?)?)
}

/// What a form asks for.
///
/// Errors: `MissingAction`, `InvalidAction`, and `SignatureDoesNotMatch` when it is an operation of
/// another service than the one that it is signed for.
fn requested(form: &Form, signed_for: ServiceName) -> Result<Operation, Failure> {
    let Some(action) = form.get("Action").filter(|action| !action.is_empty()) else {
        return Err(Failure::new(
            CommonError::MissingAction,
            "The request must contain the parameter Action.",
        ));
    };
    let unknown = |version: &str| {
        let shown = |text: &str| text.chars().take(ACTION_CHARS_SHOWN).collect::<String>();
        Failure::new(
            CommonError::InvalidAction,
            format!("Could not find operation {} for version {}", shown(action), shown(version)),
        )
    };
    let version = form.get("Version").unwrap_or("NO_VERSION_SPECIFIED");
    let operation = Operation::from_name(action).ok_or_else(|| unknown(version))?;
    let service = operation.service();
    if form.get("Version").is_some_and(|version| version != service.version()) {
        return Err(unknown(version));
    }
    if service != signed_for {
        return Err(Failure::wrong_service(&format!("'{}'", service.name())));
    }
    Ok(operation)
}
