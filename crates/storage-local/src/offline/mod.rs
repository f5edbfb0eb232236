//! A data directory that nobody serves, for the maintenance of it: its files, as a start reads
//! them. Journal and damage are classified in one place, so that nobody who looks at a directory
//! takes it for something else than the start does.
//!
//! [`survey`] tells the segments, [`SegmentReader`] their batches, [`salvage`] what is left in a
//! damaged stretch; [`rows`](walk_rows) walks an index, [`Appender`] writes behind the journal.

mod append;
mod blobs;

pub use crate::checkpoint::{Checkpoint, SegmentUse, is_checkpoint};
pub use crate::engine::{create_copy, lock_existing};
pub use crate::finding::{LACKS_RECORDS, ONE_BIT, bytes_damaged};
pub use crate::journal::{
    BatchHeader, BlockState, Ends, Epoch, FreeSegment, Link, LostRow, Op, PlacedRecord, ReadBatch,
    RecordPlace, RecordView, SEGMENT_HEADER_BYTES, Salvage, Seal, Segment, SegmentHeader,
    SegmentReader, Stretch, Survey, Surveyed, Tail, TailSegment, place, place_at, salvage, survey,
    write_block,
};
pub use crate::keys::{adopted as adopted_key, encode as index_key, internal as internal_key};
pub use crate::kinds::{Unreadable, refuse_unknown};
pub use crate::layout::{BATCH_ALIGN, Layout, SMALL_FILES, blob_place};
pub use crate::pointer::{index_value, split_value};
pub use crate::recovery::usage_change;
pub use crate::rows::{
    EngineRows, ShownRow, WalkedRows, all_rows, is_adopted, row_name, walk_rows,
};
pub use crate::window::row_hash;
pub use append::{Addition, AppendAt, Appended, Appender, MovedRecord};
pub use blobs::{blob_numbers, next_blob_row, read_blob, verify_blob};

use larder_platform::Platform;
use std::io;

/// Whether nothing was ever stored: no index, no segments, no blobs. A start goes on from there.
pub fn is_unused(platform: &Platform, layout: &Layout, survey: &Survey) -> bool {
    let blobs = match blob_numbers(platform, layout) {
        Ok(numbers) => numbers.len(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
        Err(_) => return false,
    };
    let index = crate::index::files::tables(&*platform.disk, &layout.index());
    survey.next_slot == 0 && blobs == 0 && matches!(index, Ok(None))
}
