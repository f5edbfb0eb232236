//! What can be read in a damaged stretch of a segment: every record has a checksum of its own.
//!
//! A commit is taken whole or not at all: its rows speak of each other.

use super::Epoch;
use super::batch::{BATCH_HEADER_BYTES, PlacedRecord};
use super::record::{Op, RECORD_HEADER_BYTES, RecordAbout, RecordPlace, RecordView};
use crate::layout::BATCH_ALIGN;
use larder_storage::Moment;

/// A row that a damaged commit changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LostRow {
    /// Its index key.
    pub key: Vec<u8>,
    /// Where its record begins in the segment, in bytes.
    pub offset: u32,
    /// The value, which may be damaged, and the payload's length that were written; `None` when the
    /// row was removed.
    pub written: Option<(Vec<u8>, u32)>,
}

/// What was read in a stretch.
#[derive(Default)]
pub struct Salvage<'a> {
    /// Records of whole commits in order. Their moments are not known: each has 0.
    pub records: Vec<PlacedRecord<'a>>,
    /// Rows of commits that are not whole.
    pub lost: Vec<LostRow>,
    /// Places where records were of which nothing can be read.
    pub unnamed: u64,
}

struct Reading<'a> {
    out: Salvage<'a>,
    segment: u64,
    /// Records of the commit being read.
    commit: Vec<PlacedRecord<'a>>,
    broken: bool,
}

/// Reads the stretch `bytes`, which begins at `from` of segment `sequence`, at a batch's header.
pub fn salvage<'a>(epoch: &Epoch, bytes: &'a [u8], sequence: u64, from: u64) -> Salvage<'a> {
    let (out, commit) = (Salvage::default(), Vec::new());
    let mut reading = Reading { out, segment: sequence, commit, broken: false };
    let mut at = BATCH_HEADER_BYTES;
    let mut skipping = false;
    while at + RECORD_HEADER_BYTES <= bytes.len() {
        let offset = (from + at as u64) as u32;
        if at.is_multiple_of(BATCH_ALIGN) && is_batch_header(&bytes[at..], sequence) {
            reading.finish();
            at += BATCH_HEADER_BYTES;
            skipping = false;
            continue;
        }
        if bytes[at..at + RECORD_HEADER_BYTES].iter().all(|byte| *byte == 0) {
            // The padding behind a batch's records.
            reading.finish();
            at = (at + 1).next_multiple_of(BATCH_ALIGN) + BATCH_HEADER_BYTES;
            skipping = false;
            continue;
        }
        let rest = &bytes[at..];
        match RecordAbout::decode(epoch, rest).filter(|about| about.length <= rest.len()) {
            Some(about) => {
                match RecordView::decode(epoch, rest) {
                    Some(record) => reading.take(offset, record),
                    None => reading.lose(offset, &about, rest),
                }
                at += about.length;
                skipping = false;
            }
            None => {
                reading.broken = true;
                reading.out.unnamed += u64::from(!skipping);
                skipping = true;
                at += 1;
            }
        }
    }
    reading.finish();
    reading.out
}

impl<'a> Reading<'a> {
    fn take(&mut self, offset: u32, record: RecordView<'a>) {
        if record.first {
            self.finish();
        }
        let place = RecordPlace { segment: self.segment, offset, length: record.length as u32 };
        self.commit.push(PlacedRecord { place, moment: Moment(0), record });
    }

    fn lose(&mut self, offset: u32, about: &RecordAbout<'_>, bytes: &[u8]) {
        if about.first {
            self.finish();
        }
        self.broken = true;
        if about.op == Op::Usage {
            return;
        }
        let value = || {
            let start = RECORD_HEADER_BYTES + about.key.len();
            (bytes[start..start + about.value].to_vec(), about.payload as u32)
        };
        self.out.lost.push(LostRow {
            key: about.key.to_vec(),
            offset,
            written: (about.op == Op::Put).then(value),
        });
    }

