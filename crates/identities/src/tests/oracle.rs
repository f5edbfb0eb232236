//! Random operations against a simple account in memory.

use super::{World, allow};
use crate::{EntityFilter, Error, IdentityKind, IdentityRef, NewIdentity, Paging, UpdateIdentity};
use proptest::prelude::{Strategy, any, prop_oneof, proptest};
use proptest::test_runner::Config;
use std::collections::{BTreeMap, BTreeSet};

const USERS: [&str; 3] = ["ann", "Bea", "cid"];
const GROUPS: [&str; 2] = ["readers", "Writers"];
const POLICIES: [&str; 2] = ["p", "q"];

#[derive(Clone, Debug)]
enum Operation {
    CreateUser(usize),
    DeleteUser(usize),
    RenameUser(usize, usize),
    CreateGroup(usize),
    DeleteGroup(usize),
    Join(usize, usize),
    Leave(usize, usize),
    CreatePolicy(usize),
    DeletePolicy(usize),
    AttachToUser(usize, usize),
    DetachFromUser(usize, usize),
    AttachToGroup(usize, usize),
    DetachFromGroup(usize, usize),
    PutInline(usize),
    DeleteInline(usize),
    SetBoundary(usize, Option<usize>),
    CreateKey(usize),
    DeleteKey(usize, bool),
}

fn operation() -> impl Strategy<Value = Operation> {
    use Operation::*;
    let (user, group, policy) = (|| 0..USERS.len(), || 0..GROUPS.len(), || 0..POLICIES.len());
    prop_oneof![
        3 => user().prop_map(CreateUser),
        1 => user().prop_map(DeleteUser),
        1 => (user(), user()).prop_map(|(a, b)| RenameUser(a, b)),
        2 => group().prop_map(CreateGroup),
        1 => group().prop_map(DeleteGroup),
        3 => (group(), user()).prop_map(|(g, u)| Join(g, u)),
        1 => (group(), user()).prop_map(|(g, u)| Leave(g, u)),
        2 => policy().prop_map(CreatePolicy),
        1 => policy().prop_map(DeletePolicy),
        2 => (user(), policy()).prop_map(|(u, p)| AttachToUser(u, p)),
        1 => (user(), policy()).prop_map(|(u, p)| DetachFromUser(u, p)),
        2 => (group(), policy()).prop_map(|(g, p)| AttachToGroup(g, p)),
        1 => (group(), policy()).prop_map(|(g, p)| DetachFromGroup(g, p)),
        1 => user().prop_map(PutInline),
        1 => user().prop_map(DeleteInline),
        1 => (user(), proptest::option::of(policy())).prop_map(|(u, p)| SetBoundary(u, p)),
        2 => user().prop_map(CreateKey),
        1 => (user(), any::<bool>()).prop_map(|(u, first)| DeleteKey(u, first)),
    ]
}

#[derive(Clone, Debug, Default)]
struct Having {
    attached: BTreeSet<usize>,
    groups: BTreeSet<usize>,
    boundary: Option<usize>,
    inline: bool,
    keys: Vec<String>,
}

/// What the account should be.
#[derive(Default)]
struct Oracle {
    users: BTreeMap<usize, Having>,
    groups: BTreeMap<usize, BTreeSet<usize>>,
    policies: BTreeSet<usize>,
}

impl Oracle {
    fn members(&self, group: usize) -> usize {
        self.users.values().filter(|user| user.groups.contains(&group)).count()
    }

    fn uses(&self, policy: usize) -> (u32, u32) {
        let users = self.users.values().filter(|user| user.attached.contains(&policy)).count();
        let groups = self.groups.values().filter(|attached| attached.contains(&policy)).count();
        let boundaries = self.users.values().filter(|user| user.boundary == Some(policy)).count();
        ((users + groups) as u32, boundaries as u32)
    }

