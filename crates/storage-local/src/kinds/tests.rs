//! A directory that a newer version wrote is refused by everything that opens it, whether the row
//! is in the journal only or in the index too, and nothing of it changes.

use super::refuse_unknown;
use crate::engine::write_internal;
use crate::index::{Index, IndexChange, MemoryIndex, MemoryTables};
use crate::maintenance::{CopyParts, Indexes, check, copy_stopped, repair};
use crate::{Local, OpenError, Options};
use larder_platform::sim::Simulation;
use larder_storage::{Moment, RowKey, RowKind, RowReferences, RowSchema};
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

    fn listed(&self, _: &[u8]) -> Result<Vec<larder_storage::BlobRef>, String> {
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

/// Opens a store, writes a row with that first byte and ends.
fn written(sim: &Simulation, tables: &MemoryTables, kind: u8) {
    let local = open(sim, tables).expect("an empty directory opens");
    let key = [&[kind][..], &[0; 8], b"key", &[0, 1]].concat();
    let written = write_internal(&local.shared, vec![(key, vec![1])], Vec::new());
    sim.block_on(written).expect("a commit");
    drop(local);
    sim.run_until_idle();
    sim.reboot();
}

fn assert_refused(result: Result<(), OpenError>, who: &str) {
    let text = result.expect_err(who).to_string();
    assert!(text.contains("rows of kind 200") && text.contains("newer version"), "{who}: {text}");
    assert!(!text.contains('\n'), "one line: {text}");
}

#[test]
fn a_kind_of_a_newer_version_is_refused_by_start_check_repair_and_copy() {
    let (sim, tables) = (Simulation::new(1), MemoryTables::default());
    written(&sim, &tables, UNKNOWN);
    for attempt in ["the first start", "the second start"] {
        assert_refused(open(&sim, &tables).map(drop), attempt);
    }
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

#[test]
fn every_known_kind_passes_and_every_other_is_found() {
    for code in 0..=u8::MAX {
        let tables = MemoryTables::default();
        let one = index(&tables);
        let key = vec![code, 0, 0, 1];
        one.apply(vec![IndexChange { key, value: Some(vec![1]), at: Moment(1) }]);
        let known = code == 0 || RowKind::from_code(code).is_some();
        assert_eq!(refuse_unknown(&*one).is_ok(), known, "kind {code}");
    }
}

#[test]
fn a_known_kind_opens_again() {
    let (sim, tables) = (Simulation::new(2), MemoryTables::default());
    written(&sim, &tables, RowKind::BucketDocument as u8);
    assert!(open(&sim, &tables).is_ok());
}
