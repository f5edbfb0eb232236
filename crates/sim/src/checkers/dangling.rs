//! No row names a blob that is missing or not whole, and once everything is settled no blob is
//! there that no row names.

use super::Violation;
use crate::client::Ctx;
use crate::observe::Look;
use larder_objects::rows::Manifest;
use larder_objects::{BodyLocation, VersionRecord};
use larder_storage::{BlobReader, BlobRef, BlobStore};
use std::collections::BTreeMap;

const NAME: &str = "no dangling blob";

fn broken(what: String) -> Violation {
    Violation::new(NAME, what)
}

/// Adds the blobs that a version's row names, directly or by its manifest. A manifest that cannot
/// be read is fine where it may be damaged.
pub(crate) async fn name_blobs(
    ctx: &Ctx,
    record: &VersionRecord,
    blobs: &mut BTreeMap<u64, BlobRef>,
    damaged: bool,
) -> Result<(), Violation> {
    let manifest = match record.body.location {
        BodyLocation::Empty | BodyLocation::Inline | BodyLocation::OwnRow => return Ok(()),
        BodyLocation::Blob(blob) => {
            blobs.insert(blob.id.0, blob);
            return Ok(());
        }
        BodyLocation::Manifest { blob, .. } => blob,
    };
    blobs.insert(manifest.id.0, manifest);
    match read_manifest(ctx, manifest).await {
        Ok(manifest) => {
            let parts = manifest.entries.iter().filter_map(|entry| entry.body.blob());
            blobs.extend(parts.map(|blob| (blob.id.0, blob)));
            Ok(())
        }
        Err(_) if damaged => Ok(()),
        Err(what) => Err(broken(format!("manifest {manifest:?}: {what}"))),
    }
}

async fn read_manifest(ctx: &Ctx, blob: BlobRef) -> Result<Manifest, String> {
    let store = ctx.store();
    let mut reader =
        BlobStore::read(&store, blob, blob.whole()).await.map_err(|error| error.to_string())?;
    let mut bytes = Vec::new();
    while let Some(data) = reader.next().await.map_err(|error| error.to_string())? {
        bytes.extend_from_slice(&data);
    }
    Manifest::decode(&bytes).map_err(|error| format!("{error:?}"))
}

/// Every blob that a row names is there and whole.
pub(crate) async fn check_named(ctx: &Ctx, look: &Look) -> Result<(), Violation> {
    let store = ctx.store();
    for blob in look.blobs.values() {
        let verified = BlobStore::verify(&store, *blob).await;
        verified.map_err(|error| broken(format!("a row names {blob:?}: {error}")))?;
    }
    Ok(())
}

/// Every blob that is there is named: of a server that was just started and has nothing to free.
pub(crate) async fn check_unnamed(ctx: &Ctx, look: &Look) -> Result<(), Violation> {
    let listed = BlobStore::list(&ctx.store()).await;
    let listed = listed.map_err(|error| broken(format!("blobs cannot be listed: {error}")))?;
    let unnamed: Vec<_> =
        listed.iter().filter(|id| !look.blobs.contains_key(&id.0)).map(|id| id.0).collect();
    if unnamed.is_empty() {
        Ok(())
    } else {
        Err(broken(format!("no row names the blobs {unnamed:?}")))
    }
}
