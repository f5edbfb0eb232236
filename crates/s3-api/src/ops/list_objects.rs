//! ListObjects and ListObjectsV2.

use super::paging::{self, Encoding, EntryPage, flag, page_max, parse_token, token};
use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use larder_objects::list::{self, ListPage, Listed};
use larder_s3_model::inputs::{ListObjectsInput, ListObjectsV2Input};
use larder_s3_model::xml::XmlWriter;
use larder_storage::Storage;
use std::ops::Range;

const ROOT: &str = "ListBucketResult";

/// A page and how its entries are shown.
struct Objects {
    page: ListPage,
    encoding: Encoding,
    owners: bool,
}

pub(crate) async fn list_objects<S: Storage>(
    grant: Grant<S, kind::ListObjects>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let encoding = Encoding::of(call)?;
    let input = call.input(ListObjectsInput::decode)?;
    let max_keys = page_max(input.max_keys, "maxKeys")?;
    let prefix = input.prefix.unwrap_or_default();
    let delimiter = input.delimiter.unwrap_or_default();
    let marker = input.marker.unwrap_or_default();
    let list =
        list::ListObjects { prefix: &prefix, delimiter: &delimiter, after: &marker, max_keys };
    let page = grant.list(list).await?;
    let encoding = encoding.for_page(texts(&page, [&prefix, &delimiter, &marker]));
    let mut head = Vec::with_capacity(1024);
    let mut writer = XmlWriter::new(&mut head);
    writer.document(ROOT);
    writer.element("Name", grant.bucket().name.as_str());
    encoding.element(&mut writer, "Prefix", &prefix);
    encoding.element(&mut writer, "Marker", &marker);
    // Without a delimiter the last key is the next marker, and S3 does not say it again.
    if let Some(next) = page.next.as_deref().filter(|_| !delimiter.is_empty()) {
        encoding.element(&mut writer, "NextMarker", next);
    }
    writer.number("MaxKeys", max_keys.into());
    encoding.optional(&mut writer, "Delimiter", &delimiter);
    encoding.name(&mut writer);
    flag(&mut writer, "IsTruncated", page.next.is_some());
    paging::answer(call, head, Objects { page, encoding, owners: true })
}

pub(crate) async fn list_objects_v2<S: Storage>(
    grant: Grant<S, kind::ListObjects>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let encoding = Encoding::of(call)?;
    let input = call.input(ListObjectsV2Input::decode)?;
    let max_keys = page_max(input.max_keys, "maxKeys")?;
    let prefix = input.prefix.unwrap_or_default();
    let delimiter = input.delimiter.unwrap_or_default();
    let start_after = input.start_after.unwrap_or_default();
    let continued = input.continuation_token.as_deref().map(parse_token).transpose()?;
    let list = list::ListObjects {
        prefix: &prefix,
        delimiter: &delimiter,
        after: continued.as_deref().filter(|after| !after.is_empty()).unwrap_or(&start_after),
        max_keys,
    };
    let page = grant.list(list).await?;
    let encoding = encoding.for_page(texts(&page, [&prefix, &delimiter, &start_after]));
    let mut head = Vec::with_capacity(1024);
    let mut writer = XmlWriter::new(&mut head);
    writer.document(ROOT);
    writer.element("Name", grant.bucket().name.as_str());
    encoding.element(&mut writer, "Prefix", &prefix);
    encoding.optional(&mut writer, "StartAfter", &start_after);
    if let Some(continued) = &input.continuation_token {
        writer.element("ContinuationToken", continued);
    }
    if let Some(next) = &page.next {
        writer.element("NextContinuationToken", &token(next));
    }
    let count = page.entries.len() + page.common_prefixes.len();
    writer.number("KeyCount", count as i64);
    writer.number("MaxKeys", max_keys.into());
    encoding.optional(&mut writer, "Delimiter", &delimiter);
    encoding.name(&mut writer);
    flag(&mut writer, "IsTruncated", page.next.is_some());
    let owners = input.fetch_owner == Some(true);
    paging::answer(call, head, Objects { page, encoding, owners })
}

/// All that a page writes of keys.
fn texts<'a>(page: &'a ListPage, asked: [&'a String; 3]) -> impl Iterator<Item = &'a str> {
    let found = page.common_prefixes.iter().chain(&page.next);
    asked.into_iter().chain(found).map(String::as_str).chain([page.entries.keys()])
}

impl EntryPage for Objects {
    fn len(&self) -> usize {
        self.page.entries.len()
    }

    fn bytes(&self) -> usize {
        self.page.entries.bytes()
    }

    fn entries(&self, range: Range<usize>, writer: &mut XmlWriter<'_>) {
        for object in self.page.entries.iter().skip(range.start).take(range.len()) {
            writer.open("Contents");
            self.encoding.element(writer, "Key", object.key);
            describe(writer, &object);
            if self.owners {
                paging::owner(writer, "Owner", object.owner);
            }
            writer.plain("StorageClass", object.storage_class.name().as_bytes());
            writer.close("Contents");
        }
    }

    fn end(&self, writer: &mut XmlWriter<'_>) {
        self.encoding.common_prefixes(writer, &self.page.common_prefixes);
        writer.close(ROOT);
    }
}

/// What listings of objects and of versions both tell of one.
pub(super) fn describe(writer: &mut XmlWriter<'_>, object: &Listed<'_>) {
    paging::time(writer, "LastModified", object.modified);
    paging::etag(writer, &object.etag);
    if let Some((algorithm, kind)) = object.checksum {
        writer.plain("ChecksumAlgorithm", algorithm.name().as_bytes());
        writer.plain("ChecksumType", kind.name().as_bytes());
    }
    writer.number("Size", object.size as i64);
}
