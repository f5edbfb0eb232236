//! Decides cases that come as JSON, one a line, and prints a decision a line: `allow`, `deny`
//! (explicitly), `none` (nothing allows) or `invalid` with a reason. For comparison with other
//! evaluators.
//!
//! A case: `principal` (an ARN, or `anonymous`), `action`, `resource`, `account` (that owns the
//! resource), `keys` (name to text or list of texts), and policies as texts: `identity` (a list),
//! `boundary`, `session`, `resource_policy`.

use larder_iam::policy::{
    Attachment, Caller, ContextKeys, KeyValue, Policy, Question, ResourceSide, SessionPolicies,
    Subject, Verdict, evaluate,
};
use larder_iam::{Account, FederatedSession, Principal, RoleSession, User};
use larder_types::{AccountId, Owner};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{BufRead as _, Write as _};
use std::sync::Arc;

struct Keys(BTreeMap<String, Value>);

impl ContextKeys for Keys {
    fn get(&self, key: &str) -> Option<KeyValue<'_>> {
        match self.0.get(key)? {
            Value::String(value) => Some(KeyValue::One(Cow::Borrowed(value))),
            Value::Array(list) => {
                let values = list.iter().filter_map(Value::as_str).map(Cow::Borrowed);
                Some(KeyValue::Several(values.collect()))
            }
            _ => None,
        }
    }
}

fn account(id: &str) -> Option<Arc<Account>> {
    let owner = Owner { canonical_id: format!("canonical-{id}"), display_name: id.to_owned() };
    Some(Arc::new(Account { id: AccountId::new(id).ok()?, owner, email: String::new() }))
}

fn principal(arn: &str) -> Option<Principal> {
    if arn == "anonymous" {
        return Some(Principal::Anonymous);
    }
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let [_, _, _, _, id, name] = parts[..] else { return None };
    let account = account(id)?;
    Some(match name.split('/').collect::<Vec<_>>()[..] {
        ["root"] => Principal::AccountRoot(account),
        ["user", name] => Principal::User(Arc::new(User {
            account,
            path: "/".into(),
            name: name.into(),
            id: name.into(),
            tags: Vec::new(),
            policies: Arc::default(),
        })),
        ["assumed-role", role, name] => Principal::RoleSession(Arc::new(RoleSession {
            account,
            role_path: "/".into(),
            role: role.into(),
            role_id: role.into(),
            name: name.into(),
            tags: Vec::new(),
            source_identity: None,
            policies: Arc::default(),
            session_policies: Vec::new(),
        })),
        ["federated-user", name] => Principal::FederatedSession(Arc::new(FederatedSession {
            account,
            user: None,
            name: name.into(),
            tags: Vec::new(),
            session_policies: Vec::new(),
        })),
        _ => return None,
    })
}

fn policy(value: &Value, attachment: Attachment) -> Result<Option<Policy>, String> {
    let Some(document) = value.as_str() else { return Ok(None) };
    Policy::parse(document, attachment).map(Some).map_err(|error| error.to_string())
}

fn decide(case: &Value) -> Result<&'static str, String> {
    let text = |name: &str| case[name].as_str().ok_or(format!("{name} is missing"));
    let principal = principal(text("principal")?).ok_or("no principal")?;
    let account = account(text("account")?).ok_or("no account")?;
    let identity: Vec<Policy> = case["identity"]
        .as_array()
        .map_or(&[][..], |list| list)
        .iter()
        .filter_map(|value| policy(value, Attachment::Identity).transpose())
        .collect::<Result<_, _>>()?;
    let identity: Vec<&Policy> = identity.iter().collect();
    let boundary = policy(&case["boundary"], Attachment::Identity)?;
    let session = policy(&case["session"], Attachment::Identity)?;
    let resource = policy(&case["resource_policy"], Attachment::Bucket)?;
    let keys = case["keys"].as_object().cloned().unwrap_or_default();
    let keys = Keys(keys.into_iter().map(|(key, value)| (key.to_lowercase(), value)).collect());
    let in_session: Vec<&Policy> = session.iter().collect();
    let question = Question {
        caller: &Caller::new(&principal),
        action: text("action")?,
        resource: text("resource")?,
        keys: &keys,
    };
    let subject = Subject {
        identity: &identity,
        is_root: false,
        boundary: boundary.as_ref(),
        session: if session.is_some() {
            SessionPolicies::Given(&in_session)
        } else {
            SessionPolicies::None
        },
    };
    let policy = resource.as_ref();
    let side =
        ResourceSide { owner: &account.owner.canonical_id, policy, allows_reach: true, acl: None };
    Ok(match evaluate(&question, &subject, Some(&side)) {
        Verdict::Allowed(_) => "allow",
        Verdict::ExplicitlyDenied(_) => "deny",
        Verdict::ImplicitlyDenied(_) => "none",
    })
}

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let case: Value = serde_json::from_str(&line?)?;
        match decide(&case) {
            Ok(decision) => writeln!(out, "{decision}")?,
            Err(reason) => writeln!(out, "invalid {reason}")?,
        }
    }
    Ok(())
}
