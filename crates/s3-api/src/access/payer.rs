//! Who pays for a request. Nobody is billed here; who is told to pay has to agree, so that what
//! works here works on AWS.
//!
//! S3 user guide, "Using Requester Pays general purpose buckets for storage transfers and usage".

use super::admit::denied;
use crate::call::Call;
use crate::error::Failure;
use larder_documents::RequestPayment;
use larder_iam::RequestValues;
use larder_objects::Bucket;
use larder_s3_model::enums::Payer;

const AGREEMENT: &str = "x-amz-request-payer";
const REQUESTER: &str = "requester";

/// Whether the requester pays: one of another account than the bucket's, where its owner wants it.
pub(crate) fn is_requester(call: &Call<'_>, bucket: &Bucket) -> bool {
    let wants = |payment: &RequestPayment| payment.0 == Payer::Requester;
    let owner = &bucket.owner.canonical_id;
    let is_own = call.principal().account().is_some_and(|of| of.owner.canonical_id == *owner);
    !is_own && bucket.documents.get().is_some_and(wants)
}

/// Refuses a requester who has to pay and does not say that it will, by header, parameter or field.
/// Nobody else pays for who is anonymous.
///
/// Errors: `AccessDenied`.
pub(super) fn check(
    call: &Call<'_>,
    bucket: &Bucket,
    values: &dyn RequestValues,
) -> Result<(), Failure> {
    let by_header = values.header(AGREEMENT);
    let agrees = by_header.as_deref().or_else(|| values.query(AGREEMENT)) == Some(REQUESTER);
    if is_requester(call, bucket) && (call.is_anonymous() || !agrees) {
        return Err(denied());
    }
    Ok(())
}
