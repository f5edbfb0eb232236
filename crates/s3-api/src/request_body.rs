//! Request bodies, pulled piece by piece with a limit on silence.

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame};
use hyper::body::Incoming;
use larder_platform::{BudgetExhausted, Platform, Reservation};
use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// Longest silence of a client that owes bytes (S3: `RequestTimeout`).
pub(crate) const IDLE_MAX: Duration = Duration::from_secs(60);
/// How long a client may keep us waiting in all before its pace counts.
pub(crate) const PACE_FREE: Duration = Duration::from_secs(300);
/// Slowest average since the beginning, in bytes per second of waiting for the client: one who
/// sends a byte now and then must not hold a connection for ever.
const PACE_BYTES_PER_SECOND_MIN: u64 = 1 << 10;
/// A refused body is read up to here, so that its sender gets to read the answer.
const DRAIN_BYTES_MAX: u64 = 256 << 10;
/// See [`DRAIN_BYTES_MAX`].
const DRAIN_MAX: Duration = Duration::from_secs(2);

/// A request's body.
#[derive(Debug)]
pub enum RequestBody {
    /// From a connection.
    Incoming(Incoming),
    /// In memory, in pieces.
    Pieces(VecDeque<Bytes>),
    /// Pieces, then silence.
    #[cfg(test)]
    Stalled(VecDeque<Bytes>),
    /// Pieces, with a pause before each.
    #[cfg(test)]
    Slow(crate::testing::SlowPieces),
}

/// A request's body on its way in: counted, with limits on silence and slowness.
#[derive(Debug)]
pub struct Intake {
    body: RequestBody,
    received: u64,
    /// How long the client kept us waiting.
    waited: Duration,
}

/// Why a body could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BodyFault {
    /// The client was silent for [`IDLE_MAX`], or is too slow.
    Timeout,
    /// The connection failed, or its framing is broken.
    Broken(String),
    /// There is more than the limit, in bytes.
    TooLarge(usize),
    /// Requests hold all the memory that they may.
    NoMemory,
}

impl fmt::Display for BodyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("the client was silent for too long, or too slow"),
            Self::Broken(how) => write!(f, "reading the request: {how}"),
            Self::TooLarge(max) => write!(f, "the body exceeds {max} bytes"),
            Self::NoMemory => f.write_str("requests hold all the memory that they may"),
        }
    }
}

impl std::error::Error for BodyFault {}

impl From<BudgetExhausted> for BodyFault {
    fn from(_: BudgetExhausted) -> Self {
        Self::NoMemory
    }
}

impl From<Bytes> for RequestBody {
    fn from(body: Bytes) -> Self {
        Self::Pieces([body].into_iter().filter(|b| !b.is_empty()).collect())
    }
}

impl RequestBody {
    fn is_end(&self) -> bool {
        match self {
            Self::Incoming(body) => body.is_end_stream(),
            Self::Pieces(pieces) => pieces.is_empty(),
            #[cfg(test)]
            Self::Stalled(_) | Self::Slow(_) => false,
        }
    }

    fn length(&self) -> Option<u64> {
        match self {
            Self::Incoming(body) => body.size_hint().exact(),
            Self::Pieces(pieces) => Some(pieces.iter().map(|p| p.len() as u64).sum()),
            #[cfg(test)]
            Self::Stalled(_) | Self::Slow(_) => None,
        }
    }

    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyFault>>> {
        let body = match self {
            Self::Pieces(pieces) => return Poll::Ready(pieces.pop_front().map(Ok)),
            #[cfg(test)]
            Self::Stalled(pieces) => {
                return pieces
                    .pop_front()
                    .map_or(Poll::Pending, |piece| Poll::Ready(Some(Ok(piece))));
            }
            #[cfg(test)]
            Self::Slow(pieces) => return pieces.poll(cx).map(|piece| piece.map(Ok)),
            Self::Incoming(body) => body,
        };
        loop {
            let frame = match ready!(Pin::new(&mut *body).poll_frame(cx)) {
                None => return Poll::Ready(None),
                Some(Err(error)) => {
                    return Poll::Ready(Some(Err(BodyFault::Broken(error.to_string()))));
                }
                Some(Ok(frame)) => frame,
            };
            // HTTP trailers mean nothing to S3.
            if let Ok(data) = Frame::into_data(frame)
                && !data.is_empty()
            {
                return Poll::Ready(Some(Ok(data)));
            }
        }
    }
}

