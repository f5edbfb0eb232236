//! Requests in, answers out, as clients send and expect them.

mod input;
mod output;
mod route;

use crate::RequestHead;
use http::HeaderMap;

/// A head for tests: owned parts that a [`RequestHead`] borrows.
#[derive(Default)]
struct Head {
    query: Vec<(String, String)>,
    headers: HeaderMap,
}

impl Head {
    fn query(mut self, name: &str, value: &str) -> Self {
        self.query.push((name.to_owned(), value.to_owned()));
        self
    }

    fn header(mut self, name: &'static str, value: impl AsRef<[u8]>) -> Self {
        let value = http::HeaderValue::from_bytes(value.as_ref()).unwrap();
        self.headers.append(name, value);
        self
    }

    fn head(&self) -> RequestHead<'_> {
        RequestHead { bucket: "bucket", key: "a/key", query: &self.query, headers: &self.headers }
    }
}
