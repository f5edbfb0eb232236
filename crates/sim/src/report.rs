//! What many runs did, as a table.

use crate::book::Tally;
use crate::run::Outcome;
use std::collections::BTreeMap;
use std::fmt::Write;

/// Runs from which on a fault that never fired fails them all.
pub const SEEDS_ENOUGH: u64 = 20;

/// The sum over runs.
#[derive(Clone, Debug, Default)]
pub struct Report {
    seeds: u64,
    tally: Tally,
    faults: BTreeMap<&'static str, u64>,
    cuts: u64,
    kills: u64,
}

fn add(sums: &mut BTreeMap<&'static str, u64>, more: BTreeMap<&'static str, u64>) {
    for (name, count) in more {
        *sums.entry(name).or_insert(0) += count;
    }
}

impl Report {
    /// Adds a run.
    pub fn add(&mut self, outcome: Outcome) {
        self.seeds += 1;
        add(&mut self.tally.operations, outcome.tally.operations);
        add(&mut self.tally.refusals, outcome.tally.refusals);
        self.tally.decided += outcome.tally.decided;
        self.tally.undecided += outcome.tally.undecided;
        add(&mut self.faults, outcome.faults);
        self.cuts += outcome.cuts;
        self.kills += outcome.kills;
    }

    /// Adds what another part ran.
    pub fn merge(&mut self, other: Self) {
        self.seeds += other.seeds;
        add(&mut self.tally.operations, other.tally.operations);
        add(&mut self.tally.refusals, other.tally.refusals);
        self.tally.decided += other.tally.decided;
        self.tally.undecided += other.tally.undecided;
        add(&mut self.faults, other.faults);
        self.cuts += other.cuts;
        self.kills += other.kills;
    }

    /// Faults that never fired though there were seeds enough.
    pub fn silent_faults(&self) -> Vec<&'static str> {
        let silent = self.faults.iter().filter(|(_, count)| **count == 0);
        if self.seeds >= SEEDS_ENOUGH {
            silent.map(|(name, _)| *name).collect()
        } else {
            Vec::new()
        }
    }

    /// Operations of all runs.
    pub fn operations(&self) -> u64 {
        self.tally.operations.values().sum()
    }

    /// The table.
    pub fn table(&self) -> String {
        let mut out = String::new();
        let mut line = |name: &str, count: u64| {
            let _ = writeln!(out, "{name:<32} {count:>12}");
        };
        line("seeds", self.seeds);
        line("operations", self.operations());
        for (name, count) in &self.tally.operations {
            line(&format!("  {name}"), *count);
        }
        line("answers that were refusals", self.tally.refusals.values().sum());
        for (name, count) in &self.tally.refusals {
            line(&format!("  {name}"), *count);
        }
        line("power cuts", self.cuts);
        line("kills", self.kills);
        line("histories decided", self.tally.decided);
        line("histories too long to decide", self.tally.undecided);
        line("faults that fired", self.faults.values().sum());
        for (name, count) in &self.faults {
            line(&format!("  {name}"), *count);
        }
        out
    }
}
