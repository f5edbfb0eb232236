//! Signature Version 4 of a request, in header and query.

use super::canonical::{check_length, has_other_space, text};
use super::claim::CredentialPlace;
use super::payload::DeclaredPayload;
use super::signed_headers::SignedHeaders;
use super::{
    AuthSettings, CanonicalRequest, ChunkSigner, Fold, RequestParts, SigningKeys, V4Claim,
    Verified, canonical_request, check_skew, iso_seconds, not_signed, signature_mismatch,
    spaced_hex, string_to_sign,
};
use crate::error::{ErrorCode, WireError, echoed};
use http::HeaderMap;
use larder_types::limits::{CLOCK_SKEW_SECONDS_MAX, PRESIGNED_SECONDS_MAX};
use larder_types::{AuthType, Timestamp, hex};
use std::borrow::Cow;

/// What verification needs from its [`super::Verifier`].
pub(super) type Means<'a> = (&'a AuthSettings, &'a SigningKeys);

pub(super) fn verify_header(
    means: &Means<'_>,
    claim: &V4Claim<'_>,
    request: &RequestParts<'_>,
    secret: &str,
    now: Timestamp,
) -> Result<Verified, WireError> {
    check_scope(means.0, claim, CredentialPlace::Header)?;
    let (signed_at, amz_date) = header_date(request.headers)?;
    check_skew(signed_at, &amz_date, now)?;
    check_scope_date(claim, &amz_date, CredentialPlace::Header)?;
    let payload_hash = match (request.body_sha256, request.headers.get("x-amz-content-sha256")) {
        (Some(digest), _) => Cow::Owned(hex::encode(&digest)),
        (None, Some(declared)) => text(declared.as_bytes()),
        (None, None) => {
            return Err(WireError::with(
                ErrorCode::InvalidRequest,
                "Missing required header for this request: x-amz-content-sha256",
            ));
        }
    };
    let signed = Signed {
        claim,
        request,
        amz_date: &amz_date,
        payload_hash: &payload_hash,
        auth_type: AuthType::RestHeader,
    };
    signed.verify(means.1, secret, signed_at)
}

pub(super) fn verify_query(
    means: &Means<'_>,
    claim: &V4Claim<'_>,
    request: &RequestParts<'_>,
    secret: &str,
    now: Timestamp,
) -> Result<Verified, WireError> {
    let query = |name| request.target.query_value(name).unwrap_or_default();
    let error =
        |why: &'static str| WireError::with(ErrorCode::AuthorizationQueryParametersError, why);
    let expires = presigned_seconds(query("X-Amz-Expires")).map_err(error)?;
    let amz_date = query("X-Amz-Date");
    let signed_at = Timestamp::parse_amz_date(amz_date).ok_or_else(|| {
        error("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"")
    })?;
    check_scope(means.0, claim, CredentialPlace::Query)?;
    check_scope_date(claim, amz_date, CredentialPlace::Query)?;
    if signed_at.ms > now.ms + CLOCK_SKEW_SECONDS_MAX * 1000 {
        return Err(WireError::with(ErrorCode::AccessDenied, "Request is not valid yet")
            .element("X-Amz-Date", amz_date)
            .element("ServerTime", iso_seconds(now)));
    }
    let expires_at = Timestamp { ms: signed_at.ms + expires * 1000 };
    if now > expires_at {
        return Err(WireError::with(ErrorCode::AccessDenied, "Request has expired")
            .element("X-Amz-Expires", expires.to_string())
            .element("Expires", iso_seconds(expires_at))
            .element("ServerTime", iso_seconds(now)));
    }
    // The header, when there is one, must be signed like every x-amz-* header, so it can be
    // believed; the query is always covered.
    let header = request.headers.get("x-amz-content-sha256");
    let header = match request.body_sha256 {
        Some(digest) => Some(Cow::Owned(hex::encode(&digest))),
        None => header.map(|value| text(value.as_bytes())),
    };
    let parameter = || request.target.query_value("X-Amz-Content-Sha256");
    let payload_hash = header.as_deref().or_else(parameter).unwrap_or("UNSIGNED-PAYLOAD");
    let signed =
        Signed { claim, request, amz_date, payload_hash, auth_type: AuthType::RestQueryString };
    signed.verify(means.1, secret, signed_at)
}

/// `X-Amz-Expires`, or AWS's sentence about what is wrong with it.
fn presigned_seconds(text: &str) -> Result<i64, &'static str> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err("X-Amz-Expires should be a number");
    }
    if digits.len() < text.len() {
        return Err("X-Amz-Expires must be non-negative");
    }
    // More digits than fit are more seconds than are allowed.
    let seconds: u64 = digits.parse().unwrap_or(u64::MAX);
    if seconds > PRESIGNED_SECONDS_MAX {
        return Err("X-Amz-Expires must be less than a week (in seconds); that is, the given \
             X-Amz-Expires must be less than 604800 seconds");
    }
    Ok(seconds as i64)
}

