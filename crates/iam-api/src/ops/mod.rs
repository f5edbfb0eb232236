//! The table of contents: every operation of IAM and STS, built or not, and why not.
//!
//! The second half of `docs/coverage.md` is printed from it.

mod caller;

use crate::call::Call;
use crate::failure::Failure;
use crate::request::Fact;
use larder_iam::Action;
use larder_iam_model::{CommonError, OPERATIONS, Operation};

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
        built { $($built:ident = $handler:path, $resource:path;)* }
        $(not_built $reason:literal { $($missing:ident)* })*
    ) => {
        /// The operation's row.
        pub(crate) fn entry(operation: Operation) -> TableEntry {
            match operation {
                $(Operation::$open => TableEntry::Open,)*
                $(Operation::$built => TableEntry::Built,)*
                $($(Operation::$missing)|* => TableEntry::NotBuilt($reason),)*
            }
        }

        /// Runs the operation, if its caller may. Returns the document that answers.
        pub(crate) async fn run(mut call: Call<'_>) -> Result<Vec<u8>, Failure> {
            let operation = call.operation;
            match operation {
                $(Operation::$open => {
                    let input = call.input()?;
                    let output = $answer(&call, input).await?;
                    Ok(call.answer(&output))
                })*
                $(Operation::$built => {
                    let input = call.input()?;
                    let resource = $resource(&call, &input);
                    admit(&mut call, &resource)?;
                    let output = $handler(&call, input).await?;
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
fn admit(call: &mut Call<'_>, resource: &str) -> Result<(), Failure> {
    let name = call.operation.name();
    call.authorise(action(call.operation), resource)?;
    let reads = ["Get", "List", "Simulate", "Decode"];
    if !reads.iter().any(|verb| name.starts_with(verb)) {
        call.record.note(Fact::MustFinish);
    }
    Ok(())
}

/// The resource of what is about no single thing.
fn anything<T>(_: &Call<'_>, _: &T) -> String {
    "*".to_owned()
}

table! {
    open {
        GetCallerIdentity = caller::get_caller_identity;
    }
    built {
        GetAccessKeyInfo = caller::get_access_key_info, anything;
    }
    not_built "users, groups, roles and their policies are not built yet" {
        AddClientIDToOpenIDConnectProvider AddUserToGroup AttachGroupPolicy AttachRolePolicy
        AttachUserPolicy CreateAccessKey CreateAccountAlias CreateGroup
        CreateOpenIDConnectProvider CreatePolicy CreatePolicyVersion CreateRole CreateUser
        DeleteAccessKey DeleteAccountAlias DeleteGroup DeleteGroupPolicy DeleteLoginProfile
        DeleteOpenIDConnectProvider DeletePolicy DeletePolicyVersion DeleteRole
        DeleteRolePermissionsBoundary DeleteRolePolicy DeleteUser DeleteUserPermissionsBoundary
        DeleteUserPolicy DetachGroupPolicy DetachRolePolicy DetachUserPolicy
        GetAccessKeyLastUsed GetAccountAuthorizationDetails GetAccountSummary
        GetContextKeysForCustomPolicy GetContextKeysForPrincipalPolicy GetGroup GetGroupPolicy
        GetLoginProfile GetOpenIDConnectProvider GetPolicy GetPolicyVersion GetRole
        GetRolePolicy GetUser GetUserPolicy ListAccessKeys ListAccountAliases
        ListAttachedGroupPolicies ListAttachedRolePolicies ListAttachedUserPolicies
        ListEntitiesForPolicy ListGroupPolicies ListGroups ListGroupsForUser
        ListInstanceProfiles ListInstanceProfilesForRole ListMFADevices
        ListOpenIDConnectProviderTags ListOpenIDConnectProviders ListPolicies ListPolicyTags
        ListPolicyVersions ListRolePolicies ListRoleTags ListRoles ListSAMLProviders
        ListSSHPublicKeys ListServerCertificates ListServiceSpecificCredentials
        ListSigningCertificates ListUserPolicies ListUserTags ListUsers ListVirtualMFADevices
        PutGroupPolicy PutRolePermissionsBoundary PutRolePolicy PutUserPermissionsBoundary
        PutUserPolicy RemoveClientIDFromOpenIDConnectProvider RemoveUserFromGroup
        SetDefaultPolicyVersion SimulateCustomPolicy SimulatePrincipalPolicy
        TagOpenIDConnectProvider TagPolicy TagRole TagUser UntagOpenIDConnectProvider
        UntagPolicy UntagRole UntagUser UpdateAccessKey UpdateAssumeRolePolicy UpdateGroup
        UpdateOpenIDConnectProviderThumbprint UpdateRole UpdateRoleDescription UpdateUser
    }
    not_built "temporary sessions are not built yet" {
        AssumeRole AssumeRoleWithWebIdentity DecodeAuthorizationMessage GetFederationToken
        GetSessionToken
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
