//! One file's bytes: what the platter holds, and what only the page cache holds.

use super::prng::Prng;
use std::collections::BTreeMap;
use std::io;

/// What a disk writes atomically, in bytes.
pub(super) const SECTOR: usize = 512;
/// Unit of allocation, in bytes.
pub(super) const BLOCK: usize = 4096;

/// One write of one sector since the last sync.
struct Version {
    /// Shrinks of the file before this write: it can survive a cut only together with them.
    shrinks: u32,
    /// `None`: a shrink zeroed the sector.
    bytes: Option<Box<[u8; SECTOR]>>,
}

/// The unsynced writes of one sector, oldest first; never empty.
struct Unsynced {
    versions: Vec<Version>,
    /// A sync failed on it. The cache still shows it, but no later sync brings it to the platter.
    abandoned: bool,
}

/// A length the file had since the last sync.
struct LengthChange {
    length: u64,
    shrinks: u32,
}

/// The content of a file. Bytes of the durable image beyond its durable length are zero, except in
/// blocks that also carry an unsynced version.
#[derive(Default)]
pub(super) struct Content {
    image: BTreeMap<u64, Box<[u8; BLOCK]>>,
    durable_length: u64,
    unsynced: BTreeMap<u64, Unsynced>,
    lengths: Vec<LengthChange>,
    shrinks: u32,
    reserved_blocks: u64,
}

impl Content {
    /// Length as readers see it.
    pub(super) fn length(&self) -> u64 {
        self.lengths.last().map_or(self.durable_length, |change| change.length)
    }

    /// Blocks that it occupies on the disk.
    pub(super) fn blocks(&self) -> u64 {
        self.reserved_blocks + self.image.range(self.reserved_blocks..).count() as u64
    }

    /// Blocks that a write of this range would newly occupy.
    pub(super) fn blocks_missing(&self, offset: u64, length: u64) -> u64 {
        if length == 0 {
            return 0;
        }
        let first = (offset / BLOCK as u64).max(self.reserved_blocks);
        let end = (offset + length).div_ceil(BLOCK as u64);
        if first >= end {
            return 0;
        }
        (end - first) - self.image.range(first..end).count() as u64
    }

