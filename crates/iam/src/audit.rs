//! What was decided and why, for the record.

use crate::policy::Missing;
use crate::{Decision, Request};
use larder_types::RequestId;
use std::fmt;

/// A decision with its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explanation {
    /// What was decided.
    pub decision: Decision,
    /// By what.
    pub reason: Reason,
}

/// What decided.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Being the root of the account that owns what is acted on.
    Root,
    /// An access control list.
    Acl,
    /// A statement of a policy.
    Statement {
        /// The policy's ARN or name; `bucket policy` for the bucket's.
        policy: String,
        /// The statement's `Sid`, or its number from 1 where it has none.
        statement: String,
    },
    /// No policy of this kind allows it, and one had to.
    Missing(Missing),
    /// The rules do not say.
    Unsaid,
}

/// An authorisation that was asked for and decided.
pub struct Authorisation<'a> {
    /// Who asked to do what, on what, under which circumstances.
    pub request: &'a Request<'a>,
    /// What was decided.
    pub explanation: &'a Explanation,
    /// The request that needs it.
    pub request_id: RequestId,
    /// The operation that needs it.
    pub operation: &'a str,
    /// The access key that signed.
    pub access_key: Option<&'a str>,
}

/// Takes down authorisations before anything is done on them.
pub trait Audit: Send + Sync {
    /// Takes down one. When it cannot, nothing may be done.
    fn authorised(&self, authorisation: &Authorisation<'_>) -> Result<(), AuditError>;
}

/// An authorisation could not be taken down, as a sentence for the operator.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditError(pub String);

impl fmt::Display for AuditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for AuditError {}

impl fmt::Display for Reason {
    /// One sentence: `statement 1 of bucket policy`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => f.write_str("root of the owner"),
            Self::Acl => f.write_str("access control list"),
            Self::Statement { policy, statement } => write!(f, "statement {statement} of {policy}"),
            Self::Missing(missing) => f.write_str(match missing {
                Missing::Identity => "no identity policy allows it",
                Missing::Boundary => "the permissions boundary does not allow it",
                Missing::Session => "no session policy allows it",
                Missing::Resource => "no resource policy allows it",
            }),
            Self::Unsaid => f.write_str("not said"),
        }
    }
}
