//! CreateMultipartUpload and AbortMultipartUpload.

use super::checksums::{algorithm, type_word};
use super::object_headers::attributes_of_head;
use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use http::StatusCode;
use larder_objects::multipart::CreateUpload;
use larder_objects::{Error, UploadId};
use larder_s3_model::enums;
use larder_s3_model::inputs::{AbortMultipartUploadInput, CreateMultipartUploadInput};
use larder_s3_model::outputs::CreateMultipartUploadOutput;
use larder_storage::Storage;
use larder_types::{ChecksumAlgorithm, ChecksumType};

pub(crate) async fn create_multipart_upload<S: Storage>(
    grant: Grant<S, kind::WriteObject>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(CreateMultipartUploadInput::decode)?;
    let attributes = attributes_of_head(call, grant.bucket(), &input).await?;
    let create = CreateUpload {
        attributes,
        owner: grant.object_owner(),
        initiator: grant.caller()?.clone(),
        algorithm: input.checksum_algorithm.map(algorithm),
        checksum_type: input.checksum_type.map(|word| match word {
            enums::ChecksumType::Composite => ChecksumType::Composite,
            enums::ChecksumType::FullObject => ChecksumType::FullObject,
        }),
    };
    let (id, record) = grant.create_upload(create).await?;
    let output = CreateMultipartUploadOutput {
        bucket: Some(grant.bucket().name.as_str().to_owned()),
        key: Some(grant.key().as_str().to_owned()),
        upload_id: Some(id.to_string()),
        checksum_algorithm: record.checksum.map(|(algorithm, _)| algorithm_word(algorithm)),
        checksum_type: record.checksum.map(|(_, kind)| type_word(kind)),
        ..CreateMultipartUploadOutput::default()
    };
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}

pub(crate) async fn abort_multipart_upload<S: Storage>(
    grant: Grant<S, kind::AbortUpload>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(AbortMultipartUploadInput::decode)?;
    let id = upload_id(&input.upload_id)?;
    if input.if_match_initiated_time.is_some_and(|at| at.seconds() != id.initiated().seconds()) {
        return Err(Error::PreconditionFailed("x-amz-if-match-initiated-time").into());
    }
    grant.abort(id).await?;
    Ok(Reply::empty(StatusCode::NO_CONTENT))
}

/// An upload id. What Larder never gave out is no upload.
pub(super) fn upload_id(text: &str) -> Result<UploadId, Failure> {
    UploadId::parse(text).map_err(|_| Error::NoSuchUpload.into())
}

/// The model's word for an algorithm.
fn algorithm_word(algorithm: ChecksumAlgorithm) -> enums::ChecksumAlgorithm {
    let mut words = enums::ChecksumAlgorithm::ALL.iter();
    let word = words.find(|word| word.as_str() == algorithm.name());
    *word.expect("both enums are AWS's")
}

#[cfg(test)]
mod tests {
    use super::{algorithm_word, upload_id};
    use larder_types::ChecksumAlgorithm;

    #[test]
    fn every_algorithm_has_a_word() {
        for algorithm in ChecksumAlgorithm::ALL {
            assert_eq!(algorithm_word(algorithm).as_str(), algorithm.name());
        }
    }

    #[test]
    fn ids_of_others_are_no_uploads() {
        assert!(upload_id("00000000000000000000000000000000").is_ok());
        for bad in ["", "56788", "VXBsb2FkIElEIGZvciA2aWWpbmcncyBteS1tb3ZpZS5tMnRzIHVwbG9hZA"] {
            assert_eq!(upload_id(bad).unwrap_err().code().name(), "NoSuchUpload");
        }
    }
}
