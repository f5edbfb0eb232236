//! Answers that take long: white space keeps the connection alive until the document is there.
//!
//! CompleteMultipartUpload and CopyObject answer so on AWS too: the status is 200 from then on, and
//! a late error stands in the document.
//!
//! Once the answer has begun the work is a task of its own. HTTP/2 polls a body only while its
//! client takes what was sent; work inside of the body would stop there, with a turn at a key or a
//! blob's memory in its hands, and others would wait for a client that reads nothing.

use crate::error::Failure;
use crate::gist::gist;
use crate::identity::Identity;
use crate::late_document::{LateDocument, Made, WHITE_SPACE_INTERVAL};
use crate::reply::Reply;
use crate::response_body::ResponseBody;
use bytes::Bytes;
use http::HeaderMap;
use larder_platform::{BoxFuture, Platform};
use larder_s3_wire::error::ErrorCode;
use std::future::poll_fn;
use std::task::Poll;
use std::time::Duration;
use tokio::sync::oneshot;

/// An operation that takes longer than this starts to answer before its end.
const KEEP_ALIVE_INTERVAL: Duration = WHITE_SPACE_INTERVAL;

/// Runs `work`. When it is quick its result is the answer; otherwise the answer begins without it.
pub(crate) async fn keep_alive(
    platform: &Platform,
    identity: Identity,
    work: impl Future<Output = Result<Reply, Failure>> + Send + 'static,
) -> Result<Reply, Failure> {
    let mut work: BoxFuture<Result<Reply, Failure>> = Box::pin(work);
    let mut timer = platform.tasks.sleep(KEEP_ALIVE_INTERVAL);
    let quick = poll_fn(|cx| match work.as_mut().poll(cx) {
        Poll::Ready(result) => Poll::Ready(Some(result)),
        Poll::Pending => timer.as_mut().poll(cx).map(|()| None),
    });
    if let Some(result) = quick.await {
        return result;
    }
    let (send, receive) = oneshot::channel();
    let lost = identity.clone();
    platform.spawn(async move {
        // The receiver is gone only when nobody is left to record how it ended.
        let _ = send.send(made(work.await, &identity));
    });
    let lost = move || made(Err(Failure::new(ErrorCode::InternalError)), &lost);
    let body = LateDocument::new(platform, receive, Box::new(lost));
    Ok(Reply::xml(HeaderMap::new(), ResponseBody::KeepAlive(body)))
}

fn made(result: Result<Reply, Failure>, identity: &Identity) -> Made {
    match result {
        Ok(Reply { body: ResponseBody::Bytes(document), .. }) => Made { document, error: None },
        Ok(_) => Made { document: Bytes::new(), error: None },
        Err(failure) => Made {
            error: Some((failure.code().name(), gist(&failure.error))),
            document: failure.document(identity).into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::{Identity, KEEP_ALIVE_INTERVAL, keep_alive, made};
    use crate::error::Failure;
    use crate::late_document::LateDocument;
    use crate::reply::Reply;
    use crate::response_body::ResponseBody;
    use http_body::Body as _;
    use larder_platform::sim::Simulation;
    use larder_s3_wire::error::ErrorCode;
    use std::future::poll_fn;
    use std::pin::Pin;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use tokio::sync::oneshot;

    const DOCUMENT: &[u8] = b"<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Result/>";

    fn identity() -> Identity {
        Identity {
            request_id: larder_types::RequestId::new(1),
            host_id: http::HeaderValue::from_static("H"),
            resource: "/b/k".into(),
        }
    }

    /// What a client reads of work that takes this many intervals.
    fn answer(intervals: u32, ok: bool) -> Result<String, ErrorCode> {
        let sim = Simulation::new(1);
        let platform = sim.platform();
        let tasks = platform.tasks.clone();
        let work = async move {
            tasks.sleep(KEEP_ALIVE_INTERVAL * intervals / 10).await;
            if ok {
                Ok(Reply::of(200, |_, body| body.extend_from_slice(DOCUMENT)))
            } else {
                Err(Failure::new(ErrorCode::SlowDown))
            }
        };
        sim.block_on(async {
            let reply = keep_alive(&platform, identity(), work).await.map_err(|f| f.code())?;
            let mut body = reply.body;
            let slow = matches!(body, ResponseBody::KeepAlive(_));
            assert_eq!((slow, body.must_finish()), (intervals > 10, intervals > 10));
            let mut all = Vec::new();
            while let Some(frame) = poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)).await {
                all.extend_from_slice(&frame.unwrap().into_data().unwrap());
            }
            // Also whoever let go of it knows how it ended.
            let late_error = (slow && !ok).then_some("SlowDown");
            let told = body.late_error().map(|(code, _)| *code);
            assert_eq!((body.must_finish(), told), (false, late_error));
            Ok(String::from_utf8(all).unwrap())
        })
    }

    #[test]
    fn quick_work_answers_as_ever() {
        assert_eq!(answer(9, true).as_deref(), Ok(std::str::from_utf8(DOCUMENT).unwrap()));
        assert_eq!(answer(9, false), Err(ErrorCode::SlowDown));
    }

    #[test]
    fn slow_work_sends_white_space_inside_the_document() {
        let declaration = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
        assert_eq!(answer(35, true), Ok(format!("{declaration}  <Result/>")));
        let late = answer(15, false).unwrap();
        assert!(late.starts_with(&format!("{declaration}<Error><Code>SlowDown</Code>")), "{late}");
    }

    /// HTTP/2 does not ask for more of a body whose client takes nothing.
    #[test]
    fn slow_work_goes_on_while_nobody_reads() {
        let sim = Simulation::new(1);
        let platform = sim.platform();
        let (tasks, is_done) = (platform.tasks.clone(), Arc::new(AtomicBool::new(false)));
        let done = is_done.clone();
        let work = async move {
            tasks.sleep(KEEP_ALIVE_INTERVAL * 2).await;
            done.store(true, Ordering::Relaxed);
            Ok(Reply::of(200, |_, body| body.extend_from_slice(DOCUMENT)))
        };
        let reply = sim.block_on(keep_alive(&platform, identity(), work)).unwrap();
        assert!(!is_done.load(Ordering::Relaxed));
        sim.run_for(KEEP_ALIVE_INTERVAL * 2);
        assert!(is_done.load(Ordering::Relaxed), "it waits for nobody");
        assert!(reply.body.must_finish(), "its outcome is not recorded yet");
    }

    #[test]
    fn work_that_panics_ends_the_answer() {
        let sim = Simulation::new(1);
        let platform = sim.platform();
        let (send, receive) = oneshot::channel();
        let lost = || made(Err(Failure::new(ErrorCode::InternalError)), &identity());
        let body = LateDocument::new(&platform, receive, Box::new(lost));
        drop(send);
        let mut body = ResponseBody::KeepAlive(body);
        let mut next = || sim.block_on(poll_fn(|cx| Pin::new(&mut body).poll_frame(cx)));
        let declaration = next().unwrap().unwrap().into_data().unwrap();
        let document = next().unwrap().unwrap().into_data().unwrap();
        assert!(next().is_none() && declaration == DOCUMENT[..declaration.len()]);
        assert!(document.starts_with(b"<Error><Code>InternalError</Code>"), "{document:?}");
        assert!(matches!(body.late_error(), Some(("InternalError", _))));
    }
}
