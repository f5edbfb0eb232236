//! Check and repair: an index thrown away, and bits flipped anywhere.

use crate::harness::{HINTS, Harness, SPACES};
use bytes::Bytes;
use larder_platform::OpenMode;
use larder_storage::{
    Batch, BlobRef, BlobStore, BlobWriter, Check, Delete, MetaStore, Put, RowKey, RowKind,
};
use std::path::{Path, PathBuf};

fn put(key: &str, value: String, payload: usize) -> Batch {
    let row = RowKey::new(SPACES[0], RowKind::Head, key.to_owned());
    let payload = (payload > 0).then(|| Bytes::from(vec![value.len() as u8; payload]));
    let puts = vec![Put { row, value: value.into(), payload, replaces: None }];
    Batch { puts, ..Batch::default() }
}

/// An overwrite or removal that accounts for what it replaces, so that segments become empty.
fn replace(harness: &Harness, key: &str, value: Option<(String, usize)>) -> Batch {
    let row = RowKey::new(SPACES[0], RowKind::Head, key.to_owned());
    let seen = harness.sim.block_on(harness.local().get(&row)).expect("a read").seen;
    let mut batch = match value {
        Some((value, payload)) => put(key, value, payload),
        None => Batch {
            deletes: vec![Delete { row: row.clone(), replaces: Some(seen) }],
            frees: true,
            ..Batch::default()
        },
    };
    if let Some(put) = batch.puts.first_mut() {
        put.replaces = Some(seen);
    }
    batch.checks.push(Check { row, seen });
    batch
}

/// How many times as many cases to run as in every test run; the soak asks for more.
fn scale() -> u64 {
    std::env::var("LARDER_TEST_CASES").ok().and_then(|n| n.parse::<u64>().ok()).unwrap_or(60) / 60
}

/// Rows with and without payloads, overwritten and removed in turn.
fn busy(harness: &mut Harness, rounds: usize) {
    for round in 0..rounds {
        let key = format!("k{}", (round * 7) % 13);
        let payload = [0, 500, 30_000, 90_000][round % 4];
        let value = (round % 5 != 4).then(|| (format!("{round}"), payload));
        let batch = replace(harness, &key, value);
        harness.commit(vec![batch]);
    }
    harness.sim.run_until_idle();
}

/// A row that names another one which has the rest of it: both are there, and of one write.
#[test]
fn rows_that_belong_together_are_there_together() {
    let rest = |key: &str, value: &str| {
        let row = RowKey::new(SPACES[0], RowKind::Overflow, key.to_owned());
        let put = Put { row, value: value.to_owned().into(), payload: None, replaces: None };
        Batch { puts: vec![put], ..Batch::default() }
    };
    let mut harness = Harness::new(1);
    for key in ["a", "b", "c", "d"] {
        let mut whole = put(key, "rest 7".into(), 0);
        whole.puts.extend(rest(key, "7").puts);
        harness.commit(vec![whole]);
    }
    harness.stop();
    assert_eq!(harness.check(), Vec::<String>::new());
    harness.open();
    harness.commit(vec![
        put("b", "without".into(), 0),
        rest("c", "8"),
        put("e", "rest 9".into(), 0),
    ]);
    harness.stop();
    let found = harness.check();
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(
        found.iter().any(|what| what.contains("is of another write than its version")),
        "{found:?}"
    );
    assert!(found.iter().any(|what| what.contains("is missing that a version needs")), "{found:?}");
}

#[test]
fn an_index_thrown_away_comes_back_through_gc_cuts_and_failed_writes() {
    let mut freed = 0;
    for seed in 0..4 * scale() {
        let mut harness = Harness::new(seed);
        for part in 0..4 {
            busy(&mut harness, 60);
            for round in 0..6 {
                harness.sim.faults().fail_next_write("journal/");
                let refused = harness.commit(vec![put("refused", format!("{round}"), 3_000)]);
                assert_eq!(refused.len(), 1, "the write failed");
            }
            freed += harness.segments_freed();
            match part % 3 {
                0 => harness.stop(),
                1 => {
                    harness.sim.power_cut();
                    harness.local = None;
                }
                _ => {
                    harness.sim.reboot();
                    harness.local = None;
                }
            }
            assert_eq!(harness.check(), Vec::<String>::new(), "seed {seed}, part {part}");
            harness.throw_index_away();
            let repaired = harness.repair();
            assert_eq!((repaired.lost, repaired.restored), (0, 0));
            assert_eq!(harness.check(), Vec::<String>::new(), "seed {seed}, repaired");
            harness.open();
            harness.assert_same();
        }
        harness.power_cut();
        harness.assert_same();
    }
    assert!(freed > 15, "gc was at work: {freed}");
}

