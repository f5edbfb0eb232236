//! GetBucketAcl and PutBucketAcl. As of objects, there is one ACL: the owner's full control.

use super::object_acl::{is_owners_alone, owner_acl};
use super::object_headers::refuse_acl;
use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use http::StatusCode;
use larder_s3_model::inputs::PutBucketAclInput;
use larder_s3_model::outputs::GetBucketAclOutput;
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;

pub(crate) async fn get_bucket_acl<S: Storage>(
    grant: Grant<S, kind::ViewBucket>,
    _call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let (owner, grants) = owner_acl(&grant.bucket().owner);
    let output = GetBucketAclOutput { owner: Some(owner), grants };
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}

pub(crate) async fn put_bucket_acl<S: Storage>(
    grant: Grant<S, kind::ViewBucket>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(PutBucketAclInput::decode)?;
    refuse_acl(call, input.acl.map(|acl| acl.as_str()))?;
    match &input.access_control_policy {
        Some(policy) if !is_owners_alone(policy, &grant.bucket().owner) => {
            Err(Failure::new(ErrorCode::AccessControlListNotSupported))
        }
        None if input.acl.is_none() => Err(Failure::new(ErrorCode::MissingSecurityHeader)
            .element("MissingHeaderName", "x-amz-acl")),
        _ => Ok(Reply::empty(StatusCode::OK)),
    }
}
