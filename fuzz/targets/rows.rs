//! The values of rows: whatever is read is written as what reads the same.
//!
//! An input is a byte that chooses the kind of row, and a value.

#![no_main]

use larder_fuzz::Draw;
use larder_fuzz::meter::{Budget, bounded};
use larder_objects::fuzzing::{KINDS, Value, suffixes};

/// A pair of empty texts is four bytes of a row and two strings in memory.
const BUDGET: Budget = Budget { fixed: 4 << 10, held_per_byte: 64, total_per_byte: 128 };
/// A value of up to this many bytes is never too large to be written again.
const ALWAYS_FITS: usize = 7 << 10;

libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let mut draw = Draw::new(data);
    let kind = draw.byte() % KINDS;
    let value = draw.rest();
    suffixes(value);
    let Some(read) = bounded(value.len(), BUDGET, || Value::decode(kind, value)) else {
        return;
    };
    let Ok(written) = read.encode() else {
        assert!(value.len() > ALWAYS_FITS, "{read:?} is read and cannot be written");
        return;
    };
    assert!(written.len() <= value.len(), "{read:?} grows");
    assert_eq!(Value::decode(kind, &written).as_ref(), Some(&read), "it reads as something else");
    let again = Value::decode(kind, &written).and_then(|read| read.encode().ok());
    assert_eq!(again.as_ref(), Some(&written), "it is written in two ways");
    no_byte_is_ignored(kind, value, &read, &written);
});

/// A value is read as a whole or refused: what a newer version wrote there must not get lost when
/// the row is written again.
fn no_byte_is_ignored(kind: u8, value: &[u8], read: &Value, written: &[u8]) {
    for more in [&[0][..], &[1], &[0xff; 8]] {
        let longer = [written, more].concat();
        let Some(longer) = Value::decode(kind, &longer) else {
            continue;
        };
        assert_ne!(&longer, read, "what stands behind {written:?} is ignored");
    }
    // Of a blob without bytes the number says nothing.
    let coded = matches!(read, Value::Bucket(_) | Value::Version(_) | Value::Upload(_));
    let same_start = !coded || value.iter().zip(written).take(4).all(|(one, other)| one == other);
    assert!(same_start, "{read:?} is read from other codes than it is written with");
}
