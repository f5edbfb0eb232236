//! Account aliases. The account's own row is the truth; the row that leads to it from its alias is
//! written before it, as those of `accounts.rs` are.

use crate::change::change;
use crate::rows::{Record, Text, address};
use crate::{Error, Identities};
use larder_iam::Account;
use larder_storage::MetaStore;
use larder_types::AccountId;

/// Characters of an alias.
const ALIAS_CHARS: std::ops::RangeInclusive<usize> = 3..=63;

impl<S: MetaStore> Identities<S> {
    /// CreateAccountAlias. An account has one alias: a new one takes the place of the old one.
    pub async fn create_account_alias(
        &self,
        account: &AccountId,
        alias: &str,
    ) -> Result<(), Error> {
        check_alias(alias)?;
        change!(self, account, change => async {
            let mut record = change.account_record().await?;
            let taken = self.account_of_alias(alias).await?;
            let (seen, found) = self.read_alone::<Text>(&address::alias(alias)).await?;
            if taken.is_some_and(|taken| taken.id != *account) {
                let text = format!("The account alias {alias} already exists.");
                return Err(Error::EntityAlreadyExists(text));
            }
            let own = Text(account.as_str().to_owned());
            if found.as_ref() != Some(&own)
                && !self.write_alone(&address::alias(alias), seen, Some(own.encode()?)).await?
            {
                return Err(Error::ConcurrentModification);
            }
            record.alias = Some(alias.to_owned());
            change.put(address::account(), &record)
        })
    }

    /// DeleteAccountAlias.
    pub async fn delete_account_alias(
        &self,
        account: &AccountId,
        alias: &str,
    ) -> Result<(), Error> {
        change!(self, account, change => async {
            let mut record = change.account_record().await?;
            if record.alias.take().as_deref() != Some(alias) {
                return Err(Error::NoSuchEntity(format!(
                    "The account alias {alias} cannot be found."
                )));
            }
            change.put(address::account(), &record)
        })
    }

    /// The account of an alias.
    pub async fn account_of_alias(&self, alias: &str) -> Result<Option<Account>, Error> {
        if alias.len() > *ALIAS_CHARS.end() {
            return Ok(None);
        }
        let (_, Some(Text(id))) = self.read_alone(&address::alias(alias)).await? else {
            return Ok(None);
        };
        let Ok(id) = AccountId::new(&id) else { return Ok(None) };
        let record = self.account(&id).await?;
        let record = record.filter(|record| record.alias.as_deref() == Some(alias));
        Ok(record.map(|record| record.account(&id)))
    }
}

/// `^[a-z0-9]([a-z0-9]|-(?!-)){1,61}[a-z0-9]$`
fn check_alias(alias: &str) -> Result<(), Error> {
    let sound = alias.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let ends = alias.starts_with('-') || alias.ends_with('-') || alias.contains("--");
    if ALIAS_CHARS.contains(&alias.len()) && sound && !ends {
        return Ok(());
    }
    Err(Error::Validation("The specified value for accountAlias is invalid.".into()))
}
