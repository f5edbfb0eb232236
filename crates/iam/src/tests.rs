use super::{
    AccessKey, Account, AccountName, Accounts, Action, BucketResource, Context, Decision, Existing,
    FederatedSession, Found, IdentityPolicies, KEY_STALE_NS_MAX, KEYS_CACHED_MAX, KeyCache,
    KeySource, KeySourceError, KeyUse, NamedPolicy, Noted, ObjectResource, Opened, PolicyRules,
    PresentedToken, Principal, Request, RequestValues, Resource, RoleSession, Rules as _,
    SecretKey, ServicePrincipal, SessionError, Signature, SignatureVersion, User,
};
use crate::policy::{Attachment, Policy};
use larder_platform::Clock;
use larder_types::{AccountId, AuthType, BucketName, Owner, Timestamp};
use std::borrow::Cow;
use std::collections::HashMap;
use std::future::ready;
use std::pin::pin;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::task::{Context as TaskContext, Poll, Waker};

fn account(id: &str) -> Account {
    let owner = Owner { canonical_id: format!("canonical {id}"), display_name: "name".into() };
    Account { id: AccountId::new(id).unwrap(), owner, email: String::new() }
}

fn keys(id: &str, secret: &str) -> Vec<(String, SecretKey)> {
    vec![(id.to_owned(), SecretKey::new(secret))]
}

/// The outcome of a future that never waits.
fn now<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut TaskContext::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing here waits"),
    }
}

#[test]
fn keys_lead_to_accounts() {
    let mut accounts = Accounts::default();
    accounts.add(account("111111111111"), keys("one", "secret-one")).unwrap();
    accounts.add(account("222222222222"), keys("two", "secret-two")).unwrap();
    let key = accounts.access_key("two").unwrap();
    assert_eq!(key.principal.account().unwrap().id.as_str(), "222222222222");
    assert_eq!(key.secret.expose(), "secret-two");
    assert!(!format!("{key:?}").contains("secret-two"), "secrets are never printed");
    assert!(accounts.access_key("three").is_none());
    let id = now(accounts.account_id("canonical 111111111111")).unwrap();
    assert_eq!(id, Some(AccountId::new("111111111111").unwrap()));
    assert_eq!(now(accounts.account_id("canonical")).unwrap(), None);
}

#[test]
fn clashes_and_weak_keys_are_refused() {
    let mut accounts = Accounts::default();
    accounts.add(account("111111111111"), keys("one", "secret-one")).unwrap();
    assert!(accounts.add(account("111111111111"), keys("x", "secret-x")).is_err());
    assert!(accounts.add(account("333333333333"), keys("one", "secret-x")).is_err());
    assert!(accounts.add(account("444444444444"), keys("a/b", "secret-x")).is_err());
    assert!(accounts.add(account("555555555555"), keys("four", "short")).is_err());
    assert!(accounts.add(account("666666666666"), vec![]).is_err());
}

fn user(account: &Arc<Account>, id: &str, name: &str) -> User {
    User {
        account: account.clone(),
        path: "/team/".into(),
        name: name.into(),
        id: id.into(),
        tags: Vec::new(),
        policies: Arc::default(),
    }
}

fn session(account: &Arc<Account>, role_id: &str, name: &str) -> RoleSession {
    RoleSession {
        account: account.clone(),
        role_path: "/".into(),
        role: "reader".into(),
        role_id: role_id.into(),
        name: name.into(),
        tags: Vec::new(),
        source_identity: None,
        policies: Arc::default(),
        session_policies: Vec::new(),
    }
}

fn federated(account: &Arc<Account>, user: Option<User>, name: &str) -> FederatedSession {
    FederatedSession {
        account: account.clone(),
        user: user.map(Arc::new),
        name: name.into(),
        tags: Vec::new(),
        session_policies: Vec::new(),
    }
}

