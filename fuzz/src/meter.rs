//! Counts what is allocated, so that a target can say what an input may cost.
//!
//! libFuzzer's own limit on one allocation needs a sanitizer, and its limit on the process is far
//! above what a single request may take.

use std::alloc::{GlobalAlloc, Layout, System};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Bytes that are allocated now, the most that were since [`bounded`] began, and the sum of all.
static HELD: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);
static TOTAL: AtomicUsize = AtomicUsize::new(0);

/// What some work may allocate: `fixed + per_byte * input` bytes.
#[derive(Clone, Copy)]
pub struct Budget {
    /// Bytes that any input may cost.
    pub fixed: usize,
    /// Bytes held at one time for each byte of the input.
    pub held_per_byte: usize,
    /// Bytes allocated in sum for each byte of the input: stands for the work.
    pub total_per_byte: usize,
}

/// Does `work` for an input of `input_bytes`.
///
/// # Panics
/// The work allocated more than its budget.
pub fn bounded<T>(input_bytes: usize, budget: Budget, work: impl FnOnce() -> T) -> T {
    let held = HELD.load(Ordering::Relaxed);
    let total = TOTAL.load(Ordering::Relaxed);
    PEAK.store(held, Ordering::Relaxed);
    let result = work();
    let peak = PEAK.load(Ordering::Relaxed) - held;
    let total = TOTAL.load(Ordering::Relaxed) - total;
    let allowed = |per_byte| budget.fixed + per_byte * input_bytes;
    assert!(
        peak <= allowed(budget.held_per_byte),
        "an input of {input_bytes} bytes held {peak} bytes"
    );
    assert!(
        total <= allowed(budget.total_per_byte),
        "an input of {input_bytes} bytes made {total} bytes be allocated"
    );
    result
}

struct Counting;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn add(bytes: usize) {
    let held = HELD.fetch_add(bytes, Ordering::Relaxed) + bytes;
    PEAK.fetch_max(held, Ordering::Relaxed);
    TOTAL.fetch_add(bytes, Ordering::Relaxed);
}

#[allow(unsafe_code, reason = "an allocator cannot be written without it")]
// SAFETY: every call goes to the system's allocator with the arguments that came in.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller keeps `GlobalAlloc`'s contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        add(layout.size());
        // SAFETY: the caller keeps `GlobalAlloc`'s contract.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, place: *mut u8, layout: Layout) {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        // SAFETY: the caller keeps `GlobalAlloc`'s contract.
        unsafe { System.dealloc(place, layout) }
    }

    unsafe fn realloc(&self, place: *mut u8, layout: Layout, bytes: usize) -> *mut u8 {
        HELD.fetch_sub(layout.size(), Ordering::Relaxed);
        add(bytes);
        // SAFETY: the caller keeps `GlobalAlloc`'s contract.
        unsafe { System.realloc(place, layout, bytes) }
    }
}
