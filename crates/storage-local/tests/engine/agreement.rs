//! A start and a check say the same of a journal, whatever was done to it, and nothing acknowledged
//! is lost without a word; a repair makes both content.
//!
//! What no log without a second copy can tell from a cut is let pass, and nothing else: batches at
//! the very end of the newest segment, of which none is whole, without a seal that speaks of them.

use crate::harness::{Harness, SPACES};
use bytes::Bytes;
use larder_platform::OpenMode;
use larder_platform::sim::Prng;
use larder_storage::{Batch, Delete, MetaStore, Put, RowKey, RowKind};
use larder_storage_local::{Finding, OpenError};
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

const JOURNAL: &str = "/data/journal";
const SECTOR: usize = 512;
const BLOCK: usize = 4096;
/// What a new segment is filled with.
const FILL: u8 = 0xa5;

/// The rows of an engine with their values, in order.
type Rows = Vec<(RowKey, Bytes)>;
/// The journal's files.
type Images = BTreeMap<PathBuf, Vec<u8>>;

/// A directory at rest.
struct Built {
    harness: Harness,
    /// What was there after each commit.
    history: Vec<Rows>,
    /// What would have been there after each commit that was refused. Its batch may be whole behind
    /// its segment's end, and only the header of the next segment says that it does not count.
    refused: Vec<Rows>,
    /// The journal as it was on the way.
    earlier: Images,
}

fn images(harness: &Harness) -> Images {
    let disk = harness.sim.platform().disk.clone();
    let names = disk.list(Path::new(JOURNAL)).expect("a list");
    let paths = names.iter().map(|name| Path::new(JOURNAL).join(name));
    paths.map(|path| (path.clone(), disk.read_all(&path).expect("a segment"))).collect()
}

fn model_rows(harness: &Harness) -> Rows {
    let mut rows: Rows =
        harness.model.dump().into_iter().map(|(key, value, _)| (key, value)).collect();
    rows.sort();
    rows
}

/// What an open engine holds, without reading payloads.
fn rows(harness: &Harness) -> Rows {
    let local = harness.local();
    let known: BTreeSet<RowKey> =
        (0..KEYS).flat_map(|key| KINDS.map(|kind| row(key, kind))).collect();
    let mut rows = Rows::new();
    for key in known {
        let found = harness.sim.block_on(local.get(&key)).expect("a read of the index");
        rows.extend(found.row.map(|row| (key, row.value)));
    }
    rows.sort();
    rows
}

const KEYS: u64 = 9;
const KINDS: [RowKind; 2] = [RowKind::Head, RowKind::Version];

fn row(key: u64, kind: RowKind) -> RowKey {
    RowKey::new(SPACES[0], kind, format!("k{key}"))
}

fn commit(harness: &mut Harness, rng: &mut Prng, stamp: u64) -> Vec<Batch> {
    let row = row(rng.below(KEYS), KINDS[rng.index(2)]);
    let seen = harness.sim.block_on(harness.local().get(&row)).expect("a read").seen;
    let mut batch = Batch { frees: true, ..Batch::default() };
    if rng.chance(1, 4) {
        batch.deletes.push(Delete { row, replaces: Some(seen) });
    } else {
        let bytes = [0, 300, 9_000, 60_000][rng.index(4)];
        let payload = (bytes > 0).then(|| Bytes::from(vec![stamp as u8; bytes]));
        let value = format!("value {stamp}").into();
        batch.puts.push(Put { row, value, payload, replaces: Some(seen) });
    }
    harness.commit(vec![batch])
}

/// The same directory for the same seed: overwrites, removals, gc, failed writes, and a stop, a
/// kill or a cut, at rest or in the middle of a write.
fn build(seed: u64) -> Built {
    let mut rng = Prng::new(seed);
    let mut harness = Harness::new(seed);
    let (mut history, mut refused) = (vec![model_rows(&harness)], Vec::new());
    let mut earlier = Images::new();
    let rounds = 10 + rng.below(70);
    for round in 0..rounds {
        if rng.chance(1, 25) {
            harness.sim.faults().fail_next_write("journal/");
        }
        match commit(&mut harness, &mut rng, round).first() {
            None => history.push(model_rows(&harness)),
            Some(batch) => refused.push(applied(model_rows(&harness), batch)),
        }
        // To remove what is not there takes no batch.
        history.dedup();
        if round == rounds / 2 {
            earlier = images(&harness);
        }
        if rng.chance(1, 40) {
            harness.reboot();
        }
    }
    if rng.chance(1, 2) {
        harness.sim.run_until_idle();
    }
    match rng.below(4) {
        0 => harness.stop(),
        1 => harness.sim.reboot(),
        2 => harness.sim.power_cut(),
        _ => {
            harness.sim.faults().cut_after_syncs(1 + rng.below(2));
            commit(&mut harness, &mut rng, rounds);
            harness.sim.faults().disarm();
            harness.sim.power_cut();
        }
    }
    harness.sim.faults().disarm();
    harness.local = None;
    Built { harness, history, refused, earlier }
}

