//! Condition operators: their names, and how one value is compared with what a policy names.
//!
//! Source: the IAM user guide, "IAM JSON policy elements: Condition operators".

use super::ContextKeys;
use super::pattern::{ArnPattern, InvalidVariable, Pattern, Syntax};
use larder_types::Timestamp;
use std::cmp::Ordering;
use std::net::{IpAddr, Ipv6Addr};

/// What is compared, apart from negation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Comparison {
    StringEquals,
    StringEqualsIgnoreCase,
    StringLike,
    Numeric(Order),
    Date(Order),
    Bool,
    Binary,
    IpAddress,
    Arn,
}

/// Which orders fit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Order {
    Equals,
    LessThan,
    LessThanEquals,
    GreaterThan,
    GreaterThanEquals,
}

/// A comparison, perhaps negated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Operator {
    pub comparison: Comparison,
    pub negated: bool,
}

/// Every operator but `Null`, by its name.
const OPERATORS: [(&str, Comparison, bool); 26] = [
    ("StringEquals", Comparison::StringEquals, false),
    ("StringNotEquals", Comparison::StringEquals, true),
    ("StringEqualsIgnoreCase", Comparison::StringEqualsIgnoreCase, false),
    ("StringNotEqualsIgnoreCase", Comparison::StringEqualsIgnoreCase, true),
    ("StringLike", Comparison::StringLike, false),
    ("StringNotLike", Comparison::StringLike, true),
    ("NumericEquals", Comparison::Numeric(Order::Equals), false),
    ("NumericNotEquals", Comparison::Numeric(Order::Equals), true),
    ("NumericLessThan", Comparison::Numeric(Order::LessThan), false),
    ("NumericLessThanEquals", Comparison::Numeric(Order::LessThanEquals), false),
    ("NumericGreaterThan", Comparison::Numeric(Order::GreaterThan), false),
    ("NumericGreaterThanEquals", Comparison::Numeric(Order::GreaterThanEquals), false),
    ("DateEquals", Comparison::Date(Order::Equals), false),
    ("DateNotEquals", Comparison::Date(Order::Equals), true),
    ("DateLessThan", Comparison::Date(Order::LessThan), false),
    ("DateLessThanEquals", Comparison::Date(Order::LessThanEquals), false),
    ("DateGreaterThan", Comparison::Date(Order::GreaterThan), false),
    ("DateGreaterThanEquals", Comparison::Date(Order::GreaterThanEquals), false),
    ("Bool", Comparison::Bool, false),
    ("BinaryEquals", Comparison::Binary, false),
    ("IpAddress", Comparison::IpAddress, false),
    ("NotIpAddress", Comparison::IpAddress, true),
    ("ArnEquals", Comparison::Arn, false),
    ("ArnLike", Comparison::Arn, false),
    ("ArnNotEquals", Comparison::Arn, true),
    ("ArnNotLike", Comparison::Arn, true),
];

/// A value that a policy names, ready to be compared.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Expected {
    Text(Pattern),
    TextIgnoreCase(Pattern),
    Number(f64, Order),
    Moment(i64, Order),
    Bytes(String),
    Network(Network),
    Arn(ArnPattern),
}

/// Addresses that share their first bits. Version 4 addresses are those that begin with
/// `::ffff:0:0/96`, however they are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Network {
    first: u128,
    mask: u128,
}

/// A value that its operator cannot compare with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InvalidValue;

impl From<InvalidVariable> for InvalidValue {
    fn from(_: InvalidVariable) -> Self {
        Self
    }
}

impl Operator {
    /// The operator of this name.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let found = OPERATORS.iter().find(|(known, ..)| *known == name)?;
        Some(Self { comparison: found.1, negated: found.2 })
    }
}

