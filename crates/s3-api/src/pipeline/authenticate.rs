//! Whose request is it?

use crate::call::Call;
use crate::error::Failure;
use crate::service::Shared;
use larder_iam::AccessKey;
use larder_s3_wire::auth::{Claim, RequestParts, security_token};
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;
use larder_types::Timestamp;
use std::sync::Arc;

impl<S: Storage> Shared<S> {
    /// Verifies the head's signature and notes who signed.
    pub(super) fn authenticate(&self, call: &mut Call<'_>) -> Result<(), Failure> {
        let claim = Claim::parse(&call.headers, &call.target)?;
        call.record.access_key = claim.access_key().map(str::to_owned);
        let key = match claim.access_key() {
            Some(id) => Some(self.access_key(id)?),
            None => None,
        };
        // Only sessions have tokens, and there are no sessions.
        if key.is_some() && security_token(&call.headers, &call.target).is_some() {
            return Err(Failure::new(ErrorCode::InvalidToken));
        }
        let request = RequestParts {
            method: call.method.as_str(),
            target: &call.target,
            headers: &call.headers,
            authority: None,
        };
        let secret = key.as_ref().map_or("", |key| key.secret.expose());
        let verified = self.verifier.verify(&claim, &request, secret, self.now())?;
        call.caller = key;
        call.auth_type = verified.auth_type;
        call.payload = Some(verified.payload);
        Ok(())
    }

    pub(super) fn access_key(&self, id: &str) -> Result<Arc<AccessKey>, Failure> {
        self.accounts.access_key(id).cloned().ok_or_else(|| {
            Failure::new(ErrorCode::InvalidAccessKeyId).element("AWSAccessKeyId", id)
        })
    }

    pub(super) fn now(&self) -> Timestamp {
        Timestamp { ms: self.platform.wall_ms() }
    }
}
