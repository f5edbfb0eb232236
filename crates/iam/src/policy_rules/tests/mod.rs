//! Requests to S3 as the rules see them: who, what, on what, under which circumstances.

mod keys;
mod lists;

use super::PolicyRules;
use super::request_keys::RequestKeys;
use crate::policy::{Attachment, Caller, ContextKeys as _, KeyValue, Policy, reference};
use crate::{
    Account, Action, BucketAcls, BucketResource, Context, Decision, Existing, ExistingObject,
    FederatedSession, IdentityPolicies, NamedPolicy, ObjectResource, Principal, Request,
    RequestValues, Resource, RoleSession, Rules as _, ServicePrincipal, SessionInfo, Signature,
    SignatureVersion, User,
};
use larder_types::{AccountId, AuthType, BucketName, Owner, Timestamp};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

const OWN: &str = "111122223333";
const OTHER: &str = "444455556666";

/// What a request says of itself.
#[derive(Default)]
struct Sent {
    headers: BTreeMap<String, String>,
    query: BTreeMap<String, String>,
    tags: Vec<(String, String)>,
}

impl RequestValues for Sent {
    fn header(&self, name: &str) -> Option<Cow<'_, str>> {
        self.headers.get(name).map(|value| value.as_str().into())
    }

    fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name).map(String::as_str)
    }

    fn tags(&self) -> Vec<(String, String)> {
        self.tags.clone()
    }
}

impl Sent {
    fn headers(headers: &[(&str, &str)]) -> Self {
        let owned = headers.iter().map(|(name, value)| (name.to_string(), value.to_string()));
        Self { headers: owned.collect(), ..Self::default() }
    }
}

fn account(id: &str) -> Arc<Account> {
    let owner = Owner { canonical_id: format!("canonical-{id}"), display_name: id.into() };
    Arc::new(Account { id: AccountId::new(id).unwrap(), owner, email: String::new() })
}

fn named(document: &str) -> NamedPolicy {
    let policy = Arc::new(Policy::parse(document, Attachment::Identity).unwrap());
    NamedPolicy { name: "some".into(), policy }
}

fn having(documents: &[&str]) -> Arc<IdentityPolicies> {
    let policies = documents.iter().map(|document| named(document)).collect();
    Arc::new(IdentityPolicies { policies, boundary: None })
}

fn user(of: &str, documents: &[&str]) -> User {
    User {
        account: account(of),
        path: "/".into(),
        name: "alice".into(),
        id: "AIDAALICE".into(),
        tags: vec![("Team".into(), "jam".into())],
        policies: having(documents),
    }
}

fn role_session(documents: &[&str], session: &[&str]) -> Principal {
    Principal::RoleSession(Arc::new(RoleSession {
        account: account(OWN),
        role_path: "/".into(),
        role: "reader".into(),
        role_id: "AROAREADER".into(),
        name: "nightly".into(),
        tags: vec![("team".into(), "tea".into())],
        source_identity: Some("carol".into()),
        policies: having(documents),
        session_policies: session.iter().map(|document| named(document)).collect(),
    }))
}

fn federated(of: Option<User>, session: &[&str]) -> Principal {
    Principal::FederatedSession(Arc::new(FederatedSession {
        account: account(OWN),
        user: of.map(Arc::new),
        name: "guest".into(),
        tags: Vec::new(),
        session_policies: session.iter().map(|document| named(document)).collect(),
    }))
}

fn allow(what: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Allow",{what}}}}}"#)
}

fn deny(what: &str) -> String {
    format!(r#"{{"Version":"2012-10-17","Statement":{{"Effect":"Deny",{what}}}}}"#)
}

const ALL: &str = r#""Action":"s3:*","Resource":"*""#;

/// A request for `jam/plum` in a bucket of [`OWN`].
struct Case<'a> {
    principal: Principal,
    action: &'static str,
    bucket_policy: Option<String>,
    restricts_public: bool,
    acls: Option<BucketAcls<'a>>,
    sent: Sent,
    existing: Existing<'a>,
    version: Option<&'a str>,
}

