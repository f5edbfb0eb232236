//! A client: one operation after the other, chosen by the workload, noted before it begins and
//! when it is answered.

use crate::book::{Book, Fate, Handle, OpId, Place};
use crate::checkers::keys::Outcome;
use crate::checkers::{Violation, versions};
use crate::faults::Excuses;
use crate::operations;
use crate::workloads::Workload;
use bytes::Bytes;
use larder_objects::{Bucket, Error, Objects, Settings, VersionRecord};
use larder_platform::Platform;
use larder_platform::sim::{Faults, Prng};
use larder_storage_local::Local;
use larder_types::{BucketName, ObjectKey};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// An operation that takes longer than this by the virtual clock hangs.
const HANGS_AFTER: Duration = Duration::from_secs(600);

/// What every client of a round shares.
#[derive(Clone)]
pub(crate) struct Ctx {
    pub(crate) book: Arc<Mutex<Book>>,
    pub(crate) objects: Objects<Local>,
    pub(crate) local: Local,
    pub(crate) platform: Platform,
    pub(crate) faults: Faults,
    pub(crate) workload: &'static Workload,
    pub(crate) settings: Settings,
    pub(crate) excuses: Excuses,
    /// Whether clients go away in the middle of operations.
    pub(crate) impatient: bool,
    pub(crate) pace_us: u64,
}

/// The name of a bucket.
pub(crate) fn bucket_name(bucket: usize) -> BucketName {
    BucketName::new(&format!("bucket-{bucket}")).expect("a valid name")
}

/// The text of a key: some are in each other's way as prefixes, some have odd bytes.
pub(crate) fn key_text(key: usize) -> String {
    match key % 5 {
        0 => format!("k{}", key / 5),
        1 => format!("d/{}", key / 5),
        2 => format!("d/e/{}", key / 5),
        3 => format!("d\u{0}/{}", key / 5),
        _ => format!("d/e\u{10ffff}{}", key / 5),
    }
}

pub(crate) fn object_key(key: usize) -> ObjectKey {
    ObjectKey::new(&key_text(key)).expect("a valid key")
}

impl Ctx {
    pub(crate) fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The engine.
    pub(crate) fn store(&self) -> Local {
        self.local.clone()
    }

    pub(crate) fn place(&self, rng: &mut Prng) -> Place {
        let bucket = rng.index(self.workload.buckets.len());
        Place { bucket, key: rng.index(self.workload.keys) }
    }

    /// The length of a body: most are small, some just around what is kept inline.
    pub(crate) fn length(&self, rng: &mut Prng) -> usize {
        let inline = self.settings.inline_bytes_max as u64;
        let length = match rng.below(100) {
            0..8 => 0,
            8..55 => 1 + rng.below(120),
            55..80 => 1 + rng.below(3_000),
            80..84 => inline.min(20_000),
            84..88 => inline.min(20_000) + 1,
            88..98 => 1 + rng.below(self.workload.large_bytes / 4),
            _ => 1 + rng.below(self.workload.large_bytes),
        };
        length as usize
    }

    /// The bucket as its row says, as every request reads it first.
    pub(crate) async fn bucket(&self, bucket: usize) -> Option<Arc<Bucket>> {
        match self.objects.bucket(&bucket_name(bucket)).await {
            Ok(bucket) => Some(bucket),
            Err(error) => {
                self.refuse("bucket", &error);
                None
            }
        }
    }

    pub(crate) fn begin(&self, place: Place, action: crate::checkers::keys::Action) -> Handle {
        self.book().begin(place, action)
    }

    /// A write was answered with the version that it made.
    pub(crate) fn stored(&self, handle: Handle, place: Place, op: OpId, record: &VersionRecord) {
        let mut book = self.book();
        match versions::see(&mut book, place, record) {
            Ok(version) if version.op == op => {
                book.learn(place, &version, record.version());
                book.fate(op, Fate::Done);
                book.end(handle, Outcome::Done);
            }
            Ok(version) => {
                let what = format!("{op} was answered with the version of {}", version.op);
                book.violate(Violation::new("versions never change", what));
            }
            Err(violation) => book.violate(violation),
        }
    }

    /// An operation was refused or failed.
    pub(crate) fn failed(&self, name: &str, handle: Handle, op: OpId, error: &Error) {
        self.refuse(name, error);
        let mut book = self.book();
        if let Error::Unknown(_) = error {
            return book.doubt(handle);
        }
        // Whatever else is said, nothing was changed.
        book.fate(op, Fate::Failed);
        match outcome_of(error) {
            Some(outcome) => book.end(handle, outcome),
            None => book.fail(handle),
        }
    }

    /// Counts a refusal, which is a violation when nothing excuses it.
    pub(crate) fn refuse(&self, name: &str, error: &Error) {
        let power_lost = self.faults.power_lost();
        let (reason, excused) = match error {
            Error::Unknown(_) => ("unknown", self.excuses.io || self.excuses.full),
            Error::Internal(_) => ("failed", self.excuses.io || self.excuses.full),
            Error::Full => ("full", self.excuses.full),
            Error::Corrupt(_) => ("damaged", self.excuses.damage),
            Error::SlowDown | Error::ConditionalRequestConflict => ("lost races", true),
            Error::VersionGone => ("gone", true),
            Error::Body(_) => ("body", true),
            error => ("refused", outcome_of(error).is_some()),
        };
        let mut book = self.book();
        book.refused(reason);
        if !excused && !power_lost {
            let what = format!("{name} failed though nothing was wrong: {error}");
            book.violate(Violation::new("availability", what));
        }
    }
}

/// What an error says about the state of the key.
fn outcome_of(error: &Error) -> Option<Outcome> {
    Some(match error {
        Error::PreconditionFailed(_) => Outcome::Refused,
        Error::NoSuchKey { delete_marker } => Outcome::NoKey { marker: delete_marker.is_some() },
        Error::NoSuchVersion => Outcome::NoVersion,
        Error::MethodNotAllowed { .. } => Outcome::IsMarker,
        Error::NoSuchUpload => Outcome::NoUpload,
        Error::InvalidPart { .. } => Outcome::InvalidPart,
        _ => return None,
    })
}

/// A body that nothing else has.
pub(crate) fn draw_body(rng: &mut Prng, length: usize) -> Bytes {
    crate::body::unique_bytes(rng.u64(), length)
}

/// Runs operations until the round has begun them all, or the power is gone.
pub(crate) async fn run(ctx: Ctx, mut rng: Prng) {
    loop {
        {
            let mut book = ctx.book();
            if book.left == 0 || book.violation.is_some() || ctx.faults.power_lost() {
                return;
            }
            book.left -= 1;
        }
        if ctx.pace_us > 0 {
            let pause = Duration::from_micros(rng.below(2 * ctx.pace_us));
            ctx.platform.tasks.sleep(pause).await;
        }
        let patience = if ctx.impatient && rng.chance(1, 12) {
            Duration::from_micros(rng.below(3_000))
        } else {
            HANGS_AFTER
        };
        let ended = tokio::select! {
            biased;
            () = operations::one(&ctx, &mut rng) => true,
            () = ctx.platform.tasks.sleep(patience) => false,
        };
        let mut book = ctx.book();
        if !ended && patience < HANGS_AFTER {
            book.refused("client went away");
        } else if !ended {
            let what = format!("an operation is not answered within {HANGS_AFTER:?}");
            book.violate(Violation::new("availability", what));
        }
    }
}
