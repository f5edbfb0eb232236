//! Response bodies.

use crate::late_document::{LateDocument, LateError};
use bytes::Bytes;
use http_body::{Frame, SizeHint};
use larder_objects::{Error, ObjectBody};
use larder_platform::{BoxFuture, Reservation};
use larder_storage::Storage;
use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

/// A response's body.
#[derive(Default)]
pub enum ResponseBody {
    /// None.
    #[default]
    Empty,
    /// In memory.
    Bytes(Bytes),
    /// An object's data.
    Object(ObjectStream),
    /// White space until a slow operation has ended, then its document.
    KeepAlive(LateDocument),
    /// Pieces made as the connection takes them.
    Rows(Rows),
    /// In memory, which is reserved until the connection has taken it.
    Reserved(Bytes, Reservation),
}

/// Pieces of a document, made one at a time.
pub struct Rows(Box<dyn Iterator<Item = Bytes> + Send>);

/// An object's data with a known length.
pub struct ObjectStream {
    /// Read before the answer began.
    first: Option<Bytes>,
    remaining: u64,
    rest: Box<dyn Pull>,
}

/// A body ended before its announced length: the connection must be cut, so that no client takes
/// the part for the whole.
#[derive(Debug)]
pub struct BodyCut(String);

impl fmt::Display for BodyCut {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for BodyCut {}

type Pulled<S> = (ObjectBody<S>, Result<Option<Bytes>, Error>);

trait Pull: Send {
    fn poll_pull(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>>;
}

enum Puller<S: Storage> {
    Idle(ObjectBody<S>),
    Reading(BoxFuture<Pulled<S>>),
    Done,
}

impl<S: Storage> Pull for Puller<S> {
    fn poll_pull(&mut self, cx: &mut Context<'_>) -> Poll<Result<Option<Bytes>, Error>> {
        if let Self::Idle(_) = self
            && let Self::Idle(mut body) = std::mem::replace(self, Self::Done)
        {
            *self = Self::Reading(Box::pin(async move {
                let data = body.next().await;
                (body, data)
            }));
        }
        let Self::Reading(reading) = self else {
            return Poll::Ready(Ok(None));
        };
        let (body, data) = ready!(reading.as_mut().poll(cx));
        *self = match &data {
            Ok(Some(_)) => Self::Idle(body),
            Ok(None) | Err(_) => Self::Done,
        };
        Poll::Ready(data)
    }
}

impl ResponseBody {
    /// An object's data of `length` bytes. What can fail early does so here, while an error can
    /// still be answered: the first piece is read and verified.
    pub(crate) async fn object<S: Storage>(
        mut body: ObjectBody<S>,
        length: u64,
    ) -> Result<Self, Error> {
        if length == 0 {
            return Ok(Self::Empty);
        }
        let first = body.next().await?.unwrap_or_default();
        if first.len() as u64 == length {
            return Ok(Self::Bytes(first));
        }
        Ok(Self::Object(ObjectStream {
            first: Some(first),
            remaining: length,
            rest: Box::new(Puller::Idle(body)),
        }))
    }

    /// Whether a change is still being made, so that the body must be polled to its end whether or
    /// not anybody takes it.
    pub fn must_finish(&self) -> bool {
        matches!(self, Self::KeepAlive(body) if body.is_working())
    }

    /// Code and gist of a failure that came after the status was sent.
    pub fn late_error(&self) -> Option<&LateError> {
        match self {
            Self::KeepAlive(body) => body.late_error(),
            _ => None,
        }
    }

    /// The same body, which keeps this memory reserved until it is sent.
    pub(crate) fn holding(self, mut held: Reservation) -> Self {
        match self {
            Self::Bytes(bytes) if held.bytes() > 0 => {
                // The request's own documents are gone by now.
                held.shrink(held.bytes().saturating_sub(bytes.len()));
                Self::Reserved(bytes, held)
            }
            Self::KeepAlive(body) => Self::KeepAlive(body.holding(held)),
            other => other,
        }
    }

    /// Pieces made as the connection takes them.
    pub(crate) fn rows(pieces: impl Iterator<Item = Bytes> + Send + 'static) -> Self {
        Self::Rows(Rows(Box::new(pieces)))
    }
}

impl From<Vec<u8>> for ResponseBody {
    fn from(body: Vec<u8>) -> Self {
        if body.is_empty() { Self::Empty } else { Self::Bytes(body.into()) }
    }
}

impl ObjectStream {
    fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Result<Bytes, BodyCut>>> {
        if self.remaining == 0 {
            return Poll::Ready(None);
        }
        let data = match self.first.take() {
            Some(first) => Ok(Some(first)),
            None => ready!(self.rest.poll_pull(cx)),
        };
        let cut = match data {
            Ok(Some(data)) if data.len() as u64 <= self.remaining => {
                self.remaining -= data.len() as u64;
                return Poll::Ready(Some(Ok(data)));
            }
            Ok(_) => "an object is not as long as its record says".to_owned(),
            Err(error) => error.to_string(),
        };
        self.remaining = 0;
        log::error!("an answer was cut short: {cut}");
        Poll::Ready(Some(Err(BodyCut(cut))))
    }
}

impl http_body::Body for ResponseBody {
    type Data = Bytes;
    type Error = BodyCut;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BodyCut>>> {
        let this = self.get_mut();
        let data = match this {
            Self::Empty => None,
            Self::Bytes(bytes) => {
                let bytes = std::mem::take(bytes);
                *this = Self::Empty;
                Some(Ok(bytes))
            }
            Self::Reserved(bytes, _) if bytes.is_empty() => None,
            Self::Reserved(bytes, _) => Some(Ok(std::mem::take(bytes))),
            Self::Object(object) => ready!(object.poll_data(cx)),
            Self::KeepAlive(body) => ready!(body.poll_data(cx)).map(Ok),
            Self::Rows(rows) => rows.0.next().map(Ok),
        };
        Poll::Ready(data.map(|data| data.map(Frame::data)))
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Bytes(bytes) | Self::Reserved(bytes, _) => bytes.is_empty(),
            Self::Object(object) => object.remaining == 0,
            Self::KeepAlive(_) | Self::Rows(_) => false,
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Bytes(bytes) | Self::Reserved(bytes, _) => {
                SizeHint::with_exact(bytes.len() as u64)
            }
            Self::Object(object) => SizeHint::with_exact(object.remaining),
            Self::KeepAlive(_) | Self::Rows(_) => SizeHint::default(),
        }
    }
}

impl fmt::Debug for ResponseBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Empty => "Empty",
            Self::Bytes(_) => "Bytes",
            Self::Object(_) => "Object",
            Self::KeepAlive(_) => "KeepAlive",
            Self::Rows(_) => "Rows",
            Self::Reserved(..) => "Reserved",
        })
    }
}
