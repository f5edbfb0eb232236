//! What happens on a connection: its requests underway and when it last moved.

use super::head_timer::HEAD_MAX;
use super::watched::STALL_MAX;
use larder_platform::{Clock, Platform};
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// What happens on a connection.
pub(crate) struct Traffic {
    pub(crate) remote: SocketAddr,
    /// As every access line shows it.
    pub(crate) remote_text: String,
    pub(crate) secure: bool,
    /// Which connection it is, by number.
    pub(crate) number: u64,
    clock: Arc<dyn Clock>,
    requests: AtomicU64,
    underway: AtomicU32,
    /// Those underway whose answer is being sent.
    sending: AtomicU32,
    /// When a request last began, sent something or ended.
    moved_ns: AtomicU64,
}

/// A request underway; dropped when its answer has been sent or the client has gone.
pub(crate) struct Underway {
    traffic: Arc<Traffic>,
    sending: bool,
}

impl Traffic {
    pub(super) fn new(platform: &Platform, remote: SocketAddr, secure: bool, number: u64) -> Self {
        let clock = platform.clock.clone();
        Self {
            remote,
            remote_text: remote.to_string(),
            secure,
            number,
            requests: AtomicU64::new(0),
            underway: AtomicU32::new(0),
            sending: AtomicU32::new(0),
            moved_ns: AtomicU64::new(clock.monotonic_ns()),
            clock,
        }
    }

    /// A request begins.
    pub(crate) fn begin(self: &Arc<Self>) -> Underway {
        self.requests.fetch_add(1, Ordering::Relaxed);
        self.underway.fetch_add(1, Ordering::Relaxed);
        self.moved();
        Underway { traffic: self.clone(), sending: false }
    }

    fn moved(&self) {
        self.moved_ns.store(self.clock.monotonic_ns(), Ordering::Relaxed);
    }

    /// Ends when an HTTP/2 connection has been idle for too long, or when none of its clients'
    /// streams takes anything: HTTP/2 can hold up an answer without holding up the connection.
    pub(super) async fn stuck(&self, platform: &Platform, idle: Duration) {
        loop {
            platform.tasks.sleep(HEAD_MAX).await;
            let still_ns = self.clock.monotonic_ns() - self.moved_ns.load(Ordering::Relaxed);
            let underway = self.underway.load(Ordering::Relaxed);
            let head_timer = match underway {
                0 if self.requests.load(Ordering::Relaxed) == 0 => HEAD_MAX,
                0 => idle,
                _ if self.sending.load(Ordering::Relaxed) == underway => STALL_MAX,
                // A request is being received or worked on, which has limits of its own.
                _ => continue,
            };
            if u128::from(still_ns) >= head_timer.as_nanos() {
                return;
            }
        }
    }
}

impl Underway {
    /// Its answer begins or goes on.
    pub(crate) fn sends(&mut self) {
        if !std::mem::replace(&mut self.sending, true) {
            self.traffic.sending.fetch_add(1, Ordering::Relaxed);
        }
        self.traffic.moved();
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        if self.sending {
            self.traffic.sending.fetch_sub(1, Ordering::Relaxed);
        }
        self.traffic.underway.fetch_sub(1, Ordering::Relaxed);
        self.traffic.moved();
    }
}

#[cfg(test)]
mod tests {
    use super::Traffic;
    use larder_platform::sim::Simulation;
    use std::sync::Arc;
    use std::time::Duration;

    /// Seconds until the connection counts as stuck, at most an hour.
    fn seconds(sim: &Simulation, traffic: &Traffic) -> u64 {
        let before_ns = sim.now_ns();
        let platform = sim.platform();
        sim.block_on(async {
            let hour = platform.tasks.sleep(Duration::from_secs(3600));
            tokio::select! {
                biased;
                () = traffic.stuck(&platform, Duration::from_secs(30)) => {}
                () = hour => {}
            }
        });
        (sim.now_ns() - before_ns) / 1_000_000_000
    }

    #[test]
    fn time_depends_on_what_happens() {
        let sim = Simulation::new(1);
        let remote = "127.0.0.1:1".parse().unwrap();
        let traffic = Arc::new(Traffic::new(&sim.platform(), remote, true, 0));
        assert_eq!(seconds(&sim, &traffic), 10, "no request at all");
        let mut first = traffic.begin();
        assert_eq!(seconds(&sim, &traffic), 3600, "a request that is worked on");
        first.sends();
        assert_eq!(seconds(&sim, &traffic), 60, "an answer that is not taken");
        let second = traffic.begin();
        assert_eq!(seconds(&sim, &traffic), 3600, "another one is worked on");
        drop((first, second));
        assert_eq!(seconds(&sim, &traffic), 30, "idle");
    }
}
