//! The real machine: a load tool measures with its clock, and no simulation ever runs it. All that
//! clippy keeps from other crates is here, in the threads of a round and in the one for signals.

use std::fs;
use std::future::Future;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// The monotonic clock.
#[allow(clippy::disallowed_methods, reason = "latencies are measured with the real clock")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

/// The time since 1970.
#[allow(clippy::disallowed_methods, reason = "servers check signatures against real time")]
pub(crate) fn since_epoch() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970")
}

/// Blocks the thread that watches a round.
#[allow(clippy::disallowed_methods, reason = "a round lasts as long as it was asked to")]
pub(crate) fn sleep(duration: Duration) {
    std::thread::sleep(duration);
}

/// Waits on a connection's task.
#[allow(clippy::disallowed_methods, reason = "a server that is away is not asked at full speed")]
pub(crate) async fn pause(duration: Duration) {
    tokio::time::sleep(duration).await;
}

/// What a future gives, or `None` when it takes longer than `time_max`.
#[allow(clippy::disallowed_methods, reason = "a server that does not answer has failed a request")]
pub(crate) async fn within<T>(time_max: Duration, future: impl Future<Output = T>) -> Option<T> {
    tokio::time::timeout(time_max, future).await.ok()
}

/// A file that the kernel makes, such as those below `/proc`.
#[allow(clippy::disallowed_methods, reason = "processes are watched through /proc")]
pub(crate) fn read_proc(path: &str) -> std::io::Result<String> {
    fs::read_to_string(path)
}

/// A reactor for one thread.
pub(crate) fn reactor() -> Result<tokio::runtime::Runtime, String> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| format!("the system refuses a reactor: {error}"))
}
