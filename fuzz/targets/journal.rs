//! The journal: batches, records, headers, checkpoints.
//!
//! An input is a byte of choices, and bytes: to be read as they are, to be put in a batch whose
//! checksum is right, or to be drawn from for batches that are written, damaged and read.

#![no_main]

use larder_fuzz::Draw;
use larder_fuzz::meter::{Budget, bounded};
use larder_storage_local::fuzzing::{
    BATCH_BYTES_MAX, Batch, Entry, Found, SEGMENT_START, Use, others,
};

/// A record is copied once when it is taken apart; its smallest has 32 bytes.
const BUDGET: Budget = Budget { fixed: 8 << 10, held_per_byte: 16, total_per_byte: 64 };
const EPOCH: [u8; 16] = *b"an epoch of ours";
const FIRST_BATCH: u64 = 7;
const USE: Use = Use { epoch: EPOCH, segment: 3, first_batch: FIRST_BATCH };
/// The use of the same slot before: what a recycled segment still holds.
const EARLIER: Use = Use { epoch: *b"the one before..", segment: 2, first_batch: 1 };

/// Bytes of a batch's header and of that part of it which its checksum does not cover.
const BATCH_HEADER: usize = 64;
const UNCHECKED: std::ops::Range<usize> = 48..64;
const BATCH_ALIGN: usize = 4096;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut draw = Draw::new(data);
    match draw.byte() % 3 {
        0 => arbitrary(draw.rest()),
        1 => sealed(draw),
        _ => written(draw),
    }
});

/// Whatever lies on the disk is read without a panic, and within its budget.
fn arbitrary(bytes: &[u8]) {
    others(bytes);
    let segment = [&vec![0; SEGMENT_START], bytes].concat();
    let found = bounded(segment.len(), BUDGET, || USE.read(&segment));
    assert!(found.end >= SEGMENT_START as u64, "a segment ends before it begins");
    let entry = bounded(bytes.len(), BUDGET, || Entry::decode(EPOCH, bytes));
    if let Some(entry) = entry {
        assert_eq!(Entry::decode(EPOCH, &entry.encode(EPOCH)), Some(entry));
    }
}

/// A batch whose checksum is right and whose records need not be: nothing is made up from it, and
/// no reader takes one that is longer than the journal writes.
fn sealed(mut draw: Draw<'_>) {
    // Batches are counted: none has the last number that there is.
    let (sequence, moment) = (draw.long() / 2, draw.long());
    let (count, repeated) = (u32::from(draw.short()), usize::from(draw.byte()));
    let records = draw.rest().repeat(1 + repeated / 8);
    let bytes = USE.sealed(sequence, moment, count, &records);
    let segment = [vec![0; SEGMENT_START], bytes].concat();
    let found =
        bounded(segment.len(), BUDGET, || Use { first_batch: sequence, ..USE }.read(&segment));
    if BATCH_HEADER + records.len() > BATCH_BYTES_MAX {
        assert_eq!(found.batches.len(), 0, "a batch of {} bytes is read", records.len());
        return;
    }
    let batch = &found.batches[0];
    assert_eq!((batch.sequence, batch.moment), (sequence, moment));
    let mut rest = &records[..];
    for entry in &batch.entries {
        let whole = entry.encode(EPOCH);
        assert!(rest.starts_with(&whole), "a record that does not stand there");
        rest = &rest[whole.len()..];
    }
}