impl Intake {
    /// A body of which nothing was read.
    pub fn new(body: RequestBody) -> Self {
        Self { body, received: 0, waited: Duration::ZERO }
    }

    /// Bytes that were read.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Whether nothing is left to read.
    pub fn is_end(&self) -> bool {
        self.body.is_end()
    }

    /// The length when the framing tells it.
    pub(crate) fn length(&self) -> Option<u64> {
        self.body.length()
    }

    /// The next bytes, never empty; `None` behind the last. The first call makes the connection
    /// send `100 Continue` if the client waits for it.
    pub(crate) async fn next(&mut self, platform: &Platform) -> Result<Option<Bytes>, BodyFault> {
        let mut idle = None;
        let mut since_ns = None;
        let body = &mut self.body;
        let data = poll_fn(|cx| {
            if let Poll::Ready(data) = body.poll_data(cx) {
                return Poll::Ready(data.transpose());
            }
            // A timer only for those who make us wait.
            since_ns.get_or_insert_with(|| platform.clock.monotonic_ns());
            let idle = idle.get_or_insert_with(|| platform.tasks.sleep(IDLE_MAX));
            idle.as_mut().poll(cx).map(|()| Err(BodyFault::Timeout))
        })
        .await?;
        self.received += data.as_ref().map_or(0, |data| data.len() as u64);
        if let Some(since_ns) = since_ns {
            let now_ns = platform.clock.monotonic_ns();
            self.waited += Duration::from_nanos(now_ns.saturating_sub(since_ns));
        }
        if data.is_some() && self.is_too_slow() { Err(BodyFault::Timeout) } else { Ok(data) }
    }

    fn is_too_slow(&self) -> bool {
        let least = self.waited.as_secs().saturating_mul(PACE_BYTES_PER_SECOND_MIN);
        self.waited > PACE_FREE && self.received < least
    }

    /// The whole body, at most `max` bytes. They are reserved in `held` as they arrive and not as
    /// they are announced: who announces much and sends nothing takes nothing.
    pub async fn read_all(
        &mut self,
        platform: &Platform,
        max: usize,
        held: &mut Reservation,
    ) -> Result<Bytes, BodyFault> {
        let too_large = BodyFault::TooLarge(max);
        if self.length().is_some_and(|length| length > max as u64) {
            return Err(too_large);
        }
        let mut whole = Bytes::new();
        let mut joined = BytesMut::new();
        while let Some(data) = self.next(platform).await? {
            if whole.len().max(joined.len()) + data.len() > max {
                return Err(too_large);
            }
            if whole.is_empty() && joined.is_empty() {
                held.grow(data.len())?;
                whole = data;
                continue;
            }
            let length = whole.len().max(joined.len()) + data.len();
            if length > joined.capacity() {
                // Old and new are there at once for a moment.
                let larger = (2 * length).min(max);
                held.grow(larger)?;
                let old = std::mem::replace(&mut joined, BytesMut::with_capacity(larger));
                let old = if old.is_empty() { std::mem::take(&mut whole) } else { old.freeze() };
                joined.extend_from_slice(&old);
                drop(old);
                held.shrink(held.bytes() - larger);
            }
            joined.extend_from_slice(&data);
        }
        Ok(if joined.is_empty() { whole } else { joined.freeze() })
    }

    /// Reads on for a little while after a refusal. Whether the end was reached, so that the
    /// connection can serve on.
    pub async fn drain(&mut self, platform: &Platform) -> bool {
        if self.is_end() {
            return true;
        }
        let mut patience = platform.tasks.sleep(DRAIN_MAX);
        let mut drained = 0;
        poll_fn(|cx| {
            loop {
                match self.body.poll_data(cx) {
                    Poll::Ready(Some(Ok(data))) => {
                        drained += data.len() as u64;
                        if drained > DRAIN_BYTES_MAX {
                            return Poll::Ready(false);
                        }
                    }
                    Poll::Ready(Some(Err(_))) => return Poll::Ready(false),
                    Poll::Ready(None) => return Poll::Ready(true),
                    Poll::Pending => return patience.as_mut().poll(cx).map(|()| false),
                }
            }
        })
        .await
    }
}
