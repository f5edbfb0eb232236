//! A policy as evaluation uses it.

use super::ContextKeys;
use super::condition::Condition;
use super::pattern::{ArnPattern, Pattern};
use super::principal::PrincipalElement;

/// What a statement does when it matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// It allows.
    Allow,
    /// It denies, whatever allows.
    Deny,
}

/// A parsed policy. Made by [`Policy::parse`].
#[derive(Clone, Debug, PartialEq)]
pub struct Policy {
    pub(super) statements: Vec<Statement>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Statement {
    pub sid: Option<String>,
    pub effect: Effect,
    /// `None` in policies of an identity, which are about whoever has them.
    pub principal: Option<PrincipalElement>,
    pub action: ActionElement,
    /// `None` in trust policies, which are about the role that has them.
    pub resource: Option<ResourceElement>,
    pub conditions: Vec<Condition>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct ActionElement {
    /// `NotAction`
    pub not: bool,
    /// In lower case.
    pub patterns: Vec<Pattern>,
}

#[derive(Clone, Debug, PartialEq)]
pub(super) struct ResourceElement {
    /// `NotResource`
    pub not: bool,
    pub patterns: Vec<ArnPattern>,
}

impl ResourceElement {
    /// Whether it names a resource, or does not where it is a NotResource. A pattern whose variable
    /// has no value matches nothing, but nothing follows from that for a NotResource.
    pub(super) fn applies(&self, arn: &str, keys: &dyn ContextKeys) -> bool {
        let mut is_known = true;
        for pattern in &self.patterns {
            match pattern.matches(arn, keys) {
                Some(true) => return !self.not,
                Some(false) => {}
                None => is_known = false,
            }
        }
        self.not && is_known
    }
}

impl Policy {
    /// The name of a statement, by its number from 0: its `Sid`.
    pub fn sid(&self, statement: usize) -> Option<&str> {
        self.statements.get(statement)?.sid.as_deref()
    }

    /// Whether an Allow statement names this action, on whatever and for whomever.
    pub(crate) fn could_allow(&self, action: &str) -> bool {
        let action = action.to_ascii_lowercase();
        let mut allows = self.statements.iter().filter(|of| of.effect == Effect::Allow);
        allows.any(|of| of.action.patterns.iter().any(|p| p.matches(&action)) != of.action.not)
    }

    /// How many statements it has.
    pub fn len(&self) -> usize {
        self.statements.len()
    }

    /// Whether it has none.
    pub fn is_empty(&self) -> bool {
        self.statements.is_empty()
    }
}
