//! Whether what concurrent clients saw can be explained by one order of their operations in which
//! each takes effect at one moment between its start and its end.
//!
//! An operation whose outcome is not known may have taken effect at any moment after its start, or
//! never. Wing and Gong's search, with a memory of the states seen.

use std::collections::HashSet;
use std::fmt::Debug;
use std::hash::{BuildHasherDefault, Hash, Hasher};

/// Configurations visited before the search gives up undecided.
const STEPS_MAX: usize = 400_000;

/// What one object does when its operations come one after the other.
pub(crate) trait Spec {
    type State: Clone + Eq + Hash + Debug;
    type Action: Debug;
    type Outcome: Debug;

    /// The state after an action, and what its client sees.
    fn step(&self, state: &Self::State, action: &Self::Action) -> (Self::State, Self::Outcome);

    /// Whether a client that should have seen `expected` may say that it saw `seen`.
    fn agrees(&self, seen: &Self::Outcome, expected: &Self::Outcome) -> bool;
}

/// An operation of a history.
#[derive(Clone, Debug)]
pub(crate) struct Event<A, O> {
    /// When it began, in the history's own count.
    pub(crate) start: u64,
    /// When it was answered; `None` when it was not, or when the answer says nothing.
    pub(crate) end: Option<u64>,
    pub(crate) action: A,
    /// Known when `end` is.
    pub(crate) outcome: Option<O>,
}

/// How a search ended.
#[derive(Debug)]
pub(crate) enum Search<S> {
    /// There is such an order; this is the state behind it.
    Explained(S),
    /// There is none. The text shows how far the best attempt came.
    Impossible(String),
    /// Too many to try.
    Undecided,
}

/// The search spends its time on hashing small numbers, from nobody who would choose them badly.
#[derive(Default)]
struct FoldHasher(u64);

impl Hasher for FoldHasher {
    fn finish(&self) -> u64 {
        self.0 ^ (self.0 >> 32)
    }

    fn write(&mut self, bytes: &[u8]) {
        for chunk in bytes.chunks(8) {
            let word = chunk.iter().fold(0u64, |word, byte| (word << 8) | u64::from(*byte));
            self.write_u64(word);
        }
    }

    fn write_u64(&mut self, word: u64) {
        self.0 = (self.0.rotate_left(5) ^ word).wrapping_mul(0x517c_c1b7_2722_0a95);
    }

    fn write_u8(&mut self, word: u8) {
        self.write_u64(u64::from(word));
    }

    fn write_u32(&mut self, word: u32) {
        self.write_u64(u64::from(word));
    }

    fn write_usize(&mut self, word: usize) {
        self.write_u64(word as u64);
    }
}

struct Searcher<'a, P: Spec> {
    spec: &'a P,
    events: &'a [Event<P::Action, P::Outcome>],
    seen: HashSet<(Vec<u64>, P::State), BuildHasherDefault<FoldHasher>>,
    steps: usize,
    best: (usize, String),
}

/// Looks for an order of `events`, which ascend by start, from `initial` on.
pub(crate) fn search<P: Spec>(
    spec: &P,
    initial: &P::State,
    events: &[Event<P::Action, P::Outcome>],
) -> Search<P::State> {
    let mut searcher =
        Searcher { spec, events, seen: HashSet::default(), steps: 0, best: (0, String::new()) };
    let mut done = vec![0; events.len().div_ceil(64)];
    let known = events.iter().filter(|event| event.end.is_some()).count();
    match searcher.visit(&mut done, initial.clone(), known) {
        Some(state) => Search::Explained(state),
        None if searcher.steps >= STEPS_MAX => Search::Undecided,
        None => Search::Impossible(format!("from {initial:?}: {}", searcher.best.1)),
    }
}

fn has(set: &[u64], at: usize) -> bool {
    set[at / 64] & (1 << (at % 64)) != 0
}

