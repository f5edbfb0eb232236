//! Crash sweeps: a small workload, cut at every one of its syncs.

use crate::harness::{HINTS, Harness, SPACES, options};
use bytes::Bytes;
use larder_platform::sim::{FaultRates, Simulation};
use larder_storage::{
    Batch, BlobReader, BlobRef, BlobStore, BlobWriter, Check, MetaStore, Put, RowKey, RowKind,
};
use larder_storage_local::Local;
use larder_storage_local::index::{MemoryIndex, MemoryTables};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

fn put(key: &str, value: String, payload: usize) -> Batch {
    let row = RowKey::new(SPACES[0], RowKind::Head, key.to_owned());
    let payload = (payload > 0).then(|| Bytes::from(vec![value.len() as u8; payload]));
    let puts = vec![Put { row, value: value.into(), payload, replaces: None }];
    Batch { puts, ..Batch::default() }
}

/// Commits until the power goes or the workload ends.
fn workload(harness: &mut Harness) -> Vec<Batch> {
    for round in 0..6 {
        let mut batches = Vec::new();
        for key in 0..3 {
            let value = format!("{round} of {key}");
            batches.push(put(&format!("k{key}"), value, 50_000 * round % 120_000));
        }
        let unknown = harness.commit(batches);
        if harness.sim.faults().power_lost() {
            return unknown;
        }
        assert!(unknown.is_empty(), "nothing fails while there is power");
    }
    Vec::new()
}

#[test]
fn a_cut_at_every_sync_loses_nothing_acknowledged() {
    for seed in 0..6 {
        let mut harness = Harness::new(seed);
        let before = harness.sim.faults().syncs();
        workload(&mut harness);
        let syncs = harness.sim.faults().syncs() - before;
        assert!(syncs > 6, "the workload syncs");
        for cut in 1..=syncs {
            let mut harness = Harness::new(seed);
            harness.sim.faults().cut_after_syncs(cut);
            let unknown = workload(&mut harness);
            harness.sim.faults().disarm();
            harness.power_cut();
            harness.settle(&unknown);
            workload(&mut harness);
            harness.power_cut();
            harness.assert_same();
        }
    }
}

#[test]
fn a_cut_at_every_sync_of_a_first_start_leaves_a_directory_that_opens() {
    let mut harness = Harness::new(0);
    harness.local = None;
    let syncs = harness.sim.faults().syncs();
    assert!(syncs <= 10, "a first start makes {syncs} syncs");
    for seed in 0..8 {
        for cut in 1..=syncs {
            let mut harness = Harness::unopened(seed);
            harness.sim.faults().cut_after_syncs(cut);
            let opened = harness.try_open();
            assert!(opened.is_err() || !harness.sim.faults().power_lost(), "a cut is noticed");
            harness.sim.faults().disarm();
            harness.power_cut();
            workload(&mut harness);
            harness.assert_same();
        }
    }
}

/// The index crate makes its directory when there is none, and syncs what is in it but never the
/// directory above. Once the journal has freed what the index holds, nothing brings it back.
#[test]
fn the_directory_of_the_index_survives_a_cut() {
    for seed in 0..20 {
        let sim = Simulation::new(seed);
        let disk = sim.platform().disk.clone();
        let local = Local::open(sim.platform(), options(), |path| {
            disk.create_dir(path)?;
            disk.write_private(&path.join("current"), b"a table")?;
            Ok(Arc::new(MemoryIndex::new(MemoryTables::default())))
        });
        assert!(local.is_ok());
        sim.power_cut();
        drop(local);
        let disk = sim.platform().disk.clone();
        let kept = disk.read_all(Path::new("/data/index/current"));
        assert_eq!(kept.expect("the index is there"), b"a table", "seed {seed}");
    }
}

fn write_blob(harness: &Harness, byte: u8, length: usize) -> BlobRef {
    let local = harness.local();
    harness.sim.block_on(async move {
        let mut writer = local.create(HINTS).await.expect("a writer");
        writer.write(Bytes::from(vec![byte; length])).await.expect("room");
        writer.finish().await.expect("a durable blob")
    })
}

