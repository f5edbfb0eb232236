//! Random changes and walks. Walks report what they found later, when changes came meanwhile.

use super::{GAP_BYTES, Gaps, MARKS_MAX, SETTLED_MOMENTS};
use proptest::prelude::{Just, Strategy, any, prop, prop_assert, prop_assert_eq, prop_oneof};
use proptest::test_runner::{Config, TestCaseError, TestRunner};
use std::collections::BTreeMap;

/// Keys are so many single bytes, so that gaps meet.
const KEYS: u8 = 12;

#[derive(Clone, Debug)]
enum Operation {
    /// One commit: a key gets a value, or loses it.
    Change(u8, bool),
    /// Commits elsewhere.
    Pass(u64),
    /// A walk begins, at the present or a moment so long ago.
    Walk(u8, u8, u64),
    /// The oldest walk that did not yet says what it found.
    Report,
    Check(u8, bool),
    TablesChanged,
}

fn operation() -> impl Strategy<Value = Operation> {
    let walk = (0..KEYS, 1..=KEYS, prop_oneof![4 => Just(0), 1 => 0..4u64, 1 => 0..2_000u64]);
    prop_oneof![
        6 => (0..KEYS, any::<bool>()).prop_map(|(key, put)| Operation::Change(key, put)),
        1 => prop_oneof![0..4u64, Just(SETTLED_MOMENTS)].prop_map(Operation::Pass),
        6 => walk.prop_map(|(from, length, ago)| Operation::Walk(from, length, ago)),
        5 => Just(Operation::Report),
        1 => (0..KEYS, any::<bool>()).prop_map(|(key, worth)| Operation::Check(key, worth)),
        1 => Just(Operation::TablesChanged),
    ]
}

/// What a walk saw.
struct Found {
    from: Vec<u8>,
    to: Vec<u8>,
    at: u64,
}

struct World {
    gaps: Gaps,
    now: u64,
    /// Each key's changes: when, and whether it had a value from then on.
    history: BTreeMap<Vec<u8>, Vec<(u64, bool)>>,
    walks: std::collections::VecDeque<Found>,
}

impl World {
    fn new(bytes_max: usize) -> Self {
        let (history, walks) = (BTreeMap::new(), std::collections::VecDeque::new());
        Self { gaps: Gaps::new(bytes_max, 0), now: 0, history, walks }
    }

    fn lives(&self, key: &[u8], at: u64) -> bool {
        let changes = self.history.get(key).into_iter().flatten();
        changes.rev().find(|(moment, _)| *moment <= at).is_some_and(|(_, value)| *value)
    }

    fn run(&mut self, operation: &Operation) {
        match operation {
            Operation::Change(key, value) => {
                self.now += 1;
                let key = vec![*key];
                let puts = value.then_some(&key[..]);
                self.gaps.changed(puts.into_iter(), self.now);
                self.history.entry(key).or_default().push((self.now, *value));
            }
            Operation::Pass(moments) => {
                self.now += moments;
                self.gaps.changed(std::iter::empty(), self.now);
            }
            Operation::Walk(from, length, ago) => {
                let at = self.now.saturating_sub(*ago);
                let (mut from, to) = (vec![*from], vec![from.saturating_add(*length)]);
                while from < to {
                    let live = self.history.keys().filter(|key| **key >= from && **key < to);
                    let next = live.filter(|key| self.lives(key, at)).min().cloned();
                    let until = next.clone().unwrap_or_else(|| to.clone());
                    if from < until {
                        self.walks.push_back(Found { from: from.clone(), to: until, at });
                    }
                    from = next.map_or_else(|| to.clone(), |key| [&key[..], &[0]].concat());
                }
            }
            Operation::Report => {
                if let Some(Found { from, to, at }) = self.walks.pop_front() {
                    self.gaps.learn((&from, &to), at, at % 2 == 0);
                }
            }
            Operation::Check(key, worth) => {
                if let Some(ahead) = self.gaps.ahead(&[*key], &[KEYS], self.now) {
                    self.gaps.check(&ahead.start, *worth);
                }
            }
            Operation::TablesChanged => self.gaps.tables_changed(),
        }
    }

