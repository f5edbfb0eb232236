//! What goes wrong during a round, and which answers that excuses.

use crate::index::FlushFaults;
use larder_platform::Platform;
use larder_platform::sim::{FaultRates, Faults, Prng, Simulation};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// What goes wrong during a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weather {
    /// Nothing.
    Clear,
    /// Single faults, armed one after the other.
    Showers,
    /// Calls fail by chance.
    Storm,
    /// Reads return flipped bits by chance; what is stored is intact.
    Flips,
    /// The disk fills up and has space again.
    Full,
}

/// Answers that the weather excuses.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Excuses {
    pub(crate) io: bool,
    pub(crate) full: bool,
    pub(crate) damage: bool,
    pub(crate) clock: bool,
}

impl Weather {
    pub(crate) fn excuses(self) -> Excuses {
        Excuses {
            io: matches!(self, Self::Showers | Self::Storm),
            full: self == Self::Full,
            damage: self == Self::Flips,
            clock: false,
        }
    }
}

/// Makes the weather until the round ends.
pub(crate) struct Nemesis {
    pub(crate) sim: Simulation,
    pub(crate) platform: Platform,
    pub(crate) faults: Faults,
    pub(crate) flushes: Arc<FlushFaults>,
    pub(crate) rng: Prng,
    pub(crate) weather: Weather,
    /// Whether the wall clock is set now and then.
    pub(crate) clock: bool,
    /// How far it is off, in seconds.
    pub(crate) shifted_s: i64,
    /// About how long clients wait between operations, in microseconds.
    pub(crate) pace_us: u64,
}

/// The wall clock is never further off than this, so that no two readings are further apart than
/// the skew that signatures allow.
const SHIFT_S_MAX: i64 = 400;

impl Nemesis {
    /// Faults that last for the whole round.
    pub(crate) fn begin(&mut self) {
        // Now and then hardly any write gets through.
        let times = if self.rng.chance(1, 3) { 10 } else { 1 };
        let path = ["", "", "journal/", "journal/", "blobs/"][self.rng.index(5)];
        let mut rate = |most: u64| self.rng.below(most) as u32;
        match self.weather {
            Weather::Storm => {
                let rates = FaultRates {
                    path,
                    write_error: rate(60_000 * times),
                    short_write: rate(60_000 * times),
                    sync_error: rate(60_000 * times),
                    read_error: rate(40_000),
                    read_flip: 0,
                };
                self.faults.set_rates(rates);
                self.flushes.rate.store(500_000, Ordering::Relaxed);
            }
            Weather::Flips => {
                let read_flip = 1 + rate(100_000);
                self.faults.set_rates(FaultRates { read_flip, ..FaultRates::default() });
            }
            Weather::Clear | Weather::Showers | Weather::Full => {}
        }
    }

    /// Goes on for ever; dropped at the end of the round.
    pub(crate) async fn go_on(&mut self) {
        loop {
            let pause_us = 500 + self.rng.below(10_000 + 8 * self.pace_us);
            self.platform.tasks.sleep(Duration::from_micros(pause_us)).await;
            if self.clock && self.rng.chance(1, 3) {
                self.set_clock();
            }
            match self.weather {
                Weather::Showers => self.arm(),
                Weather::Full if self.rng.chance(1, 2) => {
                    let most = [1, 200 << 10, 2 << 20, 20 << 20][self.rng.index(4)];
                    self.faults.disk_full(self.rng.below(most));
                }
                Weather::Full => self.faults.disk_has_space(),
                Weather::Clear | Weather::Storm | Weather::Flips => {}
            }
        }
    }

    fn arm(&mut self) {
        let paths = ["journal/", "blobs/", "blobs/0", "/data"];
        let path = paths[self.rng.index(paths.len())];
        match self.rng.below(5) {
            // A write, and then the header of the segment that should take its place.
            0 => {
                self.faults.fail_next_write("journal/");
                self.faults.short_write("journal/");
            }
            1 => self.faults.fail_next_write(path),
            2 => self.faults.short_write(path),
            3 => self.faults.fail_next_sync(path),
            _ => self.faults.read_error(path),
        }
    }

    fn set_clock(&mut self) {
        let to_s = self.rng.below(2 * SHIFT_S_MAX as u64) as i64 - SHIFT_S_MAX;
        self.sim.shift_wall_clock((to_s - self.shifted_s) * 1_000_000_000);
        self.shifted_s = to_s;
    }

    /// Fair weather again.
    pub(crate) fn end(&self) {
        self.flushes.rate.store(0, Ordering::Relaxed);
    }
}
