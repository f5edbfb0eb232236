//! From the socket to requests: accepting, TLS, HTTP/1.1 and HTTP/2, limits, the end of a
//! connection.

mod admission;
mod bind;
mod deadline;
mod forwarded;
mod head_timer;
mod run_to_end;
mod tls;
mod traffic;
mod watched;

pub(crate) use admission::{Admission, ConnectionLimits, OVER_LIMIT_OPEN_MAX, Permit};
pub(crate) use bind::{Bound, listen, listen_admin};
pub(crate) use forwarded::Network;
pub(crate) use tls::Tls;
pub(crate) use traffic::{Traffic, Underway};

use crate::answer::App;
use crate::report::ReportedBody;
use crate::wiring::Phase;
use admission::{EntryDecision, OverLimit};
use head_timer::{HEAD_MAX, HeadTimer};
use http::{HeaderMap, Request, Response};
use hyper::body::Incoming;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use larder_platform::Platform;
use larder_s3_api::{Connection, MustFinish};
use run_to_end::RunToEnd;
use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use watched::Watched;

/// Largest head of a request that hyper reads, in bytes; answered with a bare 431 beyond.
const HEAD_BYTES_READ_MAX: usize = 64 << 10;
/// Largest read or write buffer of an HTTP/1.1 connection, in bytes.
const BUFFER_BYTES_MAX: usize = 128 << 10;
/// Requests at once on an HTTP/2 connection. Each may hold [`SEND_BYTES_MAX`] and an open object
/// for a client that does not take its answer.
const STREAMS_MAX: u32 = 32;
/// Requests of one connection that may run at once, also those whose streams are gone already: who
/// resets streams must not have more work done than who waits for it.
pub(crate) const RUNNING_MAX: usize = 2 * STREAMS_MAX as usize;
/// Bytes of one HTTP/2 request that may be on their way unread; all requests of a connection
/// together have four times as much.
const WINDOW_BYTES: u32 = 512 << 10;
/// Bytes of one HTTP/2 answer kept for a client that does not take them.
const SEND_BYTES_MAX: usize = 256 << 10;
/// After so long a silence an HTTP/2 client is asked whether it is still there.
const PING_EVERY: Duration = Duration::from_secs(30);
/// How long a connection over the limit may be open.
const OVER_LIMIT_TIME_MAX: Duration = Duration::from_secs(5);
/// How often it is said that connections are over the limit.
const CROWDED_EVERY: Duration = Duration::from_secs(60);
/// Pause after the system refused to give us another connection.
const ACCEPT_RETRY: Duration = Duration::from_millis(100);

const _: () = assert!(crate::answer::HEAD_BYTES_MAX < HEAD_BYTES_READ_MAX);
const _: () = assert!(HEAD_BYTES_READ_MAX <= BUFFER_BYTES_MAX);
// A connection whose client takes none of its answers holds this much at most.
const _: () = assert!(STREAMS_MAX as usize * SEND_BYTES_MAX <= 8 << 20);

/// Who is served at a listener.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    /// S3's clients.
    Public,
    /// The operator.
    Admin,
}

/// What the listeners of one side share.
#[derive(Clone)]
pub(crate) struct ListenerContext {
    pub(crate) side: Side,
    pub(crate) app: Arc<App>,
    pub(crate) platform: Platform,
    pub(crate) tls: Option<Arc<Tls>>,
    pub(crate) admission: Admission,
    pub(crate) idle: Duration,
    pub(crate) phase: watch::Receiver<Phase>,
}

/// Ends when the server stops.
async fn stopping(phase: &mut watch::Receiver<Phase>) {
    // The sender is gone only when the process ends.
    let _ = phase.wait_for(|phase| *phase == Phase::Stopping).await;
}

/// Accepts connections until the server stops. None waits: one over the limit is answered so.
pub(crate) async fn accept(context: ListenerContext, listener: TcpListener) {
    let mut phase = context.phase.clone();
    let mut complained = false;
    let mut notice = OverLimitNotice::default();
    loop {
        let accepted = tokio::select! {
            biased;
            () = stopping(&mut phase) => return,
            accepted = listener.accept() => accepted,
        };
        match accepted {
            Ok((stream, remote)) => {
                complained = false;
                match context.admission.enter(remote.ip()).await {
                    EntryDecision::Permit(permit) => {
                        let connection = connection(context.clone(), stream, remote, Some(permit));
                        context.platform.spawn(connection);
                    }
                    EntryDecision::OverLimit(over_limit) => {
                        notice.say(&context, remote.ip());
                        context.platform.spawn(answer_over_limit(
                            context.clone(),
                            stream,
                            remote,
                            over_limit,
                        ));
                    }
                }
            }
            Err(error) => {
                if !std::mem::replace(&mut complained, true) {
                    log::warn!("cannot accept a connection, trying again: {error}");
                }
                context.platform.tasks.sleep(ACCEPT_RETRY).await;
            }
        }
    }
}

