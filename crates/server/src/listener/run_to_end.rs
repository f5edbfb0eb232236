//! Requests that go on when their connection does not.

use super::Conversation;
use larder_platform::BoxFuture;
use larder_s3_api::MustFinish;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

/// A request being served. Dropped before its end, as happens when its client resets the connection
/// or the stream, it goes on by itself if a change was granted by then; a read ends there.
pub(super) struct RunToEnd<T: Send + 'static> {
    work: Option<BoxFuture<T>>,
    must_finish: MustFinish,
    /// Whose platform runs what goes on. All cores share that one's count of references, so that it
    /// is not cloned for every request.
    conversation: Arc<Conversation>,
}

impl<T: Send + 'static> RunToEnd<T> {
    pub(super) fn new(
        work: impl Future<Output = T> + Send + 'static,
        must_finish: MustFinish,
        conversation: Arc<Conversation>,
    ) -> Self {
        // Boxed: hyper keeps room for it, which an idle connection need not have.
        Self { work: Some(Box::pin(work)), must_finish, conversation }
    }
}

impl<T: Send + 'static> Future for RunToEnd<T> {
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let work = self.work.as_mut().expect("a future is not polled after its end");
        let result = work.as_mut().poll(cx);
        if result.is_ready() {
            self.work = None;
        }
        result
    }
}

impl<T: Send + 'static> Drop for RunToEnd<T> {
    fn drop(&mut self) {
        if let Some(work) = self.work.take().filter(|_| self.must_finish.is_set()) {
            // Its answer is dropped unsent, which is when the request is reported.
            self.conversation.app.platform.spawn(async move { drop(work.await) });
        }
    }
}