fn name(harness: &Harness, blob: BlobRef) {
    let row = RowKey::new(SPACES[0], RowKind::Head, "blob");
    let value = Bytes::copy_from_slice(&blob.id.0.to_be_bytes());
    let puts = vec![Put { row, value, payload: None, replaces: None }];
    let batch = Batch { puts, adopts: vec![blob.id], ..Batch::default() };
    harness.sim.block_on(harness.local().commit(batch)).expect("a commit");
}

#[test]
fn adopted_blobs_survive_cuts_and_orphans_go() {
    for seed in 0..20 {
        let mut harness = Harness::new(seed);
        let kept = write_blob(&harness, 7, 200_000);
        name(&harness, kept);
        let orphan = write_blob(&harness, 8, 200_000);
        harness.power_cut();
        let local = harness.local();
        harness.sim.block_on(async move {
            local.verify(kept).await.expect("an adopted blob is intact");
            let mut reader = local.read(kept, 100_000..100_010).await.expect("a reader");
            assert_eq!(reader.next().await.expect("bytes").as_deref(), Some(&[7u8; 10][..]));
            assert_eq!(local.list().await.expect("a list"), [kept.id], "{orphan:?} is gone");
        });
        // Numbers are never used twice, and freed blobs stay gone.
        let next = write_blob(&harness, 9, 100);
        assert!(next.id > orphan.id);
        name(&harness, next);
        harness.sim.block_on(harness.local().delete(kept.address())).expect("a delete");
        harness.power_cut();
        let listed = harness.sim.block_on(harness.local().list()).expect("a list");
        assert_eq!(listed, [next.id]);
    }
}

#[test]
fn a_flipped_bit_in_a_blob_is_an_error_and_nothing_else() {
    let harness = Harness::new(3);
    let blob = write_blob(&harness, 1, 300_000);
    name(&harness, blob);
    let path = format!("/data/blobs/00000000/{:016x}", blob.id.0);
    harness.sim.faults().flip_bit(std::path::Path::new(&path), 150_000).expect("a bit flips");
    let local = harness.local();
    harness.sim.block_on(async move {
        let mut reader = local.read(blob, 0..10).await.expect("a reader");
        assert!(reader.next().await.is_ok(), "another block is intact");
        let mut reader = local.read(blob, 140_000..140_001).await.expect("a reader");
        assert!(reader.next().await.is_err(), "the damaged block is not served");
        assert!(local.verify(blob).await.is_err(), "verify finds it");
    });
}

#[test]
fn a_damaged_batch_in_the_middle_of_the_journal_stops_the_start() {
    let mut harness = Harness::new(5);
    for round in 0..4 {
        harness.commit(vec![put("k", format!("{round}"), 2_000)]);
    }
    let journal = std::path::Path::new("/data/journal/00000000");
    harness.sim.faults().flip_bit(journal, 4096 + 4096 + 100).expect("a bit flips");
    harness.sim.power_cut();
    harness.local = None;
    let error = harness.try_open().expect_err("damage is noticed").to_string();
    assert!(error.contains("damaged") && error.contains("larder repair"), "{error}");
}

#[test]
fn a_damaged_segment_header_stops_the_start_and_nothing_is_removed() {
    for bit in [0, 20, 60] {
        let mut harness = Harness::new(6);
        harness.commit(vec![put("k", "v".into(), 2_000)]);
        harness.sim.run_until_idle();
        let journal = std::path::Path::new("/data/journal/00000000");
        harness.sim.faults().flip_bit(journal, bit).expect("a bit flips");
        harness.sim.power_cut();
        harness.local = None;
        let error = harness.try_open().expect_err("damage is noticed").to_string();
        assert!(error.contains("damaged") && error.contains("larder repair"), "{error}");
        let names = harness.sim.platform().disk.list(journal.parent().expect("a directory"));
        assert!(names.expect("a list").contains(&"00000000".to_owned()), "it is kept");
    }
}

#[test]
fn a_reserve_of_an_earlier_run_is_known() {
    let mut harness = Harness::new(7);
    assert!(harness.commit(vec![put("k", "v".into(), 1000)]).is_empty());
    // Little is left beside the reserve, but the reserve is there.
    harness.sim.faults().disk_full(20 << 20);
    harness.reboot();
    assert!(harness.commit(vec![put("k", "w".into(), 1000)]).is_empty(), "writes go on");
    harness.assert_same();
}

