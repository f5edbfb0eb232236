//! GetObject, whole or a range, of the current version or another.

use super::draw_version;
use super::write::{is_gone, look_up};
use crate::checkers::keys::Version;
use crate::checkers::versions::same_bytes;
use crate::client::Ctx;
use larder_objects::{Error, ObjectVersion, Objects};
use larder_platform::sim::Prng;
use larder_storage::Storage;
use larder_types::ByteRange;
use std::ops::Range;

/// How often a reader whose version was replaced under it looks again.
const LOOKS_MAX: u32 = 4;

/// A range of so many bytes.
fn draw_range(rng: &mut Prng, size: usize) -> Range<usize> {
    if size == 0 || rng.chance(1, 2) {
        return 0..size;
    }
    let start = rng.index(size);
    start..start + 1 + rng.index(size - start)
}

pub(super) async fn get(ctx: &Ctx, rng: &mut Prng, older: bool) {
    let place = ctx.place(rng);
    let target = older.then(|| draw_version(ctx, rng, place));
    for _ in 0..LOOKS_MAX {
        let Some(bucket) = ctx.bucket(place.bucket).await else { return };
        let Some((found, version)) = look_up(ctx, &bucket, place, target).await else {
            return;
        };
        let range = draw_range(rng, found.record.size() as usize);
        match read_version(&ctx.objects, &found, range.clone()).await {
            Ok(bytes) => {
                let mut book = ctx.book();
                if let Err(violation) = same_bytes(&book, &version, range, &bytes) {
                    book.violate(violation);
                }
                return;
            }
            Err(error) if is_gone(&error) => ctx.refuse("get", &error),
            Err(error) => return unreadable(ctx, &version, &error),
        }
    }
}

/// A body that cannot be read is a violation unless something excuses it.
fn unreadable(ctx: &Ctx, version: &Version, error: &Error) {
    // A clock that was set forward makes blobs due for gc under their readers.
    let gone = matches!(error, Error::Internal(_)) && ctx.excuses.clock;
    if gone {
        ctx.book().refused("gone")
    } else {
        ctx.refuse(&format!("read of {version:?}"), error)
    }
}

/// Reads a range of a version's body.
pub(crate) async fn read_version<S: Storage>(
    objects: &Objects<S>,
    version: &ObjectVersion,
    range: Range<usize>,
) -> Result<Vec<u8>, Error> {
    let whole = range == (0..version.record.size() as usize);
    let asked = ByteRange { start: range.start as u64, end: range.end as u64 };
    let mut body = objects.open(version, (!whole).then_some(asked)).await?;
    let mut out = Vec::with_capacity(range.len());
    while let Some(data) = body.next().await? {
        out.extend_from_slice(&data);
    }
    Ok(out)
}
