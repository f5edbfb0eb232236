//! The records of a segment that count, damaged stretches included.

use larder_storage_local::offline::{PlacedRecord, SegmentReader, Stretch, salvage};
use std::io;

/// Shows every record of whole commits: first those salvaged from `damage`, then those of batches.
pub(crate) fn records<E: From<io::Error>>(
    reader: &mut SegmentReader,
    damage: &[(u64, u64)],
    show: &mut dyn FnMut(&PlacedRecord<'_>) -> Result<(), E>,
) -> Result<(), E> {
    let (segment, epoch) = (reader.segment.sequence, reader.segment.epoch);
    for (from, to) in damage {
        let bytes = reader.bytes(*from, *to)?;
        for record in &salvage(&epoch, &bytes, segment, *from).records {
            show(record)?;
        }
    }
    loop {
        match reader.next_stretch()? {
            Stretch::Batch(batch) | Stretch::OneBit(batch) => {
                batch.records(&epoch).try_for_each(|record| show(&record))?;
            }
            Stretch::Damage { .. } | Stretch::Searching => {}
            Stretch::End(_) => return Ok(()),
        }
    }
}
