//! Get, Put and Delete of a bucket's document, whatever it is.

use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use http::{HeaderMap, StatusCode};
use larder_documents::BucketDocument;
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;

pub(crate) async fn get<T: BucketDocument, S: Storage>(
    grant: Grant<S, kind::ViewBucket>,
    _call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    match grant.bucket().documents.get::<T>() {
        Some(document) => Ok(Reply::xml(HeaderMap::new(), document.encode().into())),
        None => {
            let code = ErrorCode::from_name(T::NOT_CONFIGURED).expect("a test names them all");
            Err(Failure::new(code).element("BucketName", grant.bucket().name.as_str()))
        }
    }
}

pub(crate) async fn put<T: BucketDocument, S: Storage>(
    grant: Grant<S, kind::PutDocument<T>>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    if call.control.is_empty() {
        return Err(Failure::new(ErrorCode::MissingRequestBodyError));
    }
    let document = T::parse(&call.control)?;
    grant.put(&document).await?;
    Ok(Reply::empty(StatusCode::OK))
}

pub(crate) async fn delete<T: BucketDocument, S: Storage>(
    grant: Grant<S, kind::DeleteDocument<T>>,
    _call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    grant.delete().await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}
