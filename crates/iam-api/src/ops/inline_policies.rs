//! Policies that are written into users, groups and roles. The three have operations of their own
//! that do the same.

use super::paging::{page, paging};
use crate::call::Call;
use crate::failure::Failure;
use larder_iam_model::PolicyDocument;
use larder_iam_model::iam::{
    DeleteGroupPolicyRequest, DeleteRolePolicyRequest, DeleteUserPolicyRequest,
    GetGroupPolicyRequest, GetGroupPolicyResponse, GetRolePolicyRequest, GetRolePolicyResponse,
    GetUserPolicyRequest, GetUserPolicyResponse, ListGroupPoliciesRequest,
    ListGroupPoliciesResponse, ListRolePoliciesRequest, ListRolePoliciesResponse,
    ListUserPoliciesRequest, ListUserPoliciesResponse, PutGroupPolicyRequest, PutRolePolicyRequest,
    PutUserPolicyRequest,
};
use larder_identities::{IdentityRef, Paging};
use larder_storage::MetaStore;

/// A page of the names of an identity's policies.
async fn names<S: MetaStore>(
    call: &Call<'_, S>,
    identity: IdentityRef<'_>,
    paging: &Paging,
) -> Result<(Vec<String>, Option<String>), Failure> {
    let record = call.identities().identity(identity).await?;
    let names = record.inline.into_iter().map(|policy| policy.name).collect();
    page(names, paging)
}

pub(super) async fn put_user_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: PutUserPolicyRequest,
) -> Result<(), Failure> {
    let user = IdentityRef::user(call.account(), &input.user_name);
    let (name, document) = (&input.policy_name, &input.policy_document);
    Ok(call.identities().put_inline_policy(user, name, document).await?)
}

pub(super) async fn get_user_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: GetUserPolicyRequest,
) -> Result<GetUserPolicyResponse, Failure> {
    let user = IdentityRef::user(call.account(), &input.user_name);
    let document = call.identities().inline_policy(user, &input.policy_name).await?;
    Ok(GetUserPolicyResponse {
        user_name: input.user_name,
        policy_name: input.policy_name,
        policy_document: PolicyDocument(document),
    })
}

pub(super) async fn delete_user_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: DeleteUserPolicyRequest,
) -> Result<(), Failure> {
    let user = IdentityRef::user(call.account(), &input.user_name);
    Ok(call.identities().delete_inline_policy(user, &input.policy_name).await?)
}

pub(super) async fn list_user_policies<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListUserPoliciesRequest,
) -> Result<ListUserPoliciesResponse, Failure> {
    let user = IdentityRef::user(call.account(), &input.user_name);
    let paging = paging(input.marker, input.max_items);
    let (policy_names, marker) = names(call, user, &paging).await?;
    Ok(ListUserPoliciesResponse { policy_names, is_truncated: Some(marker.is_some()), marker })
}

pub(super) async fn put_group_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: PutGroupPolicyRequest,
) -> Result<(), Failure> {
    let group = IdentityRef::group(call.account(), &input.group_name);
    let (name, document) = (&input.policy_name, &input.policy_document);
    Ok(call.identities().put_inline_policy(group, name, document).await?)
}

pub(super) async fn get_group_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: GetGroupPolicyRequest,
) -> Result<GetGroupPolicyResponse, Failure> {
    let group = IdentityRef::group(call.account(), &input.group_name);
    let document = call.identities().inline_policy(group, &input.policy_name).await?;
    Ok(GetGroupPolicyResponse {
        group_name: input.group_name,
        policy_name: input.policy_name,
        policy_document: PolicyDocument(document),
    })
}

pub(super) async fn delete_group_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: DeleteGroupPolicyRequest,
) -> Result<(), Failure> {
    let group = IdentityRef::group(call.account(), &input.group_name);
    Ok(call.identities().delete_inline_policy(group, &input.policy_name).await?)
}

pub(super) async fn list_group_policies<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListGroupPoliciesRequest,
) -> Result<ListGroupPoliciesResponse, Failure> {
    let group = IdentityRef::group(call.account(), &input.group_name);
    let paging = paging(input.marker, input.max_items);
    let (policy_names, marker) = names(call, group, &paging).await?;
    Ok(ListGroupPoliciesResponse { policy_names, is_truncated: Some(marker.is_some()), marker })
}

pub(super) async fn put_role_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: PutRolePolicyRequest,
) -> Result<(), Failure> {
    let role = IdentityRef::role(call.account(), &input.role_name);
    let (name, document) = (&input.policy_name, &input.policy_document);
    Ok(call.identities().put_inline_policy(role, name, document).await?)
}

pub(super) async fn get_role_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: GetRolePolicyRequest,
) -> Result<GetRolePolicyResponse, Failure> {
    let role = IdentityRef::role(call.account(), &input.role_name);
    let document = call.identities().inline_policy(role, &input.policy_name).await?;
    Ok(GetRolePolicyResponse {
        role_name: input.role_name,
        policy_name: input.policy_name,
        policy_document: PolicyDocument(document),
    })
}

pub(super) async fn delete_role_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: DeleteRolePolicyRequest,
) -> Result<(), Failure> {
    let role = IdentityRef::role(call.account(), &input.role_name);
    Ok(call.identities().delete_inline_policy(role, &input.policy_name).await?)
}

pub(super) async fn list_role_policies<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListRolePoliciesRequest,
) -> Result<ListRolePoliciesResponse, Failure> {
    let role = IdentityRef::role(call.account(), &input.role_name);
    let paging = paging(input.marker, input.max_items);
    let (policy_names, marker) = names(call, role, &paging).await?;
    Ok(ListRolePoliciesResponse { policy_names, is_truncated: Some(marker.is_some()), marker })
}
