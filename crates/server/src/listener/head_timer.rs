//! How long the server waits for the head of a request.
//!
//! hyper asks its timer each time it waits for an HTTP/1.1 head. This timer knows whether any byte
//! of the head has arrived: between two requests a connection may be silent for the idle timeout,
//! a head that has begun must end within [`HEAD_MAX`].

use super::deadline::Deadline;
use larder_platform::Platform;
use std::pin::Pin;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

/// Longest time from a request's first byte to the end of its head, and from the opening of a
/// connection to its first head; TLS handshakes have it too.
pub(super) const HEAD_MAX: Duration = Duration::from_secs(10);

/// The timer of one HTTP/1.1 connection.
pub(super) struct HeadTimer {
    idle: Duration,
    shared: Arc<Waiter>,
    first: AtomicBool,
}

struct Waiter {
    platform: Platform,
    bytes_arrived: Arc<AtomicBool>,
    deadline: Mutex<Deadline>,
}

/// Waiting for one head.
struct Waiting {
    shared: Arc<Waiter>,
    until_ns: u64,
    head_begun: bool,
}

impl HeadTimer {
    /// `bytes_arrived` is set whenever bytes arrive.
    pub(super) fn new(platform: Platform, idle: Duration, bytes_arrived: Arc<AtomicBool>) -> Self {
        let deadline = Mutex::new(Deadline::new(platform.clone()));
        let shared = Arc::new(Waiter { platform, bytes_arrived, deadline });
        Self { idle, shared, first: AtomicBool::new(true) }
    }
}

impl hyper::rt::Timer for HeadTimer {
    /// hyper says how long; this timer knows better.
    fn sleep(&self, _duration: Duration) -> Pin<Box<dyn hyper::rt::Sleep>> {
        let head_timer =
            if self.first.swap(false, Ordering::Relaxed) { HEAD_MAX } else { self.idle };
        self.shared.bytes_arrived.store(false, Ordering::Relaxed);
        let now_ns = self.shared.platform.clock.monotonic_ns();
        Box::pin(Waiting {
            shared: self.shared.clone(),
            until_ns: now_ns + head_timer.as_nanos() as u64,
            head_begun: false,
        })
    }

    fn sleep_until(&self, _deadline: Instant) -> Pin<Box<dyn hyper::rt::Sleep>> {
        self.sleep(Duration::ZERO)
    }
}

impl hyper::rt::Sleep for Waiting {}

impl Future for Waiting {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let shared = self.shared.clone();
        let mut deadline = shared.deadline.lock().unwrap_or_else(PoisonError::into_inner);
        if !self.head_begun && shared.bytes_arrived.load(Ordering::Relaxed) {
            self.head_begun = true;
            self.until_ns = deadline.now_ns() + HEAD_MAX.as_nanos() as u64;
        }
        deadline.poll(self.until_ns, cx)
    }
}

#[cfg(test)]
mod tests {
    use super::HeadTimer;
    use hyper::rt::Timer;
    use larder_platform::sim::Simulation;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    #[test]
    fn a_silent_connection_gets_longer_than_a_slow_head() {
        let sim = Simulation::new(1);
        let bytes_arrived = Arc::new(AtomicBool::new(false));
        let head_timer =
            HeadTimer::new(sim.platform(), Duration::from_secs(60), bytes_arrived.clone());
        let waited = |during: &dyn Fn()| {
            let before_ns = sim.now_ns();
            let waiting = head_timer.sleep(Duration::ZERO);
            during();
            sim.block_on(waiting);
            (sim.now_ns() - before_ns) / 1_000_000_000
        };
        assert_eq!(waited(&|| ()), 10, "the first head");
        assert_eq!(waited(&|| ()), 60, "between requests");
        assert_eq!(
            waited(&|| bytes_arrived.store(true, Ordering::Relaxed)),
            10,
            "a head has begun"
        );
    }
}
