//! The space reserve: preallocated, so that deletes, index flushes and gc can go on when the disk
//! is full. Object writes stop at its edge and go on by themselves when space returns.

use crate::layout::Layout;
use larder_platform::{OpenMode, Platform};
use std::io;
use std::sync::atomic::{AtomicBool, Ordering};

/// Bytes set aside. At least what one flush of both memtables and one segment need.
pub(crate) const RESERVE_BYTES: u64 = 64 << 20;
/// Object writes stop when less than this is free beside the reserve.
const EDGE_BYTES: u64 = 16 << 20;

const _: () = assert!(RESERVE_BYTES >= crate::layout::SEGMENT_BYTES_MAX);

/// The reserve.
pub(crate) struct Reserve {
    platform: Platform,
    layout: Layout,
    full: AtomicBool,
    held: AtomicBool,
}

impl Reserve {
    pub(crate) fn new(platform: Platform, layout: Layout) -> Self {
        // An earlier run may have left it behind.
        let file = platform.disk.open(&layout.reserve(), OpenMode::Read);
        let length = file.and_then(|file| file.length()).unwrap_or(0);
        let (full, held) = (AtomicBool::new(false), AtomicBool::new(length >= RESERVE_BYTES));
        Self { platform, layout, full, held }
    }

    /// Whether object writes are refused.
    pub(crate) fn is_full(&self) -> bool {
        self.full.load(Ordering::Relaxed)
    }

    /// Takes note of a device that said it has no space.
    pub(crate) fn saw(&self, error: &io::Error) {
        if error.kind() == io::ErrorKind::StorageFull {
            self.release();
        }
    }

    /// Looks at the space left and holds or releases the reserve accordingly. Called at start,
    /// after journal growth, and while full.
    pub(crate) fn review(&self) {
        let Ok(space) = self.platform.disk.space(&self.layout.root) else {
            return;
        };
        let held = if self.held.load(Ordering::Relaxed) { RESERVE_BYTES } else { 0 };
        if space.free_bytes + held < RESERVE_BYTES + EDGE_BYTES {
            self.release();
        } else if self.is_full() || held == 0 {
            self.hold();
        }
    }

    fn release(&self) {
        if !self.full.swap(true, Ordering::Relaxed) {
            log::error!(
                "no space left on the device of {}: object writes are refused until there is \
                 space again; reads and deletes go on",
                self.layout.root.display()
            );
        }
        if self.held.swap(false, Ordering::Relaxed) {
            let file = self.platform.disk.open(&self.layout.reserve(), OpenMode::Write);
            if let Err(error) = file.and_then(|file| file.set_length(0)) {
                log::error!("the space reserve could not be released: {error}");
            }
        }
    }

    fn hold(&self) {
        let path = self.layout.reserve();
        let disk = &self.platform.disk;
        let file =
            disk.open(&path, OpenMode::Write).or_else(|_| disk.open(&path, OpenMode::Create));
        match file.and_then(|file| file.allocate(RESERVE_BYTES)) {
            Ok(()) => {
                self.held.store(true, Ordering::Relaxed);
                if self.full.swap(false, Ordering::Relaxed) {
                    log::info!("there is space again: object writes are accepted");
                }
            }
            Err(_) => self.release(),
        }
    }
}
