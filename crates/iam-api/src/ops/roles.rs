//! Roles.

use super::paging::{page, paging};
use super::shapes;
use crate::call::Call;
use crate::failure::Failure;
use larder_iam_model::iam::{
    CreateRoleRequest, CreateRoleResponse, DeleteRoleRequest, GetRoleRequest, GetRoleResponse,
    ListRoleTagsRequest, ListRoleTagsResponse, ListRolesRequest, ListRolesResponse, TagRoleRequest,
    UntagRoleRequest, UpdateAssumeRolePolicyRequest, UpdateRoleDescriptionRequest,
    UpdateRoleDescriptionResponse, UpdateRoleRequest, UpdateRoleResponse,
};
use larder_identities::limits::ROLE_SESSION_S_MIN;
use larder_identities::{IdentityKind, IdentityRef, NewIdentity, RoleDetail};
use larder_storage::MetaStore;

pub(super) async fn create_role<S: MetaStore>(
    call: &Call<'_, S>,
    input: CreateRoleRequest,
) -> Result<CreateRoleResponse, Failure> {
    let detail = RoleDetail {
        trust_policy: input.assume_role_policy_document,
        max_session_s: seconds(input.max_session_duration),
        description: input.description,
    };
    let new = NewIdentity {
        path: input.path,
        tags: shapes::pairs(input.tags.unwrap_or_default()),
        boundary: input.permissions_boundary,
        role: Some(detail),
    };
    let role = IdentityRef::role(call.account(), &input.role_name);
    let record = call.identities().create_identity(role, new).await?;
    Ok(CreateRoleResponse { role: shapes::role(call.account(), &record) })
}

/// The longest session of a role; an hour when nothing is said. The model bounds it.
fn seconds(asked: Option<i32>) -> u32 {
    asked.and_then(|seconds| u32::try_from(seconds).ok()).unwrap_or(ROLE_SESSION_S_MIN)
}

pub(super) async fn delete_role<S: MetaStore>(
    call: &Call<'_, S>,
    input: DeleteRoleRequest,
) -> Result<(), Failure> {
    let role = IdentityRef::role(call.account(), &input.role_name);
    Ok(call.identities().delete_identity(role).await?)
}

pub(super) async fn get_role<S: MetaStore>(
    call: &Call<'_, S>,
    input: GetRoleRequest,
) -> Result<GetRoleResponse, Failure> {
    let role = IdentityRef::role(call.account(), &input.role_name);
    let record = call.identities().identity(role).await?;
    Ok(GetRoleResponse { role: shapes::role(call.account(), &record) })
}

pub(super) async fn list_roles<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListRolesRequest,
) -> Result<ListRolesResponse, Failure> {
    let (account, prefix) = (call.account(), input.path_prefix.as_deref());
    let paging = paging(input.marker, input.max_items);
    let identities = call.identities();
    let found = identities.list_identities(account, IdentityKind::Role, prefix, &paging).await?;
    Ok(ListRolesResponse {
        roles: found.entries.iter().map(|record| shapes::role(account, record)).collect(),
        is_truncated: Some(found.marker.is_some()),
        marker: found.marker,
    })
}

/// UpdateRole. What is not given becomes what a new role has.
pub(super) async fn update_role<S: MetaStore>(
    call: &Call<'_, S>,
    input: UpdateRoleRequest,
) -> Result<UpdateRoleResponse, Failure> {
    let update = |detail: &mut RoleDetail| {
        detail.description = input.description.clone();
        detail.max_session_s = seconds(input.max_session_duration);
    };
    call.identities().update_role(call.account(), &input.role_name, update).await?;
    Ok(UpdateRoleResponse {})
}

pub(super) async fn update_role_description<S: MetaStore>(
    call: &Call<'_, S>,
    input: UpdateRoleDescriptionRequest,
) -> Result<UpdateRoleDescriptionResponse, Failure> {
    let account = call.account();
    let update = |detail: &mut RoleDetail| detail.description = Some(input.description.clone());
    let record = call.identities().update_role(account, &input.role_name, update).await?;
    Ok(UpdateRoleDescriptionResponse { role: Some(shapes::role(account, &record)) })
}

pub(super) async fn update_assume_role_policy<S: MetaStore>(
    call: &Call<'_, S>,
    input: UpdateAssumeRolePolicyRequest,
) -> Result<(), Failure> {
    let update = |detail: &mut RoleDetail| detail.trust_policy = input.policy_document.clone();
    call.identities().update_role(call.account(), &input.role_name, update).await?;
    Ok(())
}

pub(super) async fn list_role_tags<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListRoleTagsRequest,
) -> Result<ListRoleTagsResponse, Failure> {
    let role = IdentityRef::role(call.account(), &input.role_name);
    let record = call.identities().identity(role).await?;
    let (tags, marker) = page(shapes::tags(&record.tags), &paging(input.marker, input.max_items))?;
    Ok(ListRoleTagsResponse { tags, is_truncated: Some(marker.is_some()), marker })
}

pub(super) async fn tag_role<S: MetaStore>(
    call: &Call<'_, S>,
    input: TagRoleRequest,
) -> Result<(), Failure> {
    let role = IdentityRef::role(call.account(), &input.role_name);
    Ok(call.identities().tag_identity(role, &shapes::pairs(input.tags)).await?)
}

pub(super) async fn untag_role<S: MetaStore>(
    call: &Call<'_, S>,
    input: UntagRoleRequest,
) -> Result<(), Failure> {
    let role = IdentityRef::role(call.account(), &input.role_name);
    Ok(call.identities().untag_identity(role, &input.tag_keys).await?)
}