    /// Does an operation, and says with which code it is refused; `""`: it is done.
    fn apply(&mut self, operation: &Operation) -> &'static str {
        use Operation::*;
        let (missing, exists, conflict) = ("NoSuchEntity", "EntityAlreadyExists", "DeleteConflict");
        match *operation {
            CreateUser(u) if self.users.contains_key(&u) => exists,
            CreateUser(u) => {
                self.users.insert(u, Having::default());
                ""
            }
            CreateGroup(g) if self.groups.contains_key(&g) => exists,
            CreateGroup(g) => {
                self.groups.insert(g, BTreeSet::new());
                ""
            }
            CreatePolicy(p) => {
                if self.policies.insert(p) {
                    ""
                } else {
                    exists
                }
            }
            DeleteGroup(g) => match self.groups.get(&g) {
                None => missing,
                Some(attached) if !attached.is_empty() || self.members(g) > 0 => conflict,
                Some(_) => {
                    self.groups.remove(&g);
                    ""
                }
            },
            DeletePolicy(p) if !self.policies.contains(&p) => missing,
            DeletePolicy(p) if self.uses(p) != (0, 0) => conflict,
            DeletePolicy(p) => {
                self.policies.remove(&p);
                ""
            }
            AttachToGroup(g, p) => match self.groups.get_mut(&g) {
                Some(attached) if self.policies.contains(&p) => {
                    attached.insert(p);
                    ""
                }
                _ => missing,
            },
            DetachFromGroup(g, p) => {
                let detached = self.groups.get_mut(&g).is_some_and(|attached| attached.remove(&p));
                if detached { "" } else { missing }
            }
            RenameUser(from, to) => match self.users.remove(&from) {
                None => missing,
                Some(user) if from != to && self.users.contains_key(&to) => {
                    self.users.insert(from, user);
                    exists
                }
                Some(user) => {
                    self.users.insert(to, user);
                    ""
                }
            },
            DeleteUser(u)
            | Join(_, u)
            | Leave(_, u)
            | AttachToUser(u, _)
            | DetachFromUser(u, _)
            | PutInline(u)
            | DeleteInline(u)
            | SetBoundary(u, _)
            | CreateKey(u)
            | DeleteKey(u, _) => self.apply_to_user(operation, u),
        }
    }

    fn apply_to_user(&mut self, operation: &Operation, u: usize) -> &'static str {
        use Operation::*;
        let (missing, conflict) = ("NoSuchEntity", "DeleteConflict");
        let has_policy = |p: &usize| self.policies.contains(p);
        let Some(user) = self.users.get_mut(&u) else { return missing };
        let done = |happened: bool| if happened { "" } else { missing };
        match *operation {
            DeleteUser(_) => {
                if !user.attached.is_empty()
                    || !user.groups.is_empty()
                    || !user.keys.is_empty()
                    || user.inline
                {
                    return conflict;
                }
                self.users.remove(&u);
                ""
            }
            Join(g, _) if !self.groups.contains_key(&g) => missing,
            Join(g, _) => {
                user.groups.insert(g);
                ""
            }
            Leave(g, _) => done(user.groups.remove(&g)),
            AttachToUser(_, p) if !has_policy(&p) => missing,
            AttachToUser(_, p) => {
                user.attached.insert(p);
                ""
            }
            DetachFromUser(_, p) => done(user.attached.remove(&p)),
            PutInline(_) => {
                user.inline = true;
                ""
            }
            DeleteInline(_) => done(std::mem::take(&mut user.inline)),
            SetBoundary(_, Some(p)) if !has_policy(&p) => missing,
            SetBoundary(_, None) => done(user.boundary.take().is_some()),
            SetBoundary(_, p) => {
                user.boundary = p;
                ""
            }
            CreateKey(_) if user.keys.len() == 2 => "LimitExceeded",
            CreateKey(_) => "",
            DeleteKey(_, first) => {
                let at = if first { 0 } else { 1 };
                if user.keys.len() <= at {
                    return missing;
                }
                user.keys.remove(at);
                ""
            }
            _ => unreachable!("one of a user"),
        }
    }
}

fn apply(world: &World, operation: &Operation, oracle: &Oracle) -> Result<Option<String>, Error> {
    use Operation::*;
    let (ids, account) = (&world.identities, &world.account);
    let arn = |p: usize| format!("arn:aws:iam::{account}:policy/{}", POLICIES[p]);
    let (user, group) = (|u: usize| world.user(USERS[u]), |g: usize| world.group(GROUPS[g]));
    let done = match *operation {
        CreateUser(u) => world.run(ids.create_identity(user(u), NewIdentity::default())).map(drop),
        DeleteUser(u) => world.run(ids.delete_identity(user(u))),
        RenameUser(from, to) => {
            let update = UpdateIdentity { new_name: Some(USERS[to].into()), new_path: None };
            world.run(ids.update_identity(user(from), &update)).map(drop)
        }
        CreateGroup(g) => {
            world.run(ids.create_identity(group(g), NewIdentity::default())).map(drop)
        }
        DeleteGroup(g) => world.run(ids.delete_identity(group(g))),
        Join(g, u) => world.run(ids.add_user_to_group(account, GROUPS[g], USERS[u])),
        Leave(g, u) => world.run(ids.remove_user_from_group(account, GROUPS[g], USERS[u])),
        CreatePolicy(p) => {
            let new = crate::NewPolicy {
                name: POLICIES[p].into(),
                document: allow("s3:*"),
                ..crate::NewPolicy::default()
            };
            world.run(ids.create_policy(account, new)).map(drop)
        }
        DeletePolicy(p) => world.run(ids.delete_policy(account, &arn(p))),
        AttachToUser(u, p) => world.run(ids.attach_policy(user(u), &arn(p))),
        DetachFromUser(u, p) => world.run(ids.detach_policy(user(u), &arn(p))),
        AttachToGroup(g, p) => world.run(ids.attach_policy(group(g), &arn(p))),
        DetachFromGroup(g, p) => world.run(ids.detach_policy(group(g), &arn(p))),
        PutInline(u) => world.run(ids.put_inline_policy(user(u), "own", &allow("s3:*"))),
        DeleteInline(u) => world.run(ids.delete_inline_policy(user(u), "own")),
        SetBoundary(u, p) => {
            let arn = p.map(arn);
            world.run(ids.set_boundary(user(u), arn.as_deref()))
        }
        CreateKey(u) => {
            let key = world.run(ids.create_access_key(account, Some(USERS[u])));
            return key.map(|key| Some(key.id));
        }
        DeleteKey(u, first) => {
            let at = if first { 0 } else { 1 };
            let known = oracle.users.get(&u).and_then(|user| user.keys.get(at));
            let key = known.map_or("none", String::as_str);
            world.run(ids.delete_access_key(account, Some(USERS[u]), key))
        }
    };
    done.map(|()| None)
}

