//! Each durability rule of the simulated disk.

use super::{Fault, FaultRates, PowerLost, Simulation};
use crate::{AlignedBuffer, DIRECT_ALIGN, Disk, DiskFile, OpenMode};
use std::collections::BTreeSet;
use std::io;
use std::path::Path;
use std::sync::Arc;

const SEEDS: std::ops::Range<u64> = 0..200;

fn at(path: &str) -> &Path {
    Path::new(path)
}

fn disk(simulation: &Simulation) -> Arc<dyn Disk> {
    simulation.platform().disk.clone()
}

/// A machine with a durable file `/f` of `content`.
fn with_file(seed: u64, content: &[u8]) -> (Simulation, Arc<dyn DiskFile>) {
    let simulation = Simulation::new(seed);
    let file = disk(&simulation).open(at("/f"), OpenMode::Create).unwrap();
    file.write_at(content, 0).unwrap();
    file.sync().unwrap();
    disk(&simulation).sync_dir(at("/")).unwrap();
    (simulation, file)
}

fn content(simulation: &Simulation, path: &str) -> Vec<u8> {
    disk(simulation).read_all(at(path)).unwrap()
}

fn exists(simulation: &Simulation, path: &str) -> bool {
    disk(simulation).open(at(path), OpenMode::Read).is_ok()
}

fn block(byte: u8, blocks: usize) -> AlignedBuffer {
    let mut buffer = AlignedBuffer::new(blocks * DIRECT_ALIGN);
    buffer.resize(blocks * DIRECT_ALIGN, byte);
    buffer
}

/// What a run over many seeds left, as a set.
fn outcomes<T: Ord>(run: impl Fn(u64) -> T) -> BTreeSet<T> {
    SEEDS.map(run).collect()
}

#[test]
fn synced_data_survives() {
    for seed in SEEDS {
        let (simulation, file) = with_file(seed, &[7; 5000]);
        simulation.power_cut();
        assert_eq!(content(&simulation, "/f"), vec![7; 5000]);
        let error = file.length().unwrap_err();
        assert!(PowerLost::is(&error), "handles die with their boot");
    }
}

#[test]
fn unsynced_sectors_are_lost_or_kept_one_by_one() {
    let seen = outcomes(|seed| {
        let (simulation, file) = with_file(seed, &[1; 2048]);
        file.write_at(&[2; 2048], 0).unwrap();
        simulation.power_cut();
        let bytes = content(&simulation, "/f");
        let whole = |sector: &[u8]| sector.iter().all(|byte| *byte == sector[0]);
        assert!(bytes.chunks(512).all(whole), "a sector is atomic");
        bytes.chunks(512).map(|sector| sector[0]).collect::<Vec<_>>()
    });
    assert_eq!(seen.len(), 16, "every subset of four sectors appears");
}

#[test]
fn any_version_since_the_sync_may_be_there() {
    let seen = outcomes(|seed| {
        let (simulation, file) = with_file(seed, &[1; 512]);
        file.write_at(&[2; 512], 0).unwrap();
        file.write_at(&[3; 512], 0).unwrap();
        simulation.power_cut();
        content(&simulation, "/f")[0]
    });
    assert_eq!(seen, BTreeSet::from([1, 2, 3]));
}

