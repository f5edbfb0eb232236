//! UploadPart and UploadPartCopy.

use super::checksums::set_checksum;
use super::create_multipart_upload::upload_id;
use super::get_object::part_number;
use crate::access::{Grant, WantedSource, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::{Reply, etag_header};
use http::{HeaderName, HeaderValue, StatusCode};
use larder_objects::conditions::{EtagCondition, ReadConditions};
use larder_objects::multipart::{UploadPart, UploadedPart};
use larder_s3_model::inputs::{UploadPartCopyInput, UploadPartInput};
use larder_s3_model::outputs::UploadPartCopyOutput;
use larder_s3_model::shapes::CopyPartResult;
use larder_s3_wire::error::S3Error;
use larder_storage::Storage;
use larder_types::{ByteRange, ChecksumAlgorithm, Timestamp};

pub(crate) async fn upload_part<S: Storage>(
    grant: Grant<S, kind::WriteObject>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(UploadPartInput::decode)?;
    let number = part_number(input.part_number)?;
    let id = upload_id(&input.upload_id)?;
    let upload = grant.upload(id).await?;
    let mut body = call.upload_body()?;
    let client = body.client_checksum();
    match upload.checksum {
        Some((algorithm, _)) if algorithm != ChecksumAlgorithm::Crc64Nvme => body.also(algorithm),
        _ => {}
    }
    let part =
        UploadPart { upload_id: id, part_number: number, length: body.length(), checksum: client };
    let stored = grant.upload_part(part, &mut body).await?;
    let mut reply = Reply::empty(StatusCode::OK);
    etag_header(&mut reply.headers, &stored.etag);
    let checksum = HeaderValue::from_str(&stored.checksum.to_wire());
    reply.headers.insert(
        HeaderName::from_static(stored.checksum.algorithm.header()),
        checksum.expect("base64 is visible ASCII"),
    );
    Ok(reply)
}

pub(crate) async fn upload_part_copy<S: Storage>(
    mut grant: Grant<S, kind::CopyObject>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(UploadPartCopyInput::decode)?;
    let part = UploadPart {
        upload_id: upload_id(&input.upload_id)?,
        part_number: part_number(input.part_number)?,
        length: None,
        checksum: None,
    };
    let range = input.copy_source_range.as_deref().map(source_range).transpose()?;
    let conditions = ReadConditions {
        if_match: input.copy_source_if_match.as_deref().map(EtagCondition::parse),
        if_none_match: input.copy_source_if_none_match.as_deref().map(EtagCondition::parse),
        if_modified_since: input.copy_source_if_modified_since,
        if_unmodified_since: input.copy_source_if_unmodified_since,
    };
    let wanted = WantedSource { conditions, range, takes_tags: false };
    let mut found = grant.find_source(call, wanted).await?;
    let work = async move {
        let shown_version = found.shown_version.take();
        Ok(reply(shown_version, grant.upload_part(part, found).await?))
    };
    call.keep_alive(work).await
}

fn reply(shown_version: Option<String>, stored: UploadedPart) -> Reply {
    let mut result = CopyPartResult {
        etag: Some(stored.etag.to_string()),
        last_modified: Some(Timestamp::from_seconds(stored.modified.seconds())),
        ..CopyPartResult::default()
    };
    set_checksum!(result, stored.checksum);
    let output = UploadPartCopyOutput {
        copy_source_version_id: shown_version,
        copy_part_result: Some(result),
        ..UploadPartCopyOutput::default()
    };
    Reply::of(200, |headers, body| output.encode(headers, body))
}

/// `x-amz-copy-source-range`, which unlike `Range` is never ignored.
///
/// Errors: `InvalidArgument`.
fn source_range(header: &str) -> Result<ByteRange, Failure> {
    let number = |text: &str| {
        let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        digits.then(|| text.parse::<u64>().ok()).flatten()
    };
    let range = header.strip_prefix("bytes=").and_then(|range| {
        let (first, last) = range.split_once('-')?;
        let (start, end) = (number(first)?, number(last)?.checked_add(1)?);
        (start < end).then_some(ByteRange { start, end })
    });
    range.ok_or_else(|| {
        S3Error::invalid_argument(
            "The x-amz-copy-source-range value must be of the form bytes=first-last where first \
             and last are the zero-based offsets of the first and last bytes to copy",
            "x-amz-copy-source-range",
            header,
        )
        .into()
    })
}

#[cfg(test)]
mod tests {
    use super::source_range;
    use larder_types::ByteRange;

    #[test]
    fn source_ranges() {
        assert_eq!(source_range("bytes=0-0").unwrap(), ByteRange { start: 0, end: 1 });
        assert_eq!(source_range("bytes=5-9").unwrap(), ByteRange { start: 5, end: 10 });
        for bad in [
            "0-2",
            "bytes=0",
            "bytes=hello-world",
            "bytes=0-bar",
            "bytes=hello-",
            "bytes=0-2,3-5",
            "bytes=-5",
            "bytes=5-",
            "bytes=2-1",
            "bytes=+1-2",
            "bytes=0-18446744073709551615",
        ] {
            let error = source_range(bad).unwrap_err();
            assert_eq!(error.code().name(), "InvalidArgument", "{bad}");
        }
    }
}