    /// The commit being read is over.
    fn finish(&mut self) {
        let commit = std::mem::take(&mut self.commit);
        if !std::mem::take(&mut self.broken) {
            self.out.records.extend(commit);
            return;
        }
        let rows = commit.into_iter().filter(|row| row.record.op != Op::Usage);
        self.out.lost.extend(
            rows.map(|PlacedRecord { place, record, .. }| LostRow {
                key: record.key.to_vec(),
                offset: place.offset,
                written: (record.op == Op::Put)
                    .then(|| (record.value.to_vec(), record.payload.len() as u32)),
            }),
        );
    }
}

/// Whether most of what a batch's header must hold is there.
fn is_batch_header(bytes: &[u8], sequence: u64) -> bool {
    let Some(header) = bytes.get(..BATCH_HEADER_BYTES) else {
        return false;
    };
    let signs = [
        &header[..4] == b"LBAT",
        header[8..16] == sequence.to_le_bytes(),
        header[36..40] == [0; 4] && header[48..64] == [0; 16],
    ];
    signs.iter().filter(|sign| **sign).count() >= 2
}

#[cfg(test)]
mod tests {
    use super::salvage;
    use crate::journal::{BATCH_HEADER_BYTES, Epoch, Op, Record};
    use larder_platform::AlignedBuffer;

    const KEYS: [&[u8]; 6] = [b"a", b"b", b"c", b"d", b"e", b"f"];

    /// Three commits of two records each, in two batches.
    fn batches(epoch: &Epoch) -> (Vec<u8>, Vec<usize>) {
        let mut out = AlignedBuffer::new(8192);
        let mut places = Vec::new();
        for (n, key) in KEYS.iter().enumerate() {
            if n == 0 || n == 4 {
                out.resize(out.len().next_multiple_of(4096), 0);
                out.extend(b"LBAT");
                out.resize(out.len() - 4 + BATCH_HEADER_BYTES, 0);
                let at = out.len() - BATCH_HEADER_BYTES;
                out.as_mut_slice()[at + 8] = 7;
            }
            places.push(out.len());
            let record = Record {
                op: Op::Put,
                first: n % 2 == 0,
                key,
                value: b"value",
                payload: &[n as u8 + 1; 100],
                replaces: None,
            };
            record.encode(epoch, &mut out);
        }
        out.resize(out.len().next_multiple_of(4096), 0);
        (out.as_slice().to_vec(), places)
    }

    #[test]
    fn a_flipped_bit_costs_one_commit() {
        let epoch = Epoch([5; 16]);
        let (bytes, places) = batches(&epoch);
        let keys = |bytes: &[u8]| -> (Vec<Vec<u8>>, Vec<Vec<u8>>) {
            let found = salvage(&epoch, bytes, 7, 4096);
            let kept = found.records.iter().map(|row| row.record.key.to_vec()).collect();
            (kept, found.lost.into_iter().map(|row| row.key).collect())
        };
        assert_eq!(keys(&bytes).0, KEYS);
        for bit in 0..BATCH_HEADER_BYTES * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(keys(&bytes).0, KEYS, "all records are intact: bit {bit}");
        }
        for (n, place) in places.iter().enumerate() {
            for bit in 0..137 * 8 {
                let mut bytes = bytes.clone();
                bytes[place + bit / 8] ^= 1 << (bit % 8);
                let (kept, lost) = keys(&bytes);
                // Where header and key are damaged it is not known which commit the record is of.
                let unknown = (4..33).contains(&(bit / 8));
                let commit = KEYS[n / 2 * 2..n / 2 * 2 + 2].iter();
                for key in commit {
                    assert!(!kept.contains(&key.to_vec()), "{n} {bit}");
                    assert!(lost.contains(&key.to_vec()) || unknown, "{n} {bit}: {lost:?}");
                }
                let others = KEYS.iter().enumerate().filter(|(k, _)| k / 2 != n / 2);
                for (k, key) in others {
                    let before = k / 2 + 1 == n / 2 && unknown;
                    assert!(kept.contains(&key.to_vec()) || before, "{n} {bit}");
                }
            }
        }
    }
}
