//! What walks cost where rows were removed, and that they miss nothing.

#![allow(clippy::disallowed_methods, reason = "threads that race, which end with the test")]

use super::{GapOptions, SkippingIndex};
use crate::index::{Index, IndexChange, MemoryIndex, MemoryTables};
use larder_platform::sim::Simulation;
use larder_storage::Moment;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// Rows that are removed.
const ROWS: u64 = 20_000;
/// Entries that must lie in a gap.
const ENTRIES_MIN: usize = 32;

struct Bench {
    memory: Arc<MemoryIndex>,
    index: SkippingIndex,
    now: AtomicU64,
}

impl Bench {
    fn new(options: GapOptions) -> Self {
        let memory = Arc::new(MemoryIndex::new(MemoryTables::default()));
        let clock = Simulation::new(1).platform().clock.clone();
        let index = SkippingIndex::new(memory.clone(), clock, options, Moment(0));
        Self { memory, index, now: AtomicU64::new(0) }
    }

    /// Every pause of the clock counts as long: the simulated one stands still.
    fn with_bytes(bytes_max: usize) -> Self {
        Self::new(GapOptions { bytes_max, entries_min: ENTRIES_MIN, slow_ns: 0 })
    }

    fn change(&self, keys: impl Iterator<Item = Vec<u8>>, value: Option<&[u8]>) {
        let at = Moment(self.now.load(Ordering::SeqCst) + 1);
        let change = |key| IndexChange { key, value: value.map(<[u8]>::to_vec), at };
        self.index.apply(keys.map(change).collect());
        // As the committer does: what is applied becomes visible.
        self.now.store(at.0, Ordering::SeqCst);
    }

    fn first(&self, from: &[u8], to: &[u8]) -> Option<Vec<u8>> {
        let at = Moment(self.now.load(Ordering::SeqCst));
        let cursor = self.index.cursor(from, to, at).expect("a cursor");
        cursor.entry().map(|(key, _)| key.to_vec())
    }

    fn rows(&self, from: &[u8], to: &[u8]) -> Vec<Vec<u8>> {
        let at = Moment(self.now.load(Ordering::SeqCst));
        let mut cursor = self.index.cursor(from, to, at).expect("a cursor");
        let mut rows = Vec::new();
        while let Some((key, _)) = cursor.entry() {
            rows.push(key.to_vec());
            cursor.step().expect("a step");
        }
        rows
    }

    /// Entries that cursors went over since the last call.
    fn walked(&self) -> u64 {
        self.memory.walked.swap(0, Ordering::Relaxed)
    }
}

fn key(n: u64) -> Vec<u8> {
    [&[1], &n.to_be_bytes()[..]].concat()
}

/// The numbers from 0, each once, in no order.
fn shuffled() -> impl Iterator<Item = u64> {
    // Any odd factor permutes the numbers below a power of two.
    (0..ROWS.next_power_of_two())
        .map(|n| n * 0x9e3b % ROWS.next_power_of_two())
        .filter(|n| *n < ROWS)
}

/// Removes all rows in `order`, and walks to the first that is left before each removal; returns
/// what the walks of each tenth cost.
fn costs(order: impl Iterator<Item = u64>) -> Vec<u64> {
    let bench = Bench::with_bytes(1 << 20);
    bench.change((0..ROWS).map(key), Some(b"a row"));
    let mut left: std::collections::BTreeSet<u64> = (0..ROWS).collect();
    let (mut costs, mut removed) = (Vec::new(), 0);
    for n in order {
        assert_eq!(bench.first(&key(0), &key(ROWS)), left.first().map(|n| key(*n)));
        bench.change([key(n)].into_iter(), None);
        left.remove(&n);
        removed += 1;
        if removed % (ROWS / 10) == 0 {
            costs.push(bench.walked());
        }
    }
    assert!(left.is_empty() && bench.first(&key(0), &key(ROWS)).is_none());
    costs
}

