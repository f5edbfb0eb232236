//! PutObject.

use super::object_headers::{attributes_of_head, write_conditions};
use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::{Reply, checksum_headers, etag_header, version_header, written_version};
use http::StatusCode;
use larder_objects::PutObject;
use larder_s3_model::inputs::PutObjectInput;
use larder_storage::Storage;

pub(crate) async fn put_object<S: Storage>(
    grant: Grant<S, kind::WriteObject>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(PutObjectInput::decode)?;
    let mut put = PutObject {
        owner: grant.object_owner(),
        attributes: attributes_of_head(call, grant.bucket(), &input).await?,
        conditions: write_conditions(input.if_match.as_deref(), input.if_none_match.as_deref()),
        length: None,
    };
    let mut body = call.upload_body()?;
    put.length = body.length();
    let stored = grant.put(put, &mut body).await?;
    let mut reply = Reply::empty(StatusCode::OK);
    etag_header(&mut reply.headers, &stored.record.etag);
    checksum_headers(&mut reply.headers, stored.record.checksum.as_ref());
    version_header(&mut reply.headers, written_version(stored.version));
    Ok(reply)
}
