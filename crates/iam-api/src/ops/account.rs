//! The account itself: its alias and what it has.

use crate::call::Call;
use crate::failure::Failure;
use larder_iam_model::iam::{
    CreateAccountAliasRequest, DeleteAccountAliasRequest, GetAccountSummaryResponse,
    ListAccountAliasesRequest, ListAccountAliasesResponse,
};
use larder_identities::limits::{
    ACCESS_KEYS_MAX, ATTACHED_POLICIES_MAX, GROUP_INLINE_CHARS_MAX, GROUPS_MAX,
    GROUPS_PER_USER_MAX, MANAGED_POLICY_CHARS_MAX, POLICIES_MAX, POLICY_VERSIONS_MAX,
    ROLE_INLINE_CHARS_MAX, ROLES_MAX, TRUST_POLICY_CHARS_MAX, USER_INLINE_CHARS_MAX, USERS_MAX,
};
use larder_identities::{AccountRecord, Error};
use larder_storage::MetaStore;
use std::collections::BTreeMap;

async fn record<S: MetaStore>(call: &Call<'_, S>) -> Result<AccountRecord, Failure> {
    let account = call.account();
    let missing = || Error::NoSuchEntity(format!("The account {account} cannot be found."));
    Ok(call.identities().account(account).await?.ok_or_else(missing)?)
}

pub(super) async fn create_account_alias<S: MetaStore>(
    call: &Call<'_, S>,
    input: CreateAccountAliasRequest,
) -> Result<(), Failure> {
    Ok(call.identities().create_account_alias(call.account(), &input.account_alias).await?)
}

pub(super) async fn delete_account_alias<S: MetaStore>(
    call: &Call<'_, S>,
    input: DeleteAccountAliasRequest,
) -> Result<(), Failure> {
    Ok(call.identities().delete_account_alias(call.account(), &input.account_alias).await?)
}

/// ListAccountAliases: an account has one at most.
pub(super) async fn list_account_aliases<S: MetaStore>(
    call: &Call<'_, S>,
    _: ListAccountAliasesRequest,
) -> Result<ListAccountAliasesResponse, Failure> {
    let account_aliases = record(call).await?.alias.into_iter().collect();
    Ok(ListAccountAliasesResponse { account_aliases, is_truncated: Some(false), marker: None })
}

/// GetAccountSummary, as far as there is what it counts.
pub(super) async fn get_account_summary<S: MetaStore>(
    call: &Call<'_, S>,
    _: (),
) -> Result<GetAccountSummaryResponse, Failure> {
    let record = record(call).await?;
    let counts = &record.counts;
    let number = |count: usize| i32::try_from(count).unwrap_or(i32::MAX);
    let of_u32 = |count: u32| i32::try_from(count).unwrap_or(i32::MAX);
    let entries = [
        ("Users", of_u32(counts.users)),
        ("UsersQuota", of_u32(USERS_MAX)),
        ("Groups", of_u32(counts.groups)),
        ("GroupsQuota", of_u32(GROUPS_MAX)),
        ("Roles", of_u32(counts.roles)),
        ("RolesQuota", of_u32(ROLES_MAX)),
        ("Policies", of_u32(counts.policies)),
        ("PoliciesQuota", of_u32(POLICIES_MAX)),
        ("Providers", of_u32(counts.oidc_providers)),
        ("AccountAccessKeysPresent", i32::from(!record.keys.is_empty())),
        ("AccountMFAEnabled", 0),
        ("MFADevices", 0),
        ("MFADevicesInUse", 0),
        ("AccessKeysPerUserQuota", number(ACCESS_KEYS_MAX)),
        ("AttachedPoliciesPerGroupQuota", number(ATTACHED_POLICIES_MAX)),
        ("AttachedPoliciesPerRoleQuota", number(ATTACHED_POLICIES_MAX)),
        ("AttachedPoliciesPerUserQuota", number(ATTACHED_POLICIES_MAX)),
        ("GroupPolicySizeQuota", number(GROUP_INLINE_CHARS_MAX)),
        ("GroupsPerUserQuota", number(GROUPS_PER_USER_MAX)),
        ("PolicySizeQuota", number(MANAGED_POLICY_CHARS_MAX)),
        ("RolePolicySizeQuota", number(ROLE_INLINE_CHARS_MAX)),
        ("AssumeRolePolicySizeQuota", number(TRUST_POLICY_CHARS_MAX)),
        ("UserPolicySizeQuota", number(USER_INLINE_CHARS_MAX)),
        ("VersionsPerPolicyQuota", number(POLICY_VERSIONS_MAX)),
    ];
    let summary_map: BTreeMap<String, i32> =
        entries.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    Ok(GetAccountSummaryResponse { summary_map })
}
