//! OpenID Connect providers.

use super::paging::{page, paging};
use super::shapes;
use crate::call::Call;
use crate::failure::Failure;
use larder_iam_model::iam::{
    AddClientIDToOpenIDConnectProviderRequest, CreateOpenIDConnectProviderRequest,
    CreateOpenIDConnectProviderResponse, DeleteOpenIDConnectProviderRequest,
    GetOpenIDConnectProviderRequest, GetOpenIDConnectProviderResponse,
    ListOpenIDConnectProviderTagsRequest, ListOpenIDConnectProviderTagsResponse,
    ListOpenIDConnectProvidersRequest, ListOpenIDConnectProvidersResponse,
    OpenIDConnectProviderListEntry, RemoveClientIDFromOpenIDConnectProviderRequest,
    TagOpenIDConnectProviderRequest, UntagOpenIDConnectProviderRequest,
    UpdateOpenIDConnectProviderThumbprintRequest,
};
use larder_identities::NewOidcProvider;
use larder_storage::MetaStore;

pub(super) async fn create_oidc_provider<S: MetaStore>(
    call: &Call<'_, S>,
    input: CreateOpenIDConnectProviderRequest,
) -> Result<CreateOpenIDConnectProviderResponse, Failure> {
    let new = NewOidcProvider {
        url: input.url,
        client_ids: input.client_id_list.unwrap_or_default(),
        thumbprints: input.thumbprint_list.unwrap_or_default(),
        tags: shapes::pairs(input.tags.unwrap_or_default()),
    };
    let record = call.identities().create_oidc_provider(call.account(), new).await?;
    Ok(CreateOpenIDConnectProviderResponse {
        open_id_connect_provider_arn: Some(record.arn(call.account())),
        tags: shapes::tags(&record.tags),
    })
}

pub(super) async fn get_oidc_provider<S: MetaStore>(
    call: &Call<'_, S>,
    input: GetOpenIDConnectProviderRequest,
) -> Result<GetOpenIDConnectProviderResponse, Failure> {
    let arn = &input.open_id_connect_provider_arn;
    let record = call.identities().oidc_provider(call.account(), arn).await?;
    Ok(GetOpenIDConnectProviderResponse {
        tags: shapes::tags(&record.tags),
        url: Some(record.url),
        client_id_list: record.client_ids,
        thumbprint_list: record.thumbprints,
        create_date: Some(record.created),
    })
}

pub(super) async fn list_oidc_providers<S: MetaStore>(
    call: &Call<'_, S>,
    _: ListOpenIDConnectProvidersRequest,
) -> Result<ListOpenIDConnectProvidersResponse, Failure> {
    let found = call.identities().list_oidc_providers(call.account()).await?;
    let arns = found.iter().map(|record| record.arn(call.account()));
    let entries = arns.map(|arn| OpenIDConnectProviderListEntry { arn: Some(arn) });
    Ok(ListOpenIDConnectProvidersResponse { open_id_connect_provider_list: entries.collect() })
}

pub(super) async fn delete_oidc_provider<S: MetaStore>(
    call: &Call<'_, S>,
    input: DeleteOpenIDConnectProviderRequest,
) -> Result<(), Failure> {
    let arn = &input.open_id_connect_provider_arn;
    Ok(call.identities().delete_oidc_provider(call.account(), arn).await?)
}

pub(super) async fn add_client_id_to_oidc_provider<S: MetaStore>(
    call: &Call<'_, S>,
    input: AddClientIDToOpenIDConnectProviderRequest,
) -> Result<(), Failure> {
    let (arn, client_id) = (&input.open_id_connect_provider_arn, &input.client_id);
    Ok(call.identities().add_oidc_client_id(call.account(), arn, client_id).await?)
}

pub(super) async fn remove_client_id_from_oidc_provider<S: MetaStore>(
    call: &Call<'_, S>,
    input: RemoveClientIDFromOpenIDConnectProviderRequest,
) -> Result<(), Failure> {
    let (arn, client_id) = (&input.open_id_connect_provider_arn, &input.client_id);
    Ok(call.identities().remove_oidc_client_id(call.account(), arn, client_id).await?)
}

pub(super) async fn update_oidc_provider_thumbprint<S: MetaStore>(
    call: &Call<'_, S>,
    input: UpdateOpenIDConnectProviderThumbprintRequest,
) -> Result<(), Failure> {
    let (arn, list) = (&input.open_id_connect_provider_arn, &input.thumbprint_list);
    Ok(call.identities().set_oidc_thumbprints(call.account(), arn, list).await?)
}

pub(super) async fn list_oidc_provider_tags<S: MetaStore>(
    call: &Call<'_, S>,
    input: ListOpenIDConnectProviderTagsRequest,
) -> Result<ListOpenIDConnectProviderTagsResponse, Failure> {
    let arn = &input.open_id_connect_provider_arn;
    let record = call.identities().oidc_provider(call.account(), arn).await?;
    let (tags, marker) = page(shapes::tags(&record.tags), &paging(input.marker, input.max_items))?;
    let is_truncated = Some(marker.is_some());
    Ok(ListOpenIDConnectProviderTagsResponse { tags, is_truncated, marker })
}

pub(super) async fn tag_oidc_provider<S: MetaStore>(
    call: &Call<'_, S>,
    input: TagOpenIDConnectProviderRequest,
) -> Result<(), Failure> {
    let (arn, tags) = (&input.open_id_connect_provider_arn, shapes::pairs(input.tags));
    Ok(call.identities().tag_oidc_provider(call.account(), arn, &tags).await?)
}

pub(super) async fn untag_oidc_provider<S: MetaStore>(
    call: &Call<'_, S>,
    input: UntagOpenIDConnectProviderRequest,
) -> Result<(), Failure> {
    let (arn, keys) = (&input.open_id_connect_provider_arn, &input.tag_keys);
    Ok(call.identities().untag_oidc_provider(call.account(), arn, keys).await?)
}
