//! GetBucketPolicyStatus.

use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use larder_documents::BucketPolicy;
use larder_s3_model::outputs::GetBucketPolicyStatusOutput;
use larder_s3_model::shapes::PolicyStatus;
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;

pub(crate) async fn get_bucket_policy_status<S: Storage>(
    grant: Grant<S, kind::ViewBucket>,
    _call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let bucket = grant.bucket();
    let document = bucket.documents.get::<BucketPolicy>().ok_or_else(|| {
        Failure::new(ErrorCode::NoSuchBucketPolicy).element("BucketName", bucket.name.as_str())
    })?;
    let status = PolicyStatus { is_public: Some(document.policy().is_public()) };
    let output = GetBucketPolicyStatusOutput { policy_status: Some(status) };
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}
