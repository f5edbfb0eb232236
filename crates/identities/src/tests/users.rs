use super::{World, code};
use crate::{IdentityKind, IdentityRef, NewIdentity, Paging, RoleDetail, UpdateIdentity};
use larder_types::AccountId;

#[test]
fn a_user_is_created_found_and_removed() {
    let world = World::new();
    let tags = vec![("team".to_owned(), "red".to_owned())];
    let new = NewIdentity { path: Some("/a/".into()), tags, ..NewIdentity::default() };
    let user = world.user("Ann");
    let created = world.run(world.identities.create_identity(user, new)).unwrap();
    assert_eq!(
        created.arn(IdentityKind::User, &world.account),
        "arn:aws:iam::111122223333:user/a/Ann"
    );
    assert!(created.id.starts_with("AIDA") && created.id.len() == 21, "{}", created.id);
    let found = world.run(world.identities.identity(world.user("aNN"))).unwrap();
    assert_eq!(found, created, "case does not matter");
    let again =
        world.run(world.identities.create_identity(world.user("ANN"), NewIdentity::default()));
    assert_eq!(again.unwrap_err().to_string(), "User with name ANN already exists.");
    let by_id = world.run(world.identities.identity_of_id(&world.account, &created.id)).unwrap();
    assert_eq!(by_id, Some((IdentityKind::User, created.clone())));
    world.run(world.identities.delete_identity(world.user("ann"))).unwrap();
    assert_eq!(code(world.run(world.identities.identity(user))), "NoSuchEntity");
    assert_eq!(code(world.run(world.identities.delete_identity(user))), "NoSuchEntity");
    assert_eq!(
        world.run(world.identities.identity_of_id(&world.account, &created.id)).unwrap(),
        None
    );
    world.create_user("Ann");
    let other = world.run(world.identities.identity(user)).unwrap();
    assert_ne!(other.id, created.id, "the name is somebody else's now");
    let account = world.run(world.identities.account(&world.account)).unwrap().unwrap();
    assert_eq!(account.counts.users, 1);
}

#[test]
fn kinds_have_names_of_their_own_and_accounts_too() {
    let world = World::new();
    world.create_user("same");
    world.create_group("same");
    let nobody = AccountId::new("999999999999").unwrap();
    let user = IdentityRef::user(&nobody, "same");
    let refused = world.run(world.identities.create_identity(user, NewIdentity::default()));
    assert_eq!(code(refused), "NoSuchEntity");
    assert_eq!(code(world.run(world.identities.identity(user))), "NoSuchEntity");
}

#[test]
fn a_renamed_user_takes_along_what_it_has() {
    let world = World::new();
    let policy = world.create_policy("reads", "s3:Get*");
    let limit = world.create_policy("limit", "s3:*");
    world.create_user("ann");
    world.create_user("taken");
    world.create_group("readers");
    let ids = &world.identities;
    world.run(ids.add_user_to_group(&world.account, "readers", "ann")).unwrap();
    world.run(ids.attach_policy(world.user("ann"), &policy)).unwrap();
    world.run(ids.set_boundary(world.user("ann"), Some(&limit))).unwrap();
    let key = world.run(ids.create_access_key(&world.account, Some("ann"))).unwrap();
    let rename = |from: &str, to: &str| {
        let update =
            UpdateIdentity { new_name: Some(to.to_owned()), new_path: Some("/p/".to_owned()) };
        world.run(ids.update_identity(world.user(from), &update))
    };
    assert_eq!(code(rename("ann", "Taken")), "EntityAlreadyExists");
    assert_eq!(code(rename("nobody", "x")), "NoSuchEntity");
    for (from, to) in [("ann", "Ann"), ("Ann", "Bea")] {
        let renamed = rename(from, to).unwrap();
        assert_eq!((renamed.name.as_str(), renamed.path.as_str()), (to, "/p/"));
        let principal = &world.signs_with(&key.id).unwrap().principal;
        assert_eq!(principal.to_string(), format!("arn:aws:iam::111122223333:user/p/{to}"));
        let paging = Paging::first(9);
        let members = world.run(ids.users_in_group(&world.account, "readers", &paging)).unwrap();
        assert_eq!(members.entries, std::slice::from_ref(&renamed));
        let filter = crate::EntityFilter::default();
        for arn in [&policy, &limit] {
            let who = ids.entities_of_policy(&world.account, arn, &filter, &paging);
            let who = world.run(who).unwrap().entries;
            assert_eq!(who.len(), 1);
            assert_eq!((&who[0].record, who[0].is_boundary), (&renamed, *arn == limit));
        }
    }
    assert_eq!(code(world.run(ids.identity(world.user("ann")))), "NoSuchEntity");
    // Everything can be taken away again under the new name.
    world.run(ids.delete_access_key(&world.account, Some("bea"), &key.id)).unwrap();
    world.run(ids.remove_user_from_group(&world.account, "readers", "bea")).unwrap();
    world.run(ids.detach_policy(world.user("bea"), &policy)).unwrap();
    world.run(ids.delete_identity(world.user("bea"))).unwrap();
    world.run(ids.delete_identity(world.group("readers"))).unwrap();
    for arn in [&policy, &limit] {
        world.run(ids.delete_policy(&world.account, arn)).unwrap();
    }
}

