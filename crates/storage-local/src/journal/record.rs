//! Records: one row written or removed, or a change of a space's usage.
//!
//! ```text
//!  0  u32  CRC32C of all that follows, XOR the epoch's mask
//!  4  u8   operation: 1 put, 2 delete, 3 usage
//!  5  u8   1 = first record of a commit
//!  6  u16  length of the index key
//!  8  u32  length of the value
//! 12  u32  length of the payload, 0 = none
//! 16  u64  segment of the record that this one replaces, 0 = none or not known
//! 24  u32  length of that record
//! 28  u32  CRC32C of the header from 4 to here and of the index key, XOR the epoch's mask: what a
//!          record was about is known though its value or payload is damaged
//! 32       index key, value, payload
//! ```

use super::Epoch;
use crate::bytes_le::Reader;
use larder_platform::AlignedBuffer;
use larder_storage::WriteToken;

/// Bytes before a record's index key.
pub(crate) const RECORD_HEADER_BYTES: usize = 32;

/// What a record does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum Op {
    /// A row is written.
    Put = 1,
    /// A row is removed.
    Delete = 2,
    /// A space's usage changes.
    Usage = 3,
}

/// Where a record is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RecordPlace {
    /// The segment's sequence number; never 0.
    pub segment: u64,
    /// Where it begins in the segment, in bytes.
    pub offset: u32,
    /// Its bytes.
    pub length: u32,
}

impl RecordPlace {
    pub(crate) fn token(self) -> WriteToken {
        WriteToken::new([self.segment, (u64::from(self.offset) << 32) | u64::from(self.length)])
    }

    pub(crate) fn from_token(token: WriteToken) -> Self {
        let [segment, place] = token.words();
        Self { segment, offset: (place >> 32) as u32, length: place as u32 }
    }
}

/// A record to write.
pub(crate) struct Record<'a> {
    pub(crate) op: Op,
    pub(crate) first: bool,
    pub(crate) key: &'a [u8],
    pub(crate) value: &'a [u8],
    pub(crate) payload: &'a [u8],
    pub(crate) replaces: Option<RecordPlace>,
}

/// A record as read.
#[derive(Clone, Copy)]
pub struct RecordView<'a> {
    /// What it does.
    pub op: Op,
    /// Whether it is the first record of a commit.
    pub first: bool,
    /// The row's index key, or the space of a change of usage.
    pub key: &'a [u8],
    /// The row's value, or the change of usage.
    pub value: &'a [u8],
    /// The row's payload; empty when there is none.
    pub payload: &'a [u8],
    /// Segment and bytes of the record that this one made garbage, where that is known.
    pub replaces: Option<(u64, u32)>,
    /// Bytes of the whole record.
    pub length: usize,
}

impl Record<'_> {
    /// Bytes of the whole record.
    pub(crate) fn length(&self) -> usize {
        RECORD_HEADER_BYTES + self.key.len() + self.value.len() + self.payload.len()
    }

    /// Appends the record.
    pub(crate) fn encode(&self, epoch: &Epoch, out: &mut AlignedBuffer) {
        let mut header = [0u8; RECORD_HEADER_BYTES];
        header[4] = self.op as u8;
        header[5] = u8::from(self.first);
        header[6..8].copy_from_slice(&(self.key.len() as u16).to_le_bytes());
        header[8..12].copy_from_slice(&(self.value.len() as u32).to_le_bytes());
        header[12..16].copy_from_slice(&(self.payload.len() as u32).to_le_bytes());
        if let Some(replaced) = self.replaces {
            header[16..24].copy_from_slice(&replaced.segment.to_le_bytes());
            header[24..28].copy_from_slice(&replaced.length.to_le_bytes());
        }
        let about = about_checksum(epoch, &header[4..ABOUT_AT], self.key);
        header[ABOUT_AT..].copy_from_slice(&about.to_le_bytes());
        let start = out.len();
        for part in [&header, self.key, self.value, self.payload] {
            out.extend(part);
        }
        let record = &mut out.as_mut_slice()[start..];
        let checksum = checksum(epoch, &record[4..]);
        record[..4].copy_from_slice(&checksum.to_le_bytes());
    }
}

/// Where the checksum of header and key is.
const ABOUT_AT: usize = 28;

fn about_checksum(epoch: &Epoch, header: &[u8], key: &[u8]) -> u32 {
    let mut digest = crc_fast::Digest::new(crc_fast::CrcAlgorithm::Crc32Iscsi);
    digest.update(header);
    digest.update(key);
    digest.finalize() as u32 ^ epoch.mask()
}

