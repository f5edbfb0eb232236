//! Texts with wildcards and variables.
//!
//! A pattern is cut up once, when its policy is parsed. What a variable stands for is text: a `*`
//! in a user's name matches a `*` and nothing else.

use super::ContextKeys;
use super::context_keys::KeyValue;
use std::borrow::Cow;

/// Parts of an ARN: `arn:partition:service:region:account:resource`.
const ARN_PARTS: usize = 6;

/// What a text may hold besides itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Syntax {
    /// `*` and `?`.
    pub wildcards: bool,
    /// `${key}`: in policies of version 2012-10-17.
    pub variables: bool,
}

/// A text with wildcards and variables.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Pattern(Vec<Segment>);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Segment {
    Text(Box<str>),
    /// `?`
    One,
    /// `*`
    Many,
    Variable(Box<Variable>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Variable {
    /// In lower case.
    key: String,
    default: Option<String>,
}

/// A `${` that does not begin a variable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct InvalidVariable;

impl Pattern {
    /// Cuts a text up.
    pub(super) fn parse(text: &str, syntax: Syntax) -> Result<Self, InvalidVariable> {
        let mut pattern = Self::default();
        let mut rest = text;
        while let Some(c) = rest.chars().next() {
            if syntax.variables && rest.starts_with("${") {
                let (name, behind) = rest[2..].split_once('}').ok_or(InvalidVariable)?;
                pattern.push_variable(name)?;
                rest = behind;
                continue;
            }
            match c {
                '*' if syntax.wildcards => pattern.push_many(),
                '?' if syntax.wildcards => pattern.0.push(Segment::One),
                _ => pattern.push_char(c),
            }
            rest = &rest[c.len_utf8()..];
        }
        Ok(pattern)
    }

    fn push_char(&mut self, c: char) {
        let mut buffer = [0; 4];
        self.push_text(c.encode_utf8(&mut buffer));
    }

    fn push_text(&mut self, text: &str) {
        if let Some(Segment::Text(before)) = self.0.last_mut() {
            let mut joined = std::mem::take(before).into_string();
            joined.push_str(text);
            *before = joined.into_boxed_str();
        } else if !text.is_empty() {
            self.0.push(Segment::Text(text.into()));
        }
    }

    fn push_many(&mut self) {
        if self.0.last() != Some(&Segment::Many) {
            self.0.push(Segment::Many);
        }
    }

    fn push_variable(&mut self, inner: &str) -> Result<(), InvalidVariable> {
        if let "*" | "?" | "$" = inner {
            self.push_text(inner);
            return Ok(());
        }
        let (key, default) = match inner.split_once(',') {
            None => (inner, None),
            Some((key, default)) => {
                let quoted = default.trim().strip_prefix('\'').and_then(|d| d.strip_suffix('\''));
                (key, Some(quoted.ok_or(InvalidVariable)?.to_owned()))
            }
        };
        let key = key.trim().to_lowercase();
        if key.is_empty() || key.contains(['$', '{', '*', '?']) {
            return Err(InvalidVariable);
        }
        self.0.push(Segment::Variable(Box::new(Variable { key, default })));
        Ok(())
    }

    /// Whether it has neither wildcards nor variables.
    pub(super) fn is_literal(&self) -> bool {
        matches!(&self.0[..], [] | [Segment::Text(_)])
    }

    /// The pattern with its variables replaced; `None` when one has no value, or several.
    pub(super) fn resolve(&self, keys: &dyn ContextKeys) -> Option<Cow<'_, Self>> {
        if !self.0.iter().any(|segment| matches!(segment, Segment::Variable(_))) {
            return Some(Cow::Borrowed(self));
        }
        let mut resolved = Self::default();
        for segment in &self.0 {
            match segment {
                Segment::Variable(variable) => match keys.get(&variable.key) {
                    Some(KeyValue::One(value)) => resolved.push_text(&value),
                    Some(KeyValue::Several(_)) => return None,
                    None => resolved.push_text(variable.default.as_ref()?),
                },
                Segment::Text(text) => resolved.push_text(text),
                other => resolved.0.push(other.clone()),
            }
        }
        Some(Cow::Owned(resolved))
    }

    /// Whether a text matches. Variables are resolved before; one that is left matches nothing.
    ///
    /// The last `*` alone is gone back to, so the work is at most the product of both lengths.
    pub(super) fn matches(&self, value: &str) -> bool {
        let segments = &self.0[..];
        let (mut at, mut rest) = (0, value);
        let mut behind_star: Option<(usize, &str)> = None;
        loop {
            let step = match segments.get(at) {
                None if rest.is_empty() => return true,
                None => None,
                Some(Segment::Many) if at + 1 == segments.len() => return true,
                Some(Segment::Many) => {
                    behind_star = Some((at + 1, rest));
                    Some(rest)
                }
                Some(Segment::One) => skip_one(rest),
                Some(Segment::Text(text)) => rest.strip_prefix(&**text),
                Some(Segment::Variable(_)) => return false,
            };
            if let Some(left) = step {
                (at, rest) = (at + 1, left);
                continue;
            }
            let Some((star, tried)) = behind_star else { return false };
            let Some(next) = next_try(&segments[star], tried) else { return false };
            behind_star = Some((star, next));
            (at, rest) = (star, next);
        }
    }

    /// Whether some text that begins with `start` may match. A variable may stand for anything.
    pub(super) fn may_begin(&self, start: &str) -> bool {
        let mut rest = start;
        for segment in &self.0 {
            match segment {
                Segment::Text(text) => match rest.strip_prefix(&**text) {
                    Some(left) => rest = left,
                    None => return text.starts_with(rest),
                },
                Segment::One => match skip_one(rest) {
                    Some(left) => rest = left,
                    None => return true,
                },
                Segment::Many | Segment::Variable(_) => return true,
            }
        }
        rest.is_empty()
    }

    /// The same pattern in lower case.
    pub(super) fn lower_case(mut self) -> Self {
        for segment in &mut self.0 {
            if let Segment::Text(text) = segment {
                *text = text.to_lowercase().into_boxed_str();
            }
        }
        self
    }

    /// Cut at its colons outside of variables, at most into the parts of an ARN.
    fn split_at_colons(self) -> Vec<Self> {
        let mut parts = vec![Self::default()];
        for segment in self.0 {
            let Segment::Text(text) = &segment else {
                parts.last_mut().expect("one at least").0.push(segment);
                continue;
            };
            let pieces = text.splitn(ARN_PARTS + 1 - parts.len(), ':');
            for (at, piece) in pieces.enumerate() {
                if at > 0 {
                    parts.push(Self::default());
                }
                parts.last_mut().expect("one at least").push_text(piece);
            }
        }
        parts
    }
}