#[test]
fn unsynced_lengths_are_lost_or_kept() {
    let grown = outcomes(|seed| {
        let (simulation, file) = with_file(seed, &[1; 1000]);
        file.write_at(&[2; 1000], 1000).unwrap();
        file.write_at(&[3; 1000], 2000).unwrap();
        simulation.power_cut();
        let bytes = content(&simulation, "/f");
        assert_eq!(bytes[..1000], [1; 1000]);
        assert!(bytes[1000..].iter().all(|byte| [0, 2, 3].contains(byte)));
        bytes.len()
    });
    assert_eq!(grown, BTreeSet::from([1000, 2000, 3000]));
    let shrunk = outcomes(|seed| {
        let (simulation, file) = with_file(seed, &[1; 1000]);
        file.set_length(10).unwrap();
        file.set_length(20).unwrap();
        assert_eq!(content(&simulation, "/f")[10..], [0; 10]);
        simulation.power_cut();
        let bytes = content(&simulation, "/f");
        match bytes.len() {
            1000 => assert_eq!(bytes, vec![1; 1000], "a shrink that is lost takes nothing along"),
            20 => assert!(bytes[..10] == [1; 10] && bytes[10..].iter().all(|byte| *byte <= 1)),
            _ => assert_eq!(bytes, vec![1; 10]),
        }
        bytes.len()
    });
    assert_eq!(shrunk, BTreeSet::from([10, 20, 1000]));
}

#[test]
fn direct_writes_survive() {
    for seed in SEEDS {
        let (simulation, _) = with_file(seed, &[1; 4096]);
        let file = disk(&simulation).open(at("/f"), OpenMode::Direct).unwrap();
        file.write_at(block(2, 2).as_slice(), 4096).unwrap();
        simulation.power_cut();
        let bytes = content(&simulation, "/f");
        assert_eq!((bytes.len(), bytes[4095], bytes[4096], bytes[12287]), (12288, 1, 2, 2));
    }
}

#[test]
fn direct_writes_must_be_aligned() {
    let (simulation, _) = with_file(1, &[1; 4096]);
    let file = disk(&simulation).open(at("/f"), OpenMode::Direct).unwrap();
    let buffer = block(2, 2);
    for (data, offset) in [
        (&buffer.as_slice()[..4096], 512),
        (&buffer.as_slice()[..512], 0),
        (&buffer.as_slice()[512..4608], 0),
    ] {
        let error = file.write_at(data, offset).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidInput);
    }
}

#[test]
fn a_direct_write_in_flight_tears() {
    let seen = outcomes(|seed| {
        let (simulation, _) = with_file(seed, &[1; 4096]);
        let platform = simulation.platform();
        let file = platform.disk.open(at("/f"), OpenMode::Direct).unwrap();
        simulation.faults().cut_after_syncs(2);
        file.write_at(block(2, 1).as_slice(), 0).unwrap();
        let error = file.write_at(block(3, 1).as_slice(), 0).unwrap_err();
        assert!(PowerLost::is(&error));
        assert!(PowerLost::is(&platform.disk.list(at("/")).unwrap_err()), "nothing works now");
        assert_eq!(simulation.faults().fired(Fault::PowerLost), 1);
        simulation.power_cut();
        let bytes = content(&simulation, "/f");
        assert!(bytes.iter().all(|byte| [2, 3].contains(byte)), "the returned write survived");
        bytes.chunks(512).map(|sector| sector[0]).collect::<Vec<_>>()
    });
    assert!(seen.contains(&vec![2; 8]) && seen.contains(&vec![3; 8]), "all lost, all kept");
    assert!(seen.len() > 50, "and torn in many ways");
}

#[test]
fn a_sync_in_flight_promises_nothing() {
    let seen = outcomes(|seed| {
        let (simulation, file) = with_file(seed, &[1; 1024]);
        file.write_at(&[2; 1024], 0).unwrap();
        simulation.faults().cut_after_syncs(1);
        assert!(PowerLost::is(&file.sync().unwrap_err()));
        simulation.power_cut();
        let bytes = content(&simulation, "/f");
        (bytes[0], bytes[512])
    });
    assert_eq!(seen.len(), 4);
}

#[test]
fn unsynced_names_vanish_or_appear() {
    let seen = outcomes(|seed| {
        let simulation = Simulation::new(seed);
        for path in ["/a", "/b"] {
            let file = disk(&simulation).open(at(path), OpenMode::Create).unwrap();
            file.write_at(b"synced", 0).unwrap();
            file.sync().unwrap();
        }
        simulation.power_cut();
        let names = disk(&simulation).list(at("/")).unwrap();
        for name in &names {
            assert_eq!(content(&simulation, &format!("/{name}")), b"synced");
        }
        names
    });
    assert_eq!(seen.len(), 4, "each name on its own");
}

