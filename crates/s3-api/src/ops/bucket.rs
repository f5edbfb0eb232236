//! CreateBucket, HeadBucket, DeleteBucket, GetBucketLocation.

use super::object_headers::refuse_acl;
use crate::access::{Grant, NewBucket, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use crate::service::{ApiSettings, DEFAULT_REGION};
use http::StatusCode;
use larder_objects::{Bucket, Error, Tag};
use larder_s3_model::enums::BucketNamespace;
use larder_s3_model::inputs::CreateBucketInput;
use larder_s3_model::outputs::{CreateBucketOutput, GetBucketLocationOutput, HeadBucketOutput};
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;

/// Longest LocationConstraint in bytes that is stored when no region is set.
const REGION_BYTES_MAX: usize = 64;
/// What LocationConstraint called eu-west-1 before regions had names.
const LEGACY_EU: (&str, &str) = ("EU", "eu-west-1");

pub(crate) async fn create_bucket<S: Storage>(
    grant: Grant<S, kind::CreateBucket>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(CreateBucketInput::decode)?;
    refuse_other_ownership(call, &input)?;
    let configuration = input.create_bucket_configuration.unwrap_or_default();
    if configuration.location.is_some() || configuration.bucket.is_some() {
        return Err(Failure::not_implemented("Directory buckets belong to S3 Express One Zone"));
    }
    let constraint = configuration.location_constraint.filter(|text| !text.is_empty());
    let region = region(call.settings, constraint)?;
    let tags = configuration.tags.into_iter();
    let tags = tags.map(|tag| Tag { key: tag.key, value: tag.value }).collect();
    let documents = call.settings.profile.documents(input.object_ownership);
    match grant.create(NewBucket { region, tags, documents }).await {
        // us-east-1 has always taken it for done.
        Err(Error::BucketAlreadyOwnedByYou(_)) if call.settings.region() == DEFAULT_REGION => {}
        other => other?,
    }
    let output =
        CreateBucketOutput { location: Some(format!("/{}", grant.name())), bucket_arn: None };
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}

/// Every bucket enforces the ownership of its owner; what asks for another way is refused.
fn refuse_other_ownership(call: &Call<'_>, input: &CreateBucketInput) -> Result<(), Failure> {
    if refuse_acl(call, input.acl.map(|acl| acl.as_str())).is_err() {
        return Err(Failure::new(ErrorCode::InvalidBucketAclWithObjectOwnership));
    }
    if input.object_lock_enabled_for_bucket == Some(true) {
        return Err(Failure::not_implemented("Object Lock is not implemented"));
    }
    if input.bucket_namespace == Some(BucketNamespace::AccountRegional) {
        return Err(Failure::not_implemented("Account regional namespaces are not implemented"));
    }
    Ok(())
}

/// The region to store for a LocationConstraint.
///
/// Errors: `InvalidLocationConstraint`; with a region set also
/// `IllegalLocationConstraintException`.
fn region(settings: &ApiSettings, constraint: Option<String>) -> Result<Option<String>, Failure> {
    let invalid = |constraint: &str| {
        Failure::new(ErrorCode::InvalidLocationConstraint).element("LocationConstraint", constraint)
    };
    let illegal = |constraint: &str| {
        Failure::with(
            ErrorCode::IllegalLocationConstraintException,
            format!(
                "The {constraint} location constraint is incompatible for the region specific \
                 endpoint this request was sent to."
            ),
        )
    };
    let sound = |text: &String| {
        let byte = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        text.len() <= REGION_BYTES_MAX && text.bytes().all(byte)
    };
    if let Some(constraint) = constraint.as_ref().filter(|text| !sound(text)) {
        return Err(invalid(constraint));
    }
    let Some(region) = settings.region.as_deref() else {
        return Ok(constraint);
    };
    match constraint {
        None if region == DEFAULT_REGION => Ok(None),
        None => Err(illegal("unspecified")),
        Some(constraint) if constraint == DEFAULT_REGION => Err(invalid(&constraint)),
        Some(constraint) if constraint == region => Ok(Some(constraint)),
        Some(constraint) if (constraint.as_str(), region) == LEGACY_EU => Ok(Some(constraint)),
        Some(constraint) => Err(illegal(&constraint)),
    }
}

/// The region of a bucket; what was created without a constraint is in the service's.
fn region_of<'a>(bucket: &'a Bucket, settings: &'a ApiSettings) -> &'a str {
    match bucket.region.as_deref() {
        Some(region) if region == LEGACY_EU.0 => LEGACY_EU.1,
        Some(region) => region,
        None => settings.region(),
    }
}

pub(crate) async fn head_bucket<S: Storage>(
    grant: Grant<S, kind::ViewBucket>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let output = HeadBucketOutput {
        bucket_region: Some(region_of(grant.bucket(), call.settings).to_owned()),
        access_point_alias: Some(false),
        ..HeadBucketOutput::default()
    };
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}

pub(crate) async fn delete_bucket<S: Storage>(
    grant: Grant<S, kind::DeleteBucket>,
    _call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    grant.delete().await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

pub(crate) async fn get_bucket_location<S: Storage>(
    grant: Grant<S, kind::ViewBucket>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let bucket = grant.bucket();
    let constraint = bucket.region.as_deref().unwrap_or(call.settings.region());
    let output = GetBucketLocationOutput {
        location_constraint: Some(constraint.to_owned()).filter(|text| text != DEFAULT_REGION),
    };
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}