impl<P: Spec> Searcher<'_, P> {
    /// The state behind an order of what is left; `known` of it must be in it.
    fn visit(&mut self, done: &mut Vec<u64>, state: P::State, known: usize) -> Option<P::State> {
        if known == 0 {
            return Some(state);
        }
        self.steps += 1;
        if self.steps >= STEPS_MAX || !self.seen.insert((done.clone(), state.clone())) {
            return None;
        }
        let mut before = u64::MAX;
        let mut candidates = Vec::new();
        for (at, event) in self.events.iter().enumerate() {
            if event.start > before {
                break;
            }
            if !has(done, at) {
                candidates.push(at);
                before = before.min(event.end.unwrap_or(u64::MAX));
            }
        }
        candidates.retain(|at| self.events[*at].start <= before);
        candidates.sort_by_key(|at| self.events[*at].end.unwrap_or(u64::MAX));
        for at in &candidates {
            let event = &self.events[*at];
            let (next, expected) = self.spec.step(&state, &event.action);
            let fits = match &event.outcome {
                Some(seen) => self.spec.agrees(seen, &expected),
                // One that changes nothing need not be placed.
                None => next != state,
            };
            if !fits {
                continue;
            }
            done[at / 64] |= 1 << (at % 64);
            let left = known - usize::from(event.end.is_some());
            if let Some(found) = self.visit(done, next, left) {
                return Some(found);
            }
            done[at / 64] &= !(1 << (at % 64));
        }
        self.note(&candidates, &state, known);
        None
    }

    /// Remembers the attempt that came furthest, for the report.
    fn note(&mut self, candidates: &[usize], state: &P::State, known: usize) {
        let placed = self.events.len() - known;
        if placed <= self.best.0 && !self.best.1.is_empty() {
            return;
        }
        let next: Vec<String> = candidates
            .iter()
            .map(|at| {
                let event = &self.events[*at];
                let (_, expected) = self.spec.step(state, &event.action);
                format!("{:?} saw {:?}, not {expected:?}", event.action, event.outcome)
            })
            .collect();
        let text = format!("{known} left; in state {state:?} none of these can be next: {next:#?}");
        self.best = (placed, text);
    }
}

#[cfg(test)]
mod tests {
    use super::{Event, Search, Spec, search};

    /// A register: `Some` writes, `None` reads.
    struct Register;

    impl Spec for Register {
        type State = u8;
        type Action = Option<u8>;
        type Outcome = u8;

        fn step(&self, state: &u8, action: &Option<u8>) -> (u8, u8) {
            let now = action.unwrap_or(*state);
            (now, now)
        }

        fn agrees(&self, seen: &u8, expected: &u8) -> bool {
            seen == expected
        }
    }

    fn event(start: u64, end: u64, action: Option<u8>, saw: u8) -> Event<Option<u8>, u8> {
        Event { start, end: Some(end), action, outcome: Some(saw) }
    }

    fn unknown(start: u64, write: u8) -> Event<Option<u8>, u8> {
        Event { start, end: None, action: Some(write), outcome: None }
    }

    fn explained(events: &[Event<Option<u8>, u8>]) -> Option<u8> {
        match search(&Register, &0, events) {
            Search::Explained(state) => Some(state),
            Search::Impossible(_) => None,
            Search::Undecided => panic!("a small history is decided"),
        }
    }

    #[test]
    fn a_read_sees_the_last_write() {
        let write = event(1, 2, Some(7), 7);
        assert_eq!(explained(&[write.clone(), event(3, 4, None, 7)]), Some(7));
        assert_eq!(
            explained(&[write, event(3, 4, None, 0)]),
            None,
            "an acknowledged write is lost"
        );
    }

    #[test]
    fn overlapping_operations_come_in_any_order() {
        let events = [event(1, 9, Some(7), 7), event(2, 3, None, 0), event(4, 5, None, 7)];
        assert_eq!(explained(&events), Some(7));
        let events = [event(1, 9, Some(7), 7), event(2, 3, None, 7), event(4, 5, None, 0)];
        assert_eq!(explained(&events), None, "what was seen does not go back");
    }

    #[test]
    fn an_unknown_write_may_happen_late_or_never() {
        assert_eq!(
            explained(&[unknown(1, 7), event(2, 3, None, 0), event(4, 5, None, 7)]),
            Some(7)
        );
        assert_eq!(explained(&[unknown(1, 7), event(2, 3, None, 0)]), Some(0));
        let events = [event(1, 2, None, 7), unknown(3, 7)];
        assert_eq!(explained(&events), None, "not before it began");
    }
}
