//! The canonical request and the string to sign of Signature Version 4, as S3 wants them: the path
//! is encoded once and never normalised.

use crate::error::{ErrorCode, WireError};
use crate::percent::{Plus, canonical_into};
use http::HeaderMap;
use larder_digest::sha256;
use larder_types::hex;
use std::borrow::Cow;

/// What a canonical request is made from.
pub(crate) struct CanonicalRequest<'a> {
    pub method: &'a str,
    /// The path as sent.
    pub path_raw: &'a str,
    /// The query as sent.
    pub query_raw: &'a str,
    pub headers: &'a HeaderMap,
    /// Stands in for a missing Host header.
    pub authority: Option<&'a str>,
    /// Names, `;` between them.
    pub signed_headers: &'a str,
    pub payload_hash: &'a str,
}

/// What a signer folded in the headers' values. The documentation says "sequential spaces"; SDKs
/// differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fold {
    /// Runs of spaces (Go).
    Spaces,
    /// Runs of all white space (Python, JavaScript, Ruby, Java).
    WhiteSpace,
}

/// Most requests' canonical form fits without growing.
const CANONICAL_BYTES_TYPICAL: usize = 1024;
/// Longest canonical request in bytes. A head of 32 KiB whose query is encoded anew, each byte as
/// three, stays below it.
pub(crate) const CANONICAL_BYTES_MAX: usize = 128 << 10;

/// Refuses a head whose canonical request might exceed [`CANONICAL_BYTES_MAX`], before it is built.
/// The names in `signed_headers` are unique ([`super::signed_headers`]), so that every value stands
/// in it once.
///
/// Errors: `RequestHeaderSectionTooLarge`.
pub(crate) fn check_length(request: &CanonicalRequest<'_>) -> Result<(), WireError> {
    if bytes_at_most(request) > CANONICAL_BYTES_MAX {
        return Err(WireError::new(ErrorCode::RequestHeaderSectionTooLarge));
    }
    Ok(())
}

/// The canonical request, as long as its parts make it.
pub(crate) fn canonical_request(request: &CanonicalRequest<'_>, fold: Fold) -> String {
    let mut out = String::with_capacity(CANONICAL_BYTES_TYPICAL);
    out.push_str(request.method);
    out.push('\n');
    canonical_into(&mut out, request.path_raw, Plus::Literal, false);
    out.push('\n');
    query_into(&mut out, request.query_raw);
    out.push('\n');
    for name in request.signed_headers.split(';') {
        out.push_str(name);
        out.push(':');
        header_into(&mut out, request, (name, fold));
        out.push('\n');
    }
    out.push('\n');
    out.push_str(request.signed_headers);
    out.push('\n');
    out.push_str(request.payload_hash);
    out
}

/// An upper bound of the canonical request's length, in bytes: percent-encoding makes three of one,
/// Latin-1 read as text two.
fn bytes_at_most(request: &CanonicalRequest<'_>) -> usize {
    let encoded = 3 * (request.path_raw.len() + request.query_raw.len());
    let names = 2 * request.signed_headers.len();
    let values = request.headers.values().map(|value| 2 * value.len() + 1).sum::<usize>();
    let rest = request.method.len() + request.payload_hash.len() + 16;
    encoded + names + values + request.authority.map_or(0, str::len) + rest
}

/// Whether a signed value holds white space other than spaces, so that [`Fold`] matters. Not where
/// that is in a header that steers the request: two values of one signature are two requests, as a
/// copy of `a b` and one of the key with a tab in between.
pub(crate) fn has_other_space(request: &CanonicalRequest<'_>) -> bool {
    let steers = |name: &str| name.starts_with("x-amz-") && !name.starts_with("x-amz-meta-");
    let other = |c: char| c.is_whitespace() && c != ' ';
    let mut found = false;
    for name in request.signed_headers.split(';') {
        let mut values = request.headers.get_all(name).iter();
        if values.any(|value| text(value.as_bytes()).chars().any(other)) {
            if steers(name) {
                return false;
            }
            found = true;
        }
    }
    found
}

/// Sorted by encoded name, then encoded value. A presigned request's own signature is left out.
fn query_into(out: &mut String, raw: &str) {
    if raw.is_empty() {
        return;
    }
    let mut encoded = String::with_capacity(raw.len() + 16);
    let mut pairs = Vec::new();
    for pair in raw.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let start = encoded.len();
        canonical_into(&mut encoded, name, Plus::Space, true);
        let middle = encoded.len();
        if &encoded[start..middle] == "X-Amz-Signature" {
            continue;
        }
        canonical_into(&mut encoded, value, Plus::Space, true);
        pairs.push((start..middle, middle..encoded.len()));
    }
    pairs.sort_by(|(n1, v1), (n2, v2)| {
        let key = |name: &std::ops::Range<usize>| &encoded[name.clone()];
        (key(n1), key(v1)).cmp(&(key(n2), key(v2)))
    });
    for (at, (name, value)) in pairs.into_iter().enumerate() {
        if at > 0 {
            out.push('&');
        }
        out.push_str(&encoded[name]);
        out.push('=');
        out.push_str(&encoded[value]);
    }
}

