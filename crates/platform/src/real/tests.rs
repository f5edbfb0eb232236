//! The real platform against the real machine.

use crate::tasks::{Step, Task};
use crate::{AlignedBuffer, DIRECT_ALIGN, OpenMode, Platform};
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::time::Duration;

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_time()
        .build()
        .expect("a runtime starts")
}

/// A directory of its own that goes with the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let number = NEXT.fetch_add(1, Ordering::Relaxed);
        let name = format!("larder-platform-{}-{number}", std::process::id());
        let path = std::env::temp_dir().join(name);
        std::fs::create_dir(&path).unwrap();
        Self(path)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn on_disk(test: impl FnOnce(&Platform, &Path)) {
    let runtime = runtime();
    let _entered = runtime.enter();
    let scratch = Scratch::new();
    test(&Platform::real(), &scratch.0);
}

#[test]
fn direct_writes_read_back() {
    on_disk(|platform, scratch| {
        let path = scratch.join("segment");
        platform.disk.open(&path, OpenMode::Create).unwrap().allocate(1 << 20).unwrap();
        let file = platform.disk.open(&path, OpenMode::Direct).unwrap();
        let mut buffer = AlignedBuffer::new(2 * DIRECT_ALIGN);
        buffer.resize(2 * DIRECT_ALIGN, 7);
        file.write_at(buffer.as_slice(), DIRECT_ALIGN as u64).unwrap();
        assert_eq!(file.length().unwrap(), 1 << 20);
        let mut read = vec![1; 4 * DIRECT_ALIGN];
        file.read_at(&mut read, 0).unwrap();
        assert!(read[..4096].iter().all(|byte| *byte == 0));
        assert!(read[4096..12288].iter().all(|byte| *byte == 7));
        let unaligned = file.write_at(&buffer.as_slice()[..512], 0).unwrap_err();
        assert_eq!(unaligned.kind(), io::ErrorKind::InvalidInput);
        let past = file.read_at(&mut read, (1 << 20) - 1).unwrap_err();
        assert_eq!(past.kind(), io::ErrorKind::UnexpectedEof);
    });
}

#[test]
fn uncached_writes_of_any_alignment_read_back() {
    on_disk(|platform, scratch| {
        let path = scratch.join("blob");
        platform.disk.open(&path, OpenMode::Create).unwrap();
        let file = platform.disk.open(&path, OpenMode::Uncached).unwrap();
        let mut buffer = AlignedBuffer::new(2 * DIRECT_ALIGN);
        buffer.resize(2 * DIRECT_ALIGN, 7);
        file.write_at(buffer.as_slice(), 0).unwrap();
        file.write_at(&buffer.as_slice()[..100], 2 * DIRECT_ALIGN as u64).unwrap();
        // Over what the first one wrote, and in the cache by now.
        assert_eq!(platform.disk.read_all(&path).unwrap(), vec![7; 2 * DIRECT_ALIGN + 100]);
        buffer.as_mut_slice().fill(8);
        file.write_at(&buffer.as_slice()[..DIRECT_ALIGN], 0).unwrap();
        file.sync().unwrap();
        let read = platform.disk.read_all(&path).unwrap();
        assert!(read[..DIRECT_ALIGN].iter().all(|byte| *byte == 8));
        assert!(read[DIRECT_ALIGN..].iter().all(|byte| *byte == 7));
    });
}

#[test]
fn without_direct_io_writes_still_work() {
    on_disk(|_, scratch| {
        use crate::disk::Disk;
        let disk = super::disk::RealDisk::default();
        let path = scratch.join("segment");
        disk.open(&path, OpenMode::Create).unwrap();
        let opened_before = disk.open(&path, OpenMode::Direct).unwrap();
        disk.refuse_direct();
        let opened_after = disk.open(&path, OpenMode::Direct).unwrap();
        let mut buffer = AlignedBuffer::new(DIRECT_ALIGN);
        buffer.resize(DIRECT_ALIGN, 7);
        opened_before.write_at(buffer.as_slice(), 0).unwrap();
        opened_after.write_at(buffer.as_slice(), DIRECT_ALIGN as u64).unwrap();
        assert_eq!(disk.read_all(&path).unwrap(), vec![7; 2 * DIRECT_ALIGN]);
    });
}