fn applied(rows: Rows, batch: &Batch) -> Rows {
    let mut rows: BTreeMap<RowKey, Bytes> = rows.into_iter().collect();
    rows.extend(batch.puts.iter().map(|put| (put.row.clone(), put.value.clone())));
    batch.deletes.iter().for_each(|delete| drop(rows.remove(&delete.row)));
    rows.into_iter().collect()
}

fn number(image: &[u8], at: usize) -> u64 {
    image.get(at..at + 8).map_or(0, |bytes| u64::from_le_bytes(bytes.try_into().expect("8 bytes")))
}

/// Where the batches of a segment lie, by the documented format alone.
fn batches(image: &[u8]) -> Vec<std::ops::Range<usize>> {
    let (segment, mut sequence, mut at) = (number(image, 8), number(image, 32), BLOCK);
    let mut batches = Vec::new();
    while segment != 0 && image.get(at..at + 4) == Some(b"LBAT") {
        let bytes = 64 + number(image, at + 4) as u32 as usize;
        let own = number(image, at + 8) == segment && number(image, at + 16) == sequence;
        if !own || at + bytes > image.len() {
            break;
        }
        batches.push(at..at + bytes);
        at += bytes.next_multiple_of(BLOCK);
        sequence += 1;
    }
    batches
}

/// The newest segment: its file and image.
fn newest(images: &Images) -> Option<(&PathBuf, &Vec<u8>)> {
    let used = images.iter().filter(|(_, image)| number(image, 8) != 0);
    used.max_by_key(|(_, image)| number(image, 8))
}

/// Does damage and says what.
fn damage(built: &Built, rng: &mut Prng) -> String {
    let images = images(&built.harness);
    let paths: Vec<&PathBuf> = images.keys().collect();
    let mut path = paths[rng.index(paths.len())];
    if rng.chance(1, 2) {
        path = newest(&images).map_or(path, |(path, _)| path);
    }
    let mut image = images[path].clone();
    if image.is_empty() {
        return "nothing more".to_owned();
    }
    if rng.chance(1, 3) {
        return change_files(built, path, &images, rng);
    }
    let earlier = built.earlier.get(path).cloned().unwrap_or_default();
    let what = spoil(&mut image, &earlier, rng);
    write(&built.harness, path, &image);
    format!("{path:?}: {what}")
}

/// Swaps, removes or doubles a file.
fn change_files(built: &Built, path: &PathBuf, images: &Images, rng: &mut Prng) -> String {
    let harness = &built.harness;
    match rng.below(3) {
        0 => {
            let other = images.keys().nth(rng.index(images.len())).expect("one of them");
            write(harness, path, &images[other]);
            write(harness, other, &images[path]);
            format!("{path:?} and {other:?} swapped")
        }
        1 => {
            harness.sim.platform().disk.remove(path).expect("it is removed");
            format!("{path:?} removed")
        }
        _ => {
            write(harness, &Path::new(JOURNAL).join("00000100"), &images[path]);
            format!("{path:?} there twice")
        }
    }
}

/// Damages the bytes of a segment that had others before, and says what.
fn spoil(image: &mut Vec<u8>, earlier: &[u8], rng: &mut Prng) -> String {
    let found = batches(image);
    // Three in four where something is.
    let live = found.last().map_or(BLOCK, |last| last.end);
    let at = match rng.below(4) {
        0 => rng.index(image.len()),
        // Header, seal and the copy of the header.
        1 => [rng.index(72), 512 + rng.index(40), 1024 + rng.index(72)][rng.index(3)],
        2 => found.last().map_or(0, |last| last.start + rng.index(last.len())),
        _ => rng.index(live),
    };
    // What was damaged before may be shorter by now.
    let at = at.min(image.len() - 1);
    let sector = at / SECTOR * SECTOR;
    match rng.below(6) {
        0 => {
            image[at] ^= 1 << rng.below(8);
            format!("a bit at {at}")
        }
        1 => {
            for n in 0..2 + rng.index(3) {
                let at = (at + n * 3).min(image.len() - 1);
                image[at] ^= 1 << rng.below(8);
            }
            format!("bits from {at}")
        }
        2 => {
            let end = (sector + SECTOR * (1 + rng.index(20))).min(image.len());
            image[sector..end].fill(0);
            format!("zeros at {sector}..{end}")
        }
        3 => {
            image.truncate([at, sector, 0, 600][rng.index(4)].min(image.len()));
            format!("cut to {}", image.len())
        }
        4 => {
            // A write of which some sectors were lost.
            let torn = found.last().cloned().unwrap_or(0..0);
            for sector in image[torn.start..torn.end].chunks_mut(SECTOR) {
                if rng.chance(1, 2) {
                    sector.fill(FILL);
                }
            }
            format!("a torn write at {torn:?}")
        }
        _ => {
            // Writes that were acknowledged and lost: what was there before is still there.
            let from = if rng.chance(1, 3) { 0 } else { sector };
            let end = (from + SECTOR * (1 + rng.index(200))).min(image.len()).min(earlier.len());
            if from < end {
                image[from..end].copy_from_slice(&earlier[from..end]);
            }
            format!("old remains at {from}..{end}")
        }
    }
}