/// Rows that stay in old segments while younger ones are emptied and freed: what the younger ones
/// said of the old must not go with them.
fn settle_in(harness: &mut Harness, part: usize) {
    for n in 0..6 {
        harness.commit(vec![put(&format!("keep-{part}-{n}"), "kept".into(), 100_000)]);
        harness.commit(vec![put(&format!("gone-{part}-{n}"), "here".into(), 100)]);
    }
    // The segment ends with a write that failed and may be there all the same, as do the next.
    for n in 0..3 {
        harness.sim.faults().fail_next_write("journal/");
        let refused = harness.commit(vec![put(&format!("keep-{part}-{n}"), "refused".into(), 0)]);
        assert_eq!(refused.len(), 1, "the write failed");
    }
}

fn move_on(harness: &mut Harness, part: usize) {
    for n in 0..30 {
        let batch = replace(harness, "churn", Some((format!("{part} {n}"), 90_000)));
        harness.commit(vec![batch]);
        if n < 6 {
            let batch = replace(harness, &format!("gone-{part}-{n}"), None);
            harness.commit(vec![batch]);
        }
        if n % 8 == 7 {
            harness.sim.run_until_idle();
        }
    }
    harness.sim.run_until_idle();
}

#[test]
fn what_freed_segments_said_of_older_ones_is_not_lost() {
    let mut freed = 0;
    for seed in 0..16 * scale() {
        let mut harness = Harness::new(seed);
        for part in 0..2 {
            settle_in(&mut harness, part);
            move_on(&mut harness, part);
        }
        freed += harness.segments_freed();
        // The first write of a new segment fails, and the power goes while that is dealt with.
        harness.sim.faults().fail_next_write("journal/");
        harness.commit(vec![put("keep-0-4", "refused".into(), 0)]);
        harness.sim.faults().fail_next_write("journal/");
        harness.sim.faults().cut_after_syncs(2 + seed / 2 % 4);
        let unknown = harness.commit(vec![put("keep-0-4", "doubtful".into(), 0)]);
        let power_lost = harness.sim.faults().power_lost();
        harness.sim.faults().disarm();
        if power_lost {
            harness.power_cut()
        } else {
            harness.reboot()
        }
        harness.settle(&unknown);
        if seed % 4 < 2 {
            move_on(&mut harness, 9);
        }
        match seed % 2 {
            0 => harness.stop(),
            _ => {
                harness.sim.power_cut();
                harness.local = None;
            }
        }
        assert_eq!(harness.check(), Vec::<String>::new(), "seed {seed}");
        harness.throw_index_away();
        let repaired = harness.repair();
        assert_eq!((repaired.lost, repaired.restored, repaired.unnamed), (0, 0, 0));
        harness.open();
        harness.assert_same();
        move_on(&mut harness, 10);
        harness.power_cut();
        harness.assert_same();
        assert_eq!(harness.close_and_check(), Vec::<String>::new(), "seed {seed}");
    }
    assert!(freed > 20, "gc was at work: {freed}");
}

fn write_blob(harness: &Harness, length: usize) -> BlobRef {
    let local = harness.local();
    harness.sim.block_on(async move {
        let mut writer = local.create(HINTS).await.expect("a writer");
        writer.write(Bytes::from(vec![7; length])).await.expect("room");
        writer.finish().await.expect("a durable blob")
    })
}

#[test]
fn blobs_and_their_numbers_come_back() {
    for seed in 0..8 {
        let mut harness = Harness::new(seed);
        let mut kept = Vec::new();
        for n in 0..40u64 {
            let blob = write_blob(&harness, 1000);
            let mut batch = put(&format!("blob {n}"), format!("{}", blob.id.0), 0);
            batch.adopts = vec![blob.id];
            assert!(harness.commit(vec![batch]).is_empty());
            match n % 3 {
                0 => {
                    harness.sim.block_on(harness.local().delete(blob.address())).expect("a delete")
                }
                _ => kept.push(blob.id),
            }
        }
        let orphan = write_blob(&harness, 1000);
        busy(&mut harness, 60);
        harness.sim.power_cut();
        harness.local = None;
        harness.throw_index_away();
        harness.repair();
        harness.open();
        harness.assert_same();
        let listed = harness.sim.block_on(harness.local().list()).expect("a list");
        assert_eq!(listed, kept, "adopted ones stay, the orphan and freed ones go");
        assert!(write_blob(&harness, 10).id > orphan.id, "no number is used twice");
    }
}

