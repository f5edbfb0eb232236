//! What is recorded of a request for its access line and the metrics, however it ends.

use crate::requested::Requested;
use larder_types::{AccountId, RequestId};
use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// What the access line and the metrics tell of a request. The pipeline notes each fact as it
/// becomes known and the rest when it lets go of the request, so that one whose client went away in
/// the middle leaves what was known by then.
#[derive(Debug, Default)]
pub struct AccessRecord {
    /// `x-amz-request-id`.
    pub request_id: Option<RequestId>,
    /// What was asked for; `None` when no operation has that form.
    pub operation: Option<Requested>,
    /// The access key id that the request named, whether its signature held or not.
    pub access_key: Option<String>,
    /// The account that signed; `None` when anonymous or refused.
    pub account: Option<AccountId>,
    /// The bucket as the request named it.
    pub bucket: Option<String>,
    /// The key as the request named it.
    pub key: Option<String>,
    /// The HTTP status of the answer; 0 while there is none.
    pub status: u16,
    /// The S3 error code of a refusal.
    pub error_code: Option<&'static str>,
    /// What was wrong, for the access line: bounded, without values that may be secrets.
    pub error_message: Option<Cow<'static, str>>,
    /// Bytes of the request's body that were read.
    pub bytes_received: u64,
    /// Set when a change is granted.
    pub must_finish: MustFinish,
}

/// Whether a request must be driven to its end although nobody waits for its answer: a change that
/// was granted takes effect as a whole and is recorded with its outcome. Clones are the same flag.
#[derive(Clone, Debug, Default)]
pub struct MustFinish(Arc<AtomicBool>);

impl MustFinish {
    /// Sets it.
    pub fn set(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    /// Whether it was set.
    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }
}