#[test]
fn the_next_row_costs_the_same_however_many_were_removed_before_it() {
    // In no order some lie before the next row that are too few to be remembered.
    let few = ENTRIES_MIN as u64 + 8;
    for (name, costs, steps) in [
        ("the first one each time", costs(0..ROWS), 8),
        ("the last one each time", costs((0..ROWS).rev()), 8),
        ("in no order", costs(shuffled()), few),
    ] {
        // A walk that goes over what was removed takes 10,000 steps in the middle.
        let most = costs.iter().max().expect("ten tenths");
        assert!(*most < ROWS / 10 * steps, "{name}: {costs:?}");
    }
}

#[test]
fn a_hole_in_a_listing_is_walked_through_once() {
    let bench = Bench::with_bytes(1 << 20);
    bench.change((0..ROWS).map(key), Some(b"a row"));
    bench.change((100..ROWS - 100).map(key), None);
    let expected: Vec<_> = (0..100).chain(ROWS - 100..ROWS).map(key).collect();
    assert_eq!(bench.rows(&key(0), &key(ROWS)), expected);
    let first = bench.walked();
    assert_eq!(bench.rows(&key(0), &key(ROWS)), expected);
    let second = bench.walked();
    assert!(first > ROWS - 200 && second < 2_000, "{first}, then {second}");
    // The hole grows towards its front, where the listing comes from.
    for n in (20..100).rev() {
        bench.change([key(n)].into_iter(), None);
        bench.walked();
        assert_eq!(bench.rows(&key(0), &key(ROWS)).len() as u64, n + 100);
        assert!(bench.walked() < 2_000);
    }
}

#[test]
fn rows_that_come_back_into_a_hole_are_found_and_do_not_make_it_dear() {
    let bench = Bench::with_bytes(1 << 20);
    bench.change((0..ROWS).map(key), Some(b"a row"));
    bench.change((0..ROWS).map(key), None);
    assert_eq!(bench.first(&key(0), &key(ROWS)), None);
    bench.walked();
    for n in [ROWS / 2, ROWS - 1, 0, 77] {
        bench.change([key(n)].into_iter(), Some(b"again"));
    }
    assert_eq!(bench.rows(&key(0), &key(ROWS)), [0, 77, ROWS / 2, ROWS - 1].map(key));
    assert!(bench.walked() < 2_000);
    // So many that a jump over what is left between them costs more than a walk.
    bench.change((0..ROWS).step_by(10).map(key), Some(b"again"));
    let expected = ROWS / 10 + 2;
    for _ in 0..2 {
        assert_eq!(bench.rows(&key(0), &key(ROWS)).len() as u64, expected);
    }
    let left = bench.index.read().by_start_len();
    assert!(left <= 3, "{left} gaps of nine entries");
}

/// Readers walk while rows come and go: whatever was there at a reader's moment is found.
#[test]
fn no_walk_misses_what_was_there_at_its_moment() {
    const KEYS: u64 = 256;
    const LIVE: u64 = 8;
    const ROUNDS: u64 = 6_000;
    let bench = Bench::new(GapOptions { bytes_max: 1 << 20, entries_min: 2, slow_ns: 0 });
    // Every moment puts one row, and removes the one of so many moments ago.
    let row = |moment: u64| key(moment * 37 % KEYS);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                loop {
                    let at = bench.now.load(Ordering::SeqCst);
                    let cursor = bench.index.cursor(&key(0), &key(KEYS), Moment(at));
                    let mut cursor = cursor.expect("a cursor");
                    let mut seen = Vec::new();
                    while let Some((key, _)) = cursor.entry() {
                        seen.push(key.to_vec());
                        // The writer comes between two steps.
                        std::thread::yield_now();
                        cursor.step().expect("a step");
                    }
                    let live = at.saturating_sub(LIVE) + 1..=at;
                    let mut expected: Vec<_> = live.map(row).collect();
                    expected.sort();
                    assert_eq!(seen, expected, "at {at}");
                    if at == ROUNDS {
                        break;
                    }
                }
            });
        }
        for round in 1..=ROUNDS {
            let at = Moment(round);
            let put = IndexChange { key: row(round), value: Some(b"a row".to_vec()), at };
            let gone = round.checked_sub(LIVE).filter(|old| *old > 0);
            let remove = gone.map(|old| IndexChange { key: row(old), value: None, at });
            bench.index.apply([put].into_iter().chain(remove).collect());
            bench.now.store(round, Ordering::SeqCst);
        }
    });
}
