use super::failing::Fate;
use super::{World, code};
use crate::{MasterKey, MasterKeyState, NewAccount, Paging};
use larder_iam::{Account, KeySource as _};
use larder_types::{AccountId, Owner};

fn new(id: &str, canonical_id: &str, email: &str) -> NewAccount {
    NewAccount {
        id: Some(AccountId::new(id).unwrap()),
        canonical_id: Some(canonical_id.into()),
        name: "name".into(),
        email: email.into(),
    }
}

#[test]
fn an_account_is_found_by_its_id_canonical_id_and_address() {
    let world = World::new();
    let found = world.run(world.identities.account_of_canonical_id("canonical-1")).unwrap();
    assert_eq!(found.unwrap().id, world.account);
    let found = world.run(world.identities.account_of_email("OWNER@example.com")).unwrap();
    assert_eq!(found.unwrap().id, world.account);
    let id = world.run(world.identities.account_id("canonical-1")).unwrap();
    assert_eq!(id.as_ref(), Some(&world.account));
    assert_eq!(world.run(world.identities.account_id("canonical")).unwrap(), None);
    let long = "x".repeat(5_000);
    assert_eq!(world.run(world.identities.account_of_email(&long)).unwrap(), None);
}

#[test]
fn ids_and_addresses_are_taken_once() {
    let world = World::new();
    for taken in [
        new("111122223333", "canonical-2", ""),
        new("222222222222", "canonical-1", ""),
        new("222222222222", "canonical-2", "owner@EXAMPLE.com"),
    ] {
        let refused = world.run(world.identities.create_account(taken.clone()));
        assert_eq!(code(refused), "EntityAlreadyExists", "{taken:?}");
    }
    let made = world.run(
        world
            .identities
            .create_account(NewAccount { name: "other".into(), ..NewAccount::default() }),
    );
    let made = made.unwrap();
    assert_eq!((made.id.as_str().len(), made.owner.canonical_id.len()), (12, 64));
    for bad in
        [new("222222222222", "a b", ""), new("222222222222", "a", "x y"), NewAccount::default()]
    {
        assert_eq!(code(world.run(world.identities.create_account(bad))), "ValidationError");
    }
}

/// A creation that was cut off between its commits can be made again, by itself or as another.
#[test]
fn a_look_up_without_its_account_leads_nowhere() {
    for happened in 0..3 {
        let world = World::new();
        let mut fates = vec![Fate::Happens; happened];
        fates.push(Fate::Lost);
        world.store.next(&fates);
        let refused = world.run(world.identities.create_account(new("222222222222", "c-2", "b@c")));
        assert_eq!(code(refused), "ServiceFailure");
        assert_eq!(world.run(world.identities.account_of_canonical_id("c-2")).unwrap(), None);
        assert_eq!(world.run(world.identities.account_of_email("b@c")).unwrap(), None);
        let other = new("333333333333", "c-2", "b@c");
        world.run(world.identities.create_account(other)).unwrap();
        let found = world.run(world.identities.account_of_email("b@c")).unwrap().unwrap();
        assert_eq!(found.id.as_str(), "333333333333");
    }
}

#[test]
fn accounts_of_the_configuration_are_made_once_and_follow_it() {
    let world = World::new();
    let owner = Owner { canonical_id: "conf".into(), display_name: "first".into() };
    let id = AccountId::new("000000000000").unwrap();
    let account = Account { id: id.clone(), owner, email: String::new() };
    for _ in 0..2 {
        world.run(world.identities.ensure_account(&account)).unwrap();
    }
    let rows = world.store.dump();
    world.run(world.identities.ensure_account(&account)).unwrap();
    assert_eq!(world.store.dump(), rows, "nothing is written again");
    let mut renamed = account.clone();
    renamed.owner.display_name = "second".into();
    renamed.email = "a@b".into();
    world.run(world.identities.ensure_account(&renamed)).unwrap();
    let record = world.run(world.identities.account(&id)).unwrap().unwrap();
    assert_eq!(record.account(&id), renamed);
    assert!(world.run(world.identities.account_of_email("a@b")).unwrap().is_some());
    let clash = Account { email: "OWNER@example.com".into(), ..renamed.clone() };
    world.run(world.identities.ensure_account(&clash)).unwrap();
    let found = world.run(world.identities.account_of_email("owner@example.com")).unwrap();
    assert_eq!(found.unwrap().id, world.account, "an address leads to who had it first");
    renamed.owner.display_name = "x".repeat(1_001);
    assert_eq!(code(world.run(world.identities.ensure_account(&renamed))), "ValidationError");
    renamed.owner.display_name = "second".into();
    renamed.owner.canonical_id = "other".into();
    assert_eq!(code(world.run(world.identities.ensure_account(&renamed))), "EntityAlreadyExists");
}

#[test]
fn accounts_are_listed_in_pages() {
    let world = World::new();
    for (id, canonical_id) in [("999999999999", "c9"), ("000000000001", "c1")] {
        world.run(world.identities.create_account(new(id, canonical_id, ""))).unwrap();
    }
    world.create_user("ann");
    let mut paging = Paging::first(2);
    let first = world.run(world.identities.list_accounts(&paging)).unwrap();
    let ids = |listing: &crate::Listing<crate::AccountOf>| -> Vec<String> {
        listing.entries.iter().map(|account| account.id.as_str().to_owned()).collect()
    };
    assert_eq!(ids(&first), ["000000000001", "111122223333"]);
    paging.marker = first.marker;
    let second = world.run(world.identities.list_accounts(&paging)).unwrap();
    assert_eq!((ids(&second), second.marker), (vec!["999999999999".to_owned()], None));
}

#[test]
fn the_store_knows_its_master_key() {
    let world = World::new();
    let verify = |key: [u8; 32]| {
        let identities = world.elsewhere(MasterKey::new(&key));
        world.run(identities.verify_master_key()).unwrap()
    };
    assert_eq!(verify([7; 32]), MasterKeyState::First);
    assert_eq!(verify([7; 32]), MasterKeyState::Same);
    assert_eq!(verify([8; 32]), MasterKeyState::Other);
}
