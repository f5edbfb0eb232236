//! From a request to its answer: the server's own paths, the S3 service for everything else.

use crate::listener::{Conversation, Side};
use crate::log::{AuditLog, Logs};
use crate::metrics::Metrics;
use crate::query;
use crate::report::{ReportedBody, RequestReport};
use crate::store::Store;
use crate::wiring::Phase;
use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response, StatusCode, header};
use http_body::Body;
use hyper::body::Incoming;
use larder_platform::Platform;
use larder_s3_api::{AccessRecord, MustFinish, RequestBody, ResponseBody};
use larder_s3_wire::error::{ErrorCode, S3Error};
use larder_s3_wire::target::parse_target;
use larder_storage::Health;
use larder_types::RequestId;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::watch;

/// Largest head of a request in bytes; AWS's own limit is 8 KiB of headers.
pub(crate) const HEAD_BYTES_MAX: usize = 32 << 10;
/// How long a request may wait for the server to have started.
const START_WAIT_MAX: Duration = Duration::from_secs(5);
/// Bytes of a body that are read of a request that is turned away.
const TURNED_AWAY_BYTES_MAX: usize = 256 << 10;
/// How long such a body is waited for.
const TURNED_AWAY_TIME_MAX: Duration = Duration::from_secs(2);
/// Paths below this are the server's own, unless a bucket is in the host name.
const OWN_PATHS: &str = "/_/";

/// What answers requests.
pub(crate) struct App {
    pub(crate) platform: Platform,
    pub(crate) domains: Vec<String>,
    pub(crate) logs: Logs,
    pub(crate) audit: Option<Arc<AuditLog>>,
    pub(crate) metrics: Arc<Metrics>,
    pub(crate) phase: watch::Receiver<Phase>,
    /// Set once the server has started.
    pub(crate) store: OnceLock<Store>,
}

impl App {
    /// Answers one request.
    pub(crate) async fn answer(
        &self,
        request: Request<Incoming>,
        conversation: &Arc<Conversation>,
        must_finish: MustFinish,
    ) -> Response<ReportedBody> {
        let mut report = RequestReport::new(conversation);
        report.record.must_finish = must_finish;
        if conversation.side == Side::Admin {
            // Boxed, like refusals below: an object's answer has not their size.
            return Box::pin(self.admin(&request, report)).await;
        }
        if let Some(path) = self.own_path(&request) {
            let response = self.own(request.method(), &path);
            return report.own(response);
        }
        let method = request.method().clone();
        let mut client = conversation.client(request.headers());
        let is_turned_away =
            conversation.is_over_limit() || client.is_over_share() || report.is_one_too_many;
        report.of(&mut client);
        if is_turned_away {
            let refusal = Box::pin(self.turn_away(request, &mut report.record)).await;
            return report.answer(refusal, &method);
        }
        if head_bytes(&request) > HEAD_BYTES_MAX {
            let error = S3Error::new(ErrorCode::RequestHeaderSectionTooLarge);
            let refusal = self.refuse(&request, error, &mut report.record);
            return report.answer(refusal, &method);
        }
        let Some(store) = self.started().await else {
            let error = S3Error::new(ErrorCode::ServiceUnavailable);
            let refusal = self.refuse(&request, error, &mut report.record);
            return report.answer(refusal, &method);
        };
        let request = request.map(RequestBody::Incoming);
        let (connection, record) = (&client.connection, &mut report.record);
        let response = if query::is_query(&request, &self.domains) {
            query::handle(&self.platform, &*store.queries, request, (connection, record)).await
        } else {
            store.service.handle(request, connection, record).await
        };
        report.answer(response, &method)
    }

    /// The store, waiting a little for it; `None` when the server is not ready in time.
    async fn started(&self) -> Option<&Store> {
        if self.store.get().is_none() {
            let mut phase = self.phase.clone();
            tokio::select! {
                biased;
                _ = phase.wait_for(|phase| *phase != Phase::Starting) => {}
                () = self.platform.tasks.sleep(START_WAIT_MAX) => {}
            }
        }
        self.store.get()
    }

    /// The path behind [`OWN_PATHS`], if the request is for the server itself.
    fn own_path(&self, request: &Request<Incoming>) -> Option<String> {
        let path = request.uri().path().strip_prefix(OWN_PATHS)?;
        let host = request.headers().get(header::HOST).and_then(|host| host.to_str().ok());
        let host = host.or(request.uri().authority().map(|authority| authority.as_str()));
        let target = parse_target(host, "/", &self.domains).ok()?;
        target.bucket.is_none().then(|| path.to_owned())
    }