#[test]
fn unsynced_removals_happened_or_not() {
    let seen = outcomes(|seed| {
        let (simulation, _file) = with_file(seed, b"old");
        disk(&simulation).remove(at("/f")).unwrap();
        assert!(!exists(&simulation, "/f"));
        simulation.power_cut();
        exists(&simulation, "/f").then(|| content(&simulation, "/f"))
    });
    assert_eq!(seen, BTreeSet::from([None, Some(b"old".to_vec())]));
    for seed in SEEDS {
        let (simulation, _file) = with_file(seed, b"old");
        disk(&simulation).remove(at("/f")).unwrap();
        disk(&simulation).sync_dir(at("/")).unwrap();
        simulation.power_cut();
        assert!(!exists(&simulation, "/f"));
    }
}

#[test]
fn a_directory_takes_all_below_it_along() {
    let seen = outcomes(|seed| {
        let simulation = Simulation::new(seed);
        disk(&simulation).create_dir(at("/d")).unwrap();
        let file = disk(&simulation).open(at("/d/f"), OpenMode::Create).unwrap();
        file.sync().unwrap();
        disk(&simulation).sync_dir(at("/d")).unwrap();
        simulation.power_cut();
        (disk(&simulation).list(at("/d")).is_ok(), exists(&simulation, "/d/f"))
    });
    assert_eq!(seen, BTreeSet::from([(false, false), (true, true)]));
}

/// Replaces `/f` by a synced file by way of a rename.
fn replace(simulation: &Simulation) {
    let disk = disk(simulation);
    let new = disk.open(at("/new"), OpenMode::Create).unwrap();
    new.write_at(b"new", 0).unwrap();
    new.sync().unwrap();
    disk.sync_dir(at("/")).unwrap();
    disk.rename(at("/new"), at("/f")).unwrap();
}

#[test]
fn a_rename_is_atomic() {
    let seen = outcomes(|seed| {
        let (simulation, _file) = with_file(seed, b"old");
        replace(&simulation);
        assert_eq!(content(&simulation, "/f"), b"new");
        simulation.power_cut();
        (content(&simulation, "/f"), exists(&simulation, "/new"))
    });
    assert_eq!(seen, BTreeSet::from([(b"old".to_vec(), true), (b"new".to_vec(), false)]));
    for seed in SEEDS {
        let (simulation, _file) = with_file(seed, b"old");
        replace(&simulation);
        disk(&simulation).sync_dir(at("/")).unwrap();
        simulation.power_cut();
        assert_eq!(content(&simulation, "/f"), b"new");
    }
}

#[test]
fn a_reboot_keeps_the_page_cache() {
    for seed in SEEDS {
        let (simulation, file) = with_file(seed, b"old");
        let platform = simulation.platform();
        let lock = platform.disk.lock(at("/")).unwrap();
        assert_eq!(platform.disk.lock(at("/")).err().unwrap().kind(), io::ErrorKind::WouldBlock);
        file.write_at(b"new", 0).unwrap();
        disk(&simulation).open(at("/g"), OpenMode::Create).unwrap();
        simulation.reboot();
        assert_eq!(content(&simulation, "/f"), b"new");
        assert!(exists(&simulation, "/g"));
        assert!(file.sync().is_err() && platform.disk.list(at("/")).is_err());
        let _mine = disk(&simulation).lock(at("/")).unwrap();
        drop(lock);
        assert!(disk(&simulation).lock(at("/")).is_err(), "a dead guard releases nothing");
    }
}

