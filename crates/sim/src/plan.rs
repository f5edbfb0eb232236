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

/// How a round of so many operations that take so many microseconds ends.
fn end(rng: &mut Prng, operations: u64, all_us: u64, must_cut: bool) -> End {
    let cuts = must_cut || rng.chance(1, 2);
    match (cuts, rng.below(6)) {
        (true, 0..4) => End::CutAtSync(1 + rng.below(operations)),
        (true, 4) => End::CutAfter(rng.below(all_us)),
        (true, _) => End::CutIdle,
        (false, 0..4) => End::Quiet,
        (false, _) => End::Kill(rng.below(all_us)),
    }
}

/// What a seed does.
#[derive(Clone, Debug)]
pub struct Plan {
    /// The seed of everything.
    pub seed: u64,
    /// What clients do.
    pub workload: &'static Workload,
    /// The rounds.
    pub rounds: Rounds,
    /// Whether everything is deleted at the end, to see it all freed.
    pub ends_empty: bool,
}

/// Rounds, one after the other.
#[derive(Clone, Debug)]
pub enum Rounds {
    /// These.
    Given(Vec<Round>),
    /// Drawn until so many operations were begun, with one cut at least.
    Drawn(u64),
}

impl Plan {
    /// The plan of a seed: at least so many operations, of one workload or of the seed's choice.
    pub fn draw(seed: u64, operations: u64, only: Option<&'static Workload>) -> Self {
        let mut rng = Prng::new(seed ^ 0x706c_616e);
        let chosen = workloads::ALL[rng.index(workloads::ALL.len())];
        let workload = only.unwrap_or(chosen);
        Self { seed, workload, rounds: Rounds::Drawn(operations), ends_empty: rng.chance(1, 2) }
    }

    pub(crate) fn script(&self) -> Script<'_> {
        let mut rng = Prng::new(self.seed ^ 0x726f_756e_6473);
        let pace_us = [0, 0, 0, 200, 20_000, 500_000][rng.index(6)];
        Script { plan: self, rng, pace_us, told: 0 }
    }
}

/// A plan on its way.
pub(crate) struct Script<'a> {
    plan: &'a Plan,
    rng: Prng,
    pace_us: u64,
    /// Rounds told so far.
    told: usize,
}

impl Script<'_> {
    /// The next round, when so many operations were begun and the power went so often.
    pub(crate) fn next(&mut self, begun: u64, cuts: u64) -> Option<Round> {
        self.told += 1;
        let wanted = match &self.plan.rounds {
            Rounds::Given(rounds) => return rounds.get(self.told - 1).cloned(),
            Rounds::Drawn(operations) => *operations,
        };
        let left = wanted.saturating_sub(begun);
        if left == 0 && cuts > 0 {
            return None;
        }
        let rng = &mut self.rng;
        let most = ROUND_OPERATIONS.end - ROUND_OPERATIONS.start;
        let operations = ROUND_OPERATIONS.start + rng.below(most);
        let clients = 1 + rng.index(self.plan.workload.clients);
        let all_us = operations * (300 + self.pace_us) / clients as u64;
        let must_cut = cuts == 0 && left < 2 * ROUND_OPERATIONS.end;
        Some(Round {
            operations,
            clients,
            pace_us: self.pace_us,
            weather: weather(rng, self.plan.workload.rot),
            impatient: rng.chance(1, 3),
            clock: rng.chance(1, 4),
            end: end(rng, operations, all_us, must_cut),
            rough_start: rng.chance(1, 3),
            deep: rng.chance(1, 3),
        })
    }
}
