//! Groups, and who is in them.

use super::paging::{page, paging};
use super::shapes;
use crate::call::Call;
use crate::failure::Failure;
use larder_iam_model::iam::{
    AddUserToGroupRequest, CreateGroupRequest, CreateGroupResponse, DeleteGroupRequest,
    GetGroupRequest, GetGroupResponse, ListGroupsForUserRequest, ListGroupsForUserResponse,
    ListGroupsRequest, ListGroupsResponse, RemoveUserFromGroupRequest, UpdateGroupRequest,
};
use larder_identities::{IdentityKind, IdentityRef, NewIdentity, UpdateIdentity};
use larder_storage::MetaStore;

pub(super) async fn create_group<S: MetaStore>(
    call: &Call<'_, S>,
    input: CreateGroupRequest,
) -> Result<CreateGroupResponse, Failure> {
    let new = NewIdentity { path: input.path, ..NewIdentity::default() };
    let group = IdentityRef::group(call.account(), &input.group_name);
    let record = call.identities().create_identity(group, new).await?;
    Ok(CreateGroupResponse { group: shapes::group(call.account(), &record) })
}

pub(super) async fn delete_group<S: MetaStore>(
    call: &Call<'_, S>,
    input: DeleteGroupRequest,
) -> Result<(), Failure> {
    let group = IdentityRef::group(call.account(), &input.group_name);
    Ok(call.identities().delete_identity(group).await?)
}

pub(super) async fn get_group<S: MetaStore>(
    call: &Call<'_, S>,
    input: GetGroupRequest,
) -> Result<GetGroupResponse, Failure> {
    let (account, name) = (call.account(), &input.group_name);
    let record = call.identities().identity(IdentityRef::group(account, name)).await?;
    let paging = paging(input.marker, input.max_items);
    let users = call.identities().users_in_group(account, name, &paging).await?;
    Ok(GetGroupResponse {
        group: shapes::group(account, &record),
        users: users.entries.iter().map(|user| shapes::user(account, user)).collect(),
        is_truncated: Some(users.marker.is_some()),
        marker: users.marker,
    })
}

pub(super) async fn list_groups<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListGroupsRequest,
) -> Result<ListGroupsResponse, Failure> {
    let (account, prefix) = (call.account(), input.path_prefix.as_deref());
    let paging = paging(input.marker, input.max_items);
    let identities = call.identities();
    let found = identities.list_identities(account, IdentityKind::Group, prefix, &paging).await?;
    Ok(ListGroupsResponse {
        groups: found.entries.iter().map(|record| shapes::group(account, record)).collect(),
        is_truncated: Some(found.marker.is_some()),
        marker: found.marker,
    })
}

pub(super) async fn update_group<S: MetaStore>(
    call: &Call<'_, S>,
    input: UpdateGroupRequest,
) -> Result<(), Failure> {
    let group = IdentityRef::group(call.account(), &input.group_name);
    let update = UpdateIdentity { new_name: input.new_group_name, new_path: input.new_path };
    call.identities().update_identity(group, &update).await?;
    Ok(())
}

pub(super) async fn add_user_to_group<S: MetaStore>(
    call: &Call<'_, S>,
    input: AddUserToGroupRequest,
) -> Result<(), Failure> {
    let (group, user) = (&input.group_name, &input.user_name);
    Ok(call.identities().add_user_to_group(call.account(), group, user).await?)
}

pub(super) async fn remove_user_from_group<S: MetaStore>(
    call: &Call<'_, S>,
    input: RemoveUserFromGroupRequest,
) -> Result<(), Failure> {
    let (group, user) = (&input.group_name, &input.user_name);
    Ok(call.identities().remove_user_from_group(call.account(), group, user).await?)
}

pub(super) async fn list_groups_for_user<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListGroupsForUserRequest,
) -> Result<ListGroupsForUserResponse, Failure> {
    let account = call.account();
    let found = call.identities().groups_of_user(account, &input.user_name).await?;
    let groups = found.iter().map(|record| shapes::group(account, record)).collect();
    let (groups, marker) = page(groups, &paging(input.marker, input.max_items))?;
    Ok(ListGroupsForUserResponse { groups, is_truncated: Some(marker.is_some()), marker })
}
