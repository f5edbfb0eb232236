//! Opening a data directory. A first start syncs, in this order: the root's parent, the format
//! file, the root, journal and index; the first segment follows with the first commit.

use super::{Local, Running};
use crate::blob::Blobs;
use crate::committer::Committer;
use crate::gc::SegmentGc;
use crate::index::{Index, SkippingIndex};
use crate::journal::{HotRecords, Journal, JournalEnd};
use crate::keeper::{Compactor, Flusher, SegmentKeeper};
use crate::layout::{FORMAT_TEXT, Layout, SEGMENT_BYTES_MIN};
use crate::metrics::Metrics;
use crate::open_error::OpenError;
use crate::options::Options;
use crate::pace::Pace;
use crate::queue::Queue;
use crate::recovery::{Recovered, recover};
use crate::reserve::Reserve;
use crate::state::{EngineState, Flush, Snapshots};
use crate::sync::{AtomicU64, Mutex};
use larder_platform::{DiskLock, OpenMode, Platform, Task, TaskHandle};
use larder_storage::{Moment, Watchers};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

impl Local {
    /// Opens or creates a data directory; blocks while it reads the journal. `index` opens the
    /// index in the path it is given.
    pub fn open(
        platform: Platform,
        options: Options,
        index: impl FnOnce(&Path) -> Result<Arc<dyn Index>, OpenError>,
    ) -> Result<Self, OpenError> {
        let layout = Layout::new(&options.directory);
        let lock = prepare(&platform, &layout)?;
        let index = index(&layout.index())?;
        let recovered = recover(&platform, &layout, &*index)?;
        let (shared, end, replayed) = share(platform, layout, options, index, recovered);
        let shared = Arc::new(shared);
        shared.reserve.review();
        let (segments, slots) = (shared.segments.clone(), shared.slots.clone());
        let (platform, layout) = (shared.platform.clone(), shared.layout.clone());
        let journal = Journal::resume(platform, layout, segments, slots, end)?;
        let moment = shared.visible.load(std::sync::atomic::Ordering::Acquire);
        let committer = Committer::new(shared.clone(), journal, moment, replayed);
        let tasks = start(&shared, committer);
        let running = Running { shared: shared.clone(), tasks, _lock: lock };
        let blobs = Arc::new(Blobs::open(shared.clone())?);
        Ok(Self { shared, blobs, _running: Arc::new(running) })
    }
}

fn share(
    platform: Platform,
    layout: Layout,
    options: Options,
    index: Arc<dyn Index>,
    recovered: Recovered,
) -> (EngineState, JournalEnd, u64) {
    let end = JournalEnd {
        newest: recovered.newest,
        link: recovered.link,
        last_segment: recovered.last_segment,
        next_batch: recovered.next_batch,
    };
    let (clock, applied) = (platform.clock.clone(), Moment(recovered.moment));
    let index = Arc::new(SkippingIndex::new(index, clock, options.gaps, applied));
    recovered.slots.set_bytes_max(options.segment_bytes_max.max(SEGMENT_BYTES_MIN));
    let shared = EngineState {
        reserve: Reserve::new(platform.clone(), layout.clone()),
        platform,
        layout,
        hot: HotRecords::new(options.hot_record_bytes),
        options,
        index,
        row_pace: Pace::default(),
        open_pace: Pace::default(),
        segments: Arc::new(recovered.segments),
        slots: Arc::new(recovered.slots),
        queue: Queue::new(),
        metrics: Metrics::default(),
        snapshots: Snapshots::default(),
        frees: Arc::default(),
        visible: AtomicU64::new(recovered.moment),
        usage: Mutex::new(recovered.usage),
        flush: Mutex::new(Flush { requested: None, durable: recovered.durable_segment }),
        keepers: OnceLock::new(),
        watchers: Watchers::default(),
    };
    (shared, end, recovered.replayed_bytes)
}

fn start(shared: &Arc<EngineState>, committer: Committer) -> Mutex<Vec<TaskHandle>> {
    let starter = &shared.platform.tasks;
    let committer = starter.start_task("committer", Box::new(committer));
    shared.queue.set_wake(committer.wake.clone());
    let gc = SegmentGc::default();
    let keepers: [(&str, Box<dyn Task>); 3] = [
        ("index-flush", Box::new(Flusher(shared.clone()))),
        ("index-compact", Box::new(Compactor::new(shared.clone()))),
        ("segments", Box::new(SegmentKeeper { shared: shared.clone(), gc })),
    ];
    let keepers = keepers.map(|(name, task)| starter.start_task(name, task));
    // Set once: an engine is started once.
    let _ = shared.keepers.set(keepers.iter().map(|keeper| keeper.wake.clone()).collect());
    let mut tasks = vec![committer];
    tasks.extend(keepers);
    Mutex::new(tasks)
}

/// Takes the lock of a data directory that is there, and changes nothing.
pub fn lock_existing(platform: &Platform, layout: &Layout) -> Result<DiskLock, OpenError> {
    let missing = || {
        let root = layout.root.display();
        OpenError::Format(format!("{root} is no data directory; name one with --data DIR"))
    };
    if platform.disk.list(&layout.root).is_err_and(|error| error.kind() == io::ErrorKind::NotFound)
    {
        return Err(missing());
    }
    let lock = lock(platform, layout)?;
    if has_format(platform, layout)? { Ok(lock) } else { Err(missing()) }
}

