//! An engine on the simulated machine beside the model, through reboots and power cuts.

use bytes::Bytes;
use larder_maintenance::{Copied, CopyParts, Indexes, Repaired, check, copy_stopped, repair};
use larder_platform::sim::Simulation;
use larder_storage::model::Model;
use larder_storage::{
    Batch, BlobRef, CommitError, CreateHints, Delete, MetaStore, OverflowRef, QueuePlace, Receipt,
    RowKey, RowKind, RowReferences, RowSchema, RowView, Scan, SpaceId, Step, Visitor,
};
use larder_storage_local::index::{CachedIndex, GapOptions, Index, MemoryIndex, MemoryTables};
use larder_storage_local::{Finding, Local, OpenError, Options, Severity};
use std::cell::RefCell;
use std::path::Path;
use std::sync::Arc;

/// What the engine is told of blobs whose objects do not matter.
pub(crate) const HINTS: CreateHints =
    CreateHints { space: SpaceId(5), storage_class: "STANDARD", bytes: None };

/// The spaces that tests write to.
pub const SPACES: [SpaceId; 2] = [SpaceId(1), SpaceId(2)];
/// The kinds that tests write.
pub const KINDS: [RowKind; 3] = [RowKind::Head, RowKind::Version, RowKind::Gc];

/// A row with its value and payload.
pub type DumpRow = (RowKey, Bytes, Option<Bytes>);

pub struct Harness {
    pub sim: Simulation,
    pub tables: MemoryTables,
    /// The tables of a copy.
    copied: MemoryTables,
    /// The tables were thrown away.
    index_lost: bool,
    pub local: Option<Local>,
    /// What must be there: every acknowledged commit.
    pub model: Model,
    /// The model before the last round of commits, and what was acknowledged in it.
    last_round: (Model, Vec<Batch>),
}

pub fn options() -> Options {
    let mut options = Options::new("/data");
    // Small, so that short runs seal, flush, roll and collect.
    options.memtable_bytes = 4 << 10;
    options.checkpoint_bytes = Some(64 << 10);
    options.segment_bytes_max = 1 << 20;
    options.garbage_bytes_min = 64 << 10;
    options.closed_spaces_max = 8;
    // So that a few removed rows are jumped over, and what is known of them is forgotten again.
    options.gaps = GapOptions { bytes_max: 2 << 10, entries_min: 2, slow_ns: 0 };
    options
}

impl Harness {
    pub fn new(seed: u64) -> Self {
        let mut harness = Self::unopened(seed);
        harness.open();
        harness
    }

    pub fn unopened(seed: u64) -> Self {
        let model = || Model::with_payload_bytes_max(128 << 10);
        Self {
            sim: Simulation::new(seed),
            tables: MemoryTables::default(),
            copied: MemoryTables::default(),
            index_lost: false,
            local: None,
            model: model(),
            last_round: (model(), Vec::new()),
        }
    }

    pub fn try_open(&mut self) -> Result<(), OpenError> {
        let tables = self.tables.clone();
        let local = Local::open(self.sim.platform(), options(), |_| {
            let index = Arc::new(MemoryIndex::new(tables));
            // Small, so that rows come and go.
            Ok(Arc::new(CachedIndex::new(index, 64 << 10)))
        })?;
        self.local = Some(local);
        Ok(())
    }

    pub fn open(&mut self) {
        self.try_open().expect("the directory opens without any manual step");
    }

    pub fn local(&self) -> Local {
        self.local.clone().expect("the engine is open")
    }

    /// An end as an operator makes it.
    pub fn stop(&mut self) {
        self.local = None;
        self.sim.run_until_idle();
        self.sim.reboot();
    }

    /// Segments that gc freed since the engine was opened.
    pub fn segments_freed(&self) -> u64 {
        let local = self.local();
        local.counters().segments_freed.load(std::sync::atomic::Ordering::Relaxed)
    }

    pub fn throw_index_away(&mut self) {
        self.tables = MemoryTables::default();
        self.index_lost = true;
    }

    /// What a check of the closed directory calls damage.
    pub fn check(&self) -> Vec<String> {
        self.check_at("/data").expect("the directory can be read")
    }

    /// What a check calls damage in a directory with this index, or why it cannot look.
    pub fn check_at(&self, directory: &str) -> Result<Vec<String>, String> {
        let damages = self.damages_at(directory)?;
        Ok(damages.iter().map(Finding::to_string).collect())
    }

    /// What a check of the closed directory calls damage, taken apart.
    pub fn damages(&self) -> Vec<Finding> {
        self.damages_at("/data").expect("the directory can be read")
    }

