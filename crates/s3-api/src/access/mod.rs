//! Whether a request may do what it asks, and the proof that it may.
//!
//! The table of operations says what each one needs ([`Need`]). [`admit`] asks the rules for it and
//! gives a grant, whose methods reach what was asked for and nothing else. Only the pipeline can
//! ask: a grant is made of what all requests share, which no operation is given.

mod admit;
mod grant;
mod need;
mod payer;
mod source;

pub(crate) use admit::{FormRequest, FormValues};
pub(crate) use grant::{
    Admitted, DeleteEntry, FoundSource, Grant, GrantKind, NewBucket, WantedSource, kind, missing,
};
#[cfg(test)]
pub(crate) use need::On;
pub(crate) use need::{Need, bucket, covers, entry, new_bucket, object, service, source};
pub(crate) use payer::is_requester;
