//! The disk of one boot.

use super::content::{BLOCK, Outcome};
use super::faults::{Fault, Plan, PowerLost};
use super::prng::Prng;
use super::scheduler::Scheduler;
use super::tree::{NodeId, Tree};
use crate::disk::{DIRECT_ALIGN, Disk, DiskFile, DiskLock, DiskSpace, OpenMode};
use std::io;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// Size of the disk.
pub(super) const CAPACITY_BYTES: u64 = 1 << 40;
/// A write or sync takes up to this much virtual time, and an opening that has to wait.
const DISK_NS_MAX: u64 = 200_000;
/// One opening for reading in so many has to wait.
const SLOW_OPENS: u64 = 50;
/// `EIO` of Linux and macOS.
const EIO: i32 = 5;

pub(super) struct DiskState {
    pub(super) boot: u64,
    pub(super) power_lost: bool,
    pub(super) rng: Prng,
    pub(super) tree: Tree,
    pub(super) plan: Plan,
}

/// The platter and the page cache; they outlive boots.
pub(super) struct Platter {
    state: Mutex<DiskState>,
    scheduler: Arc<Scheduler>,
}

impl Platter {
    pub(super) fn new(rng: Prng, scheduler: Arc<Scheduler>) -> Self {
        let state = DiskState {
            boot: 0,
            power_lost: false,
            rng,
            tree: Tree::new(CAPACITY_BYTES),
            plan: Plan::default(),
        };
        Self { state: Mutex::new(state), scheduler }
    }

    /// A panic while the lock is held is a bug of the simulation that is already being reported.
    pub(super) fn state(&self) -> MutexGuard<'_, DiskState> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The state, for a caller whose process still runs on a machine with power.
    fn enter(&self, boot: u64) -> io::Result<MutexGuard<'_, DiskState>> {
        let state = self.state();
        if state.power_lost || state.boot != boot {
            return Err(PowerLost::error());
        }
        Ok(state)
    }

    /// As [`Platter::enter`], for a call that takes the device's time.
    fn enter_slow(&self, boot: u64) -> io::Result<MutexGuard<'_, DiskState>> {
        let mut state = self.enter(boot)?;
        self.scheduler.advance(state.rng.below(DISK_NS_MAX));
        Ok(state)
    }
}

impl DiskState {
    /// Counts a sync; an error when the power goes during it or an armed fault strikes.
    fn begin_sync(&mut self, path: &str) -> io::Result<()> {
        if self.plan.count_sync() {
            self.power_lost = true;
            return Err(PowerLost::error());
        }
        let by_chance = self.by_chance(self.plan.rates.sync_error, path);
        if Plan::strikes(&mut self.plan.fail_sync, path) || by_chance {
            self.plan.fire(Fault::SyncError);
            return Err(io::Error::from_raw_os_error(EIO));
        }
        Ok(())
    }

    /// Draws only where something can happen, so that a run without rates keeps its seed's course.
    fn by_chance(&mut self, per_million: u32, path: &str) -> bool {
        let meant = per_million > 0 && path.contains(self.plan.rates.path);
        meant && self.rng.chance(u64::from(per_million), 1_000_000)
    }

    fn read(&mut self, file: &SimFile, out: &mut [u8], offset: u64) -> io::Result<()> {
        let by_chance = self.by_chance(self.plan.rates.read_error, &file.path);
        if Plan::strikes(&mut self.plan.fail_read, &file.path) || by_chance {
            self.plan.fire(Fault::ReadError);
            return Err(io::Error::from_raw_os_error(EIO));
        }
        self.tree.content(file.node)?.read(out, offset)?;
        if !out.is_empty() && self.by_chance(self.plan.rates.read_flip, &file.path) {
            let at = self.rng.index(out.len());
            out[at] ^= 1 << self.rng.below(8);
            self.plan.fire(Fault::ReadFlip);
        }
        Ok(())
    }

    fn occupy(&mut self, node: NodeId, offset: u64, length: u64) -> io::Result<()> {
        let blocks = self.tree.content(node)?.blocks_missing(offset, length);
        let left = self.tree.free_bytes.checked_sub(blocks * BLOCK as u64);
        let Some(left) = left else {
            self.plan.fire(Fault::DiskFull);
            return Err(io::ErrorKind::StorageFull.into());
        };
        self.tree.free_bytes = left;
        Ok(())
    }

    /// A write that fails: all of it arrived, or none, or each sector did or did not. On a direct
    /// file what arrived is durable.
    fn write_some(&mut self, node: NodeId, data: &[u8], at: (u64, bool)) -> io::Result<()> {
        let (offset, direct) = at;
        let outcome = Outcome::choose(&mut self.rng);
        let mut done = 0;
        while done < data.len() {
            let position = offset + done as u64;
            let to_boundary = 512 - (position % 512) as usize;
            let count = to_boundary.min(data.len() - done);
            let arrived = match outcome {
                Outcome::AllLost => false,
                Outcome::AllKept => true,
                Outcome::Torn => self.rng.chance(1, 2),
            };
            if arrived {
                let content = self.tree.content(node)?;
                content.write(&data[done..done + count], position);
                if direct {
                    content.harden(position, count as u64);
                }
            }
            done += count;
        }
        Ok(())
    }
}

/// The simulated disk as one boot sees it.
pub(super) struct SimDisk {
    pub(super) shared: Arc<Platter>,
    pub(super) boot: u64,
}

