//! Who may do what.

use crate::{Context, Explanation, Principal, Reason, Resource};
use std::fmt;

/// An IAM action: `s3:GetObject`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Action(&'static str);

/// A right that is asked for.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// Who asks.
    pub principal: &'a Principal,
    /// To do what.
    pub action: Action,
    /// On what.
    pub resource: Resource<'a>,
    /// Under which circumstances.
    pub context: &'a Context<'a>,
}

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Decision {
    /// A rule allows it, and none denies it.
    Allowed,
    /// No rule allows it.
    ImplicitlyDenied,
    /// A rule denies it.
    ExplicitlyDenied,
    /// A rule depends on the object that exists: look it up and ask again with it. Whoever does not
    /// is denied.
    NeedsObject,
}

/// Decides. Pure: what a decision rests on comes with the request, so that no decision waits.
pub trait Rules: Send + Sync {
    /// Whether the request is allowed. What no rule names is denied.
    fn decide(&self, request: &Request<'_>) -> Decision;

    /// Whether the action could be allowed on some object of the request's bucket. False spares
    /// reading a list whose every entry would be denied; each entry is still decided by itself.
    fn could_allow(&self, request: &Request<'_>) -> bool;

    /// What [`Rules::decide`] decides, with the reason.
    fn explain(&self, request: &Request<'_>) -> Explanation {
        Explanation { decision: self.decide(request), reason: Reason::Unsaid }
    }
}

impl Action {
    /// The action of this name.
    ///
    /// # Panics
    /// When the name has no service before a colon; in a constant, at compile time.
    pub const fn new(name: &'static str) -> Self {
        let (bytes, mut at) = (name.as_bytes(), 0);
        while at < bytes.len() && bytes[at] != b':' {
            at += 1;
        }
        assert!(at > 0 && at + 1 < bytes.len(), "an action is `service:Name`");
        Self(name)
    }

    /// The name, with its service.
    pub const fn as_str(self) -> &'static str {
        self.0
    }
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl Decision {
    /// Whether the request may go on.
    pub fn is_allowed(self) -> bool {
        self == Self::Allowed
    }
}
