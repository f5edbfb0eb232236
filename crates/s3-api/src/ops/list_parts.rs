//! ListParts.

use super::create_multipart_upload::upload_id;
use super::paging::{self, EntryPage, flag, owner, page_max};
use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use larder_objects::list::{ListParts, ListedPart};
use larder_s3_model::inputs::ListPartsInput;
use larder_s3_model::xml::XmlWriter;
use larder_s3_wire::error::S3Error;
use larder_storage::Storage;
use larder_types::ChecksumAlgorithm;
use std::ops::Range;

const ROOT: &str = "ListPartsResult";

struct Parts {
    parts: Vec<ListedPart>,
    algorithm: Option<ChecksumAlgorithm>,
}

pub(crate) async fn list_parts<S: Storage>(
    grant: Grant<S, kind::ListParts>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(ListPartsInput::decode)?;
    let id = upload_id(&input.upload_id)?;
    let max_parts = page_max(input.max_parts, "max-parts")?;
    let marker = part_marker(input.part_number_marker.unwrap_or(0))?;
    let list = ListParts { part_number_marker: marker, max_parts };
    let page = grant.list(id, list).await?;
    let next = page.parts.last().map_or(0, |part| part.part_number);
    let mut head = Vec::with_capacity(1024);
    let mut writer = XmlWriter::new(&mut head);
    writer.document(ROOT);
    writer.element("Bucket", grant.bucket().name.as_str());
    writer.element("Key", grant.key().as_str());
    writer.element("UploadId", &input.upload_id);
    owner(&mut writer, "Initiator", &page.upload.initiator);
    owner(&mut writer, "Owner", &page.upload.owner);
    writer.element("StorageClass", page.upload.attributes.storage_class.name());
    writer.number("PartNumberMarker", marker.into());
    writer.number("NextPartNumberMarker", next.into());
    writer.number("MaxParts", max_parts.into());
    flag(&mut writer, "IsTruncated", page.truncated);
    if let Some((algorithm, kind)) = page.upload.checksum {
        writer.element("ChecksumAlgorithm", algorithm.name());
        writer.element("ChecksumType", kind.name());
    }
    let algorithm = page.upload.checksum.map(|(algorithm, _)| algorithm);
    paging::answer(call, head, Parts { parts: page.parts, algorithm })
}

fn part_marker(marker: i32) -> Result<u32, Failure> {
    u32::try_from(marker).map_err(|_| {
        S3Error::invalid_argument(
            "Argument part-number-marker must be an integer between 0 and 2147483647",
            "part-number-marker",
            marker.to_string(),
        )
        .into()
    })
}

/// The element of a part's checksum.
fn checksum_element(algorithm: ChecksumAlgorithm) -> &'static str {
    match algorithm {
        ChecksumAlgorithm::Crc32 => "ChecksumCRC32",
        ChecksumAlgorithm::Crc32c => "ChecksumCRC32C",
        ChecksumAlgorithm::Crc64Nvme => "ChecksumCRC64NVME",
        ChecksumAlgorithm::Sha1 => "ChecksumSHA1",
        ChecksumAlgorithm::Sha256 => "ChecksumSHA256",
        ChecksumAlgorithm::Sha512 => "ChecksumSHA512",
        ChecksumAlgorithm::Md5 => "ChecksumMD5",
        ChecksumAlgorithm::XxHash64 => "ChecksumXXHASH64",
        ChecksumAlgorithm::XxHash3 => "ChecksumXXHASH3",
        ChecksumAlgorithm::XxHash128 => "ChecksumXXHASH128",
    }
}

impl EntryPage for Parts {
    fn len(&self) -> usize {
        self.parts.len()
    }

    fn bytes(&self) -> usize {
        2 * size_of_val(self.parts.as_slice())
    }

    fn entries(&self, range: Range<usize>, writer: &mut XmlWriter<'_>) {
        for ListedPart { part_number, record } in &self.parts[range] {
            writer.open("Part");
            writer.number("PartNumber", (*part_number).into());
            paging::time(writer, "LastModified", record.modified);
            paging::etag(writer, &record.etag());
            writer.number("Size", record.size() as i64);
            // An upload without an algorithm may have parts with checksums of any.
            let checksum = match self.algorithm {
                Some(algorithm) => record.checksum_of(algorithm),
                None => Some(record.shown_checksum()),
            };
            if let Some(checksum) = checksum {
                writer.element(checksum_element(checksum.algorithm), &checksum.to_wire());
            }
            writer.close("Part");
        }
    }

    fn end(&self, writer: &mut XmlWriter<'_>) {
        writer.close(ROOT);
    }
}