impl Disk for SimDisk {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        self.shared.enter(self.boot)?.tree.create_dir(path)
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        let mut state = self.shared.enter_slow(self.boot)?;
        state.begin_sync(&path.to_string_lossy())?;
        state.tree.sync_dir(path)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        self.shared.enter(self.boot)?.tree.list(path)
    }

    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn DiskFile>> {
        let mut state = self.shared.enter(self.boot)?;
        // Who opens a file to read it may have to wait for its inode.
        if mode == OpenMode::Read && state.rng.chance(1, SLOW_OPENS) {
            self.shared.scheduler.advance(state.rng.below(DISK_NS_MAX));
        }
        let node = match mode {
            OpenMode::Create => state.tree.create_file(path)?,
            OpenMode::Read | OpenMode::Write | OpenMode::Uncached | OpenMode::Direct => {
                state.tree.find(path)?
            }
        };
        state.tree.content(node)?;
        state.tree.opened(node);
        let shared = Arc::clone(&self.shared);
        let path = path.to_string_lossy().into_owned();
        Ok(Arc::new(SimFile { shared, boot: self.boot, node, path, mode }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        self.shared.enter(self.boot)?.tree.rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.shared.enter(self.boot)?.tree.remove(path)
    }

    fn lock(&self, path: &Path) -> io::Result<DiskLock> {
        let mut state = self.shared.enter(self.boot)?;
        let node = state.tree.find(path)?;
        if !state.tree.locks.insert(node) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(SimLock { shared: Arc::clone(&self.shared), boot: self.boot, node }))
    }

    fn space(&self, path: &Path) -> io::Result<DiskSpace> {
        let state = self.shared.enter(self.boot)?;
        state.tree.find(path)?;
        Ok(DiskSpace { free_bytes: state.tree.free_bytes, total_bytes: CAPACITY_BYTES })
    }
}

struct SimLock {
    shared: Arc<Platter>,
    boot: u64,
    node: NodeId,
}

impl Drop for SimLock {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if state.boot == self.boot {
            state.tree.locks.remove(&self.node);
        }
    }
}

struct SimFile {
    shared: Arc<Platter>,
    boot: u64,
    node: NodeId,
    path: String,
    mode: OpenMode,
}

impl SimFile {
    fn check_writable(&self) -> io::Result<()> {
        if self.mode == OpenMode::Read {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        Ok(())
    }

    fn check_aligned(&self, data: &[u8], offset: u64) -> io::Result<()> {
        let aligned = offset.is_multiple_of(DIRECT_ALIGN as u64)
            && data.len().is_multiple_of(DIRECT_ALIGN)
            && data.as_ptr().align_offset(DIRECT_ALIGN) == 0;
        if self.mode == OpenMode::Direct && !aligned {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "unaligned direct write"));
        }
        Ok(())
    }
}

impl DiskFile for SimFile {
    fn length(&self) -> io::Result<u64> {
        Ok(self.shared.enter(self.boot)?.tree.content(self.node)?.length())
    }

    fn read_at(&self, out: &mut [u8], offset: u64) -> io::Result<()> {
        self.shared.enter(self.boot)?.read(self, out, offset)
    }

    fn read_cached(&self, out: &mut [u8], offset: u64) -> io::Result<bool> {
        let mut state = self.shared.enter(self.boot)?;
        if state.rng.chance(1, 4) {
            return Ok(false);
        }
        state.read(self, out, offset)?;
        Ok(true)
    }

    fn write_at(&self, data: &[u8], offset: u64) -> io::Result<()> {
        self.check_writable()?;
        self.check_aligned(data, offset)?;
        let direct = self.mode == OpenMode::Direct;
        let mut state = if direct {
            self.shared.enter_slow(self.boot)?
        } else {
            self.shared.enter(self.boot)?
        };
        state.plan.writes += 1;
        state.occupy(self.node, offset, data.len() as u64)?;
        if direct && state.plan.count_sync() {
            // In flight: the cut decides about each sector.
            state.tree.content(self.node)?.write(data, offset);
            state.power_lost = true;
            return Err(PowerLost::error());
        }
        let (write_error, short_write) =
            (state.plan.rates.write_error, state.plan.rates.short_write);
        let by_chance = state.by_chance(write_error, &self.path);
        if Plan::strikes(&mut state.plan.fail_write, &self.path) || by_chance {
            state.plan.fire(Fault::WriteError);
            state.write_some(self.node, data, (offset, direct))?;
            return Err(io::Error::from_raw_os_error(EIO));
        }
        let by_chance = state.by_chance(short_write, &self.path);
        let short = Plan::strikes(&mut state.plan.short_write, &self.path) || by_chance;
        let count = if short { state.rng.index(data.len().max(1)) / 512 * 512 } else { data.len() };
        let content = state.tree.content(self.node)?;
        if direct {
            content.write_durable(&data[..count], offset)
        } else {
            content.write(&data[..count], offset)
        }
        if short {
            state.plan.fire(Fault::ShortWrite);
            return Err(io::ErrorKind::WriteZero.into());
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        let mut state = self.shared.enter_slow(self.boot)?;
        if let Err(error) = state.begin_sync(&self.path) {
            if !state.power_lost {
                state.tree.content(self.node)?.abandon();
            }
            return Err(error);
        }
        state.tree.content(self.node)?.sync();
        Ok(())
    }

    fn allocate(&self, length: u64) -> io::Result<()> {
        self.check_writable()?;
        let mut state = self.shared.enter(self.boot)?;
        state.occupy(self.node, 0, length)?;
        state.tree.content(self.node)?.allocate(length);
        Ok(())
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.check_writable()?;
        let mut state = self.shared.enter(self.boot)?;
        let content = state.tree.content(self.node)?;
        let before = content.blocks();
        content.set_length(length);
        let freed = before.saturating_sub(content.blocks());
        state.tree.free_bytes += freed * BLOCK as u64;
        Ok(())
    }
}

impl Drop for SimFile {
    fn drop(&mut self) {
        let mut state = self.shared.state();
        if state.boot == self.boot {
            state.tree.closed(self.node);
        }
    }
}
