//! The rules of policies: what the evaluator makes of a request, to S3 or to IAM.

mod request_keys;
mod role_trust;
#[cfg(test)]
mod tests;

use crate::acl::{AclScope, AclView};
use crate::policy::{
    AclGrant, Caller, DecidedBy, Missing, Policy, PolicySource, Question, ResourceSide,
    SessionPolicies, Subject, Verdict, evaluate,
};
use crate::{
    Account, BucketResource, Decision, Existing, Explanation, IdentityPolicies, NamedPolicy,
    Principal, Reason, Request, Resource, Rules,
};
use larder_types::Owner;
use request_keys::RequestKeys;
pub use role_trust::RoleTrust;

/// The account in the ARNs of AWS's own policies.
const AWS: &str = "aws";
const PUT_OBJECT: &str = "s3:PutObject";
const LIST_BUCKET: &str = "s3:ListBucket";

/// Decides by the policies of who asks and of the bucket.
#[derive(Clone, Copy, Debug, Default)]
pub struct PolicyRules;

/// The policies that apply to a principal.
#[derive(Default)]
struct Applying<'a> {
    identity: Named<'a>,
    boundary: Option<&'a NamedPolicy>,
    session: Named<'a>,
    /// Whether its identity has all rights without a policy, as the root of an account.
    is_root: bool,
    is_federated: bool,
}

/// Policies with their names.
#[derive(Default)]
struct Named<'a> {
    named: &'a [NamedPolicy],
    policies: Vec<&'a Policy>,
}

/// What there is to say of a request.
enum Outcome<'a> {
    NeedsObject,
    Decided(Verdict, Applying<'a>),
}

impl PolicyRules {
    fn outcome<'a>(self, request: &Request<'a>) -> Outcome<'a> {
        let applying = Applying::to(request.principal);
        if matches!(request.resource, Resource::Identity(_))
            && !is_own(request.principal, &request.resource)
        {
            // No policy of another account reaches an identity.
            return Outcome::Decided(Verdict::ImplicitlyDenied(Missing::Resource), applying);
        }
        let caller = Caller::new(request.principal);
        let keys = RequestKeys::new(request, &caller);
        let question = Question {
            caller: &caller,
            action: request.action.as_str(),
            resource: &request.resource.to_string(),
            keys: &keys,
        };
        let side = match Side::of(request) {
            Side::None => None,
            Side::NeedsObject => return Outcome::NeedsObject,
            Side::Known { owner, bucket, acl } => Some(ResourceSide {
                owner: &owner.canonical_id,
                policy: bucket.policy,
                // Who writes into another's bucket keeps what it wrote to itself.
                allows_reach: owner.canonical_id == bucket.owner.canonical_id
                    && !is_restricted(request.principal, bucket),
                acl,
            }),
        };
        let verdict = evaluate(&question, &applying.subject(), side.as_ref());
        if keys.misses_object() {
            Outcome::NeedsObject
        } else {
            Outcome::Decided(verdict, applying)
        }
    }
}

impl Rules for PolicyRules {
    fn decide(&self, request: &Request<'_>) -> Decision {
        if is_plainly_root(request) {
            return Decision::Allowed;
        }
        match self.outcome(request) {
            Outcome::NeedsObject => Decision::NeedsObject,
            Outcome::Decided(verdict, _) => decision(verdict),
        }
    }

    fn explain(&self, request: &Request<'_>) -> Explanation {
        match self.outcome(request) {
            Outcome::NeedsObject => {
                Explanation { decision: Decision::NeedsObject, reason: Reason::Unsaid }
            }
            Outcome::Decided(verdict, applying) => {
                let of_bucket = bucket(&request.resource).and_then(|bucket| bucket.policy);
                Explanation {
                    decision: decision(verdict),
                    reason: applying.reason(verdict, of_bucket),
                }
            }
        }
    }

    /// By the names of actions alone.
    fn could_allow(&self, request: &Request<'_>) -> bool {
        let bucket = bucket(&request.resource);
        let applying = Applying::to(request.principal);
        let of_bucket = bucket.and_then(|bucket| bucket.policy);
        let names_it = |policy: &Policy| policy.could_allow(request.action.as_str());
        let any_names_it = |of: &Named<'_>| of.policies.iter().any(|policy| names_it(policy));
        let granted = |bucket| of_bucket_acl(request, bucket, request.action.as_str()).is_some();
        if of_bucket.is_some_and(names_it) || bucket.is_some_and(granted) {
            return true;
        }
        let limits = applying.boundary.is_none_or(|boundary| names_it(&boundary.policy))
            && (!applying.needs_session() || any_names_it(&applying.session));
        let is_own_root = applying.is_root && is_own(request.principal, &request.resource);
        limits && (is_own_root || any_names_it(&applying.identity))
    }
}