    fn damages_at(&self, directory: &str) -> Result<Vec<Finding>, String> {
        let findings = RefCell::new(Vec::new());
        let tables = match directory {
            "/data" => self.tables.clone(),
            _ => self.copied.clone(),
        };
        let open = |_: &Path| Ok(Arc::new(MemoryIndex::new(tables)) as Arc<dyn Index>);
        let checked =
            check(&self.sim.platform(), Path::new(directory), open, &mut Plain, &mut |finding| {
                // The usage of these tests is arbitrary: rows do not add up to it.
                if finding.severity == Severity::Damage && !finding.what.starts_with("space ") {
                    findings.borrow_mut().push(finding);
                }
            });
        checked.map(|_| findings.into_inner()).map_err(|error| error.to_string())
    }

    /// Copies the closed directory.
    pub fn copy(&self, to: &str) -> Result<Copied, OpenError> {
        let tables = self.copied.clone();
        let open = || Arc::new(MemoryIndex::new(tables.clone())) as Arc<dyn Index>;
        let parts = CopyParts {
            indexes: Indexes { old: &|_| None, new: &|_| Ok(open()) },
            verified: &|_| Ok(open()),
            schema: &mut Plain,
            pace: &mut |_| {},
            report: &mut |_| {},
        };
        let to = Options { directory: to.into(), ..options() };
        copy_stopped(&self.sim.platform(), Path::new("/data"), &to, parts)
    }

    pub fn close_and_check(&mut self) -> Vec<String> {
        self.stop();
        self.check()
    }

    pub fn try_repair(&mut self) -> Result<Repaired, OpenError> {
        let (old, new) = (self.tables.clone(), MemoryTables::default());
        let kept = (!self.index_lost).then_some(old);
        let indexes = Indexes {
            old: &|_| Some(Arc::new(MemoryIndex::new(kept.clone()?)) as Arc<dyn Index>),
            new: &|_| Ok(Arc::new(MemoryIndex::new(new.clone())) as Arc<dyn Index>),
        };
        let platform = self.sim.platform();
        let repaired = repair(&platform, &options(), &indexes, &mut Plain, &mut |_| {})?;
        self.tables = new;
        self.index_lost = false;
        Ok(repaired)
    }

    pub fn repair(&mut self) -> Repaired {
        self.try_repair().expect("a repair")
    }

    /// Asserts that the engine holds what the model holds but for at most so many rows, and
    /// nothing else; takes over into the model what it holds.
    pub fn assert_lacks(&mut self, most: usize, note: &str) {
        let (found, expected) = (self.dump(), self.expected());
        let strange: Vec<_> = found.iter().filter(|row| !expected.contains(row)).collect();
        assert!(strange.is_empty(), "only what was acknowledged: {:?}; {note}", strange.len());
        let lacking = expected.len() - found.len();
        assert!(lacking <= most, "{lacking} rows are missing and {most} may be; {note}");
        for (row, ..) in self.model.dump() {
            if !found.iter().any(|(there, ..)| *there == without_number(row.clone())) {
                let deletes = vec![Delete { row, replaces: None }];
                let batch = Batch { deletes, ..Batch::default() };
                self.sim.block_on(self.model.commit(batch)).expect("no checks");
            }
        }
    }

    /// A kill of the process: what was written stays.
    pub fn reboot(&mut self) {
        self.sim.reboot();
        self.local = None;
        self.open();
    }

    pub fn power_cut(&mut self) {
        self.sim.power_cut();
        self.local = None;
        self.open();
    }

