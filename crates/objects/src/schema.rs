//! What this room's rows mean, for those who verify and rebuild a store below it.

use crate::rows::{
    BodyLocation, GcRecord, Manifest, Overflow, PartRecord, UploadId, UploadRecord, VersionRecord,
    address, body, bucket, document::DocumentRecord,
};
use larder_storage::{
    BlobRef, OverflowRef, RowKey, RowKind, RowReferences, RowSchema, SpaceId, UsageDelta,
};
use larder_types::{BucketName, VersionId};
use std::collections::{HashMap, HashSet};

/// Reads rows for a check, a repair or a scrub. Remembers the buckets and the uploads in progress
/// that it was shown.
#[derive(Default)]
pub struct ObjectSchema {
    buckets: HashMap<SpaceId, String>,
    uploads: HashSet<(SpaceId, Vec<u8>, Vec<u8>)>,
}

impl ObjectSchema {
    /// What a part refers to: parts of an upload that is over, or of a deleted bucket, are being
    /// freed, and their blobs may be gone before their rows.
    fn part(&self, row: &RowKey, value: &[u8]) -> Result<RowReferences, String> {
        let part = PartRecord::decode(value).map_err(text)?;
        let id = row.suffix.get(..16).unwrap_or_default().to_vec();
        let open = self.buckets.contains_key(&row.space)
            && self.uploads.contains(&(row.space, row.key.to_vec(), id));
        Ok(if open {
            RowReferences { blob: part.body.blob(), ..RowReferences::default() }
        } else {
            RowReferences {
                frees: part.body.blob().into_iter().map(|blob| blob.id).collect(),
                ..RowReferences::default()
            }
        })
    }
}

fn text(error: crate::rows::Malformed) -> String {
    error.0.to_owned()
}

fn version(row: &RowKey, value: &[u8]) -> Result<RowReferences, String> {
    let record = VersionRecord::decode(value).map_err(text)?;
    let usage = UsageDelta { objects: 1, bytes: record.size() as i64 };
    let mut references = RowReferences { usage, ..RowReferences::default() };
    match record.body.location {
        BodyLocation::Empty => {}
        BodyLocation::Inline => references.payload = Some(record.body.stored_bytes()),
        BodyLocation::OwnRow => {
            references.payload = Some(record.body.stored_bytes());
            let body = address::body(row.space, &row.key, record.order, record.nonce);
            references.body = Some(body);
        }
        BodyLocation::Blob(blob) => references.blob = Some(blob),
        BodyLocation::Manifest { blob, .. } => references.manifest = Some(blob),
    }
    references.overflow = record.overflow.map(|generation| OverflowRef {
        row: address::overflow(row.space, &row.key, record.order, record.nonce),
        generation,
    });
    Ok(references)
}

fn gc(value: &[u8]) -> Result<RowReferences, String> {
    let mut references = RowReferences::default();
    match GcRecord::decode(value).map_err(text)? {
        GcRecord::Blobs(blobs) => references.frees = blobs.iter().map(|blob| blob.id).collect(),
        GcRecord::Manifest(blob) => {
            references.frees.push(blob.id);
            references.frees_listed = Some(blob);
        }
        GcRecord::UploadParts { .. } | GcRecord::Space(_) => {}
    }
    Ok(references)
}

/// The version that a position in a suffix means.
fn at_position(suffix: &[u8]) -> Option<VersionId> {
    let (inverted, nonce) = suffix.split_at_checked(8)?;
    let order = u64::MAX - u64::from_be_bytes(inverted.try_into().ok()?);
    Some(match u64::from_be_bytes(nonce.try_into().ok()?) {
        0 => VersionId::Null,
        nonce => VersionId::Id { order, nonce },
    })
}

impl RowSchema for ObjectSchema {
    fn read(&mut self, row: &RowKey, value: &[u8]) -> Result<RowReferences, String> {
        match row.kind {
            RowKind::Bucket => {
                let name = String::from_utf8_lossy(&row.key).into_owned();
                let parsed = BucketName::new(&name).map_err(|_| "it has no bucket's name")?;
                let bucket = bucket::decode(parsed, value).map_err(text)?;
                self.buckets.insert(bucket.space, name);
                Ok(RowReferences::default())
            }
            RowKind::Head | RowKind::Version => version(row, value),
            RowKind::Upload => {
                UploadRecord::decode(value).map_err(text)?;
                self.uploads.insert((row.space, row.key.to_vec(), row.suffix.to_vec()));
                Ok(RowReferences::default())
            }
            RowKind::Part => self.part(row, value),
            RowKind::Gc => gc(value),
            RowKind::BucketDocument => {
                DocumentRecord::decode(value).map_err(text)?;
                Ok(RowReferences::default())
            }
            RowKind::OwnedBucket => {
                crate::owned::decode(value).map_err(text)?;
                Ok(RowReferences::default())
            }
            RowKind::Body => {
                body::check(value).map_err(text)?;
                Ok(RowReferences::default())
            }
            RowKind::Outbox | RowKind::Due => Ok(RowReferences::default()),
            RowKind::Overflow => {
                let overflow = Overflow::decode(value).map_err(text)?;
                let generation = Some(overflow.generation);
                Ok(RowReferences { generation, ..RowReferences::default() })
            }
            RowKind::Identity | RowKind::WorkerState => Ok(RowReferences::default()),
        }
    }

