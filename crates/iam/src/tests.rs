use super::{Account, Accounts, SecretKey};
use larder_types::{AccountId, Owner};

fn account(id: &str) -> Account {
    let owner = Owner { canonical_id: format!("canonical {id}"), display_name: "name".into() };
    Account { id: AccountId::new(id).unwrap(), owner, email: String::new() }
}

fn keys(id: &str, secret: &str) -> Vec<(String, SecretKey)> {
    vec![(id.to_owned(), SecretKey::new(secret))]
}

#[test]
fn keys_lead_to_accounts() {
    let mut accounts = Accounts::default();
    accounts.add(account("111111111111"), keys("one", "secret-one")).unwrap();
    accounts.add(account("222222222222"), keys("two", "secret-two")).unwrap();
    let key = accounts.access_key("two").unwrap();
    assert_eq!(key.account.id.as_str(), "222222222222");
    assert_eq!(key.secret.expose(), "secret-two");
    assert!(!format!("{key:?}").contains("secret-two"), "secrets are never printed");
    assert!(accounts.access_key("three").is_none());
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
