//! A connection's bytes under watch: counted, and given up when its reader takes nothing.

use super::deadline::Deadline;
use crate::metrics::Metrics;
use larder_platform::Platform;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Longest time in which a client takes none of the bytes that it is owed.
pub(super) const STALL_MAX: Duration = Duration::from_secs(60);

/// A connection whose bytes are watched.
pub(super) struct Watched<S> {
    stream: S,
    metrics: Arc<Metrics>,
    /// Which connection it is, by number.
    number: u64,
    /// Set when bytes arrive.
    bytes_arrived: Arc<AtomicBool>,
    deadline: Deadline,
    /// Since when the client has taken nothing, by the monotonic clock.
    stalled_ns: Option<u64>,
}

impl<S> Watched<S> {
    pub(super) fn new(
        stream: S,
        (metrics, number): (Arc<Metrics>, u64),
        bytes_arrived: Arc<AtomicBool>,
        platform: Platform,
    ) -> Self {
        let deadline = Deadline::new(platform);
        Self { stream, metrics, number, bytes_arrived, deadline, stalled_ns: None }
    }

    fn watch<T>(&mut self, done: Poll<io::Result<T>>, cx: &mut Context<'_>) -> Poll<io::Result<T>> {
        if done.is_ready() {
            self.stalled_ns = None;
            return done;
        }
        let deadline = &mut self.deadline;
        let since_ns = *self.stalled_ns.get_or_insert_with(|| deadline.now_ns());
        let at_ns = since_ns + STALL_MAX.as_nanos() as u64;
        deadline.poll(at_ns, cx).map(|()| Err(io::ErrorKind::TimedOut.into()))
    }

    fn count(&self, written: &Poll<io::Result<usize>>) {
        if let Poll::Ready(Ok(count)) = written {
            let stripe = self.metrics.stripe(self.number);
            stripe.bytes_out.fetch_add(*count as u64, Ordering::Relaxed);
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        out: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = out.filled().len();
        let done = Pin::new(&mut self.stream).poll_read(cx, out);
        let count = out.filled().len() - before;
        if count > 0 {
            self.bytes_arrived.store(true, Ordering::Relaxed);
            let stripe = self.metrics.stripe(self.number);
            stripe.bytes_in.fetch_add(count as u64, Ordering::Relaxed);
        }
        done
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write(cx, data);
        self.count(&done);
        self.watch(done, cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        data: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let done = Pin::new(&mut self.stream).poll_write_vectored(cx, data);
        self.count(&done);
        self.watch(done, cx)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::{STALL_MAX, Watched};
    use crate::metrics::Metrics;
    use larder_platform::sim::Simulation;
    use std::io::ErrorKind;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;
    use tokio::io::{AsyncReadExt, AsyncWriteExt, duplex};

    #[test]
    fn a_client_that_takes_nothing_is_given_up() {
        let sim = Simulation::new(1);
        let platform = sim.platform();
        let (ours, mut theirs) = duplex(1000);
        let metrics = Arc::new(Metrics::new());
        let bytes_arrived = Arc::new(AtomicBool::new(false));
        let mut ours = Watched::new(ours, (metrics.clone(), 0), bytes_arrived, platform.clone());
        let slowly = async {
            for _ in 0..10 {
                platform.tasks.sleep(STALL_MAX - Duration::from_secs(1)).await;
                theirs.read_exact(&mut [0; 500]).await.unwrap();
            }
        };
        // It takes a little each time before the time ends, and then nothing more.
        let ended = sim.block_on(async {
            let writing = ours.write_all(&[7; 10_000]);
            let (ended, ()) = tokio::join!(biased; writing, slowly);
            ended
        });
        assert_eq!(ended.unwrap_err().kind(), ErrorKind::TimedOut);
        let seconds = sim.now_ns() / 1_000_000_000;
        assert!((590 + 60..=590 + 61).contains(&seconds), "{seconds}");
        assert_eq!(metrics.stripe(0).bytes_out.load(Ordering::Relaxed), 6000);
    }
}
