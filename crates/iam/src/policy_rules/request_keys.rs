//! The condition keys of a request to S3, each made from a typed fact.
//!
//! A key that AWS does not list for an action is absent from it, whatever the request says. No name
//! of a key is looked for among headers and parameters: a header is read because AWS defines the
//! key by it.
//!
//! Source: AWS's service authorization reference, "Condition keys for Amazon S3"; the IAM user
//! guide, "AWS global condition context keys".

use crate::policy::reference::{ActionInfo, action};
use crate::policy::{Caller, ContextKeys, KeyValue};
use crate::{Existing, Principal, Request, Resource};
use std::borrow::Cow;
use std::cell::Cell;

/// Keys of headers that have another name than the key without its service, in lower case.
const HEADER_KEYS: [(&str, &str); 7] = [
    ("s3:if-match", "if-match"),
    ("s3:if-none-match", "if-none-match"),
    ("s3:object-lock-event-hold", "x-amz-object-lock-event-hold"),
    ("s3:object-lock-event-hold-duration-days", "x-amz-object-lock-event-hold-duration-days"),
    ("s3:object-lock-legal-hold", "x-amz-object-lock-legal-hold"),
    ("s3:object-lock-mode", "x-amz-object-lock-mode"),
    ("s3:object-lock-retain-until-date", "x-amz-object-lock-retain-until-date"),
];

/// The facts of a request, by the names of condition keys.
pub(crate) struct RequestKeys<'a> {
    request: &'a Request<'a>,
    caller: &'a Caller<'a>,
    action: Option<&'static ActionInfo>,
    /// A condition asked for something of the object, which nobody has looked up yet.
    misses_object: Cell<bool>,
}

impl<'a> RequestKeys<'a> {
    /// The keys of a request that `caller` makes.
    pub(crate) fn new(request: &'a Request<'a>, caller: &'a Caller<'a>) -> Self {
        let action = action(request.action.as_str());
        Self { request, caller, action, misses_object: Cell::new(false) }
    }

    /// Whether a condition asked for something of the object before it was looked up: what was
    /// decided without it does not count.
    pub(crate) fn misses_object(&self) -> bool {
        self.misses_object.get()
    }

    fn global(&self, name: &str) -> Option<Cow<'a, str>> {
        let context = self.request.context;
        let text = match name {
            "currenttime" => context.now.to_iso8601(),
            "epochtime" => context.now.seconds().to_string(),
            "securetransport" => return Some(flag(context.secure_transport)),
            "sourceip" => context.source_address?.to_string(),
            "useragent" => return context.values.header("user-agent"),
            "referer" => return context.values.header("referer"),
            "requestedregion" => return Some(context.region.into()),
            "viaawsservice" => return Some(flag(false)),
            "tokenissuetime" => context.session?.issued_at.to_iso8601(),
            "multifactorauthpresent" => return Some(flag(context.session?.mfa)),
            _ => return self.principal(name),
        };
        Some(text.into())
    }

    /// What is known of who asks.
    fn principal(&self, name: &str) -> Option<Cow<'a, str>> {
        let principal = self.caller.principal;
        let text = match name {
            "principalarn" => self.caller.principal_arn()?.to_owned(),
            "principalaccount" => self.caller.account()?.to_string(),
            "principalisawsservice" => {
                return Some(flag(matches!(principal, Principal::Service(_))));
            }
            "principaltype" => return Some(principal_type(principal)?.into()),
            "userid" => user_id(principal)?,
            "username" => match principal {
                Principal::User(user) => return Some(user.name.as_str().into()),
                _ => return None,
            },
            "sourceidentity" => match principal {
                Principal::RoleSession(session) => session.source_identity.clone()?,
                _ => return None,
            },
            _ => {
                let tag = name.strip_prefix("principaltag/")?;
                return value_of(principal_tags(principal), tag);
            }
        };
        Some(text.into())
    }

    /// What AWS lists for S3's actions and this action has.
    fn of_s3(&self, name: &str) -> Option<Cow<'a, str>> {
        let context = self.request.context;
        let text = match name {
            "s3:authtype" => return Some(context.auth_type.as_str()?.into()),
            "s3:signatureversion" => return Some(context.signature?.version.as_str().into()),
            "s3:signatureage" => context.signature_age_ms()?.to_string(),
            "s3:versionid" => return Some(self.object()?.version?.into()),
            "s3:prefix" | "s3:delimiter" | "s3:max-keys" => {
                return context.values.query(&name["s3:".len()..]).map(Cow::Borrowed);
            }
            "s3:x-amz-copy-source" => {
                let source = context.values.header("x-amz-copy-source")?;
                return Some(
                    source.strip_prefix('/').map(|s| s.to_owned().into()).unwrap_or(source),
                );
            }
            _ if name.starts_with("s3:x-amz-") => {
                return context.values.header(&name["s3:".len()..]);
            }
            _ => return self.tag_or_header(name),
        };
        Some(text.into())
    }

    fn tag_or_header(&self, name: &str) -> Option<Cow<'a, str>> {
        let values = self.request.context.values;
        if let Some((_, header)) = HEADER_KEYS.iter().find(|(key, _)| *key == name) {
            return values.header(header);
        }
        if let Some(tag) = name.strip_prefix("s3:existingobjecttag/") {
            let tags = self.existing_tags()?.iter().copied();
            return value_of(tags, tag);
        }
        let tag = name.strip_prefix("s3:requestobjecttag/")?;
        let tags = values.tags();
        let found = tags.iter().find(|(key, _)| key.to_lowercase() == tag);
        found.map(|(_, value)| value.clone().into())
    }

    fn object(&self) -> Option<&crate::ObjectResource<'a>> {
        match &self.request.resource {
            Resource::Object(object) => Some(object),
            Resource::Service
            | Resource::NewBucket(_)
            | Resource::Bucket(_)
            | Resource::Identity(_) => None,
        }
    }

    fn existing_tags(&self) -> Option<&'a [(&'a str, &'a str)]> {
        match self.object()?.existing {
            Existing::Found(found) => Some(found.tags),
            Existing::Missing | Existing::New => None,
            Existing::Unknown => {
                self.misses_object.set(true);
                None
            }
        }
    }
}