impl<'a> Named<'a> {
    fn of(named: &'a [NamedPolicy]) -> Self {
        Self { named, policies: named.iter().map(|named| &*named.policy).collect() }
    }
}

impl<'a> Applying<'a> {
    fn to(principal: &'a Principal) -> Self {
        let is_root = matches!(principal, Principal::AccountRoot(_));
        match principal {
            Principal::User(user) => Self::of(&user.policies),
            Principal::RoleSession(session) => {
                let session_policies = Named::of(&session.session_policies);
                Self { session: session_policies, ..Self::of(&session.policies) }
            }
            Principal::FederatedSession(session) => {
                let of_root = Self { is_root: true, ..Self::default() };
                let of = session.user.as_ref().map_or(of_root, |user| Self::of(&user.policies));
                let session_policies = Named::of(&session.session_policies);
                Self { session: session_policies, is_federated: true, ..of }
            }
            Principal::AccountRoot(_) | Principal::Service(_) | Principal::Anonymous => {
                Self { is_root, ..Self::default() }
            }
        }
    }

    fn of(identity: &'a IdentityPolicies) -> Self {
        Self {
            identity: Named::of(&identity.policies),
            boundary: identity.boundary.as_ref(),
            ..Self::default()
        }
    }

    /// Whether a policy of the session must allow: a federated session without one may do nothing.
    fn needs_session(&self) -> bool {
        self.is_federated || !self.session.policies.is_empty()
    }

    fn subject(&self) -> Subject<'_> {
        let session = &self.session.policies;
        Subject {
            identity: &self.identity.policies,
            is_root: self.is_root,
            boundary: self.boundary.map(|boundary| &*boundary.policy),
            session: if session.is_empty() {
                SessionPolicies::None
            } else {
                SessionPolicies::Given(session)
            },
        }
    }

    fn reason(&self, verdict: Verdict, of_bucket: Option<&Policy>) -> Reason {
        let decided = match verdict {
            Verdict::Allowed(decided) | Verdict::ExplicitlyDenied(decided) => decided,
            Verdict::ImplicitlyDenied(missing) => return Reason::Missing(missing),
        };
        let (source, at) = match decided {
            DecidedBy::Root => return Reason::Root,
            DecidedBy::Acl => return Reason::Acl,
            DecidedBy::Statement { policy, statement } => (policy, statement),
        };
        let named = |of: Option<&NamedPolicy>, unnamed: &str| match of {
            Some(of) if !of.name.is_empty() => of.name.clone(),
            _ => unnamed.to_owned(),
        };
        let (named, policy) = match source {
            PolicySource::Resource => ("bucket policy".to_owned(), of_bucket),
            PolicySource::Identity(at) => {
                let of = self.identity.named.get(at);
                (named(of, "identity policy"), of.map(|of| &*of.policy))
            }
            PolicySource::Boundary => {
                let of = self.boundary;
                (named(of, "permissions boundary"), of.map(|of| &*of.policy))
            }
            PolicySource::Session(at) => {
                let of = self.session.named.get(at);
                (named(of, "session policy"), of.map(|of| &*of.policy))
            }
        };
        let sid = policy.and_then(|policy| policy.sid(at));
        let statement = sid.map_or_else(|| (at + 1).to_string(), str::to_owned);
        Reason::Statement { policy: named, statement }
    }
}

fn decision(verdict: Verdict) -> Decision {
    match verdict {
        Verdict::Allowed(_) => Decision::Allowed,
        Verdict::ExplicitlyDenied(_) => Decision::ExplicitlyDenied,
        Verdict::ImplicitlyDenied(_) => Decision::ImplicitlyDenied,
    }
}

/// What most requests are: of the owner's root where nothing could deny it. Decided without a look
/// at names and keys.
fn is_plainly_root(request: &Request<'_>) -> bool {
    let is_plain = |bucket: BucketResource<'_>| {
        bucket.policy.is_none() && (bucket.acls.is_none() || !is_about_object(request))
    };
    matches!(request.principal, Principal::AccountRoot(_))
        && bucket(&request.resource).is_none_or(is_plain)
        && is_own(request.principal, &request.resource)
}

