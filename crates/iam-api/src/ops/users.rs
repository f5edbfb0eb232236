//! Users.

use super::paging::{page, paging};
use super::{resource, shapes};
use crate::call::Call;
use crate::failure::Failure;
use larder_iam_model::iam::{
    CreateUserRequest, CreateUserResponse, DeleteUserRequest, GetUserRequest, GetUserResponse,
    ListUserTagsRequest, ListUserTagsResponse, ListUsersRequest, ListUsersResponse, TagUserRequest,
    UntagUserRequest, UpdateUserRequest, User,
};
use larder_identities::{Error, IdentityKind, IdentityRef, NewIdentity, UpdateIdentity};
use larder_storage::MetaStore;

/// The name that the root has in answers, which have to have one.
pub(super) const ROOT: &str = "root";

pub(super) async fn create_user<S: MetaStore>(
    call: &Call<'_, S>,
    input: CreateUserRequest,
) -> Result<CreateUserResponse, Failure> {
    let new = NewIdentity {
        path: input.path,
        tags: shapes::pairs(input.tags.unwrap_or_default()),
        boundary: input.permissions_boundary,
        role: None,
    };
    let user = IdentityRef::user(call.account(), &input.user_name);
    let record = call.identities().create_identity(user, new).await?;
    Ok(CreateUserResponse { user: Some(shapes::user(call.account(), &record)) })
}

pub(super) async fn delete_user<S: MetaStore>(
    call: &Call<'_, S>,
    input: DeleteUserRequest,
) -> Result<(), Failure> {
    let user = IdentityRef::user(call.account(), &input.user_name);
    Ok(call.identities().delete_identity(user).await?)
}

/// GetUser; without a name whoever asks.
pub(super) async fn get_user<S: MetaStore>(
    call: &Call<'_, S>,
    input: GetUserRequest,
) -> Result<GetUserResponse, Failure> {
    let account = call.account();
    let Some(name) = resource::user_of(call, input.user_name)? else {
        return Ok(GetUserResponse { user: root(call).await? });
    };
    let record = call.identities().identity(IdentityRef::user(account, &name)).await?;
    Ok(GetUserResponse { user: shapes::user(account, &record) })
}

/// The root, as far as it is a user.
async fn root<S: MetaStore>(call: &Call<'_, S>) -> Result<User, Failure> {
    let account = call.account();
    let found = call.identities().account(account).await?;
    let missing = || Error::NoSuchEntity(format!("The account {account} cannot be found."));
    Ok(User {
        path: "/".to_owned(),
        user_name: ROOT.to_owned(),
        user_id: account.to_string(),
        arn: format!("arn:aws:iam::{account}:root"),
        create_date: found.ok_or_else(missing)?.created,
        password_last_used: None,
        permissions_boundary: None,
        tags: Vec::new(),
    })
}

pub(super) async fn list_users<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListUsersRequest,
) -> Result<ListUsersResponse, Failure> {
    let (account, prefix) = (call.account(), input.path_prefix.as_deref());
    let paging = paging(input.marker, input.max_items);
    let identities = call.identities();
    let found = identities.list_identities(account, IdentityKind::User, prefix, &paging).await?;
    Ok(ListUsersResponse {
        users: found.entries.iter().map(|record| shapes::user(account, record)).collect(),
        is_truncated: Some(found.marker.is_some()),
        marker: found.marker,
    })
}

pub(super) async fn update_user<S: MetaStore>(
    call: &Call<'_, S>,
    input: UpdateUserRequest,
) -> Result<(), Failure> {
    let user = IdentityRef::user(call.account(), &input.user_name);
    let update = UpdateIdentity { new_name: input.new_user_name, new_path: input.new_path };
    call.identities().update_identity(user, &update).await?;
    Ok(())
}

pub(super) async fn list_user_tags<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListUserTagsRequest,
) -> Result<ListUserTagsResponse, Failure> {
    let user = IdentityRef::user(call.account(), &input.user_name);
    let record = call.identities().identity(user).await?;
    let (tags, marker) = page(shapes::tags(&record.tags), &paging(input.marker, input.max_items))?;
    Ok(ListUserTagsResponse { tags, is_truncated: Some(marker.is_some()), marker })
}

pub(super) async fn tag_user<S: MetaStore>(
    call: &Call<'_, S>,
    input: TagUserRequest,
) -> Result<(), Failure> {
    let user = IdentityRef::user(call.account(), &input.user_name);
    Ok(call.identities().tag_identity(user, &shapes::pairs(input.tags)).await?)
}

pub(super) async fn untag_user<S: MetaStore>(
    call: &Call<'_, S>,
    input: UntagUserRequest,
) -> Result<(), Failure> {
    let user = IdentityRef::user(call.account(), &input.user_name);
    Ok(call.identities().untag_identity(user, &input.tag_keys).await?)
}