impl ContextKeys for RequestKeys<'_> {
    fn get(&self, key: &str) -> Option<KeyValue<'_>> {
        let is_listed = || self.action.is_some_and(|action| action.has_key(key));
        if key == "s3:requestobjecttagkeys" {
            let tags = self.request.context.values.tags();
            let keys: Vec<_> = tags.into_iter().map(|(key, _)| Cow::Owned(key)).collect();
            return (is_listed() && !keys.is_empty()).then_some(KeyValue::Several(keys));
        }
        let value = match key.strip_prefix("aws:") {
            Some(name) => self.global(name),
            None => is_listed().then(|| self.of_s3(key)).flatten(),
        };
        value.map(KeyValue::One)
    }
}

fn flag(value: bool) -> Cow<'static, str> {
    if value { "true".into() } else { "false".into() }
}

/// `aws:PrincipalType`; services have none.
fn principal_type(principal: &Principal) -> Option<&'static str> {
    match principal {
        Principal::AccountRoot(_) => Some("Account"),
        Principal::User(_) => Some("User"),
        Principal::RoleSession(_) => Some("AssumedRole"),
        Principal::FederatedSession(_) => Some("FederatedUser"),
        Principal::Anonymous => Some("Anonymous"),
        Principal::Service(_) => None,
    }
}

/// `aws:userid`, by the kind of principal (the IAM user guide, "Principal key values").
fn user_id(principal: &Principal) -> Option<String> {
    match principal {
        Principal::AccountRoot(account) => Some(account.id.to_string()),
        Principal::User(user) => Some(user.id.clone()),
        Principal::RoleSession(session) => Some(format!("{}:{}", session.role_id, session.name)),
        Principal::FederatedSession(session) => {
            Some(format!("{}:{}", session.account.id, session.name))
        }
        Principal::Service(_) | Principal::Anonymous => None,
    }
}

fn principal_tags(principal: &Principal) -> impl Iterator<Item = (&str, &str)> {
    let tags: &[(String, String)] = match principal {
        Principal::User(user) => &user.tags,
        Principal::RoleSession(session) => &session.tags,
        Principal::FederatedSession(session) => &session.tags,
        Principal::AccountRoot(_) | Principal::Service(_) | Principal::Anonymous => &[],
    };
    tags.iter().map(|(key, value)| (key.as_str(), value.as_str()))
}

/// The value of a tag. Keys of tags in the names of condition keys have lost their case.
pub(super) fn value_of<'a>(
    mut tags: impl Iterator<Item = (&'a str, &'a str)>,
    key: &str,
) -> Option<Cow<'a, str>> {
    tags.find(|(name, _)| name.to_lowercase() == key).map(|(_, value)| value.into())
}
