//! From a document to a policy, or to what is wrong with it.
//!
//! Source: the IAM user guide, "Grammar of the IAM JSON policy language".

use super::condition::{Condition, Quantifier, Test};
use super::json::Json;
use super::operator::{Expected, Operator};
use super::pattern::{ArnPattern, Pattern, Syntax};
use super::principal::{Named, PrincipalElement};
use super::reference::{condition_key, names_an_action};
use super::statement::{ActionElement, Effect, Policy, ResourceElement, Statement};
use std::collections::HashSet;
use std::fmt;

/// Largest document in bytes: that of a bucket policy, which is the largest there is.
pub const POLICY_BYTES_MAX: usize = 20 * 1024;

const VERSION_2012: &str = "2012-10-17";
const VERSION_2008: &str = "2008-10-17";

/// What a policy is attached to: which elements it must have depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attachment {
    /// A user, group, role or session, as its policy or its boundary: no Principal.
    Identity,
    /// A bucket: with Principal and Resource.
    Bucket,
    /// A role, saying who may assume it: with Principal, without Resource.
    Trust,
}

/// Why a document is no policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError {
    /// What is wrong.
    pub kind: PolicyErrorKind,
    /// What stands there instead; empty where nothing does.
    pub found: String,
}

/// What may be wrong with a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyErrorKind {
    /// It has more than [`POLICY_BYTES_MAX`] bytes.
    TooLarge,
    /// It is no JSON object, or a member comes twice.
    Json,
    /// A member that policies do not have.
    UnknownField,
    /// A version that is not 2008-10-17 or 2012-10-17.
    Version,
    /// No Statement, or an empty list.
    NoStatement,
    /// A Sid that is no text or that another statement has.
    Sid,
    /// No Effect, or one that is neither Allow nor Deny.
    Effect,
    /// No Principal where there must be one, or one where there must be none, or a bad one.
    Principal,
    /// No Action and no NotAction, or both, or one without a service; in a bucket's policy one
    /// that names no action of S3.
    Action,
    /// No Resource and no NotResource, or both, or one where there must be none, or a bad one.
    Resource,
    /// An unknown operator, or a value that it cannot compare with.
    Condition,
    /// In a bucket's policy: an action that acts on none of its statement's resources.
    ActionOnNothing,
}

impl PolicyError {
    pub(super) fn new(kind: PolicyErrorKind, found: impl Into<String>) -> Self {
        Self { kind, found: found.into() }
    }
}

impl fmt::Display for PolicyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.kind {
            PolicyErrorKind::TooLarge => "a policy has at most 20480 bytes",
            PolicyErrorKind::Json => "a policy is a JSON object whose members come once",
            PolicyErrorKind::UnknownField => "policies have no such element",
            PolicyErrorKind::Version => "the version of a policy is 2012-10-17 or 2008-10-17",
            PolicyErrorKind::NoStatement => "a policy has one Statement at least",
            PolicyErrorKind::Sid => "a Sid is a text that one statement has",
            PolicyErrorKind::Effect => "an Effect is Allow or Deny",
            PolicyErrorKind::Principal => "the Principal is missing, misplaced or none",
            PolicyErrorKind::Action => "the Action is missing, doubled or none",
            PolicyErrorKind::Resource => "the Resource is missing, misplaced or no ARN",
            PolicyErrorKind::Condition => "an operator is unknown or cannot compare its value",
            PolicyErrorKind::ActionOnNothing => "the Action acts on no Resource of its statement",
        };
        if self.found.is_empty() { f.write_str(what) } else { write!(f, "{what}: {}", self.found) }
    }
}

impl std::error::Error for PolicyError {}

type Members = Vec<(String, Json)>;

impl Policy {
    /// Parses a document.
    ///
    /// Errors: what is wrong first, by the order of its statements.
    pub fn parse(document: &str, attachment: Attachment) -> Result<Self, PolicyError> {
        if document.len() > POLICY_BYTES_MAX {
            return Err(PolicyError::new(PolicyErrorKind::TooLarge, ""));
        }
        let Some(Json::Object(members)) = Json::parse(document) else {
            return Err(PolicyError::new(PolicyErrorKind::Json, ""));
        };
        let (mut version, mut found) = (VERSION_2008.to_owned(), None);
        for (name, value) in members {
            match (name.as_str(), value) {
                ("Version", Json::Text(text)) => version = text,
                ("Version", _) => return Err(PolicyError::new(PolicyErrorKind::Version, "")),
                ("Id", Json::Text(_)) => {}
                ("Statement", Json::List(list)) => found = Some(list),
                ("Statement", one @ Json::Object(_)) => found = Some(vec![one]),
                _ => return Err(PolicyError::new(PolicyErrorKind::UnknownField, name)),
            }
        }
        let variables = match version.as_str() {
            VERSION_2012 => true,
            VERSION_2008 => false,
            _ => return Err(PolicyError::new(PolicyErrorKind::Version, version)),
        };
        let found = found.filter(|list| !list.is_empty());
        let found = found.ok_or_else(|| PolicyError::new(PolicyErrorKind::NoStatement, ""))?;
        let reader = StatementReader { attachment, variables };
        let statements: Vec<Statement> =
            found.into_iter().map(|json| reader.statement(json)).collect::<Result<_, _>>()?;
        let mut sids = HashSet::new();
        for sid in statements.iter().filter_map(|statement| statement.sid.as_deref()) {
            if !sid.is_empty() && !sids.insert(sid) {
                return Err(PolicyError::new(PolicyErrorKind::Sid, sid));
            }
        }
        Ok(Self { statements })
    }
}

