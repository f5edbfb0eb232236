//! The client's side: signs requests, URLs, chunks and forms. For tests, the admin client and the
//! bench tool; the server never signs.

use crate::auth::{
    ALGORITHM_V4, CanonicalRequest, ChunkSigner, Fold, canonical_request, derive_signing_key,
    string_to_sign,
};
use crate::percent;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{HeaderMap, HeaderValue};
use larder_digest::{HmacSha256Key, sha256};
use larder_types::{Timestamp, hex};

/// The one service whose signatures need not cover the body.
const S3: &str = "s3";
/// The payload hash of a body that is not signed.
pub const UNSIGNED_PAYLOAD: &str = "UNSIGNED-PAYLOAD";

/// A client's credentials and where and when it signs.
#[derive(Clone, Copy)]
pub struct Signer<'a> {
    /// The access key id.
    pub access_key: &'a str,
    /// The secret access key.
    pub secret: &'a str,
    /// The session token of temporary credentials.
    pub session_token: Option<&'a str>,
    /// The region.
    pub region: &'a str,
    /// The service, `s3` for S3.
    pub service: &'a str,
    /// The moment of signing.
    pub now: Timestamp,
}

impl Signer<'_> {
    fn scope(&self, amz_date: &str) -> String {
        format!("{}/{}/{}/aws4_request", &amz_date[..8], self.region, self.service)
    }

    fn key(&self, scope: &str) -> HmacSha256Key {
        derive_signing_key(self.secret, scope)
    }

    fn sign(&self, request: &CanonicalRequest<'_>, amz_date: &str, scope: &str) -> String {
        let to_sign = string_to_sign(amz_date, scope, &canonical_request(request, Fold::Spaces));
        hex::encode(&self.key(scope).sign(to_sign.as_bytes()))
    }

    /// Signs a request in its headers: adds `x-amz-date`, the session token, `authorization` and,
    /// for S3, `x-amz-content-sha256`, which other services do not ask for.
    /// `headers` must hold `host`; every header that is there gets signed. `payload` is the body's
    /// SHA-256 in hex, [`UNSIGNED_PAYLOAD`] or a `STREAMING-` word.
    ///
    /// Returns what signs the chunks that follow.
    pub fn sign_request(
        &self,
        method: &str,
        path_and_query: &str,
        headers: &mut HeaderMap,
        payload: &str,
    ) -> ChunkSigner {
        let amz_date = self.now.to_amz_date();
        let scope = self.scope(&amz_date);
        set(headers, "x-amz-date", &amz_date);
        if self.service == S3 {
            set(headers, "x-amz-content-sha256", payload);
        }
        if let Some(token) = self.session_token {
            set(headers, "x-amz-security-token", token);
        }
        let signed_headers = names_of(headers);
        let (path_raw, query_raw) = split(path_and_query);
        let request = CanonicalRequest {
            method,
            path_raw,
            query_raw,
            headers,
            authority: None,
            signed_headers: &signed_headers,
            payload_hash: payload,
        };
        let signature = self.sign(&request, &amz_date, &scope);
        let access_key = self.access_key;
        let authorization = format!(
            "{ALGORITHM_V4} Credential={access_key}/{scope},SignedHeaders={signed_headers},\
             Signature={signature}"
        );
        set(headers, "authorization", &authorization);
        ChunkSigner::new(self.key(&scope), &amz_date, &scope, &signature)
    }

    /// Signs a request in its query; returns the path and query to send. S3's have any body, those
    /// of other services none. `headers` must hold
    /// `host`, and all of them must be sent as they are.
    pub fn presign_url(
        &self,
        method: &str,
        path_and_query: &str,
        headers: &HeaderMap,
        expires_seconds: u64,
    ) -> String {
        let amz_date = self.now.to_amz_date();
        let scope = self.scope(&amz_date);
        let signed_headers = names_of(headers);
        let mut url = path_and_query.to_owned();
        let mut add = |name: &str, value: &str| {
            url.push(if url.contains('?') { '&' } else { '?' });
            url.push_str(name);
            url.push('=');
            percent::uri_encode_into(&mut url, value.as_bytes(), true);
        };
        add("X-Amz-Algorithm", ALGORITHM_V4);
        add("X-Amz-Credential", &format!("{}/{scope}", self.access_key));
        add("X-Amz-Date", &amz_date);
        add("X-Amz-Expires", &expires_seconds.to_string());
        if let Some(token) = self.session_token {
            add("X-Amz-Security-Token", token);
        }
        add("X-Amz-SignedHeaders", &signed_headers);
        let (path_raw, query_raw) = split(&url);
        let nothing = hex::encode(&sha256(b""));
        let request = CanonicalRequest {
            method,
            path_raw,
            query_raw,
            headers,
            authority: None,
            signed_headers: &signed_headers,
            payload_hash: if self.service == S3 { UNSIGNED_PAYLOAD } else { &nothing },
        };
        let signature = self.sign(&request, &amz_date, &scope);
        format!("{url}&X-Amz-Signature={signature}")
    }

    /// Signs a POST policy (JSON text); returns the form fields that go with it. The policy itself
    /// must hold conditions for those whose names begin with `x-amz-`, except the signature.
    pub fn sign_post_policy(&self, policy: &str) -> Vec<(String, String)> {
        let amz_date = self.now.to_amz_date();
        let scope = self.scope(&amz_date);
        let policy = STANDARD.encode(policy);
        let signature = hex::encode(&self.key(&scope).sign(policy.as_bytes()));
        let mut fields = vec![
            ("x-amz-algorithm", ALGORITHM_V4.to_owned()),
            ("x-amz-credential", format!("{}/{scope}", self.access_key)),
            ("x-amz-date", amz_date),
        ];
        if let Some(token) = self.session_token {
            fields.push(("x-amz-security-token", token.to_owned()));
        }
        fields.push(("policy", policy));
        fields.push(("x-amz-signature", signature));
        fields.into_iter().map(|(n, v)| (n.to_owned(), v)).collect()
    }
}

