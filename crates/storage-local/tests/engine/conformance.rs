//! The suite of the seam on every combination of machine and index.

use crate::harness::{Harness, options};
use larder_platform::Platform;
use larder_storage::{MetaStore, RowKind, conformance};
use larder_storage_local::index::{LsmIndex, MemoryIndex, MemoryTables};
use larder_storage_local::{Local, OpenError, Options};
use std::sync::Arc;

#[test]
fn simulated() {
    for seed in 0..10 {
        let harness = Harness::new(seed);
        let local = harness.local();
        harness.sim.block_on(async move { conformance::run(&local).await });
    }
}

/// As many as the options allow at a time, and any number one after the other.
#[test]
fn closed_spaces_that_are_forgotten_make_room() {
    let harness = Harness::new(1);
    let local = harness.local();
    harness.sim.block_on(async move {
        let close = || async {
            let space = local.open_space().await.expect("a space");
            local.close_space_if_empty(space, &[RowKind::Head]).await.map(|_| space)
        };
        for _ in 0..100 {
            let space = close().await.expect("there is room");
            local.forget_space(space).await.expect("it is forgotten");
        }
        for _ in 0..options().closed_spaces_max {
            close().await.expect("there is room");
        }
        close().await.expect_err("there is no more");
    });
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(2)
        .enable_time()
        .build()
        .expect("a runtime")
}

#[test]
fn in_memory() {
    let runtime = runtime();
    // The engine is dropped outside: it waits for its threads.
    let _local = runtime.block_on(async {
        let options = Options { directory: "/data".into(), ..options() };
        let tables = MemoryTables::default();
        let open = |_: &std::path::Path| -> Result<Arc<dyn larder_storage_local::index::Index>, _> {
            Ok(Arc::new(MemoryIndex::new(tables)))
        };
        let local = Local::open(Platform::memory(), options, open).expect("opens");
        conformance::run(&local).await;
        local
    });
}

#[test]
fn on_disk_and_again_after_a_restart() {
    let directory = tempfile::tempdir().expect("a directory");
    let options = Options { directory: directory.path().join("data"), ..options() };
    let runtime = runtime();
    for _ in 0..3 {
        let options = options.clone();
        let _local = runtime.block_on(async {
            let open = |path: &std::path::Path| {
                let disk = Platform::real().disk.clone();
                let index = LsmIndex::open(&*disk, path, 8 << 20);
                let index = index.map_err(|e| OpenError::Index(e.0))?;
                Ok(Arc::new(index) as Arc<dyn larder_storage_local::index::Index>)
            };
            let local = Local::open(Platform::real(), options, open).expect("opens");
            conformance::run(&local).await;
            local
        });
    }
}
