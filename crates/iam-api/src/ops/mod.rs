//! The table of contents: every operation of IAM and STS, built or not, and why not.
//!
//! The second half of `docs/coverage.md` is printed from it.

mod access_keys;
mod account;
mod attachments;
mod caller;
mod groups;
mod inline_policies;
mod nothing;
mod oidc_providers;
mod paging;
mod policies;
mod resource;
mod roles;
mod sessions;
mod shapes;
mod users;

use crate::call::Call;
use crate::failure::Failure;
use crate::request::Fact;
use larder_iam::Action;
use larder_iam_model::{CommonError, OPERATIONS, Operation, iam, sts};
use larder_storage::MetaStore;

/// An operation's row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TableEntry {
    /// Served to whoever signs.
    Open,
    /// Served to those who may.
    Built,
    /// Answered with 501 and this reason.
    NotBuilt(&'static str),
}

macro_rules! table {
    (
        open { $($open:ident = $answer:path;)* }
        built { $(
            $built:ident: $input:ty = $handler:path, $resource:ident($($field:ident),*);
        )* }
        decides { $($decides:ident: $asked:ty = $decider:path;)* }
        $(not_built $reason:literal { $($missing:ident)* })*
    ) => {
        /// The operation's row.
        pub(crate) fn entry(operation: Operation) -> TableEntry {
            match operation {
                $(Operation::$open => TableEntry::Open,)*
                $(Operation::$built => TableEntry::Built,)*
                $(Operation::$decides => TableEntry::Built,)*
                $($(Operation::$missing)|* => TableEntry::NotBuilt($reason),)*
            }
        }

        /// Runs the operation, if its caller may. Returns the document that answers.
        #[allow(clippy::too_many_lines, reason = "one line per operation")]
        pub(crate) async fn run<S: MetaStore>(
            mut call: Call<'_, S>,
        ) -> Result<Vec<u8>, Failure> {
            let operation = call.operation;
            match operation {
                $(Operation::$open => {
                    let input = call.input()?;
                    let output = Box::pin($answer(&mut call, input)).await?;
                    Ok(call.answer(&output))
                })*
                $(Operation::$built => {
                    let input: $input = call.input()?;
                    let resource = resource::$resource(&call, $(&input.$field),*).await?;
                    admit(&mut call, &resource)?;
                    // Boxed, so that a request's future has the size of its own operation.
                    let output = Box::pin($handler(&call, input)).await?;
                    Ok(call.answer(&output))
                })*
                $(Operation::$decides => {
                    let input: $asked = call.input()?;
                    let output = Box::pin($decider(&mut call, input)).await?;
                    Ok(call.answer(&output))
                })*
                $($(Operation::$missing)|* => {
                    call.authorise(action(operation), "*")?;
                    let name = operation.name();
                    Err(Failure::new(
                        CommonError::NotImplemented,
                        format!("{name} is not implemented: {}", $reason),
                    ))
                })*
            }
        }
    };
}

/// The action that an operation asks for.
fn action(operation: Operation) -> Action {
    Action::new(operation.info().action)
}

/// Asks for the operation's action on a resource. Behind it a change is made to its end.
fn admit<S: MetaStore>(call: &mut Call<'_, S>, resource: &str) -> Result<(), Failure> {
    let name = call.operation.name();
    call.authorise(action(call.operation), resource)?;
    let reads = ["Get", "List", "Simulate", "Decode"];
    // For a session a new day's sealing key may be stored.
    let is_session = call.operation == Operation::GetFederationToken;
    if is_session || !reads.iter().any(|verb| name.starts_with(verb)) {
        call.record.note(Fact::MustFinish);
    }
    Ok(())
}

