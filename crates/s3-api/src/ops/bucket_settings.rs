//! Versioning, tags and the access control list of a bucket.

use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use http::StatusCode;
use larder_objects::{Tag, Versioning};
use larder_s3_model::enums::{BucketVersioningStatus, MFADelete};
use larder_s3_model::inputs::{PutBucketTaggingInput, PutBucketVersioningInput};
use larder_s3_model::outputs::{GetBucketTaggingOutput, GetBucketVersioningOutput};
use larder_s3_model::shapes;
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;

pub(crate) async fn get_bucket_versioning<S: Storage>(
    grant: Grant<S, kind::ViewBucket>,
    _call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let output = GetBucketVersioningOutput {
        status: match grant.bucket().versioning {
            Versioning::Unversioned => None,
            Versioning::Enabled => Some(BucketVersioningStatus::Enabled),
            Versioning::Suspended => Some(BucketVersioningStatus::Suspended),
        },
        mfa_delete: None,
    };
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}

pub(crate) async fn put_bucket_versioning<S: Storage>(
    grant: Grant<S, kind::PutBucketVersioning>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let configuration = call.input(PutBucketVersioningInput::decode)?.versioning_configuration;
    if configuration.mfa_delete == Some(MFADelete::Enabled) {
        return Err(Failure::not_implemented("MFA delete is not implemented"));
    }
    let Some(status) = configuration.status else {
        return Err(Failure::new(ErrorCode::IllegalVersioningConfigurationException));
    };
    let enabled = status == BucketVersioningStatus::Enabled;
    grant.put(enabled).await?;
    Ok(Reply::empty(StatusCode::OK))
}

pub(crate) async fn get_bucket_tagging<S: Storage>(
    grant: Grant<S, kind::ViewBucket>,
    _call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let tags = &grant.bucket().tags;
    if tags.is_empty() {
        return Err(Failure::new(ErrorCode::NoSuchTagSet));
    }
    let shape = |tag: &Tag| shapes::Tag { key: tag.key.clone(), value: tag.value.clone() };
    let output = GetBucketTaggingOutput { tag_set: tags.iter().map(shape).collect() };
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}

pub(crate) async fn put_bucket_tagging<S: Storage>(
    grant: Grant<S, kind::PutBucketTagging>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let tags = call.input(PutBucketTaggingInput::decode)?.tagging.tag_set.into_iter();
    let tags = tags.map(|tag| Tag { key: tag.key, value: tag.value }).collect();
    grant.put(tags).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

pub(crate) async fn delete_bucket_tagging<S: Storage>(
    grant: Grant<S, kind::PutBucketTagging>,
    _call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    grant.put(Vec::new()).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
