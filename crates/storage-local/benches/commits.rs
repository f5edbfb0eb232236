//! Durable commits a second: the engine, a file per object, and raw writes as a journal makes them,
//! in turns on one file system; or the engine alone with so many rows loaded.
//!
//! `cargo bench -p larder-storage-local --bench commits -- [DIRECTORY] [--rows N]`

#![allow(clippy::disallowed_methods)] // A bench measures the real clock on the real machine.

use bytes::Bytes;
use larder_platform::{AlignedBuffer, DIRECT_ALIGN, Disk, OpenMode, Platform};
use larder_storage::{Batch, Check, MetaStore, Put, RowKey, RowKind, SpaceId};
use larder_storage_local::index::{Index, LsmIndex};
use larder_storage_local::{Local, OpenError, Options};
use std::fs;
use std::io::Write;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

const WRITERS: usize = 64;
const ROUND: Duration = Duration::from_secs(3);
const ROUNDS: usize = 3;
/// The file of raw writes.
const RAW_BYTES: u64 = 64 << 20;

fn open(directory: &Path) -> Local {
    let index = |path: &Path| -> Result<Arc<dyn Index>, OpenError> {
        let index = LsmIndex::open(&*Platform::real().disk, path, 64 << 20);
        Ok(Arc::new(index.map_err(|e| OpenError::Index(e.0))?))
    };
    Local::open(Platform::real(), Options::new(directory), index).expect("the engine opens")
}

/// What the writers share.
struct Work {
    local: Local,
    body: Option<Bytes>,
    total: AtomicU64,
}

/// One checked commit after the other, as a PUT makes them, of each of these rows, until the round
/// is over.
async fn write_engine(work: Arc<Work>, rows: impl Iterator<Item = String>, until: Option<Instant>) {
    let Work { local, body, total } = &*work;
    for row in rows {
        if until.is_some_and(|until| Instant::now() >= until) {
            return;
        }
        let row = RowKey::new(SpaceId(1), RowKind::Head, row);
        let seen = local.get(&row).await.expect("a read").seen;
        let put = Put {
            row: row.clone(),
            value: Bytes::from(vec![7; 200]),
            payload: body.clone(),
            replaces: Some(seen),
        };
        let checks = vec![Check { row, seen }];
        // Only gc can be in the way of a writer with keys of its own.
        if local.commit(Batch { checks, puts: vec![put], ..Batch::default() }).await.is_ok() {
            total.fetch_add(1, Ordering::Relaxed);
        }
    }
}

/// How many commits the writers make, each of the rows that are its own.
async fn write<R>(
    local: &Local,
    body: Option<Bytes>,
    until: Option<Instant>,
    rows: impl Fn(usize) -> R,
) -> u64
where
    R: Iterator<Item = String> + Send + 'static,
{
    let work = Arc::new(Work { local: local.clone(), body, total: AtomicU64::new(0) });
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write_engine(work.clone(), rows(writer), until));
    }
    writers.join_all().await;
    work.total.load(Ordering::Relaxed)
}

/// The name of a loaded row. Neighbours in time are not neighbours in order.
fn loaded(n: u64) -> String {
    format!("{:016x}", n.wrapping_mul(0x9e37_79b9_7f4a_7c15))
}

/// Loads `rows`, then measures commits of new rows and of loaded ones, which are replaced.
async fn among(rows: u64, directory: &Path) {
    let local = open(directory);
    let each = rows.div_ceil(WRITERS as u64);
    let own = move |writer: usize| (writer as u64 * each..(writer as u64 + 1) * each).map(loaded);
    let start = Instant::now();
    let count = write(&local, None, None, own).await;
    println!("{count} rows loaded at {:.0}/s", count as f64 / start.elapsed().as_secs_f64());
    let body = Bytes::from(vec![0x5a; 4 << 10]);
    for round in 0..ROUNDS as u64 {
        let until = || Some(Instant::now() + ROUND);
        let before = cpu_us();
        let new = move |writer: usize| {
            (0..).map(move |n: u64| {
                loaded(rows * 2 + (n * ROUNDS as u64 + round) * 64 + writer as u64)
            })
        };
        let count = write(&local, Some(body.clone()), until(), new).await;
        report("new", body.len(), count, cpu_us() - before);
        let before = cpu_us();
        let replaced = move |writer: usize| {
            let step = 7_919 + 2 * round;
            (0..).map(move |n: u64| loaded(writer as u64 * each + n * step % each))
        };
        let count = write(&local, Some(body.clone()), until(), replaced).await;
        report("replace", body.len(), count, cpu_us() - before);
    }
}

