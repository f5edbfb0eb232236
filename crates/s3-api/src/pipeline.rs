//! The way of a request: target, claim, route, key, signature, right, control body, operation.
//!
//! No byte of a body is read before its sender is known to have the right; the one exception is a
//! browser's form, whose signature is in its body.

mod authenticate;
mod control;
mod form;
mod grant;
mod render;

pub(crate) use form::FormDoor;
pub(crate) use grant::{Elsewhere, Grant, object_key};

use crate::call::Call;
use crate::error::Failure;
use crate::gist::gist;
use crate::ops::{self, Entry, Requested};
use crate::reply::Reply;
use crate::request_body::{Intake, RequestBody};
use crate::service::{Answer, Connection, Service, Shared};
use http::{HeaderMap, Method, Request, header};
use larder_s3_model::{Level, OPERATIONS, Operation, RequestBody as BodyKind, route};
use larder_s3_wire::auth::AuthType;
use larder_s3_wire::error::{ErrorCode, S3Error};
use larder_s3_wire::target::{Target, parse_target};
use larder_storage::Storage;
use larder_types::RequestId;

impl<S: Storage> Service<S> {
    /// Serves one request. The response's body must be polled to its end or dropped.
    pub async fn handle(&self, request: Request<RequestBody>, connection: &Connection) -> Answer {
        let (mut call, target) = self.0.receive(request, connection);
        let result = match target {
            Ok(()) => self.0.serve(&mut call).await,
            Err(failure) => Err(failure),
        };
        match result {
            Ok(reply) => render::answer(call, reply, None),
            Err(failure) => {
                let code = failure.code().name();
                let error_message = Some(gist(&failure.error));
                // Boxed, so that an answer's future has not the size of a refusal's.
                let reply = Box::pin(render::refusal(&mut call, failure)).await;
                Answer { error_message, ..render::answer(call, reply, Some(code)) }
            }
        }
    }
}

impl<S: Storage> Shared<S> {
    fn receive<'a>(
        &'a self,
        request: Request<RequestBody>,
        connection: &Connection,
    ) -> (Call<'a>, Result<(), Failure>) {
        let (parts, body) = request.into_parts();
        let authority = parts.uri.authority().map(|a| a.as_str().to_owned());
        let mut headers = parts.headers;
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let parsed = parse_target(host.or(authority.as_deref()), path, &self.settings.domains);
        let (target, result) = match parsed {
            Ok(target) => (target, Ok(())),
            Err(error) => (nowhere(path), Err(error.into())),
        };
        // HTTP/2 has no Host, but signatures have.
        if let (None, Some(authority)) = (host, authority)
            && let Ok(value) = authority.parse()
        {
            headers.insert(header::HOST, value);
        }
        let call = Call {
            method: parts.method,
            headers,
            target,
            connection: connection.clone(),
            requested: None,
            access_key: None,
            caller: None,
            auth_type: AuthType::Anonymous,
            payload: None,
            body: Intake::new(body),
            control: bytes::Bytes::new(),
            platform: &self.platform,
            settings: &self.settings,
            md5_queue: &self.md5_queue,
            request_id: RequestId::new(self.platform.random.u64()),
            host_id: &self.host_id,
        };
        (call, result)
    }

    async fn serve(&self, call: &mut Call<'_>) -> Result<Reply, Failure> {
        let requested = requested(call)?;
        call.requested = Some(requested);
        let operation = match requested {
            Requested::Model(operation) => operation,
            Requested::PostObject => {
                return Box::pin(ops::post_object(FormDoor::new(self), call)).await;
            }
        };
        self.authenticate(call)?;
        let entry = ops::entry(operation);
        let grant = self.admit(call, operation, &entry).await?;
        if let Entry::NotBuilt(reason) = entry {
            let name = operation.name();
            return Err(Failure::not_implemented(format!("{name} is not implemented: {reason}")));
        }
        ops::refuse_unbuilt(call)?;
        if matches!(operation.info().body, BodyKind::Xml(_) | BodyKind::Text) {
            self.read_control(call, operation).await?;
        }
        ops::run(operation, grant, call).await
    }
}

/// A target of which only the text is known.
fn nowhere(path: &str) -> Target {
    Target {
        bucket: None,
        key: None,
        virtual_host: false,
        path_raw: path.to_owned(),
        query: Vec::new(),
        query_raw: String::new(),
    }
}

fn level(target: &Target) -> Level {
    match (&target.bucket, &target.key) {
        (None, _) => Level::Service,
        (Some(_), None) => Level::Bucket,
        (Some(_), Some(_)) => Level::Object,
    }
}

/// What the request asks for.
fn requested(call: &Call<'_>) -> Result<Requested, Failure> {
    let level = level(&call.target);
    if call.method == Method::OPTIONS {
        return Err(preflight(&call.headers));
    }
    if call.method == Method::POST && level == Level::Bucket && is_form(&call.headers) {
        return Ok(Requested::PostObject);
    }
    let found = |method: &Method| route(method, level, &call.target.query, &call.headers);
    if let Some(operation) = found(&call.method) {
        return Ok(Requested::Model(operation));
    }
    let mut allowed: Vec<&str> = Vec::new();
    for info in &OPERATIONS {
        let fits = || Method::from_bytes(info.method.as_bytes()).ok().and_then(|m| found(&m));
        if info.level == level && !allowed.contains(&info.method) && fits().is_some() {
            allowed.push(info.method);
        }
    }
    allowed.sort_unstable();
    Err(Failure::new(ErrorCode::MethodNotAllowed)
        .element("Method", call.method.as_str())
        .element(
            "ResourceType",
            match level {
                Level::Service => "SERVICE",
                Level::Bucket => "BUCKET",
                Level::Object => "OBJECT",
            },
        )
        .header(header::ALLOW, &allowed.join(", ")))
}

/// No bucket has a CORS configuration, so AWS's answers are these two.
fn preflight(headers: &HeaderMap) -> Failure {
    match headers.contains_key(header::ORIGIN) {
        true => Failure::with(
            ErrorCode::AccessForbidden,
            "CORSResponse: CORS is not enabled for this bucket.",
        ),
        false => S3Error::with(
            ErrorCode::BadRequest,
            "Insufficient information. Origin request header needed.",
        )
        .into(),
    }
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = content_type.and_then(|text| text.split(';').next()).unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("multipart/form-data")
}

/// Whether the operation makes the bucket that it names.
pub(crate) fn makes_bucket(operation: Operation) -> bool {
    operation == Operation::CreateBucket
}
