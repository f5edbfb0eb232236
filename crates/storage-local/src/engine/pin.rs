//! What is stored at one moment, held for a copy while the engine serves.

use super::Local;
use crate::state::EngineState;
use std::sync::Arc;

/// A segment to copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopySegment {
    /// Its file's number.
    pub slot: u32,
    /// Its sequence number.
    pub sequence: u64,
    /// Where its last batch ends that belongs to the copy.
    pub end: u64,
}

/// Holds everything that is stored at one moment: while it lives, the engine frees no segment and
/// no blob. Commits go on.
pub struct Pin {
    /// What a copy as of that moment is made of, oldest first.
    pub segments: Vec<CopySegment>,
    shared: Arc<EngineState>,
    held: Option<tokio::sync::OwnedRwLockWriteGuard<()>>,
}

impl Local {
    /// Pins what is stored now. Waits for another pin to end.
    pub(crate) async fn pin_segments(&self) -> Pin {
        let held = self.shared.frees.clone().write_owned().await;
        // The newest of the list is the only one that grows, and its end is a batch's.
        let segments = self.shared.segments.all();
        let segments = segments.iter().map(|segment| CopySegment {
            slot: segment.slot,
            sequence: segment.sequence,
            end: segment.end(),
        });
        Pin { segments: segments.collect(), shared: self.shared.clone(), held: Some(held) }
    }
}

impl Drop for Pin {
    fn drop(&mut self) {
        self.held = None;
        self.shared.wake_keepers();
    }
}
