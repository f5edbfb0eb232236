//! The checkpoint: how far the durable index reaches into the journal, and what is known there.
//! It is a row of the index itself, so that it becomes durable together with what it speaks of.
//!
//! ```text
//! u8   1 (format)
//! u64  segment and u64 end of the last batch applied, u64 number of the next batch,
//! u64  moment of the last commit
//! u32  segments, each: u64 sequence number, u64 live bytes, u64 end
//! u32  spaces, each: u64 space, i64 objects, i64 bytes
//! ```

use crate::bytes_le::Reader;
use crate::index::{Index, IndexChange, IndexError};
use crate::journal::Link;
use crate::keys;
use larder_storage::{Moment, UsageDelta};

/// Name of the checkpoint's row.
const CHECKPOINT: &[u8] = b"checkpoint";
const FORMAT: u8 = 1;

/// Whether an index key is that of the checkpoint's row.
pub fn is_checkpoint(key: &[u8]) -> bool {
    key == keys::internal(CHECKPOINT)
}

/// A segment as the checkpoint knows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentUse {
    /// Its sequence number.
    pub sequence: u64,
    /// Bytes of its records that something needs.
    pub live_bytes: u64,
    /// Where its batches end, in bytes.
    pub end: u64,
}

/// The checkpoint.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checkpoint {
    /// The last batch applied; `None` before the first.
    pub applied: Option<Link>,
    /// The number of the next batch.
    pub next_batch: u64,
    /// The moment of the last commit.
    pub moment: u64,
    /// The segments in use.
    pub segments: Vec<SegmentUse>,
    /// Usage by space.
    pub usage: Vec<(u64, UsageDelta)>,
}

impl Checkpoint {
    /// The checkpoint of an index; that of an empty journal when there is none.
    pub fn read(index: &dyn Index) -> Result<Self, IndexError> {
        match index.get(&keys::internal(CHECKPOINT))? {
            None => Ok(Self { next_batch: 1, ..Self::default() }),
            Some(value) => Self::decode(&value)
                .ok_or_else(|| IndexError("the checkpoint cannot be read".into())),
        }
    }

    /// Writes the checkpoint's row, as of its moment.
    pub fn apply(&self, index: &dyn Index) {
        let (key, value) = (keys::internal(CHECKPOINT), Some(self.encode()));
        index.apply(vec![IndexChange { key, value, at: Moment(self.moment) }]);
    }

    pub(crate) fn encode(&self) -> Vec<u8> {
        let applied = self.applied.unwrap_or(Link { segment: 0, end: 0 });
        let mut out = vec![FORMAT];
        for number in [applied.segment, applied.end, self.next_batch, self.moment] {
            out.extend_from_slice(&number.to_le_bytes());
        }
        out.extend_from_slice(&(self.segments.len() as u32).to_le_bytes());
        for segment in &self.segments {
            for number in [segment.sequence, segment.live_bytes, segment.end] {
                out.extend_from_slice(&number.to_le_bytes());
            }
        }
        out.extend_from_slice(&(self.usage.len() as u32).to_le_bytes());
        for (space, usage) in &self.usage {
            out.extend_from_slice(&space.to_le_bytes());
            out.extend_from_slice(&usage.objects.to_le_bytes());
            out.extend_from_slice(&usage.bytes.to_le_bytes());
        }
        out
    }

    pub(crate) fn decode(bytes: &[u8]) -> Option<Self> {
        let mut reader = Reader::new(bytes);
        if reader.u8()? != FORMAT {
            return None;
        }
        let applied = Link { segment: reader.u64()?, end: reader.u64()? };
        let mut out = Self {
            applied: (applied.segment != 0).then_some(applied),
            next_batch: reader.u64()?,
            moment: reader.u64()?,
            ..Self::default()
        };
        for _ in 0..reader.u32()? {
            out.segments.push(SegmentUse {
                sequence: reader.u64()?,
                live_bytes: reader.u64()?,
                end: reader.u64()?,
            });
        }
        for _ in 0..reader.u32()? {
            let space = reader.u64()?;
            out.usage.push((space, UsageDelta { objects: reader.i64()?, bytes: reader.i64()? }));
        }
        reader.is_empty().then_some(out)
    }
}

#[cfg(test)]
mod tests {
    use super::{Checkpoint, SegmentUse};
    use crate::journal::Link;
    use larder_storage::UsageDelta;

    #[test]
    fn round_trip() {
        let checkpoint = Checkpoint {
            applied: Some(Link { segment: 4, end: 8192 }),
            next_batch: 17,
            moment: 99,
            segments: vec![SegmentUse { sequence: 3, live_bytes: 1, end: 4096 }],
            usage: vec![(7, UsageDelta { objects: -1, bytes: i64::MAX })],
        };
        let bytes = checkpoint.encode();
        assert_eq!(Checkpoint::decode(&bytes), Some(checkpoint));
        assert_eq!(Checkpoint::decode(&bytes[..bytes.len() - 1]), None);
        let empty = Checkpoint::default();
        assert_eq!(Checkpoint::decode(&empty.encode()), Some(empty));
    }
}