#[test]
fn a_failed_sync_is_not_made_good_by_the_next() {
    let seen = outcomes(|seed| {
        let (simulation, file) = with_file(seed, &[1; 512]);
        file.write_at(&[2; 512], 0).unwrap();
        simulation.faults().fail_next_sync("f");
        assert_eq!(file.sync().unwrap_err().raw_os_error(), Some(5));
        file.sync().unwrap();
        assert_eq!(content(&simulation, "/f"), vec![2; 512], "the cache still shows it");
        simulation.power_cut();
        content(&simulation, "/f")[0]
    });
    assert_eq!(seen, BTreeSet::from([1, 2]));
}

#[test]
fn failed_and_short_writes_leave_some_sectors() {
    let seen = outcomes(|seed| {
        let (simulation, _) = with_file(seed, &[1; 4096]);
        let file = disk(&simulation).open(at("/f"), OpenMode::Direct).unwrap();
        simulation.faults().fail_next_write("/f");
        assert!(file.write_at(block(2, 1).as_slice(), 0).is_err());
        simulation.faults().short_write("/f");
        let error = file.write_at(block(3, 1).as_slice(), 0).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::WriteZero);
        let bytes = content(&simulation, "/f");
        simulation.power_cut();
        assert_eq!(content(&simulation, "/f"), bytes);
        assert_eq!(simulation.faults().fired(Fault::WriteError), 1);
        assert_eq!(simulation.faults().fired(Fault::ShortWrite), 1);
        bytes.chunks(512).map(|sector| sector[0]).collect::<Vec<_>>()
    });
    assert!(seen.len() > 50);
}

#[test]
fn a_full_disk_refuses_and_recovers() {
    let (simulation, file) = with_file(1, &[1; 4096]);
    simulation.faults().disk_full(8192);
    assert_eq!(disk(&simulation).space(at("/")).unwrap().free_bytes, 8192);
    file.write_at(&[2; 4096], 0).unwrap();
    file.write_at(&[2; 8192], 4096).unwrap();
    let error = file.write_at(&[2; 1], 12288).unwrap_err();
    assert_eq!(error.kind(), io::ErrorKind::StorageFull);
    assert_eq!(file.allocate(12289).unwrap_err().kind(), io::ErrorKind::StorageFull);
    assert_eq!(simulation.faults().fired(Fault::DiskFull), 2);
    let other = disk(&simulation).open(at("/other"), OpenMode::Create).unwrap();
    disk(&simulation).remove(at("/f")).unwrap();
    other.allocate(12288).unwrap();
    other.write_at(&[3; 12288], 0).unwrap();
    assert!(other.write_at(&[3], 12288).is_err());
    simulation.faults().disk_has_space();
    other.write_at(&[3], 12288).unwrap();
}

#[test]
fn bits_flip_and_reads_fail() {
    for seed in SEEDS {
        let (simulation, file) = with_file(seed, &[0; 600]);
        simulation.faults().flip_bit(at("/f"), 513).unwrap();
        assert!(simulation.faults().flip_bit(at("/f"), 600).is_err());
        for _ in 0..2 {
            let bytes = content(&simulation, "/f");
            assert_eq!(bytes.iter().map(|byte| byte.count_ones()).sum::<u32>(), 1);
            assert!(bytes[513] != 0);
            simulation.power_cut();
        }
        assert_eq!(simulation.faults().fired(Fault::BitFlip), 1);
        simulation.faults().read_error("f");
        let file_now = disk(&simulation).open(at("/f"), OpenMode::Read).unwrap();
        assert!(file_now.read_at(&mut [0], 0).is_err() && file_now.read_at(&mut [0], 0).is_ok());
        drop(file);
    }
}

