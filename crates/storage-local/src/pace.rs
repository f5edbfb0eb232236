//! Where a row is read, or a file opened: at once, or where waiting for the disk is allowed.
//!
//! The way to another thread and back costs more than reading a row whose blocks are in memory,
//! and nobody can tell beforehand whether they are. How long the last reads took tells.

use larder_platform::Clock;
use std::sync::atomic::{AtomicU32, Ordering};

/// A longer read has waited for a disk, or for its turn on the processor, in ns.
const QUICK_NS: u64 = 50_000;
/// A longer one has waited for a disk: turns are shorter.
const SLOW_NS: u64 = 5_000_000;
/// Two that were not quick within so many were not both out of turn: those are seldom.
const NEAR_READS: u32 = 16;
/// So many reads behind those are made where waiting is allowed.
const WARY_READS: u32 = 64;

/// How quick reads of one kind have been lately.
pub(crate) struct Pace {
    /// Reads still to be made where waiting is allowed.
    wary: AtomicU32,
    /// Reads since one that was not quick, at most [`NEAR_READS`]. The first one has none before it
    /// to be near to.
    quick: AtomicU32,
}

impl Default for Pace {
    fn default() -> Self {
        Self { wary: AtomicU32::new(0), quick: AtomicU32::new(NEAR_READS) }
    }
}

impl Pace {
    /// Whether the next read may be made on a reactor thread. Now and then one will be slow there:
    /// the price of finding out.
    pub(crate) fn is_quick(&self) -> bool {
        self.wary.load(Ordering::Relaxed) == 0
    }

    /// Reads, and takes note of how long it took.
    pub(crate) fn of<T>(&self, clock: &dyn Clock, read: impl FnOnce() -> T) -> T {
        let begun_ns = clock.monotonic_ns();
        let value = read();
        let took_ns = clock.monotonic_ns().saturating_sub(begun_ns);
        // Racing readers may lose one count of the other's: it is a guess in any case.
        let (wary, quick) = (self.wary.load(Ordering::Relaxed), self.quick.load(Ordering::Relaxed));
        if took_ns > QUICK_NS {
            self.quick.store(0, Ordering::Relaxed);
            if took_ns > SLOW_NS || quick < NEAR_READS {
                self.wary.store(WARY_READS, Ordering::Relaxed);
            }
        } else {
            if wary > 0 {
                self.wary.store(wary - 1, Ordering::Relaxed);
            }
            if quick < NEAR_READS {
                self.quick.store(quick + 1, Ordering::Relaxed);
            }
        }
        value
    }
}

#[cfg(test)]
mod tests {
    use super::{NEAR_READS, Pace, QUICK_NS, SLOW_NS, WARY_READS};
    use larder_platform::Clock;
    use std::sync::atomic::{AtomicU64, Ordering};

    #[derive(Default)]
    struct Hands(AtomicU64);

    impl Clock for Hands {
        fn wall_ns(&self) -> u64 {
            self.monotonic_ns()
        }

        fn monotonic_ns(&self) -> u64 {
            self.0.load(Ordering::Relaxed)
        }
    }

    #[test]
    fn two_slow_reads_near_each_other_send_the_next_ones_away_until_all_of_them_were_quick() {
        let (pace, clock) = (Pace::default(), Hands::default());
        let read = |took_ns| pace.of(&clock, || clock.0.fetch_add(took_ns, Ordering::Relaxed));
        read(QUICK_NS);
        assert!(pace.is_quick());
        read(QUICK_NS + 1);
        assert!(pace.is_quick(), "one may have been out of turn");
        for _ in 1..NEAR_READS {
            read(0);
        }
        read(QUICK_NS + 1);
        for _ in 1..WARY_READS {
            assert!(!pace.is_quick());
            read(0);
        }
        assert!(!pace.is_quick());
        read(0);
        assert!(pace.is_quick());
    }

    #[test]
    fn slow_reads_far_from_each_other_do_not() {
        let (pace, clock) = (Pace::default(), Hands::default());
        let read = |took_ns| pace.of(&clock, || clock.0.fetch_add(took_ns, Ordering::Relaxed));
        for _ in 0..10 {
            read(SLOW_NS);
            assert!(pace.is_quick());
            for _ in 0..NEAR_READS {
                read(QUICK_NS);
            }
        }
        read(SLOW_NS + 1);
        assert!(!pace.is_quick(), "nobody is out of turn for so long");
    }
}