fn skip_one(text: &str) -> Option<&str> {
    let first = text.chars().next()?;
    Some(&text[first.len_utf8()..])
}

/// The next place, behind the beginning of `tried`, where `segment` may match.
fn next_try<'a>(segment: &Segment, tried: &'a str) -> Option<&'a str> {
    let rest = skip_one(tried)?;
    match segment {
        Segment::Text(text) => rest.find(&**text).map(|at| &rest[at..]),
        _ => Some(rest),
    }
}

/// A pattern of ARNs: each of the six parts is matched by itself, so that a `*` crosses no colon
/// but in the last part, which may hold colons.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ArnPattern {
    /// `*`
    Any,
    /// Six parts.
    Parts(Box<[Pattern; ARN_PARTS]>),
}

impl ArnPattern {
    /// A Resource. Variables stand in its last part alone. `Ok(None)` when it is no ARN.
    pub(super) fn resource(text: &str, variables: bool) -> Result<Option<Self>, InvalidVariable> {
        if text == "*" {
            return Ok(Some(Self::Any));
        }
        let mut parts = Vec::with_capacity(ARN_PARTS);
        for (at, part) in text.splitn(ARN_PARTS, ':').enumerate() {
            let variables = variables && at + 1 == ARN_PARTS;
            parts.push(Pattern::parse(part, Syntax { wildcards: true, variables })?);
        }
        Ok(Self::of_parts(parts))
    }

    /// A value of an ARN condition. `Ok(None)` when it is no ARN.
    pub(super) fn condition(text: &str, variables: bool) -> Result<Option<Self>, InvalidVariable> {
        if text == "*" {
            return Ok(Some(Self::Any));
        }
        let pattern = Pattern::parse(text, Syntax { wildcards: true, variables })?;
        Ok(Self::of_parts(pattern.split_at_colons()))
    }

    fn of_parts(parts: Vec<Pattern>) -> Option<Self> {
        let begins = parts.first().is_some_and(|first| first.matches("arn"));
        let parts: [Pattern; ARN_PARTS] = parts.try_into().ok()?;
        begins.then(|| Self::Parts(Box::new(parts)))
    }

    /// Whether an ARN matches. `None` when a variable has no value.
    pub(super) fn matches(&self, arn: &str, keys: &dyn ContextKeys) -> Option<bool> {
        let Self::Parts(patterns) = self else { return Some(true) };
        let mut values = arn.splitn(ARN_PARTS, ':');
        let mut all = true;
        for pattern in patterns.iter() {
            let pattern = pattern.resolve(keys)?;
            all &= values.next().is_some_and(|value| pattern.matches(value));
        }
        Some(all)
    }
}
