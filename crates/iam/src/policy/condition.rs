//! One line of a Condition block: a key, an operator and the values that fit.

use super::ContextKeys;
use super::operator::{Expected, Operator};

/// What must hold of a key.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Condition {
    /// In lower case.
    pub key: String,
    pub test: Test,
}

/// How a key is tested.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// `Null`: whether one of these says of the key's absence what is so.
    Null { absent: Vec<bool> },
    /// Any other operator.
    Compare {
        operator: Operator,
        quantifier: Option<Quantifier>,
        /// `...IfExists`
        if_exists: bool,
        expected: Vec<Expected>,
    },
}

/// How the values of a key with several are taken together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Quantifier {
    /// `ForAllValues:`
    All,
    /// `ForAnyValue:`
    Any,
}

impl Condition {
    /// Whether it holds. `None` when that hangs on a variable without a value: then its statement
    /// does not match.
    pub(super) fn holds(&self, keys: &dyn ContextKeys) -> Option<bool> {
        let value = keys.get(&self.key);
        let values = value.as_ref().map_or(&[][..], |value| value.values());
        let (operator, quantifier, if_exists, expected) = match &self.test {
            Test::Null { absent } => return Some(absent.contains(&values.is_empty())),
            Test::Compare { operator, quantifier, if_exists, expected } => {
                (operator, quantifier, *if_exists, expected)
            }
        };
        if values.is_empty() {
            // A key without values is as one that is not there.
            return Some(match quantifier {
                _ if if_exists => true,
                Some(Quantifier::All) => true,
                Some(Quantifier::Any) => false,
                None => operator.negated,
            });
        }
        let mut fit = Vec::with_capacity(values.len());
        for value in values {
            fit.push(fits_any(expected, value, operator.negated, keys)?);
        }
        // The negation is inside: each value is judged, then the judgements are counted.
        let mut judged = fit.iter().map(|fits| *fits != operator.negated);
        Some(match quantifier {
            Some(Quantifier::All) => judged.all(|holds| holds),
            Some(Quantifier::Any) => judged.any(|holds| holds),
            // Of a key with several values AWS wants a quantifier; without one, one value that
            // fits is enough, and for a negated operator too much.
            None => fit.iter().any(|fits| *fits) != operator.negated,
        })
    }
}

/// Whether one of the expected fits. One whose variable has no value fits nothing; but nothing may
/// follow from that where the test is negated.
fn fits_any(
    expected: &[Expected],
    value: &str,
    negated: bool,
    keys: &dyn ContextKeys,
) -> Option<bool> {
    let mut is_known = true;
    for expected in expected {
        match expected.fits(value, keys) {
            Some(true) => return Some(true),
            Some(false) => {}
            None => is_known = false,
        }
    }
    (is_known || !negated).then_some(false)
}
