//! The rounds, one kind a file.

mod cuts;
mod eio;
mod flips;
mod full;

use crate::chance::Chance;
use crate::disk::Counts;
use crate::report::{Tally, disk_text};
use crate::stand::{Plan, Serving, Stand};
use std::fmt;
use std::path::Path;
use std::time::Instant;

/// What goes wrong in a round.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The power goes.
    Cuts,
    /// The disk is full for a while.
    Full,
    /// The device answers errors.
    Eio,
    /// Stored bits flip.
    Flips,
}

impl Kind {
    pub const ALL: [Self; 4] = [Self::Cuts, Self::Full, Self::Eio, Self::Flips];

    pub fn parse(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.to_string() == text)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Cuts => "cuts",
            Self::Full => "full",
            Self::Eio => "eio",
            Self::Flips => "flips",
        })
    }
}

/// Rounds after which a store is left and a new one begun; earlier when it has become large, since
/// what is no longer needed is kept for a minute.
const ROUNDS_PER_STORE: u64 = 10;

/// What all rounds of a kind came to.
#[derive(Default)]
pub struct Sum {
    pub tally: Tally,
    pub counts: Counts,
    pub passed: u64,
    pub failed: u64,
    /// What a kind counts beside that, as lines.
    pub notes: Vec<(String, u64)>,
}

impl Sum {
    /// Counts something by its name.
    pub fn note(&mut self, name: impl Into<String>, count: u64) {
        let name = name.into();
        match self.notes.iter_mut().find(|(known, _)| *known == name) {
            Some((_, sum)) => *sum += count,
            None => self.notes.push((name, count)),
        }
    }

    pub fn text(&self, kind: Kind) -> String {
        let mut out = format!(
            "{kind}: {} rounds passed, {} failed\n{}{}",
            self.passed,
            self.failed,
            self.tally.text(),
            disk_text(&self.counts)
        );
        for (name, count) in &self.notes {
            out += &format!("{name}: {count}\n");
        }
        out
    }
}

/// Runs rounds of one kind. An error is one of the harness.
pub fn run(plan: &Plan, kind: Kind, rounds: u64, seed: u64) -> Result<Sum, String> {
    let mut sum = Sum::default();
    let mut seeds = Chance::new(seed);
    let mut stand: Option<Stand> = None;
    for round in 0..rounds {
        let started = Instant::now();
        let lasts = |stand: &Stand| {
            let half_full = stand.disk.used_mib() > (plan.disk_bytes >> 20) / 2;
            round % ROUNDS_PER_STORE != 0 && !half_full
        };
        let mut now = match stand.take().filter(lasts) {
            Some(stand) => stand,
            None => Stand::new(plan.clone(), seeds.next())?,
        };
        let first = now.disk.paths("data/").is_empty();
        let outcome = match kind {
            Kind::Cuts => cuts::round(&mut now, first, &mut sum),
            Kind::Full => full::round(&mut now, first, &mut sum),
            Kind::Eio => eio::round(&mut now, first, &mut sum),
            Kind::Flips => flips::round(&mut now, first, &mut sum),
        };
        let counts = now.disk.take_counts();
        let tally = std::mem::take(&mut now.tally);
        println!(
            "{kind} round {round} (store {:#x}): {} acknowledged, {} unknown, {} refused, {} read \
             back, {} wrong, {} MiB used, {} ms",
            now.seed(),
            tally.acknowledged,
            tally.unknown,
            tally.refused,
            tally.verified,
            tally.findings.len(),
            now.disk.used_mib(),
            started.elapsed().as_millis()
        );
        for (wrong, text) in &tally.findings {
            println!("  WRONG {wrong:?}: {text}");
        }
        let clean = tally.findings.is_empty();
        sum.tally.add(tally);
        sum.counts.add(&counts);
        outcome.map_err(|error| format!("{kind} round {round}, seed {seed}: {error}"))?;
        if clean {
            sum.passed += 1;
            stand = Some(now);
        } else {
            // What is wrong once would be found again in every round of this store.
            sum.failed += 1;
            keep(&now, &plan.work.join(format!("{kind}-{round}")));
        }
    }
    Ok(sum)
}

/// Keeps what a failed round left, without the large blobs.
fn keep(stand: &Stand, directory: &Path) {
    for part in ["data/journal/", "data/index/"] {
        if let Err(error) = stand.disk.export(part, directory) {
            eprintln!("{}: {error}", directory.display());
        }
    }
    println!("  the journal and the index are kept in {}", directory.display());
}

/// Starts, and makes the buckets of a new store. `None`: it does not start, which is written down.
fn begin(stand: &mut Stand, first: bool) -> Result<Option<Serving>, String> {
    let Some(serving) = stand.start()? else {
        return Ok(None);
    };
    if first {
        stand.make_buckets(&serving)?;
    }
    Ok(Some(serving))
}
