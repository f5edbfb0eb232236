//! When the index is rewritten as a whole: where that clears away waste and nobody is in the way.

use crate::index::Waste;
use std::time::Duration;

/// Without a write for so long there is time to clear away waste.
const QUIET: Duration = Duration::from_secs(5);
/// Rewrites take at most one part in so many of the time.
const TIME_PART: u32 = 10;
/// A rewrite begins when so many times its space is free.
const SPACE: u64 = 3;
/// How long after one that had no space, or failed, the next is tried.
pub(crate) const RETRY: Duration = Duration::from_secs(600);

/// What to do about waste.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// Nothing until the index changes.
    Sleep,
    /// To look again after this.
    Wait(Duration),
    /// To rewrite now.
    Rewrite,
}

/// What the decision rests on. Times are of the monotonic clock.
#[derive(Debug, Default)]
pub(crate) struct Rewrites {
    /// The journal's writes when it was last looked at.
    writes: u64,
    /// When another one was last seen.
    written: Duration,
    /// No rewrite before this.
    not_before: Duration,
}

impl Rewrites {
    /// Decides at `now`, behind so many `writes` of the journal.
    pub(crate) fn decide(&mut self, waste: Waste, writes: u64, now: Duration) -> Decision {
        if self.writes != writes {
            (self.writes, self.written) = (writes, now);
        }
        match waste {
            Waste::Little => Decision::Sleep,
            _ if now < self.not_before => Decision::Wait(self.not_before - now),
            Waste::Some if now < self.written + QUIET => Decision::Wait(QUIET),
            Waste::Some | Waste::Much => Decision::Rewrite,
        }
    }

    /// Whether a rewrite of `table_bytes`, which takes as much again, leaves space for writers. If
    /// not it is looked at again after [`RETRY`].
    pub(crate) fn fits(&mut self, table_bytes: u64, free_bytes: u64, now: Duration) -> bool {
        let fits = free_bytes / SPACE >= table_bytes;
        if !fits {
            self.not_before = now + RETRY;
        }
        fits
    }

    /// Takes note of a rewrite that took from `begun` to `now`.
    pub(crate) fn ended(&mut self, begun: Duration, now: Duration, failed: bool) {
        let wait = if failed { RETRY } else { Duration::ZERO };
        self.not_before = now + (now - begun) * (TIME_PART - 1) + wait;
    }
}

#[cfg(test)]
mod tests {
    use super::{Decision, QUIET, RETRY, Rewrites};
    use crate::index::Waste;
    use std::time::Duration;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn some_waste_waits_for_quiet_and_much_does_not() {
        let mut rewrites = Rewrites::default();
        let start = SECOND * 100;
        assert_eq!(rewrites.decide(Waste::Little, 1, start), Decision::Sleep);
        assert_eq!(rewrites.decide(Waste::Some, 1, start + SECOND), Decision::Wait(QUIET));
        assert_eq!(rewrites.decide(Waste::Much, 1, start + SECOND), Decision::Rewrite);
        // A write in between begins the quiet anew.
        assert_eq!(rewrites.decide(Waste::Some, 2, start + SECOND * 2), Decision::Wait(QUIET));
        let quiet = start + SECOND * 2 + QUIET;
        assert_eq!(rewrites.decide(Waste::Some, 2, quiet - SECOND), Decision::Wait(QUIET));
        assert_eq!(rewrites.decide(Waste::Some, 2, quiet), Decision::Rewrite);
        assert_eq!(rewrites.decide(Waste::Little, 2, quiet), Decision::Sleep);
    }

    #[test]
    fn rewrites_take_a_tenth_of_the_time() {
        let mut rewrites = Rewrites::default();
        let (begun, ended) = (SECOND * 100, SECOND * 103);
        rewrites.ended(begun, ended, false);
        assert_eq!(rewrites.decide(Waste::Much, 9, ended), Decision::Wait(SECOND * 27));
        assert_eq!(rewrites.decide(Waste::Much, 10, begun + SECOND * 30), Decision::Rewrite);
        rewrites.ended(begun, ended, true);
        assert_eq!(rewrites.decide(Waste::Much, 9, ended), Decision::Wait(SECOND * 27 + RETRY));
    }

    #[test]
    fn without_space_it_waits() {
        let (mut rewrites, now) = (Rewrites::default(), SECOND * 100);
        assert!(rewrites.fits(10, 30, now));
        assert_eq!(rewrites.decide(Waste::Much, 1, now), Decision::Rewrite);
        assert!(!rewrites.fits(10, 29, now));
        assert_eq!(rewrites.decide(Waste::Much, 1, now), Decision::Wait(RETRY));
    }
}