impl Case<'_> {
    fn of(principal: Principal, action: &'static str) -> Self {
        Self {
            principal,
            action,
            bucket_policy: None,
            restricts_public: false,
            acls: None,
            sent: Sent::default(),
            existing: Existing::Unknown,
            version: None,
        }
    }

    fn bucket_policy(mut self, what: String) -> Self {
        self.bucket_policy = Some(what);
        self
    }

    /// Gives the request to `look`.
    fn with<T>(&self, look: impl FnOnce(&Request<'_>) -> T) -> T {
        let (name, owner) = (BucketName::new("jam").unwrap(), account(OWN).owner.clone());
        let policy = self.bucket_policy.as_ref();
        let policy = policy.map(|text| Policy::parse(text, Attachment::Bucket).unwrap());
        let bucket = BucketResource {
            name: &name,
            owner: &owner,
            policy: policy.as_ref(),
            restricts_public: self.restricts_public,
            acls: self.acls,
        };
        let is_on_bucket = self.action.contains("Bucket");
        let object =
            ObjectResource { bucket, key: "plum", version: self.version, existing: self.existing };
        let context = Context {
            signature: Some(Signature {
                version: SignatureVersion::V4,
                signed_at: Some(Timestamp { ms: 1_000 }),
            }),
            auth_type: AuthType::RestHeader,
            session: Some(SessionInfo {
                issued_at: Timestamp { ms: 500 },
                expires_at: Timestamp { ms: 90_000 },
                mfa: true,
            }),
            region: "eu-north-1",
            secure_transport: true,
            source_address: Some([192, 0, 2, 7].into()),
            now: Timestamp { ms: 3_000 },
            values: &self.sent,
        };
        look(&Request {
            principal: &self.principal,
            action: Action::new(self.action),
            resource: if is_on_bucket {
                Resource::Bucket(bucket)
            } else {
                Resource::Object(object)
            },
            context: &context,
        })
    }

    fn decide(&self) -> Decision {
        self.with(|request| PolicyRules.decide(request))
    }

    fn could_allow(&self) -> bool {
        self.with(|request| PolicyRules.could_allow(request))
    }

    /// The value of a condition key; several are joined by commas.
    fn key(&self, name: &str) -> Option<String> {
        self.with(|request| {
            let caller = Caller::new(request.principal);
            let keys = RequestKeys::new(request, &caller);
            let value = keys.get(name)?;
            Some(match value {
                KeyValue::One(value) => value.into_owned(),
                KeyValue::Several(values) => values.join(","),
            })
        })
    }
}

fn user_of(of: &str, documents: &[&str]) -> Principal {
    Principal::User(Arc::new(user(of, documents)))
}

