//! What a request's head says about who signed it; nothing here is believed yet.

use super::{ALGORITHM_V4, mechanism_unsupported};
use crate::error::{ErrorCode, WireError};
use crate::target::Target;
use http::HeaderMap;

/// Longest region of a credential's scope, in bytes; AWS's own have a quarter of it.
const REGION_BYTES_MAX: usize = 64;
const SECURITY_TOKEN: &str = "x-amz-security-token";

/// Whether a text can be a region's name: at most 64 ASCII letters, digits and `-`. No other is
/// accepted in a Version 4 scope.
pub fn is_region(text: &str) -> bool {
    let sound = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
    (1..=REGION_BYTES_MAX).contains(&text.len()) && text.bytes().all(sound)
}

/// The credential that a request claims.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim<'a> {
    /// None.
    Anonymous,
    /// Version 4 in the Authorization header.
    V4Header(V4Claim<'a>),
    /// Version 4 in the query ("presigned").
    V4Query(V4Claim<'a>),
    /// Version 2 in the Authorization header.
    V2Header(V2Claim<'a>),
    /// Version 2 in the query.
    V2Query(V2Claim<'a>),
}

/// A Version 4 credential and signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct V4Claim<'a> {
    /// The access key id.
    pub access_key: &'a str,
    /// The whole scope, `date/region/service/aws4_request`.
    pub scope: &'a str,
    /// The scope's date, `yyyymmdd`.
    pub date: &'a str,
    /// The scope's region.
    pub region: &'a str,
    /// The scope's service.
    pub service: &'a str,
    /// The signed headers' names, `;` between them.
    pub signed_headers: &'a str,
    /// The signature in hex.
    pub signature: &'a str,
}

/// A Version 2 credential and signature.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct V2Claim<'a> {
    /// The access key id.
    pub access_key: &'a str,
    /// The signature in base64.
    pub signature: &'a str,
    /// When the URL expires, in seconds since the epoch; query only.
    pub expires: Option<&'a str>,
}

/// Where a Version 4 credential stood; decides the error's code and words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CredentialPlace {
    Header,
    Query,
    Form,
}

impl CredentialPlace {
    pub(crate) fn malformed(self, why: impl AsRef<str>) -> WireError {
        let why = why.as_ref();
        match self {
            Self::Header => WireError::with(
                ErrorCode::AuthorizationHeaderMalformed,
                format!("The authorization header is malformed; {why}"),
            ),
            Self::Query => WireError::with(
                ErrorCode::AuthorizationQueryParametersError,
                format!("Error parsing the X-Amz-Credential parameter; {why}"),
            ),
            Self::Form => WireError::invalid_argument(
                format!("Error parsing the X-Amz-Credential parameter; {why}"),
                "X-Amz-Credential",
                "",
            ),
        }
    }

    pub(crate) fn wrong_signed_headers(self, rule: &str) -> WireError {
        match self {
            Self::Query => WireError::with(
                ErrorCode::AuthorizationQueryParametersError,
                format!("Error parsing the X-Amz-SignedHeaders parameter; {rule}."),
            ),
            _ => self.malformed(format!("of SignedHeaders {rule}.")),
        }
    }
}

impl<'a> Claim<'a> {
    /// Finds the claim of a request.
    ///
    /// Errors: `AuthorizationHeaderMalformed`, `AuthorizationQueryParametersError`,
    /// `InvalidArgument` (an unknown scheme, or two claims at once).
    pub fn parse(headers: &'a HeaderMap, target: &'a Target) -> Result<Self, WireError> {
        check_token(headers, target)?;
        let query = |name| target.query_value(name);
        let v4_query = query("X-Amz-Algorithm").is_some() || query("X-Amz-Signature").is_some();
        let v2_query = query("Signature").is_some() && query("AWSAccessKeyId").is_some();
        let Some(header) = headers.get(http::header::AUTHORIZATION) else {
            return if v4_query {
                parse_v4_query(target).map(Self::V4Query)
            } else if v2_query {
                Ok(Self::V2Query(V2Claim {
                    access_key: query("AWSAccessKeyId").unwrap_or_default(),
                    signature: query("Signature").unwrap_or_default(),
                    expires: Some(query("Expires").unwrap_or_default()),
                }))
            } else {
                Ok(Self::Anonymous)
            };
        };
        let text = header.to_str().unwrap_or_default();
        let argument = |why: &'static str| WireError::invalid_argument(why, "Authorization", text);
        if v4_query || v2_query {
            return Err(argument(
                "Only one auth mechanism allowed; only the X-Amz-Algorithm query parameter, \
                 Signature query string parameter or the Authorization header should be specified",
            ));
        }
        match text.split_once(' ') {
            Some((ALGORITHM_V4, rest)) => parse_v4_header(rest).map(Self::V4Header),
            Some(("AWS4-ECDSA-P256-SHA256", _)) => Err(mechanism_unsupported()),
            Some(("AWS", rest)) => {
                let (access_key, signature) = rest.trim().split_once(':').ok_or_else(|| {
                    argument(
                        "AWS authorization header is invalid.  Expected AwsAccessKeyId:signature",
                    )
                })?;
                Ok(Self::V2Header(V2Claim { access_key, signature, expires: None }))
            }
            _ => Err(argument("Unsupported Authorization Type")),
        }
    }

