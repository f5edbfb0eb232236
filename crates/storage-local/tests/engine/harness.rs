//! An engine on the simulated machine beside the model, through reboots and power cuts.

use bytes::Bytes;
use larder_platform::sim::Simulation;
use larder_storage::model::Model;
use larder_storage::{
    Batch, CommitError, MetaStore, Receipt, RowKey, RowKind, RowView, Scan, SpaceId, Step, Visitor,
};
use larder_storage_local::index::{CachedIndex, MemoryIndex, MemoryTables};
use larder_storage_local::{Local, OpenError, Options};
use std::sync::Arc;

/// The spaces that tests write to.
pub const SPACES: [SpaceId; 2] = [SpaceId(1), SpaceId(2)];
/// The kinds that tests write.
pub const KINDS: [RowKind; 3] = [RowKind::Head, RowKind::Version, RowKind::Gc];

/// A row with its value and payload.
pub type DumpRow = (RowKey, Bytes, Option<Bytes>);

pub struct Harness {
    pub sim: Simulation,
    pub tables: MemoryTables,
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
            self.last_round = (copy(&self.sim, &self.model), batches.collect());
        }
        for (index, ..) in &acked {
            // Moments are the engine's own: the model takes the outcome, not the checks.
            let batch = Batch { checks: Vec::new(), ..batches[*index].clone() };
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
            for (key, ..) in local.queue(RowKind::Gc, Bytes::new(), 10_000).await.expect("a queue")
            {
                rows.push(read(&local, key).await);
            }
            rows.sort();
            rows
        })
    }

    /// Asserts that the engine holds what the model holds.
    pub fn assert_same(&self) {
        let mut expected = self.model.dump();
        expected.sort();
        differ(&self.dump(), &expected, "nothing was in doubt");
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
                let model = copy(&self.sim, &self.last_round.0);
                let taken = order.into_iter().all(|mut batch| {
                    batch.checks.clear();
                    self.sim.block_on(model.commit(batch)).is_ok()
                });
                let mut expected = model.dump();
                expected.sort();
                if taken && expected == found {
                    self.model = model;
                    return;
                }
            }
        }
        let mut expected = self.model.dump();
        expected.sort();
        differ(&found, &expected, &format!("in doubt: {unknown:?}"));
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

fn copy(sim: &Simulation, model: &Model) -> Model {
    let copy = Model::with_payload_bytes_max(128 << 10);
    for (row, value, payload) in model.dump() {
        let puts = vec![larder_storage::Put { row, value, payload, replaces: None }];
        sim.block_on(copy.commit(Batch { puts, ..Batch::default() })).expect("no checks");
    }
    copy
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
