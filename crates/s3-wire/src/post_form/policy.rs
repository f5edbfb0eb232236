//! The policy document of a POST form ("POST policy").

use super::FormFields;
use crate::error::{ErrorCode, WireError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use larder_types::Timestamp;
use serde_json::Value;

/// A parsed policy document.
#[derive(Clone, Debug, PartialEq)]
pub struct PostPolicy {
    expiration: Timestamp,
    conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq)]
enum Condition {
    /// The field has this value. Names are lower-case.
    Eq(String, String),
    /// The field begins with this.
    StartsWith(String, String),
    /// The file's size in bytes lies between these, both included.
    SizeRange(u64, u64),
}

/// The sizes in bytes that a policy allows for the file, both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SizeRange {
    /// Smallest.
    pub min: u64,
    /// Largest.
    pub max: u64,
}

impl SizeRange {
    /// Any size.
    pub const ANY: Self = Self { min: 0, max: u64::MAX };

    /// Refuses a size that is already too large; for while the file is being read.
    pub fn check_so_far(&self, size: u64) -> Result<(), WireError> {
        if size <= self.max {
            return Ok(());
        }
        Err(WireError::new(ErrorCode::EntityTooLarge)
            .element("ProposedSize", size.to_string())
            .element("MaxSizeAllowed", self.max.to_string()))
    }

    /// Refuses a whole file's size.
    pub fn check(&self, size: u64) -> Result<(), WireError> {
        self.check_so_far(size)?;
        if size >= self.min {
            return Ok(());
        }
        Err(WireError::new(ErrorCode::EntityTooSmall)
            .element("ProposedSize", size.to_string())
            .element("MinSizeAllowed", self.min.to_string()))
    }
}

/// Fields that need no condition, in lower case; `x-ignore-*` besides.
const FIELDS_EXEMPT: [&str; 5] =
    ["awsaccesskeyid", "file", "policy", "signature", "x-amz-signature"];

fn invalid(why: impl std::fmt::Display) -> WireError {
    WireError::with(ErrorCode::InvalidPolicyDocument, format!("Invalid Policy: {why}"))
}

impl PostPolicy {
    /// Parses a policy as it stands in the form.
    ///
    /// Errors: `InvalidPolicyDocument`.
    pub fn parse(base64: &str) -> Result<Self, WireError> {
        let bare: String = base64.split_ascii_whitespace().collect();
        let json = STANDARD.decode(bare).map_err(|_| invalid("Invalid Base64 encoding."))?;
        let Ok(Value::Object(policy)) = serde_json::from_slice(&json) else {
            return Err(invalid("Invalid JSON."));
        };
        let expiration = match policy.get("expiration") {
            // Unlike elsewhere, S3 is strict here: a date and a time, joined by `T`.
            Some(Value::String(text)) => Some(text)
                .filter(|text| text.as_bytes().get(10) == Some(&b'T'))
                .and_then(|text| Timestamp::parse_iso8601(text))
                .ok_or_else(|| invalid(format_args!("Invalid 'expiration' value: '{text}'")))?,
            _ => return Err(invalid("Policy missing expiration.")),
        };
        let Some(Value::Array(list)) = policy.get("conditions") else {
            return Err(invalid("Policy missing conditions."));
        };
        if let Some(name) = policy.keys().find(|k| *k != "expiration" && *k != "conditions") {
            return Err(invalid(format_args!("Unexpected: '{name}'")));
        }
        let mut conditions = Vec::new();
        for condition in list {
            parse_condition(condition, &mut conditions)?;
        }
        Ok(Self { expiration, conditions })
    }

