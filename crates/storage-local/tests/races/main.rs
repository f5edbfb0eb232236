//! The three races of the engine under a model checker of threads: commit beside gc beside read
//! (`relocation`), put beside delete of what it replaces, close of a space beside put.
//!
//! The whole engine runs on shuttle's locks and threads, and many orders of them are tried: half
//! at random, half by priorities (PCT), which finds orders that need few, well placed switches.
//! `LARDER_TEST_SCHEDULES` says how many of each.

mod machine;
mod relocation;

use bytes::Bytes;
use larder_storage::{
    Batch, BlobReader, BlobRef, BlobStore, BlobWriter, Check, CommitError, CreateHints, Found,
    MetaStore, Put, RowKey, RowKind, RowView, Scan, ScanEnd, SpaceId, Step, StoredBytes, Visitor,
};
use larder_storage_local::{Local, Options};
use machine::Machine;
use shuttle::future::block_on;
use shuttle::scheduler::{PctScheduler, RandomScheduler, Scheduler};
use shuttle::{Config, Runner, thread};

/// Orders tried by each scheduler in a test run.
const SCHEDULES: usize = 60;
/// Switches that PCT places.
const PCT_DEPTH: usize = 3;
/// Stack of a thread, in bytes: checks are built without optimisation.
const STACK_BYTES: usize = 1 << 20;
/// Scheduling points of one run; more means that something waits for ever.
const STEPS_MAX: usize = 5_000_000;

const SPACE: SpaceId = SpaceId(5);
const HINTS: CreateHints = CreateHints { space: SPACE, storage_class: "STANDARD", bytes: None };

fn check(race: fn()) {
    let chosen = std::env::var("LARDER_TEST_SCHEDULES").ok();
    let schedules = chosen.map_or(SCHEDULES, |text| text.parse().expect("a number"));
    run(RandomScheduler::new(schedules), race);
    run(PctScheduler::new(PCT_DEPTH, schedules), race);
}

fn run(scheduler: impl Scheduler + 'static, race: fn()) {
    let mut config = Config::new();
    config.stack_size = STACK_BYTES;
    config.max_steps = shuttle::MaxSteps::FailAfter(STEPS_MAX);
    Runner::new(scheduler, config).run(race);
}

fn options() -> Options {
    let mut options = Options::new("/data");
    // Small, so that a few commits seal, flush, roll and collect.
    options.memtable_bytes = 1 << 10;
    options.checkpoint_bytes = Some(64 << 10);
    options.segment_bytes_max = 1 << 20;
    options.garbage_bytes_min = 64 << 10;
    options
}

fn row(key: &'static str) -> RowKey {
    RowKey::new(SPACE, RowKind::Head, Bytes::from_static(key.as_bytes()))
}

fn get(local: &Local, key: &'static str) -> Found {
    block_on(local.get(&row(key))).expect("a row is read")
}

/// A commit of one row that must not have changed since `found`.
fn put(key: &'static str, value: Vec<u8>, found: &Found) -> Batch {
    let mut batch = Batch::default();
    batch.checks.push(Check { row: row(key), seen: found.seen });
    let replaces = Some(found.seen);
    batch.puts.push(Put { row: row(key), value: value.into(), payload: None, replaces });
    batch
}

// --- put beside delete ---

const BLOB_BYTES: usize = 5_000;

async fn write_blob(local: &Local, byte: u8) -> BlobRef {
    let mut writer = local.create(HINTS).await.expect("a writer");
    writer.write(vec![byte; BLOB_BYTES].into()).await.expect("bytes are taken");
    writer.finish().await.expect("a durable blob")
}

/// The row's value: which blob, and the byte that fills it.
fn blob_value(blob: BlobRef, byte: u8) -> Vec<u8> {
    [&blob.id.0.to_be_bytes()[..], &blob.stored_bytes.0.to_be_bytes(), &[byte]].concat()
}

fn blob_of(value: &[u8], like: BlobRef) -> (BlobRef, u8) {
    let number = |bytes: &[u8]| bytes.iter().fold(0, |sum, byte| (sum << 8) | u64::from(*byte));
    let id = larder_storage::BlobId(number(&value[..8]));
    (BlobRef { id, stored_bytes: StoredBytes(number(&value[8..16])), ..like }, value[16])
}