/// `x-amz-date`, else `Date`; either may have either form. Returned with its basic ISO 8601 form,
/// which is what gets signed.
fn header_date(headers: &HeaderMap) -> Result<(Timestamp, String), WireError> {
    let value = headers
        .get("x-amz-date")
        .or_else(|| headers.get(http::header::DATE))
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    if let Some(at) = Timestamp::parse_amz_date(value) {
        return Ok((at, value.to_owned()));
    }
    match Timestamp::parse_http_date(value) {
        Some(at) => Ok((at, at.to_amz_date())),
        None => Err(WireError::with(
            ErrorCode::AccessDenied,
            "AWS authentication requires a valid Date or x-amz-date header",
        )),
    }
}

pub(super) fn check_scope(
    settings: &AuthSettings,
    claim: &V4Claim<'_>,
    place: CredentialPlace,
) -> Result<(), WireError> {
    if !settings.services.iter().any(|s| s == claim.service) {
        let expected = settings.services.join("\" or \"");
        return Err(place.malformed(format!(
            "incorrect service \"{}\". This endpoint belongs to \"{expected}\".",
            claim.service
        )));
    }
    match &settings.region {
        Some(region) if region != claim.region => Err(place
            .malformed(format!("the region '{}' is wrong; expecting '{region}'", claim.region))
            .element("Region", region)),
        _ => Ok(()),
    }
}

pub(super) fn check_scope_date(
    claim: &V4Claim<'_>,
    amz_date: &str,
    place: CredentialPlace,
) -> Result<(), WireError> {
    if amz_date.starts_with(claim.date) {
        return Ok(());
    }
    Err(place.malformed(format!(
        "Invalid credential date \"{}\". This date is not the same as X-Amz-Date: \"{}\".",
        claim.date,
        amz_date.get(..8).unwrap_or(amz_date)
    )))
}

/// A signed request whose times have been checked.
struct Signed<'a> {
    claim: &'a V4Claim<'a>,
    request: &'a RequestParts<'a>,
    amz_date: &'a str,
    payload_hash: &'a str,
    auth_type: AuthType,
}

impl Signed<'_> {
    fn verify(
        &self,
        keys: &SigningKeys,
        secret: &str,
        signed_at: Timestamp,
    ) -> Result<Verified, WireError> {
        let claim = self.claim;
        self.check_coverage(&SignedHeaders::parse(claim.signed_headers, self.place())?)?;
        let declared = DeclaredPayload::parse(self.payload_hash)?;
        let request = CanonicalRequest {
            method: self.request.method,
            path_raw: &self.request.target.path_raw,
            query_raw: &self.request.target.query_raw,
            headers: self.request.headers,
            authority: self.request.authority,
            signed_headers: claim.signed_headers,
            payload_hash: self.payload_hash,
        };
        check_length(&request)?;
        let canonical = canonical_request(&request, Fold::Spaces);
        let to_sign = string_to_sign(self.amz_date, claim.scope, &canonical);
        // At most one more, and only where it can differ.
        let folded_otherwise = || {
            let canonical = canonical_request(&request, Fold::WhiteSpace);
            string_to_sign(self.amz_date, claim.scope, &canonical)
        };
        let tag = hex::decode::<32>(claim.signature.as_bytes());
        let key = tag.and_then(|tag| {
            keys.verified(claim.access_key, secret, claim.scope, |key| {
                key.verify(to_sign.as_bytes(), &tag)
                    || (has_other_space(&request)
                        && key.verify(folded_otherwise().as_bytes(), &tag))
            })
        });
        let Some(key) = key else {
            return Err(signature_mismatch(claim.access_key, &to_sign, claim.signature)
                .element("CanonicalRequest", canonical.as_str())
                .element("CanonicalRequestBytes", spaced_hex(echoed(&canonical))));
        };
        let signer = || ChunkSigner::new(key, self.amz_date, claim.scope, claim.signature);
        Ok(Verified {
            payload: declared.verified(signer),
            auth_type: self.auth_type,
            signed_at: Some(signed_at),
            region: Some(claim.region.to_owned()),
        })
    }

    /// Whatever steers the request must be covered: the host, and every `x-amz-*` header, so that
    /// nobody can turn a presigned PUT into a copy or add an ACL to it.
    fn check_coverage(&self, signed: &SignedHeaders<'_>) -> Result<(), WireError> {
        if !signed.contains("host") {
            return Err(not_signed("host"));
        }
        let names = self.request.headers.keys().map(|name| name.as_str());
        let missing: Vec<&str> =
            names.filter(|name| name.starts_with("x-amz-") && !signed.contains(name)).collect();
        if missing.is_empty() {
            return Ok(());
        }
        Err(not_signed(&missing.join(", ")))
    }

    fn place(&self) -> CredentialPlace {
        match self.auth_type {
            AuthType::RestQueryString => CredentialPlace::Query,
            _ => CredentialPlace::Header,
        }
    }
}
