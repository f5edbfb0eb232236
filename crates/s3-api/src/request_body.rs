//! Request bodies, pulled piece by piece with a limit on silence.

use bytes::{Bytes, BytesMut};
use http_body::{Body as _, Frame};
use hyper::body::Incoming;
use larder_platform::Platform;
use std::collections::VecDeque;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

/// Longest silence of a client that owes bytes (S3: `RequestTimeout`).
pub(crate) const IDLE_MAX: Duration = Duration::from_secs(60);
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
}

/// Why a body could not be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BodyFault {
    /// The client was silent for [`IDLE_MAX`].
    Timeout,
    /// The connection failed, or its framing is broken.
    Broken(String),
    /// There is more than the limit, in bytes.
    TooLarge(usize),
}

impl fmt::Display for BodyFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Timeout => f.write_str("the client was silent for too long"),
            Self::Broken(how) => write!(f, "reading the request: {how}"),
            Self::TooLarge(max) => write!(f, "the body exceeds {max} bytes"),
        }
    }
}

impl std::error::Error for BodyFault {}

impl From<Bytes> for RequestBody {
    fn from(body: Bytes) -> Self {
        Self::Pieces([body].into_iter().filter(|b| !b.is_empty()).collect())
    }
}

impl RequestBody {
    /// Whether nothing is left to read.
    pub(crate) fn is_end(&self) -> bool {
        match self {
            Self::Incoming(body) => body.is_end_stream(),
            Self::Pieces(pieces) => pieces.is_empty(),
            #[cfg(test)]
            Self::Stalled(_) => false,
        }
    }

    /// The length when the framing tells it.
    pub(crate) fn length(&self) -> Option<u64> {
        match self {
            Self::Incoming(body) => body.size_hint().exact(),
            Self::Pieces(pieces) => Some(pieces.iter().map(|p| p.len() as u64).sum()),
            #[cfg(test)]
            Self::Stalled(_) => None,
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

    /// The next bytes, never empty; `None` behind the last. The first call makes the connection
    /// send `100 Continue` if the client waits for it.
    pub(crate) async fn next(&mut self, platform: &Platform) -> Result<Option<Bytes>, BodyFault> {
        let mut idle = None;
        poll_fn(|cx| {
            if let Poll::Ready(data) = self.poll_data(cx) {
                return Poll::Ready(data.transpose());
            }
            // A timer only for those who make us wait.
            let idle = idle.get_or_insert_with(|| platform.tasks.sleep(IDLE_MAX));
            idle.as_mut().poll(cx).map(|()| Err(BodyFault::Timeout))
        })
        .await
    }

    /// The whole body, at most `max` bytes.
    pub(crate) async fn read_all(
        &mut self,
        platform: &Platform,
        max: usize,
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
                whole = data;
                continue;
            }
            if joined.is_empty() {
                joined.extend_from_slice(&whole);
            }
            joined.extend_from_slice(&data);
        }
        Ok(if joined.is_empty() { whole } else { joined.freeze() })
    }

    /// Reads on for a little while after a refusal. Whether the end was reached, so that the
    /// connection can serve on.
    pub(crate) async fn drain(&mut self, platform: &Platform) -> bool {
        if self.is_end() {
            return true;
        }
        let mut patience = platform.tasks.sleep(DRAIN_MAX);
        let mut drained = 0;
        poll_fn(|cx| {
            loop {
                match self.poll_data(cx) {
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
