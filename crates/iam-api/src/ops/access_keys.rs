//! Access keys of users, and of the root that has no name.

use super::paging::{page, paging};
use super::resource::user_of;
use super::users::ROOT;
use crate::call::Call;
use crate::failure::Failure;
use larder_iam_model::CommonError;
use larder_iam_model::iam::{
    AccessKey, AccessKeyLastUsed, AccessKeyMetadata, CreateAccessKeyRequest,
    CreateAccessKeyResponse, DeleteAccessKeyRequest, GetAccessKeyLastUsedRequest,
    GetAccessKeyLastUsedResponse, ListAccessKeysRequest, ListAccessKeysResponse,
    UpdateAccessKeyRequest,
};
use larder_identities::{AccessKeyStatus, Error};
use larder_s3_model::Secret;
use larder_storage::MetaStore;

/// What stands for a service or region where a key was not used.
const NOT_USED: &str = "N/A";

pub(super) async fn create_access_key<S: MetaStore>(
    call: &Call<'_, S>,
    input: CreateAccessKeyRequest,
) -> Result<CreateAccessKeyResponse, Failure> {
    let user = user_of(call, input.user_name)?;
    let key = call.identities().create_access_key(call.account(), user.as_deref()).await?;
    Ok(CreateAccessKeyResponse {
        access_key: AccessKey {
            user_name: user.unwrap_or_else(|| ROOT.to_owned()),
            access_key_id: key.id,
            status: status(true).to_owned(),
            secret_access_key: Secret::new(key.secret.expose()),
            create_date: Some(key.created),
        },
    })
}

fn status(is_active: bool) -> &'static str {
    if is_active { "Active" } else { "Inactive" }
}

pub(super) async fn update_access_key<S: MetaStore>(
    call: &Call<'_, S>,
    input: UpdateAccessKeyRequest,
) -> Result<(), Failure> {
    let user = user_of(call, input.user_name)?;
    let status = match input.status.as_str() {
        "Active" => AccessKeyStatus::Active,
        "Inactive" => AccessKeyStatus::Inactive,
        _ => {
            let message = "A status that a key can be given is Active or Inactive.";
            return Err(Failure::new(CommonError::ValidationError, message));
        }
    };
    let (account, id) = (call.account(), &input.access_key_id);
    Ok(call.identities().update_access_key(account, user.as_deref(), id, status).await?)
}

pub(super) async fn delete_access_key<S: MetaStore>(
    call: &Call<'_, S>,
    input: DeleteAccessKeyRequest,
) -> Result<(), Failure> {
    let user = user_of(call, input.user_name)?;
    let (account, id) = (call.account(), &input.access_key_id);
    Ok(call.identities().delete_access_key(account, user.as_deref(), id).await?)
}

pub(super) async fn list_access_keys<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListAccessKeysRequest,
) -> Result<ListAccessKeysResponse, Failure> {
    let user = user_of(call, input.user_name)?;
    let keys = call.identities().list_access_keys(call.account(), user.as_deref()).await?;
    let name = user.unwrap_or_else(|| ROOT.to_owned());
    let shown = keys.into_iter().map(|(id, key)| AccessKeyMetadata {
        user_name: Some(name.clone()),
        access_key_id: Some(id),
        status: Some(status(key.is_active).to_owned()),
        create_date: Some(key.created),
    });
    let (keys, marker) = page(shown.collect(), &paging(input.marker, input.max_items))?;
    let is_truncated = Some(marker.is_some());
    Ok(ListAccessKeysResponse { access_key_metadata: keys, is_truncated, marker })
}

pub(super) async fn get_access_key_last_used<S: MetaStore>(
    call: &Call<'_, S>,
    input: GetAccessKeyLastUsedRequest,
) -> Result<GetAccessKeyLastUsedResponse, Failure> {
    let (identities, id) = (call.identities(), &input.access_key_id);
    let missing = || Error::NoSuchEntity(format!("The Access Key with id {id} cannot be found."));
    let key = identities.access_key_record(id).await?.ok_or_else(missing)?;
    let user = match &key.user_id {
        Some(user_id) => identities.identity_of_id(&key.account, user_id).await?,
        None => None,
    };
    let used = match key.last_use {
        Some(last) => AccessKeyLastUsed {
            last_used_date: Some(last.at),
            service_name: last.service,
            region: last.region,
        },
        None => AccessKeyLastUsed {
            last_used_date: None,
            service_name: NOT_USED.to_owned(),
            region: NOT_USED.to_owned(),
        },
    };
    Ok(GetAccessKeyLastUsedResponse {
        user_name: Some(user.map_or_else(|| ROOT.to_owned(), |(_, user)| user.name)),
        access_key_last_used: Some(used),
    })
}
