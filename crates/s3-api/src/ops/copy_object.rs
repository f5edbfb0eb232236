//! CopyObject.

use super::checksums::{algorithm, set_checksum, type_word};
use super::object_headers::{attributes_of_head, write_conditions};
use crate::access::{FoundSource, Grant, WantedSource, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::reply::{Reply, written_version};
use larder_objects::conditions::{EtagCondition, ReadConditions};
use larder_objects::{CopyObject, Error, Stored, VersionRecord};
use larder_s3_model::enums::{MetadataDirective, TaggingDirective};
use larder_s3_model::inputs::CopyObjectInput;
use larder_s3_model::outputs::CopyObjectOutput;
use larder_s3_model::shapes;
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;

pub(crate) async fn copy_object<S: Storage>(
    mut grant: Grant<S, kind::CopyObject>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(CopyObjectInput::decode)?;
    let conditions = ReadConditions {
        if_match: input.copy_source_if_match.as_deref().map(EtagCondition::parse),
        if_none_match: input.copy_source_if_none_match.as_deref().map(EtagCondition::parse),
        if_modified_since: input.copy_source_if_modified_since,
        if_unmodified_since: input.copy_source_if_unmodified_since,
    };
    let copy = describe(&grant, call, input).await?;
    let wanted = WantedSource { conditions, range: None, takes_tags: !copy.replaces_tags };
    let found = grant.find_source(call, wanted).await?;
    call.keep_alive(run(grant, found, copy)).await
}

async fn describe<S: Storage>(
    grant: &Grant<S, kind::CopyObject>,
    call: &Call<'_>,
    mut input: CopyObjectInput,
) -> Result<CopyObject, Failure> {
    let replaces_metadata = input.metadata_directive == Some(MetadataDirective::Replace);
    let replaces_tags = input.tagging_directive == Some(TaggingDirective::Replace);
    // What the source's takes the place of is not looked at, so that it is not refused either.
    if !replaces_metadata {
        input.metadata.clear();
    }
    if !replaces_tags {
        input.tagging = None;
    }
    Ok(CopyObject {
        owner: grant.object_owner(),
        attributes: attributes_of_head(call, grant.bucket(), &input).await?,
        replaces_metadata,
        replaces_tags,
        names_storage_class: input.storage_class.is_some(),
        checksum: input.checksum_algorithm.map(algorithm),
        conditions: write_conditions(input.if_match.as_deref(), input.if_none_match.as_deref()),
    })
}

async fn run<S: Storage>(
    grant: Grant<S, kind::CopyObject>,
    mut source: FoundSource<S>,
    copy: CopyObject,
) -> Result<Reply, Failure> {
    let shown_version = source.shown_version.take();
    match grant.copy(source, copy).await {
        Ok(stored) => Ok(answer(&stored, shown_version)),
        Err(Error::EntityTooLarge { max }) => Err(too_large(max)),
        Err(error) => Err(error.into()),
    }
}

fn too_large(max: u64) -> Failure {
    let message = format!(
        "The specified copy source is larger than the maximum allowable size for a copy source: \
         {max}"
    );
    Failure::with(ErrorCode::InvalidRequest, message)
}

fn answer(stored: &Stored, source_version: Option<String>) -> Reply {
    let output = CopyObjectOutput {
        copy_object_result: Some(result(&stored.record)),
        copy_source_version_id: source_version,
        version_id: written_version(stored.version).map(|version| version.to_string()),
        ..CopyObjectOutput::default()
    };
    Reply::of(200, |headers, body| output.encode(headers, body))
}

fn result(record: &VersionRecord) -> shapes::CopyObjectResult {
    let mut result = shapes::CopyObjectResult {
        etag: Some(record.etag.to_string()),
        last_modified: Some(record.modified),
        ..shapes::CopyObjectResult::default()
    };
    if let Some(checksum) = &record.checksum {
        result.checksum_type = Some(type_word(checksum.checksum_type()));
        set_checksum!(result, checksum);
    }
    result
}
