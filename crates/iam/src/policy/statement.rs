//! A policy as evaluation uses it.

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

impl Policy {
    /// The name of a statement, by its number from 0: its `Sid`.
    pub fn sid(&self, statement: usize) -> Option<&str> {
        self.statements.get(statement)?.sid.as_deref()
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
