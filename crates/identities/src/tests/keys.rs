use super::failing::Fate;
use super::{World, code};
use crate::access_keys::USE_NOTED_EVERY_MS;
use crate::{AccessKeyStatus, IdentityRef, MasterKey, NewAccount};
use larder_iam::{KeyCache, KeySource, Principal, SecretKey};
use std::sync::Arc;

#[test]
fn a_key_signs_until_it_is_inactive_or_removed() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    world.create_user("ann");
    let key = world.run(ids.create_access_key(account, Some("ann"))).unwrap();
    assert!(key.id.starts_with("AKIA") && key.id.len() == 20, "{}", key.id);
    assert_eq!(key.secret.expose().len(), 40);
    let found = world.signs_with(&key.id).unwrap();
    assert_eq!(found.secret.expose(), key.secret.expose());
    assert_eq!(found.principal.to_string(), "arn:aws:iam::111122223333:user/ann");
    assert!(found.session.is_none());
    let update = |status| world.run(ids.update_access_key(account, Some("ann"), &key.id, status));
    update(AccessKeyStatus::Inactive).unwrap();
    assert!(world.signs_with(&key.id).is_none());
    let listed = world.run(ids.list_access_keys(account, Some("ann"))).unwrap();
    assert_eq!((listed[0].0.as_str(), listed[0].1.is_active), (key.id.as_str(), false));
    update(AccessKeyStatus::Active).unwrap();
    assert!(world.signs_with(&key.id).is_some());
    world.run(ids.delete_access_key(account, Some("ann"), &key.id)).unwrap();
    assert!(world.signs_with(&key.id).is_none());
    assert_eq!(code(update(AccessKeyStatus::Active)), "NoSuchEntity");
    assert!(world.run(ids.list_access_keys(account, Some("ann"))).unwrap().is_empty());
}

#[test]
fn the_root_has_keys_too() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    let key = world.run(ids.create_access_key(account, None)).unwrap();
    let principal = &world.signs_with(&key.id).unwrap().principal;
    let Principal::AccountRoot(root) = principal else { panic!("{principal:?}") };
    assert_eq!(root.owner.canonical_id, "canonical-1");
    assert_eq!(world.run(ids.list_access_keys(account, None)).unwrap().len(), 1);
    world.run(ids.delete_access_key(account, None, &key.id)).unwrap();
    assert!(world.signs_with(&key.id).is_none());
}

#[test]
fn a_key_belongs_to_one_user() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    world.create_user("ann");
    world.create_user("bea");
    let key = world.run(ids.create_access_key(account, Some("ann"))).unwrap().id;
    for owner in [Some("bea"), None] {
        let status = AccessKeyStatus::Inactive;
        assert_eq!(
            code(world.run(ids.update_access_key(account, owner, &key, status))),
            "NoSuchEntity"
        );
        assert_eq!(code(world.run(ids.delete_access_key(account, owner, &key))), "NoSuchEntity");
    }
    let other = NewAccount { name: "other".into(), ..NewAccount::default() };
    let other = world.run(ids.create_account(other)).unwrap().id;
    let new = crate::NewIdentity::default();
    world.run(ids.create_identity(IdentityRef::user(&other, "ann"), new)).unwrap();
    assert_eq!(code(world.run(ids.delete_access_key(&other, Some("ann"), &key))), "NoSuchEntity");
    assert!(world.signs_with(&key).is_some());
}

#[test]
fn there_are_two_keys_at_most() {
    let world = World::new();
    world.create_user("ann");
    for owner in [Some("ann"), None] {
        let create = || world.run(world.identities.create_access_key(&world.account, owner));
        let first = create().unwrap();
        create().unwrap();
        assert_eq!(code(create()), "LimitExceeded");
        world.run(world.identities.delete_access_key(&world.account, owner, &first.id)).unwrap();
        create().unwrap();
    }
}

