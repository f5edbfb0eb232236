//! ListMultipartUploads.

use super::paging::{self, Encoding, EntryPage, flag, owner, page_max};
use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use larder_objects::UploadId;
use larder_objects::list::{ListUploads, UploadPage};
use larder_s3_model::inputs::ListMultipartUploadsInput;
use larder_s3_model::xml::XmlWriter;
use larder_s3_wire::error::S3Error;
use larder_storage::Storage;
use std::ops::Range;

const ROOT: &str = "ListMultipartUploadsResult";

struct Uploads {
    page: UploadPage,
    encoding: Encoding,
}

pub(crate) async fn list_multipart_uploads<S: Storage>(
    grant: Grant<S, kind::ListUploads>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let encoding = Encoding::of(call)?;
    let input = call.input(ListMultipartUploadsInput::decode)?;
    let max_uploads = page_max(input.max_uploads, "max-uploads")?;
    let prefix = input.prefix.unwrap_or_default();
    let delimiter = input.delimiter.unwrap_or_default();
    let key_marker = input.key_marker.unwrap_or_default();
    // "If key-marker is not specified, the upload-id-marker parameter is ignored."
    let upload_marker = input.upload_id_marker.filter(|_| !key_marker.is_empty());
    let upload_marker = upload_marker.unwrap_or_default();
    let list = ListUploads {
        prefix: &prefix,
        delimiter: &delimiter,
        key_marker: &key_marker,
        upload_id_marker: parse_marker(&upload_marker)?,
        max_uploads,
    };
    let page = grant.list(list).await?;
    let next = page.next.iter().map(|(key, _)| key);
    let texts = [&prefix, &delimiter, &key_marker].into_iter().chain(&page.common_prefixes);
    let texts = texts.chain(next).chain(page.uploads.iter().map(|upload| &upload.key));
    let encoding = encoding.for_page(texts.map(String::as_str));
    let mut head = Vec::with_capacity(1024);
    let mut writer = XmlWriter::new(&mut head);
    writer.document(ROOT);
    writer.element("Bucket", grant.bucket().name.as_str());
    encoding.element(&mut writer, "KeyMarker", &key_marker);
    writer.element("UploadIdMarker", &upload_marker);
    let (key, upload) = next_markers(&page);
    encoding.element(&mut writer, "NextKeyMarker", key);
    let upload = upload.map(|upload| upload.to_string()).unwrap_or_default();
    writer.element("NextUploadIdMarker", &upload);
    encoding.optional(&mut writer, "Delimiter", &delimiter);
    encoding.optional(&mut writer, "Prefix", &prefix);
    encoding.name(&mut writer);
    writer.number("MaxUploads", max_uploads.into());
    flag(&mut writer, "IsTruncated", page.next.is_some());
    paging::answer(call, head, Uploads { page, encoding })
}

fn parse_marker(text: &str) -> Result<Option<UploadId>, Failure> {
    if text.is_empty() {
        return Ok(None);
    }
    let id = UploadId::parse(text).map_err(|_| {
        S3Error::invalid_argument("Invalid uploadId marker", "upload-id-marker", text)
    })?;
    Ok(Some(id))
}

/// S3 names the last entry of every page, of the last one too.
fn next_markers(page: &UploadPage) -> (&str, Option<UploadId>) {
    if let Some((key, upload)) = &page.next {
        return (key, *upload);
    }
    let upload = page.uploads.last();
    let prefix = page.common_prefixes.last().map_or("", String::as_str);
    match upload {
        Some(upload) if upload.key.as_str() > prefix => (&upload.key, Some(upload.upload_id)),
        _ => (prefix, None),
    }
}

impl EntryPage for Uploads {
    fn len(&self) -> usize {
        self.page.uploads.len()
    }

    fn bytes(&self) -> usize {
        let uploads = &self.page.uploads;
        let keys = uploads.iter().map(|upload| upload.key.len()).sum::<usize>();
        keys + 2 * size_of_val(uploads.as_slice())
    }

    fn entries(&self, range: Range<usize>, writer: &mut XmlWriter<'_>) {
        for upload in &self.page.uploads[range] {
            writer.open("Upload");
            self.encoding.element(writer, "Key", &upload.key);
            writer.element("UploadId", &upload.upload_id.to_string());
            owner(writer, "Initiator", &upload.initiator);
            owner(writer, "Owner", &upload.owner);
            writer.element("StorageClass", upload.storage_class.name());
            paging::time(writer, "Initiated", upload.upload_id.initiated());
            if let Some((algorithm, kind)) = upload.checksum {
                writer.element("ChecksumAlgorithm", algorithm.name());
                writer.element("ChecksumType", kind.name());
            }
            writer.close("Upload");
        }
    }

    fn end(&self, writer: &mut XmlWriter<'_>) {
        self.encoding.common_prefixes(writer, &self.page.common_prefixes);
        writer.close(ROOT);
    }
}