struct StatementReader {
    attachment: Attachment,
    /// Whether the policy's version has variables.
    variables: bool,
}

/// The elements of a statement as they stand.
#[derive(Default)]
struct Elements {
    sid: Option<String>,
    effect: Option<Effect>,
    principal: Option<PrincipalElement>,
    action: Option<ActionElement>,
    resource: Option<ResourceElement>,
    conditions: Vec<Condition>,
}

impl StatementReader {
    fn statement(&self, json: Json) -> Result<Statement, PolicyError> {
        let Json::Object(members) = json else {
            return Err(PolicyError::new(PolicyErrorKind::NoStatement, ""));
        };
        let elements = self.elements(members)?;
        let missing = |kind| PolicyError::new(kind, "");
        let (has_principal, has_resource) =
            (elements.principal.is_some(), elements.resource.is_some());
        if has_principal != (self.attachment != Attachment::Identity) {
            return Err(missing(PolicyErrorKind::Principal));
        }
        if has_resource != (self.attachment != Attachment::Trust) {
            return Err(missing(PolicyErrorKind::Resource));
        }
        Ok(Statement {
            sid: elements.sid,
            effect: elements.effect.ok_or_else(|| missing(PolicyErrorKind::Effect))?,
            principal: elements.principal,
            action: elements.action.ok_or_else(|| missing(PolicyErrorKind::Action))?,
            resource: elements.resource,
            conditions: elements.conditions,
        })
    }

    fn elements(&self, members: Members) -> Result<Elements, PolicyError> {
        let mut elements = Elements::default();
        for (name, value) in members {
            match name.as_str() {
                "Sid" => elements.sid = Some(sid(value)?),
                "Effect" => elements.effect = Some(effect(value)?),
                "Principal" | "NotPrincipal" => {
                    let not = name == "NotPrincipal";
                    let named = principals(value)?;
                    let doubled = elements.principal.replace(PrincipalElement { not, named });
                    // Of everybody but some, nobody may assume a role.
                    if doubled.is_some() || (not && self.attachment == Attachment::Trust) {
                        return Err(PolicyError::new(PolicyErrorKind::Principal, name));
                    }
                }
                "Action" | "NotAction" => {
                    let action =
                        ActionElement { not: name == "NotAction", patterns: self.actions(value)? };
                    if elements.action.replace(action).is_some() {
                        return Err(PolicyError::new(PolicyErrorKind::Action, name));
                    }
                }
                "Resource" | "NotResource" => {
                    let patterns = self.resources(value)?;
                    let resource = ResourceElement { not: name == "NotResource", patterns };
                    if elements.resource.replace(resource).is_some() {
                        return Err(PolicyError::new(PolicyErrorKind::Resource, name));
                    }
                }
                "Condition" => elements.conditions = self.conditions(value)?,
                _ => return Err(PolicyError::new(PolicyErrorKind::UnknownField, name)),
            }
        }
        Ok(elements)
    }

