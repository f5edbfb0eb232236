//! Decisions in tables. Each row is one that AWS's documentation states or follows from it.

mod conditions;
mod elements;
mod order;
mod properties;

use super::{
    Attachment, Caller, ContextKeys, KeyValue, Policy, Question, ResourceSide, SessionPolicies,
    Subject, Verdict, evaluate,
};
use crate::{Account, FederatedSession, Principal, RoleSession, ServicePrincipal, User};
use larder_types::{AccountId, Owner};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The account that owns the bucket.
const OWN: &str = "111122223333";
const OTHER: &str = "444455556666";

fn account(id: &str) -> Arc<Account> {
    let owner = Owner { canonical_id: format!("canonical-{id}"), display_name: id.into() };
    Arc::new(Account { id: AccountId::new(id).unwrap(), owner, email: String::new() })
}

fn user(id: &str, name: &str) -> Arc<User> {
    Arc::new(User {
        account: account(id),
        path: "/".into(),
        name: name.into(),
        id: format!("AIDA{name}"),
        tags: Vec::new(),
        policies: Arc::default(),
    })
}

/// A principal by a short name; one of the other account ends with `@other`.
fn principal(name: &str) -> Principal {
    let (name, id) = match name.strip_suffix("@other") {
        Some(name) => (name, OTHER),
        None => (name, OWN),
    };
    match name {
        "root" => Principal::AccountRoot(account(id)),
        "session" => Principal::RoleSession(Arc::new(RoleSession {
            account: account(id),
            role_path: "/".into(),
            role: "reader".into(),
            role_id: "AROAREADER".into(),
            name: "nightly".into(),
            tags: Vec::new(),
            source_identity: None,
            policies: Arc::default(),
            session_policies: Vec::new(),
        })),
        "federated" => Principal::FederatedSession(Arc::new(FederatedSession {
            account: account(id),
            user: Some(user(id, "alice")),
            name: "guest".into(),
            tags: Vec::new(),
            session_policies: Vec::new(),
        })),
        "worker" => Principal::Service(ServicePrincipal::worker("gc")),
        "anonymous" => Principal::Anonymous,
        name => Principal::User(user(id, name)),
    }
}

/// Keys of a request, names in lower case.
#[derive(Clone, Default)]
struct Keys(BTreeMap<String, Vec<String>>, bool);

impl Keys {
    /// `key=value` with one value, `key=a|b` with several, `key=|` with none.
    fn of(text: &str) -> Self {
        let mut keys = Self::default();
        for pair in text.split(' ').filter(|pair| !pair.is_empty()) {
            let (key, value) = pair.split_once('=').expect("key=value");
            let values = value.split('|').filter(|v| !v.is_empty() || !value.contains('|'));
            keys.0.insert(key.to_lowercase(), values.map(str::to_owned).collect());
            keys.1 |= value.contains('|');
        }
        keys
    }
}

impl ContextKeys for Keys {
    fn get(&self, key: &str) -> Option<KeyValue<'_>> {
        let values = self.0.get(key)?;
        if let ([one], false) = (&values[..], self.1) {
            return Some(KeyValue::One(Cow::Borrowed(one)));
        }
        Some(KeyValue::Several(values.iter().map(|v| Cow::Borrowed(&v[..])).collect()))
    }
}

/// Everything that one decision rests on.
#[derive(Clone, Default)]
struct Case<'a> {
    caller: &'a str,
    identity: Vec<&'a str>,
    boundary: Option<&'a str>,
    session: Option<Vec<&'a str>>,
    bucket: Option<&'a str>,
    /// An object of another account than the bucket's.
    foreign_object: bool,
    acl: Option<super::AclGrant>,
    action: &'a str,
    resource: &'a str,
    keys: &'a str,
}

impl Case<'_> {
    fn verdict(&self) -> Verdict {
        let identity: Vec<Policy> = self.identity.iter().map(|p| parsed(p)).collect();
        let identity: Vec<&Policy> = identity.iter().collect();
        let boundary = self.boundary.map(parsed);
        let session: Option<Vec<Policy>> =
            self.session.as_ref().map(|all| all.iter().map(|p| parsed(p)).collect());
        let session: Option<Vec<&Policy>> = session.as_ref().map(|all| all.iter().collect());
        let bucket =
            self.bucket.map(|p| Policy::parse(p, Attachment::Bucket).expect("a bucket policy"));
        let principal = principal(self.caller);
        let own = account(OWN);
        let subject = Subject {
            identity: &identity,
            boundary: boundary.as_ref(),
            is_root: false,
            session: session.as_ref().map_or(SessionPolicies::None, |p| SessionPolicies::Given(p)),
        };
        let question = Question {
            caller: &Caller::new(&principal),
            action: if self.action.is_empty() { "s3:GetObject" } else { self.action },
            resource: if self.resource.is_empty() {
                "arn:aws:s3:::jam/plum"
            } else {
                self.resource
            },
            keys: &Keys::of(self.keys),
        };
        let side = ResourceSide {
            owner: &own.owner.canonical_id,
            policy: bucket.as_ref(),
            allows_reach: !self.foreign_object,
            acl: self.acl,
        };
        evaluate(&question, &subject, Some(&side))
    }

    /// `allow`, `deny` or `-` for nobody's word.
    fn outcome(&self) -> &'static str {
        match self.verdict() {
            Verdict::Allowed(_) => "allow",
            Verdict::ExplicitlyDenied(_) => "deny",
            Verdict::ImplicitlyDenied(_) => "-",
        }
    }
}

fn parsed(document: &str) -> Policy {
    Policy::parse(document, Attachment::Identity).expect(document)
}

const ALLOW_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"*","Resource":"*"}}"#;
const ALLOW_LIST: &str = r#"{"Version":"2012-10-17","Statement":
    {"Effect":"Allow","Action":"s3:ListBucket","Resource":"*"}}"#;
const DENY_ALL: &str =
    r#"{"Version":"2012-10-17","Statement":{"Effect":"Deny","Action":"*","Resource":"*"}}"#;

/// A bucket policy of one statement.
fn bucket_policy(effect: &str, principal: &str) -> String {
    format!(
        r#"{{"Version":"2012-10-17","Statement":{{"Effect":"{effect}",{principal},
            "Action":"s3:*","Resource":["arn:aws:s3:::jam","arn:aws:s3:::jam/*"]}}}}"#
    )
}

/// `"Principal":{"AWS":...}`
fn aws(arn: &str) -> String {
    format!(r#""Principal":{{"AWS":"{arn}"}}"#)
}