#[test]
fn write_private_replaces_atomically() {
    let mut seen = BTreeSet::new();
    for cut in 1..=3 {
        for seed in SEEDS {
            let (simulation, _file) = with_file(seed, b"old");
            let platform = simulation.platform();
            simulation.faults().cut_after_syncs(cut);
            let written = platform.disk.write_private(at("/f"), b"new");
            assert_eq!(written.is_ok(), cut == 3, "it syncs the file and its directory");
            simulation.power_cut();
            let after = content(&simulation, "/f");
            assert!(after == b"new" || (cut < 3 && after == b"old"));
            seen.insert((cut, after));
            simulation.faults().disarm();
            disk(&simulation).write_private(at("/f"), b"again").unwrap();
            assert_eq!(content(&simulation, "/f"), b"again");
        }
    }
    assert!(seen.contains(&(2, b"new".to_vec())) && seen.contains(&(2, b"old".to_vec())));
}

#[test]
fn the_same_seed_leaves_the_same_disk() {
    let run = |seed| {
        let (simulation, file) = with_file(seed, &[1; 8192]);
        file.write_at(&[2; 8192], 100).unwrap();
        disk(&simulation).rename(at("/f"), at("/g")).unwrap();
        disk(&simulation).create_dir(at("/d")).unwrap();
        simulation.power_cut();
        let names = disk(&simulation).list(at("/")).unwrap();
        let file = names.iter().find(|name| *name != "d").unwrap();
        (names.clone(), content(&simulation, &format!("/{file}")), simulation.now_ns())
    };
    for seed in SEEDS {
        assert_eq!(run(seed), run(seed));
    }
}

#[test]
fn calls_fail_by_chance_and_a_flip_is_of_the_read_alone() {
    let (simulation, file) = with_file(3, &[7; 4096]);
    let faults = simulation.faults();
    faults.set_rates(FaultRates {
        path: "f",
        write_error: 300_000,
        short_write: 300_000,
        sync_error: 300_000,
        read_error: 300_000,
        read_flip: 300_000,
    });
    let (mut flipped, mut out) = (0, [0; 100]);
    for _ in 0..100 {
        let _ = file.write_at(&[7; 1024], 0);
        let _ = file.sync();
        if file.read_at(&mut out, 0).is_ok() {
            let bits: u32 = out.iter().map(|byte| (byte ^ 7).count_ones()).sum();
            assert!(bits <= 1, "one bit of a read");
            flipped += u64::from(bits);
        }
    }
    for fault in [Fault::WriteError, Fault::ShortWrite, Fault::SyncError, Fault::ReadError] {
        assert!(faults.fired(fault) > 5, "{fault:?}");
    }
    assert!(flipped > 5 && faults.fired(Fault::ReadFlip) == flipped);
    faults.disarm();
    for _ in 0..100 {
        file.read_at(&mut out, 0).unwrap();
        assert_eq!(out, [7; 100], "what is stored is intact");
    }
}

#[test]
fn a_cut_counts_what_it_did() {
    let (mut lost, mut kept, mut torn, mut entries) = (0, 0, 0, 0);
    for seed in SEEDS {
        let (simulation, file) = with_file(seed, &[1; 4096]);
        file.write_at(&[2; 4096], 0).unwrap();
        disk(&simulation).open(at("/new"), OpenMode::Create).unwrap();
        simulation.power_cut();
        let faults = simulation.faults();
        let sectors = (faults.fired(Fault::SectorLost), faults.fired(Fault::SectorKept));
        let newest = content(&simulation, "/f").iter().filter(|byte| **byte == 2).count() as u64;
        assert_eq!((sectors.0 + sectors.1, sectors.1), (8, newest / 512));
        assert_eq!(faults.fired(Fault::Torn), u64::from(sectors.0 > 0 && sectors.1 > 0));
        assert_eq!(faults.fired(Fault::EntryLost), u64::from(!exists(&simulation, "/new")));
        lost += sectors.0;
        kept += sectors.1;
        torn += faults.fired(Fault::Torn);
        entries += faults.fired(Fault::EntryLost);
    }
    assert!(lost > 100 && kept > 100 && torn > 20 && entries > 20);
}
