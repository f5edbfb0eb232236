//! Which managed policies users, groups and roles have, and their permissions boundaries.

use super::paging::{page, paging};
use super::shapes;
use crate::call::Call;
use crate::failure::Failure;
use larder_iam_model::iam::{
    AttachGroupPolicyRequest, AttachRolePolicyRequest, AttachUserPolicyRequest, AttachedPolicy,
    DeleteRolePermissionsBoundaryRequest, DeleteUserPermissionsBoundaryRequest,
    DetachGroupPolicyRequest, DetachRolePolicyRequest, DetachUserPolicyRequest,
    ListAttachedGroupPoliciesRequest, ListAttachedGroupPoliciesResponse,
    ListAttachedRolePoliciesRequest, ListAttachedRolePoliciesResponse,
    ListAttachedUserPoliciesRequest, ListAttachedUserPoliciesResponse,
    ListEntitiesForPolicyRequest, ListEntitiesForPolicyResponse, PolicyGroup, PolicyRole,
    PolicyUser, PutRolePermissionsBoundaryRequest, PutUserPermissionsBoundaryRequest,
};
use larder_identities::{EntityFilter, IdentityKind, IdentityRef, Paging};
use larder_storage::MetaStore;

/// A page of the managed policies that an identity has, of those whose path begins so.
async fn attached<S: MetaStore>(
    call: &Call<'_, S>,
    identity: IdentityRef<'_>,
    path_prefix: Option<&str>,
    paging: &Paging,
) -> Result<(Vec<AttachedPolicy>, Option<String>), Failure> {
    let record = call.identities().identity(identity).await?;
    let is_below = |arn: &&String| {
        let path = arn.split_once(":policy").map_or("/", |(_, path)| path);
        path_prefix.is_none_or(|prefix| path.starts_with(prefix))
    };
    let found = record.attached.iter().filter(is_below);
    page(found.map(|arn| shapes::attached(arn)).collect(), paging)
}

/// ListEntitiesForPolicy.
pub(super) async fn list_entities_for_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListEntitiesForPolicyRequest,
) -> Result<ListEntitiesForPolicyResponse, Failure> {
    let kind = match input.entity_filter.as_deref() {
        Some("User") => Some(IdentityKind::User),
        Some("Group") => Some(IdentityKind::Group),
        Some("Role") => Some(IdentityKind::Role),
        _ => None,
    };
    let is_boundary = match input.policy_usage_filter.as_deref() {
        Some("PermissionsPolicy") => Some(false),
        Some("PermissionsBoundary") => Some(true),
        _ => None,
    };
    // Managed policies that AWS or whoever owns the account made: there are no others.
    let filter = EntityFilter { kind, is_boundary, path_prefix: input.path_prefix };
    let paging = paging(input.marker, input.max_items);
    let identities = call.identities();
    let found =
        identities.entities_of_policy(call.account(), &input.policy_arn, &filter, &paging).await?;
    let mut response = ListEntitiesForPolicyResponse {
        is_truncated: Some(found.marker.is_some()),
        marker: found.marker,
        ..ListEntitiesForPolicyResponse::default()
    };
    for entity in found.entries {
        let (name, id) = (Some(entity.record.name), Some(entity.record.id));
        match entity.kind {
            IdentityKind::User => {
                response.policy_users.push(PolicyUser { user_name: name, user_id: id });
            }
            IdentityKind::Group => {
                response.policy_groups.push(PolicyGroup { group_name: name, group_id: id });
            }
            IdentityKind::Role => {
                response.policy_roles.push(PolicyRole { role_name: name, role_id: id });
            }
        }
    }
    Ok(response)
}

pub(super) async fn attach_user_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: AttachUserPolicyRequest,
) -> Result<(), Failure> {
    let user = IdentityRef::user(call.account(), &input.user_name);
    Ok(call.identities().attach_policy(user, &input.policy_arn).await?)
}

pub(super) async fn detach_user_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: DetachUserPolicyRequest,
) -> Result<(), Failure> {
    let user = IdentityRef::user(call.account(), &input.user_name);
    Ok(call.identities().detach_policy(user, &input.policy_arn).await?)
}