#[test]
fn a_user_who_has_something_is_not_removed() {
    let world = World::new();
    let policy = world.create_policy("reads", "s3:Get*");
    world.create_user("ann");
    world.create_group("readers");
    let (ids, ann) = (&world.identities, world.user("ann"));
    let refused = || code(world.run(ids.delete_identity(ann)));
    let key = world.run(ids.create_access_key(&world.account, Some("ann"))).unwrap();
    assert_eq!(refused(), "DeleteConflict");
    world.run(ids.delete_access_key(&world.account, Some("ann"), &key.id)).unwrap();
    world.run(ids.put_inline_policy(ann, "p", &super::allow("s3:*"))).unwrap();
    assert_eq!(refused(), "DeleteConflict");
    world.run(ids.delete_inline_policy(ann, "p")).unwrap();
    world.run(ids.attach_policy(ann, &policy)).unwrap();
    assert_eq!(refused(), "DeleteConflict");
    world.run(ids.detach_policy(ann, &policy)).unwrap();
    world.run(ids.add_user_to_group(&world.account, "readers", "ann")).unwrap();
    assert_eq!(refused(), "DeleteConflict");
    assert_eq!(code(world.run(ids.delete_identity(world.group("readers")))), "DeleteConflict");
    world.run(ids.remove_user_from_group(&world.account, "readers", "ann")).unwrap();
    world.run(ids.delete_identity(ann)).unwrap();
    world.run(ids.delete_identity(world.group("readers"))).unwrap();
}

#[test]
fn users_are_listed_by_name_and_path() {
    let world = World::new();
    for (name, path) in [("b", "/x/"), ("A", "/"), ("c", "/x/y/"), ("ab", "/x/")] {
        let new = NewIdentity { path: Some(path.into()), ..NewIdentity::default() };
        world.run(world.identities.create_identity(world.user(name), new)).unwrap();
    }
    world.create_group("g");
    let list = |path: Option<&str>, max| {
        let (mut names, mut paging) = (Vec::new(), Paging::first(max));
        loop {
            let page =
                world.identities.list_identities(&world.account, IdentityKind::User, path, &paging);
            let page = world.run(page).unwrap();
            assert!(page.entries.len() <= max);
            names.extend(page.entries.into_iter().map(|user| user.name));
            paging.marker = page.marker;
            if paging.marker.is_none() {
                return names.join(" ");
            }
        }
    };
    for max in [1, 2, 3, 4, 100] {
        assert_eq!(list(None, max), "A ab b c");
        assert_eq!(list(Some("/x/"), max), "ab b c");
        assert_eq!(list(Some("/x/y"), max), "c");
        assert_eq!(list(Some("/z"), max), "");
    }
    let paging = Paging { marker: Some("no marker!".into()), max: 1 };
    let page = world.identities.list_identities(&world.account, IdentityKind::User, None, &paging);
    assert_eq!(code(world.run(page)), "ValidationError");
}

