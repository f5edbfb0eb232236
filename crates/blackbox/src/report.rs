//! What was seen, counted.

use crate::disk::{Call, Counts};
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// Findings that are printed in full.
const FINDINGS_SHOWN: usize = 20;

/// What must never be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Wrong {
    /// Something acknowledged is not there.
    Lost,
    /// Something removed is there.
    Resurrected,
    /// Bytes or metadata that nobody wrote there.
    Bytes,
    /// A listing and the readings disagree.
    Listing,
    /// An error without a fault, or a success that must not be.
    Answer,
    /// The server does not start.
    Start,
    /// Damage without a line that says what to do about it.
    Advice,
    /// The server's own check finds something wrong, or does not.
    Check,
}

/// What one client or one check saw.
#[derive(Debug, Default)]
pub struct Tally {
    pub acknowledged: u64,
    pub refused: u64,
    pub unknown: u64,
    /// Objects, versions, uploads and buckets that were read back and compared.
    pub verified: u64,
    pub by_operation: BTreeMap<&'static str, u64>,
    /// Answers with an error, by status.
    pub errors: BTreeMap<u16, u64>,
    pub findings: Vec<(Wrong, String)>,
}

impl Tally {
    pub fn wrong(&mut self, wrong: Wrong, text: impl Into<String>) {
        self.findings.push((wrong, text.into()));
    }

    pub fn add(&mut self, other: Self) {
        self.acknowledged += other.acknowledged;
        self.refused += other.refused;
        self.unknown += other.unknown;
        self.verified += other.verified;
        for (name, count) in other.by_operation {
            *self.by_operation.entry(name).or_default() += count;
        }
        for (status, count) in other.errors {
            *self.errors.entry(status).or_default() += count;
        }
        self.findings.extend(other.findings);
    }

    pub fn count(&self, wrong: Wrong) -> usize {
        self.findings.iter().filter(|(found, _)| *found == wrong).count()
    }

    /// Answers that say that the server failed, and those that were cut off.
    pub fn server_errors(&self) -> u64 {
        let failed = |status: u16| status == 0 || status >= 500;
        self.errors.iter().filter(|(status, _)| failed(**status)).map(|(_, count)| count).sum()
    }

    /// Everything, as lines.
    pub fn text(&self) -> String {
        let mut out = format!(
            "acknowledged {}, refused {}, unknown {}, read back {}\n\
             lost {}, resurrected {}, wrong bytes served {}, wrong listings {}, \
             wrong answers {}, refused starts {}, no advice {}, wrong checks {}\n",
            self.acknowledged,
            self.refused,
            self.unknown,
            self.verified,
            self.count(Wrong::Lost),
            self.count(Wrong::Resurrected),
            self.count(Wrong::Bytes),
            self.count(Wrong::Listing),
            self.count(Wrong::Answer),
            self.count(Wrong::Start),
            self.count(Wrong::Advice),
            self.count(Wrong::Check),
        );
        line(&mut out, "operations acknowledged", &self.by_operation);
        line(&mut out, "error answers", &self.errors);
        for (wrong, text) in self.findings.iter().take(FINDINGS_SHOWN) {
            let _ = writeln!(out, "WRONG {wrong:?}: {text}");
        }
        out
    }
}

fn line<K: std::fmt::Display>(out: &mut String, name: &str, counts: &BTreeMap<K, u64>) {
    if !counts.is_empty() {
        let counts: Vec<String> =
            counts.iter().map(|(key, count)| format!("{key} {count}")).collect();
        let _ = writeln!(out, "{name}: {}", counts.join(", "));
    }
}

/// The counts of a disk, as lines.
pub fn disk_text(counts: &Counts) -> String {
    let mut out = String::new();
    let of = |calls: &[Call]| {
        let mut sums: BTreeMap<String, u64> = BTreeMap::new();
        for ((_, place), count) in counts.calls.iter().filter(|((call, _), _)| calls.contains(call))
        {
            *sums.entry(place.clone()).or_default() += count;
        }
        sums
    };
    line(&mut out, "syncs of files", &of(&[Call::Sync]));
    line(&mut out, "syncs of directories", &of(&[Call::SyncDirectory]));
    line(&mut out, "durable writes", &of(&[Call::DurableWrite]));
    line(&mut out, "plain writes", &of(&[Call::Write]));
    line(&mut out, "reads", &of(&[Call::Read]));
    line(&mut out, "created", &of(&[Call::Create]));
    line(&mut out, "renamed to", &of(&[Call::Rename]));
    line(&mut out, "removed", &of(&[Call::Remove]));
    let named = |counts: &BTreeMap<(Call, String), u64>| {
        let name =
            |((call, place), count): (&(Call, String), &u64)| (format!("{call:?} {place}"), *count);
        counts.iter().map(name).collect::<BTreeMap<String, u64>>()
    };
    line(&mut out, "power went at", &named(&counts.power));
    line(&mut out, "EIO at", &named(&counts.errors));
    let fates = counts.fates;
    let _ = writeln!(
        out,
        "power went at no call in particular {}\n\
         cuts {}: sectors lost {}, kept {}, torn {}; directory changes lost {}, kept {}; \
         no space {}; bits flipped {}",
        counts.power_between,
        counts.cuts,
        fates.lost,
        fates.kept,
        fates.torn,
        counts.entries_lost,
        counts.entries_kept,
        counts.no_space,
        counts.bits_flipped
    );
    out
}
