//! One run: a seed's plan on a machine of its own.

use crate::book::{Book, Tally};
use crate::causes;
use crate::checkers::linearizable::{Search, search};
use crate::checkers::{
    Violation, buckets, dangling, garbage, journal, keys, resurrection, survival,
};
use crate::client::{self, Ctx, bucket_name, object_key};
use crate::faults::{Excuses, Nemesis, Weather};
use crate::knobs::Knobs;
use crate::machine::Machine;
use crate::observe::{Eyes, Look, look};
use crate::operations::bucket_owner;
use crate::plan::{End, Plan, Round};
use crate::rot;
use larder_objects::conditions::DeleteConditions;
use larder_objects::list::{ListUploads, ListVersions};
use larder_objects::{CreateBucket, DeleteObject, Versioning};
use larder_platform::sim::{Fault, FaultRates, Prng};
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::Ordering;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// How long the server has to come to rest in fair weather: it retries what failed every second.
const REST: Duration = Duration::from_secs(4);
/// How often a round is looked at while nothing else says that it is over.
const TICK: Duration = Duration::from_millis(20);
/// What a start may be disturbed by, before it is left in peace.
const ROUGH_STARTS_MAX: u32 = 3;

/// What a run did.
#[derive(Clone, Debug, Default)]
pub struct Outcome {
    /// Operations and refusals.
    pub tally: Tally,
    /// How often each fault fired.
    pub faults: BTreeMap<&'static str, u64>,
    /// Power cuts.
    pub cuts: u64,
    /// Kills of the process.
    pub kills: u64,
    /// Syncs and direct writes of the first round, for the sweep.
    pub first_round_syncs: u64,
    /// Equal for runs that were equal.
    pub fingerprint: u64,
}

/// A run that broke a promise.
#[derive(Clone, Debug)]
pub struct Failure {
    /// The seed.
    pub seed: u64,
    /// The workload.
    pub workload: &'static str,
    /// What was broken.
    pub violation: Violation,
}

/// Runs a plan. `told` hears what happens, round by round.
pub fn run(plan: &Plan, told: &mut dyn FnMut(String)) -> Result<Outcome, Failure> {
    let failure = |violation| Failure { seed: plan.seed, workload: plan.workload.name, violation };
    let result = catch_unwind(AssertUnwindSafe(|| Run::new(plan).go(told)));
    match result {
        Ok(result) => result.map_err(failure),
        Err(panic) => {
            let text = panic.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()));
            let what = text.unwrap_or_else(|| "a panic without words".into());
            Err(failure(Violation::new("no panics", what)))
        }
    }
}

/// Runs the plan of a seed.
pub fn run_seed(seed: u64, operations: u64) -> Result<Outcome, Failure> {
    run(&Plan::draw(seed, operations, None), &mut |_| {})
}

struct Run<'a> {
    plan: &'a Plan,
    machine: Machine,
    book: Arc<Mutex<Book>>,
    rng: Prng,
    cuts: u64,
    kills: u64,
    shifted_s: i64,
    first_round_syncs: u64,
}

/// What a round left behind.
struct Ended {
    restarted: bool,
}

impl<'a> Run<'a> {
    fn new(plan: &'a Plan) -> Self {
        let mut rng = Prng::new(plan.seed);
        let knobs = Knobs::draw(&mut rng);
        let machine = Machine::new(rng.u64(), knobs, rng.fork());
        let book = Arc::new(Mutex::new(Book::new()));
        Self { plan, machine, book, rng, cuts: 0, kills: 0, shifted_s: 0, first_round_syncs: 0 }
    }