/// Puts a new blob in place of the row's, and frees the one that was there, as gc does.
fn replace_blob(local: &Local, byte: u8) {
    block_on(async {
        let blob = write_blob(local, byte).await;
        loop {
            let found = local.get(&row("object")).await.expect("a row is read");
            let mut batch = put("object", blob_value(blob, byte), &found);
            batch.adopts.push(blob.id);
            match local.commit(batch).await {
                Ok(_) => {
                    if let Some(old) = found.row {
                        let (old, _) = blob_of(&old.value, blob);
                        local.delete(old.address()).await.expect("nobody else frees it");
                    }
                    return;
                }
                Err(CommitError::CheckFailed(_) | CommitError::Stale) => {}
                Err(error) => panic!("{error:?}"),
            }
        }
    });
}

/// Reads the blob that the row names; one that is gone must have been replaced.
async fn read_blob(local: &Local, like: BlobRef) {
    loop {
        let found = local.get(&row("object")).await.expect("a row is read");
        let value = found.row.expect("it is never removed").value;
        let (blob, byte) = blob_of(&value, like);
        let Ok(mut reader) = local.read(blob, blob.whole()).await else {
            let again = local.get(&row("object")).await.expect("a row is read");
            assert_ne!(again.row.expect("it is never removed").value, value, "a blob is lost");
            continue;
        };
        let mut length = 0;
        while let Some(bytes) = reader.next().await.expect("an open blob stays readable") {
            assert!(bytes.iter().all(|found| *found == byte), "the row's own blob");
            length += bytes.len();
        }
        assert_eq!(length, BLOB_BYTES);
        return;
    }
}

fn put_beside_delete() {
    let machine = Machine::new(options());
    let local = machine.open();
    replace_blob(&local, 1);
    let like = block_on(write_blob(&local, 0));
    let writers = [2, 3].map(|byte| {
        let local = local.clone();
        thread::spawn(move || replace_blob(&local, byte))
    });
    let reader = {
        let local = local.clone();
        thread::spawn(move || {
            for _ in 0..3 {
                block_on(read_blob(&local, like));
            }
        })
    };
    for writer in writers {
        writer.join().expect("a writer ends");
    }
    reader.join().expect("the reader ends");
    drop(local);
    // What no commit adopted goes at the next start: exactly the row's blob is left.
    let local = machine.open();
    block_on(async {
        read_blob(&local, like).await;
        let value = local.get(&row("object")).await.expect("a row is read").row;
        let (blob, _) = blob_of(&value.expect("it is never removed").value, like);
        assert_eq!(local.list().await.expect("blobs are listed"), [blob.id]);
    });
}

#[test]
fn puts_and_deletes_of_blobs_do_not_disturb_each_other() {
    check(put_beside_delete);
}

// --- close of a space beside put ---

struct Count(usize);

impl Visitor for Count {
    fn visit(&mut self, _row: RowView<'_>) -> Step {
        self.0 += 1;
        Step::Next
    }
}

async fn rows(local: &Local) -> usize {
    let scan = Scan::prefix(SPACE, &[RowKind::Head], Bytes::new());
    let (count, end) = local.scan(scan, Count(0)).await.expect("a scan");
    assert_eq!(end, ScanEnd::Exhausted);
    count.0
}

fn close_beside_put() {
    let machine = Machine::new(options());
    let local = machine.open();
    let putter = {
        let local = local.clone();
        thread::spawn(move || {
            let batch = put("object", vec![1], &get(&local, "object"));
            match block_on(local.commit(batch)) {
                Ok(_) => true,
                Err(CommitError::SpaceClosed) => false,
                Err(error) => panic!("{error:?}"),
            }
        })
    };
    let closers = [(); 2].map(|()| {
        let local = local.clone();
        thread::spawn(move || {
            let closed = block_on(local.close_space_if_empty(SPACE, &[RowKind::Head]));
            closed.expect("a space is closed or not").is_some()
        })
    });
    let closed = closers.map(|closer| closer.join().expect("a closer ends"));
    let was_put = putter.join().expect("the putter ends");
    let is_closed = closed.contains(&true);
    assert!(!(was_put && is_closed), "a space was closed over a row that was acknowledged");
    assert_eq!(block_on(rows(&local)), usize::from(was_put));
    let again = block_on(local.commit(put("other", vec![1], &get(&local, "other"))));
    assert_eq!(again.is_err(), is_closed, "closed for all, or open again");
}

#[test]
fn a_space_is_closed_or_written_to() {
    check(close_beside_put);
}
