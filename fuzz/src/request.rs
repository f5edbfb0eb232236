//! A request's head written as text.

use http::uri::PathAndQuery;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

/// Most headers of a head; the server's own listener takes 100.
const HEADERS_MAX: usize = 100;

/// The headers that make a claim of Signature Version 4 in the head, or stand in for one.
const CLAIM: [&str; 5] =
    ["authorization", "x-amz-date", "date", "x-amz-content-sha256", "x-amz-security-token"];

/// A head that an HTTP library lets through.
#[derive(Clone)]
pub struct Request {
    /// The method.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// The headers.
    pub headers: HeaderMap,
    /// A further target, from the line that begins with `>`.
    pub other_target: Option<String>,
}

impl Request {
    /// Reads `METHOD target`, then lines of `name: value` and `>target`. Lines that no HTTP library
    /// lets through are left out; `None` when the first is such a line.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let mut lines = text.split(|byte| *byte == b'\n');
        let mut first = lines.next()?.splitn(2, |byte| *byte == b' ');
        let method = Method::from_bytes(first.next()?).ok()?;
        let mut request = Self {
            method: method.as_str().to_owned(),
            target: target(first.next()?)?,
            headers: HeaderMap::new(),
            other_target: None,
        };
        for line in lines {
            if let Some(other) = line.strip_prefix(b">") {
                request.other_target = target(other);
            } else if request.headers.len() < HEADERS_MAX
                && let Some((name, value)) = header(line)
            {
                request.headers.append(name, value);
            }
        }
        Some(request)
    }

    /// The request as it is before it is signed: no claim, a host.
    #[must_use]
    pub fn without_claim(&self) -> Self {
        let mut headers = self.headers.clone();
        for name in CLAIM {
            headers.remove(name);
        }
        headers.entry("host").or_insert(HeaderValue::from_static("localhost"));
        Self { headers, ..self.clone() }
    }

    /// The first line of each header.
    #[must_use]
    pub fn each_header_once(&self) -> Self {
        let mut headers = HeaderMap::new();
        for name in self.headers.keys() {
            headers.insert(name, self.headers[name].clone());
        }
        Self { headers, ..self.clone() }
    }

    /// The same request with another method.
    #[must_use]
    pub fn with_method(&self, method: &str) -> Self {
        Self { method: method.to_owned(), ..self.clone() }
    }

    /// The same request for another target.
    #[must_use]
    pub fn with_target(&self, target: &str) -> Self {
        Self { target: target.to_owned(), ..self.clone() }
    }
}

fn target(text: &[u8]) -> Option<String> {
    PathAndQuery::try_from(text).ok().map(|target| target.as_str().to_owned())
}

fn header(line: &[u8]) -> Option<(HeaderName, HeaderValue)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let value = line[colon + 1..].trim_ascii();
    Some((HeaderName::from_bytes(&line[..colon]).ok()?, HeaderValue::from_bytes(value).ok()?))
}
