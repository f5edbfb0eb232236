//! Get, Put and Delete of a bucket's document, whatever it is.

use crate::access::{Grant, GrantKind, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use http::{HeaderMap, StatusCode};
use larder_documents::DocumentOperations;
use larder_objects::Bucket;
use larder_s3_model::Operation;
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;

pub(crate) async fn get<T: DocumentOperations, S: Storage>(
    grant: Grant<S, kind::ViewBucket>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    check_account::<T, _, _>(&grant, call)?;
    let encoded = match grant.bucket().documents.get::<T>() {
        Some(document) => document.encode(),
        None => T::absent().map_err(|code| absent(code, grant.bucket()))?.encode(),
    };
    Ok(Reply::document(T::CONTENT_TYPE, HeaderMap::new(), encoded.into()))
}

pub(crate) async fn put<T: DocumentOperations, S: Storage>(
    operation: Operation,
    grant: Grant<S, kind::PutDocument<T>>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    check_account::<T, _, _>(&grant, call)?;
    if call.control.is_empty() {
        return Err(Failure::new(ErrorCode::MissingRequestBodyError));
    }
    let document = T::parse(&call.control)?;
    grant.put(&document).await?;
    let status = StatusCode::from_u16(operation.info().status);
    Ok(Reply::empty(status.expect("the model's statuses are valid")))
}

pub(crate) async fn delete<T: DocumentOperations, S: Storage>(
    grant: Grant<S, kind::DeleteDocument<T>>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    check_account::<T, _, _>(&grant, call)?;
    grant.delete().await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// What a bucket without the document is answered.
fn absent(code: &str, bucket: &Bucket) -> Failure {
    let code = ErrorCode::from_name(code).expect("a test names them all");
    Failure::new(code).element("BucketName", bucket.name.as_str())
}

/// Some documents are the owner's account's alone, whatever policies allow.
///
/// Errors: `MethodNotAllowed`.
fn check_account<T: DocumentOperations, S: Storage, K: GrantKind>(
    grant: &Grant<S, K>,
    call: &Call<'_>,
) -> Result<(), Failure> {
    let account = call.principal().account();
    let owner_id = &grant.bucket().owner.canonical_id;
    let is_owners = account.is_some_and(|account| account.owner.canonical_id == *owner_id);
    if T::ONLY_OWNERS_ACCOUNT && !is_owners {
        return Err(Failure::new(ErrorCode::MethodNotAllowed)
            .element("Method", call.method.as_str())
            .element("ResourceType", "BUCKETPOLICY"));
    }
    Ok(())
}