/// Rights on a key that are the bucket's: what is there is replaced, removed or not looked at.
const OF_BUCKETS: [&str; 7] = [
    "s3:PutObject",
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:AbortMultipartUpload",
    "s3:ListMultipartUploadParts",
    "s3:BypassGovernanceRetention",
    "s3:ReplicateDelete",
];

/// Whether the right is one on an object that exists, which may be another's than its bucket.
fn is_about_object(request: &Request<'_>) -> bool {
    let Resource::Object(object) = &request.resource else {
        return false;
    };
    !matches!(object.existing, Existing::New) && !OF_BUCKETS.contains(&request.action.as_str())
}

/// Whose the resource is, and what its lists grant.
enum Side<'a> {
    /// Nobody's yet, or an identity.
    None,
    /// Nobody can say before the object was looked up.
    NeedsObject,
    Known {
        owner: &'a Owner,
        bucket: BucketResource<'a>,
        acl: Option<AclGrant>,
    },
}

impl<'a> Side<'a> {
    fn of(request: &Request<'a>) -> Self {
        let Some(bucket) = bucket(&request.resource) else {
            return Self::None;
        };
        let of_bucket = |action: &str| Self::Known {
            owner: bucket.owner,
            bucket,
            acl: of_bucket_acl(request, bucket, action),
        };
        let Resource::Object(object) = &request.resource else {
            return of_bucket(request.action.as_str());
        };
        let Some(acls) = bucket.acls else {
            return Self::Known { owner: bucket.owner, bucket, acl: None };
        };
        if !is_about_object(request) {
            // What is said of a new object comes with the right to write it.
            let is_new = matches!(object.existing, Existing::New);
            return of_bucket(if is_new { PUT_OBJECT } else { request.action.as_str() });
        }
        match object.existing {
            Existing::Unknown => Self::NeedsObject,
            // Who may list the bucket may learn that there is nothing.
            Existing::Missing | Existing::New => of_bucket(LIST_BUCKET),
            Existing::Found(found) => {
                let (principal, action) = (request.principal, request.action.as_str());
                let list = AclView {
                    owner: found.owner,
                    grants: found.grants.unwrap_or_default(),
                    ignores_public: acls.ignores_public,
                };
                let acl = list.grants(principal, action, AclScope::Object);
                Self::Known { owner: found.owner, bucket, acl }
            }
        }
    }
}

/// What the bucket's own list grants of an action.
fn of_bucket_acl(
    request: &Request<'_>,
    bucket: BucketResource<'_>,
    action: &str,
) -> Option<AclGrant> {
    let acls = bucket.acls?;
    let list =
        AclView { owner: bucket.owner, grants: acls.grants?, ignores_public: acls.ignores_public };
    list.grants(request.principal, action, AclScope::Bucket)
}

fn bucket<'a>(resource: &Resource<'a>) -> Option<BucketResource<'a>> {
    match resource {
        Resource::Service | Resource::NewBucket(_) | Resource::Identity(_) => None,
        Resource::Bucket(bucket) => Some(*bucket),
        Resource::Object(object) => Some(object.bucket),
    }
}

/// Whether the bucket's policy lets the caller in no longer because it lets everybody in: neither
/// statements that are public nor those beside them.
fn is_restricted(principal: &Principal, bucket: BucketResource<'_>) -> bool {
    bucket.restricts_public
        && !principal.account().is_some_and(|account| owns(account, &bucket))
        && bucket.policy.is_some_and(Policy::is_public)
}

/// Whether what is acted on belongs to the principal's account, or to nobody yet.
fn is_own(principal: &Principal, resource: &Resource<'_>) -> bool {
    let Some(account) = principal.account() else {
        return false;
    };
    match resource {
        Resource::Service | Resource::NewBucket(_) => true,
        Resource::Bucket(bucket) => owns(account, bucket),
        Resource::Object(object) => owns(account, &object.bucket),
        Resource::Identity(arn) => match arn.split(':').nth(4) {
            // AWS's own policies are everybody's to read and attach.
            Some(of) => of == account.id.as_str() || of == AWS,
            None => *arn == "*",
        },
    }
}

fn owns(account: &Account, bucket: &BucketResource<'_>) -> bool {
    bucket.owner.canonical_id == account.owner.canonical_id
}
