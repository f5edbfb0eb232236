//! The `[[account]]` tables of the configuration file.

use super::nearest::nearest;
use larder_iam::{Account, SecretKey};
use larder_types::{AccountId, Owner};

/// An account and its keys (id, secret).
pub(crate) type ConfiguredAccount = (Account, Vec<(String, SecretKey)>);

const ACCOUNT_KEYS: [&str; 5] = ["id", "canonical_id", "display_name", "email", "key"];
const KEY_KEYS: [&str; 2] = ["access_key", "secret_key"];

/// Reads the value of `account`. An error names the account and what is wrong with it.
pub(super) fn read(value: toml::Value) -> Result<Vec<ConfiguredAccount>, String> {
    let tables = tables(value, "account", "[[account]]")?;
    tables.into_iter().map(account).collect()
}

fn account(mut table: toml::Table) -> Result<ConfiguredAccount, String> {
    refuse_unknown(&table, &ACCOUNT_KEYS, "[[account]]")?;
    let id = take(&mut table, "id", "[[account]]")?
        .ok_or("[[account]]: id is missing; it has 12 digits, such as \"123456789012\"")?;
    let place = format!("[[account]] {id}");
    let account_id = AccountId::new(&id)
        .map_err(|_| format!("{place}: id must have 12 digits, such as \"123456789012\""))?;
    let canonical_id = take(&mut table, "canonical_id", &place)?
        .filter(|canonical_id| !canonical_id.is_empty())
        .ok_or_else(|| format!("{place}: canonical_id is missing; S3's are 64 hex digits"))?;
    let display_name = take(&mut table, "display_name", &place)?.unwrap_or_else(|| id.clone());
    let email = take(&mut table, "email", &place)?.unwrap_or_default();
    let keys = match table.remove("key") {
        None => return Err(format!("{place}: [[account.key]] is missing")),
        Some(keys) => tables(keys, "account.key", "[[account.key]]")?,
    };
    let keys: Result<Vec<_>, String> = keys.into_iter().map(|table| key(table, &place)).collect();
    let owner = Owner { canonical_id, display_name };
    Ok((Account { id: account_id, owner, email }, keys?))
}

fn key(mut table: toml::Table, place: &str) -> Result<(String, SecretKey), String> {
    let place = format!("{place}: [[account.key]]");
    refuse_unknown(&table, &KEY_KEYS, &place)?;
    let mut need = |name: &str| {
        let value = take(&mut table, name, &place)?;
        value.ok_or_else(|| format!("{place}: {name} is missing"))
    };
    Ok((need("access_key")?, SecretKey::new(need("secret_key")?)))
}

fn tables(value: toml::Value, name: &str, form: &str) -> Result<Vec<toml::Table>, String> {
    let wrong = || format!("{name} must be written as {form} tables");
    let toml::Value::Array(values) = value else {
        return Err(wrong());
    };
    let table = |value| match value {
        toml::Value::Table(table) => Ok(table),
        _ => Err(wrong()),
    };
    values.into_iter().map(table).collect()
}

fn take(table: &mut toml::Table, name: &str, place: &str) -> Result<Option<String>, String> {
    match table.remove(name) {
        None => Ok(None),
        Some(toml::Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("{place}: {name} must be text in quotes")),
    }
}

fn refuse_unknown(table: &toml::Table, known: &[&str], place: &str) -> Result<(), String> {
    match table.keys().find(|key| !known.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let nearest = nearest(key, known.iter().map(|k| (*k).to_owned()));
            Err(format!("{place}: unknown {key}; did you mean {nearest}?"))
        }
    }
}
