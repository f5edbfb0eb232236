//! Walks compared with a map that keeps every version.

#![allow(clippy::disallowed_methods, reason = "threads that race, which end with the test")]

use crate::index::{Index, IndexChange, LsmIndex};
use larder_platform::Platform;
use larder_storage::Moment;
use proptest::prelude::{Just, Strategy, any, prop, prop_assert_eq, prop_oneof, proptest};
use proptest::test_runner::Config;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};

/// Changes and what becomes of memtables and tables.
#[derive(Clone, Debug)]
enum Op {
    Put(u8),
    Remove(u8),
    Seal,
    Flush,
    Compact,
    Rewrite,
}

/// A step of a walk.
#[derive(Clone, Debug)]
enum Move {
    Step,
    Seek(u8),
}

type Rows = Vec<(Vec<u8>, Vec<u8>)>;
/// The versions of each key: when, and the value unless it was removed.
type Versions = BTreeMap<Vec<u8>, Vec<(u64, Option<Vec<u8>>)>>;

/// Keys long enough not to be kept inline, some prefixes of others.
fn key(n: u8) -> Vec<u8> {
    format!("a key of some length {}", "x".repeat(usize::from(n % 4)) + &(n / 4).to_string())
        .into_bytes()
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        10 => (0..48u8).prop_map(Op::Put),
        5 => (0..48u8).prop_map(Op::Remove),
        1 => Just(Op::Seal),
        1 => Just(Op::Flush),
        1 => Just(Op::Compact),
        1 => Just(Op::Rewrite),
    ];
    prop::collection::vec(op, 1..150)
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let step = prop_oneof![3 => Just(Move::Step), 2 => (0..48u8).prop_map(Move::Seek)];
    prop::collection::vec(step, 0..40)
}

/// Does it at moment `at`; nothing is ever evicted, so that every moment can be read.
fn apply(index: &LsmIndex, versions: &mut Versions, op: &Op, at: u64) {
    let mut change = |n: u8, value: Option<Vec<u8>>| {
        versions.entry(key(n)).or_default().push((at, value.clone()));
        index.apply(vec![IndexChange { key: key(n), value, at: Moment(at) }]);
    };
    match op {
        Op::Put(n) => change(*n, Some(format!("the value of {n} at {at}").into_bytes())),
        Op::Remove(n) => change(*n, None),
        Op::Seal => index.seal(),
        Op::Flush => index.flush(Moment(0)).expect("a flush"),
        Op::Compact => drop(index.compact(Moment(0)).expect("a compaction")),
        Op::Rewrite => index.rewrite(Moment(0)).expect("a rewrite"),
    }
}

fn rows_at(versions: &Versions, at: u64) -> Rows {
    let newest = |of: &Vec<(u64, Option<Vec<u8>>)>| {
        of.iter().rev().find(|(written, _)| *written <= at).and_then(|(_, value)| value.clone())
    };
    versions.iter().filter_map(|(key, of)| Some((key.clone(), newest(of)?))).collect()
}

/// What a walk of these moves over the rows shows.
fn expected(rows: &Rows, (from, to): (&[u8], &[u8]), moves: &[Move]) -> Rows {
    let rows: Vec<_> = rows.iter().filter(|(key, _)| *key.as_slice() < *to).collect();
    let first = |from: &[u8]| rows.partition_point(|(key, _)| key.as_slice() < from);
    let mut place = first(from);
    let mut seen = Vec::new();
    for step in [Move::Seek(0)].iter().chain(moves) {
        match step {
            Move::Step => place = (place + 1).min(rows.len()),
            Move::Seek(n) => place = place.max(first(&key(*n))),
        }
        seen.extend(rows.get(place).map(|row| (*row).clone()));
    }
    seen
}

fn walked(index: &LsmIndex, at: u64, (from, to): (&[u8], &[u8]), moves: &[Move]) -> Rows {
    let mut cursor = index.cursor(from, to, Moment(at)).expect("a cursor");
    let mut seen = Vec::new();
    for step in [Move::Seek(0)].iter().chain(moves) {
        match step {
            Move::Step => cursor.step().expect("a step"),
            Move::Seek(n) => cursor.seek(&key(*n)).expect("a seek"),
        }
        seen.extend(cursor.entry().map(|(key, value)| (key.to_vec(), value.to_vec())));
    }
    seen
}