    /// The pages that everybody may read.
    pub(crate) fn own(&self, method: &Method, path: &str) -> Response<ResponseBody> {
        if method != Method::GET && method != Method::HEAD {
            return text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n");
        }
        match path {
            "health/live" => text(StatusCode::OK, "live\n"),
            "health/ready" => match *self.phase.borrow() {
                Phase::Starting => text(StatusCode::SERVICE_UNAVAILABLE, "starting\n"),
                Phase::Serving => match self.store.get().map(|store| store.engine.health()) {
                    Some(Health::Stopped) => {
                        text(StatusCode::SERVICE_UNAVAILABLE, "the engine has stopped\n")
                    }
                    // Reads go on, and so do the deletes that make room.
                    Some(Health::Full) => text(StatusCode::OK, "ready, but the disk is full\n"),
                    Some(Health::Serving) | None => text(StatusCode::OK, "ready\n"),
                },
                Phase::Stopping => text(StatusCode::SERVICE_UNAVAILABLE, "stopping\n"),
            },
            _ => text(StatusCode::NOT_FOUND, "no such page\n"),
        }
    }

    /// Refuses a request of an address that has too much open. A small body is read to its end, so
    /// that the refusal is, too: a connection that is closed with bytes unread loses its answer.
    async fn turn_away(
        &self,
        mut request: Request<Incoming>,
        record: &mut AccessRecord,
    ) -> Response<ResponseBody> {
        let mut bytes = 0;
        let mut limit = self.platform.tasks.sleep(TURNED_AWAY_TIME_MAX);
        while bytes < TURNED_AWAY_BYTES_MAX && !request.headers().contains_key(header::EXPECT) {
            let body = request.body_mut();
            let frame = poll_fn(|cx| match Pin::new(&mut *body).poll_frame(cx) {
                Poll::Ready(frame) => Poll::Ready(frame),
                Poll::Pending => limit.as_mut().poll(cx).map(|()| None),
            });
            let Some(Ok(frame)) = frame.await else { break };
            bytes += frame.data_ref().map_or(0, Bytes::len);
        }
        record.bytes_received = bytes as u64;
        let message = "Too much is open from your address. Close idle connections, use fewer at \
                       once, or try again later.";
        self.refuse(&request, S3Error::with(ErrorCode::SlowDown, message), record)
    }

    /// A refusal before the request reached the S3 service.
    fn refuse(
        &self,
        request: &Request<Incoming>,
        error: S3Error,
        record: &mut AccessRecord,
    ) -> Response<ResponseBody> {
        let request_id = RequestId::new(self.platform.random.u64());
        let code = error.code;
        let body = match *request.method() {
            Method::HEAD => ResponseBody::Empty,
            _ => error.to_xml(request.uri().path(), request_id.as_str(), "larder").into(),
        };
        let mut response = Response::new(body);
        *response.status_mut() = StatusCode::from_u16(code.status())
            .expect("the table of error codes has HTTP statuses");
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        headers.insert("x-amz-id-2", HeaderValue::from_static("larder"));
        if let Ok(id) = HeaderValue::from_str(request_id.as_str()) {
            headers.insert("x-amz-request-id", id);
        }
        // The body, if there is one, was not read.
        if request.version() < http::Version::HTTP_2 && !request.body().is_end_stream() {
            headers.insert(header::CONNECTION, HeaderValue::from_static("close"));
        }
        record.request_id = Some(request_id);
        record.status = response.status().as_u16();
        record.error_code = Some(code.name());
        record.error_message = Some(error.message);
        response
    }
}

fn head_bytes(request: &Request<Incoming>) -> usize {
    let headers = request.headers().iter().map(|(name, value)| name.as_str().len() + value.len());
    let uri = request.uri().path_and_query().map_or(0, |path| path.as_str().len());
    // Two bytes between name and value, two behind it.
    uri + headers.map(|bytes| bytes + 4).sum::<usize>()
}

pub(crate) fn text(status: StatusCode, body: impl Into<String>) -> Response<ResponseBody> {
    let body: String = body.into();
    let mut response = Response::new(ResponseBody::Bytes(Bytes::from(body)));
    *response.status_mut() = status;
    let plain = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    response.headers_mut().insert(header::CONTENT_TYPE, plain);
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