/// Every kind of principal of one account, and those that have none.
fn principals() -> [(Principal, &'static str); 6] {
    let account = Arc::new(account("111111111111"));
    let user = user(&account, "AIDA1", "eve");
    let role = session(&account, "AROA1", "nightly");
    let federated = federated(&account, None, "guest");
    [
        (Principal::AccountRoot(account), "arn:aws:iam::111111111111:root"),
        (Principal::User(Arc::new(user)), "arn:aws:iam::111111111111:user/team/eve"),
        (
            Principal::RoleSession(Arc::new(role)),
            "arn:aws:sts::111111111111:assumed-role/reader/nightly",
        ),
        (
            Principal::FederatedSession(Arc::new(federated)),
            "arn:aws:sts::111111111111:federated-user/guest",
        ),
        (Principal::Service(ServicePrincipal::worker("gc")), "gc.larder"),
        (Principal::Anonymous, "anonymous"),
    ]
}

#[test]
fn principals_have_names() {
    for (principal, name) in principals() {
        assert_eq!(principal.to_string(), name);
        let has_account = !matches!(principal, Principal::Service(_) | Principal::Anonymous);
        assert_eq!(principal.account().is_some(), has_account, "{name}");
    }
}

/// What a principal may do changes while it stays who it is; a name that is given again is somebody
/// else's.
#[test]
fn principals_are_equal_by_their_ids() {
    let (own, other) = (Arc::new(account("111111111111")), Arc::new(account("222222222222")));
    let document = r#"{"Statement":{"Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
    let policies = policies_of(document);
    let eve = user(&own, "AIDA1", "eve");
    assert_eq!(eve, User { policies: policies.clone(), name: "ann".into(), ..eve.clone() });
    assert_ne!(eve, user(&own, "AIDA2", "eve"));
    assert_ne!(eve, user(&other, "AIDA1", "eve"));
    let nightly = session(&own, "AROA1", "nightly");
    assert_eq!(nightly, RoleSession { policies, ..nightly.clone() });
    assert_ne!(nightly, session(&own, "AROA2", "nightly"));
    assert_ne!(nightly, session(&own, "AROA1", "daily"));
    assert_ne!(nightly, session(&other, "AROA1", "nightly"));
    let guest = federated(&own, Some(eve.clone()), "guest");
    assert_eq!(guest, federated(&own, Some(eve.clone()), "guest"));
    assert_ne!(guest, federated(&own, None, "guest"));
    assert_ne!(guest, federated(&own, Some(eve), "visitor"));
    let printed = format!("{:?}", User { policies: policies_of(document), ..user(&own, "A", "b") });
    assert!(printed.contains("everything") && !printed.contains("s3:"), "{printed}");
}

fn policies_of(document: &str) -> Arc<IdentityPolicies> {
    let policy = Arc::new(Policy::parse(document, Attachment::Identity).unwrap());
    let named = NamedPolicy { name: "everything".into(), policy };
    Arc::new(IdentityPolicies { policies: vec![named.clone()], boundary: Some(named) })
}

struct Nothing;

impl RequestValues for Nothing {
    fn header(&self, _: &str) -> Option<Cow<'_, str>> {
        None
    }

    fn query(&self, _: &str) -> Option<&str> {
        None
    }

    fn tags(&self) -> Vec<(String, String)> {
        Vec::new()
    }
}

fn context() -> Context<'static> {
    Context {
        signature: None,
        auth_type: AuthType::Anonymous,
        session: None,
        region: "us-east-1",
        secure_transport: false,
        source_address: None,
        now: Timestamp { ms: 10_000 },
        values: &Nothing,
    }
}

#[test]
fn only_the_root_of_the_owner_is_allowed() {
    let name = BucketName::new("photos").unwrap();
    let bucket = |owner| BucketResource {
        name: &name,
        owner,
        policy: None,
        restricts_public: false,
        acls: None,
    };
    let (own, foreign) = (account("111111111111").owner, account("222222222222").owner);
    let object = |owner| {
        Resource::Object(ObjectResource {
            bucket: bucket(owner),
            key: "a",
            version: None,
            existing: Existing::Unknown,
        })
    };
    let context = context();
    for (principal, who) in principals() {
        let root = matches!(principal, Principal::AccountRoot(_));
        for (resource, arn, allowed) in [
            (Resource::Service, "*", root),
            (Resource::NewBucket(&name), "arn:aws:s3:::photos", root),
            (Resource::Bucket(bucket(&own)), "arn:aws:s3:::photos", root),
            (object(&own), "arn:aws:s3:::photos/a", root),
            (Resource::Bucket(bucket(&foreign)), "arn:aws:s3:::photos", false),
            (object(&foreign), "arn:aws:s3:::photos/a", false),
        ] {
            assert_eq!(resource.to_string(), arn);
            let action = Action::new("s3:GetObject");
            let request = Request { principal: &principal, action, resource, context: &context };
            let decision = PolicyRules.decide(&request);
            assert_eq!(decision.is_allowed(), allowed, "{who} {resource:?}");
            assert_eq!(PolicyRules.could_allow(&request), allowed, "{who} {resource:?}");
        }
    }
}

#[test]
fn decisions_other_than_allowed_deny() {
    assert!(Decision::Allowed.is_allowed());
    assert!(!Decision::ImplicitlyDenied.is_allowed());
    assert!(!Decision::ExplicitlyDenied.is_allowed());
    assert!(!Decision::NeedsObject.is_allowed());
}

