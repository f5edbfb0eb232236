//! Random operations on the engine and the model, with reboots and power cuts among them.

use crate::harness::{Harness, KINDS, SPACES};
use bytes::Bytes;
use larder_storage::{
    Batch, Check, Delete, Enqueue, MetaStore, Put, QueuePlace, RowKey, RowKind, Scan, UsageDelta,
};
use proptest::prelude::{Just, Strategy, any, prop, prop_oneof};
use proptest::test_runner::{Config, TestRunner};

/// One row to write: kind, suffix, payload length, or a removal.
#[derive(Clone, Debug)]
struct Change {
    kind: usize,
    suffix: u8,
    payload: usize,
    delete: bool,
}

/// One commit: space, key, rows; with a check of the first row when `checked`.
#[derive(Clone, Debug)]
struct Commit {
    space: usize,
    key: u8,
    changes: Vec<Change>,
    checked: bool,
}

#[derive(Clone, Debug)]
enum Operation {
    Commits(Vec<Commit>),
    Reboot,
    PowerCut,
    /// The power goes at the n-th sync from here, while these are on their way.
    CutDuring(u64, Vec<Commit>),
    FailWrite(Vec<Commit>),
    /// The index is thrown away, after a cut when true, and made anew.
    Repair(bool),
    Idle,
    /// A scan of a space from one key on, of the keys that begin with another, of one kind or both.
    Scan(usize, usize, usize, usize),
}

fn change() -> impl Strategy<Value = Change> {
    let payload = prop_oneof![4 => Just(0), 3 => 1..5_000usize, 1 => 60_000..131_072usize];
    (0..KINDS.len(), 0..3u8, payload, any::<bool>()).prop_map(|(kind, suffix, payload, delete)| {
        Change { kind, suffix, payload, delete: delete && payload % 3 == 0 }
    })
}

fn commits(most: usize) -> impl Strategy<Value = Vec<Commit>> {
    let commit = (0..SPACES.len(), 0..6u8, prop::collection::vec(change(), 1..4), any::<bool>());
    let commit =
        commit.prop_map(|(space, key, changes, checked)| Commit { space, key, changes, checked });
    prop::collection::vec(commit, 1..=most)
}

fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        12 => commits(8).prop_map(Operation::Commits),
        1 => Just(Operation::Reboot),
        1 => Just(Operation::PowerCut),
        2 => (1..6u64, commits(3)).prop_map(|(n, c)| Operation::CutDuring(n, c)),
        1 => commits(3).prop_map(Operation::FailWrite),
        1 => any::<bool>().prop_map(Operation::Repair),
        1 => Just(Operation::Idle),
        6 => (0..SPACES.len(), 0..KEYS.len(), 0..=KEYS.len(), 0..3usize)
            .prop_map(|(space, from, prefix, kinds)| Operation::Scan(space, from, prefix, kinds)),
    ]
}

/// Keys with the bytes that encodings trip over.
const KEYS: [&[u8]; 6] = [b"a", b"a\0", b"a\0\x01", b"b/\xff", b"b/", b"c"];

impl Commit {
    /// The commit as a batch. Values tell runs of the same commit apart by `stamp`.
    fn batch(&self, harness: &Harness, stamp: u64) -> Batch {
        let mut batch = Batch::default();
        let mut rows: Vec<RowKey> = Vec::new();
        for change in &self.changes {
            let kind = KINDS[change.kind];
            if kind.is_queue() {
                self.queue(harness, change, stamp, &mut batch);
                continue;
            }
            let suffix = if kind == RowKind::Head { vec![] } else { vec![change.suffix] };
            let row = RowKey::new(SPACES[self.space], kind, KEYS[usize::from(self.key)]);
            let row = row.with_suffix(suffix);
            if rows.contains(&row) {
                continue;
            }
            rows.push(row.clone());
            let seen = harness.sim.block_on(harness.local().get(&row)).expect("a read").seen;
            if self.checked {
                batch.checks.push(Check { row: row.clone(), seen });
            }
            let replaces = self.checked.then_some(seen);
            let used = batch.puts.iter().any(|put: &Put| put.payload.is_some());
            if change.delete {
                batch.deletes.push(Delete { row, replaces });
                continue;
            }
            let payload = (change.payload > 0 && !used)
                .then(|| Bytes::from(vec![stamp as u8 | 0x80; change.payload]));
            let value = Bytes::from(format!("value {stamp}"));
            batch.puts.push(Put { row, value, payload, replaces });
        }
        batch.usage = UsageDelta { objects: 1, bytes: stamp as i64 };
        batch
    }