    /// Commits all batches at once and applies to the model what was acknowledged. What was not
    /// is returned: nobody knows about those.
    pub fn commit(&mut self, batches: Vec<Batch>) -> Vec<Batch> {
        let local = self.local();
        let sim = self.sim.clone();
        let platform = sim.platform();
        let results: Arc<std::sync::Mutex<Vec<(usize, bool, u64)>>> = Arc::default();
        let refused: Arc<std::sync::Mutex<Vec<usize>>> = Arc::default();
        for (index, batch) in batches.iter().cloned().enumerate() {
            let (local, results) = (local.clone(), results.clone());
            let refused = refused.clone();
            platform.spawn(async move {
                let outcome = local.commit(batch).await;
                // gc moved a row between its read and the commit: the caller would read again.
                if matches!(outcome, Err(CommitError::CheckFailed(_) | CommitError::Stale)) {
                    refused.lock().expect("no panic while locked").push(index);
                }
                let at = outcome.as_ref().map_or(0, |Receipt { at }| at.0);
                results.lock().expect("no panic while locked").push((index, outcome.is_ok(), at));
            });
        }
        let done = results.clone();
        let count = batches.len();
        let faults = sim.faults();
        let ticker = platform.clone();
        sim.block_on(async move {
            // After a cut nothing answers any more.
            while done.lock().expect("no panic while locked").len() < count && !faults.power_lost()
            {
                ticker.tasks.sleep(std::time::Duration::from_micros(50)).await;
            }
        });
        let mut acked: Vec<_> = results.lock().expect("no panic while locked").clone();
        acked.retain(|(_, acked, _)| *acked);
        acked.sort_by_key(|(_, _, at)| *at);
        if acked.len() < batches.len() {
            let batches = acked.iter().map(|(index, ..)| batches[*index].clone());
            self.last_round = (self.model.fork(), batches.collect());
        }
        for (index, ..) in &acked {
            // Moments are the engine's own: the model takes the outcome, not the checks.
            let batch = Batch { checks: Vec::new(), adopts: Vec::new(), ..batches[*index].clone() };
            let batch = in_model(&self.model, batch);
            self.sim.block_on(self.model.commit(batch)).expect("the model takes what was taken");
        }
        let unknown = batches.into_iter().enumerate();
        let refused = refused.lock().expect("no panic while locked").clone();
        let unknown = unknown.filter(|(index, _)| {
            !refused.contains(index) && !acked.iter().any(|(acked, ..)| acked == index)
        });
        unknown.map(|(_, batch)| batch).collect()
    }

    /// Every row of the engine as the model shows its own.
    pub fn dump(&self) -> Vec<DumpRow> {
        let local = self.local();
        self.sim.block_on(async move {
            let mut rows = Vec::new();
            for space in SPACES {
                let kinds = [RowKind::Head, RowKind::Version];
                let scan = Scan::prefix(space, &kinds, Bytes::new());
                let keys = local.scan(scan, Keys(space, Vec::new())).await.expect("a scan").0.1;
                for key in keys {
                    rows.push(read(&local, key).await);
                }
            }
            for partition in local.partitions().await.expect("the partitions") {
                let queue = local.queue(partition, RowKind::Gc, QueuePlace::START, 10_000);
                for queued in queue.await.expect("a queue") {
                    let (row, value, payload) = read(&local, queued.row).await;
                    rows.push((without_number(row), value, payload));
                }
            }
            rows.sort();
            rows
        })
    }

    /// Every row that the engine must hold, as [`Harness::dump`] shows it.
    fn expected(&self) -> Vec<DumpRow> {
        expected(&self.model)
    }

    /// Asserts that the engine shows what the model shows in this scan.
    pub fn assert_same_scan(&self, scan: &Scan) {
        let rows = Rows { space: scan.space, from: scan.from.clone(), rows: Vec::new() };
        let (mine, theirs) = (self.local(), self.model.clone());
        let found = self.sim.block_on(mine.scan(scan.clone(), rows.clone())).expect("a scan");
        let expected = self.sim.block_on(theirs.scan(scan.clone(), rows)).expect("a scan");
        assert_eq!(found.0.rows, expected.0.rows, "{scan:?}");
    }

    /// Asserts that the engine holds what the model holds.
    pub fn assert_same(&self) {
        differ(&self.dump(), &self.expected(), "nothing was in doubt");
    }

    /// Asserts that the engine holds what the model holds, and of `unknown` each commit wholly or
    /// not at all; takes over into the model what it holds.
    pub fn settle(&mut self, unknown: &[Batch]) {
        if unknown.is_empty() {
            return self.assert_same();
        }
        let found = self.dump();
        for choice in 0..1u32 << unknown.len() {
            let chosen = unknown.iter().enumerate().filter(|(i, _)| choice & (1 << i) != 0);
            let chosen = chosen.map(|(_, batch)| batch.clone());
            // One in doubt may have happened before one that was acknowledged.
            for order in orders(chosen.chain(self.last_round.1.iter().cloned()).collect()) {
                let model = self.last_round.0.fork();
                let taken = order.into_iter().all(|mut batch| {
                    batch.checks.clear();
                    self.sim.block_on(model.commit(in_model(&model, batch))).is_ok()
                });
                if taken && expected(&model) == found {
                    self.model = model;
                    return;
                }
            }
        }
        differ(&found, &self.expected(), &format!("in doubt: {unknown:?}"));
    }
}