    fn go(mut self, told: &mut dyn FnMut(String)) -> Result<Outcome, Violation> {
        told(format!("{:?}", self.machine.knobs));
        self.open()?;
        self.make_buckets()?;
        let mut script = self.plan.script();
        while let Some(round) = script.next(self.begun(), self.cuts) {
            told(format!("{} operations; {round:?}", self.begun()));
            let before = self.machine.sim.faults().syncs();
            let ended = self.round(&round)?;
            if self.first_round_syncs == 0 {
                self.first_round_syncs = self.machine.sim.faults().syncs() - before;
            }
            self.check_all(&round, &ended)?;
            self.switch_versioning()?;
        }
        if self.plan.workload.rot {
            rot::rot(&mut self.machine, &self.book, self.plan.workload, &mut self.rng)?;
        } else {
            self.settle()?;
        }
        Ok(self.outcome())
    }

    fn begun(&self) -> u64 {
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.tally.operations.values().sum()
    }

    fn open(&mut self) -> Result<(), Violation> {
        self.machine.open().map_err(|error| {
            let what = format!("the server does not start though nothing was wrong: {error}");
            Violation::new("availability", what)
        })
    }

    /// What clients and checkers share on the running server.
    fn ctx(&self, round: Option<&Round>) -> Ctx {
        let server = self.machine.server();
        let excuses = round.map_or(Excuses::default(), |round| Excuses {
            clock: round.clock,
            ..round.weather.excuses()
        });
        Ctx {
            book: self.book.clone(),
            objects: server.objects.clone(),
            local: server.local.clone(),
            platform: server.platform.clone(),
            faults: self.machine.sim.faults(),
            workload: self.plan.workload,
            settings: self.machine.knobs.settings,
            excuses,
            impatient: round.is_some_and(|round| round.impatient),
            pace_us: round.map_or(0, |round| round.pace_us),
        }
    }

    fn violation(&self) -> Result<(), Violation> {
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        book.violation.clone().map_or(Ok(()), Err)
    }

    fn make_buckets(&mut self) -> Result<(), Violation> {
        let ctx = self.ctx(None);
        ctx.book().versioning = self.plan.workload.buckets.to_vec();
        if self.plan.workload.moves_buckets() {
            return Ok(());
        }
        self.machine.sim.block_on(async {
            for (at, versioning) in self.plan.workload.buckets.iter().enumerate() {
                let create = CreateBucket {
                    owner: bucket_owner(),
                    region: None,
                    tags: Vec::new(),
                    documents: Vec::new(),
                };
                let bucket = ctx.objects.create_bucket(&bucket_name(at), create).await;
                let bucket = bucket.map_err(|error| broken("CreateBucket", &error))?;
                set_versioning(&ctx, &bucket, *versioning).await?;
            }
            Ok(())
        })
    }

    /// Clients at work until the round ends.
    fn round(&mut self, round: &Round) -> Result<Ended, Violation> {
        let ctx = self.ctx(Some(round));
        ctx.book().left = round.operations;
        if let End::CutAtSync(sync) = round.end {
            ctx.faults.cut_after_syncs(sync);
        }
        let mut nemesis = self.nemesis(round);
        nemesis.begin();
        let (send, mut receive) = tokio::sync::mpsc::unbounded_channel();
        for _ in 0..round.clients {
            let (ctx, rng, send) = (ctx.clone(), self.rng.fork(), send.clone());
            ctx.platform.clone().spawn(async move {
                client::run(ctx, rng).await;
                // The round may be over.
                let _ = send.send(());
            });
        }
        let limit_us = match round.end {
            End::CutAfter(limit_us) | End::Kill(limit_us) => limit_us.max(1),
            End::Quiet | End::CutAtSync(_) | End::CutIdle => u64::MAX / 2_000,
        };
        let (faults, platform) = (ctx.faults.clone(), ctx.platform.clone());
        self.machine.sim.block_on(async {
            let all = async {
                for _ in 0..round.clients {
                    receive.recv().await;
                }
            };
            let dark = async {
                while !faults.power_lost() {
                    platform.tasks.sleep(TICK).await;
                }
            };
            tokio::select! {
                biased;
                () = all => {}
                () = dark => {}
                () = platform.tasks.sleep(Duration::from_micros(limit_us)) => {}
                () = nemesis.go_on() => {}
            }
        });
        nemesis.end();
        self.shifted_s = nemesis.shifted_s;
        drop((ctx, nemesis));
        self.violation()?;
        self.end(round)
    }

