//! What lies where in the data directory, and the sizes everything else keeps to.
//!
//! ```text
//! format            "larder 1\n"
//! journal/SSSSSSSS  segments, by slot (hex)
//! index/            the index crate's own files
//! blobs/DDDDDDDD/   large blobs, 4,096 numbers to a directory
//! reserve           preallocated space that only deletes, flushes and gc may use
//! ```

use larder_platform::DIRECT_ALIGN;
use std::path::{Path, PathBuf};

/// The format this build writes.
pub(crate) const FORMAT_TEXT: &str = "larder 1\n";

/// Smallest segment: what a fresh directory starts with, so that it is small and starts fast.
pub(crate) const SEGMENT_BYTES_MIN: u64 = 1 << 20;
/// Largest segment; each new one is twice the last until then.
pub(crate) const SEGMENT_BYTES_MAX: u64 = 64 << 20;
/// Largest new segment while the disk is full: the reserve must also do for flushes of the index.
pub(crate) const SEGMENT_BYTES_FULL: u64 = 4 << 20;
/// Bytes of one journal write at most, header included. Bounds the memory of the committer and
/// the time that a commit waits for its group.
pub(crate) const BATCH_BYTES_MAX: usize = 512 << 10;
/// Batches begin at multiples of this.
pub const BATCH_ALIGN: usize = DIRECT_ALIGN;
/// Exactly one journal write is in flight: the rule that a torn batch is the last one needs it.
pub(crate) const WRITES_IN_FLIGHT_MAX: usize = 1;
/// Largest inline payload.
pub(crate) const PAYLOAD_BYTES_MAX: usize = 128 << 10;
/// Bytes of commits that may wait for the committer; further callers wait for room.
pub(crate) const QUEUE_BYTES_MAX: usize = 16 << 20;
/// Journal bytes after which a checkpoint is taken, so that a restart replays a bounded amount.
pub(crate) const CHECKPOINT_BYTES: u64 = 128 << 20;
/// What escaping may add to the keys of one commit.
const KEY_ESCAPES_MAX: usize = larder_storage::COMMIT_ROWS_MAX * larder_storage::ROW_KEY_BYTES_MAX;
/// Blob numbers to a directory.
pub(crate) const BLOBS_PER_DIRECTORY: u64 = 4096;

const _: () = assert!(SEGMENT_BYTES_FULL >= SEGMENT_BYTES_MIN);
const _: () = assert!(WRITES_IN_FLIGHT_MAX == 1);
const _: () = assert!(BATCH_BYTES_MAX.is_multiple_of(BATCH_ALIGN));
const _: () = assert!(BATCH_BYTES_MAX as u64 + 4096 <= SEGMENT_BYTES_MIN, "a batch fits a segment");
const _: () = assert!(
    PAYLOAD_BYTES_MAX + larder_storage::COMMIT_BYTES_MAX + KEY_ESCAPES_MAX + 12_288
        <= BATCH_BYTES_MAX,
    "a commit with one payload fits a batch"
);

/// Files beside the engine's own that belong to the data: a copy takes them along.
pub const SMALL_FILES: [&str; 1] = ["root-credentials"];

/// How a blob's file is called, from the root of the data directory.
pub fn blob_place(id: u64) -> String {
    let directory = id / BLOBS_PER_DIRECTORY;
    format!("blobs/{directory:08x}/{id:016x}")
}

/// Paths of one data directory.
#[derive(Clone, Debug)]
pub struct Layout {
    /// The data directory.
    pub root: PathBuf,
}

impl Layout {
    /// The paths below `root`.
    pub fn new(root: &Path) -> Self {
        Self { root: root.to_owned() }
    }

    /// Says which format the directory has.
    pub fn format(&self) -> PathBuf {
        self.root.join("format")
    }

    /// The journal's directory.
    pub fn journal(&self) -> PathBuf {
        self.root.join("journal")
    }

    /// The file of a slot.
    pub fn segment(&self, slot: u32) -> PathBuf {
        self.journal().join(format!("{slot:08x}"))
    }

    /// The index's directory.
    pub fn index(&self) -> PathBuf {
        self.root.join("index")
    }

    /// Says that a backup or restore into this directory was not finished.
    pub fn unfinished(&self) -> PathBuf {
        self.root.join("unfinished-copy")
    }

    /// Where a repair makes a new index.
    pub fn rebuilding(&self) -> PathBuf {
        self.root.join("index.rebuilding")
    }

    /// The directory of all blobs.
    pub fn blobs(&self) -> PathBuf {
        self.root.join("blobs")
    }

    /// The directory of a blob.
    pub fn blob_directory(&self, id: u64) -> PathBuf {
        self.blobs().join(format!("{:08x}", id / BLOBS_PER_DIRECTORY))
    }

    /// A blob's file.
    pub fn blob(&self, id: u64) -> PathBuf {
        self.root.join(blob_place(id))
    }

    /// The space reserve.
    pub fn reserve(&self) -> PathBuf {
        self.root.join("reserve")
    }
}
