use super::{World, allow, code};
use crate::session_keys::ROTATE_EVERY_MS;
use crate::{
    Credentials, IdentityKind, IdentityRef, MasterKey, NewIdentity, NewSession, RoleDetail,
    SessionOf,
};
use larder_iam::{Principal, SessionError};
use larder_types::Timestamp;

const TRUST: &str =
    r#"{"Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}"#;

fn role(world: &World) -> String {
    let detail = RoleDetail { trust_policy: TRUST.into(), max_session_s: 3_600, description: None };
    let tags = vec![("Team".into(), "red".into()), ("kept".into(), "yes".into())];
    let new = NewIdentity { role: Some(detail), tags, ..NewIdentity::default() };
    let role = IdentityRef::role(&world.account, "reader");
    world.run(world.identities.create_identity(role, new)).unwrap().id
}

fn user_id(world: &World, name: &str) -> String {
    world.run(world.identities.identity(world.user(name))).unwrap().id
}

fn session(world: &World, of: SessionOf) -> NewSession {
    NewSession {
        account: world.account.clone(),
        of,
        duration_s: 900,
        tags: Vec::new(),
        policy: None,
        policy_arns: Vec::new(),
        mfa: false,
    }
}

fn of_role(world: &World, id: &str) -> NewSession {
    let (name, source_identity) = ("nightly".to_owned(), Some("ann".to_owned()));
    session(world, SessionOf::Role { id: id.to_owned(), name, source_identity })
}

fn issue(world: &World, new: NewSession) -> Credentials {
    world.run(world.identities.issue_session(new)).unwrap()
}

fn now(world: &World) -> Timestamp {
    Timestamp { ms: world.sim.platform().wall_ms() }
}

fn open(world: &World, credentials: &Credentials) -> Result<Principal, SessionError> {
    let (id, token) = (&credentials.access_key_id, &credentials.session_token);
    let key = world.run(world.identities.open_session(id, token, now(world)))?;
    assert_eq!(key.secret.expose(), credentials.secret.expose());
    assert_eq!(key.session.unwrap().expires_at, credentials.expires_at);
    Ok(key.principal.clone())
}

#[test]
fn a_role_s_session_is_the_role_with_its_own_tags_and_policies() {
    let world = World::new();
    let id = role(&world);
    let policy = world.create_policy("limit", "s3:Get*");
    let reader = IdentityRef::role(&world.account, "reader");
    world.run(world.identities.put_inline_policy(reader, "own", &allow("s3:*"))).unwrap();
    let credentials = issue(
        &world,
        NewSession {
            tags: vec![("team".into(), "blue".into())],
            policy: Some(allow("s3:List*").replace(',', ",   ")),
            policy_arns: vec![policy.clone()],
            mfa: true,
            ..of_role(&world, &id)
        },
    );
    assert!(credentials.access_key_id.starts_with("ASIA"));
    let opened = open(&world, &credentials).unwrap();
    assert_eq!(opened.to_string(), "arn:aws:sts::111122223333:assumed-role/reader/nightly");
    let Principal::RoleSession(session) = &opened else { panic!("{opened:?}") };
    assert_eq!((session.role_id.as_str(), session.source_identity.as_deref()), (&*id, Some("ann")));
    assert_eq!(
        session.tags,
        [("kept".to_owned(), "yes".to_owned()), ("team".to_owned(), "blue".to_owned())]
    );
    assert_eq!(session.policies.policies[0].name, "own");
    let names: Vec<_> = session.session_policies.iter().map(|p| p.name.as_str()).collect();
    assert_eq!(names, ["", &policy]);
    let printed = format!("{credentials:?} {opened:?}");
    assert!(!printed.contains(credentials.secret.expose()), "{printed}");
    assert!(!printed.contains(&credentials.session_token), "{printed}");
}

#[test]
fn users_and_the_root_have_sessions_too() {
    let world = World::new();
    world.create_user("ann");
    let id = user_id(&world, "ann");
    for (of, arn) in [
        (SessionOf::User { user_id: Some(id.clone()) }, "arn:aws:iam::111122223333:user/ann"),
        (SessionOf::User { user_id: None }, "arn:aws:iam::111122223333:root"),
        (
            SessionOf::Federated { user_id: Some(id.clone()), name: "guest".into() },
            "arn:aws:sts::111122223333:federated-user/guest",
        ),
        (
            SessionOf::Federated { user_id: None, name: "guest".into() },
            "arn:aws:sts::111122223333:federated-user/guest",
        ),
    ] {
        let opened = open(&world, &issue(&world, session(&world, of))).unwrap();
        assert_eq!(opened.to_string(), arn);
        if let Principal::FederatedSession(session) = &opened {
            assert!(session.session_policies.is_empty());
            assert!(session.user.as_ref().is_none_or(|user| user.id == id));
        }
    }
}

#[test]
fn a_token_is_its_own_key_s_and_unchanged() {
    let world = World::new();
    let id = role(&world);
    let (first, second) =
        (issue(&world, of_role(&world, &id)), issue(&world, of_role(&world, &id)));
    let mixed = Credentials { session_token: second.session_token.clone(), ..first.clone() };
    assert_eq!(open(&world, &mixed), Err(SessionError::Invalid));
    assert!(open(&world, &first).is_ok(), "and it is cached now");
    assert_eq!(open(&world, &mixed), Err(SessionError::Invalid));
    let token = &first.session_token;
    for at in 0..token.len() {
        let mut changed = token.clone().into_bytes();
        changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
        let session_token = String::from_utf8(changed).unwrap();
        let changed = Credentials { session_token, ..first.clone() };
        assert_eq!(open(&world, &changed), Err(SessionError::Invalid), "character {at}");
    }
    for garbage in ["", "x", "AAAA", &"A".repeat(1 << 20)] {
        let garbage = Credentials { session_token: garbage.into(), ..first.clone() };
        assert_eq!(open(&world, &garbage), Err(SessionError::Invalid));
    }
}