    fn nemesis(&mut self, round: &Round) -> Nemesis {
        let server = self.machine.server();
        Nemesis {
            sim: self.machine.sim.clone(),
            platform: server.platform.clone(),
            faults: self.machine.sim.faults(),
            flushes: self.machine.flush_faults.clone(),
            rng: self.rng.fork(),
            weather: round.weather,
            clock: round.clock,
            shifted_s: self.shifted_s,
            pace_us: round.pace_us,
        }
    }

    /// The round's end, and the server running again in fair weather.
    fn end(&mut self, round: &Round) -> Result<Ended, Violation> {
        let faults = self.machine.sim.faults();
        let lost = faults.power_lost();
        let restarted = match round.end {
            End::Quiet | End::CutAtSync(_) if !lost => false,
            End::Kill(_) if !lost => {
                self.machine.kill();
                self.kills += 1;
                true
            }
            _ => {
                self.machine.cut();
                self.cuts += 1;
                true
            }
        };
        // A full disk is no reason not to start: reads and deletes go on.
        let stays_full = round.weather == Weather::Full && self.rng.chance(1, 2);
        if !stays_full {
            faults.disarm();
        } else {
            faults.set_rates(FaultRates::default());
        }
        if restarted {
            if round.rough_start {
                self.rough_start();
            }
            if self.machine.is_down() {
                self.open()?;
            }
        }
        faults.disarm();
        self.machine.sim.run_for(REST);
        Ok(Ended { restarted })
    }

    /// Starts that are cut off or that the disk disturbs; in the end the server runs or is down.
    fn rough_start(&mut self) {
        let faults = self.machine.sim.faults();
        for _ in 0..ROUGH_STARTS_MAX {
            if self.rng.chance(1, 2) {
                faults.cut_after_syncs(1 + self.rng.below(4));
            } else {
                let rate = self.rng.below(100_000) as u32;
                faults.set_rates(FaultRates {
                    path: "",
                    write_error: rate,
                    short_write: rate,
                    sync_error: rate,
                    read_error: rate,
                    read_flip: 0,
                });
            }
            let opened = self.machine.open().is_ok();
            if opened && self.rng.chance(1, 2) {
                self.machine.sim.run_for(Duration::from_millis(50));
            }
            let lost = faults.power_lost();
            faults.disarm();
            if lost || self.rng.chance(1, 3) {
                self.machine.cut();
                self.cuts += 1;
            } else if opened {
                return;
            }
        }
    }

    /// Looks at everything and asks every checker.
    fn check_all(&mut self, round: &Round, ended: &Ended) -> Result<(), Violation> {
        let ctx = self.ctx(None);
        let eyes = Eyes { deep: round.deep, damaged: false };
        let journal_is_sound = self.no_write_failed();
        let looked = self.machine.sim.block_on(async {
            let looked = look(&ctx, &mut self.rng, eyes).await?;
            if eyes.deep {
                dangling::check_named(&ctx, &looked).await?;
            }
            if journal_is_sound {
                journal::check(&ctx).await?;
            }
            Ok(looked)
        })?;
        survival::check(&ctx.book(), &looked.present)?;
        explain(&ctx, &looked, ended.restarted)?;
        if !self.plan.workload.moves_buckets() {
            resurrection::note(&mut ctx.book(), &looked.present, ended.restarted);
        }
        Ok(())
    }

    fn no_write_failed(&self) -> bool {
        let faults = self.machine.sim.faults();
        let of_writes = [Fault::WriteError, Fault::ShortWrite, Fault::SyncError, Fault::DiskFull];
        of_writes.iter().all(|fault| faults.fired(*fault) == 0)
    }