    fn actions(&self, value: Json) -> Result<Vec<Pattern>, PolicyError> {
        let mut patterns = Vec::new();
        for text in texts(value, PolicyErrorKind::Action)? {
            let invalid = || PolicyError::new(PolicyErrorKind::Action, &text);
            let (service, name) = match text.as_str() {
                "*" => ("*", "*"),
                text => text.split_once(':').ok_or_else(invalid)?,
            };
            let sound = |part: &str| {
                let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'*' | b'?' | b'-');
                !part.is_empty() && part.bytes().all(known)
            };
            if !sound(service) || !sound(name) {
                return Err(invalid());
            }
            let syntax = Syntax { wildcards: true, variables: false };
            let lower = text.to_ascii_lowercase();
            let pattern = Pattern::parse(&lower, syntax).map_err(|_| invalid())?;
            // A bucket's policy is about S3, whose actions are known.
            if self.attachment == Attachment::Bucket && !names_an_action(&pattern) {
                return Err(invalid());
            }
            patterns.push(pattern);
        }
        Ok(patterns)
    }

    fn resources(&self, value: Json) -> Result<Vec<ArnPattern>, PolicyError> {
        let mut patterns = Vec::new();
        for text in texts(value, PolicyErrorKind::Resource)? {
            match ArnPattern::resource(&text, self.variables) {
                Ok(Some(pattern)) => patterns.push(pattern),
                Ok(None) | Err(_) => {
                    return Err(PolicyError::new(PolicyErrorKind::Resource, text));
                }
            }
        }
        Ok(patterns)
    }

    fn conditions(&self, value: Json) -> Result<Vec<Condition>, PolicyError> {
        let Json::Object(operators) = value else {
            return Err(PolicyError::new(PolicyErrorKind::Condition, ""));
        };
        let mut conditions = Vec::new();
        for (operator, keys) in operators {
            let Json::Object(keys) = keys else {
                return Err(PolicyError::new(PolicyErrorKind::Condition, operator));
            };
            for (key, values) in keys {
                let is_known = match key.split_once(':') {
                    None => false,
                    Some((service, _)) if service.eq_ignore_ascii_case("s3") => {
                        condition_key(&key).is_some()
                    }
                    // Those of other services, and the global ones, may stand there.
                    Some(_) => true,
                };
                if !is_known {
                    return Err(PolicyError::new(PolicyErrorKind::Condition, key));
                }
                let test = self.test(&operator, values)?;
                conditions.push(Condition { key: key.to_lowercase(), test });
            }
        }
        Ok(conditions)
    }

    fn test(&self, name: &str, values: Json) -> Result<Test, PolicyError> {
        let values = condition_values(values)?;
        let unknown = || PolicyError::new(PolicyErrorKind::Condition, name);
        if name == "Null" {
            let absent = values.iter().map(|value| match value.to_lowercase().as_str() {
                "true" => Ok(true),
                "false" => Ok(false),
                _ => Err(PolicyError::new(PolicyErrorKind::Condition, value)),
            });
            return Ok(Test::Null { absent: absent.collect::<Result<_, _>>()? });
        }
        let (quantifier, rest) = match name.split_once(':') {
            Some(("ForAllValues", rest)) => (Some(Quantifier::All), rest),
            Some(("ForAnyValue", rest)) => (Some(Quantifier::Any), rest),
            Some(_) => return Err(unknown()),
            None => (None, name),
        };
        let (rest, if_exists) = match rest.strip_suffix("IfExists") {
            Some(rest) => (rest, true),
            None => (rest, false),
        };
        let operator = Operator::parse(rest).ok_or_else(unknown)?;
        let mut expected: Vec<Expected> = Vec::with_capacity(values.len());
        for value in values {
            match operator.comparison.expect(&value, self.variables) {
                Ok(ready) => expected.push(ready),
                Err(_) => return Err(PolicyError::new(PolicyErrorKind::Condition, value)),
            }
        }
        Ok(Test::Compare { operator, quantifier, if_exists, expected })
    }
}

fn sid(value: Json) -> Result<String, PolicyError> {
    let Json::Text(sid) = value else { return Err(PolicyError::new(PolicyErrorKind::Sid, "")) };
    Ok(sid)
}

fn effect(value: Json) -> Result<Effect, PolicyError> {
    match value {
        Json::Text(text) if text == "Allow" => Ok(Effect::Allow),
        Json::Text(text) if text == "Deny" => Ok(Effect::Deny),
        Json::Text(text) => Err(PolicyError::new(PolicyErrorKind::Effect, text)),
        _ => Err(PolicyError::new(PolicyErrorKind::Effect, "")),
    }
}

fn principals(value: Json) -> Result<Vec<Named>, PolicyError> {
    let invalid = |found: &str| PolicyError::new(PolicyErrorKind::Principal, found);
    let kinds = match value {
        Json::Text(text) if text == "*" => return Ok(vec![Named::Everyone]),
        Json::Text(text) => return Err(invalid(&text)),
        Json::Object(kinds) if !kinds.is_empty() => kinds,
        _ => return Err(invalid("")),
    };
    let mut named = Vec::new();
    for (kind, names) in kinds {
        for name in texts(names, PolicyErrorKind::Principal)? {
            named.push(match kind.as_str() {
                "AWS" => Named::aws(&name).ok_or_else(|| invalid(&name))?,
                "CanonicalUser" => Named::CanonicalUser(name),
                "Service" if name != "*" => Named::Service(name),
                "Federated" => Named::Federated(name),
                _ => return Err(invalid(&kind)),
            });
        }
    }
    Ok(named)
}

/// A text, or a list of some.
fn texts(value: Json, kind: PolicyErrorKind) -> Result<Vec<String>, PolicyError> {
    let list = match value {
        Json::List(list) if !list.is_empty() => list,
        one @ Json::Text(_) => vec![one],
        _ => return Err(PolicyError::new(kind, "")),
    };
    let texts = list.into_iter().map(|value| match value {
        Json::Text(text) => Ok(text),
        _ => Err(PolicyError::new(kind, "")),
    });
    texts.collect()
}

/// Texts, numbers and booleans, one or a list of them, as text.
fn condition_values(value: Json) -> Result<Vec<String>, PolicyError> {
    let list = match value {
        Json::List(list) => list,
        one => vec![one],
    };
    let values = list.into_iter().map(|value| match value {
        Json::Text(text) | Json::Number(text) => Ok(text),
        Json::Bool(value) => Ok(value.to_string()),
        Json::Null | Json::List(_) | Json::Object(_) => {
            Err(PolicyError::new(PolicyErrorKind::Condition, ""))
        }
    });
    values.collect()
}
