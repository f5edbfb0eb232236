//! Consumers of a queue beside those who add to it, with power cuts and kills among them.

use crate::harness::{Harness, SPACES};
use bytes::Bytes;
use larder_platform::Platform;
use larder_storage::{Batch, Consumer, Enqueue, MarkError, MetaStore, QueuePlace, RowKind};
use larder_storage_local::Local;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::Duration;

/// Callers that commit at once.
const COMMITTERS: u64 = 4;
/// Rounds of a run, each ended by a cut or a kill.
const ROUNDS: u64 = 6;

/// How long somebody waits who found nothing to do.
const PAUSE: Duration = Duration::from_micros(50);

/// What is known outside the machine, which no cut takes away.
#[derive(Default)]
struct Known {
    /// Rows that somebody tried to add.
    tried: BTreeSet<(u64, u64)>,
    /// Rows whose commit was acknowledged.
    committed: BTreeSet<(u64, u64)>,
    delivered: BTreeSet<(u64, u64)>,
    /// Rows behind which a mark was acknowledged.
    marked: BTreeSet<(u64, u64)>,
    /// The last row of each committer that was delivered for the first time.
    newest: BTreeMap<u64, u64>,
    wrong: Vec<String>,
    working: u64,
}

#[derive(Clone, Default)]
struct World(Arc<Mutex<Known>>);

impl World {
    fn known(&self) -> MutexGuard<'_, Known> {
        self.0.lock().expect("no panic while locked")
    }

    /// Adds numbered rows, up to three in a commit, one commit after the other.
    async fn commit(&self, local: Local, who: u64, mut numbers: std::ops::Range<u64>) {
        while !numbers.is_empty() {
            let count = 1 + (numbers.start % 3) as usize;
            let rows: Vec<_> = numbers.by_ref().take(count).map(|number| (who, number)).collect();
            self.known().tried.extend(&rows);
            let enqueues = rows.iter().map(row_of).collect();
            if local.commit(Batch { enqueues, ..Batch::default() }).await.is_ok() {
                self.known().committed.extend(rows);
            }
        }
        self.known().working -= 1;
    }

    /// Takes what there is, `limit` rows at a time, until committers are done and nothing is left.
    async fn consume(&self, local: Local, limit: usize, platform: Platform) {
        let partition = local.partitions().await.expect("the partitions")[0];
        let opened = Consumer::open(&local, "events", RowKind::Outbox, partition).await;
        let mut consumer = opened.expect("the mark can be read");
        loop {
            let last = self.known().working == 0;
            let Some(delivery) = consumer.next(&local, limit).await.expect("a read") else {
                if last {
                    return;
                }
                platform.tasks.sleep(PAUSE).await;
                continue;
            };
            let rows: Vec<_> = delivery.rows().iter().map(|row| parse(&row.stored.value)).collect();
            rows.iter().for_each(|row| self.known().deliver(*row));
            match consumer.done_with(&local, delivery).await {
                Ok(()) => self.known().marked.extend(rows),
                // The power is gone, or the journal's write failed.
                Err(MarkError::Commit(_)) => return,
                Err(MarkError::Overtaken) => panic!("there is one consumer"),
            }
        }
    }
}

impl Known {
    fn deliver(&mut self, row: (u64, u64)) {
        if self.marked.contains(&row) {
            self.wrong.push(format!("{row:?} was delivered again after its mark"));
        }
        if !self.tried.contains(&row) {
            self.wrong.push(format!("{row:?} was never committed"));
        }
        if self.delivered.insert(row) {
            let before = self.newest.insert(row.0, row.1);
            if before.is_some_and(|before| before > row.1) {
                self.wrong.push(format!("{row:?} came behind {before:?}"));
            }
        }
    }
}

fn row_of(row: &(u64, u64)) -> Enqueue {
    let (who, number) = row;
    Enqueue {
        space: SPACES[*who as usize % 2],
        key: Bytes::from(format!("{who}")),
        queue: RowKind::Outbox,
        due_ms: 0,
        value: Bytes::from(format!("{who} {number}")),
    }
}