fn write(harness: &Harness, path: &Path, image: &[u8]) {
    let disk = harness.sim.platform().disk.clone();
    let file = disk.open(path, OpenMode::Write).or_else(|_| disk.open(path, OpenMode::Create));
    let file = file.expect("a file");
    file.set_length(image.len() as u64).expect("a length");
    file.write_at(image, 0).expect("a write");
    file.sync().expect("a sync");
}

/// How many batches at the end of the journal may be missing without anybody noticing: those of the
/// newest segment of which none is whole any more and that no seal speaks of.
fn may_lack(before: &Images, after: &Images, earlier: &Images) -> usize {
    let Some((path, image)) = newest(before) else {
        return 0;
    };
    // Files may have changed places, and a damaged header has a copy. A header of an earlier use,
    // whose overwriting was acknowledged and lost, cannot be told from one that is right.
    let same_use = |other: &&Vec<u8>| {
        let header = |bytes: &[u8]| bytes.get(..72).map(<[u8]>::to_vec);
        let copy = other.get(1024..1096) == image.get(1024..1096);
        let earlier = earlier.values().any(|image| header(image) == header(other));
        other.len() == image.len() && (header(other) == header(image) || copy && !earlier)
    };
    let found = batches(image);
    let Some(now) = after.get(path).filter(same_use).or_else(|| after.values().find(same_use))
    else {
        // The refused batch, too, of which only its header said that it does not count.
        return found.len() + 1;
    };
    if now[512..552] == image[512..552] && image[512..552].iter().any(|byte| *byte != 0) {
        let sealed = number(image, 528) as usize;
        return found.iter().filter(|batch| batch.start >= sealed).count();
    }
    let gone = found
        .iter()
        .rev()
        .take_while(|batch| now[batch.start..batch.end] != image[batch.start..batch.end]);
    gone.count()
}

/// Damage that check reports, by whether a start refuses because of it.
fn check(harness: &Harness) -> (Vec<Finding>, Vec<Finding>) {
    harness.damages().into_iter().partition(|finding| finding.stops_start)
}

/// How a case ended.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
enum Outcome {
    Clean,
    Accepted,
    Refused,
}

fn run(seed: u64) -> Outcome {
    // The same once more, undamaged.
    let mut sound = build(seed);
    assert_eq!(check(&sound.harness), (vec![], vec![]), "seed {seed}: nothing is damaged");
    sound.harness.open();
    let truth = rows(&sound.harness);
    let mut built = build(seed);
    let before = images(&built.harness);
    let mut rng = Prng::new(seed ^ 0xda3a6e);
    let done: Vec<String> = (0..1 + rng.below(2)).map(|_| damage(&built, &mut rng)).collect();
    let after = images(&built.harness);
    let note = format!("seed {seed}: {done:?}");
    let (stopping, others) = check(&built.harness);
    let outcome = match built.harness.try_open() {
        Err(OpenError::Damaged(finding)) => {
            assert!(stopping.contains(&finding), "{note}: {finding:?} and not {stopping:?}");
            assert!(images(&built.harness) == after, "{note}: a refused start changes nothing");
            Outcome::Refused
        }
        Err(error) => panic!("{note}: {error}"),
        Ok(()) => {
            assert_eq!(stopping, [], "{note}: a start accepts it");
            let found = rows(&built.harness);
            let lacks = may_lack(&before, &after, &built.earlier);
            let known = built.history.iter().rev().take(lacks + 1);
            let mut fine = known.chain(built.refused.iter().rev().take(lacks));
            assert!(
                found == truth || (lacks > 0 && fine.any(|rows| found == *rows)),
                "{note}: {lacks} may be lacking: {found:?} and not {truth:?}"
            );
            if others.is_empty() {
                // All of it is there, payloads included.
                built.harness.dump();
                Outcome::Clean
            } else {
                Outcome::Accepted
            }
        }
    };
    built.harness.stop();
    let repaired = built.harness.repair();
    assert_eq!(check(&built.harness), (vec![], vec![]), "{note}: repaired: {repaired:?}");
    let opened = built.harness.try_open();
    assert!(opened.is_ok(), "{note}: repaired: {opened:?}");
    outcome
}

#[test]
fn a_start_and_a_check_agree_on_any_damage() {
    let cases = std::env::var("LARDER_TEST_CASES").ok().and_then(|n| n.parse().ok());
    let cases: u64 = cases.unwrap_or(120);
    let mut outcomes = BTreeMap::new();
    for seed in 0..cases {
        *outcomes.entry(run(seed)).or_insert(0) += 1;
    }
    let seen = |outcome| outcomes.get(&outcome).copied().unwrap_or(0) * 10 >= cases;
    let all = [Outcome::Clean, Outcome::Accepted, Outcome::Refused];
    assert!(all.into_iter().all(seen), "each is a tenth of {outcomes:?} at least");
}