#[test]
fn a_space_does_not_stay_closed_when_its_closer_goes_away() {
    for polls in 1..4 {
        let mut harness = Harness::new(8);
        assert!(harness.commit(vec![put("k", "v".into(), 0)]).is_empty());
        let local = harness.local();
        let mut closing =
            Box::pin(async move { local.close_space_if_empty(SPACES[0], &[RowKind::Head]).await });
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        for _ in 0..polls {
            let _ = closing.as_mut().poll(&mut context);
            harness.sim.run_until_idle();
        }
        drop(closing);
        harness.sim.run_until_idle();
        assert!(harness.commit(vec![put("k", "w".into(), 0)]).is_empty(), "{polls}");
    }
}

#[test]
fn a_payload_that_looks_like_a_batch_does_not_replay() {
    let mut harness = Harness::new(9);
    harness.commit(vec![put("victim", "first".into(), 100)]);
    let journal = std::path::Path::new("/data/journal/00000000");
    let image = harness.sim.platform().disk.read_all(journal).expect("the segment");
    harness.commit(vec![put("victim", "second".into(), 100)]);
    // A client who somehow knows the bytes of a batch stores them, aligned in every way.
    for shift in [0, 1, 2048, 4032] {
        let mut body = vec![0; shift];
        body.extend_from_slice(&image[4096..8192]);
        let row = RowKey::new(SPACES[0], RowKind::Head, format!("attack {shift}"));
        let puts = vec![Put { row, value: "v".into(), payload: Some(body.into()), replaces: None }];
        assert!(harness.commit(vec![Batch { puts, ..Batch::default() }]).is_empty());
    }
    harness.power_cut();
    harness.assert_same();
}

/// Nobody has noticed yet that the disk is full, and the journal needs a new segment.
#[test]
fn what_frees_space_is_done_by_whoever_finds_the_disk_full() {
    for seed in 0..30 {
        let mut harness = Harness::new(seed);
        assert!(harness.commit(vec![put("k", "v".into(), 1000)]).is_empty());
        harness.sim.faults().disk_full(0);
        let freeing = |number: u32| {
            let row = RowKey::new(SPACES[0], RowKind::Head, format!("{number}"));
            let payload = Some(Bytes::from(vec![1; 100_000]));
            let puts = vec![Put { row, value: "v".into(), payload, replaces: None }];
            Batch { puts, frees: true, ..Batch::default() }
        };
        // All at once: no keeper looks at the space in between.
        let refused = harness.commit((0..40).map(freeing).collect());
        assert!(refused.is_empty(), "seed {seed}: {} refused", refused.len());
        harness.assert_same();
    }
}

#[test]
fn a_full_disk_refuses_writes_and_takes_deletes() {
    let mut harness = Harness::new(11);
    assert!(harness.commit(vec![put("k", "v".into(), 1000)]).is_empty());
    harness.sim.faults().disk_full(0);
    let mut refused = 0;
    for round in 0..40 {
        refused += harness.commit(vec![put("k", format!("{round}"), 100_000)]).len();
    }
    assert!(refused > 0, "writes are refused");
    harness.assert_same();
    let row = RowKey::new(SPACES[0], RowKind::Head, "k");
    let seen = harness.sim.block_on(harness.local().get(&row)).expect("a read").seen;
    let delete = Batch {
        checks: vec![Check { row: row.clone(), seen }],
        deletes: vec![larder_storage::Delete { row, replaces: Some(seen) }],
        frees: true,
        ..Batch::default()
    };
    assert!(harness.commit(vec![delete]).is_empty(), "deletes go on");
    harness.assert_same();
    harness.sim.faults().disk_has_space();
    harness.sim.run_for(std::time::Duration::from_secs(3));
    assert!(harness.commit(vec![put("k", "again".into(), 1000)]).is_empty(), "writes go on");
    harness.power_cut();
    harness.assert_same();
}

