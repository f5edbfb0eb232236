//! A document that comes late: white space goes before it, so that its connection stays open.

use bytes::Bytes;
use larder_platform::{BoxFuture, Platform, Reservation};
use std::borrow::Cow;
use std::pin::Pin;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::sync::oneshot;

/// The interval of the white space. Clients and proxies give up after 60 s of silence at the
/// earliest.
pub(crate) const WHITE_SPACE_INTERVAL: Duration = Duration::from_secs(10);
const DECLARATION: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";

/// An error that came after the status: its code, and its gist for the access line.
pub type LateError = (&'static str, Cow<'static, str>);

/// What became of the work.
pub(crate) struct Made {
    pub(crate) document: Bytes,
    /// The error that the document tells of.
    pub(crate) error: Option<LateError>,
}

/// What to say of work that never told how it ended.
pub(crate) type Lost = Box<dyn FnOnce() -> Made + Send>;

/// A document that is still being made.
pub struct LateDocument {
    /// The result of the work; `None` once it was taken.
    work: Option<oneshot::Receiver<Made>>,
    lost: Option<Lost>,
    began: bool,
    timer: BoxFuture<()>,
    platform: Platform,
    late_error: Option<LateError>,
    /// The memory of what is being worked on.
    held: Option<Reservation>,
}

impl LateDocument {
    pub(crate) fn new(platform: &Platform, work: oneshot::Receiver<Made>, lost: Lost) -> Self {
        Self {
            work: Some(work),
            lost: Some(lost),
            began: false,
            timer: platform.tasks.sleep(WHITE_SPACE_INTERVAL),
            platform: platform.clone(),
            late_error: None,
            held: None,
        }
    }

    pub(crate) fn poll_data(&mut self, cx: &mut Context<'_>) -> Poll<Option<Bytes>> {
        let Some(work) = &mut self.work else {
            return Poll::Ready(None);
        };
        if !self.began {
            self.began = true;
            return Poll::Ready(Some(Bytes::from_static(DECLARATION)));
        }
        if let Poll::Ready(received) = Pin::new(work).poll(cx) {
            self.work = None;
            self.held = None;
            let lost = self.lost.take().expect("the work ends once");
            // A task that panicked sends nothing.
            let made = received.unwrap_or_else(|_| lost());
            self.late_error = made.error;
            return Poll::Ready(Some(without_declaration(made.document)));
        }
        if self.timer.as_mut().poll(cx).is_ready() {
            self.timer = self.platform.tasks.sleep(WHITE_SPACE_INTERVAL);
            // Registers the new timer with this task.
            let _ = self.timer.as_mut().poll(cx);
            return Poll::Ready(Some(Bytes::from_static(b" ")));
        }
        Poll::Pending
    }

    /// Whether the work is not done yet.
    pub(crate) fn is_working(&self) -> bool {
        self.work.is_some()
    }

    /// An error that came too late for the status.
    pub(crate) fn late_error(&self) -> Option<&LateError> {
        self.late_error.as_ref()
    }

    /// The same, which keeps this memory reserved until the work is done.
    pub(crate) fn holding(self, held: Reservation) -> Self {
        Self { held: Some(held), ..self }
    }
}

/// The document without its declaration, which has been sent.
fn without_declaration(document: Bytes) -> Bytes {
    if document.starts_with(DECLARATION) { document.slice(DECLARATION.len()..) } else { document }
}
