//! GetBucketAcl and PutBucketAcl.

use super::acl::{AclHeaders, acl_of_body, shown};
use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use http::StatusCode;
use larder_documents::{BucketAcl, OwnershipControls};
use larder_iam::acl::{Acl, CannedAcl};
use larder_objects::Bucket;
use larder_s3_model::enums::ObjectOwnership;
use larder_s3_model::outputs::GetBucketAclOutput;
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;

pub(crate) async fn get_bucket_acl<S: Storage>(
    grant: Grant<S, kind::ViewBucket>,
    _call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let bucket = grant.bucket();
    let (owner, grants) = shown(&BucketAcl::of(&bucket.owner, &bucket.documents));
    let output = GetBucketAclOutput { owner: Some(owner), grants };
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}

pub(crate) async fn put_bucket_acl<S: Storage>(
    grant: Grant<S, kind::PutBucketAcl>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let bucket = grant.bucket();
    let headers = AclHeaders::read(call)?;
    if headers.is_some() && !call.control.is_empty() {
        return Err(Failure::new(ErrorCode::UnexpectedContent));
    }
    let is_private = headers == Some(AclHeaders::Canned(CannedAcl::Private));
    let acl = match headers {
        Some(headers) => headers.resolve(call, &bucket.owner, &bucket.owner).await?,
        None if call.control.is_empty() => {
            return Err(Failure::new(ErrorCode::MissingSecurityHeader)
                .element("MissingHeaderName", "x-amz-acl"));
        }
        None => acl_of_body(call, &bucket.owner).await?,
    };
    if says_what_is_enforced(bucket, &acl) && !is_private {
        // It says what holds anyway, and the list of before is kept.
        return Ok(Reply::empty(StatusCode::OK));
    }
    grant.put(&BucketAcl(acl.grants)).await?;
    Ok(Reply::empty(StatusCode::OK))
}

/// Whether lists do not count in the bucket and this one gives its owner full control and nobody
/// anything else.
fn says_what_is_enforced(bucket: &Bucket, acl: &Acl) -> bool {
    let ownership = OwnershipControls::of(&bucket.documents);
    ownership == ObjectOwnership::BucketOwnerEnforced
        && acl.is_owners_alone()
        && acl.gives_full_control_to(&bucket.owner)
}
