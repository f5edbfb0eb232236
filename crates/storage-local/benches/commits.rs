//! Durable commits a second: the engine against a file per object, in turns on one file system.
//!
//! `cargo bench -p larder-storage-local --bench commits -- [DIRECTORY]`

#![allow(clippy::disallowed_methods)] // A bench measures the real clock on the real machine.

use bytes::Bytes;
use larder_platform::Platform;
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

fn open(directory: &Path) -> Local {
    let index = |path: &Path| -> Result<Arc<dyn Index>, OpenError> {
        let index = LsmIndex::open(&*Platform::real().disk, path, 64 << 20);
        Ok(Arc::new(index.map_err(|e| OpenError::Index(e.0))?))
    };
    Local::open(Platform::real(), Options::new(directory), index).expect("the engine opens")
}

/// One checked commit after the other, as a PUT makes them, until the round is over.
async fn write_engine(local: Local, writer: usize, body: Bytes, total: Arc<AtomicU64>) {
    let start = Instant::now();
    let mut n = 0u64;
    while start.elapsed() < ROUND {
        let row = RowKey::new(SpaceId(1), RowKind::Head, format!("{writer}/{:06}", n % 100_000));
        let seen = local.get(&row).await.expect("a read").seen;
        let put = Put {
            row: row.clone(),
            value: Bytes::from(vec![7; 200]),
            payload: Some(body.clone()),
            replaces: Some(seen),
        };
        let checks = vec![Check { row, seen }];
        // Only gc can be in the way of a writer with keys of its own.
        if local.commit(Batch { checks, puts: vec![put], ..Batch::default() }).await.is_ok() {
            total.fetch_add(1, Ordering::Relaxed);
        }
        n += 1;
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

/// User and system CPU time of this process in microseconds.
fn cpu_us() -> u64 {
    let usage = larder_platform::process_usage();
    (usage.cpu_user_ns.unwrap_or(0) + usage.cpu_system_ns.unwrap_or(0)) / 1000
}

fn report(name: &str, length: usize, count: u64, cpu: u64) -> f64 {
    let rate = count as f64 / ROUND.as_secs_f64();
    println!(
        "{name:>7} {length:>6} B: {rate:>9.0}/s, {:>6.1} us CPU each",
        cpu as f64 / count as f64
    );
    rate
}

fn main() {
    let directory = std::env::args().skip(1).find(|arg| !arg.starts_with('-'));
    let directory = directory.map_or_else(std::env::temp_dir, Into::into);
    let directory = directory.join(format!("larder-bench-{}", std::process::id()));
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().expect("tokio");
    for length in [4 << 10, 64 << 10] {
        let body = Bytes::from(vec![0x5a; length]);
        let mut ratios = Vec::new();
        for round in 0..ROUNDS {
            let total = Arc::new(AtomicU64::new(0));
            let before = cpu_us();
            let place = directory.join(format!("engine-{length}-{round}"));
            fs::create_dir_all(&directory).expect("a directory");
            let _local = runtime.block_on(async {
                let local = open(&place);
                let mut writers = tokio::task::JoinSet::new();
                for writer in 0..WRITERS {
                    writers.spawn(write_engine(local.clone(), writer, body.clone(), total.clone()));
                }
                writers.join_all().await;
                local
            });
            let engine = report("engine", length, total.load(Ordering::Relaxed), cpu_us() - before);
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
        }
        ratios.sort_by(f64::total_cmp);
        println!("  ratio {length:>6} B: {:.1}, median of {ROUNDS} rounds", ratios[ROUNDS / 2]);
        let _ = fs::remove_dir_all(&directory);
    }
}
