//! What no identity has here: lists of it are empty. Terraform's `aws_iam_user` reads all of them
//! before it removes a user, and any error would end that.

use super::resource::user_of;
use crate::call::Call;
use crate::failure::Failure;
use larder_iam_model::iam::{
    DeleteLoginProfileRequest, GetLoginProfileRequest, GetLoginProfileResponse,
    ListInstanceProfilesForRoleRequest, ListInstanceProfilesForRoleResponse,
    ListInstanceProfilesRequest, ListInstanceProfilesResponse, ListMFADevicesRequest,
    ListMFADevicesResponse, ListSAMLProvidersRequest, ListSAMLProvidersResponse,
    ListSSHPublicKeysRequest, ListSSHPublicKeysResponse, ListServerCertificatesRequest,
    ListServerCertificatesResponse, ListServiceSpecificCredentialsRequest,
    ListServiceSpecificCredentialsResponse, ListSigningCertificatesRequest,
    ListSigningCertificatesResponse, ListVirtualMFADevicesRequest, ListVirtualMFADevicesResponse,
};
use larder_identities::{Error, IdentityRef};
use larder_storage::MetaStore;

/// Errors: `NoSuchEntity` when the user is not there.
async fn check_user<S: MetaStore>(call: &Call<'_, S>, name: Option<String>) -> Result<(), Failure> {
    if let Some(name) = user_of(call, name)? {
        call.identities().identity(IdentityRef::user(call.account(), &name)).await?;
    }
    Ok(())
}

/// There is no console, so that nobody has a password.
fn no_profile(name: Option<String>) -> Failure {
    let name = name.unwrap_or_else(|| super::users::ROOT.to_owned());
    Error::NoSuchEntity(format!("Login Profile for User {name} cannot be found.")).into()
}

pub(super) async fn get_login_profile<S: MetaStore>(
    call: &Call<'_, S>,
    input: GetLoginProfileRequest,
) -> Result<GetLoginProfileResponse, Failure> {
    check_user(call, input.user_name.clone()).await?;
    Err(no_profile(input.user_name))
}

pub(super) async fn delete_login_profile<S: MetaStore>(
    call: &Call<'_, S>,
    input: DeleteLoginProfileRequest,
) -> Result<(), Failure> {
    check_user(call, input.user_name.clone()).await?;
    Err(no_profile(input.user_name))
}

pub(super) async fn list_ssh_public_keys<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListSSHPublicKeysRequest,
) -> Result<ListSSHPublicKeysResponse, Failure> {
    check_user(call, input.user_name).await?;
    Ok(ListSSHPublicKeysResponse { is_truncated: Some(false), ..Default::default() })
}

pub(super) async fn list_mfa_devices<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListMFADevicesRequest,
) -> Result<ListMFADevicesResponse, Failure> {
    check_user(call, input.user_name).await?;
    Ok(ListMFADevicesResponse { is_truncated: Some(false), ..Default::default() })
}

pub(super) async fn list_signing_certificates<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListSigningCertificatesRequest,
) -> Result<ListSigningCertificatesResponse, Failure> {
    check_user(call, input.user_name).await?;
    Ok(ListSigningCertificatesResponse { is_truncated: Some(false), ..Default::default() })
}

pub(super) async fn list_service_specific_credentials<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListServiceSpecificCredentialsRequest,
) -> Result<ListServiceSpecificCredentialsResponse, Failure> {
    check_user(call, input.user_name).await?;
    Ok(ListServiceSpecificCredentialsResponse { is_truncated: Some(false), ..Default::default() })
}

pub(super) async fn list_instance_profiles_for_role<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListInstanceProfilesForRoleRequest,
) -> Result<ListInstanceProfilesForRoleResponse, Failure> {
    let role = IdentityRef::role(call.account(), &input.role_name);
    call.identities().identity(role).await?;
    Ok(ListInstanceProfilesForRoleResponse { is_truncated: Some(false), ..Default::default() })
}

pub(super) async fn list_virtual_mfa_devices<S: MetaStore>(
    _: &Call<'_, S>,
    _: ListVirtualMFADevicesRequest,
) -> Result<ListVirtualMFADevicesResponse, Failure> {
    Ok(ListVirtualMFADevicesResponse { is_truncated: Some(false), ..Default::default() })
}

pub(super) async fn list_instance_profiles<S: MetaStore>(
    _: &Call<'_, S>,
    _: ListInstanceProfilesRequest,
) -> Result<ListInstanceProfilesResponse, Failure> {
    Ok(ListInstanceProfilesResponse { is_truncated: Some(false), ..Default::default() })
}

pub(super) async fn list_saml_providers<S: MetaStore>(
    _: &Call<'_, S>,
    _: ListSAMLProvidersRequest,
) -> Result<ListSAMLProvidersResponse, Failure> {
    Ok(ListSAMLProvidersResponse::default())
}

pub(super) async fn list_server_certificates<S: MetaStore>(
    _: &Call<'_, S>,
    _: ListServerCertificatesRequest,
) -> Result<ListServerCertificatesResponse, Failure> {
    Ok(ListServerCertificatesResponse { is_truncated: Some(false), ..Default::default() })
}
