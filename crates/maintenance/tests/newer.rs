//! A directory in which a newer version wrote rows of a kind of its own is refused by everything
//! that maintains it, as by a start.

use larder_maintenance::{CopyParts, Indexes, check, copy_stopped, repair};
use larder_platform::sim::Simulation;
use larder_storage::SpaceId;
use larder_storage::{Batch, BlobRef, MetaStore, Put, RowKey, RowKind, RowReferences, RowSchema};
use larder_storage_local::index::{Index, MemoryIndex, MemoryTables};
use larder_storage_local::offline::{Addition, AppendAt, Appender, Layout, Link, Stretch, survey};
use larder_storage_local::{Local, OpenError, Options};
use std::path::Path;
use std::sync::Arc;

/// A code that stays free for long.
const UNKNOWN: u8 = 200;

struct Plain;

impl RowSchema for Plain {
    fn read(&mut self, _: &RowKey, _: &[u8]) -> Result<RowReferences, String> {
        Ok(RowReferences::default())
    }

    fn name(&self, row: &RowKey) -> String {
        format!("{row:?}")
    }

    fn listed(&self, _: &[u8]) -> Result<Vec<BlobRef>, String> {
        Ok(Vec::new())
    }
}

fn options() -> Options {
    Options { segment_bytes_max: 1 << 20, ..Options::new("/data") }
}

fn index(tables: &MemoryTables) -> Arc<dyn Index> {
    Arc::new(MemoryIndex::new(tables.clone()))
}

fn open(sim: &Simulation, tables: &MemoryTables) -> Result<Local, OpenError> {
    Local::open(sim.platform(), options(), |_| Ok(index(tables)))
}

/// A store with one row of a known kind.
fn written(sim: &Simulation, tables: &MemoryTables) {
    let local = open(sim, tables).expect("an empty directory opens");
    let row = RowKey::new(SpaceId(1), RowKind::BucketDocument, "key");
    let put = Put { row, value: vec![1].into(), payload: None, replaces: None };
    let batch = Batch { puts: vec![put], ..Batch::default() };
    sim.block_on(local.commit(batch)).expect("a commit");
    drop(local);
    sim.run_until_idle();
    sim.reboot();
}

/// Writes a row of the unknown kind behind the journal, as a newer version would.
fn write_unknown(sim: &Simulation) {
    let (platform, layout) = (sim.platform(), Layout::new(Path::new("/data")));
    let found = survey(&platform, &layout, &mut |finding| panic!("{finding}")).expect("a journal");
    let (sequence, newest) = found.used.last_key_value().expect("a segment");
    let mut reader = newest.read(&platform, &layout).expect("its file");
    while !matches!(reader.next_stretch().expect("it is read"), Stretch::End(_)) {}
    let at = AppendAt {
        next_slot: found.next_slot,
        bytes_last: found.bytes_last,
        segment_bytes_max: options().segment_bytes_max,
        link: Some(Link { segment: *sequence, end: reader.offset() }),
        last_segment: *sequence,
        next_batch: reader.sequence(),
        moment: 1 << 20,
    };
    let unused = index(&MemoryTables::default());
    let mut appender = Appender::new(&platform, &layout, &*unused, &at).expect("it goes on");
    let key = [&[UNKNOWN][..], &[0; 8], b"key", &[0, 1]].concat();
    appender.add(Addition::Put { key, value: vec![1] }).expect("an addition");
    appender.finish().expect("a batch");
}

fn assert_refused(result: Result<(), OpenError>, who: &str) {
    let text = result.expect_err(who).to_string();
    assert!(text.contains("rows of kind 200") && text.contains("newer version"), "{who}: {text}");
    assert!(!text.contains('\n'), "one line: {text}");
}

#[test]
fn a_kind_of_a_newer_version_is_refused_by_check_repair_and_copy() {
    let (sim, tables) = (Simulation::new(1), MemoryTables::default());
    written(&sim, &tables);
    open(&sim, &tables).map(drop).expect("without the row it opens");
    sim.run_until_idle();
    sim.reboot();
    write_unknown(&sim);
    assert_refused(open(&sim, &tables).map(drop), "a start");
    let (platform, directory) = (sim.platform(), Path::new("/data"));
    let mut findings = Vec::new();
    let opened = |_: &Path| Ok(index(&tables));
    let mut say = |finding| findings.push(finding);
    let checked = check(&platform, directory, opened, &mut Plain, &mut say);
    assert_refused(checked.map(drop), "check");

    let rebuilt = MemoryTables::default();
    let new = |_: &Path| Ok(index(&rebuilt));
    let indexes = Indexes { old: &|_| Some(index(&tables)), new: &new };
    let repaired = repair(&platform, &options(), &indexes, &mut Plain, &mut |_| {});
    assert_refused(repaired.map(drop), "repair");

    let copied = MemoryTables::default();
    let copy_index = |_: &Path| Ok(index(&copied));
    let parts = CopyParts {
        indexes: Indexes { old: &|_| None, new: &copy_index },
        verified: &|_| Ok(index(&copied)),
        schema: &mut Plain,
        pace: &mut |_| {},
        report: &mut |_| {},
    };
    let to = Options { directory: "/copy".into(), ..options() };
    assert_refused(copy_stopped(&platform, directory, &to, parts).map(drop), "copy");
    assert_refused(open(&sim, &tables).map(drop), "a start after all of them");
}
