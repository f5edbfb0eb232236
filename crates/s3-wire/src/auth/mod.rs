//! Who signed a request, and whether the signature holds.

mod canonical;
mod chunk_signer;
mod claim;
mod keys;
mod payload;
mod post;
mod signed_headers;
mod version_2;
mod version_4;

pub(crate) use canonical::{CanonicalRequest, Fold, canonical_request, string_to_sign, text};
pub use chunk_signer::ChunkSigner;
pub use claim::{Claim, V2Claim, V4Claim, is_region, security_token};
pub use keys::{SIGNING_KEYS_MAX, SigningKeys, derive_signing_key};
pub use payload::PayloadMode;
pub use post::PostClaim;
pub(crate) use post::missing_field;

use crate::error::{ErrorCode, WireError, echoed};
use crate::target::Target;
use http::HeaderMap;
use larder_types::{AuthType, Timestamp};

/// The algorithm of every Version 4 signature that is accepted.
pub const ALGORITHM_V4: &str = "AWS4-HMAC-SHA256";

/// The parts of a request that a signature covers, apart from its body.
#[derive(Clone, Copy)]
pub struct RequestParts<'a> {
    /// The HTTP method.
    pub method: &'a str,
    /// The parsed target.
    pub target: &'a Target,
    /// The headers.
    pub headers: &'a HeaderMap,
    /// The authority, for HTTP/2 requests that have no Host header.
    pub authority: Option<&'a str>,
    /// The SHA-256 of the body, for services whose signatures cover the body whether a header says
    /// so or not. `None` for S3, where `x-amz-content-sha256` says what is covered.
    pub body_sha256: Option<[u8; 32]>,
}

/// Where Signature Version 2 is accepted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SigV2 {
    /// Nowhere.
    Off,
    /// In presigned URLs and forms, where a signature covers one request, or one policy, and has
    /// an expiry. boto3 and version 1 of the aws CLI presign so for us-east-1 unless told
    /// otherwise.
    #[default]
    Presigned,
    /// In the Authorization header too.
    On,
}

/// What the server accepts.
#[derive(Clone, Debug)]
pub struct AuthSettings {
    /// The region that a credential scope must name; any when `None`.
    pub region: Option<String>,
    /// Where Signature Version 2 is accepted.
    pub sigv2: SigV2,
    /// The services that a credential scope may name.
    pub services: Vec<String>,
}

impl Default for AuthSettings {
    fn default() -> Self {
        Self { region: None, sigv2: SigV2::default(), services: vec!["s3".to_owned()] }
    }
}

/// What verification found out.
#[derive(Clone, Debug)]
pub struct Verified {
    /// What the signature says of the body.
    pub payload: PayloadMode,
    /// How the request was authenticated (`s3:authType`).
    pub auth_type: AuthType,
    /// When it was signed (`s3:signatureAge`); `None` for anonymous requests.
    pub signed_at: Option<Timestamp>,
    /// The region that the signer named.
    pub region: Option<String>,
}

/// Verifies signatures. One for the whole server: it holds the cache of signing keys.
#[derive(Debug, Default)]
pub struct Verifier {
    settings: AuthSettings,
    keys: SigningKeys,
}

impl Verifier {
    /// A verifier with an empty cache.
    pub fn new(settings: AuthSettings) -> Self {
        Self { settings, keys: SigningKeys::default() }
    }

    /// Checks a claim with the secret of its access key. `secret` is not looked at for
    /// [`Claim::Anonymous`].
    ///
    /// Errors: AWS's codes, with AWS's extra elements ("Authenticating Requests (AWS Signature
    /// Version 4)").
    pub fn verify(
        &self,
        claim: &Claim<'_>,
        request: &RequestParts<'_>,
        secret: &str,
        now: Timestamp,
    ) -> Result<Verified, WireError> {
        match claim {
            Claim::Anonymous => Ok(Verified {
                payload: PayloadMode::of_unsigned(request.headers)?,
                auth_type: AuthType::Anonymous,
                signed_at: None,
                region: None,
            }),
            Claim::V4Header(v4) => {
                version_4::verify_header(&(&self.settings, &self.keys), v4, request, secret, now)
            }
            Claim::V4Query(v4) => {
                version_4::verify_query(&(&self.settings, &self.keys), v4, request, secret, now)
            }
            Claim::V2Header(v2) => {
                self.settings.sigv2.check(SigV2::On)?;
                version_2::verify(v2, request, secret, now)
            }
            Claim::V2Query(v2) => {
                self.settings.sigv2.check(SigV2::Presigned)?;
                version_2::verify(v2, request, secret, now)
            }
        }
    }

