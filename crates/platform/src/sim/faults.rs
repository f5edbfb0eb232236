//! What goes wrong, and when.

use super::disk::Platter;
use std::collections::BTreeMap;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// A kind of fault, for counting how often it struck.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Fault {
    /// The armed sync or direct write did not complete: the power is gone.
    PowerLost,
    /// A write answered an input/output error.
    WriteError,
    /// A write ended early.
    ShortWrite,
    /// A sync answered an input/output error.
    SyncError,
    /// A write or reservation found no space.
    DiskFull,
    /// A read answered an input/output error.
    ReadError,
    /// A stored bit flipped.
    BitFlip,
    /// A read returned a flipped bit; what is stored is intact.
    ReadFlip,
    /// A cut lost the newest unsynced version of a sector.
    SectorLost,
    /// A cut kept the newest unsynced version of a sector.
    SectorKept,
    /// A cut lost some of a file's unsynced sectors and kept others.
    Torn,
    /// A cut undid a creation, renaming or removal that no directory sync had made durable.
    EntryLost,
}

impl Fault {
    /// Every kind.
    pub const ALL: [Self; 12] = [
        Self::PowerLost,
        Self::WriteError,
        Self::ShortWrite,
        Self::SyncError,
        Self::DiskFull,
        Self::ReadError,
        Self::BitFlip,
        Self::ReadFlip,
        Self::SectorLost,
        Self::SectorKept,
        Self::Torn,
        Self::EntryLost,
    ];
}

/// How often calls fail by chance, in millionths.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FaultRates {
    /// Only on paths that contain this text; empty for all.
    pub path: &'static str,
    /// Writes that answer an input/output error; each sector may have arrived.
    pub write_error: u32,
    /// Writes that end early.
    pub short_write: u32,
    /// Syncs, of files and directories, that answer an input/output error.
    pub sync_error: u32,
    /// Reads that answer an input/output error.
    pub read_error: u32,
    /// Reads that return one flipped bit.
    pub read_flip: u32,
}

/// The error of every disk call that comes after the power went, or from an earlier boot.
#[derive(Debug)]
pub struct PowerLost;

impl std::fmt::Display for PowerLost {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str("simulated power loss")
    }
}

impl std::error::Error for PowerLost {}

impl PowerLost {
    /// Whether an error of a disk call says that the simulated power is gone.
    pub fn is(error: &io::Error) -> bool {
        error.get_ref().is_some_and(|inner| inner.is::<Self>())
    }

    pub(super) fn error() -> io::Error {
        io::Error::other(Self)
    }
}

/// Faults armed and counters so far.
#[derive(Default)]
pub(super) struct Plan {
    /// Syncs and direct writes left until the one that does not complete.
    pub(super) cut_in: Option<u64>,
    pub(super) fail_write: Option<String>,
    pub(super) short_write: Option<String>,
    pub(super) fail_sync: Option<String>,
    pub(super) fail_read: Option<String>,
    pub(super) rates: FaultRates,
    pub(super) syncs: u64,
    pub(super) writes: u64,
    pub(super) fired: BTreeMap<Fault, u64>,
}

impl Plan {
    pub(super) fn fire(&mut self, fault: Fault) {
        self.fire_times(fault, 1);
    }

    pub(super) fn fire_times(&mut self, fault: Fault, times: u64) {
        *self.fired.entry(fault).or_insert(0) += times;
    }

    /// Counts a sync or direct write; true when the power goes during it.
    pub(super) fn count_sync(&mut self) -> bool {
        self.syncs += 1;
        let Some(left) = &mut self.cut_in else {
            return false;
        };
        *left -= 1;
        let cut = *left == 0;
        if cut {
            self.cut_in = None;
            self.fire(Fault::PowerLost);
        }
        cut
    }

    /// Whether the armed fault is for this path; it strikes once.
    pub(super) fn strikes(armed: &mut Option<String>, path: &str) -> bool {
        armed.take_if(|part| path.contains(part.as_str())).is_some()
    }
}

/// A handle on the disk's faults; works across boots. A path fault strikes the next call on a path
/// that contains the given text, once.
#[derive(Clone)]
pub struct Faults {
    pub(super) shared: Arc<Platter>,
}

impl Faults {
    /// The n-th sync (of a file or a directory) or direct write from now does not complete: it
    /// and every later disk call answer [`PowerLost`] until [`super::Simulation::power_cut`].
    /// `n` counts from 1.
    pub fn cut_after_syncs(&self, n: u64) {
        assert!(n > 0, "the next sync is the first");
        self.shared.state().plan.cut_in = Some(n);
    }

    /// Takes back every armed fault and gives the disk its space again.
    pub fn disarm(&self) {
        let mut state = self.shared.state();
        state.plan.cut_in = None;
        state.plan.fail_write = None;
        state.plan.short_write = None;
        state.plan.fail_sync = None;
        state.plan.fail_read = None;
        state.plan.rates = FaultRates::default();
        drop(state);
        self.disk_has_space();
    }

    /// The next write there fails with an input/output error. Each sector of it may have arrived.
    pub fn fail_next_write(&self, path_contains: &str) {
        self.shared.state().plan.fail_write = Some(path_contains.to_owned());
    }

    /// The next write there stops after some of its sectors and fails with `WriteZero`.
    pub fn short_write(&self, path_contains: &str) {
        self.shared.state().plan.short_write = Some(path_contains.to_owned());
    }

    /// The next sync there fails with an input/output error. As on Linux, what it should have made
    /// durable stays readable, but no later sync will make it durable.
    pub fn fail_next_sync(&self, path_contains: &str) {
        self.shared.state().plan.fail_sync = Some(path_contains.to_owned());
    }

    /// The next read there fails with an input/output error.
    pub fn read_error(&self, path_contains: &str) {
        self.shared.state().plan.fail_read = Some(path_contains.to_owned());
    }

    /// From now on calls fail by chance, beside what is armed.
    pub fn set_rates(&self, rates: FaultRates) {
        self.shared.state().plan.rates = rates;
    }

    /// Only so many bytes may still be written, in blocks of 4096. What is removed comes free.
    pub fn disk_full(&self, bytes_left: u64) {
        self.shared.state().tree.free_bytes = bytes_left;
    }

    /// Ends [`Faults::disk_full`].
    pub fn disk_has_space(&self) {
        let mut state = self.shared.state();
        state.tree.free_bytes = super::disk::CAPACITY_BYTES - state.tree.used_bytes();
    }

    /// Flips one bit, of the seed's choice, of the byte at `offset`, on the platter and in the
    /// cache. `NotFound` without such a file, `UnexpectedEof` past its end.
    pub fn flip_bit(&self, path: &Path, offset: u64) -> io::Result<()> {
        let mut state = self.shared.state();
        let node = state.tree.find(path)?;
        let bit = state.rng.below(8) as u32;
        let content = state.tree.content(node)?;
        if offset >= content.length() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        content.flip(offset, bit);
        state.plan.fire(Fault::BitFlip);
        Ok(())
    }

    /// Syncs (of files and directories) and direct writes so far, over all boots.
    pub fn syncs(&self) -> u64 {
        self.shared.state().plan.syncs
    }

    /// Writes of any kind so far, over all boots.
    pub fn writes(&self) -> u64 {
        self.shared.state().plan.writes
    }

    /// How often a fault struck.
    pub fn fired(&self, fault: Fault) -> u64 {
        self.shared.state().plan.fired.get(&fault).copied().unwrap_or(0)
    }

    /// Whether the power is gone and [`super::Simulation::power_cut`] is due.
    pub fn power_lost(&self) -> bool {
        self.shared.state().power_lost
    }
}