/// The bytes of a segment that some checksum covers: header, its copy, seal, batches.
fn live(image: &[u8]) -> Vec<std::ops::Range<usize>> {
    let number = |at: usize| u64::from_le_bytes(image[at..at + 8].try_into().expect("8 bytes"));
    let mut live = vec![0..72, 1024..1096];
    // A free segment may have the seal of its last use, which says nothing any more.
    if number(8) != 0 && number(520) == number(8) {
        live.push(512..552);
    }
    let (segment, mut sequence, mut at) = (number(8), number(32), 4096);
    while segment != 0 && at + 64 < image.len() && &image[at..at + 4] == b"LBAT" {
        if number(at + 8) != segment || number(at + 16) != sequence {
            break;
        }
        let length = number(at + 4) as u32 as usize;
        live.push(at..at + 48);
        live.push(at + 64..at + 64 + length);
        at += (64 + length).next_multiple_of(4096);
        sequence += 1;
    }
    live
}

/// A store at rest whose journal has been through gc.
fn at_rest(seed: u64) -> Harness {
    let mut harness = Harness::new(seed);
    busy(&mut harness, 90);
    harness.stop();
    harness
}

/// Flips a bit in the journal by the seed's choice; whether some checksum covers it.
fn flip(harness: &Harness, choice: u64) -> (PathBuf, usize, bool) {
    let disk = harness.sim.platform().disk.clone();
    let journal = Path::new("/data/journal");
    let names = disk.list(journal).expect("a list");
    let path = journal.join(&names[choice as usize % names.len()]);
    let image = disk.read_all(&path).expect("the segment");
    let live = live(&image);
    let spread = choice.wrapping_mul(0x9e37_79b9_7f4a_7c15) as usize;
    let range = &live[spread % live.len()];
    // One in four anywhere, where most bytes are of no use.
    let at = match choice % 4 {
        0 => spread / 7 % image.len(),
        _ => range.start + spread / 11 % range.len(),
    };
    let covered = live.iter().any(|range| range.contains(&at));
    harness.sim.faults().flip_bit(&path, at as u64).expect("a bit flips");
    (path, at, covered)
}

#[test]
fn every_flipped_bit_is_found_and_costs_nothing() {
    let mut found = 0;
    for seed in 0..60 * scale() {
        let mut harness = at_rest(seed % 6);
        let (path, at, covered) = flip(&harness, seed);
        let note = format!("seed {seed}: {path:?} at {at}");
        let findings = harness.check();
        assert_eq!(!findings.is_empty(), covered, "{note}: {findings:?}");
        found += usize::from(covered);
        // With the old index and without.
        if seed % 2 == 1 {
            harness.throw_index_away();
        }
        let repaired = harness.repair();
        assert_eq!((repaired.lost, repaired.restored, repaired.unnamed), (0, 0, 0), "{note}");
        assert_eq!(harness.check(), Vec::<String>::new(), "{note}: repaired");
        harness.open();
        harness.assert_same();
        // It goes on.
        for n in 0..13 {
            assert!(harness.commit(vec![put(&format!("k{n}"), "again".into(), 100)]).is_empty());
        }
        harness.power_cut();
        harness.assert_same();
    }
    assert!(found > 35, "{found}");
}

/// Damages records for good: several bits in one place.
fn spoil(harness: &Harness, choice: u64) -> String {
    let disk = harness.sim.platform().disk.clone();
    let journal = Path::new("/data/journal");
    let names = disk.list(journal).expect("a list");
    let used = names.iter().map(|name| journal.join(name));
    let used: Vec<(PathBuf, Vec<u8>)> = used
        .map(|path| (path.clone(), disk.read_all(&path).expect("the segment")))
        .filter(|(_, image)| live(image).len() > 3)
        .collect();
    let (path, image) = &used[choice as usize % used.len()];
    let batches = live(image);
    let batches: Vec<_> = batches.iter().filter(|range| range.start > 4096).collect();
    let range = batches[(choice / 3) as usize % batches.len()];
    let spread = choice.wrapping_mul(0x9e37_79b9_7f4a_7c15) as usize;
    let at = range.start + spread / 11 % range.len();
    for at in (at..range.end).step_by(3).take(4) {
        harness.sim.faults().flip_bit(path, at as u64).expect("a bit flips");
    }
    format!("{path:?} at {at}")
}