    /// Checks the signature of a POST form's policy. The policy itself is checked by
    /// [`crate::post_form::PostPolicy::check`].
    pub fn verify_post(
        &self,
        claim: &PostClaim<'_>,
        secret: &str,
        now: Timestamp,
    ) -> Result<Verified, WireError> {
        post::verify(&(&self.settings, &self.keys), claim, secret, now)
    }
}

const UNSUPPORTED: &str = "The authorization mechanism you have provided is not supported. \
                           Please use AWS4-HMAC-SHA256.";

pub(crate) fn mechanism_unsupported() -> WireError {
    WireError::with(ErrorCode::InvalidRequest, UNSUPPORTED)
}

impl SigV2 {
    /// Refuses what asks for more than is accepted, and says who can change it.
    pub(crate) fn check(self, needed: Self) -> Result<(), WireError> {
        let (what, setting) = match (self, needed) {
            (Self::On, _) | (Self::Presigned, Self::Presigned) | (_, Self::Off) => return Ok(()),
            (_, Self::Presigned) => ("in presigned URLs and forms", "presigned"),
            (_, Self::On) => ("in the Authorization header", "on"),
        };
        Err(WireError::with(
            ErrorCode::InvalidRequest,
            format!(
                "{UNSUPPORTED} (This is Signature Version 2. The server accepts it {what} when it \
                 is started with --sigv2 {setting}.)"
            ),
        ))
    }
}

/// A point in time as the errors about signatures show it: whole seconds.
pub(crate) fn iso_seconds(at: Timestamp) -> String {
    let mut text = at.to_iso8601();
    text.truncate("2013-05-24T00:00:00".len());
    text.push('Z');
    text
}

/// Refuses a signer's clock that is too far from ours.
pub(crate) fn check_skew(
    signed_at: Timestamp,
    shown: &str,
    now: Timestamp,
) -> Result<(), WireError> {
    let limit_ms = larder_types::limits::CLOCK_SKEW_SECONDS_MAX * 1000;
    if now.ms.abs_diff(signed_at.ms) <= limit_ms.unsigned_abs() {
        return Ok(());
    }
    Err(WireError::new(ErrorCode::RequestTimeTooSkewed)
        .element("RequestTime", shown)
        .element("ServerTime", iso_seconds(now))
        .element("MaxAllowedSkewMilliseconds", limit_ms.to_string()))
}

/// `SignatureDoesNotMatch` with what a developer needs to find the difference.
pub(crate) fn signature_mismatch(access_key: &str, to_sign: &str, provided: &str) -> WireError {
    WireError::new(ErrorCode::SignatureDoesNotMatch)
        .element("AWSAccessKeyId", access_key)
        .element("StringToSign", to_sign)
        .element("SignatureProvided", provided)
        .element("StringToSignBytes", spaced_hex(echoed(to_sign)))
}

/// `AccessDenied` for what steers a request and is not covered by its signature.
pub(crate) fn not_signed(names: &str) -> WireError {
    WireError::with(
        ErrorCode::AccessDenied,
        "There were headers present in the request which were not signed",
    )
    .element("HeadersNotSigned", names)
}

pub(crate) fn spaced_hex(text: &str) -> String {
    let mut out = String::with_capacity(text.len() * 3);
    for (at, byte) in text.bytes().enumerate() {
        if at > 0 {
            out.push(' ');
        }
        out.push_str(&larder_types::hex::encode(&[byte]));
    }
    out
}

#[cfg(test)]
mod tests;
