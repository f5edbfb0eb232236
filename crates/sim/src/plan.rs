//! What a seed does: a workload, and rounds that end quietly, in a kill or in a power cut.

pub use crate::faults::Weather;
use crate::workloads::{self, Workload};
use larder_platform::sim::Prng;

/// Operations of a seed when nothing else is said.
pub const OPERATIONS: u64 = 2_000;
/// Operations of a round.
const ROUND_OPERATIONS: std::ops::Range<u64> = 120..420;

/// How a round ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// Every operation is answered, and the server goes on.
    Quiet,
    /// The power goes at this sync or direct write of the round.
    CutAtSync(u64),
    /// The power goes after so many microseconds of the round.
    CutAfter(u64),
    /// The power goes when everything is answered.
    CutIdle,
    /// The process is killed when everything is answered, or as late as that.
    Kill(u64),
}

/// A round of concurrent operations and what happens meanwhile.
#[derive(Clone, Debug)]
pub struct Round {
    /// Operations.
    pub operations: u64,
    /// Clients at once.
    pub clients: usize,
    /// How long a client waits between operations, on average, in microseconds.
    pub pace_us: u64,
    /// What goes wrong.
    pub weather: Weather,
    /// Whether clients go away in the middle of operations.
    pub impatient: bool,
    /// Whether the wall clock is set.
    pub clock: bool,
    /// How it ends.
    pub end: End,
    /// Whether opening again is disturbed as well.
    pub rough_start: bool,
    /// Whether everything is read behind it, not only listed.
    pub deep: bool,
}

/// What a seed does.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The seed of everything.
    pub seed: u64,
    /// What clients do.
    pub workload: &'static Workload,
    /// Rounds, one after the other.
    pub rounds: Vec<Round>,
    /// Whether everything is deleted at the end, to see it all freed.
    pub ends_empty: bool,
}

fn weather(rng: &mut Prng, rot: bool) -> Weather {
    match rng.below(20) {
        _ if rot => Weather::Clear,
        0..7 => Weather::Clear,
        7..12 => Weather::Showers,
        12..15 => Weather::Storm,
        15..18 => Weather::Flips,
        _ => Weather::Full,
    }
}

fn end(rng: &mut Prng, operations: u64, must_cut: bool) -> End {
    let cuts = must_cut || rng.chance(1, 2);
    match (cuts, rng.below(6)) {
        (true, 0..4) => End::CutAtSync(1 + rng.below(operations)),
        (true, 4) => End::CutAfter(rng.below(operations * 300)),
        (true, _) => End::CutIdle,
        (false, 0..4) => End::Quiet,
        (false, _) => End::Kill(rng.below(operations * 300)),
    }
}

impl Plan {
    /// The plan of a seed: about so many operations, of one workload or of the seed's choice.
    pub fn draw(seed: u64, operations: u64, only: Option<&'static Workload>) -> Self {
        let mut rng = Prng::new(seed ^ 0x706c_616e);
        let chosen = workloads::ALL[rng.index(workloads::ALL.len())];
        let workload = only.unwrap_or(chosen);
        let pace_us = [0, 0, 0, 200, 20_000, 500_000][rng.index(6)];
        let mut rounds: Vec<Round> = Vec::new();
        let mut left = operations;
        while left > 0 {
            let length = ROUND_OPERATIONS.start
                + rng.below(ROUND_OPERATIONS.end - ROUND_OPERATIONS.start);
            let operations = if left < 2 * ROUND_OPERATIONS.start { left } else { length.min(left) };
            left -= operations;
            let cut_before = rounds.iter().any(|round| matches!(round.end, End::CutAtSync(_)));
            let must_cut = left < operations && !cut_before;
            rounds.push(Round {
                operations,
                clients: 1 + rng.index(workload.clients),
                pace_us,
                weather: weather(&mut rng, workload.rot),
                impatient: rng.chance(1, 3),
                clock: rng.chance(1, 4),
                end: end(&mut rng, operations, must_cut),
                rough_start: rng.chance(1, 3),
                deep: rng.chance(1, 3),
            });
        }
        Self { seed, workload, rounds, ends_empty: rng.chance(1, 2) }
    }
}
