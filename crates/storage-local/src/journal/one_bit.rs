//! A batch in which one bit flipped: its checksum says which.
//!
//! CRC64NVME is linear. Stored and computed checksum differ by the remainder of the flipped bit's
//! place, which is another for every place in a batch. What matches afterwards was written so: the
//! chance that something else does is the checksum's own.

use super::Epoch;
use super::batch::BATCH_HEADER_BYTES;
use crate::bytes_le::Reader;
use crate::layout::BATCH_BYTES_MAX;

/// The polynomial of CRC64NVME, lowest bit first.
const POLYNOMIAL: u64 = 0x9a6c_9329_ac4b_c9b5;
/// Bytes of a batch's header in front of its checksum, which covers them.
const CHECKED_BYTES: usize = 40;
const LENGTH_AT: usize = 4;

/// The batch at the front of `bytes` with its flipped bit turned back; `None` when none is there or
/// more is wrong with it.
pub(crate) fn turn_back(epoch: &Epoch, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut header = *bytes.first_chunk::<BATCH_HEADER_BYTES>()?;
    let stored = Reader::new(&header[CHECKED_BYTES..]).u64()?;
    let length = Reader::new(&header[LENGTH_AT..]).u32()?;
    // A flipped bit of the length moves the end of what is checked.
    for flipped in (0..32).map(|bit| length ^ (1 << bit)) {
        header[LENGTH_AT..LENGTH_AT + 4].copy_from_slice(&flipped.to_le_bytes());
        let Some(records) = records(bytes, flipped) else { continue };
        if checksum(epoch, &header, records) == stored {
            return Some([&header[..], records].concat());
        }
    }
    let (header, records) = (bytes.first_chunk()?, records(bytes, length)?);
    let computed = checksum(epoch, header, records);
    let difference = stored ^ computed;
    let batch = || [&header[..], records].concat();
    if difference.count_ones() == 1 {
        let mut batch = batch();
        batch[CHECKED_BYTES..CHECKED_BYTES + 8].copy_from_slice(&computed.to_le_bytes());
        return Some(batch);
    }
    let bits = (CHECKED_BYTES + length as usize) * 8;
    let place = bits - 1 - bits_behind(difference, bits)?;
    let byte = match place / 8 {
        byte if byte < CHECKED_BYTES => byte,
        byte => byte - CHECKED_BYTES + BATCH_HEADER_BYTES,
    };
    let mut batch = batch();
    batch[byte] ^= 1 << (place % 8);
    let (header, records) = (batch.first_chunk()?, &batch[BATCH_HEADER_BYTES..]);
    (checksum(epoch, header, records) == stored).then_some(batch)
}

/// The records of a batch of `length` bytes of them.
fn records(bytes: &[u8], length: u32) -> Option<&[u8]> {
    let whole = BATCH_HEADER_BYTES + length as usize;
    (whole <= BATCH_BYTES_MAX).then(|| bytes.get(BATCH_HEADER_BYTES..whole)).flatten()
}

fn checksum(epoch: &Epoch, header: &[u8; BATCH_HEADER_BYTES], records: &[u8]) -> u64 {
    epoch.checksum(&[&header[..CHECKED_BYTES], records])
}

/// How many of `bits` bits come behind the one whose flip changes the checksum by `difference`.
fn bits_behind(difference: u64, bits: usize) -> Option<usize> {
    let mut remainder = POLYNOMIAL;
    for behind in 0..bits {
        if remainder == difference {
            return Some(behind);
        }
        remainder = (remainder >> 1) ^ (POLYNOMIAL & (remainder & 1).wrapping_neg());
    }
    None
}

#[cfg(test)]
mod tests {
    use super::turn_back;
    use crate::journal::{BATCH_HEADER_BYTES, Epoch};

    /// A batch's bytes with what lies behind it.
    fn batch(epoch: &Epoch) -> Vec<u8> {
        let records: Vec<u8> = (0..5000u32).map(|n| (n * 7) as u8).collect();
        let mut out = vec![0; BATCH_HEADER_BYTES];
        out[..4].copy_from_slice(b"LBAT");
        out[4..8].copy_from_slice(&5000u32.to_le_bytes());
        out.extend_from_slice(&records);
        let checksum = epoch.checksum(&[&out[..40], &records]);
        out[40..48].copy_from_slice(&checksum.to_le_bytes());
        out.resize(9000, 0);
        out
    }

    #[test]
    fn a_batch_without_records_has_bits_to_flip_too() {
        let epoch = Epoch([3; 16]);
        let mut batch = vec![0; 4096];
        batch[..4].copy_from_slice(b"LBAT");
        let checksum = epoch.checksum(&[&batch[..40], &[]]);
        batch[40..48].copy_from_slice(&checksum.to_le_bytes());
        for bit in 0..48 * 8 {
            let mut flipped = batch.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            let found = turn_back(&epoch, &flipped);
            assert_eq!(found.as_deref(), Some(&batch[..BATCH_HEADER_BYTES]), "bit {bit}");
        }
        for blank in [0, 0xff] {
            assert_eq!(turn_back(&epoch, &[blank; 4096]), None);
        }
    }

    #[test]
    fn any_one_bit_is_found_and_two_are_not() {
        let epoch = Epoch([3; 16]);
        let batch = batch(&epoch);
        let whole = &batch[..BATCH_HEADER_BYTES + 5000];
        let covered = (0..48 * 8).chain((64 * 8..(64 + 5000) * 8).step_by(97));
        for bit in covered {
            let mut flipped = batch.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(turn_back(&epoch, &flipped).as_deref(), Some(whole), "bit {bit}");
            flipped[100] ^= 1;
            flipped[3000] ^= 8;
            assert_eq!(turn_back(&epoch, &flipped), None, "bit {bit} and two more");
        }
        assert_eq!(turn_back(&Epoch([4; 16]), &batch), None, "another epoch");
    }
}
