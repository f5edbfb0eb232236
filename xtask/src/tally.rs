//! Counting tests.

use std::ops::AddAssign;
use std::process::ExitStatus;

/// How many tests passed and failed.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub struct Tally {
    /// Tests that ran and held.
    pub passed: u64,
    /// Tests that did not, and suites that could not run, each as one.
    pub failed: u64,
}

impl AddAssign for Tally {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
    }
}

impl Tally {
    /// Adds what one line of `cargo test` reports, if it is a result line:
    /// `test result: ok. 12 passed; 0 failed; 1 ignored; ...`.
    pub fn add_cargo_line(&mut self, line: &str) {
        let Some((_, counts)) = line.split_once("test result: ") else {
            return;
        };
        self.passed += count_before(counts, " passed");
        self.failed += count_before(counts, " failed");
    }

    /// Adds what the black box says at its end: `black box: 12 passed, 0 failed`.
    pub fn add_black_box_line(&mut self, line: &str) {
        if let Some(counts) = line.strip_prefix("black box: ") {
            self.passed += count_before(counts, " passed");
            self.failed += count_before(counts, " failed");
        }
    }

    /// The tally of one pytest run from its JUnit report. A test that was skipped did not pass.
    pub fn from_junit(report: &str) -> Self {
        let count = |name: &str| count_after(report, &format!(" {name}=\""));
        let failed = count("failures") + count("errors") + count("skipped");
        Self { passed: count("tests").saturating_sub(failed), failed }
    }

    /// A run that ended badly without a failed test has failed all the same: it did not compile, or
    /// it was cut off. So has one that ran nothing.
    #[must_use]
    pub fn judged(mut self, status: &Result<ExitStatus, String>) -> Self {
        let clean = status.as_ref().is_ok_and(ExitStatus::success);
        let cut_off = status.is_err();
        if cut_off || (self.failed == 0 && (!clean || self.passed == 0)) {
            self.failed += 1;
        }
        self
    }
}

fn count_before(text: &str, word: &str) -> u64 {
    let before = text.split(word).next().unwrap_or_default();
    let digits = before.rsplit(|c: char| !c.is_ascii_digit()).next().unwrap_or_default();
    digits.parse().unwrap_or(0)
}

fn count_after(text: &str, prefix: &str) -> u64 {
    let after = text.split_once(prefix).map_or("", |(_, after)| after);
    after.split('"').next().unwrap_or_default().parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt;

    #[test]
    fn cargo_lines_add_up() {
        let mut tally = Tally::default();
        tally.add_cargo_line("test a::b ... ok");
        tally.add_cargo_line("test result: ok. 12 passed; 0 failed; 3 ignored; 0 measured");
        tally.add_cargo_line("test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured");
        assert_eq!(tally, Tally { passed: 15, failed: 2 });
    }

    #[test]
    fn black_box_rounds_add_up() {
        let mut tally = Tally::default();
        tally.add_black_box_line("cuts: 7 rounds passed, 0 failed");
        tally.add_black_box_line("black box: 12 passed, 1 failed");
        assert_eq!(tally, Tally { passed: 12, failed: 1 });
    }

    #[test]
    fn junit_reports_count_skips_as_failures() {
        let report = r#"<testsuites name="x"><testsuite name="pytest" errors="1" failures="2"
            skipped="1" tests="9" time="0.1"><testcase failures="7"/>"#;
        let report = report.replace("\n           ", "");
        assert_eq!(Tally::from_junit(&report), Tally { passed: 5, failed: 4 });
        assert_eq!(Tally::from_junit(""), Tally::default());
    }

    #[test]
    fn a_run_that_ended_badly_has_failed() {
        let fine = Tally { passed: 1, failed: 0 };
        let ended = |code| Ok(ExitStatus::from_raw(code << 8));
        assert_eq!(fine.judged(&ended(0)).failed, 0);
        assert_eq!(fine.judged(&ended(1)).failed, 1);
        assert_eq!(fine.judged(&Err("too long".to_string())).failed, 1);
        assert_eq!(Tally { passed: 1, failed: 2 }.judged(&ended(1)).failed, 2);
        assert_eq!(Tally::default().judged(&ended(0)).failed, 1, "nothing ran");
    }
}
