//! Accounts. An account's own row is the truth. The rows that lead to it from its canonical id and
//! from its e-mail address are written before it, since no commit covers them both: one that leads
//! to an account which is not there, or which has another id or address, leads nowhere.

use crate::change::{change, no_such_account};
use crate::rows::{AccountRecord, Counts, Record, Text, address};
use crate::{Error, Identities, Listing, Paging};
use bytes::Bytes;
use larder_iam::Account;
use larder_storage::value::UnknownFields;
use larder_storage::{MetaStore, RowKey, RowKind, RowView, Scan, SpaceId, Step, Visitor};
use larder_types::{AccountId, Owner, hex};

/// Characters of an account's name.
const NAME_CHARS_MAX: usize = 50;
/// Characters of an e-mail address.
const EMAIL_CHARS_MAX: usize = 64;
/// Bytes of a canonical user id that is given.
const CANONICAL_ID_BYTES_MAX: usize = 128;
/// Bytes of each text of an account that the configuration names: a row's key has room for it.
const CONFIGURED_BYTES_MAX: usize = 1_000;
/// Bytes of a canonical user id, which is written in hexadecimal.
const CANONICAL_ID_BYTES: usize = 32;

/// An account to create.
#[derive(Clone, Debug, Default)]
pub struct NewAccount {
    /// Its id; `None`: a random one.
    pub id: Option<AccountId>,
    /// Its canonical user id; `None`: a random one.
    pub canonical_id: Option<String>,
    /// Its name.
    pub name: String,
    /// Where to reach its people; may be empty. No two accounts have the same.
    pub email: String,
}

impl AccountRecord {
    /// The account as principals have it.
    pub fn account(&self, id: &AccountId) -> Account {
        Account { id: id.clone(), owner: self.owner.clone(), email: self.email.clone() }
    }
}

impl<S: MetaStore> Identities<S> {
    /// Creates an account, which has no keys yet.
    ///
    /// Errors: [`Error::EntityAlreadyExists`] when its id, canonical id or e-mail address is taken.
    pub async fn create_account(&self, new: NewAccount) -> Result<Account, Error> {
        check(&new)?;
        if self.account_of_email(&new.email).await?.is_some() && !new.email.is_empty() {
            let text = format!("The account with e-mail address {} already exists.", new.email);
            return Err(Error::EntityAlreadyExists(text));
        }
        self.insert_account(new).await
    }

    /// Creates an account whose names are the caller's to choose.
    async fn insert_account(&self, new: NewAccount) -> Result<Account, Error> {
        let owner = Owner {
            canonical_id: new.canonical_id.unwrap_or_else(|| self.new_canonical_id()),
            display_name: new.name,
        };
        let id = new.id.unwrap_or_else(|| self.new_account_id());
        let account = Account { id, owner, email: new.email };
        change!(self, &account.id, change => async {
            if change.get::<AccountRecord>(address::account()).await?.is_some() {
                let id = &account.id;
                let text = format!("The account with id {id} already exists.");
                return Err(Error::EntityAlreadyExists(text));
            }
            self.write_look_ups(&account).await?;
            change.put(address::account(), &AccountRecord {
                owner: account.owner.clone(),
                email: account.email.clone(),
                created: self.now(),
                counts: Counts::default(),
                keys: Vec::new(),
                alias: None,
                unknown: UnknownFields::default(),
            })
        })?;
        Ok(account)
    }

    /// Makes sure that an account that the configuration names is there, with this name and
    /// address. Does nothing when it is. An address that is another account's leads there.
    ///
    /// Errors: [`Error::EntityAlreadyExists`] when it has another canonical id, or another account
    /// has its canonical id; [`Error::Validation`] when its canonical id or address is too long.
    pub async fn ensure_account(&self, account: &Account) -> Result<(), Error> {
        let texts = [&account.owner.canonical_id, &account.owner.display_name, &account.email];
        if texts.iter().any(|text| text.len() > CONFIGURED_BYTES_MAX) {
            return Err(Error::Validation(format!(
                "an account's canonical id, name and address have at most {CONFIGURED_BYTES_MAX} \
                 bytes"
            )));
        }
        if self.account(&account.id).await?.is_none() {
            let new = NewAccount {
                id: Some(account.id.clone()),
                canonical_id: Some(account.owner.canonical_id.clone()),
                name: account.owner.display_name.clone(),
                email: account.email.clone(),
            };
            return self.insert_account(new).await.map(drop);
        }
        change!(self, &account.id, change => async {
            let mut record = change.account_record().await?;
            if record.account(&account.id) == *account {
                return Ok(());
            }
            if record.owner.canonical_id != account.owner.canonical_id {
                let (id, canonical_id) = (&account.id, &record.owner.canonical_id);
                return Err(Error::EntityAlreadyExists(format!(
                    "The account with id {id} already exists with the canonical id {canonical_id}."
                )));
            }
            self.write_look_ups(account).await?;
            record.owner = account.owner.clone();
            record.email = account.email.clone();
            change.put(address::account(), &record)
        })
    }

    /// The account of an id; `None` when there is none.
    pub async fn account(&self, id: &AccountId) -> Result<Option<AccountRecord>, Error> {
        self.read(id, address::account()).await
    }

    /// The account of a canonical user id.
    pub async fn account_of_canonical_id(
        &self,
        canonical_id: &str,
    ) -> Result<Option<Account>, Error> {
        let row = address::canonical_id(canonical_id);
        let found = self.account_behind(&row).await?;
        Ok(found.filter(|account| account.owner.canonical_id == canonical_id))
    }

