//! The way of a request: target, claim, route, key, signature, right, control body, operation.
//!
//! No byte of a body is read before its sender is known to have the right; the one exception is a
//! browser's form, whose signature is in its body.

mod authenticate;
mod control;
mod cors;
mod form;
mod render;

use crate::access::{Need, bucket, is_requester, object, service};
use crate::access_record::AccessRecord;
use crate::call::{Call, Verified};
use crate::error::Failure;
use crate::gist::gist;
use crate::ops::{self, TableEntry};
use crate::reply::Reply;
use crate::request_body::{Intake, RequestBody};
use crate::requested::Requested;
use crate::response_body::ResponseBody;
use crate::service::{Connection, Service, ServiceParts};
use http::{HeaderMap, Method, Request, Response, header};
use larder_s3_model::{
    Level, OPERATIONS, Operation, OperationInfo, RequestBody as BodyKind, is_subresource, route,
};
use larder_s3_wire::error::{ErrorCode, S3Error};
use larder_s3_wire::head::settle;
use larder_s3_wire::target::{Target, parse_target};
use larder_storage::Storage;
use larder_types::RequestId;

/// The header that makes a PUT a copy.
const COPY_SOURCE: &str = "x-amz-copy-source";

impl<S: Storage> Service<S> {
    /// Serves one request, and notes in `record` what is known of it, step by step. The response's
    /// body must be polled to its end or dropped. When [`AccessRecord::must_finish`] is set the
    /// future must be polled to its end, whether or not anybody waits for the response.
    pub async fn handle(
        &self,
        request: Request<RequestBody>,
        connection: &Connection,
        record: &mut AccessRecord,
    ) -> Response<ResponseBody> {
        let (mut call, target) = self.0.receive(request, connection, record);
        let result = match target {
            Ok(()) => self.0.serve(&mut call).await,
            Err(failure) => Err(failure),
        };
        match result {
            Ok(reply) => render::answer(&mut call, reply, None),
            // Boxed, so that an answer's future has not the size of a refusal's.
            Err(failure) => Box::pin(self.0.refuse(&mut call, failure)).await,
        }
    }
}

impl<S: Storage> ServiceParts<S> {
    /// The request as a call, and whether its head can be read at all.
    fn receive<'a>(
        &'a self,
        request: Request<RequestBody>,
        connection: &Connection,
        record: &'a mut AccessRecord,
    ) -> (Call<'a>, Result<(), Failure>) {
        let (parts, body) = request.into_parts();
        let mut headers = parts.headers;
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        let settled = settle(parts.version, &parts.uri, &mut headers);
        let host = headers.get(header::HOST).and_then(|host| host.to_str().ok());
        let parsed = settled.and_then(|()| parse_target(host, path, &self.settings.domains));
        let (target, result) = match parsed {
            Ok(target) => (target, Ok(())),
            Err(error) => (nowhere(path), Err(error.into())),
        };
        let request_id = RequestId::new(self.platform.random.u64());
        record.request_id = Some(request_id);
        let call = Call {
            method: parts.method,
            version: parts.version,
            headers,
            target,
            connection: connection.clone(),
            record,
            caller: None,
            verified: Verified::NOTHING,
            payload: None,
            body: Intake::new(body),
            control: bytes::Bytes::new(),
            cors: None,
            is_charged: false,
            held: None,
            rules: &*self.rules,
            accounts: self.keys.source(),
            audit: self.audit.as_deref(),
            platform: &self.platform,
            settings: &self.settings,
            md5_queue: &self.md5_queue,
            request_id,
            host_id: &self.host_id,
        };
        (call, result)
    }

    async fn refuse(&self, call: &mut Call<'_>, failure: Failure) -> Response<ResponseBody> {
        let code = failure.code().name();
        call.record.error_message = Some(gist(&failure.error));
        self.note_cors_of_refusal(call).await;
        let reply = render::refusal(call, failure).await;
        render::answer(call, reply, Some(code))
    }

    async fn serve(&self, call: &mut Call<'_>) -> Result<Reply, Failure> {
        let requested = requested(call)?;
        call.record.operation = Some(requested);
        let operation = match requested {
            Requested::Model(operation) => operation,
            Requested::Preflight => return Box::pin(self.preflight(call)).await,
            Requested::Query(_) => unreachable!("S3's routes lead to S3's operations"),
            Requested::PostObject => return Box::pin(self.post_object(call)).await,
        };
        self.authenticate(call).await?;
        let entry = ops::entry(operation);
        let level = operation.info().level;
        let needs = match entry {
            TableEntry::Built(needs) => needs,
            TableEntry::NotBuilt(_) => unbuilt(level),
        };
        let admitted = self.admit(call, level, needs).await?;
        if let Some(bucket) = admitted.bucket() {
            cors::note_cors(call, bucket);
            call.is_charged = is_requester(call, bucket);
        }
        if let TableEntry::NotBuilt(reason) = entry {
            let name = operation.name();
            return Err(Failure::not_implemented(format!("{name} is not implemented: {reason}")));
        }
        if !reads_only(operation) {
            call.record.must_finish.set();
        }
        ops::refuse_unbuilt(call)?;
        if matches!(operation.info().body, BodyKind::Xml(_) | BodyKind::Text) {
            self.read_control(call, operation).await?;
        }
        ops::run(operation, admitted, call).await
    }
}

