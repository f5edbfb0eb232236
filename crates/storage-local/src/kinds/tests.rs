//! A directory that a newer version wrote is refused by a start, whether the row is in the journal
//! only or in the index too, and nothing of it changes.

use super::refuse_unknown;
use crate::index::{Index, IndexChange, MemoryIndex, MemoryTables};
use crate::{Local, OpenError, Options};
use larder_platform::sim::Simulation;
use larder_storage::{Moment, RowKind};
use std::sync::Arc;

/// A code that stays free for long.
const UNKNOWN: u8 = 200;

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
    let written = local.shared.write_internal(vec![(key, vec![1])], Vec::new());
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
fn a_kind_of_a_newer_version_is_refused_by_a_start() {
    let (sim, tables) = (Simulation::new(1), MemoryTables::default());
    written(&sim, &tables, UNKNOWN);
    for attempt in ["the first start", "the second start"] {
        assert_refused(open(&sim, &tables).map(drop), attempt);
    }
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