    /// The access key id; `None` when anonymous.
    pub fn access_key(&self) -> Option<&'a str> {
        match self {
            Self::Anonymous => None,
            Self::V4Header(v4) | Self::V4Query(v4) => Some(v4.access_key),
            Self::V2Header(v2) | Self::V2Query(v2) => Some(v2.access_key),
        }
    }

    /// The service that a Version 4 scope names: `s3`, `sts`, `iam` ...
    pub fn service(&self) -> Option<&'a str> {
        self.version_4().map(|claim| claim.service)
    }

    /// The region that a Version 4 scope names; empty where the client left it out.
    pub fn region(&self) -> Option<&'a str> {
        self.version_4().map(|claim| claim.region)
    }

    fn version_4(&self) -> Option<&V4Claim<'a>> {
        match self {
            Self::V4Header(claim) | Self::V4Query(claim) => Some(claim),
            Self::Anonymous | Self::V2Header(_) | Self::V2Query(_) => None,
        }
    }
}

/// The session token that comes with a temporary credential, in header or query.
pub fn security_token<'a>(headers: &'a HeaderMap, target: &'a Target) -> Option<&'a str> {
    let header = headers.get(SECURITY_TOKEN).map(|value| value.to_str().unwrap_or_default());
    header.or_else(|| token_of_query(target))
}

fn token_of_query(target: &Target) -> Option<&str> {
    let query = target.query_value("X-Amz-Security-Token");
    query.or_else(|| target.query_value(SECURITY_TOKEN))
}

/// A token stands in one place, as the rest of a credential does. It is not repeated in the error.
fn check_token(headers: &HeaderMap, target: &Target) -> Result<(), WireError> {
    if headers.contains_key(SECURITY_TOKEN) && token_of_query(target).is_some() {
        let why = "Only one security token allowed; it is in the header or in the query";
        return Err(WireError::invalid_argument(why, SECURITY_TOKEN, ""));
    }
    Ok(())
}

fn parse_v4_header(rest: &str) -> Result<V4Claim<'_>, WireError> {
    let (mut credential, mut signed_headers, mut signature) = (None, None, None);
    for part in rest.split(',') {
        let part = part.trim_ascii();
        if let Some(value) = part.strip_prefix("Credential=") {
            credential = Some(value);
        } else if let Some(value) = part.strip_prefix("SignedHeaders=") {
            signed_headers = Some(value);
        } else if let Some(value) = part.strip_prefix("Signature=") {
            signature = Some(value);
        }
    }
    let missing = |name: &str| CredentialPlace::Header.malformed(format!("missing {name}."));
    V4Claim::new(
        CredentialPlace::Header,
        credential.ok_or_else(|| missing("Credential"))?,
        signed_headers.ok_or_else(|| missing("SignedHeaders"))?,
        signature.ok_or_else(|| missing("Signature"))?,
    )
}

fn parse_v4_query(target: &Target) -> Result<V4Claim<'_>, WireError> {
    let error =
        |why: &'static str| WireError::with(ErrorCode::AuthorizationQueryParametersError, why);
    let get = |name| {
        target.query_value(name).filter(|v| !v.is_empty()).ok_or_else(|| {
            error(
                "Query-string authentication version 4 requires the X-Amz-Algorithm, \
                 X-Amz-Credential, X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and \
                 X-Amz-Expires parameters.",
            )
        })
    };
    if get("X-Amz-Algorithm")? != ALGORITHM_V4 {
        return Err(error("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\""));
    }
    get("X-Amz-Date")?;
    get("X-Amz-Expires")?;
    V4Claim::new(
        CredentialPlace::Query,
        get("X-Amz-Credential")?,
        get("X-Amz-SignedHeaders")?,
        get("X-Amz-Signature")?,
    )
}

impl<'a> V4Claim<'a> {
    /// Splits a credential. An access key may hold slashes; the scope is the last four elements.
    pub(crate) fn new(
        place: CredentialPlace,
        credential: &'a str,
        signed_headers: &'a str,
        signature: &'a str,
    ) -> Result<Self, WireError> {
        let mut elements = credential.rsplitn(5, '/');
        let mut next = || elements.next();
        let parts = (next(), next(), next(), next(), next());
        let (Some(terminal), Some(service), Some(region), Some(date), Some(access_key)) = parts
        else {
            return Err(place.malformed(
                "the Credential is mal-formed; expecting \
                 \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
            ));
        };
        if date.len() != 8 || !date.bytes().all(|b| b.is_ascii_digit()) {
            return Err(place.malformed(format!(
                "incorrect date format \"{date}\". This date in the credential must be in the \
                 format \"yyyyMMdd\"."
            )));
        }
        if terminal != "aws4_request" {
            return Err(place.malformed(format!(
                "incorrect terminal \"{terminal}\". This endpoint uses \"aws4_request\"."
            )));
        }
        if access_key.is_empty() || service.is_empty() {
            return Err(place.malformed("the Credential is mal-formed; an element is empty."));
        }
        // It is hashed, cached and shown. Some clients name none, which is any where any is taken.
        if !region.is_empty() && !is_region(region) {
            return Err(place.malformed("the region of the Credential is no region's name."));
        }
        Ok(Self {
            access_key,
            scope: &credential[access_key.len() + 1..],
            date,
            region,
            service,
            signed_headers,
            signature,
        })
    }
}