/// Says from time to time that connections are over the limit.
#[derive(Default)]
struct OverLimitNotice {
    said_ns: Option<u64>,
}

impl OverLimitNotice {
    fn say(&mut self, context: &ListenerContext, remote: IpAddr) {
        context.app.metrics.turned_away.fetch_add(1, Ordering::Relaxed);
        let now_ns = context.platform.clock.monotonic_ns();
        let every_ns = CROWDED_EVERY.as_nanos() as u64;
        if self.said_ns.is_some_and(|said_ns| now_ns - said_ns < every_ns) {
            return;
        }
        self.said_ns = Some(now_ns);
        let limits = context.admission.limits();
        log::warn!(
            "a connection of {remote} is over the limit: at most {} at once, at most {} of one \
             address; --connections-max and --connections-per-address allow more",
            limits.connections_max,
            limits.per_address_max
        );
    }
}

/// A connection over the limit: time for one answer.
async fn answer_over_limit(
    context: ListenerContext,
    stream: TcpStream,
    remote: SocketAddr,
    mut over_limit: OverLimit,
) {
    let limit = context.platform.tasks.sleep(OVER_LIMIT_TIME_MAX);
    let connection = Box::pin(connection(context, stream, remote, None));
    tokio::select! {
        biased;
        () = connection => {}
        () = over_limit.gives_way() => {}
        () = limit => {}
    }
}

/// Counts an open connection for as long as it lives.
struct Open {
    app: Arc<App>,
    number: u64,
}

impl Open {
    fn new(app: &Arc<App>) -> Self {
        let number = app.metrics.connections.fetch_add(1, Ordering::Relaxed);
        app.metrics.connections_open.fetch_add(1, Ordering::Relaxed);
        Self { app: app.clone(), number }
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.app.metrics.connections_open.fetch_sub(1, Ordering::Relaxed);
    }
}

async fn connection(
    context: ListenerContext,
    stream: TcpStream,
    remote: SocketAddr,
    permit: Option<Permit>,
) {
    let open = Open::new(&context.app);
    let metrics = &context.app.metrics;
    if let Err(error) = stream.set_nodelay(true) {
        log::debug!("{remote}: {error}");
    }
    let bytes_arrived = Arc::new(AtomicBool::new(false));
    let io = Watched::new(
        stream,
        (metrics.clone(), open.number),
        bytes_arrived.clone(),
        context.platform.clone(),
    );
    let secure = context.tls.is_some();
    let traffic = Arc::new(Traffic::new(&context.platform, remote, secure, open.number));
    let conversation = Arc::new(Conversation::new(&context, traffic, permit));
    let Some(tls) = &context.tls else {
        return serve_http1(&context, io, conversation, bytes_arrived).await;
    };
    // Boxed, here and below: a plain connection needs no room for them.
    let handshake = async {
        tokio::select! {
            biased;
            done = tls.acceptor().accept(io) => done,
            () = context.platform.tasks.sleep(HEAD_MAX) => Err(std::io::ErrorKind::TimedOut.into()),
        }
    };
    match Box::pin(handshake).await {
        Ok(io) if io.get_ref().1.alpn_protocol() == Some(b"h2") => {
            Box::pin(serve_http2(&context, io, conversation)).await;
        }
        Ok(io) => Box::pin(serve_http1(&context, io, conversation, bytes_arrived)).await,
        Err(error) => {
            metrics.handshakes_failed.fetch_add(1, Ordering::Relaxed);
            log::debug!("{remote}: TLS handshake: {error}");
        }
    }
}

/// A connection and what answers on it. Requests count references to this and not to the server's
/// own parts, which all cores share.
pub(crate) struct Conversation {
    pub(crate) app: Arc<App>,
    pub(crate) traffic: Arc<Traffic>,
    pub(crate) side: Side,
    /// The connection's permit; one over the limit has none, which is all that it learns. A
    /// request that outlives its connection goes on holding it: their number is bounded, too.
    permit: Option<Permit>,
    /// Requests that are not over, those among them whose streams are gone.
    pub(crate) running: AtomicUsize,
    /// Set when a trusted proxy is at the other end.
    proxied: Option<Admission>,
}

/// Who a request is from.
pub(crate) struct Client {
    /// The address that a trusted proxy names.
    pub(crate) forwarded: Option<IpAddr>,
    /// Part of that address's share, until the request is over.
    pub(crate) permit: Option<Permit>,
    /// What the pipeline needs to know of it.
    pub(crate) connection: Connection,
}

impl Conversation {
    fn new(context: &ListenerContext, traffic: Arc<Traffic>, permit: Option<Permit>) -> Self {
        let is_proxy = context.admission.is_proxy(traffic.remote.ip());
        let proxied = is_proxy.then(|| context.admission.clone());
        Self {
            app: context.app.clone(),
            traffic,
            side: context.side,
            permit,
            running: AtomicUsize::new(0),
            proxied,
        }
    }

