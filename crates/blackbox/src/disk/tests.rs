use super::errno::{EIO, ENOSPC};
use super::{Call, Disk, Fault, PAGE, ROOT, Refusal};

const MIB: u64 = 1 << 20;

fn disk(seed: u64) -> Disk {
    Disk::new(64 * MIB, seed, false)
}

/// A file with a durable name.
fn file(disk: &Disk, name: &str) -> u64 {
    let file = disk.create(ROOT, name, 0o600).unwrap();
    disk.sync_directory(ROOT).unwrap();
    file
}

fn cut(disk: &Disk) {
    disk.freeze();
    disk.bury();
    disk.cut();
}

fn content(disk: &Disk, name: &str) -> Option<Vec<u8>> {
    disk.content(name)
}

/// What is seen after a cut with each of many seeds.
fn outcomes<T: PartialEq>(run: impl Fn(&Disk) -> T) -> Vec<T> {
    let mut out: Vec<T> = Vec::new();
    for seed in 0..100 {
        let seen = run(&disk(seed));
        if !out.contains(&seen) {
            out.push(seen);
        }
    }
    out
}

#[test]
fn what_was_synced_survives_every_cut() {
    let seen = outcomes(|disk| {
        let file = file(disk, "a");
        disk.write(file, 0, &[1; 3000], false).unwrap();
        disk.sync(file).unwrap();
        disk.write(file, 3000, &[2; 3000], true).unwrap();
        cut(disk);
        content(disk, "a").unwrap()
    });
    assert!(seen == [[[1; 3000], [2; 3000]].concat()]);
}

#[test]
fn a_durable_write_covers_its_own_sectors_only() {
    let seen = outcomes(|disk| {
        let file = file(disk, "a");
        disk.write(file, 0, &[0; 4096], true).unwrap();
        disk.write(file, 0, &[1; 512], false).unwrap();
        disk.write(file, 2048, &[2; 512], true).unwrap();
        cut(disk);
        let content = content(disk, "a").unwrap();
        (content[0], content[2048])
    });
    assert_eq!(seen.len(), 2, "the first sector is lost or kept: {seen:?}");
    assert!(seen.iter().all(|(_, second)| *second == 2));
}

#[test]
fn unsynced_sectors_are_lost_kept_and_mixed() {
    let seen = outcomes(|disk| {
        let file = file(disk, "a");
        disk.write(file, 0, &[0; 1024], true).unwrap();
        disk.write(file, 0, &[1; 1024], false).unwrap();
        disk.write(file, 512, &[2; 512], false).unwrap();
        cut(disk);
        let content = content(disk, "a").unwrap();
        (content[0], content[512])
    });
    assert_eq!(seen.len(), 6, "two sectors with two and three states: {seen:?}");
}

#[test]
fn lengths_are_lost_and_kept() {
    let seen = outcomes(|disk| {
        let file = file(disk, "a");
        disk.write(file, 0, &[1; 600], false).unwrap();
        disk.write(file, 600, &[1; 600], false).unwrap();
        cut(disk);
        content(disk, "a").unwrap().len()
    });
    assert!(seen.len() == 3 && seen.contains(&0) && seen.contains(&600) && seen.contains(&1200));
}

#[test]
fn entries_need_a_sync_of_their_directory() {
    let seen = outcomes(|disk| {
        let file = disk.create(ROOT, "a", 0o600).unwrap();
        disk.write(file, 0, &[1], false).unwrap();
        disk.sync(file).unwrap();
        cut(disk);
        content(disk, "a")
    });
    assert!(seen.len() == 2 && seen.contains(&None) && seen.contains(&Some(vec![1])));
}

#[test]
fn a_rename_is_whole_and_keeps_what_it_replaced_or_not() {
    let seen = outcomes(|disk| {
        let old = file(disk, "now");
        disk.write(old, 0, b"old", true).unwrap();
        let new = file(disk, "next");
        disk.write(new, 0, b"new", true).unwrap();
        disk.rename((ROOT, "next"), (ROOT, "now")).unwrap();
        cut(disk);
        (content(disk, "now").unwrap(), content(disk, "next").is_some())
    });
    assert!(seen.len() == 2);
    assert!(seen.contains(&(b"old".to_vec(), true)) && seen.contains(&(b"new".to_vec(), false)));
}

