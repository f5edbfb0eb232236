//! One file's bytes: what the platter holds, and what was written and not yet synced.

use crate::chance::Chance;
use std::collections::BTreeMap;

/// What a drive writes whole or not at all, in bytes.
pub const SECTOR: u64 = 512;
/// Unit of allocation, in bytes.
pub const PAGE: u64 = 4096;
const SECTORS_PER_PAGE: u64 = PAGE / SECTOR;

type Sector = [u8; SECTOR as usize];
type Page = [u8; PAGE as usize];

/// The writes of one sector since the last sync, oldest first; never empty.
#[derive(Default)]
struct Unsynced {
    versions: Vec<Sector>,
    /// A sync failed on it: no later sync brings it to the platter, though reads still show it.
    abandoned: bool,
}

/// How a cut treats what was not synced. Independent choices alone would hardly ever lose or keep
/// everything, so that these two have a share of their own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Lost,
    Kept,
    Mixed,
}

impl Outcome {
    pub fn choose(chance: &mut Chance) -> Self {
        match chance.below(4) {
            0 => Self::Lost,
            1 => Self::Kept,
            _ => Self::Mixed,
        }
    }

    /// How many of `count` states since the durable one count; 0 is the durable one itself.
    pub fn pick(self, chance: &mut Chance, count: usize) -> usize {
        match self {
            Self::Lost => 0,
            Self::Kept => count,
            Self::Mixed => chance.below(count as u64 + 1) as usize,
        }
    }
}

/// What became of sectors that were not synced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Fates {
    /// Sectors as they were at the last sync.
    pub lost: u64,
    /// Sectors as they were written last.
    pub kept: u64,
    /// Sectors as they were in between, or partly written.
    pub torn: u64,
}

impl std::ops::AddAssign for Fates {
    fn add_assign(&mut self, other: Self) {
        self.lost += other.lost;
        self.kept += other.kept;
        self.torn += other.torn;
    }
}

/// The content of a file.
#[derive(Default)]
pub struct Content {
    platter: BTreeMap<u64, Box<Page>>,
    platter_length: u64,
    unsynced: BTreeMap<u64, Unsynced>,
    /// Lengths since the last sync.
    lengths: Vec<u64>,
    /// Pages at the start that are set aside whether they were written or not.
    reserved: u64,
}

impl Content {
    /// Length as readers see it.
    pub fn length(&self) -> u64 {
        *self.lengths.last().unwrap_or(&self.platter_length)
    }

    /// Pages that it occupies.
    pub fn pages(&self) -> u64 {
        self.reserved + self.platter.range(self.reserved..).count() as u64
    }

    /// Pages that a write of this range would newly occupy.
    pub fn pages_missing(&self, offset: u64, bytes: u64) -> u64 {
        let first = (offset / PAGE).max(self.reserved);
        let end = (offset + bytes).div_ceil(PAGE);
        if first < end { end - first - self.platter.range(first..end).count() as u64 } else { 0 }
    }

    /// Reads up to `bytes`, fewer at the end of the file.
    pub fn read(&self, offset: u64, bytes: u64) -> Vec<u8> {
        let end = offset.saturating_add(bytes).min(self.length());
        if offset >= end {
            return Vec::new();
        }
        let mut out = vec![0; (end - offset) as usize];
        for (number, page) in self.platter.range(offset / PAGE..end.div_ceil(PAGE)) {
            overlay(&mut out, offset, number * PAGE, &page[..]);
        }
        for (number, sector) in self.unsynced.range(offset / SECTOR..end.div_ceil(SECTOR)) {
            overlay(&mut out, offset, number * SECTOR, &newest(sector)[..]);
        }
        out
    }

    fn sector(&self, number: u64) -> Sector {
        if let Some(sector) = self.unsynced.get(&number) {
            return *newest(sector);
        }
        let mut out = [0; SECTOR as usize];
        if let Some(page) = self.platter.get(&(number / SECTORS_PER_PAGE)) {
            let at = (number % SECTORS_PER_PAGE * SECTOR) as usize;
            out.copy_from_slice(&page[at..at + SECTOR as usize]);
        }
        out
    }

    /// Writes without making anything durable. `keeps` says of each sector whether it is written at
    /// all: a write that fails may have done some of its work.
    pub fn write(&mut self, offset: u64, data: &[u8], mut keeps: impl FnMut() -> bool) {
        let end = offset + data.len() as u64;
        let mut at = offset;
        while at < end {
            let number = at / SECTOR;
            let until = ((number + 1) * SECTOR).min(end);
            let part = &data[(at - offset) as usize..(until - offset) as usize];
            if keeps() {
                let mut bytes = self.sector(number);
                let within = (at % SECTOR) as usize;
                bytes[within..within + part.len()].copy_from_slice(part);
                self.push(number, bytes);
            }
            at = until;
        }
        if end > self.length() {
            self.lengths.push(end);
        }
    }

    fn push(&mut self, number: u64, bytes: Sector) {
        let page = number / SECTORS_PER_PAGE;
        self.platter.entry(page).or_insert_with(|| Box::new([0; PAGE as usize]));
        let sector = self.unsynced.entry(number).or_default();
        sector.versions.push(bytes);
        sector.abandoned = false;
    }

