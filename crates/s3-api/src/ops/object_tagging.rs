//! GetObjectTagging, PutObjectTagging, DeleteObjectTagging.

use crate::access::{Grant, GrantKind, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use larder_objects::Tag;
use larder_s3_model::inputs::{
    DeleteObjectTaggingInput, GetObjectTaggingInput, PutObjectTaggingInput,
};
use larder_s3_model::outputs::{
    DeleteObjectTaggingOutput, GetObjectTaggingOutput, PutObjectTaggingOutput,
};
use larder_s3_model::shapes;
use larder_storage::Storage;
use larder_types::VersionId;

pub(crate) async fn get_object_tagging<S: Storage>(
    mut grant: Grant<S, kind::ReadTags>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    call.input(GetObjectTaggingInput::decode)?;
    let found = grant.look_up(call).await?;
    let output = GetObjectTaggingOutput {
        version_id: shown(&grant, found.record.version()),
        tag_set: found.record.attributes.tags.into_iter().map(shape).collect(),
    };
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}

pub(crate) async fn put_object_tagging<S: Storage>(
    grant: Grant<S, kind::ChangeTags>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(PutObjectTaggingInput::decode)?;
    let version = grant.put(call, &tags(input.tagging)).await?;
    let output = PutObjectTaggingOutput { version_id: shown(&grant, version) };
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}

pub(crate) async fn delete_object_tagging<S: Storage>(
    grant: Grant<S, kind::RemoveTags>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    call.input(DeleteObjectTaggingInput::decode)?;
    let version = grant.remove(call).await?;
    let output = DeleteObjectTaggingOutput { version_id: shown(&grant, version) };
    Ok(Reply::of(204, |headers, body| output.encode(headers, body)))
}

/// A `Tagging` document's tags.
pub(crate) fn tags(tagging: shapes::Tagging) -> Vec<Tag> {
    tagging.tag_set.into_iter().map(|tag| Tag { key: tag.key, value: tag.value }).collect()
}

/// A tag as documents show it.
pub(crate) fn shape(tag: Tag) -> shapes::Tag {
    shapes::Tag { key: tag.key, value: tag.value }
}

fn shown<S: Storage, K: GrantKind>(grant: &Grant<S, K>, version: VersionId) -> Option<String> {
    grant.bucket().shown(version).map(|version| version.to_string())
}
