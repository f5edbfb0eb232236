//! Who asks, and whose a key is.

use crate::call::Call;
use crate::failure::Failure;
use larder_iam::Principal;
use larder_iam_model::CommonError;
use larder_iam_model::sts::{
    GetAccessKeyInfoRequest, GetAccessKeyInfoResponse, GetCallerIdentityRequest,
    GetCallerIdentityResponse,
};
use larder_storage::MetaStore;

/// GetCallerIdentity: no policy can deny it, so that who is denied can find out who they are.
pub(super) async fn get_caller_identity<S: MetaStore>(
    call: &Call<'_, S>,
    _: GetCallerIdentityRequest,
) -> Result<GetCallerIdentityResponse, Failure> {
    let principal = &call.signer.key.principal;
    Ok(GetCallerIdentityResponse {
        user_id: Some(unique_id(principal)),
        account: Some(call.signer.account.id.to_string()),
        arn: Some(principal.to_string()),
    })
}

/// GetAccessKeyInfo.
pub(super) async fn get_access_key_info<S: MetaStore>(
    call: &Call<'_, S>,
    input: GetAccessKeyInfoRequest,
) -> Result<GetAccessKeyInfoResponse, Failure> {
    let found = call.parts.keys.access_key(&input.access_key_id).await?;
    let account = found.as_ref().and_then(|key| key.principal.account());
    let account = account.ok_or_else(|| {
        Failure::new(CommonError::ValidationError, "The access key id is no access key's.")
    })?;
    Ok(GetAccessKeyInfoResponse { account: Some(account.id.to_string()) })
}

/// `aws:userid`.
fn unique_id(principal: &Principal) -> String {
    match principal {
        Principal::AccountRoot(account) => account.id.to_string(),
        Principal::User(user) => user.id.clone(),
        Principal::RoleSession(session) => format!("{}:{}", session.role_id, session.name),
        Principal::FederatedSession(session) => {
            format!("{}:{}", session.account.id, session.name)
        }
        Principal::Service(_) | Principal::Anonymous => principal.to_string(),
    }
}
