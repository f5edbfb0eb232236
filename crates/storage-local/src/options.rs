//! How an engine is run.

use crate::index::GapOptions;
use crate::layout::{BATCH_BYTES_MAX, SEGMENT_BYTES_MAX};
use crate::window::CHANGES_MAX;
use std::path::PathBuf;

/// Closed spaces that are remembered at a time: many more than there can be requests under way.
const CLOSED_SPACES_MAX: usize = 1 << 16;

/// How an engine is run.
#[derive(Clone, Debug)]
pub struct Options {
    /// The data directory.
    pub directory: PathBuf,
    /// Bytes of index changes kept in memory before they go to tables. Twice as much is in memory
    /// while tables are written.
    pub memtable_bytes: u64,
    /// Journal bytes after which a checkpoint is taken, instead of the built-in distance.
    pub checkpoint_bytes: Option<u64>,
    /// Largest new journal segment.
    pub segment_bytes_max: u64,
    /// Bytes of records that are kept in memory because they are read often.
    pub hot_record_bytes: usize,
    /// Bytes of large objects on their way in and out that may be in memory in large pieces. Each
    /// transfer may have two blocks of 64 KiB beside it.
    pub transfer_bytes: usize,
    /// gc begins when there are at least this many bytes of garbage.
    pub garbage_bytes_min: u64,
    /// Bytes of commits taken into one journal write; one commit is always taken.
    pub batch_bytes_max: usize,
    /// Changes remembered for the checks of commits; a check of a row read before them is retried.
    pub window_changes_max: usize,
    /// Closed spaces remembered at a time: those that somebody who began before may write to.
    pub closed_spaces_max: usize,
    /// What is remembered of where walks find nothing.
    pub gaps: GapOptions,
}

impl Options {
    /// The settings for `directory` that suit a small machine.
    pub fn new(directory: impl Into<PathBuf>) -> Self {
        Self {
            directory: directory.into(),
            memtable_bytes: 16 << 20,
            checkpoint_bytes: None,
            segment_bytes_max: SEGMENT_BYTES_MAX,
            hot_record_bytes: 8 << 20,
            transfer_bytes: 32 << 20,
            garbage_bytes_min: 8 << 20,
            batch_bytes_max: BATCH_BYTES_MAX,
            window_changes_max: CHANGES_MAX,
            closed_spaces_max: CLOSED_SPACES_MAX,
            gaps: GapOptions::default(),
        }
    }

    pub(crate) fn checkpoint_bytes(&self, built_in: u64) -> u64 {
        self.checkpoint_bytes.unwrap_or(built_in)
    }
}
