//! Whose request is it?

use crate::call::{Call, Verified};
use crate::error::Failure;
use crate::service::ServiceParts;
use larder_iam::{AccessKey, PresentedToken, Signature, SignatureVersion};
use larder_s3_wire::auth::{self, Claim, PostClaim, RequestParts, security_token};
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;
use larder_types::Timestamp;
use std::sync::Arc;

impl<S: Storage> ServiceParts<S> {
    /// Verifies the head's signature and notes who signed.
    pub(super) async fn authenticate(&self, call: &mut Call<'_>) -> Result<(), Failure> {
        let claim = Claim::parse(&call.headers, &call.target)?;
        call.record.access_key = claim.access_key().map(str::to_owned);
        let token = security_token(&call.headers, &call.target);
        let key = self.signer(claim.access_key(), token).await?;
        let request = RequestParts {
            method: call.method.as_str(),
            target: &call.target,
            headers: &call.headers,
            authority: None,
            body_sha256: None,
        };
        let secret = key.as_ref().map_or("", |key| key.secret.expose());
        let now = self.now();
        let verified = self.verifier.verify(&claim, &request, secret, now)?;
        let version = match &claim {
            Claim::Anonymous => None,
            Claim::V2Header(_) | Claim::V2Query(_) => Some(SignatureVersion::V2),
            Claim::V4Header(_) | Claim::V4Query(_) => Some(SignatureVersion::V4),
        };
        self.note_use(key.as_ref());
        call.verified = stated(&verified, version, now);
        call.payload = Some(verified.payload);
        call.caller = key;
        Ok(())
    }

    /// Verifies the signature of a form and notes who signed.
    pub(super) async fn authenticate_form(
        &self,
        call: &mut Call<'_>,
        claim: &PostClaim<'_>,
        token: Option<&str>,
    ) -> Result<(), Failure> {
        call.record.access_key = claim.access_key().map(str::to_owned);
        let signer = self.signer(claim.access_key(), token).await?;
        let secret = signer.as_ref().map_or("", |key| key.secret.expose());
        let now = self.now();
        let verified = self.verifier.verify_post(claim, secret, now)?;
        let version = match claim {
            PostClaim::Anonymous => None,
            PostClaim::V2 { .. } => Some(SignatureVersion::V2),
            PostClaim::V4 { .. } => Some(SignatureVersion::V4),
        };
        self.note_use(signer.as_ref());
        call.verified = stated(&verified, version, now);
        call.caller = signer;
        Ok(())
    }

    /// The key that a claim names, a session's when a token is beside it.
    ///
    /// Errors: `InvalidAccessKeyId`, `InvalidToken`, `ExpiredToken`; `InternalError` when it cannot
    /// be looked up.
    async fn signer(
        &self,
        id: Option<&str>,
        token: Option<&str>,
    ) -> Result<Option<Arc<AccessKey>>, Failure> {
        let Some(id) = id else {
            return Ok(None);
        };
        if let Some(token) = token {
            let presented = PresentedToken { access_key_id: id, token, now: self.now() };
            return Ok(Some(self.keys.source().session(presented).await?));
        }
        let found = self.keys.access_key(id).await?;
        let unknown = || Failure::new(ErrorCode::InvalidAccessKeyId).element("AWSAccessKeyId", id);
        found.map(Some).ok_or_else(unknown)
    }

    /// Has it noted that a key has signed. No request waits for the note.
    fn note_use(&self, key: Option<&Arc<AccessKey>>) {
        let region = || self.settings.region().to_owned();
        if let Some(note) = key.and_then(|key| self.keys.note_use(key, "s3", region)) {
            self.platform.spawn(note);
        }
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp { ms: self.platform.wall_ms() }
    }
}

fn stated(verified: &auth::Verified, version: Option<SignatureVersion>, at: Timestamp) -> Verified {
    Verified {
        signature: version.map(|version| Signature { version, signed_at: verified.signed_at }),
        auth_type: verified.auth_type,
        at,
    }
}
