//! Accounts and their access keys.
//!
//! Holds: accounts as the configuration names them, the way from an access key to its account.
//! Never: I/O, HTTP, storage.
//! Enter at: [`Accounts`].

mod accounts;

pub use accounts::{
    ACCESS_KEY_BYTES_MAX, AccessKey, Account, Accounts, InvalidAccounts, SECRET_KEY_BYTES_MIN,
    SecretKey,
};

#[cfg(test)]
mod tests;
