//! Requests and their heads, signed or not.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderName, HeaderValue};
use larder_s3_wire::signer::{Signer, UNSIGNED_PAYLOAD};
use larder_types::hex;

/// The SHA-256 of no bytes, in hex.
pub const EMPTY_SHA256: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Bodies up to here are hashed for the signature unless told otherwise; larger ones go unsigned.
const SIGNED_BYTES_MAX: usize = 16 << 10;

/// A request. Its head has the headers given here, `host`, `content-length` and the signature.
pub struct Request<'a> {
    /// The method.
    pub method: &'a str,
    /// Path and query, percent-encoded as they are sent.
    pub target: &'a str,
    /// Further headers. Names are lower case, values printable; anything else panics.
    pub headers: Vec<(&'static str, String)>,
    /// What follows the head. It is sent as it is.
    pub body: &'a [u8],
}

impl<'a> Request<'a> {
    /// A request without a body and without headers of its own.
    pub fn new(method: &'a str, target: &'a str) -> Self {
        Self { method, target, headers: Vec::new(), body: &[] }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Gives it a body.
    #[must_use]
    pub fn body(mut self, body: &'a [u8]) -> Self {
        self.body = body;
        self
    }

    /// The `x-amz-content-sha256` of its body: a hash when the body is small, otherwise the word
    /// for a body that is not signed.
    pub fn payload(&self) -> String {
        match self.body {
            [] => EMPTY_SHA256.to_owned(),
            body if body.len() <= SIGNED_BYTES_MAX => hex::encode(&larder_digest::sha256(body)),
            _ => UNSIGNED_PAYLOAD.to_owned(),
        }
    }

    /// Its head without a signature.
    pub fn head(&self, host: &str) -> Vec<u8> {
        self.write(&self.header_map(host))
    }

    /// Its head, signed in its headers (SigV4). `payload` is the `x-amz-content-sha256`, mostly
    /// [`Request::payload`].
    pub fn signed_head(&self, host: &str, signer: &Signer<'_>, payload: &str) -> Vec<u8> {
        let mut headers = self.header_map(host);
        signer.sign_request(self.method, self.target, &mut headers, payload);
        self.write(&headers)
    }

    fn header_map(&self, host: &str) -> HeaderMap {
        let value = |text: &str| HeaderValue::from_str(text).expect("header values are printable");
        let mut headers = HeaderMap::new();
        headers.insert("host", value(host));
        for (name, text) in &self.headers {
            headers.insert(HeaderName::from_static(name), value(text));
        }
        headers
    }

    fn write(&self, headers: &HeaderMap) -> Vec<u8> {
        let mut out = format!("{} {} HTTP/1.1\r\n", self.method, self.target).into_bytes();
        let mut line = |name: &str, value: &[u8]| {
            out.extend_from_slice(name.as_bytes());
            out.extend_from_slice(b": ");
            out.extend_from_slice(value);
            out.extend_from_slice(b"\r\n");
        };
        for (name, value) in headers {
            line(name.as_str(), value.as_bytes());
        }
        // RFC 9110, 8.6: not where a body has no meaning, unless there is one all the same.
        if !self.body.is_empty() || matches!(self.method, "PUT" | "POST") {
            line("content-length", self.body.len().to_string().as_bytes());
        }
        out.extend_from_slice(b"\r\n");
        out
    }
}

/// The value of `content-md5` for a body.
pub fn content_md5(body: &[u8]) -> String {
    STANDARD.encode(larder_digest::md5(body))
}

#[cfg(test)]
mod tests {
    use super::{EMPTY_SHA256, Request, content_md5};
    use larder_s3_wire::signer::{Signer, UNSIGNED_PAYLOAD};
    use larder_types::{Timestamp, hex};

    #[test]
    fn heads() {
        let request = Request::new("PUT", "/b/k?tagging=").header("x-amz-tagging", "a=b");
        let head = String::from_utf8(request.body(b"abc").head("h:9")).unwrap();
        let (line, headers) = head.split_once("\r\n").unwrap();
        assert_eq!(line, "PUT /b/k?tagging= HTTP/1.1");
        let mut headers: Vec<&str> = headers.lines().collect();
        headers.sort_unstable();
        assert_eq!(headers, ["", "content-length: 3", "host: h:9", "x-amz-tagging: a=b"]);
        let head = String::from_utf8(Request::new("GET", "/").head("h")).unwrap();
        assert_eq!(head, "GET / HTTP/1.1\r\nhost: h\r\n\r\n");
    }

    /// The example "GET Bucket (List Objects)" of AWS's page on SigV4 in headers.
    #[test]
    fn heads_are_signed_as_aws_does() {
        let signer = Signer {
            access_key: "AKIAIOSFODNN7EXAMPLE",
            secret: "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            session_token: None,
            region: "us-east-1",
            service: "s3",
            now: Timestamp::parse_amz_date("20130524T000000Z").unwrap(),
        };
        let request = Request::new("GET", "/?max-keys=2&prefix=J");
        let head = request.signed_head("examplebucket.s3.amazonaws.com", &signer, EMPTY_SHA256);
        let signature = "34b48302e7b5fa45bde8084f4b7868a86f0a534bc59db6670ed5711ef69dc6f7";
        assert!(String::from_utf8(head).unwrap().contains(signature));
    }

    #[test]
    fn payloads_and_checksums() {
        assert_eq!(Request::new("GET", "/").payload(), EMPTY_SHA256);
        assert_eq!(hex::encode(&larder_digest::sha256(b"")), EMPTY_SHA256);
        let small = Request::new("PUT", "/").body(b"abc").payload();
        assert!(small.starts_with("ba7816bf8f01cfea"), "{small}");
        assert_eq!(Request::new("PUT", "/").body(&[0; 16 << 10]).payload().len(), 64);
        let large = vec![0; (16 << 10) + 1];
        assert_eq!(Request::new("PUT", "/").body(&large).payload(), UNSIGNED_PAYLOAD);
        assert_eq!(content_md5(b""), "1B2M2Y8AsgTpgAmY7PhCfg==");
    }
}
