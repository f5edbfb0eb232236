//! A version never changes: one id has the same bytes, ETag and metadata for ever, and says which
//! write it is of.

use super::Violation;
use super::keys::Version;
use super::resurrection;
use crate::book::{Book, ContentId, OpId, Place, Sight};
use larder_objects::VersionRecord;
use larder_types::Owner;

const NAME: &str = "versions never change";

/// The name of user metadata that carries a write's number.
pub(crate) const METADATA: &str = "op";

/// The owner that says which operation a row is of.
pub(crate) fn owner_of(op: OpId) -> Owner {
    Owner { canonical_id: format!("op-{op}"), display_name: "simulated".into() }
}

/// The operation that an owner says.
pub(crate) fn op_of(owner: &Owner) -> Option<OpId> {
    owner.canonical_id.strip_prefix("op-")?.parse().ok()
}

fn broken(what: String) -> Violation {
    Violation::new(NAME, what)
}

/// The version that a record shows at a key, which must be one that was written there.
pub(crate) fn see(
    book: &mut Book,
    place: Place,
    record: &VersionRecord,
) -> Result<Version, Violation> {
    let op = op_of(&record.owner);
    let op =
        op.ok_or_else(|| broken(format!("{place:?} holds a version of nobody: {record:?}")))?;
    let Some(write) = book.writes.get(&op).cloned() else {
        return Err(broken(format!("{place:?} holds a version of {op}, which wrote none")));
    };
    resurrection::seen(book, op)?;
    let named =
        record.attributes.metadata.iter().find(|(name, _)| name == METADATA).map(|(_, op)| op);
    let is_named = record.delete_marker || named == Some(&op.to_string());
    let holds = |id: &&ContentId| {
        let content = &book.contents[**id as usize];
        record.delete_marker
            || record.size == content.bytes.len() as u64 && record.etag == content.etag
    };
    let content = write.contents.iter().find(holds).copied();
    let belongs = write.place == place && write.marker == record.delete_marker;
    let Some(content) = content.filter(|_| belongs && is_named) else {
        let what = format!("{place:?} shows {record:?} for {op}, which wrote {write:?}");
        return Err(broken(what));
    };
    let sight = Sight {
        version: record.version(),
        order: record.order,
        modified_ms: record.modified.ms,
        size: record.size,
        etag: record.etag,
    };
    let first = book.sights.entry(op).or_insert_with(|| sight.clone()).clone();
    if first != sight {
        return Err(broken(format!("{op} at {place:?} was {first:?} and is {sight:?}")));
    }
    let tag = record.attributes.tags.iter().find(|tag| tag.key == METADATA);
    Ok(Version {
        op,
        marker: record.delete_marker,
        null: record.null,
        content,
        tag: tag.and_then(|tag| tag.value.parse().ok()).unwrap_or(0),
    })
}

/// The bytes of a version are those that were written, whole or the range of them.
pub(crate) fn same_bytes(
    book: &Book,
    version: &Version,
    range: std::ops::Range<usize>,
    bytes: &[u8],
) -> Result<(), Violation> {
    let written = &book.contents[version.content as usize].bytes;
    if written.get(range.clone()) == Some(bytes) {
        Ok(())
    } else {
        Err(Violation::new(
            "wrong bytes",
            format!("{version:?} has other bytes in {range:?} of {} written", written.len()),
        ))
    }
}