fn open(directory: &tempfile::TempDir) -> LsmIndex {
    LsmIndex::open(&*Platform::real().disk, directory.path(), 1 << 20).expect("opens")
}

proptest! {
    #![proptest_config(Config::with_cases(150))]

    #[test]
    fn walks_show_what_was_written_up_to_their_moment(
        ops in ops(),
        moves in moves(),
        (from, to) in any::<(u8, u8)>(),
        share in 0.0..1.1f64,
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let _entered = runtime.enter();
        let directory = tempfile::tempdir().expect("a directory");
        let index = open(&directory);
        let mut versions = Versions::new();
        for (at, op) in ops.iter().enumerate() {
            apply(&index, &mut versions, op, at as u64 + 1);
        }
        let at = (ops.len() as f64 * share) as u64;
        let rows = rows_at(&versions, at);
        let to = if to < 200 { key(to % 48) } else { b"b".to_vec() };
        let range = (&key(from % 48)[..], &to[..]);
        prop_assert_eq!(walked(&index, at, range, &moves), expected(&rows, range, &moves));
        let steps = vec![Move::Step; 60];
        let all = (&b"a"[..], &b"b"[..]);
        prop_assert_eq!(walked(&index, at, all, &steps), expected(&rows, all, &steps));
    }
}

/// More rows than are read ahead, in one memtable and in many tables.
#[tokio::test]
async fn long_walks_leave_nothing_out() {
    let directory = tempfile::tempdir().expect("a directory");
    let index = open(&directory);
    let name = |n: u32| format!("{n:08}").into_bytes();
    let change = |n: u32| IndexChange { key: name(n), value: Some(vec![7; 9]), at: Moment(1) };
    index.apply((0..5_000).map(change).collect());
    for _ in 0..2 {
        let mut cursor = index.cursor(b"0", b"9", Moment(1)).expect("a cursor");
        for n in 0..5_000 {
            assert_eq!(cursor.entry().map(|(key, _)| key.to_vec()), Some(name(n)));
            cursor.step().expect("a step");
        }
        assert!(cursor.entry().is_none());
        let mut cursor = index.cursor(b"0", b"9", Moment(1)).expect("a cursor");
        for n in (0..5_000).step_by(7) {
            cursor.seek(&name(n)).expect("a seek");
            for n in (n..5_000).take(3) {
                assert_eq!(cursor.entry().map(|(key, _)| key.to_vec()), Some(name(n)));
                cursor.step().expect("a step");
            }
        }
        index.seal();
        index.flush(Moment(1)).expect("a flush");
    }
}

/// While memtables are sealed and become tables, every walk finds every row.
#[tokio::test]
async fn no_row_is_missed_while_it_moves_to_a_table() {
    const ROWS: u32 = 400;
    let directory = tempfile::tempdir().expect("a directory");
    let index = open(&directory);
    let change = |n: u32, at| IndexChange {
        key: n.to_be_bytes().to_vec(),
        value: Some(vec![7; 9]),
        at: Moment(at),
    };
    index.apply((0..ROWS).map(|n| change(n, 1)).collect());
    let stop = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let walking = scope.spawn(|| {
            let mut walks = 0;
            while !stop.load(Ordering::SeqCst) {
                let mut cursor = index.cursor(&[0], &[9], Moment(1_000)).expect("a cursor");
                for n in 0..ROWS {
                    let key = cursor.entry().map(|(key, _)| key.to_vec());
                    assert_eq!(key, Some(n.to_be_bytes().to_vec()), "in walk {walks}");
                    cursor.step().expect("a step");
                }
                walks += 1;
            }
            walks
        });
        for at in 2..80 {
            // Each row is moved on by a version of its own; older ones go.
            index.apply((0..ROWS).map(|n| change(n, at)).collect());
            index.seal();
            index.flush(Moment(at)).expect("a flush");
            index.compact(Moment(at)).expect("a compaction");
        }
        stop.store(true, Ordering::SeqCst);
        assert!(walking.join().expect("no walk missed a row") > 0);
    });
}
