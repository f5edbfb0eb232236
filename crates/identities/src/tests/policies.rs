use super::{World, allow, code, user_policies};
use crate::limits::{ATTACHED_POLICIES_MAX, POLICY_VERSIONS_MAX};
use crate::{EntityFilter, IdentityKind, NewIdentity, NewPolicy, Paging, PolicyFilter};

#[test]
fn inline_policies_are_put_read_and_removed() {
    let world = World::new();
    let (ids, ann) = (&world.identities, world.user("ann"));
    world.create_user("ann");
    let document = allow("s3:*").replace("\":", "\": ");
    world.run(ids.put_inline_policy(ann, "P", &document)).unwrap();
    assert_eq!(world.run(ids.inline_policy(ann, "P")).unwrap(), document, "as it came");
    assert_eq!(code(world.run(ids.inline_policy(ann, "p"))), "NoSuchEntity");
    world.run(ids.put_inline_policy(ann, "P", &allow("s3:Get*"))).unwrap();
    assert_eq!(world.run(ids.identity(ann)).unwrap().inline.len(), 1);
    assert_eq!(code(world.run(ids.put_inline_policy(ann, "a b", &document))), "ValidationError");
    let bad = world.run(ids.put_inline_policy(ann, "Q", "{}"));
    assert_eq!(code(bad), "MalformedPolicyDocument");
    let nobody = world.run(ids.put_inline_policy(world.user("x"), "Q", &document));
    assert_eq!(code(nobody), "NoSuchEntity");
    world.run(ids.delete_inline_policy(ann, "P")).unwrap();
    assert_eq!(code(world.run(ids.delete_inline_policy(ann, "P"))), "NoSuchEntity");
}

/// A policy of so many characters without white space.
fn of_chars(chars: usize) -> String {
    let text = allow("s3:x");
    text.replace("s3:x", &format!("s3:{}", "x".repeat(chars - text.len() + 1)))
}

#[test]
fn inline_policies_are_bounded_together_and_white_space_is_free() {
    let world = World::new();
    world.create_user("ann");
    world.create_group("g");
    for (identity, max) in [(world.user("ann"), 2_048), (world.group("g"), 5_120)] {
        let put = |name: &str, chars: usize| {
            let document = of_chars(chars).replace("{", " { ");
            world.run(world.identities.put_inline_policy(identity, name, &document))
        };
        put("a", max - 100).unwrap();
        assert_eq!(code(put("b", 101)), "LimitExceeded");
        put("b", 100).unwrap();
        put("a", max - 100).unwrap();
        assert_eq!(code(put("c", 100)), "LimitExceeded");
    }
}

#[test]
fn a_managed_policy_has_versions() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    let new = NewPolicy {
        name: "Reads".into(),
        path: Some("/a/".into()),
        document: allow("s3:Get*"),
        description: Some("what it is for".into()),
        tags: vec![("k".into(), "v".into())],
    };
    let policy = world.run(ids.create_policy(account, new.clone())).unwrap();
    let arn = policy.arn(account);
    assert_eq!(arn, "arn:aws:iam::111122223333:policy/a/Reads");
    assert!(policy.id.starts_with("ANPA"));
    assert_eq!(world.run(ids.policy(account, &arn)).unwrap(), policy);
    let other = NewPolicy { name: "READS".into(), path: None, ..new };
    assert_eq!(code(world.run(ids.create_policy(account, other))), "EntityAlreadyExists");
    for wrong in
        ["arn:aws:iam::111122223333:policy/Reads", "arn:aws:iam::999999999999:policy/a/Reads"]
    {
        assert_eq!(code(world.run(ids.policy(account, wrong))), "NoSuchEntity", "{wrong}");
    }
    for wrong in ["Reads", "arn:aws:iam::111122223333:user/a", "arn:aws:iam::111122223333:policy/"]
    {
        assert_eq!(code(world.run(ids.policy(account, wrong))), "InvalidInput", "{wrong}");
    }
    let version = |n: u32, default| {
        let document = allow(&format!("s3:Put{n}"));
        world.run(ids.create_policy_version(account, &arn, &document, default))
    };
    for n in 2..=POLICY_VERSIONS_MAX as u32 {
        assert_eq!(version(n, n == 3).unwrap().number, n);
    }
    assert_eq!(code(version(9, true)), "LimitExceeded");
    assert_eq!(world.run(ids.policy(account, &arn)).unwrap().default_version, 3);
    assert_eq!(code(world.run(ids.delete_policy_version(account, &arn, 3))), "DeleteConflict");
    assert_eq!(code(world.run(ids.delete_policy_version(account, &arn, 9))), "NoSuchEntity");
    assert_eq!(code(world.run(ids.delete_policy(account, &arn))), "DeleteConflict");
    world.run(ids.delete_policy_version(account, &arn, 5)).unwrap();
    assert_eq!(code(world.run(ids.policy_version(account, &arn, 5))), "NoSuchEntity");
    assert_eq!(version(6, false).unwrap().number, 6, "no number is used twice");
    world.run(ids.set_default_policy_version(account, &arn, 6)).unwrap();
    assert_eq!(code(world.run(ids.set_default_policy_version(account, &arn, 5))), "NoSuchEntity");
    let (_, document) = world.run(ids.policy_version(account, &arn, 6)).unwrap();
    assert_eq!(document, allow("s3:Put6"));
    for n in 1..5 {
        world.run(ids.delete_policy_version(account, &arn, n)).unwrap();
    }
    world.run(ids.delete_policy(account, &arn)).unwrap();
    assert_eq!(code(world.run(ids.policy(account, &arn))), "NoSuchEntity");
    assert!(!world.store.dump().iter().any(|(row, _)| row.suffix.starts_with(b"v")));
}