    /// Whether the connection is one too many.
    pub(crate) fn is_over_limit(&self) -> bool {
        self.permit.is_none()
    }

    /// Who a request with these headers is from.
    pub(crate) fn client(&self, headers: &HeaderMap) -> Client {
        let mut connection =
            Connection { remote: Some(self.traffic.remote), secure: self.traffic.secure };
        let Some(admission) = &self.proxied else {
            return Client { forwarded: None, permit: None, connection };
        };
        let peer = self.traffic.remote.ip();
        let forwarded = forwarded::client(headers, peer, &admission.limits().proxies);
        connection.remote = Some(SocketAddr::new(forwarded, 0));
        connection.secure = forwarded::is_secure(headers).unwrap_or(connection.secure);
        Client { forwarded: Some(forwarded), permit: admission.admit(forwarded), connection }
    }
}

impl Client {
    /// Whether its share is used up.
    pub(crate) fn is_over_share(&self) -> bool {
        self.forwarded.is_some() && self.permit.is_none()
    }
}

fn answer(
    conversation: &Arc<Conversation>,
    request: Request<Incoming>,
) -> RunToEnd<Result<Response<ReportedBody>, Infallible>> {
    let must_finish = MustFinish::default();
    let (this, flag) = (conversation.clone(), must_finish.clone());
    let work = async move { Ok(this.app.answer(request, &this, flag).await) };
    RunToEnd::new(work, must_finish, conversation.clone())
}

async fn serve_http1(
    context: &ListenerContext,
    io: impl AsyncRead + AsyncWrite + Unpin,
    conversation: Arc<Conversation>,
    bytes_arrived: Arc<AtomicBool>,
) {
    let keep_alive = !conversation.is_over_limit();
    let service = service_fn(move |request| answer(&conversation, request));
    let connection = http1::Builder::new()
        .timer(HeadTimer::new(context.platform.clone(), context.idle, bytes_arrived))
        .header_read_timeout(HEAD_MAX)
        // Who has said all may still want to hear the answer.
        .half_close(true)
        .keep_alive(keep_alive)
        .max_header_size(HEAD_BYTES_READ_MAX)
        .max_buf_size(BUFFER_BYTES_MAX)
        .serve_connection(TokioIo::new(io), service);
    // The timer and the watched stream see to it that none stays forever.
    let stuck = std::future::pending();
    drive(context, Box::pin(connection), |connection| connection.graceful_shutdown(), stuck).await;
}

async fn serve_http2(
    context: &ListenerContext,
    io: impl AsyncRead + AsyncWrite + Unpin,
    conversation: Arc<Conversation>,
) {
    let traffic = conversation.traffic.clone();
    let service = service_fn(move |request| answer(&conversation, request));
    let connection = http2::Builder::new(Executor(context.platform.clone()))
        .timer(TokioTimer::new())
        .max_header_list_size(HEAD_BYTES_READ_MAX as u32)
        .max_concurrent_streams(STREAMS_MAX)
        .initial_stream_window_size(WINDOW_BYTES)
        .initial_connection_window_size(4 * WINDOW_BYTES)
        .max_send_buf_size(SEND_BYTES_MAX)
        .keep_alive_interval(PING_EVERY)
        .serve_connection(TokioIo::new(io), service);
    let stuck = traffic.stuck(&context.platform, context.idle);
    drive(context, Box::pin(connection), |connection| connection.graceful_shutdown(), stuck).await;
}

/// Runs a connection to its end. When the server stops, it finishes what it has begun; when it is
/// stuck, it gets a moment to say goodbye.
async fn drive<C>(
    context: &ListenerContext,
    mut connection: Pin<Box<C>>,
    wind_down: impl FnOnce(Pin<&mut C>),
    stuck: impl Future<Output = ()>,
) where
    C: Future<Output = hyper::Result<()>>,
{
    let mut phase = context.phase.clone();
    let is_stuck = tokio::select! {
        biased;
        end = connection.as_mut() => return ended(end),
        () = stopping(&mut phase) => false,
        () = stuck => true,
    };
    wind_down(connection.as_mut());
    let goodbye = context.platform.tasks.sleep(HEAD_MAX);
    tokio::select! {
        biased;
        end = connection => ended(end),
        () = goodbye, if is_stuck => {}
    }
}

/// Clients go away in every possible way; none of them is the operator's business.
fn ended(end: hyper::Result<()>) {
    if let Err(error) = end {
        log::debug!("a connection ended: {error}");
    }
}

/// Runs the requests of an HTTP/2 connection.
#[derive(Clone)]
struct Executor(Platform);

impl<F: Future<Output = ()> + Send + 'static> hyper::rt::Executor<F> for Executor {
    fn execute(&self, future: F) {
        self.0.spawn(future);
    }
}