/// A bucket that could not be deleted must take writes again, whatever the disk says.
#[test]
fn a_full_journal_leaves_no_space_closed() {
    let mut harness = Harness::new(12);
    let space = SPACES[1];
    let local = harness.local();
    let close = local.close_space_if_empty(space, &[RowKind::Head]);
    let fence = harness.sim.block_on(close).expect("a fence").expect("nothing is in it");
    drop(local);
    harness.sim.faults().disk_full(0);
    let freeing = |bytes: usize| {
        let row = RowKey::new(SPACES[0], RowKind::Head, "filler");
        let payload = Some(Bytes::from(vec![1; bytes]));
        let puts = vec![Put { row, value: "v".into(), payload, replaces: None }];
        Batch { puts, frees: true, ..Batch::default() }
    };
    // First in large steps, then in the smallest: not a block is left.
    for bytes in [100_000, 100] {
        let full = (0..2000).any(|_| !harness.commit(vec![freeing(bytes)]).is_empty());
        assert!(full, "the journal takes no more");
    }
    let local = harness.local();
    harness.sim.block_on(local.reopen_space(space, fence)).expect("it opens");
    drop(local);
    harness.sim.faults().disk_has_space();
    harness.sim.run_for(std::time::Duration::from_secs(3));
    let row = RowKey::new(space, RowKind::Head, "k");
    let puts = vec![Put { row, value: "v".into(), payload: None, replaces: None }];
    assert!(harness.commit(vec![Batch { puts, ..Batch::default() }]).is_empty(), "writes go on");
}

#[test]
fn a_device_that_goes_on_failing_is_not_filled_with_segments() {
    let mut harness = Harness::new(17);
    assert!(harness.commit(vec![put("k", "v".into(), 1000)]).is_empty());
    for round in 0..30 {
        harness.sim.faults().fail_next_write("journal/");
        assert_eq!(harness.commit(vec![put("k", format!("{round}"), 1000)]).len(), 1);
        harness.assert_same();
    }
    let names = harness.sim.platform().disk.list(std::path::Path::new("/data/journal"));
    assert!(names.expect("a list").len() < 10, "failed segments are used again");
    assert!(harness.commit(vec![put("k", "w".into(), 1000)]).is_empty(), "it goes on");
    harness.power_cut();
    harness.assert_same();
}

#[test]
fn garbage_is_collected_and_live_rows_stay() {
    let mut harness = Harness::new(13);
    for key in 0..5 {
        harness.commit(vec![put(&format!("kept {key}"), "v".into(), 1000)]);
    }
    for round in 0..120 {
        let row = RowKey::new(SPACES[0], RowKind::Head, "k");
        let seen = harness.sim.block_on(harness.local().get(&row)).expect("a read").seen;
        let mut batch = put("k", format!("{round}"), 100_000);
        batch.checks.push(Check { row, seen });
        batch.puts[0].replaces = Some(seen);
        assert!(harness.commit(vec![batch]).is_empty());
    }
    harness.sim.run_until_idle();
    let local = harness.local();
    let freed = &local.counters().segments_freed;
    assert!(freed.load(Ordering::Relaxed) > 3, "segments are freed");
    let names = harness.sim.platform().disk.list(std::path::Path::new("/data/journal"));
    assert!(names.expect("a list").len() < 10, "12 MiB of writes leave few segments");
    harness.assert_same();
    harness.power_cut();
    harness.assert_same();
}

#[test]
fn gc_beside_failing_writes_loses_no_body() {
    let mut freed = 0;
    for seed in 0..25 {
        let mut harness = Harness::new(seed);
        for round in 0..60 {
            // Overwrites leave garbage beside rows that stay; some rows are written again just
            // while gc moves them, and some of those writes fail.
            let key = |n: usize| format!("k{}", (round * 7 + n * 3) % 11);
            let batches = (0..3).map(|n| {
                let row = RowKey::new(SPACES[0], RowKind::Head, key(n));
                let seen = harness.sim.block_on(harness.local().get(&row)).expect("a read").seen;
                let mut batch = put(&key(n), format!("{round} {n}"), 40_000 + 10_000 * n);
                batch.puts[0].replaces = Some(seen);
                batch
            });
            let batches: Vec<Batch> = batches.collect();
            if round % 3 == 1 {
                harness.sim.faults().fail_next_write("journal/");
            }
            harness.commit(batches);
        }
        harness.sim.run_until_idle();
        harness.assert_same();
        let local = harness.local();
        freed += local.counters().segments_freed.load(Ordering::Relaxed);
        harness.power_cut();
        harness.assert_same();
    }
    assert!(freed > 50, "gc was at work: {freed}");
}