#[test]
fn a_managed_policy_is_bounded_and_tagged() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    let create = |chars| {
        let new = NewPolicy { name: "p".into(), document: of_chars(chars), ..NewPolicy::default() };
        world.run(ids.create_policy(account, new))
    };
    assert_eq!(code(create(6_145)), "LimitExceeded");
    let arn = create(6_144).unwrap().arn(account);
    world.run(ids.tag_policy(account, &arn, &[("a".into(), "b".into())])).unwrap();
    assert_eq!(world.run(ids.policy(account, &arn)).unwrap().tags.len(), 1);
    world.run(ids.untag_policy(account, &arn, &["A".into()])).unwrap();
    assert!(world.run(ids.policy(account, &arn)).unwrap().tags.is_empty());
}

#[test]
fn a_policy_knows_who_has_it() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    let arn = world.create_policy("reads", "s3:Get*");
    world.create_user("ann");
    world.create_group("g");
    world.run(ids.attach_policy(world.user("ann"), &arn)).unwrap();
    world.run(ids.attach_policy(world.user("ANN"), &arn)).unwrap();
    world.run(ids.attach_policy(world.group("g"), &arn)).unwrap();
    world.run(ids.set_boundary(world.user("ann"), Some(&arn))).unwrap();
    world.run(ids.set_boundary(world.user("ann"), Some(&arn))).unwrap();
    let policy = world.run(ids.policy(account, &arn)).unwrap();
    assert_eq!((policy.attachments, policy.boundary_uses), (2, 1));
    let who = |filter: EntityFilter| {
        let (mut who, mut paging) = (Vec::new(), Paging::first(1));
        loop {
            let page = ids.entities_of_policy(account, &arn, &filter, &paging);
            let page = world.run(page).unwrap();
            who.extend(page.entries.into_iter().map(|e| (e.kind, e.record.name, e.is_boundary)));
            paging.marker = page.marker;
            if paging.marker.is_none() {
                return who;
            }
        }
    };
    let (user, group) = (IdentityKind::User, IdentityKind::Group);
    let all = vec![
        (group, "g".to_owned(), false),
        (user, "ann".to_owned(), false),
        (user, "ann".to_owned(), true),
    ];
    assert_eq!(who(EntityFilter::default()), all);
    let only = |kind| EntityFilter { kind: Some(kind), ..EntityFilter::default() };
    assert_eq!(who(only(group)), all[..1]);
    assert_eq!(who(EntityFilter { is_boundary: Some(true), ..EntityFilter::default() }), all[2..]);
    let elsewhere = EntityFilter { path_prefix: Some("/x".into()), ..EntityFilter::default() };
    assert_eq!(who(elsewhere), []);
    assert_eq!(code(world.run(ids.delete_policy(account, &arn))), "DeleteConflict");
    world.run(ids.detach_policy(world.user("ann"), &arn)).unwrap();
    assert_eq!(code(world.run(ids.detach_policy(world.user("ann"), &arn))), "NoSuchEntity");
    world.run(ids.detach_policy(world.group("g"), &arn)).unwrap();
    assert_eq!(code(world.run(ids.delete_policy(account, &arn))), "DeleteConflict");
    world.run(ids.set_boundary(world.user("ann"), None)).unwrap();
    let none = world.run(ids.set_boundary(world.user("ann"), None));
    assert_eq!(code(none), "NoSuchEntity");
    world.run(ids.delete_policy(account, &arn)).unwrap();
}

