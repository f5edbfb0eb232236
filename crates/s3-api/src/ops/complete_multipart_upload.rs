//! CompleteMultipartUpload.

use super::checksums::{set_checksum, type_word};
use super::create_multipart_upload::upload_id;
use super::location::location;
use super::object_headers::write_conditions;
use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::{Reply, written_version};
use larder_objects::multipart::{CompleteUpload, CompletedPart};
use larder_objects::{Error, Stored};
use larder_s3_model::inputs::CompleteMultipartUploadInput;
use larder_s3_model::outputs::CompleteMultipartUploadOutput;
use larder_s3_model::{enums, shapes};
use larder_s3_wire::error::{ErrorCode, S3Error};
use larder_storage::Storage;
use larder_types::limits::PART_NUMBER_MAX;
use larder_types::{Checksum, ChecksumAlgorithm, ChecksumType, ETag, InvalidChecksum};

/// The checksums that a shape with one field per algorithm holds.
macro_rules! given_checksums {
    ($shape:expr) => {
        [
            (ChecksumAlgorithm::Crc32, &$shape.checksum_crc32),
            (ChecksumAlgorithm::Crc32c, &$shape.checksum_crc32c),
            (ChecksumAlgorithm::Crc64Nvme, &$shape.checksum_crc64nvme),
            (ChecksumAlgorithm::Sha1, &$shape.checksum_sha1),
            (ChecksumAlgorithm::Sha256, &$shape.checksum_sha256),
            (ChecksumAlgorithm::Sha512, &$shape.checksum_sha512),
            (ChecksumAlgorithm::Md5, &$shape.checksum_md5),
            (ChecksumAlgorithm::XxHash64, &$shape.checksum_xxhash64),
            (ChecksumAlgorithm::XxHash3, &$shape.checksum_xxhash3),
            (ChecksumAlgorithm::XxHash128, &$shape.checksum_xxhash128),
        ]
    };
}

pub(crate) async fn complete_multipart_upload<S: Storage>(
    grant: Grant<S, kind::WriteObject>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(CompleteMultipartUploadInput::decode)?;
    let id = upload_id(&input.upload_id)?;
    let parts = input.multipart_upload.as_ref().map_or(&[][..], |upload| &upload.parts);
    if parts.is_empty() {
        return Err(Failure::new(ErrorCode::MalformedXML));
    }
    let request = CompleteUpload {
        parts: parts.iter().map(completed_part).collect::<Result<_, _>>()?,
        checksum: object_checksum(&input)?,
        checksum_type: input.checksum_type.map(|word| match word {
            enums::ChecksumType::Composite => ChecksumType::Composite,
            enums::ChecksumType::FullObject => ChecksumType::FullObject,
        }),
        object_size: input.mpu_object_size.map(object_size).transpose()?,
        conditions: write_conditions(input.if_match.as_deref(), input.if_none_match.as_deref()),
    };
    let location = location(call, grant.key().as_str());
    let work = async move {
        let stored = grant.complete_upload(id, &request).await?;
        Ok(reply(&grant, location, stored))
    };
    call.keep_alive(work).await
}

fn completed_part(part: &shapes::CompletedPart) -> Result<CompletedPart, Failure> {
    let number = part.part_number.ok_or_else(|| Failure::new(ErrorCode::MalformedXML))?;
    let number = u32::try_from(number).ok().filter(|n| (1..=PART_NUMBER_MAX).contains(n));
    let part_number = number.ok_or_else(|| {
        S3Error::invalid_argument(
            format!("PartNumber must be an integer between 1 and {PART_NUMBER_MAX}, inclusive"),
            "partNumber",
            part.part_number.unwrap_or_default().to_string(),
        )
    })?;
    let etag = part.etag.as_deref().ok_or_else(|| Failure::new(ErrorCode::MalformedXML))?;
    let etag = ETag::parse(etag).ok();
    Ok(CompletedPart { part_number, etag, checksum: part_checksum(part)? })
}

/// The one checksum that a part may repeat.
///
/// Errors: `InvalidArgument` with AWS's words for two, and for what is no checksum.
fn part_checksum(part: &shapes::CompletedPart) -> Result<Option<Checksum>, Failure> {
    let given: Vec<(ChecksumAlgorithm, &str)> = given_checksums!(part)
        .into_iter()
        .filter_map(|(algorithm, text)| Some((algorithm, text.as_deref()?)))
        .collect();
    let parsed = match given[..] {
        [] => return Ok(None),
        [(algorithm, text)] => Checksum::parse(algorithm, text).ok(),
        _ => None,
    };
    parsed.map(Some).ok_or_else(|| {
        let shown = given.iter().map(|(algorithm, text)| format!("{}:{text};", algorithm.name()));
        S3Error::invalid_argument(
            "Invalid Base64 or multiple checksums present in request",
            "Checksum",
            shown.collect::<String>(),
        )
        .into()
    })
}

/// The checksum that the headers give of the whole object.
fn object_checksum(input: &CompleteMultipartUploadInput) -> Result<Option<Checksum>, Failure> {
    let mut given = Vec::new();
    for (algorithm, text) in given_checksums!(input) {
        // What is no checksum is not the object's either.
        let wrong = |_| Error::BadDigest(algorithm);
        given.extend(checksum(algorithm, text.as_deref()).map_err(wrong)?);
    }
    if given.len() > 1 {
        return Err(Failure::with(
            ErrorCode::InvalidRequest,
            "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.",
        ));
    }
    Ok(given.pop())
}

fn checksum(
    algorithm: ChecksumAlgorithm,
    text: Option<&str>,
) -> Result<Option<Checksum>, InvalidChecksum> {
    text.map(|text| Checksum::parse(algorithm, text)).transpose()
}

fn object_size(size: i64) -> Result<u64, Failure> {
    u64::try_from(size).map_err(|_| {
        let message = format!("Value for x-amz-mp-object-size header is less than zero: '{size}'");
        Failure::with(ErrorCode::InvalidRequest, message)
    })
}

fn reply<S: Storage>(
    grant: &Grant<S, kind::WriteObject>,
    location: String,
    stored: Stored,
) -> Reply {
    let mut output = CompleteMultipartUploadOutput {
        location: Some(location),
        bucket: Some(grant.bucket().name.as_str().to_owned()),
        key: Some(grant.key().as_str().to_owned()),
        etag: Some(stored.record.etag.to_string()),
        version_id: written_version(stored.version).map(|version| version.to_string()),
        ..CompleteMultipartUploadOutput::default()
    };
    if let Some(checksum) = &stored.record.checksum {
        set_checksum!(output, checksum);
        output.checksum_type = Some(type_word(checksum.checksum_type()));
    }
    Reply::of(200, |headers, body| output.encode(headers, body))
}