#[test]
fn tags_are_set_and_removed() {
    let world = World::new();
    world.create_user("ann");
    let tag = |key: &str| (key.to_owned(), "v".to_owned());
    let (ids, ann) = (&world.identities, world.user("ann"));
    world.run(ids.tag_identity(ann, &[tag("a"), tag("b")])).unwrap();
    world.run(ids.untag_identity(ann, &["A".into(), "none".into()])).unwrap();
    assert_eq!(world.run(ids.identity(ann)).unwrap().tags, [tag("b")]);
    assert_eq!(code(world.run(ids.tag_identity(world.user("x"), &[tag("a")]))), "NoSuchEntity");
    let key = world.run(ids.create_access_key(&world.account, Some("ann"))).unwrap();
    let larder_iam::Principal::User(user) = &world.signs_with(&key.id).unwrap().principal else {
        panic!("a user's key")
    };
    assert_eq!(user.tags, [tag("b")], "conditions know them");
}

/// Tags and policies of unusual length share one row.
#[test]
fn what_does_not_fit_a_row_is_refused() {
    let world = World::new();
    world.create_user("ann");
    let tag = |n: usize| (format!("{n:03}{}", "\u{10400}".repeat(125)), "\u{10400}".repeat(256));
    let tags: Vec<_> = (0..50).map(tag).collect();
    let refused = world.run(world.identities.tag_identity(world.user("ann"), &tags));
    assert_eq!(code(refused), "LimitExceeded");
    assert!(world.run(world.identities.identity(world.user("ann"))).unwrap().tags.is_empty());
}

#[test]
fn a_role_has_a_trust_policy_and_a_longest_session() {
    let world = World::new();
    let trust = |action: &str| {
        format!(
            r#"{{"Statement":{{"Effect":"Allow","Principal":{{"AWS":"*"}},"Action":"{action}"}}}}"#
        )
    };
    let detail = RoleDetail {
        trust_policy: trust("sts:AssumeRole"),
        max_session_s: 3_600,
        description: Some("reads".into()),
    };
    let create = |name: &str, detail: RoleDetail| {
        let new = NewIdentity { role: Some(detail), ..NewIdentity::default() };
        world.run(world.identities.create_identity(IdentityRef::role(&world.account, name), new))
    };
    let role = create("reader", detail.clone()).unwrap();
    assert!(role.id.starts_with("AROA"));
    assert_eq!(role.role.as_ref(), Some(&detail));
    let bad = |change: fn(&mut RoleDetail)| {
        let mut detail = detail.clone();
        change(&mut detail);
        code(create("other", detail))
    };
    assert_eq!(bad(|role| role.max_session_s = 3_599), "ValidationError");
    assert_eq!(bad(|role| role.max_session_s = 43_201), "ValidationError");
    assert_eq!(bad(|role| role.trust_policy = super::allow("s3:*")), "MalformedPolicyDocument");
    assert_eq!(bad(|role| role.description = Some("\u{0}".into())), "ValidationError");
    let update = |change: fn(&mut RoleDetail)| {
        world.run(world.identities.update_role(&world.account, "READER", change))
    };
    update(|role| role.max_session_s = 43_200).unwrap();
    update(|role| role.description = None).unwrap();
    let refused = update(|role| role.trust_policy = "{}".into());
    assert_eq!(code(refused), "MalformedPolicyDocument");
    let role = IdentityRef::role(&world.account, "reader");
    let found = world.run(world.identities.identity(role)).unwrap().role.unwrap();
    assert_eq!(found, RoleDetail { max_session_s: 43_200, description: None, ..detail });
    world.run(world.identities.delete_identity(role)).unwrap();
}
