//! The operations of clients, by family.

mod buckets;
mod delete;
mod list;
mod multipart;
mod read;
mod write;

pub(crate) use buckets::{bucket_owner, creator, unexpected};
pub(crate) use read::read_version;

use crate::book::{ContentId, Place};
use crate::checkers::keys::{Match, When};
use crate::client::Ctx;
use crate::workloads::Kind;
use larder_objects::conditions::EtagCondition;
use larder_platform::sim::Prng;
use larder_types::VersionId;

/// One operation of the workload's choice.
pub(crate) async fn one(ctx: &Ctx, rng: &mut Prng) {
    let kind = ctx.workload.draw(rng);
    ctx.book().count(name(kind));
    match kind {
        Kind::Put => write::put(ctx, rng, false, false).await,
        Kind::PutIf => write::put(ctx, rng, true, false).await,
        Kind::BrokenPut => write::put(ctx, rng, false, true).await,
        Kind::Copy => write::copy(ctx, rng).await,
        Kind::Tag => write::tag(ctx, rng).await,
        Kind::Get => read::get(ctx, rng, false).await,
        Kind::GetVersion => read::get(ctx, rng, true).await,
        Kind::Delete => delete::delete(ctx, rng, false).await,
        Kind::DeleteIf => delete::delete(ctx, rng, true).await,
        Kind::DeleteMany => delete::delete_many(ctx, rng).await,
        Kind::DeleteVersion => delete::delete_version(ctx, rng).await,
        Kind::List => list::objects(ctx, rng).await,
        Kind::ListVersions => list::versions(ctx, rng).await,
        Kind::CreateUpload => multipart::create(ctx, rng).await,
        Kind::UploadPart => multipart::upload_part(ctx, rng).await,
        Kind::UploadPartCopy => multipart::upload_part_copy(ctx, rng).await,
        Kind::Complete => multipart::complete(ctx, rng).await,
        Kind::CompleteAgain => multipart::complete_again(ctx, rng).await,
        Kind::Abort => multipart::abort(ctx, rng).await,
        Kind::ListParts => multipart::list_parts(ctx, rng).await,
        Kind::Bucket => buckets::one(ctx, rng).await,
    }
}

fn name(kind: Kind) -> &'static str {
    match kind {
        Kind::Put => "put",
        Kind::PutIf => "put if",
        Kind::BrokenPut => "broken put",
        Kind::Copy => "copy",
        Kind::Get => "get",
        Kind::GetVersion => "get version",
        Kind::Delete => "delete",
        Kind::DeleteIf => "delete if",
        Kind::DeleteMany => "delete many",
        Kind::DeleteVersion => "delete version",
        Kind::Tag => "tag",
        Kind::List => "list",
        Kind::ListVersions => "list versions",
        Kind::CreateUpload => "create upload",
        Kind::UploadPart => "upload part",
        Kind::UploadPartCopy => "upload part copy",
        Kind::Complete => "complete",
        Kind::CompleteAgain => "complete again",
        Kind::Abort => "abort",
        Kind::ListParts => "list parts",
        Kind::Bucket => "bucket",
    }
}

/// A version id that a client may ask for, and whose it is; the null version's when it knows none.
fn draw_version(
    ctx: &Ctx,
    rng: &mut Prng,
    place: Place,
) -> (crate::checkers::keys::Target, VersionId) {
    use crate::checkers::keys::Target;
    let book = ctx.book();
    let known = book.known.get(&place).map_or(&[][..], Vec::as_slice);
    if known.is_empty() || rng.chance(1, 6) {
        return (Target::Null, VersionId::Null);
    }
    let (op, id) = known[rng.index(known.len())];
    (Target::Op(op), id)
}

fn latest(ctx: &Ctx, place: Place) -> Option<ContentId> {
    ctx.book().latest.get(&place).copied()
}

fn etag_condition(ctx: &Ctx, condition: Option<Match>) -> Option<EtagCondition> {
    Some(match condition? {
        Match::Any => EtagCondition::Any,
        Match::Content(content) => {
            EtagCondition::OneOf(vec![ctx.book().contents[content as usize].etag])
        }
    })
}

/// Conditions of a write.
fn draw_conditions(ctx: &Ctx, rng: &mut Prng, place: Place) -> When {
    let latest = latest(ctx, place).map(Match::Content);
    match rng.below(10) {
        0..5 => When { none_match: Some(Match::Any), ..When::default() },
        5..8 => When { matches: latest, ..When::default() },
        8 => When { matches: Some(Match::Any), ..When::default() },
        _ => When { none_match: latest, ..When::default() },
    }
}