#[test]
fn a_signature_has_an_age() {
    let age = |signature| Context { signature, ..context() }.signature_age_ms();
    let signed = |ms: Option<i64>| {
        let signed_at = ms.map(|ms| Timestamp { ms });
        Some(Signature { version: SignatureVersion::V4, signed_at })
    };
    assert_eq!(age(None), None);
    assert_eq!(age(signed(None)), None);
    assert_eq!(age(signed(Some(4_000))), Some(6_000));
    assert_eq!(age(signed(Some(11_000))), Some(0), "a clock that is ahead");
}

#[test]
#[should_panic(expected = "an action is")]
fn an_action_has_a_service() {
    Action::new("GetObject");
}

struct ByHand(AtomicU64);

impl Clock for ByHand {
    fn wall_ns(&self) -> u64 {
        self.monotonic_ns()
    }

    fn monotonic_ns(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

/// A source that counts what it is asked, whose keys change, and that may act in the middle of a
/// look-up.
#[derive(Default)]
struct Changing {
    keys: Mutex<HashMap<String, Arc<AccessKey>>>,
    asked: AtomicUsize,
    fails: Mutex<bool>,
    generation: AtomicU64,
    used: Mutex<Vec<String>>,
}

impl Changing {
    fn put(&self, id: &str, secret: &str) {
        let principal = Principal::AccountRoot(Arc::new(account("111111111111")));
        let key = AccessKey::new(id.into(), SecretKey::new(secret), principal);
        self.keys.lock().unwrap().insert(id.into(), Arc::new(key));
    }

    fn asked(&self) -> usize {
        self.asked.swap(0, Ordering::Relaxed)
    }
}

impl KeySource for Changing {
    fn access_key<'a>(&'a self, id: &'a str) -> Found<'a, Arc<AccessKey>> {
        self.asked.fetch_add(1, Ordering::Relaxed);
        if *self.fails.lock().unwrap() {
            return Box::pin(ready(Err(KeySourceError("down".into()))));
        }
        Box::pin(ready(Ok(self.keys.lock().unwrap().get(id).cloned())))
    }

    fn account_id<'a>(&'a self, _: &'a str) -> Found<'a, AccountId> {
        Box::pin(ready(Ok(None)))
    }

    fn owner<'a>(&'a self, _: AccountName<'a>) -> Found<'a, Owner> {
        Box::pin(ready(Ok(None)))
    }

    fn session<'a>(&'a self, _: PresentedToken<'a>) -> Opened<'a> {
        Box::pin(ready(Err(SessionError::Invalid)))
    }

    fn note_use<'a>(&'a self, of: KeyUse<'a>) -> Noted<'a> {
        self.used.lock().unwrap().push(of.access_key_id.to_owned());
        Box::pin(ready(()))
    }

    fn generation(&self) -> u64 {
        self.generation.load(Ordering::Relaxed)
    }
}

fn cache() -> (Arc<Changing>, Arc<ByHand>, KeyCache) {
    let (source, clock) = (Arc::new(Changing::default()), Arc::new(ByHand(AtomicU64::new(0))));
    let cache = KeyCache::new(source.clone(), clock.clone());
    (source, clock, cache)
}

fn secret_of(cache: &KeyCache, id: &str) -> Option<String> {
    now(cache.access_key(id)).unwrap().map(|key| key.secret.expose().to_owned())
}

#[test]
fn a_cached_key_is_never_older_than_its_limit() {
    let (source, clock, cache) = cache();
    source.put("one", "first");
    assert_eq!(secret_of(&cache, "one").unwrap(), "first");
    source.put("one", "second");
    clock.0.store(KEY_STALE_NS_MAX - 1, Ordering::Relaxed);
    assert_eq!(secret_of(&cache, "one").unwrap(), "first");
    assert_eq!(source.asked(), 1);
    clock.0.store(KEY_STALE_NS_MAX, Ordering::Relaxed);
    assert_eq!(secret_of(&cache, "one").unwrap(), "second");
    source.keys.lock().unwrap().clear();
    clock.0.store(2 * KEY_STALE_NS_MAX, Ordering::Relaxed);
    assert_eq!(secret_of(&cache, "one"), None, "a key that was removed is gone");
    assert!(cache.is_empty());
}

#[test]
fn what_is_changed_here_counts_at_once() {
    let (source, _, cache) = cache();
    assert_eq!(secret_of(&cache, "one"), None);
    source.put("one", "first");
    assert_eq!(secret_of(&cache, "one").unwrap(), "first", "unknown ids are not cached");
    source.put("one", "second");
    cache.forget("one");
    assert_eq!(secret_of(&cache, "one").unwrap(), "second");
}

/// A change of a group changes what all its users may do: no id says which keys these are.
#[test]
fn a_change_of_the_source_s_generation_counts_at_once_for_every_key() {
    let (source, _, cache) = cache();
    for id in ["one", "two"] {
        source.put(id, "first");
        assert_eq!(secret_of(&cache, id).unwrap(), "first");
        source.put(id, "second");
        assert_eq!(secret_of(&cache, id).unwrap(), "first", "it is cached");
    }
    source.generation.fetch_add(1, Ordering::Relaxed);
    source.asked();
    for id in ["one", "two", "one", "two"] {
        assert_eq!(secret_of(&cache, id).unwrap(), "second");
    }
    assert_eq!(source.asked(), 2, "each is asked for once");
}

#[test]
fn a_look_up_that_began_before_a_change_does_not_bring_the_old_key_back() {
    struct ChangesMeanwhile(Changing, Mutex<Option<Arc<KeyCache>>>);
    impl KeySource for ChangesMeanwhile {
        fn access_key<'a>(&'a self, id: &'a str) -> Found<'a, Arc<AccessKey>> {
            let found = self.0.access_key(id);
            if let Some(cache) = self.1.lock().unwrap().take() {
                self.0.put(id, "second");
                cache.forget(id);
            }
            found
        }

        fn account_id<'a>(&'a self, id: &'a str) -> Found<'a, AccountId> {
            self.0.account_id(id)
        }

        fn owner<'a>(&'a self, name: AccountName<'a>) -> Found<'a, Owner> {
            self.0.owner(name)
        }

        fn session<'a>(&'a self, presented: PresentedToken<'a>) -> Opened<'a> {
            self.0.session(presented)
        }

        fn note_use<'a>(&'a self, of: KeyUse<'a>) -> Noted<'a> {
            self.0.note_use(of)
        }

        fn generation(&self) -> u64 {
            self.0.generation()
        }
    }
    let source = Arc::new(ChangesMeanwhile(Changing::default(), Mutex::new(None)));
    let cache = Arc::new(KeyCache::new(source.clone(), Arc::new(ByHand(AtomicU64::new(0)))));
    source.0.put("one", "first");
    *source.1.lock().unwrap() = Some(cache.clone());
    assert_eq!(secret_of(&cache, "one").unwrap(), "first", "the look-up began before");
    assert_eq!(secret_of(&cache, "one").unwrap(), "second");
}

#[test]
fn a_source_that_fails_is_no_key_that_is_missing() {
    let (source, clock, cache) = cache();
    source.put("one", "first");
    assert!(secret_of(&cache, "one").is_some());
    *source.fails.lock().unwrap() = true;
    assert!(secret_of(&cache, "one").is_some(), "while the cached key is fresh");
    clock.0.store(KEY_STALE_NS_MAX, Ordering::Relaxed);
    assert_eq!(now(cache.access_key("one")).unwrap_err().to_string(), "down");
}

#[test]
fn the_cache_is_bounded() {
    let (source, _, cache) = cache();
    for n in 0..3 * KEYS_CACHED_MAX {
        let id = format!("key {n}");
        source.put(&id, "secret");
        assert!(secret_of(&cache, &id).is_some());
    }
    assert!(cache.len() <= KEYS_CACHED_MAX, "{}", cache.len());
    assert_eq!(secret_of(&cache, &"x".repeat(1 << 20)), None);
    source.asked();
    assert_eq!(secret_of(&cache, &"x".repeat(1 << 20)), None);
    assert_eq!(source.asked(), 0, "no key has so long an id");
}

/// A look-up is noted once, however often the key signs before the next.
#[test]
fn the_use_of_a_key_is_noted_once_for_each_look_up() {
    let (source, clock) = (Arc::new(Changing::default()), Arc::new(ByHand(AtomicU64::new(0))));
    source.put("k", "first");
    let cache = KeyCache::new(source.clone(), clock.clone());
    let sign = || {
        let key = now(cache.access_key("k")).unwrap().unwrap();
        let note = cache.note_use(&key, "s3", || "us-east-1".into());
        note.into_iter().for_each(now);
    };
    sign();
    sign();
    assert_eq!(source.used.lock().unwrap().len(), 1);
    source.put("k", "first");
    clock.0.store(KEY_STALE_NS_MAX, Ordering::Relaxed);
    sign();
    assert_eq!(*source.used.lock().unwrap(), ["k", "k"]);
}
