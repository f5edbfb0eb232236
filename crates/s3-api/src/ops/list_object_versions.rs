//! ListObjectVersions.

use super::list_objects::describe;
use super::paging::{self, Encoding, EntryPage, flag, page_max};
use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use larder_objects::list::{ListVersions, VersionPage};
use larder_s3_model::inputs::ListObjectVersionsInput;
use larder_s3_model::xml::XmlWriter;
use larder_s3_wire::error::S3Error;
use larder_storage::Storage;
use larder_types::VersionId;
use std::ops::Range;

const ROOT: &str = "ListVersionsResult";

struct Versions {
    page: VersionPage,
    encoding: Encoding,
}

pub(crate) async fn list_object_versions<S: Storage>(
    grant: Grant<S, kind::ListVersions>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let encoding = Encoding::of(call)?;
    let input = call.input(ListObjectVersionsInput::decode)?;
    let max_keys = page_max(input.max_keys, "maxKeys")?;
    let prefix = input.prefix.unwrap_or_default();
    let delimiter = input.delimiter.unwrap_or_default();
    let key_marker = input.key_marker.unwrap_or_default();
    let version_marker = input.version_id_marker.unwrap_or_default();
    let list = ListVersions {
        prefix: &prefix,
        delimiter: &delimiter,
        key_marker: &key_marker,
        version_id_marker: parse_marker(&key_marker, &version_marker)?,
        max_keys,
    };
    let page = grant.list(list).await?;
    let next = page.next.iter().map(|(key, _)| key);
    let texts = [&prefix, &delimiter, &key_marker].into_iter().chain(&page.common_prefixes);
    let texts = texts.chain(next).map(String::as_str).chain([page.entries.keys()]);
    let encoding = encoding.for_page(texts);
    let mut head = Vec::with_capacity(1024);
    let mut writer = XmlWriter::new(&mut head);
    writer.document(ROOT);
    writer.element("Name", grant.bucket().name.as_str());
    encoding.element(&mut writer, "Prefix", &prefix);
    encoding.element(&mut writer, "KeyMarker", &key_marker);
    writer.element("VersionIdMarker", &version_marker);
    if let Some((key, version)) = &page.next {
        encoding.element(&mut writer, "NextKeyMarker", key);
        if let Some(version) = version {
            writer.element("NextVersionIdMarker", &version.to_string());
        }
    }
    writer.number("MaxKeys", max_keys.into());
    encoding.optional(&mut writer, "Delimiter", &delimiter);
    encoding.name(&mut writer);
    flag(&mut writer, "IsTruncated", page.next.is_some());
    paging::answer(call, head, Versions { page, encoding })
}

fn parse_marker(key: &str, version: &str) -> Result<Option<VersionId>, Failure> {
    let invalid = |message| S3Error::invalid_argument(message, "version-id-marker", version);
    if version.is_empty() {
        return Ok(None);
    }
    if key.is_empty() {
        let message = "A version-id marker cannot be specified without a key marker.";
        return Err(invalid(message).into());
    }
    let parsed = VersionId::parse(version);
    Ok(Some(parsed.map_err(|_| invalid("Invalid version id specified"))?))
}

impl EntryPage for Versions {
    fn len(&self) -> usize {
        self.page.entries.len()
    }

    fn bytes(&self) -> usize {
        self.page.entries.bytes()
    }

    fn entries(&self, range: Range<usize>, writer: &mut XmlWriter<'_>) {
        for version in self.page.entries.iter().skip(range.start).take(range.len()) {
            let name = if version.delete_marker { "DeleteMarker" } else { "Version" };
            writer.open(name);
            self.encoding.element(writer, "Key", version.key);
            writer.element("VersionId", &version.version.to_string());
            flag(writer, "IsLatest", version.is_latest);
            if version.delete_marker {
                paging::time(writer, "LastModified", version.modified)
            } else {
                describe(writer, &version);
                writer.element("StorageClass", version.storage_class.name());
            }
            paging::owner(writer, "Owner", version.owner);
            writer.close(name);
        }
    }

    fn end(&self, writer: &mut XmlWriter<'_>) {
        self.encoding.common_prefixes(writer, &self.page.common_prefixes);
        writer.close(ROOT);
    }
}