    /// Versioning changes between rounds: S3 asks its users to wait for that, too.
    fn switch_versioning(&mut self) -> Result<(), Violation> {
        if self.plan.workload.moves_buckets() || self.rng.chance(2, 3) {
            return Ok(());
        }
        let ctx = self.ctx(None);
        let at = self.rng.index(self.plan.workload.buckets.len());
        let now = match ctx.book().versioning[at] {
            // Some buckets never have versioning.
            Versioning::Unversioned if at == 0 => return Ok(()),
            Versioning::Unversioned | Versioning::Suspended => Versioning::Enabled,
            Versioning::Enabled => Versioning::Suspended,
        };
        self.machine.sim.block_on(async {
            let bucket = ctx.objects.bucket(&bucket_name(at)).await;
            let bucket = bucket.map_err(|error| broken("a look at a bucket", &error))?;
            set_versioning(&ctx, &bucket, now).await
        })?;
        ctx.book().versioning[at] = now;
        Ok(())
    }

    /// The end of all: perhaps everything is deleted; then all that is garbage goes.
    fn settle(&mut self) -> Result<(), Violation> {
        let ctx = self.ctx(None);
        if self.plan.ends_empty && !self.plan.workload.moves_buckets() {
            self.machine.sim.block_on(empty(&ctx))?;
        }
        let grace_ms = self.machine.knobs.settings.gc_grace_ms.unsigned_abs();
        self.machine.sim.run_for(Duration::from_millis(grace_ms) + Duration::from_secs(1_000));
        self.machine.sim.block_on(garbage::check_queue(&ctx))?;
        garbage::check_journal(&ctx, &self.machine.knobs.options)?;
        if self.no_write_failed() {
            self.machine.sim.block_on(journal::check(&ctx))?;
        }
        drop(ctx);
        if self.rng.chance(1, 2) {
            self.machine.cut();
            self.cuts += 1;
        } else {
            self.machine.kill();
            self.kills += 1;
        }
        self.open()?;
        let ctx = self.ctx(None);
        self.machine.sim.run_for(REST);
        let eyes = Eyes { deep: true, damaged: false };
        let looked = self.machine.sim.block_on(async {
            let looked = look(&ctx, &mut self.rng, eyes).await?;
            dangling::check_named(&ctx, &looked).await?;
            dangling::check_unnamed(&ctx, &looked).await?;
            Ok(looked)
        })?;
        if !self.plan.ends_empty {
            survival::check(&ctx.book(), &looked.present)?;
            explain(&ctx, &looked, true)?;
        }
        self.violation()
    }

    fn outcome(&self) -> Outcome {
        let faults = self.machine.sim.faults();
        let mut fired: BTreeMap<&'static str, u64> =
            Fault::ALL.iter().map(|fault| (fault_name(*fault), faults.fired(*fault))).collect();
        let flushes = self.machine.flush_faults.fired.load(Ordering::Relaxed);
        fired.insert("index flush error", flushes);
        let book = self.book.lock().unwrap_or_else(PoisonError::into_inner);
        Outcome {
            tally: book.tally.clone(),
            faults: fired,
            cuts: self.cuts,
            kills: self.kills,
            first_round_syncs: self.first_round_syncs,
            fingerprint: self.machine.sim.fingerprint(),
        }
    }
}

fn fault_name(fault: Fault) -> &'static str {
    match fault {
        Fault::PowerLost => "power lost at a sync",
        Fault::WriteError => "write error",
        Fault::ShortWrite => "short write",
        Fault::SyncError => "sync error",
        Fault::DiskFull => "disk full",
        Fault::ReadError => "read error",
        Fault::BitFlip => "bit flipped at rest",
        Fault::ReadFlip => "bit flipped on a read",
        Fault::SectorLost => "sector lost at a cut",
        Fault::SectorKept => "sector kept at a cut",
        Fault::Torn => "file torn at a cut",
        Fault::EntryLost => "directory entry lost at a cut",
    }
}

