//! DeleteObject.

use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::{Reply, version_header};
use http::{HeaderName, HeaderValue, StatusCode};
use larder_objects::DeleteObject;
use larder_objects::conditions::{DeleteConditions, EtagCondition};
use larder_s3_model::inputs::DeleteObjectInput;
use larder_s3_wire::error::S3Error;
use larder_storage::Storage;

pub(crate) async fn delete_object<S: Storage>(
    grant: Grant<S, kind::DeleteObject>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(DeleteObjectInput::decode)?;
    let delete = DeleteObject {
        owner: grant.object_owner(call),
        version: grant.version(),
        conditions: DeleteConditions {
            if_match: input.if_match.as_deref().map(EtagCondition::parse),
            last_modified: input.if_match_last_modified_time,
            size: input.if_match_size.map(size).transpose()?,
        },
    };
    let deleted = grant.delete(delete).await?;
    let mut reply = Reply::empty(StatusCode::NO_CONTENT);
    if deleted.delete_marker {
        let name = HeaderName::from_static("x-amz-delete-marker");
        reply.headers.insert(name, HeaderValue::from_static("true"));
    }
    version_header(&mut reply.headers, deleted.version);
    Ok(reply)
}

/// A condition's size.
pub(super) fn size(size: i64) -> Result<u64, Failure> {
    let invalid = |_| {
        S3Error::invalid_argument("A size is not negative", "x-amz-if-match-size", size.to_string())
    };
    Ok(u64::try_from(size).map_err(invalid)?)
}
