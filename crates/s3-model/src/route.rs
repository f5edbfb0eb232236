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
    /// All query parameters of its input.
    pub parameters: &'static [&'static str],
    /// The status of its success.
    pub status: u16,
    /// Its request body.
    pub body: RequestBody,
    /// Whether it is refused without `Content-MD5` or a checksum of the body. By
    /// `overrides.toml`, not by the model, whose rule is one for SDKs.
    pub checksum_required: bool,
    /// The operation that requests of this form go to instead: a later one of the same form.
    pub superseded_by: Option<Operation>,
}

impl OperationInfo {
    /// Whether the operation reads this query parameter, or is told by it from others.
    pub fn has(&self, parameter: &str) -> bool {
        self.parameters.contains(&parameter) || self.query.iter().any(|(n, _)| *n == parameter)
    }
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
/// none, also for a subresource that none has there: `DELETE ?versions` must not become
/// DeleteBucket, `PUT /bucket/key?policy` must not write the policy into the object. To GET at a
/// key, a subresource that only buckets have answers the bucket's. A browser's POST form is not in
/// the model; the caller looks for it first. `query` is percent-decoded.
pub fn route(
    method: &Method,
    level: Level,
    query: &[(String, String)],
    headers: &HeaderMap,
) -> Option<Operation> {
    let of_bucket = |(name, _): &(String, String)| {
        has_subresource(Level::Bucket, name) && !has_subresource(Level::Object, name)
    };
    let level = match level {
        Level::Object if method == Method::GET && query.iter().any(of_bucket) => Level::Bucket,
        level => level,
    };
    let candidates = operations::candidates(method.as_str(), level);
    // Picked out once: a query of hundreds of names is not compared with the table again and again.
    let names = query.iter().map(|(name, _)| name.as_str());
    let mut subresources: Vec<&str> = names.filter(|name| is_subresource(name)).collect();
    subresources.sort_unstable();
    subresources.dedup();
    let fits = |operation: &&Operation| {
        let info = operation.info();
        subresources.iter().all(|name| info.has(name)) && fits(info, query, headers)
    };
    candidates.iter().find(fits).copied()
}

/// Whether a query parameter is a subresource of a bucket or an object: one without which a
/// request would ask for another operation.
pub fn is_subresource(name: &str) -> bool {
    has_subresource(Level::Bucket, name) || has_subresource(Level::Object, name)
}

fn has_subresource(level: Level, name: &str) -> bool {
    operations::subresources(level).contains(&name)
}

fn fits(info: &OperationInfo, query: &[(String, String)], headers: &HeaderMap) -> bool {
    // Of a parameter that comes twice the first counts, as it does for an input's fields.
    let given = |(name, value): &(&str, &str)| {
        let first = query.iter().find(|(n, _)| n == name);
        first.is_some_and(|(_, v)| value.is_empty() || v == value)
    };
    info.query.iter().all(given) && info.headers.iter().all(|name| headers.contains_key(*name))
}