#[test]
fn spoiled_records_cost_only_themselves_and_nothing_old_comes_up() {
    let (mut lost, mut restored, mut unnamed) = (0, 0, 0);
    for seed in 0..100 * scale() {
        let mut harness = at_rest(seed % 6);
        let spoiled: Vec<String> = (0..1 + seed % 3).map(|n| spoil(&harness, seed + n)).collect();
        if seed % 2 == 1 {
            harness.throw_index_away();
        }
        assert!(!harness.check().is_empty(), "seed {seed}: damage is found");
        let repaired = harness.repair();
        let note = format!("seed {seed}, {spoiled:?}, {repaired:?}");
        assert_eq!(harness.check(), Vec::<String>::new(), "{note}");
        harness.open();
        lost += repaired.lost;
        restored += repaired.restored;
        unnamed += repaired.unnamed;
        if repaired.unnamed == 0 {
            harness.assert_lacks(repaired.lost as usize, &note);
        }
    }
    assert!(lost > 5 && restored > 0, "{lost} {restored}");
    assert!(unnamed < 60 * scale(), "{unnamed}");
}

#[test]
fn a_repair_that_is_cut_off_can_be_run_again() {
    for seed in 0..4 {
        let mut harness = at_rest(seed);
        spoil(&harness, seed);
        let before = harness.sim.faults().syncs();
        harness.repair();
        let syncs = harness.sim.faults().syncs() - before;
        assert!(syncs > 3, "a repair syncs");
        for cut in 1..=syncs {
            let mut harness = at_rest(seed);
            spoil(&harness, seed);
            harness.sim.faults().cut_after_syncs(cut);
            let first = harness.try_repair();
            assert!(first.is_err() || !harness.sim.faults().power_lost(), "a cut is noticed");
            harness.sim.faults().disarm();
            harness.sim.power_cut();
            let repaired = harness.repair();
            let note = format!("seed {seed}, cut {cut}, {repaired:?}");
            assert_eq!(harness.check(), Vec::<String>::new(), "{note}");
            harness.open();
            harness.assert_lacks(1, &note);
        }
    }
}

#[test]
fn a_copy_that_is_cut_off_is_known_to_be_unfinished() {
    let prepared = |seed: u64| {
        let mut harness = Harness::new(seed);
        let blob = write_blob(&harness, 150_000);
        let mut batch = put("blob", "b".into(), 0);
        batch.adopts = vec![blob.id];
        harness.commit(vec![batch]);
        busy(&mut harness, 20);
        harness.stop();
        harness
    };
    let harness = prepared(1);
    let before = harness.sim.faults().syncs();
    harness.copy("/copy").expect("a copy");
    let syncs = harness.sim.faults().syncs() - before;
    assert!(syncs > 8, "a copy syncs");
    for cut in 1..=syncs {
        let mut harness = prepared(1);
        harness.sim.faults().cut_after_syncs(cut);
        let copied = harness.copy("/copy");
        assert!(copied.is_err() || !harness.sim.faults().power_lost(), "a cut is noticed");
        harness.sim.faults().disarm();
        harness.sim.power_cut();
        match harness.check_at("/copy") {
            // The last sync is of the removal of the mark.
            Ok(findings) => {
                assert!(cut == syncs, "cut {cut} of {syncs}: {findings:?}");
                assert_eq!(findings, Vec::<String>::new());
            }
            Err(error) => {
                let refused = error.contains("was not finished") || error.contains("is no data");
                assert!(refused, "cut {cut}: {error}");
            }
        }
        // What was copied is as it was.
        assert_eq!(harness.check(), Vec::<String>::new());
        harness.open();
        harness.assert_same();
    }
}

/// A segment whose first sector is blank is a creation that was cut off, unless its second header
/// says that it was ever in use.
#[test]
fn a_blank_first_sector_is_a_cut_off_creation_or_damage() {
    let blank = |harness: &Harness, path: &str| {
        let disk = harness.sim.platform().disk.clone();
        let file = disk.open(Path::new(path), OpenMode::Write).expect("the segment");
        file.write_at(&[0; 512], 0).expect("a write");
    };
    let mut harness = at_rest(3);
    let disk = harness.sim.platform().disk.clone();
    let names = disk.list(Path::new("/data/journal")).expect("a list");
    let is_free = |name: &String| {
        let bytes = disk.read_all(&Path::new("/data/journal").join(name)).expect("the segment");
        bytes[8..16] == [0; 8]
    };
    let (free, used): (Vec<String>, Vec<String>) = names.into_iter().partition(is_free);
    assert!(!free.is_empty() && !used.is_empty(), "{free:?} {used:?}");
    blank(&harness, &format!("/data/journal/{}", free[0]));
    assert_eq!(harness.check(), Vec::<String>::new());
    harness.open();
    harness.assert_same();
    harness.stop();
    for name in used {
        let path = format!("/data/journal/{name}");
        blank(&harness, &path);
        assert!(harness.check().iter().any(|finding| finding.contains("its copy is intact")));
        assert!(harness.try_open().is_err(), "{path} is not removed");
        assert!(harness.try_repair().is_ok());
        assert_eq!(harness.check(), Vec::<String>::new(), "{path}");
    }
}