    /// The account of an e-mail address, whose case does not matter.
    pub async fn account_of_email(&self, email: &str) -> Result<Option<Account>, Error> {
        let found = self.account_behind(&address::email(email)).await?;
        Ok(found.filter(|account| account.email.to_lowercase() == email.to_lowercase()))
    }

    /// A page of all accounts, by id.
    pub async fn list_accounts(&self, paging: &Paging) -> Result<Listing<AccountOf>, Error> {
        let from = paging.marker.as_deref().unwrap_or_default();
        let mut scan = Scan::prefix(SpaceId::SYSTEM, &[RowKind::Identity], Bytes::new());
        scan.from = Bytes::copy_from_slice(from.as_bytes());
        let (max, entries, marker) = (paging.max.max(1), Vec::new(), None);
        let visitor = AllAccounts { max, entries, marker, error: None };
        let (found, _) = self.store.scan(scan, visitor).await?;
        match found.error {
            Some(error) => Err(error),
            None => Ok(Listing { entries: found.entries, marker: found.marker }),
        }
    }

    async fn account_behind(&self, row: &RowKey) -> Result<Option<Account>, Error> {
        if row.key.len() > larder_storage::ROW_KEY_BYTES_MAX {
            return Ok(None);
        }
        let (_, Some(Text(id))) = self.read_alone(row).await? else { return Ok(None) };
        let id = AccountId::new(&id)
            .map_err(|_| Error::Corrupt("an account's look-up names no account".into()))?;
        let record = self.account(&id).await?;
        Ok(record.map(|record| record.account(&id)))
    }

    /// Makes its canonical id and its address lead to an account, unless they lead to another.
    async fn write_look_ups(&self, account: &Account) -> Result<(), Error> {
        let canonical_id = &account.owner.canonical_id;
        let taken = self.account_of_canonical_id(canonical_id).await?;
        if taken.is_some_and(|taken| taken.id != account.id) {
            let text = format!("The account with canonical id {canonical_id} already exists.");
            return Err(Error::EntityAlreadyExists(text));
        }
        self.write_look_up(&address::canonical_id(canonical_id), account).await?;
        let taken = self.account_of_email(&account.email).await?;
        if account.email.is_empty() || taken.is_some_and(|taken| taken.id != account.id) {
            return Ok(());
        }
        self.write_look_up(&address::email(&account.email), account).await
    }

    async fn write_look_up(&self, row: &RowKey, account: &Account) -> Result<(), Error> {
        let (seen, found) = self.read_alone::<Text>(row).await?;
        let value = Text(account.id.as_str().to_owned());
        if found.as_ref() == Some(&value) {
            return Ok(());
        }
        // Who lost lost to the creation of another account of the same id or address.
        if self.write_alone(row, seen, Some(value.encode()?)).await? {
            Ok(())
        } else {
            Err(Error::ConcurrentModification)
        }
    }

    fn new_canonical_id(&self) -> String {
        let mut bytes = [0; CANONICAL_ID_BYTES];
        self.platform.random.fill(&mut bytes);
        hex::encode(&bytes)
    }

    fn new_account_id(&self) -> AccountId {
        // The first digit is none of 0, which reads as a number that lost digits.
        let digits = 100_000_000_000 + self.platform.random.u64() % 900_000_000_000;
        AccountId::new(&digits.to_string()).expect("12 digits")
    }

    /// The account; [`Error::NoSuchEntity`].
    pub(crate) async fn known_account(&self, id: &AccountId) -> Result<AccountRecord, Error> {
        self.account(id).await?.ok_or_else(|| no_such_account(id))
    }
}

fn check(new: &NewAccount) -> Result<(), Error> {
    let shown = |text: &str| text.chars().all(|c| !c.is_control());
    let invalid =
        |what: &str| Err(Error::Validation(format!("The specified value for {what} is invalid.")));
    if new.name.is_empty() || new.name.chars().count() > NAME_CHARS_MAX || !shown(&new.name) {
        return invalid("accountName");
    }
    let email = &new.email;
    if email.chars().count() > EMAIL_CHARS_MAX || !shown(email) || email.contains(' ') {
        return invalid("email");
    }
    let sound = |id: &String| {
        (1..=CANONICAL_ID_BYTES_MAX).contains(&id.len()) && id.bytes().all(|b| b.is_ascii_graphic())
    };
    if new.canonical_id.as_ref().is_some_and(|id| !sound(id)) {
        return invalid("canonicalId");
    }
    Ok(())
}

/// An account with its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountOf {
    /// The id.
    pub id: AccountId,
    /// What its row says.
    pub record: AccountRecord,
}

/// Collects the accounts' own rows, seeking past what is in them.
struct AllAccounts {
    max: usize,
    entries: Vec<AccountOf>,
    marker: Option<String>,
    error: Option<Error>,
}

impl AllAccounts {
    fn take(&mut self, row: RowView<'_>) -> Result<Step, Error> {
        let Some(id) = std::str::from_utf8(row.key).ok().and_then(|id| AccountId::new(id).ok())
        else {
            // Behind all digits are the rows that stand by their own keys.
            return Ok(Step::Stop);
        };
        if row.suffix == address::account() {
            if self.entries.len() >= self.max {
                self.marker = Some(id.as_str().to_owned());
                return Ok(Step::Stop);
            }
            self.entries.push(AccountOf { id, record: AccountRecord::decode(row.value)? });
        }
        Ok(Step::Seek([row.key, b"\0"].concat().into()))
    }
}

impl Visitor for AllAccounts {
    fn visit(&mut self, row: RowView<'_>) -> Step {
        self.take(row).unwrap_or_else(|error| {
            self.error = Some(error);
            Step::Stop
        })
    }
}
