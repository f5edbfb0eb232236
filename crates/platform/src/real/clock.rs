//! Time from the operating system.

use crate::Clock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

pub(super) struct RealClock {
    start: Instant,
}

impl Default for RealClock {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for RealClock {
    fn wall_ns(&self) -> u64 {
        // A clock before 1970 is wrong anyway; zero keeps times in order.
        SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_nanos() as u64)
    }

    fn monotonic_ns(&self) -> u64 {
        self.start.elapsed().as_nanos() as u64
    }
}
