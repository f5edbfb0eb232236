//! GetObjectAcl and PutObjectAcl.

use super::acl::{asked, says_what_is_enforced, shown};
use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use http::StatusCode;
use larder_documents::{check_acl, object_acl};
use larder_s3_model::inputs::GetObjectAclInput;
use larder_s3_model::outputs::GetObjectAclOutput;
use larder_storage::Storage;

pub(crate) async fn get_object_acl<S: Storage>(
    mut grant: Grant<S, kind::ReadAcl>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    call.input(GetObjectAclInput::decode)?;
    let found = grant.look_up(call).await?;
    let (record, bucket) = (&found.record, grant.bucket());
    let written = record.attributes.acl.as_deref();
    let acl = object_acl(&record.owner, written, &bucket.owner, &bucket.documents);
    let (owner, grants) = shown(&acl);
    let output = GetObjectAclOutput { owner: Some(owner), grants, request_charged: None };
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}

pub(crate) async fn put_object_acl<S: Storage>(
    mut grant: Grant<S, kind::ChangeAcl>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let found = grant.look_up(call).await?;
    let bucket = grant.bucket();
    let acl = asked(call, &found.record.owner, &bucket.owner).await?;
    if says_what_is_enforced(bucket, &acl) {
        // It says what holds anyway, and the list of before is kept.
        return Ok(Reply::empty(StatusCode::OK));
    }
    check_acl(&acl.grants, &bucket.documents)?;
    grant.put(call, &acl.grants).await?;
    Ok(Reply::empty(StatusCode::OK))
}