#[test]
fn a_session_ends() {
    let world = World::new();
    let id = role(&world);
    for is_cached in [false, true] {
        let credentials = issue(&world, of_role(&world, &id));
        world.pass(899_500);
        if is_cached {
            open(&world, &credentials).unwrap();
        }
        world.pass(500);
        assert_eq!(open(&world, &credentials), Err(SessionError::Expired));
    }
}

#[test]
fn who_is_gone_stops_acting_at_once() {
    let world = World::new();
    world.create_user("ann");
    let user_id = Some(user_id(&world, "ann"));
    let id = role(&world);
    let policy = world.create_policy("limit", "s3:Get*");
    let of_user = issue(&world, session(&world, SessionOf::User { user_id }));
    let of_role =
        issue(&world, NewSession { policy_arns: vec![policy.clone()], ..of_role(&world, &id) });
    assert!(open(&world, &of_user).is_ok() && open(&world, &of_role).is_ok());
    world.run(world.identities.delete_policy(&world.account, &policy)).unwrap();
    assert_eq!(open(&world, &of_role), Err(SessionError::Invalid), "what limited it is gone");
    world.create_policy("limit", "s3:Get*");
    assert!(open(&world, &of_role).is_ok());
    let reader = IdentityRef::role(&world.account, "reader");
    world.run(world.identities.delete_identity(reader)).unwrap();
    assert_eq!(open(&world, &of_role), Err(SessionError::Invalid));
    role(&world);
    assert_eq!(open(&world, &of_role), Err(SessionError::Invalid), "another role of the name");
    world.run(world.identities.delete_identity(world.user("ann"))).unwrap();
    assert_eq!(open(&world, &of_user), Err(SessionError::Invalid));
}

#[test]
fn the_keys_of_tokens_rotate_and_old_tokens_open_until_they_end() {
    let world = World::new();
    let long =
        || NewSession { duration_s: 129_600, ..session(&world, SessionOf::User { user_id: None }) };
    let first = issue(&world, long());
    world.pass(ROTATE_EVERY_MS as u64);
    let second = issue(&world, long());
    assert_ne!(first.session_token[..8], second.session_token[..8], "another key's fingerprint");
    assert!(open(&world, &first).is_ok() && open(&world, &second).is_ok());
    // Another process reads the keys from the store, and one without the master key cannot.
    let elsewhere = world.elsewhere(MasterKey::new(&[7; 32]));
    let opened = elsewhere.open_session(&first.access_key_id, &first.session_token, now(&world));
    assert!(world.run(opened).is_ok());
    let stranger = world.elsewhere(MasterKey::new(&[8; 32]));
    let opened = stranger.open_session(&first.access_key_id, &first.session_token, now(&world));
    assert_eq!(world.run(opened).err(), Some(SessionError::Invalid));
    for _ in 0..5 {
        world.pass(ROTATE_EVERY_MS as u64);
        issue(&world, long());
    }
    let row = crate::rows::address::system_keys();
    let (_, keys) =
        world.run(world.identities.read_alone::<crate::rows::SystemKeys>(&row)).unwrap();
    assert!((2..=4).contains(&keys.unwrap().session_keys.len()), "what is over is dropped");
}

#[test]
fn what_no_session_may_be_is_refused() {
    let world = World::new();
    let id = role(&world);
    let refused = |new: NewSession| code(world.run(world.identities.issue_session(new)));
    let named = |name: &str, source: Option<&str>| {
        let (name, source_identity) = (name.to_owned(), source.map(str::to_owned));
        session(&world, SessionOf::Role { id: id.clone(), name, source_identity })
    };
    for name in ["", "a", "a b", "a/b", &"n".repeat(65)] {
        assert_eq!(refused(named(name, None)), "ValidationError", "{name}");
        assert_eq!(refused(named("good", Some(name))), "ValidationError", "{name}");
    }
    for duration_s in [0, 899, 3_601] {
        let new = NewSession { duration_s, ..of_role(&world, &id) };
        assert_eq!(refused(new), "ValidationError", "{duration_s}");
    }
    let root = session(&world, SessionOf::User { user_id: None });
    assert_eq!(refused(NewSession { duration_s: 129_601, ..root }), "ValidationError");
    let policy = |policy: &str| NewSession { policy: Some(policy.into()), ..of_role(&world, &id) };
    assert_eq!(refused(policy("{}")), "MalformedPolicyDocument");
    let long = allow(&format!("s3:{}", "x".repeat(2_048)));
    assert_eq!(refused(policy(&long)), "PackedPolicyTooLarge");
    let none = "arn:aws:iam::111122223333:policy/none".to_owned();
    let arns = |policy_arns: Vec<String>| NewSession { policy_arns, ..of_role(&world, &id) };
    assert_eq!(refused(arns(vec![none.clone()])), "NoSuchEntity");
    assert_eq!(refused(arns(vec![none; 11])), "ValidationError");
    let tags = (0..50).map(|n| (format!("k{n}"), "v".repeat(200))).collect();
    assert_eq!(refused(NewSession { tags, ..of_role(&world, &id) }), "PackedPolicyTooLarge");
    world.create_user("ann");
    let of_user =
        SessionOf::Role { id: user_id(&world, "ann"), name: "name".into(), source_identity: None };
    assert_eq!(refused(session(&world, of_user)), "NoSuchEntity", "a user is no role");
    let (kind, _) = world
        .run(world.identities.identity_of_id(&world.account, &id))
        .unwrap()
        .expect("the role is there");
    assert_eq!(kind, IdentityKind::Role);
}