#[test]
fn a_lock_excludes() {
    on_disk(|platform, scratch| {
        let lock = platform.disk.lock(scratch).unwrap();
        let second = platform.disk.lock(scratch).err().unwrap();
        assert_eq!(second.kind(), io::ErrorKind::WouldBlock);
        drop(lock);
        platform.disk.lock(scratch).unwrap();
    });
}

#[test]
fn names_behave() {
    on_disk(|platform, scratch| {
        let (disk, directory) = (&platform.disk, scratch.join("d"));
        disk.create_dir(&directory).unwrap();
        disk.create_dir(&directory).unwrap();
        for name in ["b", "a"] {
            disk.open(&directory.join(name), OpenMode::Create).unwrap();
        }
        let again = disk.open(&directory.join("a"), OpenMode::Create).err().unwrap();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        assert_eq!(disk.list(&directory).unwrap(), ["a", "b"]);
        disk.rename(&directory.join("a"), &directory.join("c")).unwrap();
        disk.sync_dir(&directory).unwrap();
        disk.remove(&directory.join("b")).unwrap();
        assert_eq!(disk.list(&directory).unwrap(), ["c"]);
        let missing = disk.remove(&directory.join("b")).unwrap_err();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        assert!(disk.open(&directory, OpenMode::Read).is_err());
        let space = disk.space(scratch).unwrap();
        assert!(space.free_bytes > 0 && space.free_bytes <= space.total_bytes);
    });
}

#[test]
fn reserving_keeps_what_is_there() {
    on_disk(|platform, scratch| {
        let file = platform.disk.open(&scratch.join("f"), OpenMode::Create).unwrap();
        file.write_at(b"content", 0).unwrap();
        file.allocate(3).unwrap();
        assert_eq!(file.length().unwrap(), 7, "never shorter");
        file.allocate(10_000).unwrap();
        file.sync().unwrap();
        let content = platform.disk.read_all(&scratch.join("f")).unwrap();
        assert_eq!((content.len(), &content[..7], content[7]), (10_000, &b"content"[..], 0));
        file.set_length(4).unwrap();
        assert_eq!(platform.disk.read_all(&scratch.join("f")).unwrap(), b"cont");
    });
}

#[test]
fn cached_reads_are_right_or_refused() {
    on_disk(|platform, scratch| {
        let file = platform.disk.open(&scratch.join("f"), OpenMode::Create).unwrap();
        file.write_at(b"content", 0).unwrap();
        let mut read = [0; 4];
        if file.read_cached(&mut read, 3).unwrap() {
            assert_eq!(&read, b"tent");
        }
        assert!(!file.read_cached(&mut read, 5).unwrap(), "the file ends before");
    });
}

