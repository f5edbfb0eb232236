//! CreateBucket, HeadBucket, DeleteBucket, GetBucketLocation.

use super::acl::AclHeaders;
use crate::access::{Grant, NewBucket, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use crate::service::{ApiSettings, DEFAULT_REGION};
use http::StatusCode;
use larder_documents::{BucketAcl, EncodedDocument, Profile};
use larder_objects::{Bucket, Error, Tag};
use larder_s3_model::enums::{BucketNamespace, ObjectOwnership};
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
    refuse_unbuilt(&input)?;
    let documents = first_documents(&grant, call, input.object_ownership).await?;
    let configuration = input.create_bucket_configuration.unwrap_or_default();
    if configuration.location.is_some() || configuration.bucket.is_some() {
        return Err(Failure::not_implemented("Directory buckets belong to S3 Express One Zone"));
    }
    let constraint = configuration.location_constraint.filter(|text| !text.is_empty());
    let region = region(call.settings, constraint)?;
    let tags = configuration.tags.into_iter();
    let tags = tags.map(|tag| Tag { key: tag.key, value: tag.value }).collect();
    match grant.create(NewBucket { region, tags, documents }).await {
        // us-east-1 has always taken it for done.
        Err(Error::BucketAlreadyOwnedByYou(_)) if call.settings.region() == DEFAULT_REGION => {}
        other => other?,
    }
    let output =
        CreateBucketOutput { location: Some(format!("/{}", grant.name())), bucket_arn: None };
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}

/// The documents that a new bucket of the caller starts with, its access control list among them.
///
/// Errors: `InvalidBucketAclWithObjectOwnership`, those of lists,
/// `InvalidBucketAclWithBlockPublicAccessError`.
async fn first_documents<S: Storage>(
    grant: &Grant<S, kind::CreateBucket>,
    call: &Call<'_>,
    ownership: Option<ObjectOwnership>,
) -> Result<Vec<EncodedDocument>, Failure> {
    let mut documents = call.settings.profile.documents(ownership);
    let Some(headers) = AclHeaders::read(call)? else { return Ok(documents) };
    let owner = grant.caller()?;
    let acl = headers.resolve(call, owner, owner).await?;
    let enforced =
        call.settings.profile.ownership(ownership) == ObjectOwnership::BucketOwnerEnforced;
    if enforced && !acl.is_owners_alone() {
        return Err(Failure::new(ErrorCode::InvalidBucketAclWithObjectOwnership));
    }
    if call.settings.profile == Profile::Aws && acl.is_public() {
        return Err(Failure::new(ErrorCode::InvalidBucketAclWithBlockPublicAccessError));
    }
    if !enforced {
        documents.push(EncodedDocument::of(&BucketAcl(acl.grants)));
    }
    Ok(documents)
}

/// Refuses what is not built of buckets.
fn refuse_unbuilt(input: &CreateBucketInput) -> Result<(), Failure> {
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
