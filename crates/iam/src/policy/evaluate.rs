//! From all policies that apply to one decision.
//!
//! The order within an account: an explicit Deny anywhere denies; a policy of the resource may
//! allow past some of the others, by whom it names ([`Reach`]); otherwise the identity's policies
//! must allow, and its boundary and its session's policies, where it has them, as well. Between
//! accounts both sides must allow.
//!
//! Source: the IAM user guide, "Policy evaluation logic" and "Cross-account policy evaluation
//! logic"; the S3 user guide, "How Amazon S3 authorizes a request".

use super::principal::NamedAs;
use super::statement::{Effect, Policy, Statement};
use super::{Caller, ContextKeys};
use crate::Principal;

/// What the root of a bucket's owner may always do with its policy, whatever the policy says: who
/// locks everybody out can open again.
const OWNER_ROOT_ALWAYS: [&str; 3] =
    ["s3:getbucketpolicy", "s3:putbucketpolicy", "s3:deletebucketpolicy"];

/// What is asked.
#[derive(Clone, Copy)]
pub struct Question<'a> {
    /// Who asks.
    pub caller: &'a Caller<'a>,
    /// To do what: `s3:GetObject`.
    pub action: &'a str,
    /// On what: an ARN, or `*` where there is no resource.
    pub resource: &'a str,
    /// Under which circumstances.
    pub keys: &'a dyn ContextKeys,
}

/// The policies that apply to who asks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Subject<'a> {
    /// Those of the user and its groups, or of the role.
    pub identity: &'a [&'a Policy],
    /// Whether the identity has every right without a policy: the root of an account, and a
    /// session that it gave to somebody.
    pub is_root: bool,
    /// The permissions boundary, if there is one.
    pub boundary: Option<&'a Policy>,
    /// Those given to the session.
    pub session: SessionPolicies<'a>,
}

/// The policies that were given to a session when it was made.
#[derive(Clone, Copy, Debug, Default)]
pub enum SessionPolicies<'a> {
    /// None. A role's session then has all rights of its role, a federated one has none.
    #[default]
    None,
    /// These: what one of them allows.
    Given(&'a [&'a Policy]),
}

/// The side of the resource.
#[derive(Clone, Copy, Debug)]
pub struct ResourceSide<'a> {
    /// The canonical user id of the account that owns it.
    pub owner: &'a str,
    /// Its policy.
    pub policy: Option<&'a Policy>,
    /// Whether the policy's Allow statements reach it: not an object that another account owns
    /// than its bucket. Deny statements reach everything.
    pub allows_reach: bool,
    /// What its access control list grants of what is asked.
    pub acl: Option<AclGrant>,
}

/// Whom a grant of an access control list reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AclGrant {
    /// The caller's account, by its id, its e-mail or the group of all authenticated users.
    Account,
    /// Everybody.
    Everyone,
}

/// A decision and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub enum Verdict {
    /// Allowed, by this.
    Allowed(DecidedBy),
    /// Denied by this statement.
    ExplicitlyDenied(DecidedBy),
    /// Denied, since nothing allowed it here.
    ImplicitlyDenied(Missing),
}

/// What decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DecidedBy {
    /// Being the root of the account that owns the resource.
    Root,
    /// The access control list.
    Acl,
    /// A statement.
    Statement {
        /// In which policy.
        policy: PolicySource,
        /// Its number, from 0.
        statement: usize,
    },
}

/// One of the policies that apply.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PolicySource {
    /// [`Subject::identity`], by number.
    Identity(usize),
    /// [`Subject::boundary`]
    Boundary,
    /// [`Subject::session`], by number.
    Session(usize),
    /// [`ResourceSide::policy`]
    Resource,
}

/// Where an Allow was missing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// In the policies of who asks.
    Identity,
    /// In the boundary.
    Boundary,
    /// In the session's policies.
    Session,
    /// On the side of the resource.
    Resource,
}

/// Which policies an Allow of the resource makes unnecessary, in one account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Reach {
    /// None of them: it delegates to the account, whose identities' policies decide.
    Delegates,
    /// Those of the identity: boundary and session go on to limit.
    Identity,
    /// All.
    Everything,
}