fn broken(what: &str, error: &larder_objects::Error) -> Violation {
    Violation::new("availability", format!("{what} failed though nothing was wrong: {error}"))
}

async fn set_versioning(
    ctx: &Ctx,
    bucket: &larder_objects::Bucket,
    versioning: Versioning,
) -> Result<(), Violation> {
    let enabled = match versioning {
        Versioning::Unversioned => return Ok(()),
        Versioning::Enabled => true,
        Versioning::Suspended => false,
    };
    let set = ctx.objects.put_versioning(bucket, enabled).await;
    set.map_err(|error| broken("PutBucketVersioning", &error))
}

/// Every key's history must have an order that explains it, up to what the look found.
fn explain(ctx: &Ctx, looked: &Look, restarted: bool) -> Result<(), Violation> {
    let mut book = ctx.book();
    let book = &mut *book;
    for (place, history) in &mut book.keys {
        let spec = keys::Key(book.versioning[place.bucket]);
        match search(&spec, &history.state, &history.events()) {
            Search::Explained(_) => book.tally.decided += 1,
            Search::Undecided => book.tally.undecided += 1,
            Search::Impossible(what) => {
                let what = format!("{place:?} ({:?}): {what}", book.versioning[place.bucket]);
                return Err(Violation::new("keys linearize", what));
            }
        }
        history.begin_anew(looked.keys.get(place).cloned().unwrap_or_default(), restarted);
    }
    for (name, history) in &mut book.names {
        let events = history.events();
        let state = match search(&buckets::Name, &history.state, &events) {
            Search::Explained(state) => {
                book.tally.decided += 1;
                state
            }
            Search::Undecided => {
                book.tally.undecided += 1;
                // What was looked at last is how it stands.
                let looked = events.iter().rev().find_map(|event| match &event.outcome {
                    Some(buckets::BucketOutcome::Looked(standing)) => Some(standing.clone()),
                    _ => None,
                });
                looked.unwrap_or_else(|| history.state.clone())
            }
            Search::Impossible(what) => {
                return Err(Violation::new("buckets linearize", format!("bucket {name}: {what}")));
            }
        };
        history.begin_anew(state, restarted);
    }
    Ok(())
}

/// Deletes every version and aborts every upload.
async fn empty(ctx: &Ctx) -> Result<(), Violation> {
    for at in 0..ctx.workload.buckets.len() {
        let bucket = ctx.objects.bucket(&bucket_name(at)).await;
        let bucket = bucket.map_err(|error| broken("a look at a bucket", &error))?;
        loop {
            let list = ListVersions { max_keys: 1000, ..ListVersions::default() };
            let page = ctx.objects.list_versions(&bucket, list).await;
            let page = page.map_err(|error| broken("ListObjectVersions", &error))?;
            if page.entries.is_empty() {
                break;
            }
            let entries: Vec<_> = page
                .entries
                .iter()
                .map(|entry| {
                    let key = larder_types::ObjectKey::new(entry.key).expect("a key it took");
                    let conditions = DeleteConditions::default();
                    let version = Some(entry.version);
                    (key, DeleteObject { owner: bucket_owner(), version, conditions })
                })
                .collect();
            for deleted in
                ctx.objects.writer(&causes::DELETE).delete_many(&bucket, &entries).await.results
            {
                deleted.map_err(|error| broken("DeleteObjects", &error))?;
            }
        }
        let list = ListUploads { max_uploads: 1000, ..ListUploads::default() };
        let page = ctx.objects.list_uploads(&bucket, list).await;
        let page = page.map_err(|error| broken("ListMultipartUploads", &error))?;
        for upload in page.uploads {
            let place = (0..ctx.workload.keys).find(|k| client::key_text(*k) == upload.key);
            let key = object_key(place.expect("a key of the workload"));
            let aborted = ctx.objects.abort_upload(&bucket, &key, upload.upload_id).await;
            aborted.map_err(|error| broken("AbortMultipartUpload", &error))?;
        }
    }
    Ok(())
}
