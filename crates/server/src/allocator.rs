//! The allocator, and that it gives memory back.
#![allow(unsafe_code, reason = "jemalloc looks for its settings under a name of its own")]

use std::ffi::c_char;
use tikv_jemallocator::Jemalloc;

#[global_allocator]
static ALLOCATOR: Jemalloc = Jemalloc;

/// A text that C reads.
#[repr(transparent)]
struct Text(*const c_char);

// SAFETY: it points to a constant, which nobody changes.
unsafe impl Sync for Text {}

/// What a burst of connections or of large bodies leaves behind goes back to the system after a
/// second, by a thread that sleeps otherwise; where jemalloc has no such thread, when memory is
/// asked for next.
const TEXT: &std::ffi::CStr = if cfg!(target_os = "linux") {
    c"background_thread:true,dirty_decay_ms:1000,muzzy_decay_ms:0"
} else {
    c"dirty_decay_ms:1000,muzzy_decay_ms:0"
};

/// Read by jemalloc before anything runs.
// SAFETY: jemalloc declares `const char *_rjem_malloc_conf`, and this is one.
#[unsafe(export_name = "_rjem_malloc_conf")]
static SETTINGS: Text = Text(TEXT.as_ptr());