impl From<NamedAs> for Reach {
    fn from(named: NamedAs) -> Self {
        match named {
            NamedAs::Account => Self::Delegates,
            NamedAs::Behind => Self::Identity,
            NamedAs::Itself => Self::Everything,
        }
    }
}

/// Decides. `resource` is `None` where the service's resources have no policies of their own.
pub fn evaluate(
    question: &Question<'_>,
    subject: &Subject<'_>,
    resource: Option<&ResourceSide<'_>>,
) -> Verdict {
    let question = &Asked::new(question, subject);
    if let Some(denied) = first_deny(question, subject, resource) {
        return Verdict::ExplicitlyDenied(denied);
    }
    let account = question.caller.account();
    let is_own = resource.is_none_or(|side| question.caller.canonical_id() == Some(side.owner));
    let allowed = resource.and_then(|side| resource_allow(question, side));
    if !is_own {
        let Some((_, decided)) = allowed else {
            return Verdict::ImplicitlyDenied(Missing::Resource);
        };
        if account.is_none() || question.caller.is_root() {
            return Verdict::Allowed(decided);
        }
        return subject_allows(question, subject, Reach::Delegates)
            .map_or_else(Verdict::ImplicitlyDenied, |_| Verdict::Allowed(decided));
    }
    if account.is_some() && question.caller.is_root() {
        return Verdict::Allowed(DecidedBy::Root);
    }
    let reach = allowed.map_or(Reach::Delegates, |(reach, _)| reach);
    match subject_allows(question, subject, reach) {
        Err(missing) => Verdict::ImplicitlyDenied(missing),
        Ok(Some(decided)) => Verdict::Allowed(decided),
        Ok(None) => {
            let (_, decided) = allowed.expect("nothing else makes an identity's Allow unnecessary");
            Verdict::Allowed(decided)
        }
    }
}

/// A question with what every statement looks at.
struct Asked<'a> {
    caller: &'a Caller<'a>,
    /// In lower case.
    action: String,
    resource: &'a str,
    keys: &'a dyn ContextKeys,
    has_boundary: bool,
}

impl<'a> Asked<'a> {
    fn new(question: &Question<'a>, subject: &Subject<'_>) -> Self {
        Self {
            has_boundary: subject.boundary.is_some(),
            caller: question.caller,
            action: question.action.to_ascii_lowercase(),
            resource: question.resource,
            keys: question.keys,
        }
    }
}

fn first_deny(
    question: &Asked<'_>,
    subject: &Subject<'_>,
    resource: Option<&ResourceSide<'_>>,
) -> Option<DecidedBy> {
    let denied = |policy: &Policy, source| {
        let (statement, _) = first_match(policy, Effect::Deny, question)?;
        Some(DecidedBy::Statement { policy: source, statement })
    };
    let own = subject.all().find_map(|(policy, source)| denied(policy, source));
    own.or_else(|| {
        let side = resource?;
        let is_escape = question.caller.is_root()
            && question.caller.canonical_id() == Some(side.owner)
            && OWNER_ROOT_ALWAYS.contains(&question.action.as_str());
        if is_escape { None } else { denied(side.policy?, PolicySource::Resource) }
    })
}

/// The Allow of the resource that reaches furthest.
fn resource_allow(question: &Asked<'_>, side: &ResourceSide<'_>) -> Option<(Reach, DecidedBy)> {
    let by_acl = side.acl.map(|grant| match grant {
        AclGrant::Account => (Reach::Delegates, DecidedBy::Acl),
        AclGrant::Everyone => (Reach::Everything, DecidedBy::Acl),
    });
    let policy = side.policy.filter(|_| side.allows_reach);
    let by_policy = policy.and_then(|policy| {
        let (statement, named) = furthest_allow(policy, question)?;
        let decided = DecidedBy::Statement { policy: PolicySource::Resource, statement };
        Some((Reach::from(named), decided))
    });
    match (by_policy, by_acl) {
        (Some(policy), Some(acl)) if policy.0 == Reach::Delegates => Some(acl),
        (by_policy, by_acl) => by_policy.or(by_acl),
    }
}