#[test]
fn identities_do_what_their_policies_say() {
    let get = "s3:GetObject";
    let reads = allow(r#""Action":"s3:Get*","Resource":"arn:aws:s3:::jam/*""#);
    let all = allow(ALL);
    let never = deny(ALL);
    let silent = allow(r#""Action":"s3:PutObject","Resource":"*""#);
    let cases: Vec<(&str, Principal, Decision)> = vec![
        ("no policy", user_of(OWN, &[]), Decision::ImplicitlyDenied),
        ("an Allow", user_of(OWN, &[&reads]), Decision::Allowed),
        ("an Allow of another action", user_of(OWN, &[&silent]), Decision::ImplicitlyDenied),
        ("a Deny beside it", user_of(OWN, &[&all, &never]), Decision::ExplicitlyDenied),
        ("of another account", user_of(OTHER, &[&all]), Decision::ImplicitlyDenied),
        ("root of another", Principal::AccountRoot(account(OTHER)), Decision::ImplicitlyDenied),
        ("root", Principal::AccountRoot(account(OWN)), Decision::Allowed),
        ("nobody", Principal::Anonymous, Decision::ImplicitlyDenied),
        (
            "a worker",
            Principal::Service(ServicePrincipal::worker("gc")),
            Decision::ImplicitlyDenied,
        ),
        ("a role", role_session(&[&all], &[]), Decision::Allowed),
        ("a session without it", role_session(&[&all], &[&silent]), Decision::ImplicitlyDenied),
        ("a session with it", role_session(&[&all], &[&reads]), Decision::Allowed),
        ("a session with more", role_session(&[&silent], &[&all]), Decision::ImplicitlyDenied),
        (
            "federated, no policy",
            federated(Some(user(OWN, &[&all])), &[]),
            Decision::ImplicitlyDenied,
        ),
        ("federated", federated(Some(user(OWN, &[&all])), &[&reads]), Decision::Allowed),
        ("federated, more", federated(Some(user(OWN, &[])), &[&all]), Decision::ImplicitlyDenied),
        ("federated by root", federated(None, &[&reads]), Decision::Allowed),
        ("federated by root, no policy", federated(None, &[]), Decision::ImplicitlyDenied),
    ];
    for (what, principal, wanted) in cases {
        let case = Case::of(principal, get);
        assert_eq!(case.decide(), wanted, "{what}");
        assert!(!case.decide().is_allowed() || case.could_allow(), "{what}");
    }
}

#[test]
fn a_boundary_limits() {
    let all = allow(ALL);
    let silent = allow(r#""Action":"s3:PutObject","Resource":"*""#);
    let mut limited = user(OWN, &[&all]);
    limited.policies = Arc::new(IdentityPolicies {
        policies: limited.policies.policies.clone(),
        boundary: Some(named(&silent)),
    });
    let limited = Principal::User(Arc::new(limited));
    assert_eq!(Case::of(limited.clone(), "s3:GetObject").decide(), Decision::ImplicitlyDenied);
    assert_eq!(Case::of(limited, "s3:PutObject").decide(), Decision::Allowed);
}

#[test]
fn a_bucket_s_policy_lets_others_in_and_keeps_its_owner_out() {
    let objects = r#""Action":"s3:GetObject","Resource":"arn:aws:s3:::jam/*""#;
    let everybody = allow(&format!(r#""Principal":"*",{objects}"#));
    let other = allow(&format!(r#""Principal":{{"AWS":"{OTHER}"}},{objects}"#));
    let nobody = deny(
        r#""Principal":"*","Action":"s3:*","Resource":["arn:aws:s3:::jam","arn:aws:s3:::jam/*"]"#,
    );
    let get = |principal, policy: &String| {
        let case = Case::of(principal, "s3:GetObject").bucket_policy(policy.clone());
        (case.decide(), case.could_allow())
    };
    let root = |id| Principal::AccountRoot(account(id));
    assert_eq!(get(Principal::Anonymous, &everybody), (Decision::Allowed, true));
    assert_eq!(get(root(OTHER), &other), (Decision::Allowed, true));
    assert_eq!(get(user_of(OTHER, &[]), &other).0, Decision::ImplicitlyDenied, "both must allow");
    assert_eq!(get(user_of(OTHER, &[&allow(ALL)]), &other).0, Decision::Allowed);
    assert_eq!(get(Principal::Anonymous, &other).0, Decision::ImplicitlyDenied);
    assert_eq!(get(root(OWN), &nobody).0, Decision::ExplicitlyDenied);
    for action in ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"] {
        let case = |principal| Case::of(principal, action).bucket_policy(nobody.clone());
        assert_eq!(case(root(OWN)).decide(), Decision::Allowed, "{action}");
        assert_eq!(case(user_of(OWN, &[&allow(ALL)])).decide(), Decision::ExplicitlyDenied);
    }
    let list = Case::of(root(OWN), "s3:ListBucket").bucket_policy(nobody.clone());
    assert_eq!(list.decide(), Decision::ExplicitlyDenied);
}

#[test]
fn conditions_read_what_is_known_of_the_caller() {
    let of = |principal| Case::of(principal, "s3:GetObject");
    let alice = of(user_of(OWN, &[]));
    let session = of(role_session(&[], &[]));
    let root = of(Principal::AccountRoot(account(OWN)));
    let guest = of(federated(None, &[]));
    let nobody = of(Principal::Anonymous);
    let arn = |path: &str| Some(format!("arn:aws:iam::{OWN}:{path}"));
    let keys = ["aws:principalarn", "aws:userid", "aws:username", "aws:principaltype"];
    let of_all = |case: &Case<'_>| keys.map(|key| case.key(key));
    let text = |text: &str| Some(text.to_owned());
    let (user, role) = (arn("user/alice"), arn("role/reader"));
    assert_eq!(of_all(&alice), [user, text("AIDAALICE"), text("alice"), text("User")]);
    assert_eq!(of_all(&session), [role, text("AROAREADER:nightly"), None, text("AssumedRole")]);
    assert_eq!(of_all(&root), [arn("root"), text(OWN), None, text("Account")]);
    assert_eq!(guest.key("aws:userid"), Some(format!("{OWN}:guest")));
    assert_eq!(of_all(&nobody), [None, None, None, text("Anonymous")]);
    assert_eq!(nobody.key("aws:principalaccount"), None);
    assert_eq!(alice.key("aws:principalaccount"), text(OWN));
    assert_eq!(alice.key("aws:principaltag/team"), text("jam"), "names have no case");
    assert_eq!(session.key("aws:principaltag/team"), text("tea"));
    assert_eq!(session.key("aws:sourceidentity"), text("carol"));
    assert_eq!(alice.key("aws:principaltag/other"), None);
    assert_eq!(alice.key("aws:multifactorauthpresent"), text("true"));
    assert_eq!(alice.key("aws:tokenissuetime"), text("1970-01-01T00:00:00.500Z"));
}

#[test]
fn conditions_read_what_is_known_of_the_request() {
    let mut case = Case::of(user_of(OWN, &[]), "s3:PutObject");
    case.sent = Sent::headers(&[
        ("user-agent", "curl"),
        ("x-amz-acl", "private"),
        ("x-amz-copy-source", "/tea/leaf"),
        ("x-amz-object-lock-mode", "GOVERNANCE"),
        ("if-none-match", "*"),
    ]);
    case.sent.tags = vec![("Kind".into(), "plum".into()), ("b".into(), "2".into())];
    for (key, value) in [
        ("aws:currenttime", "1970-01-01T00:00:03.000Z"),
        ("aws:epochtime", "3"),
        ("aws:securetransport", "true"),
        ("aws:sourceip", "192.0.2.7"),
        ("aws:useragent", "curl"),
        ("aws:requestedregion", "eu-north-1"),
        ("aws:viaawsservice", "false"),
        ("s3:authtype", "REST-HEADER"),
        ("s3:signatureversion", "AWS4-HMAC-SHA256"),
        ("s3:signatureage", "2000"),
        ("s3:x-amz-acl", "private"),
        ("s3:x-amz-copy-source", "tea/leaf"),
        ("s3:object-lock-mode", "GOVERNANCE"),
        ("s3:if-none-match", "*"),
        ("s3:requestobjecttag/kind", "plum"),
        ("s3:requestobjecttagkeys", "Kind,b"),
    ] {
        assert_eq!(case.key(key).as_deref(), Some(value), "{key}");
    }
    for absent in ["aws:referer", "s3:prefix", "s3:versionid", "s3:x-amz-storage-class", "s3:none"]
    {
        assert_eq!(case.key(absent), None, "{absent}");
    }
    let mut list = Case::of(user_of(OWN, &[]), "s3:ListBucket");
    list.sent.query.insert("prefix".into(), "a/".into());
    assert_eq!(list.key("s3:prefix").as_deref(), Some("a/"));
    list.action = "s3:GetObject";
    assert_eq!(list.key("s3:prefix"), None, "not a key of this action");
    list.version = Some("v7");
    assert_eq!(list.key("s3:versionid"), None);
    list.action = "s3:GetObjectVersion";
    assert_eq!(list.key("s3:versionid").as_deref(), Some("v7"));
}

/// Nothing that a client sends stands for a key because of its name.
#[test]
fn names_of_keys_as_headers_and_parameters_change_nothing() {
    let names = reference::condition_keys().map(|key| key.name.to_lowercase()).chain(
        ["aws:sourceip", "aws:userid", "aws:principalarn", "aws:securetransport", "aws:username"]
            .map(str::to_owned),
    );
    let names: Vec<String> =
        names.map(|name| if name.ends_with('/') { name + "x" } else { name }).collect();
    for action in ["s3:GetObject", "s3:GetObjectVersion", "s3:ListAllMyBuckets", "s3:DeleteObject"]
    {
        let plain = Case::of(user_of(OWN, &[]), action);
        let mut crafted = Case::of(user_of(OWN, &[]), action);
        for name in &names {
            let (_, bare) = name.split_once(':').unwrap();
            for spelled in [name.as_str(), bare, &name.replace(':', "-"), &format!("x-amz-{bare}")]
            {
                crafted.sent.headers.insert(spelled.to_owned(), "crafted".into());
                crafted.sent.query.insert(spelled.to_owned(), "crafted".into());
            }
        }
        for name in &names {
            // Headers that AWS defines the key by, where the action has it.
            if name == "s3:x-amz-content-sha256" || name == "aws:referer" {
                continue;
            }
            // A condition of a delete: the request's own header.
            if action == "s3:DeleteObject" && name.ends_with("if-match") {
                continue;
            }
            assert_eq!(crafted.key(name), plain.key(name), "{name} of {action}");
        }
    }
}

#[test]
fn what_hangs_on_the_object_waits_until_it_is_known() {
    let tagged = allow(
        r#""Action":"s3:GetObject","Resource":"*",
           "Condition":{"StringEquals":{"s3:ExistingObjectTag/kind":"plum"}}"#,
    );
    let owner = account(OWN).owner.clone();
    let mut case = Case::of(user_of(OWN, &[&tagged]), "s3:GetObject");
    assert_eq!(case.decide(), Decision::NeedsObject);
    case.existing = Existing::Missing;
    assert_eq!(case.decide(), Decision::ImplicitlyDenied);
    case.existing =
        Existing::Found(ExistingObject { owner: &owner, tags: &[("kind", "plum")], grants: None });
    assert_eq!(case.decide(), Decision::Allowed);
    case.existing =
        Existing::Found(ExistingObject { owner: &owner, tags: &[("kind", "fig")], grants: None });
    assert_eq!(case.decide(), Decision::ImplicitlyDenied);
}

#[test]
fn decisions_have_their_reasons() {
    let reason =
        |case: Case<'_>| case.with(|request| PolicyRules.explain(request)).reason.to_string();
    let get = |principal| Case::of(principal, "s3:GetObject");
    let root = || Principal::AccountRoot(account(OWN));
    let (all, never) = (allow(ALL), deny(&format!(r#""Sid":"Never",{ALL}"#)));
    let public =
        allow(r#""Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::jam/*""#);
    let lockout = deny(r#""Principal":"*","Action":"s3:*","Resource":"arn:aws:s3:::jam/*""#);
    let mut limited = user(OWN, &[&all]);
    limited.policies = Arc::new(IdentityPolicies {
        policies: limited.policies.policies.clone(),
        boundary: Some(named(&allow(r#""Action":"s3:PutObject","Resource":"*""#))),
    });
    for (case, wanted) in [
        (get(root()), "root of the owner"),
        (get(user_of(OWN, &[&all])), "statement 1 of some"),
        (get(user_of(OWN, &[&all, &never])), "statement Never of some"),
        (get(user_of(OWN, &[])), "no identity policy allows it"),
        (get(user_of(OTHER, &[&all])), "no resource policy allows it"),
        (get(Principal::User(Arc::new(limited))), "the permissions boundary does not allow it"),
        (get(role_session(&[&all], &[&deny(ALL)])), "statement 1 of some"),
        (get(federated(None, &[])), "no session policy allows it"),
        (get(Principal::Anonymous).bucket_policy(public), "statement 1 of bucket policy"),
        (get(root()).bucket_policy(lockout), "statement 1 of bucket policy"),
    ] {
        assert_eq!(reason(case), wanted);
    }
}

/// Not only who came by the public statement: the accounts that others name are cut off as well.
#[test]
fn a_restricted_bucket_with_a_public_policy_is_its_owner_s_alone() {
    let get = r#""Action":"s3:GetObject","Resource":"arn:aws:s3:::jam/*""#;
    let named = format!(r#"{{"Effect":"Allow","Principal":{{"AWS":"{OTHER}"}},{get}}}"#);
    let public = format!(r#"{{"Effect":"Allow","Principal":"*",{get}}}"#);
    let policy =
        |statements: &str| format!(r#"{{"Version":"2012-10-17","Statement":[{statements}]}}"#);
    let decide = |principal, statements: &str| {
        let mut case = Case::of(principal, "s3:GetObject").bucket_policy(policy(statements));
        case.restricts_public = true;
        case.decide().is_allowed()
    };
    let other = || Principal::AccountRoot(account(OTHER));
    let both = format!("{named},{public}");
    assert!(decide(other(), &named), "a policy that is not public");
    assert!(!decide(other(), &both) && !decide(Principal::Anonymous, &both));
    assert!(decide(user_of(OWN, &[]), &public), "everybody of the owner's account");
    assert!(decide(Principal::AccountRoot(account(OWN)), &both));
}

#[test]
fn identities_are_reached_within_their_account_only() {
    let all = allow(r#""Action":"iam:*","Resource":"*""#);
    let some = allow(&format!(r#""Action":"iam:*","Resource":"arn:aws:iam::{OWN}:user/team/*""#));
    let decide = |principal: Principal, arn: &str| {
        let case = Case::of(principal, "s3:GetObject");
        case.with(|request| {
            let action = Action::new("iam:GetUser");
            let resource = Resource::Identity(arn);
            PolicyRules.decide(&Request { action, resource, ..*request }).is_allowed()
        })
    };
    let arn = |of: &str, path: &str| format!("arn:aws:iam::{of}:user/{path}");
    let root = || Principal::AccountRoot(account(OWN));
    for (who, of, path, allowed) in [
        (root(), OWN, "x", true),
        (root(), OTHER, "x", false),
        (user_of(OWN, &[]), OWN, "x", false),
        (user_of(OWN, &[&all]), OWN, "x", true),
        (user_of(OWN, &[&all]), OTHER, "x", false),
        (user_of(OWN, &[&all]), "aws", "x", true),
        (user_of(OWN, &[&some]), OWN, "team/x", true),
        (user_of(OWN, &[&some]), OWN, "x", false),
        (Principal::Anonymous, OWN, "x", false),
    ] {
        assert_eq!(decide(who.clone(), &arn(of, path)), allowed, "{who} {of} {path}");
    }
    assert!(decide(root(), "*") && decide(user_of(OWN, &[&all]), "*"));
    assert!(!decide(user_of(OWN, &[&some]), "*") && !decide(root(), "nonsense"));
}