    /// Checks a form against its policy. `bucket` is the one addressed; the fields are compared
    /// after `${filename}` has been replaced in them.
    ///
    /// Errors: `AccessDenied` with AWS's sentence about the first condition that fails. The size of
    /// the file is still to be checked with what is returned.
    pub fn check(
        &self,
        fields: &FormFields,
        bucket: &str,
        now: Timestamp,
    ) -> Result<SizeRange, WireError> {
        if now > self.expiration {
            return Err(denied("Policy expired."));
        }
        let key = fields.key()?;
        let value = |name: &str| match name {
            "bucket" => Some(bucket),
            "key" => Some(key),
            name => fields.get(name),
        };
        let mut size = SizeRange::ANY;
        for condition in &self.conditions {
            match condition {
                Condition::SizeRange(min, max) => {
                    size.min = size.min.max(*min);
                    size.max = size.max.min(*max);
                }
                Condition::Eq(name, expected) => {
                    if value(name).unwrap_or_default() != expected {
                        return Err(failed("eq", name, expected));
                    }
                }
                Condition::StartsWith(name, prefix) => {
                    let found = value(name).unwrap_or_default();
                    if !starts_with(name, found, prefix) {
                        return Err(failed("starts-with", name, prefix));
                    }
                }
            }
        }
        self.check_coverage(fields)?;
        Ok(size)
    }

    fn check_coverage(&self, fields: &FormFields) -> Result<(), WireError> {
        let covered = |name: &str| {
            self.conditions.iter().any(|condition| match condition {
                Condition::Eq(n, _) | Condition::StartsWith(n, _) => n == name,
                Condition::SizeRange(..) => false,
            })
        };
        if !covered("bucket") {
            return Err(denied("Extra input fields: bucket"));
        }
        let mut seen: Vec<String> = Vec::new();
        for (name, _) in &fields.fields {
            let name = name.to_ascii_lowercase();
            let exempt = FIELDS_EXEMPT.contains(&name.as_str()) || name.starts_with("x-ignore-");
            // Conditions look at a field's first value; a second one must not slip past them.
            if !exempt && (!covered(&name) || seen.contains(&name)) {
                return Err(denied(&format!("Extra input fields: {name}")));
            }
            seen.push(name);
        }
        Ok(())
    }
}

/// A Content-Type may be a list, of which every member must match.
fn starts_with(name: &str, found: &str, prefix: &str) -> bool {
    if name == "content-type" {
        return found.split(',').all(|member| member.trim_start().starts_with(prefix));
    }
    found.starts_with(prefix)
}

fn denied(why: &str) -> WireError {
    WireError::with(ErrorCode::AccessDenied, format!("Invalid according to Policy: {why}"))
}

fn failed(operator: &str, name: &str, value: &str) -> WireError {
    denied(&format!("Policy Condition failed: [\"{operator}\", \"${name}\", \"{value}\"]"))
}

fn parse_condition(condition: &Value, into: &mut Vec<Condition>) -> Result<(), WireError> {
    let broken = || invalid(format_args!("Invalid Simple-Condition: {condition}"));
    match condition {
        Value::Object(pairs) if !pairs.is_empty() => {
            for (name, value) in pairs {
                let value = value.as_str().ok_or_else(broken)?;
                into.push(Condition::Eq(name.to_ascii_lowercase(), value.to_owned()));
            }
            Ok(())
        }
        Value::Array(list) => {
            let [Value::String(operator), first, second] = list.as_slice() else {
                return Err(broken());
            };
            into.push(match operator.to_ascii_lowercase().as_str() {
                "content-length-range" => {
                    let (min, max) = (size_of(first), size_of(second));
                    Condition::SizeRange(min.ok_or_else(broken)?, max.ok_or_else(broken)?)
                }
                "eq" => {
                    let (name, value) = field_and_value(first, second).ok_or_else(broken)?;
                    Condition::Eq(name, value)
                }
                "starts-with" => {
                    let (name, value) = field_and_value(first, second).ok_or_else(broken)?;
                    Condition::StartsWith(name, value)
                }
                _ => return Err(broken()),
            });
            Ok(())
        }
        _ => Err(broken()),
    }
}

/// Sizes come as numbers and, from some clients, as strings of digits.
fn size_of(value: &Value) -> Option<u64> {
    match value {
        Value::String(text) => text.parse().ok(),
        value => value.as_u64(),
    }
}

fn field_and_value(name: &Value, value: &Value) -> Option<(String, String)> {
    let name = name.as_str()?.strip_prefix('$')?.to_ascii_lowercase();
    Some((name, value.as_str()?.to_owned()))
}
