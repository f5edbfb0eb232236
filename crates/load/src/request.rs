//! Signed request heads.

use crate::plan::Plan;
use http::{HeaderMap, HeaderName, HeaderValue};
use larder_s3_wire::signer::Signer;
use larder_types::Timestamp;
use std::time::{SystemTime, UNIX_EPOCH};

/// The SHA-256 of no bytes.
pub(crate) const EMPTY_SHA256: &str =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// A request before it is signed.
pub(crate) struct Request<'a> {
    pub(crate) method: &'static str,
    /// Path and query, encoded.
    pub(crate) target: String,
    /// The body's SHA-256 in hex, or the word for an unsigned one.
    pub(crate) payload: &'a str,
    pub(crate) body: &'a [u8],
    /// `content-md5`, which DeleteObjects wants.
    pub(crate) md5: Option<String>,
}

impl Request<'_> {
    /// Without a body.
    pub(crate) fn bare(method: &'static str, target: String) -> Self {
        Self { method, target, payload: EMPTY_SHA256, body: &[], md5: None }
    }
}

/// Writes the signed head of `request` to `out`.
pub(crate) fn write_head(out: &mut Vec<u8>, plan: &Plan, host: &str, request: &Request<'_>) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).expect("the clock is past 1970");
    let signer = Signer {
        access_key: &plan.access_key,
        secret: &plan.secret_key,
        session_token: None,
        region: &plan.region,
        service: "s3",
        now: Timestamp::from_seconds(now.as_secs().cast_signed()),
    };
    let mut headers = HeaderMap::with_capacity(8);
    headers.insert("host", HeaderValue::from_str(host).expect("an endpoint's host is a header"));
    if let Some(md5) = &request.md5 {
        let value = HeaderValue::from_str(md5).expect("Base64 is a header");
        headers.insert(HeaderName::from_static("content-md5"), value);
    }
    if matches!(request.method, "PUT" | "POST") {
        headers.insert("content-length", HeaderValue::from(request.body.len()));
    }
    signer.sign_request(request.method, &request.target, &mut headers, request.payload);
    for piece in [request.method, " ", &request.target, " HTTP/1.1\r\n"] {
        out.extend_from_slice(piece.as_bytes());
    }
    for (name, value) in &headers {
        for piece in [name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"] {
            out.extend_from_slice(piece);
        }
    }
    out.extend_from_slice(b"\r\n");
}