/// The list is committed before the key: what was cut off between them is no key, and takes a place
/// only for as long as it may be under way elsewhere.
#[test]
fn a_creation_that_was_cut_off_leaves_no_key() {
    for fate in [Fate::Lost, Fate::Unknown] {
        let world = World::new();
        let (ids, account) = (&world.identities, &world.account);
        world.create_user("ann");
        world.store.next(&[fate]);
        assert_eq!(code(world.run(ids.create_access_key(account, Some("ann")))), "ServiceFailure");
        world.store.next(&[Fate::Happens, Fate::Lost]);
        assert_eq!(code(world.run(ids.create_access_key(account, Some("ann")))), "ServiceFailure");
        assert!(world.run(ids.list_access_keys(account, Some("ann"))).unwrap().is_empty());
        world.pass(60_000);
        for _ in 0..2 {
            world.run(ids.create_access_key(account, Some("ann"))).unwrap();
        }
        assert_eq!(world.run(ids.list_access_keys(account, Some("ann"))).unwrap().len(), 2);
    }
}

/// The outcome was not known, and the key is there: then it is listed.
#[test]
fn no_key_signs_that_is_not_listed() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    world.create_user("ann");
    world.store.next(&[Fate::Happens, Fate::Unknown]);
    assert_eq!(code(world.run(ids.create_access_key(account, Some("ann")))), "ServiceFailure");
    let listed = world.run(ids.list_access_keys(account, Some("ann"))).unwrap();
    assert!(world.signs_with(&listed[0].0).is_some());
    world.run(ids.delete_access_key(account, Some("ann"), &listed[0].0)).unwrap();
    assert!(world.signs_with(&listed[0].0).is_none());
}

#[test]
fn a_removal_that_was_cut_off_leaves_no_key_and_can_be_forgotten() {
    for fates in [&[Fate::Happens, Fate::Lost][..], &[Fate::Unknown]] {
        let world = World::new();
        let (ids, account) = (&world.identities, &world.account);
        world.create_user("ann");
        let key = world.run(ids.create_access_key(account, Some("ann"))).unwrap().id;
        world.store.next(fates);
        assert_eq!(
            code(world.run(ids.delete_access_key(account, Some("ann"), &key))),
            "ServiceFailure"
        );
        assert!(world.signs_with(&key).is_none());
        assert!(world.run(ids.list_access_keys(account, Some("ann"))).unwrap().is_empty());
        world.pass(60_000);
        world.run(ids.delete_identity(world.user("ann"))).unwrap();
    }
}

/// The key's row outlives its user where a removal of both was cut off in an unusual way: it does
/// not sign for another user of the same name.
#[test]
fn a_key_does_not_sign_for_a_user_of_the_same_name() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    world.create_user("ann");
    let key = world.run(ids.create_access_key(account, Some("ann"))).unwrap().id;
    let row = crate::rows::address::access_key(&key);
    let (seen, record) = world.run(ids.read_alone::<crate::AccessKeyRecord>(&row)).unwrap();
    world.run(ids.delete_access_key(account, Some("ann"), &key)).unwrap();
    world.run(ids.delete_identity(world.user("ann"))).unwrap();
    world.create_user("ann");
    let (now, _) = world.run(ids.read_alone::<crate::AccessKeyRecord>(&row)).unwrap();
    assert!(seen.write.is_some() && now.write.is_none());
    let value = crate::rows::Record::encode(&record.unwrap()).unwrap();
    assert!(world.run(ids.write_alone(&row, now, Some(value))).unwrap());
    assert!(world.signs_with(&key).is_none());
}

#[test]
fn a_given_key_is_imported_once() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    world.create_user("ann");
    world.create_user("bea");
    let import = |user, id: &str, secret: &str| {
        world.run(ids.import_access_key(account, user, id, SecretKey::new(secret)))
    };
    for _ in 0..2 {
        import(Some("ann"), "given", "given-secret").unwrap();
    }
    assert_eq!(world.signs_with("given").unwrap().secret.expose(), "given-secret");
    for (user, secret) in
        [(Some("ann"), "other-secret"), (Some("bea"), "given-secret"), (None, "given-secret")]
    {
        assert_eq!(code(import(user, "given", secret)), "EntityAlreadyExists");
    }
    assert_eq!(code(import(Some("ann"), "a/b", "given-secret")), "ValidationError");
    assert_eq!(code(import(Some("ann"), "short", "1234567")), "ValidationError");
    assert_eq!(world.run(ids.list_access_keys(account, Some("bea"))).unwrap().len(), 0);
}