fn compare(world: &World, oracle: &Oracle) {
    let all = Paging::first(100);
    let (ids, account) = (&world.identities, &world.account);
    let counts = world.run(ids.account(account)).unwrap().unwrap().counts;
    assert_eq!(counts.users as usize, oracle.users.len());
    assert_eq!(counts.groups as usize, oracle.groups.len());
    assert_eq!(counts.policies as usize, oracle.policies.len());
    for (p, name) in POLICIES.iter().enumerate() {
        let policy =
            world.run(ids.policy(account, &format!("arn:aws:iam::{account}:policy/{name}")));
        assert_eq!(policy.is_ok(), oracle.policies.contains(&p));
        if let Ok(policy) = policy {
            assert_eq!((policy.attachments, policy.boundary_uses), oracle.uses(p));
            let (paging, arn, filter) =
                (Paging::first(100), policy.arn(account), EntityFilter::default());
            let who = ids.entities_of_policy(account, &arn, &filter, &paging);
            let (attached, boundaries) = oracle.uses(p);
            assert_eq!(world.run(who).unwrap().entries.len() as u32, attached + boundaries);
        }
    }
    for (g, name) in GROUPS.iter().enumerate() {
        let group = world.run(ids.identity(IdentityRef::group(account, name)));
        assert_eq!(group.is_ok(), oracle.groups.contains_key(&g));
        if group.is_ok() {
            let members = ids.users_in_group(account, name, &all);
            assert_eq!(world.run(members).unwrap().entries.len(), oracle.members(g));
        }
    }
    let users = ids.list_identities(account, IdentityKind::User, None, &all);
    let users = world.run(users).unwrap().entries;
    let names: BTreeSet<&str> = users.iter().map(|user| user.name.as_str()).collect();
    assert_eq!(names, oracle.users.keys().map(|u| USERS[*u]).collect());
    for (u, having) in &oracle.users {
        let keys = world.run(ids.list_access_keys(account, Some(USERS[*u]))).unwrap();
        assert_eq!(keys.into_iter().map(|key| key.0).collect::<Vec<_>>(), having.keys);
        for key in &having.keys {
            let found = super::user_policies(&world.signs_with(key).expect("a key that is there"));
            let of_groups = having.groups.iter().map(|g| oracle.groups[g].len()).sum::<usize>();
            let expected = having.attached.len() + usize::from(having.inline) + of_groups;
            assert_eq!(found.policies.len(), expected);
            assert_eq!(found.boundary.is_some(), having.boundary.is_some());
        }
    }
    // Nothing is left over: besides what is there are the account, its look-ups and the keys.
    let rows = world.store.dump().len();
    let policies: usize = oracle
        .policies
        .iter()
        .map(|p| {
            let (attached, boundaries) = oracle.uses(*p);
            2 + (attached + boundaries) as usize
        })
        .sum();
    let users: usize =
        oracle.users.values().map(|user| 2 + user.groups.len() + user.keys.len()).sum();
    assert_eq!(rows, 3 + policies + users + 2 * oracle.groups.len());
}

proptest! {
    #![proptest_config(Config { cases: 64, ..Config::default() })]
    #[test]
    fn an_account_is_what_the_operations_made_it(
        operations in proptest::collection::vec(operation(), 0..80)
    ) {
        let (world, mut oracle) = (World::new(), Oracle::default());
        for operation in operations {
            let done = apply(&world, &operation, &oracle);
            let code = done.as_ref().err().map_or("", Error::code);
            assert_eq!(code, oracle.apply(&operation), "{operation:?}");
            if let (Operation::CreateKey(u), Ok(Some(key))) = (&operation, done) {
                oracle.users.get_mut(u).expect("it was there").keys.push(key);
            }
        }
        compare(&world, &oracle);
    }
}
