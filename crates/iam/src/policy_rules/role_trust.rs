//! The rules of AssumeRole: who may have a role is for the role's trust policy to say.

use super::request_keys::{RequestKeys, value_of};
use super::{Applying, decision};
use crate::policy::{
    Caller, ContextKeys, DecidedBy, KeyValue, Missing, Policy, PolicySource, Question,
    ResourceSide, Subject, Verdict, evaluate,
};
use crate::{Decision, Explanation, Principal, Reason, Request, Rules};
use std::borrow::Cow;

/// A role that somebody wants to assume, and what they want of it. Decides about the actions of
/// AssumeRole on that one role.
#[derive(Clone, Copy, Debug)]
pub struct RoleTrust<'a> {
    /// The canonical user id of the account that the role belongs to.
    pub owner: &'a str,
    /// The trust policy; `None` when there is no such role, which nobody may assume.
    pub policy: Option<&'a Policy>,
    /// The tags of the role (`aws:ResourceTag`).
    pub role_tags: &'a [(String, String)],
    /// The name that the session gets (`sts:RoleSessionName`).
    pub session_name: &'a str,
    /// What the owner of the role agreed on with whoever assumes it (`sts:ExternalId`).
    pub external_id: Option<&'a str>,
    /// Who stands behind the session (`sts:SourceIdentity`).
    pub source_identity: Option<&'a str>,
    /// The tags that the session gets (`aws:RequestTag`, `aws:TagKeys`).
    pub tags: &'a [(String, String)],
}

struct RoleKeys<'a> {
    trust: &'a RoleTrust<'a>,
    request: RequestKeys<'a>,
}

impl ContextKeys for RoleKeys<'_> {
    fn get(&self, key: &str) -> Option<KeyValue<'_>> {
        let RoleTrust { tags, role_tags, session_name, external_id, source_identity, .. } =
            *self.trust;
        let value = match key {
            "sts:rolesessionname" => Some(session_name.into()),
            "sts:externalid" => external_id.map(Cow::Borrowed),
            "sts:sourceidentity" => source_identity.map(Cow::Borrowed),
            "aws:tagkeys" => {
                let keys: Vec<_> = tags.iter().map(|(key, _)| key.as_str().into()).collect();
                return (!keys.is_empty()).then_some(KeyValue::Several(keys));
            }
            _ => {
                let of = |tags: &'_ [(String, String)], name: &str| -> Option<String> {
                    let pairs = tags.iter().map(|(key, value)| (key.as_str(), value.as_str()));
                    value_of(pairs, name).map(Cow::into_owned)
                };
                if let Some(name) = key.strip_prefix("aws:requesttag/") {
                    of(tags, name).map(Cow::Owned)
                } else if let Some(name) = key.strip_prefix("aws:resourcetag/") {
                    of(role_tags, name).map(Cow::Owned)
                } else {
                    return self.request.get(key);
                }
            }
        };
        value.map(KeyValue::One)
    }
}

impl RoleTrust<'_> {
    fn verdict(&self, request: &Request<'_>, applying: &Applying<'_>) -> Verdict {
        // AWS lets neither a root nor a federated session have a role.
        if !matches!(request.principal, Principal::User(_) | Principal::RoleSession(_)) {
            return Verdict::ImplicitlyDenied(Missing::Resource);
        }
        let caller = Caller::new(request.principal);
        let keys = RoleKeys { trust: self, request: RequestKeys::new(request, &caller) };
        let resource = request.resource.to_string();
        let action = request.action.as_str();
        let question = Question { caller: &caller, action, resource: &resource, keys: &keys };
        let side =
            |owner| ResourceSide { owner, policy: self.policy, allows_reach: true, acl: None };
        let verdict = evaluate(&question, &applying.subject(), Some(&side(self.owner)));
        if !matches!(verdict, Verdict::Allowed(_)) {
            return verdict;
        }
        // Unlike another resource's policy, a trust policy must allow: in the role's own account
        // the caller's policies do not make up for it. Of a role that is nobody's account's, only
        // what the trust policy says is asked of a caller with all rights.
        let everything = Subject { is_root: true, ..Subject::default() };
        match evaluate(&question, &everything, Some(&side(""))) {
            Verdict::Allowed(_) => verdict,
            missing => missing,
        }
    }
}

impl Rules for RoleTrust<'_> {
    fn decide(&self, request: &Request<'_>) -> Decision {
        decision(self.verdict(request, &Applying::to(request.principal)))
    }

    fn could_allow(&self, request: &Request<'_>) -> bool {
        self.policy.is_some_and(|policy| policy.could_allow(request.action.as_str()))
    }

    fn explain(&self, request: &Request<'_>) -> Explanation {
        let applying = Applying::to(request.principal);
        let verdict = self.verdict(request, &applying);
        let decision = decision(verdict);
        let (Verdict::Allowed(by) | Verdict::ExplicitlyDenied(by)) = verdict else {
            return Explanation { decision, reason: applying.reason(verdict, None) };
        };
        let reason = match by {
            DecidedBy::Statement { policy: PolicySource::Resource, statement } => {
                let sid = self.policy.and_then(|policy| policy.sid(statement));
                Reason::Statement {
                    policy: "trust policy".to_owned(),
                    statement: sid.map_or_else(|| (statement + 1).to_string(), str::to_owned),
                }
            }
            _ => applying.reason(verdict, None),
        };
        Explanation { decision, reason }
    }
}