fn parse(value: &Bytes) -> (u64, u64) {
    let text = std::str::from_utf8(value).expect("a text");
    let (who, number) = text.split_once(' ').expect("two numbers");
    (who.parse().expect("a number"), number.parse().expect("a number"))
}

fn run(seed: u64) {
    let mut harness = Harness::new(seed);
    let world = World::default();
    for round in 0..ROUNDS {
        let platform = harness.sim.platform();
        let random = |below: u64| platform.random.u64() % below;
        if random(3) > 0 {
            harness.sim.faults().cut_after_syncs(1 + random(40));
        }
        world.known().working = COMMITTERS;
        for who in 0..COMMITTERS {
            let (world, local) = (world.clone(), harness.local());
            let numbers = round * 100..round * 100 + 1 + random(12);
            platform.spawn(async move { world.commit(local, who, numbers).await });
        }
        let done = Arc::new(Mutex::new(false));
        let (limit, consumer, local) = (1 + random(5) as usize, world.clone(), harness.local());
        let (finished, ticker) = (done.clone(), platform.clone());
        platform.spawn(async move {
            consumer.consume(local, limit, ticker).await;
            *finished.lock().expect("no panic while locked") = true;
        });
        let (faults, ticker) = (harness.sim.faults(), platform.clone());
        harness.sim.block_on(async move {
            while !*done.lock().expect("no panic while locked") && !faults.power_lost() {
                ticker.tasks.sleep(PAUSE).await;
            }
        });
        let is_lost = harness.sim.faults().power_lost();
        harness.sim.faults().disarm();
        if is_lost || random(2) == 0 {
            harness.power_cut();
        } else {
            harness.reboot();
        }
        assert_eq!(world.known().wrong, Vec::<String>::new(), "seed {seed}, round {round}");
    }
    // On a sound machine the consumer takes all that is left.
    world.known().working = 0;
    let (consumer, local, platform) = (world.clone(), harness.local(), harness.sim.platform());
    harness.sim.block_on(async move { consumer.consume(local, 7, platform).await });
    let known = world.known();
    assert_eq!(known.wrong, Vec::<String>::new(), "seed {seed}");
    let skipped: Vec<_> = known.committed.difference(&known.delivered).collect();
    assert!(skipped.is_empty(), "seed {seed}: {skipped:?} were skipped");
    assert!(!known.committed.is_empty(), "seed {seed}: something was committed");
}

/// Nothing is skipped, nothing is delivered again after its mark, and what one caller commits
/// comes in the order in which it was committed.
#[test]
fn nothing_is_skipped_and_nothing_comes_again() {
    let seeds = std::env::var("LARDER_TEST_CASES").ok().and_then(|n| n.parse().ok());
    for seed in 0..seeds.unwrap_or(150) {
        run(seed);
    }
}

/// A repair makes the index anew and starts from what is left: places go on behind those given.
#[test]
fn places_go_on_behind_a_repair() {
    let mut harness = Harness::new(3);
    let add = |harness: &Harness| {
        let local = harness.local();
        let value = Bytes::from_static(b"0 0");
        let key = Bytes::from_static(b"k");
        let row = Enqueue { space: SPACES[0], key, queue: RowKind::Outbox, due_ms: 0, value };
        let batch = Batch { enqueues: vec![row.clone(), row], ..Batch::default() };
        harness.sim.block_on(async move {
            local.commit(batch).await.expect("a commit");
            let partition = local.partitions().await.expect("the partitions")[0];
            let rows = local.queue(partition, RowKind::Outbox, QueuePlace::START, 1000).await;
            rows.expect("a queue").into_iter().map(|row| row.place).collect::<Vec<_>>()
        })
    };
    let before = add(&harness);
    harness.stop();
    harness.throw_index_away();
    harness.repair();
    harness.open();
    let behind = add(&harness);
    assert_eq!((before.len(), behind.len()), (2, 4));
    assert!(behind.starts_with(&before), "what was there keeps its place, the new stands behind");
}