#[test]
fn only_what_is_there_is_attached_and_only_so_many() {
    let world = World::new();
    let (ids, ann) = (&world.identities, world.user("ann"));
    world.create_user("ann");
    let missing = "arn:aws:iam::111122223333:policy/none";
    assert_eq!(code(world.run(ids.attach_policy(ann, missing))), "NoSuchEntity");
    assert_eq!(code(world.run(ids.set_boundary(ann, Some(missing)))), "NoSuchEntity");
    let boundary = NewIdentity { boundary: Some(missing.into()), ..NewIdentity::default() };
    assert_eq!(code(world.run(ids.create_identity(world.user("bea"), boundary))), "NoSuchEntity");
    for n in 0..=ATTACHED_POLICIES_MAX {
        let arn = world.create_policy(&format!("p{n}"), "s3:*");
        let attached = world.run(ids.attach_policy(ann, &arn));
        if n < ATTACHED_POLICIES_MAX {
            attached.unwrap();
        } else {
            assert_eq!(code(attached), "LimitExceeded");
        }
    }
}

#[test]
fn a_new_default_version_is_what_users_have() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    let arn = world.create_policy("p", "s3:Get*");
    world.create_user("ann");
    let key = world.run(ids.create_access_key(account, Some("ann"))).unwrap().id;
    world.run(ids.attach_policy(world.user("ann"), &arn)).unwrap();
    world.run(ids.set_boundary(world.user("ann"), Some(&arn))).unwrap();
    let policies = || user_policies(&world.signs_with(&key).unwrap());
    let before = policies();
    assert_eq!(before.boundary.as_ref().unwrap().name, arn);
    assert_eq!(before.policies[0].policy, before.boundary.as_ref().unwrap().policy);
    world.run(ids.create_policy_version(account, &arn, &allow("s3:Put*"), false)).unwrap();
    assert_eq!(policies().policies[0].policy, before.policies[0].policy);
    world.run(ids.set_default_policy_version(account, &arn, 2)).unwrap();
    assert_ne!(policies().policies[0].policy, before.policies[0].policy);
    assert_ne!(policies().boundary.as_ref().unwrap().policy, before.policies[0].policy);
}

#[test]
fn aws_s_own_policies_are_attached_by_their_arns() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    let arn = "arn:aws:iam::aws:policy/AmazonS3ReadOnlyAccess";
    world.create_user("ann");
    world.create_policy("AmazonS3ReadOnlyAccess", "s3:*");
    let key = world.run(ids.create_access_key(account, Some("ann"))).unwrap().id;
    world.run(ids.attach_policy(world.user("ann"), arn)).unwrap();
    assert_eq!(world.policies_of(&key), [arn]);
    let policy = world.run(ids.policy(account, arn)).unwrap();
    assert_eq!((policy.attachments, policy.boundary_uses), (1, 0));
    let (_, document) = world.run(ids.policy_version(account, arn, 1)).unwrap();
    assert!(document.contains("s3:Get*"));
    let attached = PolicyFilter { only_attached: true, ..PolicyFilter::default() };
    let listed = world.run(ids.list_aws_policies(account, &attached)).unwrap();
    assert_eq!(listed, [policy]);
    let own = world.run(ids.list_policies(account, attached, &Paging::first(9))).unwrap();
    assert_eq!(own.entries, [], "the account's policy of the same name is another");
    assert_eq!(code(world.run(ids.delete_policy(account, arn))), "PolicyNotAttachable");
    let unknown = "arn:aws:iam::aws:policy/NoSuchPolicy";
    assert_eq!(code(world.run(ids.attach_policy(world.user("ann"), unknown))), "NoSuchEntity");
    world.run(ids.detach_policy(world.user("ann"), arn)).unwrap();
    assert_eq!(world.run(ids.policy(account, arn)).unwrap().attachments, 0);
}

#[test]
fn policies_are_listed_by_path_and_use() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    world.create_user("ann");
    let arn = world.create_policy("b", "s3:*");
    let limit = world.create_policy("c", "s3:*");
    let new = NewPolicy {
        name: "A".into(),
        path: Some("/x/".into()),
        document: allow("s3:*"),
        ..NewPolicy::default()
    };
    world.run(ids.create_policy(account, new)).unwrap();
    world.run(ids.attach_policy(world.user("ann"), &arn)).unwrap();
    world.run(ids.set_boundary(world.user("ann"), Some(&limit))).unwrap();
    let names = |filter: PolicyFilter| {
        let found = world.run(ids.list_policies(account, filter, &Paging::first(9))).unwrap();
        found.entries.into_iter().map(|policy| policy.name).collect::<Vec<_>>().join(" ")
    };
    assert_eq!(names(PolicyFilter::default()), "A b c");
    let x = PolicyFilter { path_prefix: Some("/x".into()), ..PolicyFilter::default() };
    assert_eq!(names(x), "A");
    assert_eq!(names(PolicyFilter { only_attached: true, ..PolicyFilter::default() }), "b c");
    assert_eq!(names(PolicyFilter { only_boundaries: true, ..PolicyFilter::default() }), "c");
}