table! {
    open {
        GetCallerIdentity = caller::get_caller_identity;
        GetSessionToken = sessions::get_session_token;
    }
    built {
        AddClientIDToOpenIDConnectProvider: iam::AddClientIDToOpenIDConnectProviderRequest =
            oidc_providers::add_client_id_to_oidc_provider, arn(open_id_connect_provider_arn);
        AddUserToGroup: iam::AddUserToGroupRequest =
            groups::add_user_to_group, group(group_name);
        AttachGroupPolicy: iam::AttachGroupPolicyRequest =
            attachments::attach_group_policy, group(group_name);
        AttachRolePolicy: iam::AttachRolePolicyRequest =
            attachments::attach_role_policy, role(role_name);
        AttachUserPolicy: iam::AttachUserPolicyRequest =
            attachments::attach_user_policy, user(user_name);
        CreateAccessKey: iam::CreateAccessKeyRequest =
            access_keys::create_access_key, user_or_self(user_name);
        CreateAccountAlias: iam::CreateAccountAliasRequest =
            account::create_account_alias, anything();
        CreateGroup: iam::CreateGroupRequest =
            groups::create_group, new_group(group_name, path);
        CreateOpenIDConnectProvider: iam::CreateOpenIDConnectProviderRequest =
            oidc_providers::create_oidc_provider, new_provider(url);
        CreatePolicy: iam::CreatePolicyRequest =
            policies::create_policy, new_policy(policy_name, path);
        CreatePolicyVersion: iam::CreatePolicyVersionRequest =
            policies::create_policy_version, arn(policy_arn);
        CreateRole: iam::CreateRoleRequest =
            roles::create_role, new_role(role_name, path);
        CreateUser: iam::CreateUserRequest =
            users::create_user, new_user(user_name, path);
        DeleteAccessKey: iam::DeleteAccessKeyRequest =
            access_keys::delete_access_key, user_or_self(user_name);
        DeleteAccountAlias: iam::DeleteAccountAliasRequest =
            account::delete_account_alias, anything();
        DeleteGroup: iam::DeleteGroupRequest = groups::delete_group, group(group_name);
        DeleteGroupPolicy: iam::DeleteGroupPolicyRequest =
            inline_policies::delete_group_policy, group(group_name);
        DeleteLoginProfile: iam::DeleteLoginProfileRequest =
            nothing::delete_login_profile, user_or_self(user_name);
        DeleteOpenIDConnectProvider: iam::DeleteOpenIDConnectProviderRequest =
            oidc_providers::delete_oidc_provider, arn(open_id_connect_provider_arn);
        DeletePolicy: iam::DeletePolicyRequest =
            policies::delete_policy, arn(policy_arn);
        DeletePolicyVersion: iam::DeletePolicyVersionRequest =
            policies::delete_policy_version, arn(policy_arn);
        DeleteRole: iam::DeleteRoleRequest = roles::delete_role, role(role_name);
        DeleteRolePermissionsBoundary: iam::DeleteRolePermissionsBoundaryRequest =
            attachments::delete_role_permissions_boundary, role(role_name);
        DeleteRolePolicy: iam::DeleteRolePolicyRequest =
            inline_policies::delete_role_policy, role(role_name);
        DeleteUser: iam::DeleteUserRequest = users::delete_user, user(user_name);
        DeleteUserPermissionsBoundary: iam::DeleteUserPermissionsBoundaryRequest =
            attachments::delete_user_permissions_boundary, user(user_name);
        DeleteUserPolicy: iam::DeleteUserPolicyRequest =
            inline_policies::delete_user_policy, user(user_name);
        DetachGroupPolicy: iam::DetachGroupPolicyRequest =
            attachments::detach_group_policy, group(group_name);
        DetachRolePolicy: iam::DetachRolePolicyRequest =
            attachments::detach_role_policy, role(role_name);
        DetachUserPolicy: iam::DetachUserPolicyRequest =
            attachments::detach_user_policy, user(user_name);
        GetAccessKeyInfo: sts::GetAccessKeyInfoRequest =
            caller::get_access_key_info, anything();
        GetAccessKeyLastUsed: iam::GetAccessKeyLastUsedRequest =
            access_keys::get_access_key_last_used, owner_of_key(access_key_id);
        GetAccountSummary: () = account::get_account_summary, anything();
        GetFederationToken: sts::GetFederationTokenRequest =
            sessions::get_federation_token, federated_user(name);
        GetGroup: iam::GetGroupRequest = groups::get_group, group(group_name);
        GetGroupPolicy: iam::GetGroupPolicyRequest =
            inline_policies::get_group_policy, group(group_name);
        GetLoginProfile: iam::GetLoginProfileRequest =
            nothing::get_login_profile, user_or_self(user_name);
        GetOpenIDConnectProvider: iam::GetOpenIDConnectProviderRequest =
            oidc_providers::get_oidc_provider, arn(open_id_connect_provider_arn);
        GetPolicy: iam::GetPolicyRequest = policies::get_policy, arn(policy_arn);
        GetPolicyVersion: iam::GetPolicyVersionRequest =
            policies::get_policy_version, arn(policy_arn);
        GetRole: iam::GetRoleRequest = roles::get_role, role(role_name);
        GetRolePolicy: iam::GetRolePolicyRequest =
            inline_policies::get_role_policy, role(role_name);
        GetUser: iam::GetUserRequest = users::get_user, user_or_self(user_name);
        GetUserPolicy: iam::GetUserPolicyRequest =
            inline_policies::get_user_policy, user(user_name);
        ListAccessKeys: iam::ListAccessKeysRequest =
            access_keys::list_access_keys, user_or_self(user_name);
        ListAccountAliases: iam::ListAccountAliasesRequest =
            account::list_account_aliases, anything();
        ListAttachedGroupPolicies: iam::ListAttachedGroupPoliciesRequest =
            attachments::list_attached_group_policies, group(group_name);
        ListAttachedRolePolicies: iam::ListAttachedRolePoliciesRequest =
            attachments::list_attached_role_policies, role(role_name);
        ListAttachedUserPolicies: iam::ListAttachedUserPoliciesRequest =
            attachments::list_attached_user_policies, user(user_name);
        ListEntitiesForPolicy: iam::ListEntitiesForPolicyRequest =
            attachments::list_entities_for_policy, arn(policy_arn);
        ListGroupPolicies: iam::ListGroupPoliciesRequest =
            inline_policies::list_group_policies, group(group_name);
        ListGroups: iam::ListGroupsRequest = groups::list_groups, anything();
        ListGroupsForUser: iam::ListGroupsForUserRequest =
            groups::list_groups_for_user, user(user_name);
        ListInstanceProfiles: iam::ListInstanceProfilesRequest =
            nothing::list_instance_profiles, anything();
        ListInstanceProfilesForRole: iam::ListInstanceProfilesForRoleRequest =
            nothing::list_instance_profiles_for_role, role(role_name);
        ListMFADevices: iam::ListMFADevicesRequest =
            nothing::list_mfa_devices, user_or_self(user_name);
        ListOpenIDConnectProviderTags: iam::ListOpenIDConnectProviderTagsRequest =
            oidc_providers::list_oidc_provider_tags, arn(open_id_connect_provider_arn);
        ListOpenIDConnectProviders: iam::ListOpenIDConnectProvidersRequest =
            oidc_providers::list_oidc_providers, anything();
        ListPolicies: iam::ListPoliciesRequest = policies::list_policies, anything();
        ListPolicyTags: iam::ListPolicyTagsRequest =
            policies::list_policy_tags, arn(policy_arn);
        ListPolicyVersions: iam::ListPolicyVersionsRequest =
            policies::list_policy_versions, arn(policy_arn);
        ListRolePolicies: iam::ListRolePoliciesRequest =
            inline_policies::list_role_policies, role(role_name);
        ListRoleTags: iam::ListRoleTagsRequest = roles::list_role_tags, role(role_name);
        ListRoles: iam::ListRolesRequest = roles::list_roles, anything();
        ListSAMLProviders: iam::ListSAMLProvidersRequest =
            nothing::list_saml_providers, anything();
        ListSSHPublicKeys: iam::ListSSHPublicKeysRequest =
            nothing::list_ssh_public_keys, user_or_self(user_name);
        ListServerCertificates: iam::ListServerCertificatesRequest =
            nothing::list_server_certificates, anything();
        ListServiceSpecificCredentials: iam::ListServiceSpecificCredentialsRequest =
            nothing::list_service_specific_credentials, user_or_self(user_name);
        ListSigningCertificates: iam::ListSigningCertificatesRequest =
            nothing::list_signing_certificates, user_or_self(user_name);
        ListUserPolicies: iam::ListUserPoliciesRequest =
            inline_policies::list_user_policies, user(user_name);
        ListUserTags: iam::ListUserTagsRequest = users::list_user_tags, user(user_name);
        ListUsers: iam::ListUsersRequest = users::list_users, anything();
        ListVirtualMFADevices: iam::ListVirtualMFADevicesRequest =
            nothing::list_virtual_mfa_devices, anything();
        PutGroupPolicy: iam::PutGroupPolicyRequest =
            inline_policies::put_group_policy, group(group_name);
        PutRolePermissionsBoundary: iam::PutRolePermissionsBoundaryRequest =
            attachments::put_role_permissions_boundary, role(role_name);
        PutRolePolicy: iam::PutRolePolicyRequest =
            inline_policies::put_role_policy, role(role_name);
        PutUserPermissionsBoundary: iam::PutUserPermissionsBoundaryRequest =
            attachments::put_user_permissions_boundary, user(user_name);
        PutUserPolicy: iam::PutUserPolicyRequest =
            inline_policies::put_user_policy, user(user_name);
        RemoveClientIDFromOpenIDConnectProvider:
            iam::RemoveClientIDFromOpenIDConnectProviderRequest =
            oidc_providers::remove_client_id_from_oidc_provider, arn(open_id_connect_provider_arn);
        RemoveUserFromGroup: iam::RemoveUserFromGroupRequest =
            groups::remove_user_from_group, group(group_name);
        SetDefaultPolicyVersion: iam::SetDefaultPolicyVersionRequest =
            policies::set_default_policy_version, arn(policy_arn);
        TagOpenIDConnectProvider: iam::TagOpenIDConnectProviderRequest =
            oidc_providers::tag_oidc_provider, arn(open_id_connect_provider_arn);
        TagPolicy: iam::TagPolicyRequest = policies::tag_policy, arn(policy_arn);
        TagRole: iam::TagRoleRequest = roles::tag_role, role(role_name);
        TagUser: iam::TagUserRequest = users::tag_user, user(user_name);
        UntagOpenIDConnectProvider: iam::UntagOpenIDConnectProviderRequest =
            oidc_providers::untag_oidc_provider, arn(open_id_connect_provider_arn);
        UntagPolicy: iam::UntagPolicyRequest = policies::untag_policy, arn(policy_arn);
        UntagRole: iam::UntagRoleRequest = roles::untag_role, role(role_name);
        UntagUser: iam::UntagUserRequest = users::untag_user, user(user_name);
        UpdateAccessKey: iam::UpdateAccessKeyRequest =
            access_keys::update_access_key, user_or_self(user_name);
        UpdateAssumeRolePolicy: iam::UpdateAssumeRolePolicyRequest =
            roles::update_assume_role_policy, role(role_name);
        UpdateGroup: iam::UpdateGroupRequest = groups::update_group, group(group_name);
        UpdateOpenIDConnectProviderThumbprint: iam::UpdateOpenIDConnectProviderThumbprintRequest =
            oidc_providers::update_oidc_provider_thumbprint, arn(open_id_connect_provider_arn);
        UpdateRole: iam::UpdateRoleRequest = roles::update_role, role(role_name);
        UpdateRoleDescription: iam::UpdateRoleDescriptionRequest =
            roles::update_role_description, role(role_name);
        UpdateUser: iam::UpdateUserRequest = users::update_user, user(user_name);
    }
    decides {
        AssumeRole: sts::AssumeRoleRequest = sessions::assume_role;
    }
    not_built "policies are not simulated yet" {
        GetContextKeysForCustomPolicy GetContextKeysForPrincipalPolicy SimulateCustomPolicy
        SimulatePrincipalPolicy
    }
    not_built "listing everything at once is not built yet" {
        GetAccountAuthorizationDetails
    }
    not_built "tokens of OpenID Connect are not verified yet" {
        AssumeRoleWithWebIdentity
    }
    not_built "refusals are not encoded: they say in words what was refused" {
        DecodeAuthorizationMessage
    }
    not_built "there is no SAML federation; OpenID Connect is what federates" {
        AssumeRoleWithSAML CreateSAMLProvider DeleteSAMLProvider GetSAMLProvider
        ListSAMLProviderTags TagSAMLProvider UntagSAMLProvider UpdateSAMLProvider
    }
    not_built "there are no organizations of accounts" {
        AssumeRoot DisableOrganizationsRootCredentialsManagement DisableOrganizationsRootSessions
        EnableOrganizationsRootCredentialsManagement EnableOrganizationsRootSessions
        GenerateOrganizationsAccessReport GetOrganizationsAccessReport ListOrganizationsFeatures
    }
    not_built "nothing here hands out tokens for other services" {
        DisableOutboundWebIdentityFederation EnableOutboundWebIdentityFederation
        GetDelegatedAccessToken GetOutboundWebIdentityFederationInfo GetWebIdentityToken
    }
    not_built "there is no console, so that there are no passwords" {
        ChangePassword CreateLoginProfile DeleteAccountPasswordPolicy GetAccountPasswordPolicy
        UpdateAccountPasswordPolicy UpdateLoginProfile
    }
    not_built "there are no MFA devices" {
        CreateVirtualMFADevice DeactivateMFADevice DeleteVirtualMFADevice EnableMFADevice
        GetMFADevice ListMFADeviceTags ResyncMFADevice TagMFADevice UntagMFADevice
    }
    not_built "there are no instances" {
        AddRoleToInstanceProfile CreateInstanceProfile DeleteInstanceProfile GetInstanceProfile
        ListInstanceProfileTags RemoveRoleFromInstanceProfile TagInstanceProfile
        UntagInstanceProfile
    }
    not_built "keys and certificates of other services have no use here" {
        CreateServiceSpecificCredential DeleteSSHPublicKey DeleteServerCertificate
        DeleteServiceSpecificCredential DeleteSigningCertificate GetSSHPublicKey
        GetServerCertificate ListServerCertificateTags ResetServiceSpecificCredential
        TagServerCertificate UntagServerCertificate UpdateSSHPublicKey UpdateServerCertificate
        UpdateServiceSpecificCredential UpdateSigningCertificate UploadSSHPublicKey
        UploadServerCertificate UploadSigningCertificate
    }
    not_built "no other service acts for an account" {
        CreateServiceLinkedRole DeleteServiceLinkedRole GetServiceLinkedRoleDeletionStatus
        SetSecurityTokenServicePreferences
    }
    not_built "reports are not built yet" {
        GenerateCredentialReport GenerateServiceLastAccessedDetails GetCredentialReport
        GetServiceLastAccessedDetails GetServiceLastAccessedDetailsWithEntities
        ListPoliciesGrantingServiceAccess
    }
    not_built "delegation to partners of AWS has no use here" {
        AcceptDelegationRequest AcquireRole AssociateDelegationRequest CreateDelegationRequest
        GetAccountProperties GetDelegationRequest GetHumanReadableSummary GetRoleTemplateVersion
        ListDelegationRequests PutAccountProperties RejectDelegationRequest SendDelegationToken
        UpdateDelegationRequest
    }
}

/// The part of `docs/coverage.md` about IAM and STS.
pub fn coverage_markdown() -> String {
    let mut out = String::from(
        "\n## IAM and STS\n\n\
         Every operation of AWS's service models of IAM and STS. Printed from the table in \
         `crates/iam-api/src/ops/mod.rs`.\n\n\
         | operation | | IAM action, or why not |\n|---|---|---|\n",
    );
    let mut built = 0;
    for info in &OPERATIONS {
        let (mark, text) = match entry(info.operation) {
            TableEntry::Open => ("yes", "none: whoever signs".to_owned()),
            TableEntry::Built => ("yes", format!("`{}`", info.action)),
            TableEntry::NotBuilt(reason) => ("no", reason.to_owned()),
        };
        built += usize::from(mark == "yes");
        let url = info.operation.documentation_url();
        out.push_str(&format!("| [{}]({url}) | {mark} | {text} |\n", info.name));
    }
    out.push_str(&format!("\n{built} of {} are built.\n", OPERATIONS.len()));
    out
}
