//! Signature Version 2, for clients from before 2014. Off unless the settings say otherwise: it
//! covers neither the body nor most headers.

use super::canonical::text;
use super::iso_seconds;
use super::{
    AuthType, PayloadMode, RequestParts, V2Claim, Verified, check_skew, not_signed,
    signature_mismatch,
};
use crate::error::{ErrorCode, WireError};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use larder_digest::hmac_sha1;
use larder_types::Timestamp;

/// The query parameters that are part of the resource ("Signing and authenticating REST requests").
const SUBRESOURCES: [&str; 41] = [
    "accelerate",
    "acl",
    "analytics",
    "attributes",
    "cors",
    "defaultObjectAcl",
    "delete",
    "encryption",
    "inventory",
    "legal-hold",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "partNumber",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "retention",
    "select",
    "select-type",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];

pub(super) fn verify(
    claim: &V2Claim<'_>,
    request: &RequestParts<'_>,
    secret: &str,
    now: Timestamp,
) -> Result<Verified, WireError> {
    check_query(request)?;
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
    let to_sign = string_to_sign(request, &date_line, "");
    if bare_bucket && !target.path_raw.ends_with('/') {
        // A bucket's resource is `/bucket/`; clients ask for `/bucket` and sign either.
        let with_slash = string_to_sign(request, &date_line, "/");
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

/// A parameter stands in for the header of its name, and this scheme covers no `x-amz-*` parameter:
/// one behind a presigned URL would steer the request unsigned. The session token is tied to its
/// access key instead.
fn check_query(request: &RequestParts<'_>) -> Result<(), WireError> {
    let uncovered = |name: &str| {
        name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("x-amz-"))
            && !name.eq_ignore_ascii_case("x-amz-security-token")
    };
    let names = request.target.query.iter().map(|(name, _)| name.as_str());
    let names: Vec<&str> = names.filter(|name| uncovered(name)).collect();
    match names.is_empty() {
        true => Ok(()),
        false => Err(not_signed(&names.join(", "))),
    }
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
fn string_to_sign(request: &RequestParts<'_>, date_line: &str, path_end: &str) -> String {
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
    let mut names: Vec<&str> = request.headers.keys().map(|name| name.as_str()).collect();
    names.retain(|name| name.starts_with("x-amz-"));
    names.sort_unstable();
    for name in names {
        out.push_str(name);
        for (at, value) in request.headers.get_all(name).iter().enumerate() {
            out.push(if at == 0 { ':' } else { ',' });
            out.push_str(text(value.as_bytes()).trim());
        }
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
    let in_table = |name: &str| SUBRESOURCES.binary_search(&name).is_ok();
    let mut parts: Vec<_> = target.query.iter().filter(|(name, _)| in_table(name)).collect();
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
    use super::SUBRESOURCES;

    #[test]
    fn subresources_are_sorted_for_the_search() {
        assert!(SUBRESOURCES.is_sorted());
    }
}
