//! GetObjectAttributes.

use super::checksums::{set_checksum, type_word};
use crate::access::{Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::Reply;
use larder_objects::{ObjectVersion, PartPage};
use larder_s3_model::enums::{self, ObjectAttributes};
use larder_s3_model::inputs::GetObjectAttributesInput;
use larder_s3_model::outputs::GetObjectAttributesOutput;
use larder_s3_model::shapes;
use larder_s3_wire::error::S3Error;
use larder_storage::Storage;

/// Most parts in one page.
const PARTS_MAX: i32 = 1000;

pub(crate) async fn get_object_attributes<S: Storage>(
    mut grant: Grant<S, kind::ReadObject>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(GetObjectAttributesInput::decode)?;
    let marker = natural(input.part_number_marker.unwrap_or(0), "x-amz-part-number-marker")?;
    let max = natural(input.max_parts.unwrap_or(PARTS_MAX).min(PARTS_MAX), "x-amz-max-parts")?;
    let found = grant.look_up(call).await?;
    let record = &found.record;
    let asked = |attribute| input.object_attributes.contains(&attribute);
    let mut output = GetObjectAttributesOutput {
        last_modified: Some(record.modified),
        version_id: grant.bucket().shown(record.version()).map(|version| version.to_string()),
        ..GetObjectAttributesOutput::default()
    };
    if asked(ObjectAttributes::ETag) {
        output.etag = Some(record.etag.to_string());
    }
    if asked(ObjectAttributes::Checksum) {
        output.checksum = checksum(&found);
    }
    if asked(ObjectAttributes::ObjectParts) {
        let page = grant.parts(&found, marker, max as usize).await?;
        output.object_parts = page.map(|page| parts(page, (marker, max)));
    }
    if asked(ObjectAttributes::StorageClass) {
        let name = record.attributes.storage_class.name();
        let mut classes = enums::StorageClass::ALL.iter();
        output.storage_class = classes.find(|class| class.as_str() == name).copied();
    }
    if asked(ObjectAttributes::ObjectSize) {
        output.object_size = Some(record.size as i64);
    }
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}

fn natural(value: i32, name: &str) -> Result<u32, Failure> {
    let invalid = |_| {
        let message = format!("Argument {name} must be an integer between 0 and 2147483647");
        S3Error::invalid_argument(message, name, value.to_string())
    };
    Ok(u32::try_from(value).map_err(invalid)?)
}

fn checksum(found: &ObjectVersion) -> Option<shapes::Checksum> {
    let checksum = found.record.checksum.as_ref()?;
    let mut shape = shapes::Checksum {
        checksum_type: Some(type_word(checksum.checksum_type())),
        ..shapes::Checksum::default()
    };
    set_checksum!(shape, checksum);
    Some(shape)
}

/// Parts are listed with their sizes whether they have checksums or not; AWS tells no more than
/// their number of those that have none.
fn parts(page: PartPage, (marker, max): (u32, u32)) -> shapes::GetObjectAttributesParts {
    let last = page.parts.last().map_or(marker, |part| part.part_number);
    let parts = page.parts.iter().map(|part| {
        let mut shape = shapes::ObjectPart {
            part_number: Some(part.part_number as i32),
            size: Some(part.size as i64),
            ..shapes::ObjectPart::default()
        };
        if let Some(checksum) = &part.checksum {
            set_checksum!(shape, checksum);
        }
        shape
    });
    shapes::GetObjectAttributesParts {
        total_parts_count: Some(page.parts_count as i32),
        part_number_marker: Some(marker as i32),
        next_part_number_marker: Some(last as i32),
        max_parts: Some(max as i32),
        is_truncated: Some(page.truncated),
        parts: parts.collect(),
    }
}