#[test]
fn gc_of_many_small_batches_comes_to_an_end() {
    let mut harness = Harness::new(19);
    // Each commit is a batch of its own: 4 KiB of journal for a few bytes of row.
    for round in 0..700 {
        assert!(harness.commit(vec![put(&format!("k{round:04}"), "v".into(), 0)]).is_empty());
    }
    harness.sim.run_until_idle();
    let written = harness.local().counters().batch_bytes.load(Ordering::Relaxed);
    assert!(written < 2 * 700 * 4096, "{written} bytes were written for 700 small commits");
    harness.assert_same();
    harness.power_cut();
    harness.assert_same();
}

#[test]
fn gc_of_two_tombstones_of_one_key_comes_to_an_end() {
    let mut harness = Harness::new(23);
    let row = RowKey::new(SPACES[0], RowKind::Head, "twice deleted");
    // An older segment with rows that stay, so that tombstones are still needed.
    for key in 0..12 {
        assert!(harness.commit(vec![put(&format!("kept {key}"), "v".into(), 100_000)]).is_empty());
    }
    for _ in 0..2 {
        assert!(harness.commit(vec![put("twice deleted", "v".into(), 10_000)]).is_empty());
        let deletes = vec![larder_storage::Delete { row: row.clone(), replaces: None }];
        assert!(harness.commit(vec![Batch { deletes, ..Batch::default() }]).is_empty());
    }
    // Garbage around them.
    for round in 0..30 {
        let row = RowKey::new(SPACES[0], RowKind::Head, "k");
        let seen = harness.sim.block_on(harness.local().get(&row)).expect("a read").seen;
        let mut batch = put("k", format!("{round}"), 100_000);
        batch.puts[0].replaces = Some(seen);
        assert!(harness.commit(vec![batch]).is_empty());
    }
    harness.sim.run_for(std::time::Duration::from_secs(2));
    let moved = harness.local().counters().records_moved.load(Ordering::Relaxed);
    assert!(0 < moved && moved < 100, "{moved} records were moved");
    harness.assert_same();
    harness.power_cut();
    harness.assert_same();
}

#[test]
fn gc_looks_again_at_what_only_a_read_damaged() {
    let mut harness = Harness::new(29);
    for key in 0..30 {
        assert!(harness.commit(vec![put(&format!("kept {key}"), "v".into(), 10_000)]).is_empty());
        assert!(harness.commit(vec![put(&format!("gone {key}"), "v".into(), 100_000)]).is_empty());
    }
    let flips = FaultRates { read_flip: 1_000_000, ..FaultRates::default() };
    harness.sim.faults().set_rates(flips);
    for key in 0..30 {
        let row = RowKey::new(SPACES[0], RowKind::Head, format!("gone {key}"));
        let seen = harness.sim.block_on(harness.local().get(&row)).expect("a read").seen;
        let deletes = vec![larder_storage::Delete { row, replaces: Some(seen) }];
        assert!(harness.commit(vec![Batch { deletes, ..Batch::default() }]).is_empty());
    }
    // Until the index is durable past the deletes, gc does not look at what is before them.
    for key in 0..30 {
        assert!(harness.commit(vec![put(&format!("late {key}"), "v".into(), 100_000)]).is_empty());
    }
    harness.sim.run_for(std::time::Duration::from_secs(2));
    let garbage = |harness: &Harness| {
        let load = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        let local = harness.local();
        let metrics = local.counters();
        load(&metrics.segment_bytes) - load(&metrics.live_bytes)
    };
    let kept = garbage(&harness);
    harness.sim.faults().set_rates(FaultRates::default());
    harness.sim.run_for(std::time::Duration::from_secs(60));
    assert!(garbage(&harness) < kept / 2, "{kept} bytes of garbage, then {}", garbage(&harness));
    harness.assert_same();
    harness.power_cut();
    harness.assert_same();
}

/// Sectors of it could otherwise make up a batch, whole or but for one bit, with those of a later
/// batch that a cut tears as well.
#[test]
fn what_a_torn_batch_left_is_overwritten_at_the_next_start() {
    let mut torn = 0;
    for seed in 0..40 {
        let mut harness = Harness::new(seed);
        assert!(harness.commit(vec![put("first", "v".into(), 10_000)]).is_empty());
        // Where the file's fill begins.
        let written = |harness: &Harness| {
            let bytes = harness.sim.platform().disk.read_all(Path::new("/data/journal/00000000"));
            let bytes = bytes.expect("the first segment");
            bytes.iter().rposition(|byte| *byte != 0xa5).map_or(0, |last| last + 1)
        };
        let before = written(&harness);
        harness.sim.faults().cut_after_syncs(1);
        harness.commit(vec![put("second", "v".into(), 100_000)]);
        harness.power_cut();
        let row = RowKey::new(SPACES[0], RowKind::Head, "second");
        let found = harness.sim.block_on(harness.local().get(&row)).expect("a read");
        if found.row.is_none() {
            torn += 1;
            assert_eq!(written(&harness), before, "seed {seed}");
        }
    }
    assert!(torn > 10, "{torn} batches were torn");
}