/// Whether the policies of who asks allow what the resource's Allow has not decided. `Ok(None)`:
/// the identity's were not needed.
fn subject_allows(
    question: &Asked<'_>,
    subject: &Subject<'_>,
    reach: Reach,
) -> Result<Option<DecidedBy>, Missing> {
    let mut decided = None;
    if reach == Reach::Delegates {
        let identity = subject.identity.iter().enumerate();
        decided = identity
            .filter_map(|(at, policy)| Some((at, first_match(policy, Effect::Allow, question)?.0)))
            .map(|(at, statement)| (PolicySource::Identity(at), statement))
            .map(|(policy, statement)| DecidedBy::Statement { policy, statement })
            .next();
        if subject.is_root {
            decided = Some(DecidedBy::Root);
        }
        if decided.is_none() {
            return Err(Missing::Identity);
        }
    }
    if reach != Reach::Everything {
        let allows = |policy: &Policy| first_match(policy, Effect::Allow, question).is_some();
        if !subject.boundary.is_none_or(allows) {
            return Err(Missing::Boundary);
        }
        let in_session = match subject.session {
            SessionPolicies::Given(policies) => policies.iter().any(|policy| allows(policy)),
            SessionPolicies::None => {
                !matches!(question.caller.principal, Principal::FederatedSession(_))
            }
        };
        if !in_session {
            return Err(Missing::Session);
        }
    }
    Ok(decided)
}

impl<'a> Subject<'a> {
    fn all(&self) -> impl Iterator<Item = (&'a Policy, PolicySource)> {
        let session = match self.session {
            SessionPolicies::None => &[][..],
            SessionPolicies::Given(policies) => policies,
        };
        let identity = self.identity.iter().enumerate();
        let identity = identity.map(|(at, policy)| (*policy, PolicySource::Identity(at)));
        let boundary = self.boundary.map(|policy| (policy, PolicySource::Boundary));
        let session = session.iter().enumerate();
        let session = session.map(|(at, policy)| (*policy, PolicySource::Session(at)));
        identity.chain(boundary).chain(session)
    }
}

/// The first statement of this effect that matches, and as what it names the caller.
fn first_match(policy: &Policy, effect: Effect, question: &Asked<'_>) -> Option<(usize, NamedAs)> {
    let statements = policy.statements.iter().enumerate();
    let mut of_effect = statements.filter(|(_, statement)| statement.effect == effect);
    of_effect.find_map(|(at, statement)| Some((at, matches(statement, question)?)))
}

fn furthest_allow(policy: &Policy, question: &Asked<'_>) -> Option<(usize, NamedAs)> {
    let statements = policy.statements.iter().enumerate();
    let allows = statements.filter(|(_, statement)| statement.effect == Effect::Allow);
    let matched = allows.filter_map(|(at, statement)| Some((at, matches(statement, question)?)));
    // The first of those that reach equally far.
    matched.reduce(|best, other| if other.1 > best.1 { other } else { best })
}

/// As what a statement names the caller, if it matches.
fn matches(statement: &Statement, question: &Asked<'_>) -> Option<NamedAs> {
    let action = &statement.action;
    if action.patterns.iter().any(|p| p.matches(&question.action)) == action.not {
        return None;
    }
    let named = match &statement.principal {
        None => NamedAs::Itself,
        Some(principal) if principal.not && statement.effect == Effect::Deny => {
            // AWS denies who has a boundary, whomever the statement spares.
            let spares = !question.has_boundary && principal.spares(question.caller);
            (!spares).then_some(NamedAs::Itself)?
        }
        Some(principal) => principal.applies(question.caller)?,
    };
    if let Some(resource) = &statement.resource
        && !resource.applies(question.resource, question.keys)
    {
        return None;
    }
    for condition in &statement.conditions {
        if !condition.holds(question.keys)? {
            return None;
        }
    }
    Some(named)
}