fn lock(platform: &Platform, layout: &Layout) -> Result<DiskLock, OpenError> {
    platform.disk.lock(&layout.root).map_err(|error| match error.kind() {
        io::ErrorKind::WouldBlock => OpenError::Locked(layout.root.clone()),
        _ => OpenError::Io(error),
    })
}

/// Makes a directory that a copy is to be written to, and takes its lock. It is marked as
/// unfinished before anything else is in it.
pub fn create_copy(platform: &Platform, layout: &Layout) -> Result<DiskLock, OpenError> {
    create_with_parents(platform, &layout.root)?;
    let lock = lock(platform, layout)?;
    let root = layout.root.display();
    if let Some(name) = platform.disk.list(&layout.root)?.first() {
        return Err(OpenError::Format(format!(
            "{root} is not empty (it holds {name:?}); name a directory that is empty or not there"
        )));
    }
    platform.disk.write_private(&layout.unfinished(), UNFINISHED_TEXT.as_bytes())?;
    initialise(platform, layout)?;
    Ok(lock)
}

const UNFINISHED_TEXT: &str =
    "A backup or restore into this directory was not finished. Remove it and run that again.\n";

/// Whether there is a format file. One of another version is refused, and a copy that was not
/// finished.
fn has_format(platform: &Platform, layout: &Layout) -> Result<bool, OpenError> {
    if platform.disk.open(&layout.unfinished(), OpenMode::Read).is_ok() {
        return Err(OpenError::Format(format!(
            "{} is a backup or restore that was not finished: remove it and run that again",
            layout.root.display()
        )));
    }
    let file = match platform.disk.open(&layout.format(), OpenMode::Read) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    let mut text = vec![0; file.length()?.min(64) as usize];
    file.read_at(&mut text, 0)?;
    let text = String::from_utf8_lossy(&text).into_owned();
    if text != FORMAT_TEXT {
        return Err(OpenError::Format(format!(
            "{} holds format {:?}; this Larder reads {:?}: use the version that wrote it",
            layout.root.display(),
            text.trim(),
            FORMAT_TEXT.trim()
        )));
    }
    Ok(true)
}

/// Makes the directories, takes the lock, checks the format.
fn prepare(platform: &Platform, layout: &Layout) -> Result<DiskLock, OpenError> {
    let disk = &platform.disk;
    create_with_parents(platform, &layout.root)?;
    let lock = lock(platform, layout)?;
    if !has_format(platform, layout)? {
        refuse_foreign(platform, layout)?;
        initialise(platform, layout)?;
    }
    // A first start that was cut off may have left any of these out.
    make_directories(platform, layout)?;
    // The journal frees what the index has in its tables: the index must never vanish because the
    // name of its directory was not synced. Nor may what a killed process had just created or
    // renamed, down to the format file's name: what is read now is built on.
    for directory in [&layout.root, &layout.journal(), &layout.index()] {
        disk.sync_dir(directory)?;
    }
    Ok(lock)
}

/// A directory without a format file is ours only when there is nothing else in it.
fn refuse_foreign(platform: &Platform, layout: &Layout) -> Result<(), OpenError> {
    let ours = ["format.tmp", "journal", "index", "blobs", "reserve"];
    let names = platform.disk.list(&layout.root)?;
    match names.iter().find(|name| !ours.contains(&name.as_str())) {
        None => Ok(()),
        Some(name) => Err(OpenError::Format(format!(
            "{} holds {name:?} and no Larder data; choose an empty --data directory",
            layout.root.display()
        ))),
    }
}

fn initialise(platform: &Platform, layout: &Layout) -> Result<(), OpenError> {
    // An earlier start may have made the root and failed to sync its name.
    match platform.disk.sync_dir(parent_of(&layout.root)) {
        Err(error) if error.kind() != io::ErrorKind::PermissionDenied => return Err(error.into()),
        _ => {}
    }
    make_directories(platform, layout)?;
    // Whole or not there at all: its presence says that the directory is ours.
    platform.disk.write_private(&layout.format(), FORMAT_TEXT.as_bytes())?;
    Ok(())
}

/// The directory that holds the name of `path`.
fn parent_of(path: &Path) -> &Path {
    match path.parent() {
        Some(parent) if parent.as_os_str().is_empty() => Path::new("."),
        Some(parent) => parent,
        None => path,
    }
}

fn make_directories(platform: &Platform, layout: &Layout) -> io::Result<()> {
    let directories = [layout.journal(), layout.blobs(), layout.index()];
    directories.iter().try_for_each(|directory| platform.disk.create_dir(directory))
}

/// Creates a directory and every missing parent, and makes each creation durable.
fn create_with_parents(platform: &Platform, path: &Path) -> io::Result<()> {
    let disk = &platform.disk;
    let mut missing: Vec<PathBuf> = Vec::new();
    let mut at = path;
    while !at.as_os_str().is_empty() && disk.list(at).is_err() {
        missing.push(at.to_owned());
        match at.parent() {
            Some(parent) => at = parent,
            None => break,
        }
    }
    for directory in missing.iter().rev() {
        disk.create_dir(directory)?;
        disk.sync_dir(parent_of(directory))?;
    }
    Ok(())
}
