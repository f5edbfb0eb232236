//! gc frees everything and only garbage: behind the last operation and some time nothing waits to
//! be freed, and the journal holds little more than what is live. (That it frees nothing else is
//! seen by every look at everything that follows.)

use super::Violation;
use crate::client::Ctx;
use larder_storage::{MetaStore, RowKind};
use larder_storage_local::Options;
use std::sync::atomic::Ordering;

const NAME: &str = "gc frees everything";

/// No Gc row is left.
pub(crate) async fn check_queue(ctx: &Ctx) -> Result<(), Violation> {
    let rows = ctx.store().queue(RowKind::Gc, bytes::Bytes::new(), 100).await;
    match rows {
        Ok(rows) if rows.is_empty() => Ok(()),
        Ok(rows) => {
            let first = &rows[0].0;
            let what = format!("{} rows are still to be freed, the first {first:?}", rows.len());
            Err(Violation::new(NAME, what))
        }
        Err(error) => Err(Violation::new(NAME, format!("the queue cannot be read: {error}"))),
    }
}

/// The journal's size against what is live in it.
pub(crate) fn check_journal(ctx: &Ctx, options: &Options) -> Result<(), Violation> {
    let metrics = ctx.store();
    let metrics = metrics.counters();
    let used = metrics.segment_bytes.load(Ordering::Relaxed);
    let live = metrics.live_bytes.load(Ordering::Relaxed);
    // What the index has not made durable yet is not looked at by gc.
    let behind = options.checkpoint_bytes.unwrap_or(0) + 64 * options.memtable_bytes.min(64 << 10);
    let segments = 4 * options.segment_bytes_max;
    let most = live * 13 / 10 + options.garbage_bytes_min + behind + segments;
    if used > most {
        let what = format!("segments hold {used} bytes for {live} live ones, more than {most}");
        return Err(Violation::new(NAME, what));
    }
    Ok(())
}
