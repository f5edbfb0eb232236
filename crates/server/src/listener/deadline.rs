//! Deadlines of connections.

use larder_platform::{BoxFuture, Platform};
use std::task::{Context, Poll, ready};

/// A deadline that moves often and is reached rarely: its timer is set anew only when it would come
/// too late, so that a busy connection sets one timer in a long while.
pub(super) struct Deadline {
    platform: Platform,
    timer: Option<(u64, BoxFuture<()>)>,
}

impl Deadline {
    pub(super) fn new(platform: Platform) -> Self {
        Self { platform, timer: None }
    }

    /// Now, in nanoseconds of the monotonic clock.
    pub(super) fn now_ns(&self) -> u64 {
        self.platform.clock.monotonic_ns()
    }

    /// Ready once the monotonic clock has reached `at_ns`.
    pub(super) fn poll(&mut self, at_ns: u64, cx: &mut Context<'_>) -> Poll<()> {
        loop {
            let now_ns = self.now_ns();
            if now_ns >= at_ns {
                return Poll::Ready(());
            }
            match &mut self.timer {
                Some((rings_ns, timer)) if *rings_ns <= at_ns => {
                    ready!(timer.as_mut().poll(cx));
                    self.timer = None;
                }
                _ => {
                    let left = std::time::Duration::from_nanos(at_ns - now_ns);
                    self.timer = Some((at_ns, self.platform.tasks.sleep(left)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Deadline;
    use larder_platform::sim::Simulation;
    use std::future::poll_fn;
    use std::task::Poll;

    /// A step of the simulation takes some time of its own, less than a millisecond.
    #[test]
    fn moves_both_ways() {
        let sim = Simulation::new(1);
        let mut deadline = Deadline::new(sim.platform());
        sim.block_on(poll_fn(|cx| deadline.poll(1_000_000, cx)));
        assert_eq!(sim.now_ns() / 1_000_000, 1);
        // First far away, then nearer, then far again.
        let mut polls = 0;
        sim.block_on(poll_fn(|cx| {
            polls += 1;
            let at_ns = if polls == 1 { 9_000_000 } else { 5_000_000 };
            let poll = deadline.poll(at_ns, cx);
            if polls == 1 {
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
            poll
        }));
        assert_eq!(sim.now_ns() / 1_000_000, 5);
        sim.block_on(poll_fn(|cx| deadline.poll(20_000_000, cx)));
        assert_eq!(sim.now_ns() / 1_000_000, 20);
    }
}