#[test]
fn a_removal_and_a_lost_directory() {
    let seen = outcomes(|disk| {
        file(disk, "gone");
        disk.remove(ROOT, "gone", false).unwrap();
        let directory = disk.create_directory(ROOT, "d", 0o700).unwrap();
        disk.create(directory, "inner", 0o600).unwrap();
        disk.sync_directory(directory).unwrap();
        cut(disk);
        (content(disk, "gone").is_some(), content(disk, "d/inner").is_some())
    });
    assert_eq!(seen.len(), 4, "{seen:?}");
}

#[test]
fn the_power_goes_during_a_call_that_never_returns() {
    let disk = disk(1);
    let file = file(&disk, "a");
    disk.arm(Fault::power(&[Call::DurableWrite], "a", 1));
    assert_eq!(disk.write(file, 0, b"one", true), Ok(3));
    assert_eq!(disk.write(file, 512, b"two", true), Err(Refusal::Silence));
    assert_eq!(disk.sync(file), Err(Refusal::Silence), "nothing returns any more");
    let (send, receive) = std::sync::mpsc::channel();
    disk.hold(move || send.send(()).unwrap());
    assert!(receive.try_recv().is_err());
    disk.bury();
    assert!(receive.try_recv().is_ok());
    disk.cut();
    assert!(content(&disk, "a").unwrap().starts_with(b"one"));
    assert!(disk.write(file, 0, b"on", true).is_ok());
}

#[test]
fn a_failed_sync_is_not_made_good_by_the_next() {
    let seen = outcomes(|disk| {
        let file = file(disk, "a");
        disk.write(file, 0, &[0; 512], true).unwrap();
        disk.write(file, 0, &[1; 512], false).unwrap();
        disk.arm(Fault::error(&[Call::Sync], "a", 1));
        assert_eq!(disk.sync(file), Err(Refusal::Error(EIO)));
        assert_eq!(disk.sync(file), Ok(()));
        assert_eq!(disk.read(file, 0, 1).unwrap(), [1], "the cache shows it");
        cut(disk);
        content(disk, "a").unwrap()[0]
    });
    assert!(seen.contains(&0), "it can be lost");
}

#[test]
fn space_runs_out_and_returns() {
    let disk = disk(1);
    let first = file(&disk, "a");
    disk.limit_space(Some(3 * PAGE));
    assert_eq!(disk.write(first, 100, &[1; 5 * PAGE as usize], false), Ok(3 * PAGE as usize - 100));
    assert_eq!(disk.write(first, 3 * PAGE, &[1], false), Err(Refusal::Error(ENOSPC)));
    assert_eq!(disk.write(first, 0, &[2; 100], false), Ok(100), "in place");
    assert_eq!(disk.pages().0, 0);
    disk.opened(first).unwrap();
    disk.remove(ROOT, "a", false).unwrap();
    assert_eq!(disk.pages().0, 0, "it is open");
    disk.closed(first);
    assert_eq!(disk.pages().0, 3);
    let second = file(&disk, "b");
    disk.allocate(second, 0, 2 * PAGE, 0).unwrap();
    assert_eq!(disk.pages().0, 1);
    assert_eq!(disk.allocate(second, 0, 4 * PAGE, 0), Err(Refusal::Error(ENOSPC)));
    disk.limit_space(None);
    disk.allocate(second, 0, 4 * PAGE, 0).unwrap();
    disk.set_length(second, 0).unwrap();
    assert_eq!(disk.pages(), (64 * MIB / PAGE, 64 * MIB / PAGE));
}

#[test]
fn a_flipped_bit_is_read_and_flipped_back() {
    let disk = disk(1);
    let file = file(&disk, "a");
    disk.write(file, 0, &[0; 2000], true).unwrap();
    assert!(disk.flip("a", 1000, 3) && !disk.flip("a", 2000, 0) && !disk.flip("b", 0, 0));
    assert_eq!(disk.read(file, 1000, 1).unwrap(), [8]);
    assert!(disk.flip("a", 1000, 3));
    assert_eq!(disk.read(file, 0, 2000).unwrap(), [0; 2000]);
}

#[test]
fn faults_are_counted_by_place() {
    let disk = disk(1);
    let data = disk.create_directory(ROOT, "data", 0o700).unwrap();
    let journal = disk.create_directory(data, "journal", 0o700).unwrap();
    let segment = disk.create(journal, "0000002a", 0o600).unwrap();
    disk.arm(Fault::error(&[Call::Read], "journal/", 2));
    for _ in 0..3 {
        let _ = disk.read(segment, 0, 10);
    }
    let counts = disk.take_counts();
    assert_eq!(counts.calls[&(Call::Read, "journal".to_owned())], 3);
    assert_eq!(counts.errors[&(Call::Read, "journal".to_owned())], 2);
}