#[test]
fn private_files_are_private() {
    on_disk(|platform, scratch| {
        let path = scratch.join("key");
        for content in [&b"one"[..], b"two"] {
            platform.disk.write_private(&path, content).unwrap();
            assert_eq!(platform.disk.read_all(&path).unwrap(), content);
            let mode = std::fs::metadata(&path).unwrap().permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(platform.disk.list(scratch).unwrap(), ["key"]);
    });
}

#[test]
fn randomness_and_time_pass() {
    on_disk(|platform, _| {
        let drawn: std::collections::BTreeSet<u64> =
            (0..1000).map(|_| platform.random.u64()).collect();
        assert_eq!(drawn.len(), 1000);
        let mut large = [0; 1000];
        platform.random.fill(&mut large);
        assert!(large.iter().filter(|byte| **byte == 0).count() < 100);
        let before = platform.clock.monotonic_ns();
        assert!(platform.clock.monotonic_ns() >= before);
        assert!(platform.wall_ms() > 1_700_000_000_000);
    });
}

#[test]
fn futures_and_jobs_run() {
    let runtime = runtime();
    let platform = runtime.block_on(async { Platform::memory() });
    let answer = runtime.block_on(async {
        let (send, receive) = tokio::sync::oneshot::channel();
        let inner = platform.clone();
        platform.spawn(async move {
            inner.tasks.sleep(Duration::from_millis(1)).await;
            let _ = send.send(inner.blocking(|| 42).await);
        });
        receive.await.unwrap()
    });
    assert_eq!(answer, Some(42));
    let panicked = runtime.block_on(platform.blocking(|| panic!("on purpose")));
    assert_eq!(panicked, None::<()>);
}

struct Reporter {
    steps: Sender<u64>,
    count: u64,
    go: Receiver<Step>,
    dropped: Arc<AtomicU64>,
}

impl Task for Reporter {
    fn step(&mut self) -> Step {
        self.count += 1;
        self.steps.send(self.count).unwrap();
        self.go.recv().unwrap_or(Step::Sleep)
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        self.dropped.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn a_task_steps_sleeps_and_stops() {
    on_disk(|platform, _| {
        let (steps, stepped) = channel();
        let (answer, go) = channel();
        let dropped = Arc::new(AtomicU64::new(0));
        let task = Reporter { steps, count: 0, go, dropped: Arc::clone(&dropped) };
        let handle = platform.tasks.start_task("reporter", Box::new(task));
        assert_eq!(stepped.recv().unwrap(), 1);
        answer.send(Step::Again).unwrap();
        assert_eq!(stepped.recv().unwrap(), 2);
        answer.send(Step::SleepFor(Duration::from_millis(1))).unwrap();
        assert_eq!(stepped.recv().unwrap(), 3);
        // The wake comes during the step and must not be lost.
        handle.wake.wake();
        answer.send(Step::Sleep).unwrap();
        assert_eq!(stepped.recv().unwrap(), 4);
        answer.send(Step::SleepFor(Duration::MAX)).unwrap();
        drop(handle);
        assert_eq!(dropped.load(Ordering::Relaxed), 1, "dropping the handle waits for the end");
    });
}

/// What a library makes without saying a mode, too. The umask is the process's, so that other
/// tests run under it as well; each of them makes a real platform.
#[test]
fn nobody_else_may_read_what_is_made() {
    on_disk(|platform, scratch| {
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o7777;
        std::fs::write(scratch.join("library"), "x").unwrap();
        std::fs::create_dir(scratch.join("library-directory")).unwrap();
        platform.disk.create_dir(&scratch.join("ours")).unwrap();
        platform.disk.open(&scratch.join("ours/file"), OpenMode::Create).unwrap();
        let _listener = crate::listen_local(&scratch.join("socket")).unwrap();
        for (name, expected) in [
            ("library", 0o600),
            ("library-directory", 0o700),
            ("ours", 0o700),
            ("ours/file", 0o600),
            ("socket", if cfg!(target_os = "linux") { 0o600 } else { 0o700 }),
        ] {
            assert_eq!(mode(&scratch.join(name)), expected, "{name}");
        }
    });
}

#[test]
fn what_is_open_to_others_is_found() {
    on_disk(|_, scratch| {
        let loosen = |name: &str, mode| {
            let mode = std::fs::Permissions::from_mode(mode);
            std::fs::set_permissions(scratch.join(name), mode).unwrap();
        };
        std::fs::create_dir(scratch.join("in")).unwrap();
        for name in ["a", "b", "in/c", "in/d"] {
            std::fs::write(scratch.join(name), "").unwrap();
        }
        std::os::unix::fs::symlink("/", scratch.join("link")).unwrap();
        loosen("", 0o700);
        let look = |max| crate::open_to_others(scratch, max).unwrap();
        assert_eq!(look(100), crate::OpenToOthers::default());
        loosen("in/d", 0o640);
        let found = look(100);
        assert_eq!(
            (found.count, found.first, found.more),
            (1, Some((scratch.join("in/d"), 0o640)), false)
        );
        loosen("", 0o711);
        loosen("in/c", 0o602);
        let found = look(100);
        assert_eq!((found.count, found.first), (3, Some((scratch.to_owned(), 0o711))));
        assert_eq!((look(3).count, look(3).more), (1, true));
        loosen("a", 0o604);
        assert_eq!(crate::open_to_others(&scratch.join("a"), 0).unwrap().count, 1);
        assert!(crate::open_to_others(&scratch.join("none"), 9).is_err());
    });
}