/// Frames a body as aws-chunked. Without a signer the chunks are unsigned, which S3 accepts with
/// trailers only. `trailers` is `None` in the modes that have none.
pub fn sign_chunks(
    body: &[u8],
    chunk_bytes: usize,
    mut signer: Option<ChunkSigner>,
    trailers: Option<&[(&str, &str)]>,
) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() + body.len() / chunk_bytes * 100 + 512);
    for chunk in body.chunks(chunk_bytes).chain([&[][..]]) {
        out.extend_from_slice(format!("{:x}", chunk.len()).as_bytes());
        if let Some(signer) = &mut signer {
            let signature = signer.sign_chunk(&sha256(chunk));
            out.extend_from_slice(format!(";chunk-signature={signature}").as_bytes());
        }
        out.extend_from_slice(b"\r\n");
        out.extend_from_slice(chunk);
        if !chunk.is_empty() {
            out.extend_from_slice(b"\r\n");
        }
    }
    let mut canonical = String::new();
    for (name, value) in trailers.unwrap_or_default() {
        canonical.push_str(&format!("{name}:{value}\n"));
        out.extend_from_slice(format!("{name}:{value}\r\n").as_bytes());
    }
    if let (Some(signer), true) = (&mut signer, trailers.is_some()) {
        let signature = signer.sign_trailers(&canonical);
        out.extend_from_slice(format!("x-amz-trailer-signature:{signature}\r\n").as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    out
}

fn set(headers: &mut HeaderMap, name: &'static str, value: &str) {
    let value = HeaderValue::from_str(value).expect("a signed value is printable");
    headers.insert(name, value);
}

fn names_of(headers: &HeaderMap) -> String {
    let mut names: Vec<&str> = headers.keys().map(|name| name.as_str()).collect();
    names.retain(|name| *name != "authorization");
    names.sort_unstable();
    names.join(";")
}

fn split(path_and_query: &str) -> (&str, &str) {
    path_and_query.split_once('?').unwrap_or((path_and_query, ""))
}