impl Comparison {
    /// Makes a policy's value ready. `variables` says whether the policy's version has them;
    /// numbers, dates, addresses and bytes never do.
    pub(super) fn expect(self, value: &str, variables: bool) -> Result<Expected, InvalidValue> {
        let text = |wildcards| Pattern::parse(value, Syntax { wildcards, variables });
        Ok(match self {
            Self::StringEquals => Expected::Text(text(false)?),
            Self::StringEqualsIgnoreCase => Expected::TextIgnoreCase(text(false)?.lower_case()),
            Self::StringLike => Expected::Text(text(true)?),
            Self::Bool => Expected::TextIgnoreCase(text(false)?.lower_case()),
            Self::Numeric(order) => Expected::Number(number(value).ok_or(InvalidValue)?, order),
            Self::Date(order) => Expected::Moment(moment(value).ok_or(InvalidValue)?, order),
            Self::Binary => Expected::Bytes(value.to_owned()),
            Self::IpAddress => Expected::Network(Network::parse(value).ok_or(InvalidValue)?),
            Self::Arn => {
                Expected::Arn(ArnPattern::condition(value, variables)?.ok_or(InvalidValue)?)
            }
        })
    }
}

impl Expected {
    /// Whether a request's value fits. `None` when a variable has no value.
    pub(super) fn fits(&self, value: &str, keys: &dyn ContextKeys) -> Option<bool> {
        Some(match self {
            Self::Text(pattern) => pattern.resolve(keys)?.matches(value),
            Self::TextIgnoreCase(pattern) => {
                let pattern = pattern.resolve(keys)?.into_owned().lower_case();
                pattern.matches(&value.to_lowercase())
            }
            Self::Number(expected, order) => {
                number(value).and_then(|n| n.partial_cmp(expected)).is_some_and(|o| order.fits(o))
            }
            Self::Moment(expected, order) => {
                moment(value).is_some_and(|moment| order.fits(moment.cmp(expected)))
            }
            Self::Bytes(expected) => expected == value,
            Self::Network(network) => {
                value.parse::<IpAddr>().is_ok_and(|address| network.has(address))
            }
            Self::Arn(pattern) => pattern.matches(value, keys)?,
        })
    }
}

impl Order {
    fn fits(self, found: Ordering) -> bool {
        match self {
            Self::Equals => found.is_eq(),
            Self::LessThan => found.is_lt(),
            Self::LessThanEquals => found.is_le(),
            Self::GreaterThan => found.is_gt(),
            Self::GreaterThanEquals => found.is_ge(),
        }
    }
}

impl Network {
    /// `address/bits`, or one address.
    pub(super) fn parse(text: &str) -> Option<Self> {
        let (address, bits) = match text.split_once('/') {
            Some((address, bits)) => (address, Some(bits)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let all = if address.is_ipv4() { 32 } else { 128 };
        let bits = match bits {
            Some(bits) if bits.bytes().all(|b| b.is_ascii_digit()) => bits.parse().ok()?,
            Some(_) => return None,
            None => all,
        };
        if bits > all {
            return None;
        }
        let shift: u32 = all - bits;
        let mask = u128::MAX.checked_shl(shift).unwrap_or(0);
        // The first 96 bits of a version 4 network are fixed as well.
        let mask = if address.is_ipv4() { mask | (u128::MAX << 32) } else { mask };
        Some(Self { first: as_bits(address) & mask, mask })
    }

    /// How many bits of an address are fixed, and whether they are of version 4.
    pub(super) fn bits(&self) -> (u32, bool) {
        let mapped = as_bits(IpAddr::from([0, 0, 0, 0])) >> 32;
        let is_version_4 = self.mask >> 32 == u128::MAX >> 32 && self.first >> 32 == mapped;
        (self.mask.count_ones() - if is_version_4 { 96 } else { 0 }, is_version_4)
    }

    fn has(&self, address: IpAddr) -> bool {
        as_bits(address) & self.mask == self.first
    }
}

fn as_bits(address: IpAddr) -> u128 {
    let address: Ipv6Addr = match address {
        IpAddr::V4(address) => address.to_ipv6_mapped(),
        IpAddr::V6(address) => address,
    };
    address.to_bits()
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// A date of ISO 8601, or seconds since 1970; in ms.
fn moment(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Some(moment) = Timestamp::parse_iso8601(text) {
        return Some(moment.ms);
    }
    text.parse::<i64>().ok()?.checked_mul(1000)
}
