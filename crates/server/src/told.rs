//! What is told of a request when it is over: its access line, its share of the metrics, the hint
//! to the gc.

use crate::listener::{Client, Conversation, Place, Underway};
use crate::log::Access;
use crate::metrics::Stripe;
use bytes::Bytes;
use http::{Method, Response};
use http_body::{Body, Frame, SizeHint};
use larder_s3_api::{Answer, BodyCut, Requested, ResponseBody};
use larder_types::RequestId;
use std::borrow::Cow;
use std::net::IpAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::task::{Context, Poll};

/// A request of which something will be told.
pub(crate) struct Telling {
    conversation: Arc<Conversation>,
    underway: Underway,
    begun_ns: u64,
    facts: Facts,
    /// The client's address when a trusted proxy named it.
    forwarded: Option<IpAddr>,
    /// The client's place among those of its address until the request is over.
    place: Option<Place>,
    bytes_out: u64,
    /// The client went before the end of its answer.
    cut: bool,
}

/// What the access line and the metrics tell.
#[derive(Default)]
struct Facts {
    /// The server's own paths are asked for all the time; of them nothing is told.
    own: bool,
    operation: Option<Requested>,
    bucket: Option<String>,
    key: Option<String>,
    access_key: Option<String>,
    error_code: Option<&'static str>,
    error_message: Option<Cow<'static, str>>,
    request_id: Option<RequestId>,
    /// Set for what was asked of the admin listener.
    admin: Option<&'static str>,
    /// 0 when the client went before there was an answer.
    status: u16,
    bytes_in: u64,
}

/// What was asked of the admin listener.
pub(crate) struct AdminPage {
    pub(crate) operation: &'static str,
    pub(crate) request_id: RequestId,
}

impl Telling {
    pub(crate) fn new(conversation: &Arc<Conversation>) -> Self {
        let app = &conversation.app;
        let telling = Self {
            conversation: conversation.clone(),
            underway: conversation.traffic.begin(),
            begun_ns: app.platform.clock.monotonic_ns(),
            facts: Facts::default(),
            forwarded: None,
            place: None,
            bytes_out: 0,
            cut: true,
        };
        telling.stripe().begun.fetch_add(1, Ordering::Relaxed);
        telling
    }

    fn stripe(&self) -> &Stripe {
        self.conversation.app.metrics.stripe(self.conversation.traffic.number)
    }

    /// The request is from this client.
    pub(crate) fn of(&mut self, client: &mut Client) {
        self.forwarded = client.forwarded;
        self.place = client.place.take();
    }

    /// An answer of which nothing is told.
    pub(crate) fn own(mut self, response: Response<ResponseBody>) -> Response<Told> {
        self.facts.own = true;
        response.map(|body| Told::new(body, self))
    }

    /// An answer of the admin listener.
    pub(crate) fn admin(
        mut self,
        page: AdminPage,
        response: Response<ResponseBody>,
    ) -> Response<Told> {
        self.facts.admin = Some(page.operation);
        self.facts.request_id = Some(page.request_id);
        self.facts.status = response.status().as_u16();
        response.map(|body| Told::new(body, self))
    }

    /// An answer to a request with this method.
    pub(crate) fn answer(mut self, answer: Answer, method: &Method) -> Response<Told> {
        self.facts = Facts {
            own: false,
            admin: None,
            operation: answer.operation,
            bucket: answer.bucket,
            key: answer.key,
            access_key: answer.access_key,
            error_code: answer.error_code,
            error_message: answer.error_message,
            request_id: Some(answer.request_id),
            status: answer.response.status().as_u16(),
            bytes_in: answer.bytes_received,
        };
        let mut response = answer.response.map(|body| Told::new(body, self));
        // The body of an answer to HEAD is not sent.
        response.body_mut().ended = method == Method::HEAD;
        response
    }

    fn tell(&self) {
        let facts = &self.facts;
        let app = &self.conversation.app;
        let duration_ns = app.platform.clock.monotonic_ns() - self.begun_ns;
        match facts.admin {
            Some(_) => app.metrics.admin_request(facts.status),
            None => self.stripe().request(facts.operation, facts.status, duration_ns),
        }
        if !app.logs.wants_access() {
            return;
        }
        let forwarded = self.forwarded.map(|ip| ip.to_string());
        app.logs.access(&Access {
            request_id: facts.request_id,
            remote: forwarded.as_deref().unwrap_or(&self.conversation.traffic.remote_text),
            operation: facts.admin.or(facts.operation.map(Requested::name)).unwrap_or_default(),
            admin: facts.admin.is_some(),
            bucket: facts.bucket.as_deref(),
            key: facts.key.as_deref(),
            status: facts.status,
            error_code: facts.error_code,
            error_message: facts.error_message.as_deref(),
            bytes_in: facts.bytes_in,
            bytes_out: self.bytes_out,
            duration_ns,
            access_key: facts.access_key.as_deref(),
            cut: self.cut,
        });
    }

    /// Whether the request may have left something to free. One without an answer may have, too.
    fn may_have_freed(&self) -> bool {
        let reads = |name: &str| ["Get", "Head", "List"].iter().any(|read| name.starts_with(read));
        let is_read = self.facts.operation.is_some_and(|operation| reads(operation.name()));
        !is_read && self.facts.admin.is_none()
    }
}

impl Drop for Telling {
    fn drop(&mut self) {
        self.stripe().over.fetch_add(1, Ordering::Relaxed);
        if self.facts.own {
            return;
        }
        self.tell();
        if let Some(store) = self.conversation.app.store.get().filter(|_| self.may_have_freed()) {
            store.gc.hint();
        }
    }
}

/// An answer's body. When it has been sent, or its client has gone, the request is over.
pub(crate) struct Told {
    body: ResponseBody,
    telling: Telling,
    ended: bool,
}

impl Told {
    fn new(body: ResponseBody, mut telling: Telling) -> Self {
        telling.underway.sends();
        Self { body, telling, ended: false }
    }
}

impl Body for Told {
    type Data = Bytes;
    type Error = BodyCut;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyCut>>> {
        let this = &mut *self;
        this.telling.underway.sends();
        let frame = Pin::new(&mut this.body).poll_frame(cx);
        match &frame {
            Poll::Ready(Some(Ok(frame))) => {
                this.telling.bytes_out += frame.data_ref().map_or(0, |data| data.len() as u64);
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

impl Drop for Told {
    fn drop(&mut self) {
        self.telling.cut = !self.ended && !self.body.is_end_stream();
    }
}
