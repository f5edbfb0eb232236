//! GetBucketAcl and PutBucketAcl.

use super::acl::{AclHeaders, asked, says_what_is_enforced, shown};
use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use http::StatusCode;
use larder_documents::BucketAcl;
use larder_iam::acl::CannedAcl;
use larder_s3_model::outputs::GetBucketAclOutput;
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
    let is_private = AclHeaders::read(call)? == Some(AclHeaders::Canned(CannedAcl::Private));
    let acl = asked(call, &bucket.owner, &bucket.owner).await?;
    if says_what_is_enforced(bucket, &acl) && !is_private {
        // It says what holds anyway, and the list of before is kept.
        return Ok(Reply::empty(StatusCode::OK));
    }
    grant.put(&BucketAcl(acl.grants)).await?;
    Ok(Reply::empty(StatusCode::OK))
}
