//! What the model demands of a value, and the sentence about one that does not fit.

use std::fmt;

/// What a value must be like.
#[derive(Clone, Copy, Debug)]
pub struct Constraint {
    /// Least length of a text in characters, number of items, or value of a number.
    pub min: Option<i64>,
    /// The greatest.
    pub max: Option<i64>,
    /// What a text is made of.
    pub pattern: Option<Pattern>,
    /// The words that are allowed; any when empty.
    pub words: &'static [&'static str],
    /// What each item of a list must be like.
    pub item: Option<&'static Constraint>,
}

/// A regular expression of the model, decided by a function.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    /// The expression, as errors show it.
    pub text: &'static str,
    /// Whether the whole of a text matches.
    pub matches: fn(&str) -> bool,
}

/// A value that is not as the model demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which value: `userName`, `tags.1.member.key`.
    pub at: String,
    /// What it must do: "have length less than or equal to 64".
    pub demand: String,
}

impl Constraint {
    /// Nothing is demanded.
    pub const NONE: Self = Self { min: None, max: None, pattern: None, words: &[], item: None };

    /// What a text does not fulfil.
    pub(crate) fn check_text(&self, text: &str) -> Vec<String> {
        let mut demands = self.check_bounds("have length", text.chars().count() as i64);
        if let Some(pattern) = self.pattern.filter(|pattern| !(pattern.matches)(text)) {
            demands.push(format!("satisfy regular expression pattern: {}", pattern.text));
        }
        if !self.words.is_empty() && !self.words.contains(&text) {
            demands.push(format!("satisfy enum value set: [{}]", self.words.join(", ")));
        }
        demands
    }

    /// What a number, or the count of something, does not fulfil.
    pub(crate) fn check_bounds(&self, verb: &str, found: i64) -> Vec<String> {
        let mut demands = Vec::new();
        if let Some(max) = self.max.filter(|max| found > *max) {
            demands.push(format!("{verb} less than or equal to {max}"));
        }
        if let Some(min) = self.min.filter(|min| found < *min) {
            demands.push(format!("{verb} greater than or equal to {min}"));
        }
        demands
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { at, demand } = self;
        if demand == "not be null" {
            return write!(
                f,
                "Value null at '{at}' failed to satisfy constraint: Member must {demand}"
            );
        }
        write!(f, "Value at '{at}' failed to satisfy constraint: Member must {demand}")
    }
}