fn write_files(directory: &Path, writer: usize, body: &[u8], total: &AtomicU64) {
    let start = Instant::now();
    let mut n = 0u64;
    let place = directory.join(format!("w{writer}"));
    fs::create_dir_all(&place).expect("a directory");
    while start.elapsed() < ROUND {
        let temporary = place.join("temporary");
        let mut file = fs::File::create(&temporary).expect("a file");
        file.write_all(body).expect("a write");
        file.sync_all().expect("a sync");
        fs::rename(&temporary, place.join(format!("{n}"))).expect("a rename");
        fs::File::open(&place).and_then(|d| d.sync_all()).expect("a directory sync");
        total.fetch_add(1, Ordering::Relaxed);
        n += 1;
    }
}

/// Records end to end, as many in each durable direct write as there are writers, over and over one
/// file: what a journal could do at best, and what no record, check or index costs.
fn write_raw(disk: &dyn Disk, path: &Path, body: &[u8]) -> u64 {
    let mut batch = AlignedBuffer::new((WRITERS * body.len()).next_multiple_of(DIRECT_ALIGN));
    for _ in 0..WRITERS {
        batch.extend(body);
    }
    let batch = batch.as_slice();
    disk.open(path, OpenMode::Create).and_then(|file| file.allocate(RAW_BYTES)).expect("a file");
    let file = disk.open(path, OpenMode::Direct).expect("the file");
    let places = || (0..RAW_BYTES / batch.len() as u64).map(|n| n * batch.len() as u64);
    for place in places() {
        file.write_at(batch, place).expect("a write");
    }
    let (start, mut count) = (Instant::now(), 0);
    for place in places().cycle() {
        if start.elapsed() >= ROUND {
            break;
        }
        file.write_at(batch, place).expect("a write");
        count += WRITERS as u64;
    }
    count
}

/// User and system CPU time of this process in microseconds.
fn cpu_us() -> u64 {
    let usage = larder_platform::process_usage();
    (usage.cpu_user_ns.unwrap_or(0) + usage.cpu_system_ns.unwrap_or(0)) / 1000
}

fn report(name: &str, length: usize, count: u64, cpu: u64) -> f64 {
    let rate = count as f64 / ROUND.as_secs_f64();
    let each = match cpu {
        0 => String::new(),
        cpu => format!(", {:>6.1} us CPU each", cpu as f64 / count as f64),
    };
    println!("{name:>7} {length:>6} B: {rate:>9.0}/s{each}");
    rate
}

fn main() {
    let mut words = std::env::args().skip(1);
    let (mut directory, mut rows) = (std::env::temp_dir(), None);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--rows" => {
                let count = words.next().and_then(|count| count.parse().ok());
                rows = Some(count.expect("--rows and a number"));
            }
            // What cargo says to every bench.
            option if option.starts_with('-') => {}
            path => directory = path.into(),
        }
    }
    let directory = directory.join(format!("larder-bench-{}", std::process::id()));
    fs::create_dir_all(&directory).expect("a directory");
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("tokio");
    match rows {
        Some(rows) => runtime.block_on(among(rows, &directory)),
        None => beside_files(&runtime, &directory),
    }
    let _ = fs::remove_dir_all(&directory);
}

fn beside_files(runtime: &tokio::runtime::Runtime, directory: &Path) {
    for length in [4 << 10, 64 << 10] {
        let body = Bytes::from(vec![0x5a; length]);
        let mut ratios = Vec::new();
        for round in 0..ROUNDS {
            let before = cpu_us();
            let local = runtime
                .block_on(async { open(&directory.join(format!("engine-{length}-{round}"))) });
            let rows = |writer| (0..).map(move |n: u64| format!("{writer}/{:06}", n % 100_000));
            let until = Some(Instant::now() + ROUND);
            let count = runtime.block_on(write(&local, Some(body.clone()), until, rows));
            let engine = report("engine", length, count, cpu_us() - before);
            let (total, before) = (AtomicU64::new(0), cpu_us());
            let place = directory.join(format!("files-{length}-{round}"));
            std::thread::scope(|scope| {
                for writer in 0..WRITERS {
                    let (place, body, total) = (&place, &body, &total);
                    scope.spawn(move || write_files(place, writer, body, total));
                }
            });
            let files = report("files", length, total.load(Ordering::Relaxed), cpu_us() - before);
            ratios.push(engine / files);
            let place = directory.join(format!("raw-{length}-{round}"));
            // Filled before it is measured: that CPU is not told.
            let platform = runtime.block_on(async { Platform::real() });
            report("raw", length, write_raw(&*platform.disk, &place, &body), 0);
        }
        ratios.sort_by(f64::total_cmp);
        println!("  ratio {length:>6} B: {:.1}, median of {ROUNDS} rounds", ratios[ROUNDS / 2]);
    }
}