#[test]
fn a_directory_whose_sync_failed_is_synced_by_the_next_try() {
    for seed in 0..20 {
        let mut harness = Harness::new(seed);
        let local = harness.local();
        harness.sim.faults().fail_next_sync("data/blobs");
        assert!(harness.sim.block_on(local.create(HINTS)).is_err(), "the sync failed");
        drop(local);
        let blob = write_blob(&harness, 7, 1000);
        name(&harness, blob);
        harness.power_cut();
        harness.sim.block_on(harness.local().verify(blob)).expect("an adopted blob is intact");
    }
}

#[test]
fn a_first_start_whose_syncs_failed_is_made_good_by_the_next() {
    for seed in 0..60 {
        let mut harness = Harness::unopened(seed);
        harness.sim.faults().fail_next_sync(["/", "data"][seed as usize % 2]);
        assert!(harness.try_open().is_err(), "a sync failed");
        harness.open();
        assert!(harness.commit(vec![put("k", "v".into(), 1000)]).is_empty());
        harness.power_cut();
        harness.assert_same();
    }
}

/// A batch as somebody would forge it who knows everything but the segment's epoch.
fn forged_batch(segment: u64, sequence: u64) -> Vec<u8> {
    let mut batch = vec![0; 64];
    batch[..4].copy_from_slice(b"LBAT");
    batch[8..16].copy_from_slice(&segment.to_le_bytes());
    batch[16..24].copy_from_slice(&sequence.to_le_bytes());
    batch[24..32].copy_from_slice(&1_000_000u64.to_le_bytes());
    let crc = crc_fast::checksum(crc_fast::CrcAlgorithm::Crc64Nvme, &batch[..40]);
    batch[40..48].copy_from_slice(&crc.to_le_bytes());
    batch
}

#[test]
fn a_forged_batch_in_a_body_that_a_cut_tore_stops_no_start() {
    // One of the shifts puts a forged batch at a batch's place, wherever the body begins; only
    // behind a header that the cut lost does anything look there.
    let forged = forged_batch(1, 1_000);
    for seed in 0..16 {
        for shift in 0..64 {
            let mut harness = Harness::new(seed);
            assert!(harness.commit(vec![put("k", "v".into(), 1000)]).is_empty());
            let mut body = vec![0; shift];
            while body.len() + forged.len() < 12_000 {
                body.extend_from_slice(&forged);
            }
            let row = RowKey::new(SPACES[0], RowKind::Head, "attack");
            let value = Bytes::from_static(b"v");
            let puts = vec![Put { row, value, payload: Some(body.into()), replaces: None }];
            harness.sim.faults().cut_after_syncs(1);
            let unknown = harness.commit(vec![Batch { puts, ..Batch::default() }]);
            harness.sim.faults().disarm();
            harness.power_cut();
            harness.settle(&unknown);
        }
    }
}

#[test]
fn a_removal_whose_sync_failed_is_synced_by_the_next_try() {
    for seed in 0..20 {
        let mut harness = Harness::new(seed);
        let blob = write_blob(&harness, 7, 1000);
        name(&harness, blob);
        // Ranges up to here are closed: nothing looks for orphans among them any more.
        for _ in 0..32 {
            let blob = write_blob(&harness, 8, 10);
            name(&harness, blob);
        }
        let local = harness.local();
        harness.sim.faults().fail_next_sync("blobs/0");
        assert!(harness.sim.block_on(local.delete(blob.address())).is_err(), "the sync failed");
        harness.sim.block_on(local.delete(blob.address())).expect("it is tried again");
        drop(local);
        harness.power_cut();
        let listed = harness.sim.block_on(harness.local().list()).expect("a list");
        assert!(!listed.contains(&blob.id), "a freed blob stays gone");
    }
}
