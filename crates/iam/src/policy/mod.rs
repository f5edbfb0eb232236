//! Policies: what they say, and what follows from all that apply to a request. Pure.
//!
//! A document is parsed once ([`Policy::parse`]) into patterns that match without looking at its
//! text again; [`evaluate`] asks all the documents that apply, in the order that AWS describes.
//!
//! Source: the IAM user guide, "IAM JSON policy elements reference" and "Policy evaluation logic".

mod bucket;
mod caller;
mod condition;
mod context_keys;
mod evaluate;
mod generated;
mod json;
mod operator;
mod parse;
mod pattern;
mod principal;
mod public;
pub mod reference;
mod statement;

pub use caller::Caller;
pub use context_keys::{ContextKeys, KeyValue};
pub use evaluate::{
    AclGrant, DecidedBy, Missing, PolicySource, Question, ResourceSide, SessionPolicies, Subject,
    Verdict, evaluate,
};
pub use parse::{Attachment, POLICY_BYTES_MAX, PolicyError, PolicyErrorKind};
pub use statement::{Effect, Policy};

#[cfg(test)]
mod tests;