/// Whether an operation changes nothing.
fn reads_only(operation: Operation) -> bool {
    matches!(operation.info().method, "GET" | "HEAD")
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
        return Ok(Requested::Preflight);
    }
    if call.headers.contains_key(COPY_SOURCE) && call.method != Method::PUT {
        return Err(no_copy(call));
    }
    let asks_for_part = || call.target.query.iter().any(|(name, _)| is_subresource(name));
    let posts = call.method == Method::POST && level == Level::Bucket;
    if posts && is_form(&call.headers) && !asks_for_part() {
        return Ok(Requested::PostObject);
    }
    let found = |method: &Method| route(method, level, &call.target.query, &call.headers);
    if let Some(operation) = found(&call.method) {
        return check_extras(call, operation.info()).map(|()| Requested::Model(operation));
    }
    let mut allowed: Vec<&str> =
        OPERATIONS.iter().filter(|info| info.level == level).map(|info| info.method).collect();
    allowed.sort_unstable();
    allowed.dedup();
    allowed
        .retain(|method| Method::from_bytes(method.as_bytes()).is_ok_and(|m| found(&m).is_some()));
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

/// Refuses what asks for another operation than the one that was found: a copy's source where
/// nothing is copied, a version where none is looked at.
fn check_extras(call: &Call<'_>, info: &OperationInfo) -> Result<(), Failure> {
    if call.headers.contains_key(COPY_SOURCE) && !info.headers.contains(&COPY_SOURCE) {
        return Err(no_copy(call));
    }
    match call.target.query_value("versionId") {
        Some(version) if !info.has("versionId") => Err(S3Error::invalid_argument(
            "This operation does not accept a version-id.",
            "versionId",
            version,
        )
        .into()),
        _ => Ok(()),
    }
}

fn no_copy(call: &Call<'_>) -> Failure {
    S3Error::invalid_argument(
        "You can only specify a copy source header for copy requests.",
        COPY_SOURCE,
        call.header(COPY_SOURCE).unwrap_or_default(),
    )
    .into()
}

fn is_form(headers: &HeaderMap) -> bool {
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let kind = content_type.and_then(|text| text.split(';').next()).unwrap_or_default();
    kind.trim().eq_ignore_ascii_case("multipart/form-data")
}

/// What is asked for operations that are not built: they are no more open than the rest.
fn unbuilt(level: Level) -> &'static [Need] {
    const NOT_BUILT: &str = "s3:NotBuilt";
    match level {
        Level::Service => const { &[service(NOT_BUILT)] },
        Level::Bucket => const { &[bucket(NOT_BUILT)] },
        Level::Object => const { &[object(NOT_BUILT)] },
    }
}