    /// What a write with `O_DSYNC` promises when it returns: these bytes, and a length that reaches
    /// them, are on the platter.
    pub fn harden(&mut self, offset: u64, bytes: u64) {
        let numbers = offset / SECTOR..(offset + bytes).div_ceil(SECTOR);
        let numbers: Vec<u64> = self.unsynced.range(numbers).map(|(number, _)| *number).collect();
        for number in numbers {
            self.harden_sector(number);
        }
        if offset + bytes > self.platter_length {
            self.platter_length = self.length();
            self.lengths.clear();
        }
    }

    fn harden_sector(&mut self, number: u64) {
        if let Some(sector) = self.unsynced.remove(&number) {
            self.put(number, newest(&sector));
        }
    }

    fn put(&mut self, number: u64, bytes: &Sector) {
        let page = self.platter.entry(number / SECTORS_PER_PAGE);
        let page = page.or_insert_with(|| Box::new([0; PAGE as usize]));
        let at = (number % SECTORS_PER_PAGE * SECTOR) as usize;
        page[at..at + SECTOR as usize].copy_from_slice(bytes);
    }

    /// A sync that succeeds.
    pub fn sync(&mut self) {
        let (abandoned, dirty) =
            std::mem::take(&mut self.unsynced).into_iter().partition(|(_, s)| s.abandoned);
        self.unsynced = dirty;
        let numbers: Vec<u64> = self.unsynced.keys().copied().collect();
        for number in numbers {
            self.harden_sector(number);
        }
        self.unsynced = abandoned;
        self.platter_length = self.length();
        self.lengths.clear();
    }

    /// A sync that fails: as on Linux the dirty pages count as clean from now on, so that reads
    /// show what the platter may never hold.
    pub fn abandon(&mut self) {
        for sector in self.unsynced.values_mut() {
            sector.abandoned = true;
        }
    }

    /// Cuts or extends the file. A cut is durable at once: nothing here truncates what it needs.
    pub fn set_length(&mut self, length: u64) {
        if length >= self.length() {
            self.lengths.push(length);
            return;
        }
        self.platter_length = length;
        self.lengths.clear();
        self.reserved = self.reserved.min(length.div_ceil(PAGE));
        self.clear_beyond(length);
    }

    fn clear_beyond(&mut self, length: u64) {
        self.platter.split_off(&length.div_ceil(PAGE));
        self.unsynced.split_off(&length.div_ceil(SECTOR));
        let within = (length % PAGE) as usize;
        if within > 0
            && let Some(page) = self.platter.get_mut(&(length / PAGE))
        {
            page[within..].fill(0);
        }
        let within = (length % SECTOR) as usize;
        if within > 0
            && let Some(sector) = self.unsynced.get_mut(&(length / SECTOR))
        {
            sector.versions.iter_mut().for_each(|version| version[within..].fill(0));
        }
    }

    /// Sets pages aside; the file is at least `length` long afterwards.
    pub fn allocate(&mut self, length: u64) {
        self.reserved = self.reserved.max(length.div_ceil(PAGE));
        if length > self.length() {
            self.lengths.push(length);
        }
    }

    /// Flips a bit on the platter, and in what reads show.
    pub fn flip(&mut self, offset: u64, bit: u8) {
        let number = offset / SECTOR;
        let mut bytes = self.sector(number);
        bytes[(offset % SECTOR) as usize] ^= 1 << bit;
        self.unsynced.remove(&number);
        self.put(number, &bytes);
    }

    /// The power goes. Each unsynced sector is what any of its writes since the last sync made of
    /// it, or what it was then; so is the length. With `tear` a sector may also end inside a write.
    pub fn cut(&mut self, chance: &mut Chance, tear: bool) -> Fates {
        let outcome = Outcome::choose(chance);
        let mut fates = Fates::default();
        let lengths = std::mem::take(&mut self.lengths);
        let chosen = outcome.pick(chance, lengths.len());
        if let Some(at) = chosen.checked_sub(1) {
            self.platter_length = lengths[at];
        }
        for (number, sector) in std::mem::take(&mut self.unsynced) {
            let count = sector.versions.len();
            let chosen = outcome.pick(chance, count);
            let mut bytes = match chosen.checked_sub(1) {
                Some(at) => sector.versions[at],
                None => self.sector(number),
            };
            let torn = tear && outcome == Outcome::Mixed && chosen < count && chance.one_in(8);
            if torn {
                let end = chance.below(SECTOR) as usize;
                bytes[..end].copy_from_slice(&sector.versions[chosen][..end]);
            }
            match chosen {
                _ if torn => fates.torn += 1,
                0 => fates.lost += 1,
                chosen if chosen == count => fates.kept += 1,
                _ => fates.torn += 1,
            }
            self.put(number, &bytes);
        }
        self.clear_beyond(self.platter_length);
        fates
    }
}

fn newest(sector: &Unsynced) -> &Sector {
    sector.versions.last().expect("an unsynced sector was written")
}

/// Copies what `bytes`, which lie at `from` in the file, say about the range that begins at
/// `offset`.
fn overlay(out: &mut [u8], offset: u64, from: u64, bytes: &[u8]) {
    let start = from.max(offset);
    let end = (from + bytes.len() as u64).min(offset + out.len() as u64);
    if start < end {
        let part = &bytes[(start - from) as usize..(end - from) as usize];
        out[(start - offset) as usize..(end - offset) as usize].copy_from_slice(part);
    }
}
