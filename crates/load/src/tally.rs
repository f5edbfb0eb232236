//! What is counted while load runs.

use hdrhistogram::Histogram;
use std::collections::BTreeMap;

/// Latencies are told apart from 1 us to an hour, to three digits.
const LATENCY_NS_MIN: u64 = 1_000;
const LATENCY_NS_MAX: u64 = 3_600_000_000_000;
const DIGITS: u8 = 3;
/// Kinds of errors told apart; further ones are counted together.
const ERROR_KINDS_MAX: usize = 32;

/// Counts of one kind of request, or of all.
pub(crate) struct Tally {
    pub(crate) requests: u64,
    pub(crate) bytes: u64,
    /// By what was answered: `503 SlowDown`, `connection: ...`.
    pub(crate) errors: BTreeMap<String, u64>,
    /// Nanoseconds, of those that succeeded.
    pub(crate) latency: Histogram<u64>,
}

/// Counts of all requests and, in a mix, of each operation by its name.
#[derive(Default)]
pub(crate) struct Tallies {
    pub(crate) all: Tally,
    pub(crate) each: BTreeMap<&'static str, Tally>,
}

impl Tallies {
    pub(crate) fn add(&mut self, other: Self) {
        self.all.add(other.all);
        for (name, tally) in other.each {
            self.each.entry(name).or_default().add(tally);
        }
    }
}

impl Default for Tally {
    fn default() -> Self {
        Self::new()
    }
}

impl Tally {
    fn new() -> Self {
        let latency = Histogram::new_with_bounds(LATENCY_NS_MIN, LATENCY_NS_MAX, DIGITS);
        let latency = latency.expect("the bounds are valid");
        Self { requests: 0, bytes: 0, errors: BTreeMap::new(), latency }
    }

    /// Counts one request: its bytes, or why it failed.
    pub(crate) fn count(&mut self, ns: u64, outcome: Result<u64, String>) {
        match outcome {
            Ok(bytes) => {
                self.requests += 1;
                self.bytes += bytes;
                self.latency.saturating_record(ns);
            }
            Err(error) => self.count_errors(error, 1),
        }
    }

    fn count_errors(&mut self, error: String, count: u64) {
        let full = self.errors.len() >= ERROR_KINDS_MAX && !self.errors.contains_key(&error);
        let error = if full { "others".to_owned() } else { error };
        *self.errors.entry(error).or_default() += count;
    }

    pub(crate) fn errors(&self) -> u64 {
        self.errors.values().sum()
    }

    pub(crate) fn add(&mut self, other: Self) {
        self.requests += other.requests;
        self.bytes += other.bytes;
        self.latency.add(&other.latency).expect("all have the same bounds");
        for (error, count) in other.errors {
            self.count_errors(error, count);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Tally;

    #[test]
    fn counts_add_up_and_kinds_are_bounded() {
        let mut sum = Tally::new();
        for n in 1..=1000_u64 {
            let mut one = Tally::new();
            one.count(n * 1_000_000, Ok(10));
            one.count(1, Err(format!("{}", n % 100)));
            sum.add(one);
        }
        assert_eq!((sum.requests, sum.bytes, sum.errors()), (1000, 10_000, 1000));
        assert_eq!(sum.errors.len(), 33);
        let ms = |quantile| sum.latency.value_at_quantile(quantile) as f64 / 1e6;
        assert!((ms(0.5) - 500.0).abs() < 1.0 && (ms(0.99) - 990.0).abs() < 1.0);
        assert!((sum.latency.max() as f64 / 1e6 - 1000.0).abs() < 1.0);
    }
}