    /// Reads exactly `out.len()` bytes.
    pub(super) fn read(&self, out: &mut [u8], offset: u64) -> io::Result<()> {
        if offset + out.len() as u64 > self.length() {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let unit = if self.unsynced.is_empty() { BLOCK } else { SECTOR };
        let mut done = 0;
        while done < out.len() {
            let at = offset + done as u64;
            let within = (at % unit as u64) as usize;
            let count = (unit - within).min(out.len() - done);
            if unit == BLOCK {
                match self.image.get(&(at / BLOCK as u64)) {
                    Some(block) => {
                        out[done..done + count].copy_from_slice(&block[within..within + count]);
                    }
                    None => out[done..done + count].fill(0),
                }
                done += count;
                continue;
            }
            let sector = self.sector(at / SECTOR as u64);
            out[done..done + count].copy_from_slice(&sector[within..within + count]);
            done += count;
        }
        Ok(())
    }

    fn sector(&self, sector: u64) -> &[u8] {
        const ZEROS: [u8; SECTOR] = [0; SECTOR];
        if let Some(unsynced) = self.unsynced.get(&sector) {
            let newest = unsynced.versions.last().expect("an unsynced sector has a version");
            return newest.bytes.as_deref().map_or(&ZEROS, |bytes| bytes);
        }
        let at = (sector * SECTOR as u64 % BLOCK as u64) as usize;
        let block = self.image.get(&(sector * SECTOR as u64 / BLOCK as u64));
        block.map_or(&ZEROS, |block| &block[at..at + SECTOR])
    }

    /// Writes into the cache; nothing of it is durable yet.
    pub(super) fn write(&mut self, data: &[u8], offset: u64) {
        let mut done = 0;
        while done < data.len() {
            let at = offset + done as u64;
            let (sector, within) = (at / SECTOR as u64, (at % SECTOR as u64) as usize);
            let count = (SECTOR - within).min(data.len() - done);
            let mut bytes = Box::new([0; SECTOR]);
            if count < SECTOR {
                bytes.copy_from_slice(self.sector(sector));
            }
            bytes[within..within + count].copy_from_slice(&data[done..done + count]);
            self.push(sector, Some(bytes));
            done += count;
        }
        let end = offset + data.len() as u64;
        if end > self.length() {
            self.lengths.push(LengthChange { length: end, shrinks: self.shrinks });
        }
    }

    /// A direct write that returned, from a block's boundary on: durable. Where nothing unsynced
    /// lies in its way it goes to the platter as it is.
    pub(super) fn write_durable(&mut self, data: &[u8], offset: u64) {
        let end = offset + data.len() as u64;
        let sectors = offset / SECTOR as u64..end.div_ceil(SECTOR as u64);
        let in_the_way = !self.lengths.is_empty()
            || end > self.durable_length
            || self.unsynced.range(sectors).next().is_some();
        if in_the_way || data.is_empty() {
            self.write(data, offset);
            self.harden(offset, data.len() as u64);
            return;
        }
        for (block, bytes) in (offset / BLOCK as u64..).zip(data.chunks(BLOCK)) {
            let stored = self.image.entry(block).or_insert_with(|| Box::new([0; BLOCK]));
            stored[..bytes.len()].copy_from_slice(bytes);
        }
    }

    fn push(&mut self, sector: u64, bytes: Option<Box<[u8; SECTOR]>>) {
        let block = sector * SECTOR as u64 / BLOCK as u64;
        self.image.entry(block).or_insert_with(|| Box::new([0; BLOCK]));
        let version = Version { shrinks: self.shrinks, bytes };
        let unsynced = self
            .unsynced
            .entry(sector)
            .or_insert_with(|| Unsynced { versions: Vec::new(), abandoned: false });
        unsynced.versions.push(version);
        unsynced.abandoned = false;
    }

    fn put_image(&mut self, sector: u64, bytes: Option<&[u8; SECTOR]>) {
        let at = sector * SECTOR as u64;
        let within = (at % BLOCK as u64) as usize;
        let block = self.image.get_mut(&(at / BLOCK as u64)).expect("written blocks have memory");
        match bytes {
            Some(bytes) => block[within..within + SECTOR].copy_from_slice(bytes),
            None => block[within..within + SECTOR].fill(0),
        }
    }

    /// A sector goes to the platter as it is now.
    fn harden_sector(&mut self, sector: u64) {
        if let Some(unsynced) = self.unsynced.remove(&sector) {
            let newest = unsynced.versions.last().expect("an unsynced sector has a version");
            self.put_image(sector, newest.bytes.as_deref());
        }
    }

    /// What a returned direct write promises: these bytes are durable, and reachable by length.
    pub(super) fn harden(&mut self, offset: u64, length: u64) {
        for sector in offset / SECTOR as u64..(offset + length).div_ceil(SECTOR as u64) {
            self.harden_sector(sector);
        }
        if offset + length > self.durable_length {
            // The length cannot be written back apart from the shrinks before it.
            if self.shrinks > 0 {
                self.sync();
            } else {
                self.durable_length = self.length();
                self.lengths.clear();
            }
        }
    }

    /// Everything becomes durable but what an earlier sync failed on.
    pub(super) fn sync(&mut self) {
        let sectors: Vec<u64> = self.unsynced.keys().copied().collect();
        for sector in sectors {
            let unsynced = self.unsynced.get_mut(&sector).expect("just listed");
            if unsynced.abandoned {
                let mut newest = unsynced.versions.pop().expect("never empty");
                newest.shrinks = 0;
                unsynced.versions = vec![newest];
            } else {
                self.harden_sector(sector);
            }
        }
        self.durable_length = self.length();
        self.lengths.clear();
        self.shrinks = 0;
    }

    /// A sync failed: as on Linux the dirty pages count as clean from now on, so that the cache
    /// shows what the platter may never hold.
    pub(super) fn abandon(&mut self) {
        for unsynced in self.unsynced.values_mut() {
            unsynced.abandoned = true;
        }
    }

    /// Cuts or extends the file.
    pub(super) fn set_length(&mut self, length: u64) {
        let before = self.length();
        if length == before {
            return;
        }
        if length < before {
            self.shrinks += 1;
            self.zero_from(length);
            self.reserved_blocks = self.reserved_blocks.min(length.div_ceil(BLOCK as u64));
        }
        self.lengths.push(LengthChange { length, shrinks: self.shrinks });
    }

    /// A shrink in the cache: what lies beyond reads as zero should the file grow again.
    fn zero_from(&mut self, length: u64) {
        let within = (length % SECTOR as u64) as usize;
        let mut first = length / SECTOR as u64;
        if within > 0 {
            let mut bytes = Box::new([0; SECTOR]);
            bytes[..within].copy_from_slice(&self.sector(first)[..within]);
            self.push(first, Some(bytes));
            first += 1;
        }
        const SECTORS: u64 = (BLOCK / SECTOR) as u64;
        let blocks: Vec<u64> = self.image.range(first / SECTORS..).map(|(at, _)| *at).collect();
        for sector in blocks.iter().flat_map(|block| block * SECTORS..(block + 1) * SECTORS) {
            if sector >= first {
                self.push(sector, None);
            }
        }
    }

    /// Reserves blocks; the file is at least `length` long afterwards.
    pub(super) fn allocate(&mut self, length: u64) {
        self.reserved_blocks = self.reserved_blocks.max(length.div_ceil(BLOCK as u64));
        if length > self.length() {
            self.set_length(length);
        }
    }

    /// Flips a bit on the platter and in the cache.
    pub(super) fn flip(&mut self, offset: u64, bit: u32) {
        let sector = offset / SECTOR as u64;
        let within = (offset % SECTOR as u64) as usize;
        let mut bytes = Box::new([0; SECTOR]);
        bytes.copy_from_slice(self.sector(sector));
        bytes[within] ^= 1 << bit;
        if let Some(unsynced) = self.unsynced.get_mut(&sector) {
            let newest = unsynced.versions.last_mut().expect("never empty");
            newest.bytes = Some(bytes);
        } else {
            let block = offset / BLOCK as u64;
            self.image.entry(block).or_insert_with(|| Box::new([0; BLOCK]));
            self.put_image(sector, Some(&bytes));
        }
    }

    /// The power goes: of each unsynced sector any version since the last sync may be on the
    /// platter, in any order; of the length likewise.
    pub(super) fn cut(&mut self, rng: &mut Prng) -> CutSectors {
        let mut sectors = CutSectors::default();
        let outcome = Outcome::choose(rng);
        let chosen = match outcome {
            Outcome::AllLost => 0,
            Outcome::AllKept => self.lengths.len(),
            Outcome::Torn => rng.index(self.lengths.len() + 1),
        };
        let (length, shrinks) = match chosen.checked_sub(1).and_then(|at| self.lengths.get(at)) {
            Some(change) => (change.length, change.shrinks),
            None => (self.durable_length, 0),
        };
        for (sector, unsynced) in std::mem::take(&mut self.unsynced) {
            let mut versions = unsynced.versions;
            versions.retain(|version| version.shrinks <= shrinks);
            // A shrink that survives hides all that was there before it.
            let base = versions.iter().rposition(|version| version.bytes.is_none());
            let oldest = base.map_or(0, |base| base + 1);
            let kept = match outcome {
                Outcome::AllLost => oldest,
                Outcome::AllKept => versions.len(),
                Outcome::Torn => oldest + rng.index(versions.len() - oldest + 1),
            };
            if kept == versions.len() && !versions.is_empty() {
                sectors.kept += 1
            } else {
                sectors.lost += 1
            }
            if let Some(version) = kept.checked_sub(1).and_then(|at| versions.get(at)) {
                self.put_image(sector, version.bytes.as_deref());
            }
        }
        self.durable_length = length;
        self.lengths.clear();
        self.shrinks = 0;
        self.clear_beyond(length);
        sectors
    }

    fn clear_beyond(&mut self, length: u64) {
        self.image.split_off(&length.div_ceil(BLOCK as u64));
        let within = (length % BLOCK as u64) as usize;
        if let Some(block) = self.image.get_mut(&(length / BLOCK as u64)) {
            block[within..].fill(0);
        }
    }
}

/// What became of a file's unsynced sectors at a cut.
#[derive(Clone, Copy, Default)]
pub(super) struct CutSectors {
    /// The newest version is on the platter.
    pub(super) kept: u64,
    /// It is not.
    pub(super) lost: u64,
}

/// How a cut treats what was not durable. The pure cases are rare among independent choices, so
/// they get a share of their own.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Outcome {
    AllLost,
    AllKept,
    Torn,
}

impl Outcome {
    pub(super) fn choose(rng: &mut Prng) -> Self {
        match rng.below(4) {
            0 => Self::AllLost,
            1 => Self::AllKept,
            _ => Self::Torn,
        }
    }
}
