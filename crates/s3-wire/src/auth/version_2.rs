//! Signature Version 2, for clients from before 2014, and for URLs and forms that boto3 presigns.
//! It covers neither the body nor most headers.

use super::canonical::text;
use super::iso_seconds;
use super::{
    PayloadMode, RequestParts, V2Claim, Verified, check_skew, not_signed, signature_mismatch,
};
use crate::error::{ErrorCode, WireError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use larder_digest::hmac_sha1;
use larder_s3_model::{Operation, is_hoisted, is_subresource};
use larder_types::{AuthType, Timestamp};
use std::collections::BTreeMap;

/// Parameters that are part of the resource beside the subresources of the operation table and
/// `response-*` ("Signing and authenticating REST requests"; `select-type` and `defaultObjectAcl`
/// are boto's).
const FURTHER: [&str; 3] = ["versionId", "select-type", "defaultObjectAcl"];

/// Headers that are read as headers alone: in a URL they would be signed and do nothing.
const HEADERS_ONLY: [&str; 4] =
    ["x-amz-content-sha256", "x-amz-date", "x-amz-decoded-content-length", "x-amz-trailer"];

/// Whether a query parameter is part of the resource that is signed. Every one that makes another
/// operation of a request has to be: with the table grows what is covered.
fn is_covered(name: &str) -> bool {
    let overrides = || Operation::GetObject.info().parameters.contains(&name);
    is_subresource(name)
        || FURTHER.contains(&name)
        || (name.starts_with("response-") && overrides())
}

pub(super) fn verify(
    claim: &V2Claim<'_>,
    request: &RequestParts<'_>,
    secret: &str,
    now: Timestamp,
) -> Result<Verified, WireError> {
    let amz = AmzValues::of(claim, request)?;
    check_resource(request)?;
    let header = |name| request.headers.get(name).map(|value| text(value.as_bytes()));
    let denied = |why: &'static str| WireError::with(ErrorCode::AccessDenied, why);
    let (signed_at, date_line) = match claim.expires {
        Some(expires) => {
            let seconds: i64 = expires
                .parse()
                .map_err(|_| denied("Invalid date (should be seconds since epoch)"))?;
            let at = Timestamp::from_seconds(seconds);
            if now > at {
                return Err(denied("Request has expired")
                    .element("Expires", iso_seconds(at))
                    .element("ServerTime", iso_seconds(now)));
            }
            (None, expires.to_owned())
        }
        None => {
            let amz_date = header("x-amz-date");
            let date = amz_date.clone().or_else(|| header("date")).unwrap_or_default();
            let at = Timestamp::parse_http_date(&date)
                .or_else(|| Timestamp::parse_amz_date(&date))
                // What lies before the epoch is no date to AWS, rather than a clock to set right.
                .filter(|at| at.ms >= 0)
                .ok_or_else(|| {
                    denied("AWS authentication requires a valid Date or x-amz-date header")
                })?;
            check_skew(at, &date, now)?;
            // A date that travels as x-amz-date is signed among the x-amz-* headers.
            let line = if amz_date.is_some() { String::new() } else { date.into_owned() };
            (Some(at), line)
        }
    };
    let target = request.target;
    let bare_bucket = target.bucket.is_some() && target.key.is_none();
    let to_sign = string_to_sign(request, (&date_line, &amz), "");
    if bare_bucket && !target.path_raw.ends_with('/') {
        // A bucket's resource is `/bucket/`; clients ask for `/bucket` and sign either.
        let with_slash = string_to_sign(request, (&date_line, &amz), "/");
        check_tag(claim, secret, &with_slash).or_else(|_| check_tag(claim, secret, &to_sign))?;
    } else {
        check_tag(claim, secret, &to_sign)?;
    }
    let by_query = claim.expires.is_some();
    Ok(Verified {
        payload: PayloadMode::of_unsigned(request.headers)?,
        auth_type: if by_query { AuthType::RestQueryString } else { AuthType::RestHeader },
        signed_at,
        region: None,
    })
}

/// The `x-amz-*` values that the signature covers, by name in lower case.
struct AmzValues(BTreeMap<String, String>);

impl AmzValues {
    /// A parameter stands in for the header of its name. Who presigns a URL signs headers and then
    /// moves them into its query (boto3), so there both are covered. A signature in the
    /// Authorization header covers no parameter of these, and one behind it would steer the request
    /// unsigned (the session token is tied to its access key instead); so would another value of
    /// the same name. A parameter that nobody reads as a header is not covered either: moved out of
    /// the headers, what was signed would no longer be done.
    ///
    /// Errors: `AccessDenied` with the names.
    fn of(claim: &V2Claim<'_>, request: &RequestParts<'_>) -> Result<Self, WireError> {
        let mut values = BTreeMap::new();
        for name in request.headers.keys().filter(|name| is_amz(name.as_str())) {
            let lines = request.headers.get_all(name).iter();
            let lines: Vec<_> = lines.map(|v| text(v.as_bytes()).trim().to_owned()).collect();
            values.insert(name.as_str().to_owned(), lines.join(","));
        }
        let mut uncovered: Vec<&str> = Vec::new();
        for (name, value) in request.target.query.iter().filter(|(name, _)| is_amz(name)) {
            let lower = name.to_ascii_lowercase();
            let value = value.trim();
            let covered = match claim.expires {
                // What is sent both ways is read from the header.
                Some(_) if values.contains_key(&lower) => values[&lower] == value,
                Some(_) if stands_for_header(&lower, value) => {
                    values.insert(lower, value.to_owned());
                    true
                }
                Some(_) => false,
                None => lower == "x-amz-security-token",
            };
            if !covered {
                uncovered.push(name);
            }
        }
        if uncovered.is_empty() { Ok(Self(values)) } else { Err(not_signed(&uncovered.join(", "))) }
    }
}

/// Whether a parameter is read as the header of its name and could be one. One with a line end in
/// it would look like several to the signature.
fn stands_for_header(name: &str, value: &str) -> bool {
    is_hoisted(name)
        && !HEADERS_ONLY.contains(&name)
        && http::HeaderName::from_bytes(name.as_bytes()).is_ok()
        && !value.contains(char::is_control)
}

/// The resource is signed with its parameters' values decoded. A value in which another parameter
/// seems to follow would have the signature of a request with both.
fn check_resource(request: &RequestParts<'_>) -> Result<(), WireError> {
    let parameters = request.target.query.iter().filter(|(name, _)| is_covered(name));
    for (name, value) in parameters {
        let mut pieces = value.split('&').skip(1);
        if pieces.any(|piece| is_covered(piece.split('=').next().unwrap_or_default())) {
            return Err(not_signed(name));
        }
    }
    Ok(())
}

fn is_amz(name: &str) -> bool {
    name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"))
}

/// Compares a base64 HMAC-SHA-1 in constant time.
pub(super) fn check_tag(claim: &V2Claim<'_>, secret: &str, to_sign: &str) -> Result<(), WireError> {
    let expected = hmac_sha1(secret.as_bytes(), to_sign.as_bytes());
    let provided = STANDARD.decode(claim.signature).unwrap_or_default();
    let differences = expected.iter().zip(&provided).fold(0, |d, (a, b)| d | (a ^ b));
    if provided.len() != expected.len() || differences != 0 {
        return Err(signature_mismatch(claim.access_key, to_sign, claim.signature));
    }
    Ok(())
}

/// Method, Content-MD5, Content-Type, date, the `x-amz-*` headers, the resource with `path_end`
/// behind its path.
fn string_to_sign(
    request: &RequestParts<'_>,
    (date_line, amz): (&str, &AmzValues),
    path_end: &str,
) -> String {
    let mut out = String::with_capacity(256);
    out.push_str(request.method);
    out.push('\n');
    for name in ["content-md5", "content-type"] {
        if let Some(value) = request.headers.get(name) {
            out.push_str(&text(value.as_bytes()));
        }
        out.push('\n');
    }
    out.push_str(date_line);
    out.push('\n');
    for (name, value) in &amz.0 {
        out.push_str(name);
        out.push(':');
        out.push_str(value);
        out.push('\n');
    }
    resource_into(&mut out, request, path_end);
    out
}

fn resource_into(out: &mut String, request: &RequestParts<'_>, path_end: &str) {
    let target = request.target;
    if let (true, Some(bucket)) = (target.virtual_host, &target.bucket) {
        out.push('/');
        out.push_str(bucket);
    }
    out.push_str(&target.path_raw);
    out.push_str(path_end);
    let mut parts: Vec<_> = target.query.iter().filter(|(name, _)| is_covered(name)).collect();
    parts.sort();
    for (at, (name, value)) in parts.into_iter().enumerate() {
        out.push(if at == 0 { '?' } else { '&' });
        out.push_str(name);
        if !value.is_empty() {
            out.push('=');
            out.push_str(value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::is_covered;
    use larder_s3_model::OPERATIONS;

    /// The documentation's list, and boto's. What is not in them is in the table.
    const KNOWN: &str = "accelerate acl analytics cors defaultObjectAcl delete inventory lifecycle \
        location logging metrics notification object-lock partNumber policy replication \
        requestPayment response-cache-control response-content-disposition \
        response-content-encoding response-content-language response-content-type \
        response-expires restore select select-type tagging torrent uploadId uploads versionId \
        versioning versions website";

    #[test]
    fn what_tells_operations_apart_is_covered() {
        for info in &OPERATIONS {
            // What refines a subresource, and what decides by its value, clients leave out.
            let refines = ["id", "annotationName", "list-type"];
            for (name, _) in info.query.iter().filter(|(name, _)| !refines.contains(name)) {
                assert!(is_covered(name), "{}: {name}", info.name);
            }
        }
        for name in KNOWN.split_ascii_whitespace() {
            assert!(is_covered(name), "{name}");
        }
        for name in ["annotation", "attributes", "renameObject", "publicAccessBlock"] {
            assert!(is_covered(name), "{name}");
        }
        for name in ["prefix", "marker", "x-id", "response-", "response-etag", "list-type"] {
            assert!(!is_covered(name), "{name}");
        }
    }
}