/// What was written is read back; with a bit flipped, an end cut off or an earlier use behind it,
/// what is read is the beginning of what was written, and nothing else.
fn written(mut draw: Draw<'_>) {
    let place = usize::from(draw.short()) * 8 + usize::from(draw.byte() % 8);
    let batches = batches(&mut draw);
    let earlier = earlier(&batches);
    let mut segment = vec![0; SEGMENT_START];
    let mut ends = Vec::new();
    for batch in &batches {
        segment.extend_from_slice(&USE.batch(batch));
        ends.push(segment.len());
    }
    let end = segment.len();
    let whole = Found { batches, end: end as u64, damaged: false };
    segment.extend_from_slice(&earlier);
    assert_eq!(bounded(segment.len(), BUDGET, || USE.read(&segment)), whole);
    let written = end - SEGMENT_START;
    if written == 0 {
        return;
    }
    let (byte, bit) = (SEGMENT_START + place / 8 % written, place % 8);
    let mut flipped = segment.clone();
    flipped[byte] ^= 1 << bit;
    check_flipped(&whole, &USE.read(&flipped), byte, &ends);
    // A cut: what was there before is still behind it.
    let mut torn = segment.clone();
    let old = earlier.iter().copied().cycle().take(end - byte);
    torn.splice(byte..end, old);
    let found = USE.read(&torn);
    let intact = ends.iter().take_while(|end| **end <= byte).count();
    assert!(whole.batches.starts_with(&found.batches), "a batch that was not written");
    assert!(found.batches.len() >= intact, "a batch before the cut is lost");
    // What a cut leaves may by chance be one bit from whole: then it is called damage.
    let one_bit = || {
        let start = found.end as usize;
        let end = ends[found.batches.len()];
        let unchecked = start + UNCHECKED.start..start + UNCHECKED.end;
        let checked = (start..end).filter(|at| !unchecked.contains(at));
        checked.map(|at| (torn[at] ^ segment[at]).count_ones()).sum::<u32>() == 1
    };
    assert!(!found.damaged || one_bit(), "an earlier use is taken for this one");
}

/// The batch with the flipped bit ends what is read, and its checksum says that it is damage.
fn check_flipped(whole: &Found, found: &Found, byte: usize, ends: &[usize]) {
    let damaged = ends.iter().take_while(|end| **end <= byte).count();
    let start = if damaged == 0 { SEGMENT_START } else { ends[damaged - 1] };
    let records = whole.batches[damaged].entries.iter();
    let length = BATCH_HEADER + records.map(|entry| entry.encode(EPOCH).len()).sum::<usize>();
    let within = byte - start;
    if UNCHECKED.contains(&within) || within >= length {
        assert_eq!(found, whole, "a bit that says nothing");
        return;
    }
    assert_eq!(found.batches, whole.batches[..damaged], "bit {within} of batch {damaged}");
    assert_eq!(found.end, start as u64);
    assert!(found.damaged, "a flipped bit is never taken for the end");
}

fn batches(draw: &mut Draw<'_>) -> Vec<Batch> {
    let mut batches = Vec::new();
    while !draw.is_empty() && batches.len() < 4 {
        let mut entries = Vec::new();
        let moment = draw.long();
        for _ in 0..draw.byte() % 8 {
            entries.push(entry(draw));
        }
        let sequence = FIRST_BATCH + batches.len() as u64;
        batches.push(Batch { sequence, moment, entries });
    }
    batches
}

fn entry(draw: &mut Draw<'_>) -> Entry {
    let choices = draw.byte();
    let (key, value) = (usize::from(draw.byte()), usize::from(draw.byte()));
    let payload = usize::from(draw.short()) % (2 * BATCH_ALIGN);
    let replaces = (choices & 8 != 0).then(|| (draw.long().max(1), u32::from(draw.short())));
    Entry {
        op: 1 + choices % 3,
        first: choices & 4 != 0,
        key: draw.bytes(key).to_vec(),
        value: draw.bytes(value).to_vec(),
        payload: draw.bytes(payload).to_vec(),
        replaces,
    }
}

/// The same batches as an earlier use would have written them, and one whose number is next.
fn earlier(batches: &[Batch]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for batch in batches {
        bytes.extend_from_slice(&EARLIER.batch(batch));
        let next = Batch { sequence: batch.sequence + batches.len() as u64, ..batch.clone() };
        bytes.extend_from_slice(&Use { segment: USE.segment, ..EARLIER }.batch(&next));
    }
    bytes.resize(bytes.len().max(BATCH_ALIGN), 0);
    bytes
}