/// A header's values, joined by commas, outer spaces trimmed and inner runs of them folded.
fn header_into(out: &mut String, request: &CanonicalRequest<'_>, (name, fold): (&str, Fold)) {
    let mut first = true;
    for value in request.headers.get_all(name) {
        if !first {
            out.push(',');
        }
        first = false;
        fold_into(out, &text(value.as_bytes()), fold);
    }
    if first && name == "host" {
        fold_into(out, request.authority.unwrap_or_default(), fold);
    }
}

/// A header's text. What is not UTF-8 is Latin-1, which signers hash as the UTF-8 of its letters.
pub(crate) fn text(value: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(value) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => Cow::Owned(value.iter().map(|b| char::from(*b)).collect()),
    }
}

fn fold_into(out: &mut String, value: &str, fold: Fold) {
    if fold == Fold::WhiteSpace {
        for (at, word) in value.split_whitespace().enumerate() {
            out.push_str(if at > 0 { " " } else { "" });
            out.push_str(word);
        }
        return;
    }
    let value = value.trim_matches([' ', '\t']);
    if !value.contains("  ") {
        out.push_str(value);
        return;
    }
    let mut space = false;
    for c in value.chars() {
        if c != ' ' || !space {
            out.push(c);
        }
        space = c == ' ';
    }
}

pub(crate) fn string_to_sign(amz_date: &str, scope: &str, canonical: &str) -> String {
    let mut out = String::with_capacity(160);
    for line in [super::ALGORITHM_V4, amz_date, scope] {
        out.push_str(line);
        out.push('\n');
    }
    out.push_str(&hex::encode(&sha256(canonical.as_bytes())));
    out
}

#[cfg(test)]
mod tests {
    use super::{CANONICAL_BYTES_MAX, CanonicalRequest, Fold, canonical_request, check_length};
    use crate::error::ErrorCode;
    use http::{HeaderMap, HeaderName, HeaderValue};

    fn check(query_raw: &str, headers: &[(&str, &[u8])], signed: &str, expected: &str) {
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            map.append(name, HeaderValue::from_bytes(value).unwrap());
        }
        let request = CanonicalRequest {
            method: "GET",
            path_raw: "/a//b/../c%2B d",
            query_raw,
            headers: &map,
            authority: Some("authority"),
            signed_headers: signed,
            payload_hash: "HASH",
        };
        let canonical = canonical_request(&request, Fold::Spaces);
        let expected = format!("GET\n/a//b/../c%2B%20d\n{expected}\n\n{signed}\nHASH");
        assert_eq!(canonical, expected);
    }

    #[test]
    fn query_is_sorted_by_encoded_name_then_value() {
        check(
            "prefix=somePrefix&marker=some+Marker&max-keys=20&acl&a-b=1&a=2&a=10&a%20=3",
            &[],
            "host",
            "a=10&a=2&a%20=3&a-b=1&acl=&marker=some%20Marker&max-keys=20&prefix=somePrefix\n\
             host:authority",
        );
        check("b=%2f%7e*&X-Amz-Signature=ff", &[], "host", "b=%2F~%2A\nhost:authority");
    }

    #[test]
    fn length_is_bounded_before_it_is_built() {
        let query = "%".repeat(CANONICAL_BYTES_MAX / 3);
        let refused = check_length(&CanonicalRequest {
            method: "GET",
            path_raw: "/",
            query_raw: &query,
            headers: &HeaderMap::new(),
            authority: None,
            signed_headers: "host",
            payload_hash: "",
        });
        let code = refused.map_err(|error| error.code);
        assert_eq!(code, Err(ErrorCode::RequestHeaderSectionTooLarge));
    }

    #[test]
    fn headers_are_trimmed_folded_and_joined() {
        check(
            "",
            &[
                ("Host", b"h:9000"),
                ("x-amz-meta-a", b"  two   words \t"),
                ("x-amz-meta-a", b"again"),
                ("x-amz-meta-b", b"caf\xe9"),
                ("x-amz-meta-c", "caf\u{e9}".as_bytes()),
            ],
            "host;missing;x-amz-meta-a;x-amz-meta-b;x-amz-meta-c",
            "\nhost:h:9000\nmissing:\nx-amz-meta-a:two words,again\nx-amz-meta-b:caf\u{e9}\n\
             x-amz-meta-c:caf\u{e9}",
        );
    }
}
