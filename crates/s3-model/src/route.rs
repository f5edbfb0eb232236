//! From a request's line and headers to the operation it asks for.

use crate::generated::operations::{self, OPERATIONS, Operation};
use http::{HeaderMap, Method};

/// What a request's path names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Level {
    /// `/`
    Service,
    /// `/bucket`
    Bucket,
    /// `/bucket/key`
    Object,
}

/// What an operation's request body is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestBody {
    /// The operation takes none.
    None,
    /// A document with this root element.
    Xml(&'static str),
    /// Text, read whole.
    Text,
    /// Data, of any length.
    Stream,
}

/// An operation's row in [`OPERATIONS`].
#[derive(Debug)]
pub struct OperationInfo {
    /// The operation.
    pub operation: Operation,
    /// AWS's name.
    pub name: &'static str,
    /// The HTTP method.
    pub method: &'static str,
    /// What its path names.
    pub level: Level,
    /// Query parameters that tell it from others; an empty value stands for any.
    pub query: &'static [(&'static str, &'static str)],
    /// Headers that tell it from others.
    pub headers: &'static [&'static str],
    /// Parameters of its own that would tell another operation, if it had not them itself.
    pub shared: &'static [&'static str],
    /// The status of its success.
    pub status: u16,
    /// Its request body.
    pub body: RequestBody,
    /// Whether it is refused without `Content-MD5` or a checksum of the body.
    pub checksum_required: bool,
    /// The operation that requests of this form go to instead: a later one of the same form.
    pub superseded_by: Option<Operation>,
}

impl Operation {
    /// The operation's row.
    pub fn info(self) -> &'static OperationInfo {
        &OPERATIONS[self as usize]
    }

    /// AWS's name.
    pub fn name(self) -> &'static str {
        self.info().name
    }

    /// AWS's reference page.
    pub fn documentation_url(self) -> String {
        format!("https://docs.aws.amazon.com/AmazonS3/latest/API/API_{}.html", self.name())
    }
}

/// The operation that a request asks for; the most specific one that fits. `None` when there is
/// none, also for a known subresource with a method it does not have: `DELETE ?versions` must not
/// become DeleteBucket. A browser's POST form is not in the model; the caller looks for it first.
/// `query` is percent-decoded.
pub fn route(
    method: &Method,
    level: Level,
    query: &[(String, String)],
    headers: &HeaderMap,
) -> Option<Operation> {
    let candidates = operations::candidates(method.as_str(), level);
    let fits = |operation: &&Operation| fits(operation.info(), query, headers);
    candidates.iter().find(fits).copied()
}

fn fits(info: &OperationInfo, query: &[(String, String)], headers: &HeaderMap) -> bool {
    let given = |(name, value): &(&str, &str)| {
        query.iter().any(|(n, v)| n == name && (value.is_empty() || v == value))
    };
    if info.query.is_empty() && asks_for_subresource(info, query) {
        return false;
    }
    info.query.iter().all(given) && info.headers.iter().all(|name| headers.contains_key(*name))
}

fn asks_for_subresource(info: &OperationInfo, query: &[(String, String)]) -> bool {
    let subresources = operations::subresources(info.level);
    query.iter().any(|(name, _)| {
        subresources.contains(&name.as_str()) && !info.shared.contains(&name.as_str())
    })
}