#[test]
fn a_secret_is_sealed_and_never_printed() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    let key = world.run(ids.create_access_key(account, None)).unwrap();
    let secret = key.secret.expose().as_bytes();
    for (row, value) in world.store.dump() {
        assert!(!value.windows(secret.len()).any(|window| window == secret), "{row:?}");
    }
    let record = world.run(ids.access_key_record(&key.id)).unwrap().unwrap();
    let printed = format!("{key:?} {record:?} {:?}", world.signs_with(&key.id));
    assert!(!printed.contains(key.secret.expose()), "{printed}");
    assert!(!printed.contains(&format!("{:?}", record.sealed_secret)), "{printed}");
    // A secret does not open in another key's row.
    let other = world.run(ids.create_access_key(account, None)).unwrap();
    let row = crate::rows::address::access_key(&other.id);
    let (seen, _) = world.run(ids.read_alone::<crate::AccessKeyRecord>(&row)).unwrap();
    let value = crate::rows::Record::encode(&record).unwrap();
    assert!(world.run(ids.write_alone(&row, seen, Some(value))).unwrap());
    assert!(world.run(ids.access_key(&other.id)).is_err());
}

#[test]
fn without_its_master_key_no_key_signs() {
    let world = World::new();
    let key = world.run(world.identities.create_access_key(&world.account, None)).unwrap().id;
    let elsewhere = world.elsewhere(MasterKey::new(&[8; 32]));
    assert!(world.run(elsewhere.access_key(&key)).unwrap().is_none());
    let new = world.run(elsewhere.create_access_key(&world.account, None)).unwrap().id;
    assert!(world.run(elsewhere.access_key(&new)).unwrap().is_some());
}

#[test]
fn every_change_counts_at_once_behind_the_cache() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    world.create_user("ann");
    world.create_group("g");
    let key = world.run(ids.create_access_key(account, Some("ann"))).unwrap().id;
    let cache = KeyCache::new(Arc::new(ids.clone()), world.sim.platform().clock.clone());
    let names = || {
        let key = world.run(cache.access_key(&key)).unwrap()?;
        let policies = super::user_policies(&key);
        Some(policies.policies.iter().map(|policy| policy.name.clone()).collect::<Vec<_>>())
    };
    assert_eq!(names(), Some(vec![]));
    world.run(ids.put_inline_policy(world.user("ann"), "own", &super::allow("s3:*"))).unwrap();
    assert_eq!(names(), Some(vec!["own".to_owned()]));
    world.run(ids.add_user_to_group(account, "g", "ann")).unwrap();
    world.run(ids.put_inline_policy(world.group("g"), "shared", &super::allow("s3:*"))).unwrap();
    assert_eq!(names(), Some(vec!["own".to_owned(), "shared".to_owned()]));
    let inactive = AccessKeyStatus::Inactive;
    world.run(ids.update_access_key(account, Some("ann"), &key, inactive)).unwrap();
    assert_eq!(names(), None);
}

#[test]
fn a_key_s_use_is_noted_now_and_then() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    let key = world.run(ids.create_access_key(account, None)).unwrap().id;
    let noted = || world.run(ids.access_key_record(&key)).unwrap().unwrap().last_use;
    assert_eq!(noted(), None);
    world.run(ids.note_access_key_use(&key, "s3", "eu-central-1")).unwrap();
    let first = noted().unwrap();
    assert_eq!((first.service.as_str(), first.region.as_str()), ("s3", "eu-central-1"));
    world.pass(1_000);
    world.run(ids.note_access_key_use(&key, "iam", "us-east-1")).unwrap();
    assert_eq!(noted(), Some(first.clone()));
    world.pass(USE_NOTED_EVERY_MS as u64);
    world.run(ids.note_access_key_use(&key, "iam", "us-east-1")).unwrap();
    assert_eq!(noted().unwrap().service, "iam");
    world.run(ids.note_access_key_use("nobody", "s3", "x")).unwrap();
    assert!(world.signs_with(&key).is_some());
}
