//! The pages of the admin listener. They are for the operator and whoever the operator lets there:
//! every request is logged and counted, unlike those for the two health pages on the public side.

use crate::answer::{App, text};
use crate::metrics::Others;
use crate::report::{AdminPage, ReportedBody, RequestReport};
use http::{HeaderValue, Method, Request, Response, StatusCode};
use hyper::body::Incoming;
use larder_platform::process_usage;
use larder_s3_api::ResponseBody;
use larder_types::RequestId;

/// Where the metrics are; the health pages are below the same `/_/`.
const METRICS: &str = "/_/metrics";
const HEALTH: &str = "/_/health/";

impl App {
    /// Answers one request of the admin listener. There are no buckets here.
    pub(crate) async fn admin(
        &self,
        request: &Request<Incoming>,
        report: RequestReport,
    ) -> Response<ReportedBody> {
        let (method, path) = (request.method(), request.uri().path());
        let is_read = method == Method::GET || method == Method::HEAD;
        let (operation, mut response) = match path {
            METRICS if is_read => ("GetMetrics", text(StatusCode::OK, self.metrics_page().await)),
            METRICS => ("GetMetrics", text(StatusCode::METHOD_NOT_ALLOWED, "only GET and HEAD\n")),
            _ if path.starts_with(HEALTH) => {
                ("GetHealth", self.own(method, path.trim_start_matches("/_/")))
            }
            _ => ("-", text(StatusCode::NOT_FOUND, "no such page; metrics are at /_/metrics\n")),
        };
        let request_id = RequestId::new(self.platform.random.u64());
        if let Ok(id) = HeaderValue::from_str(request_id.as_str()) {
            response.headers_mut().insert("x-amz-request-id", id);
        }
        if method == Method::HEAD {
            *response.body_mut() = ResponseBody::Empty;
        }
        report.admin(AdminPage { operation, request_id }, response)
    }

    async fn metrics_page(&self) -> String {
        let process = self.platform.blocking(process_usage).await.unwrap_or_default();
        let store = self.store.get();
        let usages = match store {
            Some(store) => store.engine.usages().await,
            None => Vec::new(),
        };
        let memory = &self.platform.request_memory;
        self.metrics.page(&Others {
            engine: &store.map(|store| store.engine.metrics()).unwrap_or_default(),
            workers: &store.map(|store| store.workers.status()).unwrap_or_default(),
            worker_counters: &store.map(|store| store.workers.metrics()).unwrap_or_default(),
            events: &store.map(|store| store.engine.events()).unwrap_or_default(),
            usages: &usages,
            log_lines_dropped: self.logs.dropped(),
            request_memory: [memory.reserved(), memory.max()],
            process,
        })
    }
}
