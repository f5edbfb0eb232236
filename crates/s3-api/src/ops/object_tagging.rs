//! GetObjectTagging, PutObjectTagging, DeleteObjectTagging.

use super::object_headers::version_id;
use crate::call::Call;
use crate::error::Failure;
use crate::pipeline::Grant;
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
    grant: Grant<S>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(GetObjectTaggingInput::decode)?;
    let version = version_id(input.version_id.as_deref())?;
    let found = grant.objects().lookup(grant.bucket(), grant.key(), version).await?;
    let output = GetObjectTaggingOutput {
        version_id: shown(&grant, found.record.version()),
        tag_set: found.record.tags.into_iter().map(shape).collect(),
    };
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}

pub(crate) async fn put_object_tagging<S: Storage>(
    grant: Grant<S>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(PutObjectTaggingInput::decode)?;
    let tags = tags(input.tagging);
    let version = put(&grant, input.version_id.as_deref(), &tags).await?;
    let output = PutObjectTaggingOutput { version_id: version };
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}

pub(crate) async fn delete_object_tagging<S: Storage>(
    grant: Grant<S>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(DeleteObjectTaggingInput::decode)?;
    let version = put(&grant, input.version_id.as_deref(), &[]).await?;
    let output = DeleteObjectTaggingOutput { version_id: version };
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

async fn put<S: Storage>(
    grant: &Grant<S>,
    version: Option<&str>,
    tags: &[Tag],
) -> Result<Option<String>, Failure> {
    let version = version_id(version)?;
    let objects = grant.objects();
    let version = objects.put_tags(grant.bucket(), grant.key(), version, tags).await?;
    Ok(shown(grant, version))
}

fn shown<S: Storage>(grant: &Grant<S>, version: VersionId) -> Option<String> {
    grant.bucket().shown(version).map(|version| version.to_string())
}
