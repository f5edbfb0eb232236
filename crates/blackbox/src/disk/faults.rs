//! What goes wrong on command, and the counts of what happened.

use super::{Errno, content::Fates};
use std::collections::BTreeMap;

/// Kinds of calls that reach the disk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Call {
    Read,
    Write,
    /// A write that is durable when it returns.
    DurableWrite,
    Sync,
    SyncDirectory,
    Create,
    Rename,
    Remove,
    Allocate,
}

/// What a fault does to the call that it strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// The call fails with EIO. A write may have done a part of its work; a sync has done nothing,
    /// and what was dirty will not be written by a later one.
    InputOutputError,
    /// The power is gone while the call is on its way: it never returns.
    PowerGone,
}

/// A fault that waits for its calls.
#[derive(Clone, Debug)]
pub struct Fault {
    pub calls: Vec<Call>,
    /// A part of the paths that it is for.
    pub path: String,
    /// Matching calls that pass before it strikes.
    pub skip: u64,
    /// How often it strikes.
    pub times: u64,
    pub effect: Effect,
}

impl Fault {
    /// The power goes at the n-th matching call from now; the next one is 0.
    pub fn power(calls: &[Call], path: &str, skip: u64) -> Self {
        let (calls, path) = (calls.to_vec(), path.to_owned());
        Self { calls, path, skip, times: 1, effect: Effect::PowerGone }
    }

    /// The next `times` matching calls fail.
    pub fn error(calls: &[Call], path: &str, times: u64) -> Self {
        let (calls, path) = (calls.to_vec(), path.to_owned());
        Self { calls, path, skip: 0, times, effect: Effect::InputOutputError }
    }
}

/// What happened on the disk.
#[derive(Clone, Debug, Default)]
pub struct Counts {
    /// Calls by kind and place (see [`place`]).
    pub calls: BTreeMap<(Call, String), u64>,
    /// How often faults struck, by kind of call and place.
    pub errors: BTreeMap<(Call, String), u64>,
    /// Where the power went, by kind of call and place.
    pub power: BTreeMap<(Call, String), u64>,
    /// How often the power went at no call in particular.
    pub power_between: u64,
    /// Calls that found no space.
    pub no_space: u64,
    pub bits_flipped: u64,
    pub cuts: u64,
    /// Sectors at the cuts.
    pub fates: Fates,
    /// Directory operations at the cuts.
    pub entries_lost: u64,
    pub entries_kept: u64,
}

impl Counts {
    pub fn add(&mut self, other: &Self) {
        for (into, from) in [
            (&mut self.calls, &other.calls),
            (&mut self.errors, &other.errors),
            (&mut self.power, &other.power),
        ] {
            for (key, count) in from {
                *into.entry(key.clone()).or_default() += count;
            }
        }
        self.power_between += other.power_between;
        self.no_space += other.no_space;
        self.bits_flipped += other.bits_flipped;
        self.cuts += other.cuts;
        self.fates += other.fates;
        self.entries_lost += other.entries_lost;
        self.entries_kept += other.entries_kept;
    }
}

/// The faults that wait.
#[derive(Default)]
pub struct Plan {
    faults: Vec<Fault>,
}

impl Plan {
    pub fn arm(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    pub fn disarm(&mut self) {
        self.faults.clear();
    }

    /// The effect that strikes this call, if any.
    pub fn strikes(&mut self, call: Call, path: &str) -> Option<Effect> {
        for fault in &mut self.faults {
            let matches = fault.times > 0 && fault.calls.contains(&call);
            if !matches || !path.contains(fault.path.as_str()) {
                continue;
            }
            if fault.skip > 0 {
                fault.skip -= 1;
                continue;
            }
            fault.times -= 1;
            return Some(fault.effect);
        }
        None
    }
}

/// Why a call does not succeed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    Error(Errno),
    /// The power is gone: there is no answer.
    Silence,
}

/// Where a path belongs in the counts: its directory without numbers, below the first component,
/// which is the server's data directory.
pub fn place(path: &str) -> String {
    let (directory, name) = path.rsplit_once('/').unwrap_or(("", path));
    let is_number = |part: &str| part.len() >= 8 && part.chars().all(|c| c.is_ascii_hexdigit());
    let parts = directory.split('/').skip(1).filter(|part| !is_number(part));
    let parts: Vec<&str> = parts.collect();
    if parts.is_empty() { name.to_owned() } else { parts.join("/") }
}