pub(super) async fn list_attached_user_policies<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListAttachedUserPoliciesRequest,
) -> Result<ListAttachedUserPoliciesResponse, Failure> {
    let user = IdentityRef::user(call.account(), &input.user_name);
    let paging = paging(input.marker, input.max_items);
    let prefix = input.path_prefix.as_deref();
    let (attached_policies, marker) = attached(call, user, prefix, &paging).await?;
    let is_truncated = Some(marker.is_some());
    Ok(ListAttachedUserPoliciesResponse { attached_policies, is_truncated, marker })
}

pub(super) async fn put_user_permissions_boundary<S: MetaStore>(
    call: &Call<'_, S>,
    input: PutUserPermissionsBoundaryRequest,
) -> Result<(), Failure> {
    let user = IdentityRef::user(call.account(), &input.user_name);
    Ok(call.identities().set_boundary(user, Some(&input.permissions_boundary)).await?)
}

pub(super) async fn delete_user_permissions_boundary<S: MetaStore>(
    call: &Call<'_, S>,
    input: DeleteUserPermissionsBoundaryRequest,
) -> Result<(), Failure> {
    let user = IdentityRef::user(call.account(), &input.user_name);
    Ok(call.identities().set_boundary(user, None).await?)
}

pub(super) async fn attach_group_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: AttachGroupPolicyRequest,
) -> Result<(), Failure> {
    let group = IdentityRef::group(call.account(), &input.group_name);
    Ok(call.identities().attach_policy(group, &input.policy_arn).await?)
}

pub(super) async fn detach_group_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: DetachGroupPolicyRequest,
) -> Result<(), Failure> {
    let group = IdentityRef::group(call.account(), &input.group_name);
    Ok(call.identities().detach_policy(group, &input.policy_arn).await?)
}

pub(super) async fn list_attached_group_policies<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListAttachedGroupPoliciesRequest,
) -> Result<ListAttachedGroupPoliciesResponse, Failure> {
    let group = IdentityRef::group(call.account(), &input.group_name);
    let paging = paging(input.marker, input.max_items);
    let prefix = input.path_prefix.as_deref();
    let (attached_policies, marker) = attached(call, group, prefix, &paging).await?;
    let is_truncated = Some(marker.is_some());
    Ok(ListAttachedGroupPoliciesResponse { attached_policies, is_truncated, marker })
}

pub(super) async fn attach_role_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: AttachRolePolicyRequest,
) -> Result<(), Failure> {
    let role = IdentityRef::role(call.account(), &input.role_name);
    Ok(call.identities().attach_policy(role, &input.policy_arn).await?)
}

pub(super) async fn detach_role_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: DetachRolePolicyRequest,
) -> Result<(), Failure> {
    let role = IdentityRef::role(call.account(), &input.role_name);
    Ok(call.identities().detach_policy(role, &input.policy_arn).await?)
}

pub(super) async fn list_attached_role_policies<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListAttachedRolePoliciesRequest,
) -> Result<ListAttachedRolePoliciesResponse, Failure> {
    let role = IdentityRef::role(call.account(), &input.role_name);
    let paging = paging(input.marker, input.max_items);
    let prefix = input.path_prefix.as_deref();
    let (attached_policies, marker) = attached(call, role, prefix, &paging).await?;
    let is_truncated = Some(marker.is_some());
    Ok(ListAttachedRolePoliciesResponse { attached_policies, is_truncated, marker })
}

pub(super) async fn put_role_permissions_boundary<S: MetaStore>(
    call: &Call<'_, S>,
    input: PutRolePermissionsBoundaryRequest,
) -> Result<(), Failure> {
    let role = IdentityRef::role(call.account(), &input.role_name);
    Ok(call.identities().set_boundary(role, Some(&input.permissions_boundary)).await?)
}

pub(super) async fn delete_role_permissions_boundary<S: MetaStore>(
    call: &Call<'_, S>,
    input: DeleteRolePermissionsBoundaryRequest,
) -> Result<(), Failure> {
    let role = IdentityRef::role(call.account(), &input.role_name);
    Ok(call.identities().set_boundary(role, None).await?)
}
