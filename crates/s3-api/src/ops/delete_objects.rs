//! DeleteObjects: up to 1,000 keys, each with a right, a condition and a result of its own.

use super::delete_object::size;
use crate::access::{DeleteEntry, Grant, kind};
use crate::call::Call;
use crate::error::Failure;
use crate::names::{object_key, version_id};
use crate::reply::Reply;
use larder_objects::conditions::{DeleteConditions, EtagCondition};
use larder_objects::{DeleteObject, Deleted};
use larder_s3_model::inputs::DeleteObjectsInput;
use larder_s3_model::outputs::DeleteObjectsOutput;
use larder_s3_model::shapes;
use larder_s3_wire::error::ErrorCode;
use larder_storage::Storage;
use larder_types::limits::DELETE_OBJECTS_MAX;

pub(crate) async fn delete_objects<S: Storage>(
    grant: Grant<S, kind::DeleteEntries>,
    call: &mut Call<'_>,
) -> Result<Reply, Failure> {
    let input = call.input(DeleteObjectsInput::decode)?;
    let objects = input.delete.objects;
    if objects.len() > DELETE_OBJECTS_MAX {
        return Err(Failure::new(ErrorCode::MalformedXML));
    }
    // What cannot even be asked for is refused entry by entry, as AWS does.
    let checked: Vec<Result<DeleteEntry, Failure>> =
        objects.iter().map(|object| entry(&grant, call, object)).collect();
    let mut entries = Vec::new();
    let refused: Vec<Option<Failure>> =
        checked.into_iter().map(|entry| entry.map(|entry| entries.push(entry)).err()).collect();
    let done = grant.delete(entries).await;
    let results: Vec<_> =
        done.results.into_iter().map(|result| result.map_err(Failure::from)).collect();
    // Once for all entries that say the same.
    let failures = results.iter().filter_map(|result| result.as_ref().err());
    failures.chain(refused.iter().flatten()).for_each(|failure| failure.log(&call.identity()));
    let quiet = input.delete.quiet.unwrap_or(false);
    let mut output = DeleteObjectsOutput::default();
    let mut places = done.places.into_iter();
    for (object, refused) in objects.into_iter().zip(&refused) {
        let result = match refused {
            Some(failure) => Err(failure),
            None => results[places.next().expect("every entry has its place")].as_ref(),
        };
        match result {
            Ok(deleted) if !quiet => output.deleted.push(shown(object, *deleted)),
            Ok(_) => {}
            Err(failure) => output.errors.push(error(object, failure)),
        }
    }
    Ok(Reply::of(200, |headers, body| output.encode(headers, body)))
}

fn error(object: shapes::ObjectIdentifier, failure: &Failure) -> shapes::Error {
    shapes::Error {
        key: Some(object.key),
        version_id: object.version_id,
        code: Some(failure.code().name().to_owned()),
        message: Some(failure.error.message.clone().into_owned()),
    }
}

fn entry<S: Storage>(
    grant: &Grant<S, kind::DeleteEntries>,
    call: &Call<'_>,
    object: &shapes::ObjectIdentifier,
) -> Result<DeleteEntry, Failure> {
    let key = object_key(&object.key)?;
    let version = version_id(object.version_id.as_deref())?;
    let conditions = DeleteConditions {
        if_match: object.etag.as_deref().map(EtagCondition::parse),
        last_modified: object.last_modified_time,
        size: object.size.map(size).transpose()?,
    };
    grant.entry(call, key, DeleteObject { owner: grant.object_owner(call), version, conditions })
}

fn shown(object: shapes::ObjectIdentifier, deleted: Deleted) -> shapes::DeletedObject {
    let version = deleted.version.map(|version| version.to_string());
    shapes::DeletedObject {
        key: Some(object.key),
        version_id: object.version_id,
        delete_marker: deleted.delete_marker.then_some(true),
        delete_marker_version_id: version.filter(|_| deleted.delete_marker),
    }
}
