use super::{World, code};
use crate::limits::GROUPS_PER_USER_MAX;
use crate::{Paging, UpdateIdentity};

#[test]
fn a_user_has_what_its_groups_have() {
    let world = World::new();
    let ids = &world.identities;
    world.create_user("ann");
    world.create_group("readers");
    let key = world.run(ids.create_access_key(&world.account, Some("ann"))).unwrap().id;
    let policy = world.create_policy("reads", "s3:Get*");
    world.run(ids.attach_policy(world.group("readers"), &policy)).unwrap();
    world
        .run(ids.put_inline_policy(world.group("readers"), "lists", &super::allow("s3:List*")))
        .unwrap();
    assert!(world.policies_of(&key).is_empty());
    for _ in 0..2 {
        world.run(ids.add_user_to_group(&world.account, "Readers", "ANN")).unwrap();
    }
    assert_eq!(world.policies_of(&key), ["lists".to_owned(), policy.clone()]);
    let rename = UpdateIdentity { new_name: Some("guests".into()), new_path: None };
    world.run(ids.update_identity(world.group("readers"), &rename)).unwrap();
    assert_eq!(world.policies_of(&key).len(), 2, "the group is known by its id");
    let groups = world.run(ids.groups_of_user(&world.account, "ann")).unwrap();
    assert_eq!(groups.iter().map(|group| group.name.as_str()).collect::<Vec<_>>(), ["guests"]);
    assert_eq!(groups[0].members, 1);
    world.run(ids.remove_user_from_group(&world.account, "guests", "ann")).unwrap();
    assert!(world.policies_of(&key).is_empty());
    let again = world.run(ids.remove_user_from_group(&world.account, "guests", "ann"));
    assert_eq!(code(again), "NoSuchEntity");
    for (group, user) in [("guests", "nobody"), ("none", "ann")] {
        let refused = world.run(ids.add_user_to_group(&world.account, group, user));
        assert_eq!(code(refused), "NoSuchEntity");
    }
}

#[test]
fn a_user_is_in_so_many_groups() {
    let world = World::new();
    world.create_user("ann");
    for n in 0..=GROUPS_PER_USER_MAX {
        let name = format!("g{n}");
        world.create_group(&name);
        let joined = world.run(world.identities.add_user_to_group(&world.account, &name, "ann"));
        if n < GROUPS_PER_USER_MAX {
            joined.unwrap();
        } else {
            assert_eq!(code(joined), "LimitExceeded");
        }
    }
    // The largest change there is: it has to fit one commit.
    for n in 0..10 {
        let arn = world.create_policy(&format!("p{n}"), "s3:*");
        world.run(world.identities.attach_policy(world.user("ann"), &arn)).unwrap();
        world.run(world.identities.set_boundary(world.user("ann"), Some(&arn))).unwrap();
    }
    let rename = UpdateIdentity { new_name: Some("bea".into()), new_path: None };
    world.run(world.identities.update_identity(world.user("ann"), &rename)).unwrap();
    for n in 0..GROUPS_PER_USER_MAX {
        let (paging, group) = (Paging::first(5), format!("G{n}"));
        let users = world.identities.users_in_group(&world.account, &group, &paging);
        assert_eq!(world.run(users).unwrap().entries[0].name, "bea");
    }
}

#[test]
fn members_are_listed_in_pages() {
    let world = World::new();
    world.create_group("g");
    world.create_group("gg");
    for name in ["c", "A", "b"] {
        world.create_user(name);
        world.run(world.identities.add_user_to_group(&world.account, "g", name)).unwrap();
    }
    let mut paging = Paging::first(2);
    let mut names = Vec::new();
    loop {
        let page = world.identities.users_in_group(&world.account, "g", &paging);
        let page = world.run(page).unwrap();
        names.push(page.entries.iter().map(|user| user.name.clone()).collect::<Vec<_>>().join(" "));
        paging.marker = page.marker;
        if paging.marker.is_none() {
            break;
        }
    }
    assert_eq!(names, ["A b", "c"]);
    let paging = Paging::first(2);
    let none = world.identities.users_in_group(&world.account, "gg", &paging);
    assert!(world.run(none).unwrap().entries.is_empty());
}
