//! Records that are read again and again, kept as they were read: a hot small object then costs
//! neither a system call nor a copy. They are verified at every use like those from disk.

use super::Epoch;
use super::record::RecordPlace;
use crate::recent::Recent;
use crate::sync::{Mutex, MutexGuard};
use bytes::Bytes;

/// Shards, so that readers on several cores do not meet.
const SHARDS: usize = 16;
/// Larger records are not kept: for them the copy is a small part of the whole.
const RECORD_BYTES_MAX: usize = 32 << 10;
/// Records that a shard remembers to have been read once. A record is kept when it is read again
/// while it is remembered, so that reading everything once drives nothing out.
const ONCE_MAX: usize = 1 << 10;

/// Where a record is; a segment's sequence number is never used again.
type Key = (u64, u32);

/// Hot records.
pub(crate) struct HotRecords {
    shards: Vec<Mutex<Shard>>,
}

struct Shard {
    records: Recent<Key>,
    /// Read once lately, by hash.
    once: Vec<Key>,
}

impl HotRecords {
    /// Keeps up to `bytes` of records.
    pub(crate) fn new(bytes: usize) -> Self {
        let shard = || Shard { records: Recent::new(bytes / SHARDS), once: Vec::new() };
        Self { shards: (0..SHARDS).map(|_| Mutex::new(shard())).collect() }
    }

    /// The record there, if it is kept, with the epoch that it was written in.
    pub(crate) fn get(&self, place: RecordPlace) -> Option<(Bytes, Epoch)> {
        let found = self.shard(place).records.get(&(place.segment, place.offset))?;
        let at = found.len().checked_sub(EPOCH_BYTES)?;
        let epoch = Epoch(found[at..].try_into().ok()?);
        Some((found.slice(..at), epoch))
    }

    /// An intact record was read from its file.
    pub(crate) fn was_read(&self, place: RecordPlace, record: &[u8], epoch: Epoch) {
        if record.len() > RECORD_BYTES_MAX {
            return;
        }
        let key = (place.segment, place.offset);
        let mut shard = self.shard(place);
        let remembered = (hash(key) >> 32) as usize % ONCE_MAX;
        if shard.once.is_empty() {
            shard.once = vec![(0, 0); ONCE_MAX];
        }
        if shard.once[remembered] != key {
            shard.once[remembered] = key;
            return;
        }
        let mut kept = Vec::with_capacity(record.len() + EPOCH_BYTES);
        kept.extend_from_slice(record);
        kept.extend_from_slice(&epoch.0);
        shard.records.insert(key, size_of::<Key>(), kept.into());
    }

    fn shard(&self, place: RecordPlace) -> MutexGuard<'_, Shard> {
        let shard = hash((place.segment, place.offset)) as usize % SHARDS;
        self.shards[shard].lock().expect("no panic while locked")
    }
}

const EPOCH_BYTES: usize = size_of::<Epoch>();

/// Spreads places, which nobody outside chooses (Steele and others, SplitMix64).
fn hash((segment, offset): Key) -> u64 {
    let mut z = (segment << 32 | u64::from(offset)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

#[cfg(test)]
mod tests {
    use super::{Epoch, HotRecords, RECORD_BYTES_MAX, RecordPlace, SHARDS};

    fn place(n: u32) -> RecordPlace {
        RecordPlace { segment: 1 + u64::from(n / 100), offset: n * 4096, length: 4200 }
    }

    #[test]
    fn the_second_read_keeps_a_record() {
        let hot = HotRecords::new(SHARDS * 100_000);
        let epoch = Epoch([7; 16]);
        let record = vec![9; 4200];
        assert!(hot.get(place(1)).is_none());
        hot.was_read(place(1), &record, epoch);
        assert!(hot.get(place(1)).is_none(), "once is not hot");
        hot.was_read(place(1), &record, epoch);
        let (kept, of) = hot.get(place(1)).expect("read twice");
        assert!(kept == record && of == epoch);
        for n in 2..100_000 {
            hot.was_read(place(n), &record, epoch);
        }
        assert!(hot.get(place(1)).is_some(), "what is read once drives nothing out");
        let large = vec![0; RECORD_BYTES_MAX + 1];
        for _ in 0..2 {
            hot.was_read(place(0), &large, epoch);
        }
        assert!(hot.get(place(0)).is_none());
    }
}
