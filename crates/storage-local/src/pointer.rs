//! Index values: a pointer to the row's record in the journal, then the row's value.

use crate::bytes_le::Reader;
use crate::journal::RecordPlace;

/// Bytes of the pointer: segment, offset, record and payload length.
const POINTER_BYTES: usize = 20;

/// An index value: where the record is, then the row's value.
pub fn index_value(place: RecordPlace, payload: u32, value: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(POINTER_BYTES + value.len());
    out.extend_from_slice(&place.segment.to_le_bytes());
    out.extend_from_slice(&place.offset.to_le_bytes());
    out.extend_from_slice(&place.length.to_le_bytes());
    out.extend_from_slice(&payload.to_le_bytes());
    out.extend_from_slice(value);
    out
}

/// An index value's parts: the record's place, the payload's length in bytes, the row's value.
/// `None` when it is too short.
pub fn split_value(value: &[u8]) -> Option<(RecordPlace, u32, &[u8])> {
    let (pointer, rest) = value.split_at_checked(POINTER_BYTES)?;
    let mut reader = Reader::new(pointer);
    let (segment, offset, length) = (reader.u64()?, reader.u32()?, reader.u32()?);
    Some((RecordPlace { segment, offset, length }, reader.u32()?, rest))
}