    /// A row more in a queue, at a time of its own, or one of the key's rows less.
    fn queue(&self, harness: &Harness, change: &Change, stamp: u64, batch: &mut Batch) {
        let (space, key) = (SPACES[self.space], Bytes::from(KEYS[usize::from(self.key)]));
        let local = harness.local();
        let rows = harness.sim.block_on(async move {
            let partition = local.partitions().await.expect("the partitions")[0];
            local.queue(partition, RowKind::Gc, QueuePlace::START, 1000).await.expect("a queue")
        });
        let removed = |row: &RowKey| batch.deletes.iter().any(|delete| delete.row == *row);
        let mut rows = rows.into_iter().filter(|queued| {
            queued.row.space == space && queued.row.key == key && !removed(&queued.row)
        });
        match rows.nth(usize::from(change.suffix)).filter(|_| change.delete) {
            Some(queued) => {
                let replaces = self.checked.then_some(queued.seen);
                batch.deletes.push(Delete { row: queued.row, replaces });
            }
            None => {
                let due_ms = (1000 - stamp % 7) << 32 | stamp << 8 | u64::from(change.suffix);
                let value = Bytes::from(format!("value {stamp}"));
                let row = Enqueue { space, key, queue: KINDS[change.kind], due_ms, value };
                if batch.enqueues.iter().all(|other| other.due_ms != due_ms) {
                    batch.enqueues.push(row);
                }
            }
        }
    }
}

fn batches(harness: &Harness, commits: &[Commit], stamp: &mut u64) -> Vec<Batch> {
    let mut batches = Vec::new();
    for commit in commits {
        *stamp += 1;
        // The model runs commits one after the other; their checks are tested by the suite and by
        // the races of the rooms above. Here a check guards the accounting of garbage.
        let mut batch = commit.batch(harness, *stamp);
        if commits.len() > 1 {
            batch.checks.clear();
        }
        batches.push(batch);
    }
    batches
}

fn run(seed: u64, operations: &[Operation]) {
    let mut harness = Harness::new(seed);
    let mut stamp = 0;
    for operation in operations {
        match operation {
            Operation::Commits(commits) => {
                let batches = batches(&harness, commits, &mut stamp);
                let refused = harness.commit(batches);
                assert!(refused.is_empty(), "a commit on a sound machine succeeds");
            }
            Operation::Reboot => harness.reboot(),
            Operation::PowerCut => harness.power_cut(),
            Operation::Repair(cut) => {
                if *cut {
                    harness.sim.power_cut()
                } else {
                    harness.sim.reboot()
                }
                harness.local = None;
                assert_eq!(harness.check(), Vec::<String>::new(), "nothing is damaged");
                harness.throw_index_away();
                let repaired = harness.repair();
                assert_eq!((repaired.lost, repaired.restored), (0, 0));
                harness.open();
            }
            Operation::Idle => harness.sim.run_until_idle(),
            Operation::Scan(space, from, prefix, kinds) => {
                let both = [RowKind::Head, RowKind::Version];
                let kinds = if *kinds < 2 { &both[*kinds..=*kinds] } else { &both[..] };
                let prefix = KEYS.get(*prefix).copied().unwrap_or_default();
                let scan = Scan::prefix(SPACES[*space], kinds, prefix.to_vec());
                harness.assert_same_scan(&Scan { from: KEYS[*from].into(), ..scan });
            }
            Operation::CutDuring(syncs, commits) => {
                let batches = batches(&harness, commits, &mut stamp);
                harness.sim.faults().cut_after_syncs(*syncs);
                let unknown = harness.commit(batches);
                harness.sim.faults().disarm();
                harness.power_cut();
                harness.settle(&unknown);
            }
            Operation::FailWrite(commits) => {
                let batches = batches(&harness, commits, &mut stamp);
                harness.sim.faults().fail_next_write("journal/");
                // What was refused is not there, now or after a cut.
                harness.commit(batches);
            }
        }
        harness.assert_same();
    }
    harness.power_cut();
    harness.assert_same();
}

#[test]
fn the_engine_agrees_with_the_model() {
    let mut config = Config::with_cases(cases());
    config.failure_persistence = None;
    config.max_shrink_iters = 300;
    let operations = prop::collection::vec(operation(), 1..40);
    let mut runner = TestRunner::new(config);
    let outcome = runner.run(&(any::<u64>(), operations), |(seed, operations)| {
        run(seed, &operations);
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

/// Cases to run; the soak asks for more.
fn cases() -> u32 {
    std::env::var("LARDER_TEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(240)
}

/// A segment whose first write failed may be used again, so that a rebuilt index must not lean
/// on it.
#[test]
fn a_failed_write_before_and_behind_a_repair() {
    let commit = |key, kinds: &[usize], payload| {
        let change = |kind: &usize| Change { kind: *kind, suffix: 0, payload, delete: false };
        let changes = kinds.iter().map(change).collect();
        Commit { space: 0, key, changes, checked: false }
    };
    let operations = [
        Operation::Commits(vec![
            commit(0, &[0], 60_000),
            commit(1, &[0], 0),
            commit(0, &[0, 1], 0),
        ]),
        Operation::FailWrite(vec![commit(0, &[0], 0)]),
        Operation::Repair(false),
        Operation::FailWrite(vec![commit(0, &[0], 0)]),
        Operation::Reboot,
    ];
    run(411_744_015_659_089_725, &operations);
}
