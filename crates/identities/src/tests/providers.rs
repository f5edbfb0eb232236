use super::{World, code};
use crate::limits::{CLIENT_IDS_MAX, THUMBPRINTS_MAX};
use crate::{NewAccount, NewOidcProvider};

#[test]
fn a_provider_is_created_changed_and_removed() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    let new = NewOidcProvider {
        url: "https://issuer.example.com/a".into(),
        client_ids: vec!["one".into()],
        thumbprints: vec!["0a".repeat(20)],
        tags: vec![("k".into(), "v".into())],
    };
    let provider = world.run(ids.create_oidc_provider(account, new.clone())).unwrap();
    let arn = provider.arn(account);
    assert_eq!(arn, "arn:aws:iam::111122223333:oidc-provider/issuer.example.com/a");
    let again = world.run(ids.create_oidc_provider(account, new.clone()));
    assert_eq!(code(again), "EntityAlreadyExists");
    for client_id in ["one", "two"] {
        world.run(ids.add_oidc_client_id(account, &arn, client_id)).unwrap();
    }
    world.run(ids.remove_oidc_client_id(account, &arn, "one")).unwrap();
    world.run(ids.set_oidc_thumbprints(account, &arn, &[])).unwrap();
    world.run(ids.tag_oidc_provider(account, &arn, &[("l".into(), "w".into())])).unwrap();
    world.run(ids.untag_oidc_provider(account, &arn, &["k".into()])).unwrap();
    let found = world.run(ids.oidc_provider(account, &arn)).unwrap();
    assert_eq!((found.client_ids.join(" "), found.thumbprints.len()), ("two".to_owned(), 0));
    assert_eq!(found.tags, [("l".to_owned(), "w".to_owned())]);
    assert_eq!(world.run(ids.list_oidc_providers(account)).unwrap(), [found]);
    let counts = || world.run(ids.account(account)).unwrap().unwrap().counts.oidc_providers;
    assert_eq!(counts(), 1);
    for _ in 0..2 {
        world.run(ids.delete_oidc_provider(account, &arn)).unwrap();
        assert_eq!(counts(), 0);
    }
    assert_eq!(code(world.run(ids.oidc_provider(account, &arn))), "NoSuchEntity");
    assert_eq!(code(world.run(ids.add_oidc_client_id(account, &arn, "x"))), "NoSuchEntity");
    assert_eq!(code(world.run(ids.oidc_provider(account, "arn:x"))), "NoSuchEntity");
}

#[test]
fn what_a_provider_is_made_of_is_bounded() {
    let world = World::new();
    let create = |url: &str, client_ids: usize, thumbprints: Vec<String>| {
        let client_ids = (0..client_ids).map(|n| n.to_string()).collect();
        let new = NewOidcProvider { url: url.into(), client_ids, thumbprints, tags: Vec::new() };
        world.run(world.identities.create_oidc_provider(&world.account, new))
    };
    let long = format!("https://{}", "h".repeat(250));
    for url in ["", "http://a", "https://", "https:///a", "https://a?b", "https://a b", &long] {
        assert_eq!(code(create(url, 0, vec![])), "ValidationError", "{url}");
    }
    assert_eq!(code(create("https://a", CLIENT_IDS_MAX + 1, vec![])), "LimitExceeded");
    assert_eq!(code(create("https://a", 1, vec!["x".into()])), "ValidationError");
    let many = vec!["0".repeat(40); THUMBPRINTS_MAX + 1];
    assert_eq!(code(create("https://a", 1, many)), "InvalidInput");
    create("https://a", CLIENT_IDS_MAX, vec!["0".repeat(40); THUMBPRINTS_MAX]).unwrap();
}

#[test]
fn an_alias_is_one_account_s() {
    let world = World::new();
    let (ids, account) = (&world.identities, &world.account);
    for bad in ["", "ab", "-ab", "ab-", "a--b", "aB1", "a_b", &"a".repeat(64)] {
        assert_eq!(code(world.run(ids.create_account_alias(account, bad))), "ValidationError");
    }
    world.run(ids.create_account_alias(account, "pantry")).unwrap();
    world.run(ids.create_account_alias(account, "pantry")).unwrap();
    let other = NewAccount { name: "other".into(), ..NewAccount::default() };
    let other = world.run(ids.create_account(other)).unwrap().id;
    let taken = world.run(ids.create_account_alias(&other, "pantry"));
    assert_eq!(code(taken), "EntityAlreadyExists");
    world.run(ids.create_account_alias(account, "larder")).unwrap();
    let of = |alias: &str| world.run(ids.account_of_alias(alias)).unwrap().map(|found| found.id);
    assert_eq!((of("pantry"), of("larder")), (None, Some(account.clone())));
    world.run(ids.create_account_alias(&other, "pantry")).unwrap();
    assert_eq!(of("pantry"), Some(other));
    assert_eq!(code(world.run(ids.delete_account_alias(account, "pantry"))), "NoSuchEntity");
    world.run(ids.delete_account_alias(account, "larder")).unwrap();
    assert_eq!(of("larder"), None);
}
