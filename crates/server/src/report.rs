//! Reports a request when it is over: its access line, its share of the metrics.

use crate::listener::{Client, Conversation, Permit, RUNNING_MAX, Underway};
use crate::log::Access;
use crate::metrics::Stripe;
use bytes::Bytes;
use http::{Method, Response};
use http_body::{Body, Frame, SizeHint};
use larder_s3_api::{AccessRecord, BodyCut, ResponseBody};
use larder_types::{RequestId, Timestamp};
use std::future::poll_fn;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

/// A request that will be reported.
pub(crate) struct RequestReport {
    /// What is known of it so far.
    pub(crate) record: AccessRecord,
    conversation: Arc<Conversation>,
    underway: Underway,
    begun_ns: u64,
    /// The server's own paths are asked for all the time; they are not reported.
    own: bool,
    /// Set for what was asked of the admin listener.
    admin: Option<&'static str>,
    /// The client's address when a trusted proxy named it.
    forwarded: Option<IpAddr>,
    /// The client's part of its address's share until the request is over.
    permit: Option<Permit>,
    /// Its connection has [`RUNNING_MAX`] others that run.
    pub(crate) is_one_too_many: bool,
    bytes_out: u64,
    /// The client went before the end of its answer.
    cut: bool,
}

/// What was asked of the admin listener.
pub(crate) struct AdminPage {
    pub(crate) operation: &'static str,
    pub(crate) request_id: RequestId,
}

impl RequestReport {
    pub(crate) fn new(conversation: &Arc<Conversation>) -> Self {
        let app = &conversation.app;
        let others = conversation.running.fetch_add(1, Ordering::Relaxed);
        let report = Self {
            record: AccessRecord::default(),
            conversation: conversation.clone(),
            underway: conversation.traffic.begin(),
            begun_ns: app.platform.clock.monotonic_ns(),
            own: false,
            admin: None,
            forwarded: None,
            permit: None,
            is_one_too_many: others >= RUNNING_MAX,
            bytes_out: 0,
            cut: true,
        };
        report.stripe().begun.fetch_add(1, Ordering::Relaxed);
        report
    }

    fn stripe(&self) -> &Stripe {
        self.conversation.app.metrics.stripe(self.conversation.traffic.number)
    }

    /// The request is from this client.
    pub(crate) fn of(&mut self, client: &mut Client) {
        self.forwarded = client.forwarded;
        self.permit = client.permit.take();
    }

    /// An answer that is not reported.
    pub(crate) fn own(mut self, response: Response<ResponseBody>) -> Response<ReportedBody> {
        self.own = true;
        response.map(|body| ReportedBody::new(body, self))
    }

    /// An answer of the admin listener.
    pub(crate) fn admin(
        mut self,
        page: AdminPage,
        response: Response<ResponseBody>,
    ) -> Response<ReportedBody> {
        self.admin = Some(page.operation);
        self.record.request_id = Some(page.request_id);
        self.record.status = response.status().as_u16();
        response.map(|body| ReportedBody::new(body, self))
    }

    /// An answer to a request with this method.
    pub(crate) fn answer(
        self,
        response: Response<ResponseBody>,
        method: &Method,
    ) -> Response<ReportedBody> {
        let mut response = response.map(|body| ReportedBody::new(body, self));
        // The body of an answer to HEAD is not sent.
        response.body_mut().ended = method == Method::HEAD;
        response
    }

    /// Notes how a body ended.
    fn ended_with(&mut self, body: &ResponseBody) {
        if let Some((code, message)) = body.late_error() {
            self.record.error_code = Some(code);
            self.record.error_message = Some(message.clone());
        }
    }

    fn tell(&self) {
        let record = &self.record;
        let app = &self.conversation.app;
        let duration_ns = app.platform.clock.monotonic_ns() - self.begun_ns;
        match self.admin {
            Some(_) => app.metrics.admin_request(record.status),
            None => self.stripe().request(record.operation, record.status, duration_ns),
        }
        if let (Some(audit), None) = (&app.audit, self.admin) {
            let now = Timestamp { ms: app.platform.wall_ms() };
            if let Err(error) = audit.answered(record, now) {
                log::error!("the audit log cannot be written: {error}");
            }
        }
        if !app.logs.wants_access() {
            return;
        }
        let forwarded = self.forwarded.map(|ip| ip.to_string());
        app.logs.access(&Access {
            remote: forwarded.as_deref().unwrap_or(&self.conversation.traffic.remote_text),
            admin: self.admin,
            record,
            bytes_out: self.bytes_out,
            duration_ns,
            cut: self.cut,
        });
    }
}

impl Drop for RequestReport {
    fn drop(&mut self) {
        self.conversation.running.fetch_sub(1, Ordering::Relaxed);
        self.stripe().over.fetch_add(1, Ordering::Relaxed);
        if !self.own {
            self.tell();
        }
    }
}

/// An answer's body. When it has been sent, or its client has gone, the request is over; but a
/// change that it still waits for is made to its end.
pub(crate) struct ReportedBody {
    body: ResponseBody,
    /// `None` once it was handed on.
    report: Option<RequestReport>,
    ended: bool,
}

impl ReportedBody {
    fn new(body: ResponseBody, mut report: RequestReport) -> Self {
        report.underway.sends();
        Self { body, report: Some(report), ended: false }
    }
}

impl Body for ReportedBody {
    type Data = Bytes;
    type Error = BodyCut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyCut>>> {
        let this = &mut *self;
        let report = this.report.as_mut().expect("a dropped body is not polled");
        report.underway.sends();
        let frame = Pin::new(&mut this.body).poll_frame(cx);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                report.bytes_out += frame.data_ref().map_or(0, |data| data.len() as u64);
            }
            Poll::Ready(None) => this.ended = true,
            Poll::Ready(Some(Err(_))) | Poll::Pending => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for ReportedBody {
    fn drop(&mut self) {
        let Some(mut report) = self.report.take() else {
            return;
        };
        report.cut = !self.ended && !self.body.is_end_stream();
        if !self.body.must_finish() {
            report.ended_with(&self.body);
            return;
        }
        let mut body = std::mem::take(&mut self.body);
        let platform = report.conversation.app.platform.clone();
        platform.spawn(async move {
            while poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await.is_some() {}
            report.ended_with(&body);
        });
    }
}
