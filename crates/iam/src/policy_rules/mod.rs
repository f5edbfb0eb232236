//! The rules of policies: what the evaluator makes of a request to S3.

mod request_keys;
#[cfg(test)]
mod tests;

use crate::policy::{
    Caller, Policy, Question, ResourceSide, SessionPolicies, Subject, Verdict, evaluate,
};
use crate::{
    BucketResource, Decision, IdentityPolicies, NamedPolicy, Principal, Request, Resource, Rules,
};
use request_keys::RequestKeys;

/// Decides by the policies of who asks and of the bucket.
#[derive(Clone, Copy, Debug, Default)]
pub struct PolicyRules;

/// The policies that apply to a principal.
struct Applying<'a> {
    identity: Vec<&'a Policy>,
    boundary: Option<&'a Policy>,
    session: Vec<&'a Policy>,
    /// Whether its identity has all rights without a policy, as the root of an account.
    is_root: bool,
    is_federated: bool,
}

impl Rules for PolicyRules {
    fn decide(&self, request: &Request<'_>) -> Decision {
        let bucket = bucket(&request.resource);
        // What most requests are, decided without a look at names and keys.
        let is_root = matches!(request.principal, Principal::AccountRoot(_));
        let has_policy = bucket.is_some_and(|bucket| bucket.policy.is_some());
        if is_root && !has_policy && is_of_owner(request.principal, bucket) {
            return Decision::Allowed;
        }
        let caller = Caller::new(request.principal);
        let keys = RequestKeys::new(request, &caller);
        let question = Question {
            caller: &caller,
            action: request.action.as_str(),
            resource: &request.resource.to_string(),
            keys: &keys,
        };
        let applying = Applying::to(request.principal);
        let side = bucket.map(|bucket| ResourceSide {
            owner: &bucket.owner.canonical_id,
            policy: bucket.policy,
            allows_reach: true,
            acl: None,
        });
        let verdict = evaluate(&question, &applying.subject(), side.as_ref());
        if keys.misses_object() {
            return Decision::NeedsObject;
        }
        match verdict {
            Verdict::Allowed(_) => Decision::Allowed,
            Verdict::ExplicitlyDenied(_) => Decision::ExplicitlyDenied,
            Verdict::ImplicitlyDenied(_) => Decision::ImplicitlyDenied,
        }
    }

    /// By the names of actions alone.
    fn could_allow(&self, request: &Request<'_>) -> bool {
        let bucket = bucket(&request.resource);
        let applying = Applying::to(request.principal);
        let of_bucket = bucket.and_then(|bucket| bucket.policy);
        let names_it = |policy: &Policy| policy.could_allow(request.action.as_str());
        if of_bucket.is_some_and(names_it) {
            return true;
        }
        let limits = applying.boundary.is_none_or(names_it)
            && (!applying.needs_session() || applying.session.iter().any(|p| names_it(p)));
        let is_own_root = applying.is_root && is_of_owner(request.principal, bucket);
        limits && (is_own_root || applying.identity.iter().any(|policy| names_it(policy)))
    }
}

impl<'a> Applying<'a> {
    fn to(principal: &'a Principal) -> Self {
        let none = Self {
            identity: Vec::new(),
            boundary: None,
            session: Vec::new(),
            is_root: matches!(principal, Principal::AccountRoot(_)),
            is_federated: false,
        };
        match principal {
            Principal::User(user) => Self::of(&user.policies, &[]),
            Principal::RoleSession(session) => {
                Self::of(&session.policies, &session.session_policies)
            }
            Principal::FederatedSession(session) => {
                let of_root = Self { is_root: true, ..none };
                let of =
                    session.user.as_ref().map_or(of_root, |user| Self::of(&user.policies, &[]));
                Self { session: policies(&session.session_policies), is_federated: true, ..of }
            }
            Principal::AccountRoot(_) | Principal::Service(_) | Principal::Anonymous => none,
        }
    }

    fn of(identity: &'a IdentityPolicies, session: &'a [NamedPolicy]) -> Self {
        Self {
            identity: policies(&identity.policies),
            boundary: identity.boundary.as_ref().map(|boundary| &*boundary.policy),
            session: policies(session),
            is_root: false,
            is_federated: false,
        }
    }

    /// Whether a policy of the session must allow: a federated session without one may do nothing.
    fn needs_session(&self) -> bool {
        self.is_federated || !self.session.is_empty()
    }

    fn subject(&self) -> Subject<'_> {
        Subject {
            identity: &self.identity,
            is_root: self.is_root,
            boundary: self.boundary,
            session: if self.session.is_empty() {
                SessionPolicies::None
            } else {
                SessionPolicies::Given(&self.session)
            },
        }
    }
}

fn policies(named: &[NamedPolicy]) -> Vec<&Policy> {
    named.iter().map(|named| &*named.policy).collect()
}

fn bucket<'a>(resource: &Resource<'a>) -> Option<BucketResource<'a>> {
    match resource {
        Resource::Service | Resource::NewBucket(_) => None,
        Resource::Bucket(bucket) => Some(*bucket),
        Resource::Object(object) => Some(object.bucket),
    }
}

/// Whether it belongs to the account that owns the bucket; to any where there is none.
fn is_of_owner(principal: &Principal, bucket: Option<BucketResource<'_>>) -> bool {
    principal.account().is_some_and(|account| {
        bucket.is_none_or(|bucket| bucket.owner.canonical_id == account.owner.canonical_id)
    })
}
