//! The index: key to value as of a moment, derived from the journal and always rebuildable from it.
//!
//! Apart from this trait's implementation over the `lsm-tree` crate, nothing in the engine touches
//! files other than through `larder_platform`.

mod cache;
mod cursor;
pub(crate) mod files;
mod gaps;
mod lsm;
mod memory;
mod skipping;

pub use cache::CachedIndex;
pub use lsm::LsmIndex;
pub use memory::{MemoryIndex, MemoryTables};
pub use skipping::GapOptions;
pub(crate) use skipping::SkippingIndex;

use bytes::Bytes;
use larder_storage::Moment;
use std::fmt;

/// The index failed; the text says how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IndexError(pub String);

impl fmt::Display for IndexError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "index: {}", self.0)
    }
}

/// One change of the index.
#[derive(Debug)]
pub struct IndexChange {
    /// The key.
    pub key: Vec<u8>,
    /// The value, or `None` to remove the key.
    pub value: Option<Vec<u8>>,
    /// When. Moments never decrease from call to call.
    pub at: Moment,
}

/// How much of the tables is waste.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Waste {
    /// Not worth the work.
    Little,
    /// To be cleared away when there is nothing else to do.
    Some,
    /// More is waste than is not.
    Much,
}

/// What a cursor's owner wants next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// The next entry.
    Step,
    /// The first entry at or after this key.
    Seek(Vec<u8>),
    /// No more.
    Stop,
}

/// An ordered walk over the index as of one moment.
pub trait Cursor {
    /// The entry it stands on; `None` behind the last.
    fn entry(&self) -> Option<(&[u8], &[u8])>;
    /// Goes to the next entry.
    fn step(&mut self) -> Result<(), IndexError>;
    /// Goes to the first entry at or after `key`, which lies ahead.
    fn seek(&mut self, key: &[u8]) -> Result<(), IndexError>;
}

/// The index. `apply` and `seal` are called by the committer alone; everything else by anyone.
pub trait Index: Send + Sync {
    /// Makes changes readable; not durable.
    fn apply(&self, changes: Vec<IndexChange>);

    /// The newest value of a key. Does not block when the index is [`Index::is_resident`].
    fn get(&self, key: &[u8]) -> Result<Option<Bytes>, IndexError>;

    /// The newest value of a key when it is at hand without any wait; `None` says nothing.
    fn get_resident(&self, _key: &[u8]) -> Option<Bytes> {
        None
    }

    /// A walk from `from` to before `to` as of `at`, which the caller has pinned.
    fn cursor(
        &self,
        from: &[u8],
        to: &[u8],
        at: Moment,
    ) -> Result<Box<dyn Cursor + '_>, IndexError>;

    /// Whether at least so many entries lie from `from` to before `to`, removed and superseded ones
    /// among them: whether a walk from one to the other is long though it finds nothing. Looks at
    /// so many at most; a guess, which no answer may depend on.
    fn is_crowded(&self, from: &[u8], to: &[u8], least: usize) -> bool;

    /// Whether at least so many removed rows may be in the index. `false` spares walks the look
    /// for them.
    fn may_hide(&self, least: usize) -> bool;

    /// Whether reads find everything in memory, so that they may run on a reactor thread.
    fn is_resident(&self) -> bool;

    /// Bytes of changes that are not in tables yet.
    fn memtable_bytes(&self) -> u64;

    /// Closes the current set of changes: the next [`Index::flush`] makes all of it durable at
    /// once, or none.
    fn seal(&self);

    /// Makes sealed changes durable. A version older than `oldest` that another has superseded may
    /// go: nobody reads at a moment before `oldest`, now or later.
    fn flush(&self, oldest: Moment) -> Result<(), IndexError>;

    /// Does one piece of compaction; `false` when nothing was to be done.
    fn compact(&self, oldest: Moment) -> Result<bool, IndexError>;

    /// What is in tables though it was removed or replaced, and what [`Index::compact`] leaves
    /// there.
    fn waste(&self) -> Waste {
        Waste::Little
    }

    /// Bytes of all tables.
    fn table_bytes(&self) -> u64 {
        0
    }

    /// Writes all tables anew without waste, apart from what somebody at or after `oldest` reads.
    /// Takes long, and as much space again.
    fn rewrite(&self, _oldest: Moment) -> Result<(), IndexError> {
        Ok(())
    }
}
