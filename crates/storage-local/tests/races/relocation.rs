//! Commit beside gc beside read, made sharp: one record is alone in its segment, and its row is
//! replaced while a reader wants its payload. Once gc copies the record forward meanwhile, once its
//! segment is freed. The same commit replaces many rows of another segment: between the first
//! record that it makes garbage and the index's word for the new ones lie many steps.

use crate::machine::Machine;
use crate::{SPACE, check, options, put, row};
use bytes::Bytes;
use larder_storage::{Batch, CommitError, Delete, Found, MetaStore, Put, RowKey, RowKind};
use larder_storage_local::{Local, Options};
use shuttle::future::block_on;
use shuttle::thread;
use std::sync::atomic::{AtomicU64, Ordering};

/// The row whose record is alone in its segment.
const ALONE: &str = "alone";
const ALONE_BYTES: usize = 100;
/// Rows of another segment that the same commit replaces.
const OTHERS: u8 = 48;
/// Payload of a row that is there to fill segments.
const FILLER_BYTES: usize = 120 << 10;
/// Fillers after which the first segment is full.
const FILLERS: u8 = 9;
/// Payloads that the reader asks for: it must still be reading when the row is replaced.
const READS: usize = 60;

static SEGMENTS_FREED: AtomicU64 = AtomicU64::new(0);
static RECORDS_MOVED: AtomicU64 = AtomicU64::new(0);

/// Of an engine whose gc begins when the last filler is removed, and not before.
fn gc_options() -> Options {
    let mut options = options();
    // Every commit is checkpointed at once: whatever lies before the active segment may be freed.
    options.memtable_bytes = 1;
    options.garbage_bytes_min = FILLER_BYTES as u64 * u64::from(FILLERS);
    // A payload in memory would be read although its segment is gone.
    options.hot_record_bytes = 0;
    options
}

fn get(local: &Local, row: &RowKey) -> Found {
    block_on(local.get(row)).expect("a row is read")
}

fn commit(local: &Local, batch: Batch) {
    block_on(local.commit(batch)).expect("only one thread writes these rows");
}

/// Writes a row's `version` with a payload that tells it.
fn write(local: &Local, key: &'static str, version: u8, bytes: usize) {
    let mut batch = put(key, vec![version], &get(local, &row(key)));
    batch.puts[0].payload = Some(vec![version; bytes].into());
    commit(local, batch);
}

fn other(number: u8) -> RowKey {
    RowKey::new(SPACE, RowKind::Version, ALONE).with_suffix(vec![number])
}

fn put_others(version: u8, found: impl Fn(u8) -> Option<Found>) -> Vec<Put> {
    let puts = (0..OTHERS).map(|number| Put {
        row: other(number),
        value: Bytes::from(vec![version]),
        payload: None,
        replaces: found(number).map(|found| found.seen),
    });
    puts.collect()
}

/// One segment with a record that is needed, among garbage; the next one with many.
fn prepare(local: &Local) {
    write(local, ALONE, 1, ALONE_BYTES);
    for version in 1..=FILLERS {
        write(local, "filler", version, FILLER_BYTES);
    }
    commit(local, Batch { puts: put_others(1, |_| None), ..Batch::default() });
}

/// Replaces the row and the others in one commit, whether or not gc has moved its record.
fn replace(local: &Local, others: &[Found]) {
    loop {
        let mut batch = put(ALONE, vec![2], &get(local, &row(ALONE)));
        batch.puts[0].payload = Some(vec![2; ALONE_BYTES].into());
        batch.puts.extend(put_others(2, |number| others.get(usize::from(number)).cloned()));
        match block_on(local.commit(batch)) {
            Ok(_) => return,
            Err(CommitError::CheckFailed(0)) => {}
            Err(error) => panic!("{error:?}"),
        }
    }
}

/// The version of the row by its payload, which must be whole and of that version.
fn read_version(local: &Local) -> u8 {
    let alone = row(ALONE);
    loop {
        let found = get(local, &alone).row.expect("it is never removed");
        let version = found.value[0];
        if let Some(payload) = block_on(local.payload(&alone, &found)).expect("a payload is read") {
            assert_eq!(payload, vec![version; ALONE_BYTES], "the version's own payload");
            return version;
        }
        let again = get(local, &alone).row.expect("it is never removed");
        assert_ne!(again.value, found.value, "a body is lost");
    }
}

/// Reads the row again and again beside `change`; it never goes back.
fn read_beside(local: &Local, change: impl FnOnce()) {
    let reader = {
        let local = local.clone();
        thread::spawn(move || {
            let mut last = 0;
            for _ in 0..READS {
                let version = read_version(&local);
                assert!(version >= last, "a row does not go back");
                last = version;
            }
        })
    };
    change();
    reader.join().expect("the reader ends");
}

fn remove(local: &Local, key: &'static str) {
    let delete = Delete { row: row(key), replaces: Some(get(local, &row(key)).seen) };
    commit(local, Batch { deletes: vec![delete], ..Batch::default() });
}

fn assert_replaced(local: &Local) {
    assert_eq!(read_version(local), 2, "what was acknowledged last");
    for number in 0..OTHERS {
        assert_eq!(get(local, &other(number)).row.expect("it is there").value[..], [2]);
    }
}

fn replace_beside_move() {
    let machine = Machine::new(gc_options());
    let local = machine.open();
    write(&local, "removed", 1, ALONE_BYTES);
    prepare(&local);
    read_beside(&local, || {
        // The last filler: now there is garbage enough for gc.
        remove(&local, "filler");
        replace(&local, &[]);
        remove(&local, "removed");
    });
    let moved = local.counters().records_moved.load(Ordering::Relaxed);
    RECORDS_MOVED.fetch_add(moved, Ordering::Relaxed);
    let after = |local: &Local| {
        assert_replaced(local);
        assert!(get(local, &row("removed")).row.is_none(), "what was removed stays so");
    };
    after(&local);
    drop(local);
    after(&machine.open());
}

fn replace_beside_free() {
    // Nothing is moved, and every commit is a batch of its own.
    let (garbage_bytes_min, batch_bytes_max) = (u64::MAX, 1);
    let machine = Machine::new(Options { garbage_bytes_min, batch_bytes_max, ..gc_options() });
    let local = machine.open();
    prepare(&local);
    let others: Vec<_> = (0..OTHERS).map(|number| get(&local, &other(number))).collect();
    // Each of its commits is checkpointed, and a checkpoint wakes who frees segments.
    let waker = {
        let local = local.clone();
        thread::spawn(move || (0..3).for_each(|version| write(&local, "wakes", version, 1)))
    };
    read_beside(&local, || replace(&local, &others));
    waker.join().expect("the waker ends");
    let freed = local.counters().segments_freed.load(Ordering::Relaxed);
    SEGMENTS_FREED.fetch_add(freed, Ordering::Relaxed);
    assert_replaced(&local);
}

#[test]
fn a_record_that_gc_moves_is_replaced() {
    check(replace_beside_move);
    assert!(RECORDS_MOVED.load(Ordering::Relaxed) > 0, "gc moved records");
}

#[test]
fn a_segment_is_freed_when_its_last_record_is_replaced() {
    check(replace_beside_free);
    assert!(SEGMENTS_FREED.load(Ordering::Relaxed) > 0, "gc freed segments");
}