    fn name(&self, row: &RowKey) -> String {
        let key = String::from_utf8_lossy(&row.key);
        let key = key.escape_debug();
        if row.kind == RowKind::Bucket {
            return format!("bucket {key}");
        }
        if row.kind == RowKind::BucketDocument {
            return format!("bucket {key} (a document of it)");
        }
        if row.kind == RowKind::OwnedBucket {
            let name = String::from_utf8_lossy(&row.suffix);
            return format!("bucket {} (in the list of its owner {key})", name.escape_debug());
        }
        let bucket = match self.buckets.get(&row.space) {
            Some(bucket) => bucket.clone(),
            None => format!("(no bucket, space {:016x})", row.space.0),
        };
        let object = format!("{bucket}/{key}");
        let version = || match at_position(&row.suffix) {
            None => String::new(),
            Some(version) => format!(" (version {version})"),
        };
        match row.kind {
            RowKind::Version if row.suffix.is_empty() => format!("{object} (delete marker)"),
            RowKind::Version => object + &version(),
            RowKind::Body => format!("{object}{}, its body", version()),
            RowKind::Upload => match <[u8; 16]>::try_from(&row.suffix[..]) {
                Ok(id) => format!("{object} (upload {})", UploadId(id)),
                Err(_) => format!("{object} (an upload)"),
            },
            RowKind::Part => match address::parse_part(&row.suffix) {
                Some((id, part)) => format!("{object} (part {part} of upload {id})"),
                None => format!("{object} (a part)"),
            },
            RowKind::Gc => format!("{object} (what is to be freed of it)"),
            RowKind::Identity => format!("identity {key}"),
            RowKind::WorkerState => format!("state of worker {key}"),
            RowKind::Overflow => format!("{object}{}, what its row has no room for", version()),
            RowKind::Head
            | RowKind::Outbox
            | RowKind::Due
            | RowKind::Bucket
            | RowKind::BucketDocument
            | RowKind::OwnedBucket => object,
        }
    }

    fn listed(&self, manifest: &[u8]) -> Result<Vec<BlobRef>, String> {
        let manifest = Manifest::decode(manifest).map_err(text)?;
        Ok(manifest.entries.iter().filter_map(|entry| entry.body.blob()).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::ObjectSchema;
    use crate::testing::World;
    use bytes::Bytes;
    use larder_storage::{MetaStore, RowKey, RowKind, RowSchema, SpaceId, StoredBytes, UsageDelta};

    #[test]
    fn rows_add_up_to_the_usage_and_have_names() {
        let world = World::new();
        let bucket = world.versioned("pantry");
        for (key, body) in [("a", &b"12345"[..]), ("a", b"123"), ("b\n", b"")] {
            world.put(&bucket, key, body);
        }
        world.delete(&bucket, "b\n", None);
        let mut schema = ObjectSchema::default();
        let (mut usage, mut names) = (UsageDelta::default(), Vec::new());
        let mut rows = world.store.dump();
        rows.sort_by_key(|(row, ..)| (row.kind, row.clone()));
        for (row, value, payload) in rows {
            let references = schema.read(&row, &value).expect("a row of ours");
            usage.objects += references.usage.objects;
            usage.bytes += references.usage.bytes;
            if let Some(body) = references.body {
                let found = world.run(world.store.get(&body)).unwrap().row.expect("its body");
                let length = found.payload.map(|payload| u64::from(payload.length));
                assert_eq!(length.map(StoredBytes), references.payload);
            }
            assert!(row.kind != RowKind::Body || payload.is_some());
            names.push(schema.name(&row));
        }
        assert_eq!(world.run(world.store.usage(bucket.space)).unwrap(), usage);
        for expected in ["bucket pantry", "pantry/a", "pantry/b\\n (delete marker)"] {
            assert!(names.iter().any(|name| name == expected), "{expected} in {names:?}");
        }
        assert!(names.iter().any(|name| name.starts_with("pantry/a (version ")));
        let row = RowKey::new(SpaceId(7), RowKind::Head, Bytes::from_static(b"x"));
        assert_eq!(schema.name(&row), "(no bucket, space 0000000000000007)/x");
    }
}