/// Panics with the rows that one side has and the other has not.
fn differ(found: &[DumpRow], expected: &[DumpRow], doubt: &str) {
    let only = |one: &[DumpRow], other: &[DumpRow]| -> Vec<String> {
        let missing = one.iter().filter(|row| !other.contains(row));
        let show = |(key, value, payload): &DumpRow| {
            let key = (key.space.0, key.kind, key.key.clone(), key.suffix.clone());
            format!("{key:?} = {value:?}, {} payload bytes", payload.as_ref().map_or(0, Bytes::len))
        };
        missing.map(show).collect()
    };
    if found != expected {
        let (more, less) = (only(found, expected), only(expected, found));
        panic!("the engine holds {more:#?} that is not expected and lacks {less:#?}; {doubt}");
    }
}

/// Every order of a few commits: those that raced may have happened in any.
fn orders(batches: Vec<Batch>) -> Vec<Vec<Batch>> {
    if batches.len() <= 1 {
        return vec![batches];
    }
    let mut all = Vec::new();
    for first in 0..batches.len() {
        let mut rest = batches.clone();
        let head = rest.remove(first);
        for mut tail in orders(rest) {
            tail.insert(0, head.clone());
            all.push(tail);
        }
    }
    all
}

fn expected(model: &Model) -> Vec<DumpRow> {
    let rows = model.dump().into_iter();
    let mut rows: Vec<_> = rows.map(|(row, v, p)| (without_number(row), v, p)).collect();
    rows.sort();
    rows
}

/// A queue's row without the number that engine and model give each in their own way: these tests
/// tell the rows of a key apart by their time.
fn without_number(mut row: RowKey) -> RowKey {
    if row.kind.is_queue() {
        let place = QueuePlace::decode(&row.suffix).expect("a place");
        row.suffix = QueuePlace { number: 0, ..place }.encode();
    }
    row
}

/// The batch with the model's addresses of the rows that it takes from queues.
fn in_model(model: &Model, mut batch: Batch) -> Batch {
    for delete in batch.deletes.iter_mut().filter(|delete| delete.row.kind.is_queue()) {
        let wanted = without_number(delete.row.clone());
        let mut rows = model.dump().into_iter().map(|(row, ..)| row);
        if let Some(row) = rows.find(|row| without_number(row.clone()) == wanted) {
            delete.row = row;
        }
    }
    batch
}

async fn read(local: &Local, key: RowKey) -> DumpRow {
    let row = local.get(&key).await.expect("a read").row.expect("a scanned row");
    let payload = local.payload(&key, &row).await.expect("an intact payload");
    assert_eq!(payload.is_some(), row.payload.is_some(), "a row has its payload");
    (key, row.value, payload)
}

struct Keys(SpaceId, Vec<RowKey>);

impl Visitor for Keys {
    fn visit(&mut self, row: RowView<'_>) -> Step {
        let key = RowKey::new(self.0, row.kind, row.key.to_vec());
        self.1.push(key.with_suffix(row.suffix.to_vec()));
        Step::Next
    }
}

/// Collects rows; from a key that equals where the scan began it seeks the next key.
#[derive(Clone)]
struct Rows {
    space: SpaceId,
    from: Bytes,
    rows: Vec<(RowKey, Vec<u8>)>,
}

impl Visitor for Rows {
    fn visit(&mut self, row: RowView<'_>) -> Step {
        let key = RowKey::new(self.space, row.kind, row.key.to_vec());
        self.rows.push((key.with_suffix(row.suffix.to_vec()), row.value.to_vec()));
        if row.key == self.from { Step::Seek([row.key, &[0]].concat().into()) } else { Step::Next }
    }
}

/// Rows that mean nothing, but that `rest 7` refers to an Overflow row of its key, which has to be
/// `7`.
struct Plain;

impl RowSchema for Plain {
    fn read(&mut self, row: &RowKey, value: &[u8]) -> Result<RowReferences, String> {
        let number = |text: &[u8]| std::str::from_utf8(text).ok()?.parse().ok();
        let mut references = RowReferences::default();
        if row.kind == RowKind::Overflow {
            references.generation = number(value);
        }
        if let Some(generation) = value.strip_prefix(b"rest ").and_then(number) {
            let row = RowKey::new(row.space, RowKind::Overflow, row.key.clone());
            references.overflow = Some(OverflowRef { row, generation });
        }
        Ok(references)
    }

    fn name(&self, row: &RowKey) -> String {
        format!("{row:?}")
    }

    fn listed(&self, _: &[u8]) -> Result<Vec<BlobRef>, String> {
        Ok(Vec::new())
    }
}
