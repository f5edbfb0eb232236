//! The signature of a POST form's policy.

use super::claim::CredentialPlace;
use super::version_2::check_tag;
use super::version_4::{Means, check_scope, check_scope_date};
use super::{
    ALGORITHM_V4, PayloadMode, SigV2, V2Claim, V4Claim, Verified, check_skew,
    mechanism_unsupported, signature_mismatch,
};
use crate::error::WireError;
use crate::post_form::FormFields;
use larder_types::{AuthType, Timestamp, hex};

/// The credential that a form's fields claim. `policy` is the policy document as sent (base64),
/// which is the string that was signed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PostClaim<'a> {
    /// None; the form may carry no policy then.
    Anonymous,
    /// Version 4.
    V4 {
        /// The credential; its signed headers are empty.
        claim: V4Claim<'a>,
        /// `x-amz-date`.
        amz_date: &'a str,
        /// The policy, base64.
        policy: &'a str,
    },
    /// Version 2.
    V2 {
        /// The credential.
        claim: V2Claim<'a>,
        /// The policy, base64.
        policy: &'a str,
    },
}

impl<'a> PostClaim<'a> {
    /// Finds the claim of a form.
    ///
    /// Errors: `InvalidArgument` when some of the fields that belong together are missing.
    pub fn parse(fields: &'a FormFields) -> Result<Self, WireError> {
        let need = |name: &'static str| fields.get(name).ok_or_else(|| missing_field(name));
        let v4 = ["x-amz-algorithm", "x-amz-credential", "x-amz-signature"];
        if v4.iter().any(|name| fields.get(name).is_some()) {
            let policy = need("policy")?;
            if need("x-amz-algorithm")? != ALGORITHM_V4 {
                return Err(mechanism_unsupported());
            }
            let credential = need("x-amz-credential")?;
            let claim =
                V4Claim::new(CredentialPlace::Form, credential, "", need("x-amz-signature")?)?;
            return Ok(Self::V4 { claim, amz_date: need("x-amz-date")?, policy });
        }
        let v2 = ["awsaccesskeyid", "signature", "policy"];
        if v2.iter().all(|name| fields.get(name).is_none()) {
            return Ok(Self::Anonymous);
        }
        Ok(Self::V2 {
            claim: V2Claim {
                access_key: need("AWSAccessKeyId")?,
                signature: need("signature")?,
                expires: None,
            },
            policy: need("policy")?,
        })
    }

    /// The access key id; `None` when anonymous.
    pub fn access_key(&self) -> Option<&'a str> {
        match self {
            Self::Anonymous => None,
            Self::V4 { claim, .. } => Some(claim.access_key),
            Self::V2 { claim, .. } => Some(claim.access_key),
        }
    }

    /// The policy document, base64 as sent.
    pub fn policy(&self) -> Option<&'a str> {
        match self {
            Self::Anonymous => None,
            Self::V4 { policy, .. } | Self::V2 { policy, .. } => Some(policy),
        }
    }
}

pub(crate) fn missing_field(name: &str) -> WireError {
    WireError::invalid_argument(
        format!(
            "Bucket POST must contain a field named '{name}'.  If it is specified, please check \
             the order of the fields."
        ),
        name,
        "",
    )
}

pub(super) fn verify(
    means: &Means<'_>,
    claim: &PostClaim<'_>,
    secret: &str,
    now: Timestamp,
) -> Result<Verified, WireError> {
    let verified = |signed_at, region: Option<&str>| Verified {
        payload: PayloadMode::Unsigned,
        auth_type: AuthType::Post,
        signed_at,
        region: region.map(str::to_owned),
    };
    match claim {
        PostClaim::Anonymous => {
            Ok(Verified { auth_type: AuthType::Anonymous, ..verified(None, None) })
        }
        PostClaim::V2 { claim, policy } => {
            means.0.sigv2.check(SigV2::Presigned)?;
            check_tag(claim, secret, policy)?;
            Ok(verified(None, None))
        }
        PostClaim::V4 { claim, amz_date, policy } => {
            let signed_at = Timestamp::parse_amz_date(amz_date).ok_or_else(|| {
                WireError::invalid_argument(
                    "X-Amz-Date must be formated via ISO8601 Long format",
                    "X-Amz-Date",
                    *amz_date,
                )
            })?;
            check_scope(means.0, claim, CredentialPlace::Form)?;
            check_scope_date(claim, amz_date, CredentialPlace::Form)?;
            // A form is signed long before it is sent, its policy says until when; only one from
            // the future is wrong.
            if signed_at > now {
                check_skew(signed_at, amz_date, now)?;
            }
            let tag = hex::decode::<32>(claim.signature.as_bytes());
            let key = tag.and_then(|tag| {
                means.1.verified(claim.access_key, secret, claim.scope, |key| {
                    key.verify(policy.as_bytes(), &tag)
                })
            });
            if key.is_none() {
                return Err(signature_mismatch(claim.access_key, policy, claim.signature));
            }
            Ok(verified(Some(signed_at), Some(claim.region)))
        }
    }
}