/// What a record is about, when its header and key are intact.
#[derive(Clone, Copy)]
pub(crate) struct RecordAbout<'a> {
    pub(crate) op: Op,
    pub(crate) first: bool,
    pub(crate) key: &'a [u8],
    /// Bytes of the value and of the payload.
    pub(crate) value: usize,
    pub(crate) payload: usize,
    /// Bytes of the whole record.
    pub(crate) length: usize,
}

impl<'a> RecordAbout<'a> {
    /// Reads header and key at the front of `bytes`; `None` when they are damaged.
    pub(crate) fn decode(epoch: &Epoch, bytes: &'a [u8]) -> Option<Self> {
        let header = bytes.get(..RECORD_HEADER_BYTES)?;
        let op = Op::decode(header[4]).filter(|_| header[5] <= 1)?;
        let mut reader = Reader::new(&header[6..]);
        let (key, value) = (usize::from(reader.u16()?), reader.u32()? as usize);
        let payload = reader.u32()? as usize;
        let stored = Reader::new(&header[ABOUT_AT..]).u32()?;
        let key = bytes[RECORD_HEADER_BYTES..].get(..key)?;
        let length = (RECORD_HEADER_BYTES + key.len()).checked_add(value)?.checked_add(payload)?;
        let intact = about_checksum(epoch, &header[4..ABOUT_AT], key) == stored;
        let first = header[5] == 1;
        intact.then_some(Self { op, first, key, value, payload, length })
    }
}

impl Op {
    fn decode(code: u8) -> Option<Self> {
        match code {
            1 => Some(Self::Put),
            2 => Some(Self::Delete),
            3 => Some(Self::Usage),
            _ => None,
        }
    }
}

fn checksum(epoch: &Epoch, bytes: &[u8]) -> u32 {
    let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc32Iscsi, bytes) as u32;
    crc ^ epoch.mask()
}

impl<'a> RecordView<'a> {
    /// The record at the front of `bytes`; `None` when it is damaged.
    pub fn decode(epoch: &Epoch, bytes: &'a [u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        let stored = reader.u32()?;
        let (op, first) = (reader.u8()?, reader.u8()?);
        let (key, value) = (usize::from(reader.u16()?), reader.u32()? as usize);
        let payload = reader.u32()? as usize;
        let (segment, replaced) = (reader.u64()?, reader.u32()?);
        reader.u32()?;
        let length = RECORD_HEADER_BYTES.checked_add(key)?.checked_add(value)?;
        let length = length.checked_add(payload)?;
        if checksum(epoch, bytes.get(4..length)?) != stored {
            return None;
        }
        Some(Self {
            op: Op::decode(op)?,
            first: first == 1,
            key: reader.bytes(key)?,
            value: reader.bytes(value)?,
            payload: reader.bytes(payload)?,
            replaces: (segment != 0).then_some((segment, replaced)),
            length,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{Epoch, Op, Record, RecordPlace, RecordView};
    use larder_platform::AlignedBuffer;

    #[test]
    fn round_trip_and_every_flipped_bit_is_seen() {
        let epoch = Epoch([3; 16]);
        let replaces = Some(RecordPlace { segment: 9, offset: 1, length: 77 });
        let record = Record {
            op: Op::Put,
            first: true,
            key: b"key",
            value: b"value",
            payload: b"payload",
            replaces,
        };
        let mut out = AlignedBuffer::new(4096);
        record.encode(&epoch, &mut out);
        assert_eq!(out.len(), record.length());
        let view = RecordView::decode(&epoch, out.as_slice()).expect("decodes");
        assert_eq!((view.op, view.first, view.length), (Op::Put, true, out.len()));
        assert_eq!(
            (view.key, view.value, view.payload),
            (&b"key"[..], &b"value"[..], &b"payload"[..])
        );
        assert_eq!(view.replaces, Some((9, 77)));
        for bit in 0..out.len() * 8 {
            let mut bytes = out.as_slice().to_vec();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert!(RecordView::decode(&epoch, &bytes).is_none(), "bit {bit}");
        }
        assert!(RecordView::decode(&Epoch([4; 16]), out.as_slice()).is_none(), "another epoch");
    }

    #[test]
    fn tokens() {
        let place = RecordPlace { segment: 5, offset: u32::MAX, length: 7 };
        assert_eq!(RecordPlace::from_token(place.token()), place);
    }
}
