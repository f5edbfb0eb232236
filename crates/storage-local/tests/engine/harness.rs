//! An engine on the simulated machine beside the model, through reboots and power cuts.

use bytes::Bytes;
use larder_platform::sim::Simulation;
use larder_storage::model::Model;
use larder_storage::{
    Batch, MetaStore, Receipt, RowKey, RowKind, RowView, Scan, SpaceId, Step, Visitor,
};
use larder_storage_local::index::{MemoryIndex, MemoryTables};
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
        let mut harness = Self {
            sim: Simulation::new(seed),
            tables: MemoryTables::default(),
            local: None,
            model: Model::with_payload_bytes_max(128 << 10),
        };
        harness.open();
        harness
    }

    pub fn try_open(&mut self) -> Result<(), OpenError> {
        let tables = self.tables.clone();
        let local = Local::open(self.sim.platform(), options(), |_| {
            Ok(Arc::new(MemoryIndex::new(tables)))
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
        for (index, batch) in batches.iter().cloned().enumerate() {
            let (local, results) = (local.clone(), results.clone());
            platform.spawn(async move {
                let outcome = local.commit(batch).await;
                let at = outcome.as_ref().map_or(0, |Receipt { at }| at.0);
                results.lock().unwrap().push((index, outcome.is_ok(), at));
            });
        }
        let done = results.clone();
        let count = batches.len();
        let faults = sim.faults();
        let ticker = platform.clone();
        sim.block_on(async move {
            // After a cut nothing answers any more.
            while done.lock().unwrap().len() < count && !faults.power_lost() {
                ticker.tasks.sleep(std::time::Duration::from_micros(50)).await;
            }
        });
        let mut acked: Vec<_> = results.lock().unwrap().clone();
        acked.retain(|(_, acked, _)| *acked);
        acked.sort_by_key(|(_, _, at)| *at);
        for (index, ..) in &acked {
            // Moments are the engine's own: the model takes the outcome, not the checks.
            let batch = Batch { checks: Vec::new(), ..batches[*index].clone() };
            self.sim.block_on(self.model.commit(batch)).expect("the model takes what was taken");
        }
        let unknown = batches.into_iter().enumerate();
        let unknown = unknown.filter(|(index, _)| !acked.iter().any(|(acked, ..)| acked == index));
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
        assert_eq!(self.dump(), expected, "the engine holds what was acknowledged");
    }

    /// Asserts that the engine holds what the model holds, and of `unknown` each commit wholly or
    /// not at all; takes over into the model what it holds.
    pub fn settle(&mut self, unknown: &[Batch]) {
        let found = self.dump();
        for choice in 0..1u32 << unknown.len() {
            let chosen = unknown.iter().enumerate().filter(|(i, _)| choice & (1 << i) != 0);
            for order in orders(chosen.map(|(_, batch)| batch.clone()).collect()) {
                let model = copy(&self.sim, &self.model);
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
        assert_eq!(found, expected, "acknowledged commits, and {} unknown ones", unknown.len());
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