    /// What must hold of every gap, and what a walk finds with them.
    fn check(&self) -> Result<(), TestCaseError> {
        let (mut last, mut bytes) = (Vec::new(), 0);
        for (start, gap) in &self.gaps.by_start {
            prop_assert!(last <= *start, "gaps overlap");
            prop_assert!(gap.proven.len() <= MARKS_MAX);
            let marks: Vec<_> = gap.proven.iter().chain(&gap.claim).collect();
            prop_assert!(marks.iter().all(|mark| mark.end > *start));
            prop_assert!(marks.is_sorted_by_key(|mark| &mark.end) && !marks.is_empty());
            prop_assert!(gap.proven.is_sorted_by_key(|mark| mark.since));
            last = gap.extent(start).to_vec();
            bytes += gap.bytes(start);
            for mark in &gap.proven {
                let keys = self.history.range(start.clone()..mark.end.clone());
                for (key, changes) in keys {
                    let later = changes.iter().map(|(at, _)| *at).filter(|at| *at > mark.since);
                    for at in later.chain([mark.since]) {
                        prop_assert!(!self.lives(key, at), "{key:?} lives at {at} in {mark:?}");
                    }
                }
            }
            let from = gap.proven_end().unwrap_or(start).to_vec();
            if let Some(claim) = &gap.claim {
                let changes = self.history.range(from.clone()..claim.end.clone());
                let mut puts = changes.flat_map(|(_, changes)| changes).filter(|(_, put)| *put);
                prop_assert!(puts.all(|(at, _)| *at <= claim.since), "a put in {claim:?}");
            }
        }
        prop_assert_eq!(bytes, self.gaps.bytes());
        prop_assert!(bytes <= self.gaps.bytes_max);
        Ok(())
    }
}

#[test]
fn a_gap_holds_no_live_row_whatever_came_between_a_walk_and_its_report() {
    let mut config = Config::with_cases(2_000);
    config.failure_persistence = None;
    let budgets = prop_oneof![Just(1 << 20), Just(3 * GAP_BYTES)];
    let operations = prop::collection::vec(operation(), 1..120);
    let outcome = TestRunner::new(config).run(&(budgets, operations), |(bytes_max, operations)| {
        let mut world = World::new(bytes_max);
        for operation in &operations {
            world.run(operation);
            world.check()?;
        }
        Ok(())
    });
    if let Err(error) = outcome {
        panic!("{error}");
    }
}

fn gaps() -> Gaps {
    Gaps::new(1 << 20, 0)
}

/// Where a gap at or behind `from` ends for a reader at `at`.
fn end(gaps: &Gaps, from: &[u8], at: u64) -> Option<Vec<u8>> {
    gaps.ahead(from, b"z", at).map(|ahead| ahead.end)
}

#[test]
fn a_walk_in_the_past_is_believed_once_another_has_seen_the_same_later() {
    let mut gaps = gaps();
    gaps.changed([&b"x"[..]].into_iter(), 5);
    gaps.learn((b"a", b"m"), 4, true);
    assert_eq!(end(&gaps, b"a", 9), None, "a row may have come at 5");
    gaps.changed([&b"x"[..]].into_iter(), 9);
    gaps.learn((b"a", b"k"), 5, true);
    assert_eq!(end(&gaps, b"a", 4), None);
    assert_eq!(end(&gaps, b"a", 9).as_deref(), Some(&b"k"[..]));
}

#[test]
fn a_reader_on_its_way_uses_what_was_known_at_its_moment() {
    let mut gaps = gaps();
    for at in 1..=5 * SETTLED_MOMENTS {
        gaps.changed(std::iter::empty(), at);
        let to = [&b"b"[..], &at.to_be_bytes()].concat();
        gaps.learn((b"a", &to), at, true);
        let before = at.saturating_sub(SETTLED_MOMENTS / 2);
        if at > 2 * SETTLED_MOMENTS {
            assert!(end(&gaps, b"a", before).is_some(), "a reader at {before}, now {at}");
        }
    }
    assert_eq!(gaps.by_start.len(), 1);
}

#[test]
fn a_put_parts_a_gap_and_both_sides_are_looked_at_before_they_are_used() {
    let mut gaps = gaps();
    gaps.learn((b"a", b"m"), 0, true);
    assert!(gaps.ahead(b"a", b"z", 0).is_some_and(|ahead| ahead.checked));
    gaps.changed([&b"g"[..]].into_iter(), 1);
    for (from, to) in [(&b"a"[..], &b"g"[..]), (b"g\0", b"m")] {
        let ahead = gaps.ahead(from, b"z", 1).expect("a gap");
        assert_eq!((&ahead.start[..], &ahead.end[..], ahead.checked), (from, to, false));
    }
    gaps.check(b"a", false);
    gaps.check(b"g\0", true);
    assert_eq!(gaps.ahead(b"a", b"g", 1), None, "not worth a jump");
    assert!(gaps.ahead(b"h", b"z", 1).is_some_and(|ahead| ahead.checked));
}
