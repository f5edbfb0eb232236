//! A disk in memory, for a server that may forget everything: one copy of the bytes, no durability.

use crate::disk::{Disk, DiskFile, DiskLock, DiskSpace, OpenMode};
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

/// Unit of memory, in bytes: what was never written costs nothing.
const PAGE: usize = 64 * 1024;

enum MemoryEntry {
    Directory,
    File(Arc<MemoryFile>),
}

#[derive(Default)]
struct Names {
    entries: BTreeMap<PathBuf, MemoryEntry>,
    locks: BTreeSet<PathBuf>,
}

/// Files and directories in memory, shared by threads. Syncs do nothing; writes beyond the
/// capacity answer `StorageFull`.
pub struct MemoryDisk {
    names: Arc<Mutex<Names>>,
    budget: Arc<Budget>,
}

/// Bytes of all pages, and how many there may be.
struct Budget {
    used_bytes: AtomicU64,
    capacity_bytes: u64,
}

impl Budget {
    fn take(&self, pages: u64) -> io::Result<()> {
        let bytes = pages * PAGE as u64;
        let grow = |used: u64| used.checked_add(bytes).filter(|used| *used <= self.capacity_bytes);
        match self.used_bytes.fetch_update(Ordering::Relaxed, Ordering::Relaxed, grow) {
            Ok(_) => Ok(()),
            Err(_) => Err(io::ErrorKind::StorageFull.into()),
        }
    }

    fn give(&self, pages: u64) {
        self.used_bytes.fetch_sub(pages * PAGE as u64, Ordering::Relaxed);
    }
}

fn clean(path: &Path) -> io::Result<PathBuf> {
    let mut cleaned = PathBuf::new();
    for component in path.components() {
        match component {
            Component::RootDir | Component::CurDir => {}
            Component::Normal(name) => cleaned.push(name),
            _ => return Err(io::ErrorKind::InvalidInput.into()),
        }
    }
    Ok(cleaned)
}

impl Names {
    fn check_dir(&self, path: &Path) -> io::Result<()> {
        match self.entries.get(path) {
            Some(MemoryEntry::Directory) => Ok(()),
            Some(MemoryEntry::File(_)) => Err(io::ErrorKind::NotADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }

    fn check_parent(&self, path: &Path) -> io::Result<()> {
        self.check_dir(path.parent().ok_or(io::ErrorKind::InvalidInput)?)
    }

    fn file(&self, path: &Path) -> io::Result<&Arc<MemoryFile>> {
        match self.entries.get(path) {
            Some(MemoryEntry::File(file)) => Ok(file),
            Some(MemoryEntry::Directory) => Err(io::ErrorKind::IsADirectory.into()),
            None => Err(io::ErrorKind::NotFound.into()),
        }
    }
}

impl MemoryDisk {
    /// An empty disk, with a root directory, of so many bytes; `/a` and `a` name the same file.
    pub fn new(capacity_bytes: u64) -> Self {
        let mut names = Names::default();
        names.entries.insert(PathBuf::new(), MemoryEntry::Directory);
        let budget = Arc::new(Budget { used_bytes: AtomicU64::new(0), capacity_bytes });
        Self { names: Arc::new(Mutex::new(names)), budget }
    }

    fn names(&self) -> MutexGuard<'_, Names> {
        self.names.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Disk for MemoryDisk {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        let (path, mut names) = (clean(path)?, self.names());
        if matches!(names.entries.get(&path), Some(MemoryEntry::Directory)) {
            return Ok(());
        }
        names.check_parent(&path)?;
        if names.entries.contains_key(&path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        names.entries.insert(path, MemoryEntry::Directory);
        Ok(())
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        self.names().check_dir(&clean(path)?)
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let (path, names) = (clean(path)?, self.names());
        names.check_dir(&path)?;
        let below = names.entries.range(path.clone()..).skip(1);
        let below = below.take_while(|(entry, _)| entry.starts_with(&path));
        let direct = below.filter(|(entry, _)| entry.parent() == Some(&path));
        let name = |entry: &PathBuf| Some(entry.file_name()?.to_string_lossy().into_owned());
        Ok(direct.filter_map(|(entry, _)| name(entry)).collect())
    }

    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn DiskFile>> {
        let (path, mut names) = (clean(path)?, self.names());
        if mode != OpenMode::Create {
            return Ok(Arc::clone(names.file(&path)?) as Arc<dyn DiskFile>);
        }
        names.check_parent(&path)?;
        if names.entries.contains_key(&path) {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let content = RwLock::new(Content::default());
        let file = Arc::new(MemoryFile { content, budget: Arc::clone(&self.budget) });
        names.entries.insert(path, MemoryEntry::File(Arc::clone(&file)));
        Ok(file)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let (from, to, mut names) = (clean(from)?, clean(to)?, self.names());
        names.file(&from)?;
        names.check_parent(&to)?;
        if let Some(MemoryEntry::Directory) = names.entries.get(&to) {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let entry = names.entries.remove(&from).expect("seen under the same lock");
        names.entries.insert(to, entry);
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        let (path, mut names) = (clean(path)?, self.names());
        names.file(&path)?;
        names.entries.remove(&path);
        Ok(())
    }

    fn lock(&self, path: &Path) -> io::Result<DiskLock> {
        let (path, mut names) = (clean(path)?, self.names());
        names.check_dir(&path)?;
        if !names.locks.insert(path.clone()) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(MemoryLock { names: Arc::clone(&self.names), path }))
    }

    fn space(&self, _path: &Path) -> io::Result<DiskSpace> {
        let total_bytes = self.budget.capacity_bytes;
        let used_bytes = self.budget.used_bytes.load(Ordering::Relaxed);
        Ok(DiskSpace { free_bytes: total_bytes.saturating_sub(used_bytes), total_bytes })
    }
}

struct MemoryLock {
    names: Arc<Mutex<Names>>,
    path: PathBuf,
}

impl Drop for MemoryLock {
    fn drop(&mut self) {
        self.names.lock().unwrap_or_else(PoisonError::into_inner).locks.remove(&self.path);
    }
}

#[derive(Default)]
struct Content {
    pages: BTreeMap<u64, Box<[u8]>>,
    length: u64,
}

/// Splits a range into (page, offset within it, count) at page boundaries.
fn pieces(offset: u64, length: usize) -> impl Iterator<Item = (u64, usize, usize)> {
    let mut done = 0;
    std::iter::from_fn(move || {
        let at = offset + done as u64;
        let within = (at % PAGE as u64) as usize;
        let count = (PAGE - within).min(length - done);
        done += count;
        (count > 0).then_some((at / PAGE as u64, within, count))
    })
}

struct MemoryFile {
    content: RwLock<Content>,
    budget: Arc<Budget>,
}

impl Drop for MemoryFile {
    fn drop(&mut self) {
        let content = self.content.get_mut().unwrap_or_else(PoisonError::into_inner);
        self.budget.give(content.pages.len() as u64);
    }
}

impl DiskFile for MemoryFile {
    fn length(&self) -> io::Result<u64> {
        Ok(self.content.read().unwrap_or_else(PoisonError::into_inner).length)
    }

    fn read_at(&self, out: &mut [u8], offset: u64) -> io::Result<()> {
        let content = self.content.read().unwrap_or_else(PoisonError::into_inner);
        if offset + out.len() as u64 > content.length {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let mut rest = out;
        for (page, within, count) in pieces(offset, rest.len()) {
            let (piece, after) = rest.split_at_mut(count);
            match content.pages.get(&page) {
                Some(bytes) => piece.copy_from_slice(&bytes[within..within + count]),
                None => piece.fill(0),
            }
            rest = after;
        }
        Ok(())
    }

    fn read_cached(&self, out: &mut [u8], offset: u64) -> io::Result<bool> {
        self.read_at(out, offset).map(|()| true)
    }

    fn write_at(&self, data: &[u8], offset: u64) -> io::Result<()> {
        let mut content = self.content.write().unwrap_or_else(PoisonError::into_inner);
        let pages = pieces(offset, data.len());
        let new = pages.filter(|(page, _, _)| !content.pages.contains_key(page)).count();
        self.budget.take(new as u64)?;
        let mut rest = data;
        for (page, within, count) in pieces(offset, data.len()) {
            let (piece, after) = rest.split_at(count);
            let bytes = content.pages.entry(page).or_insert_with(|| vec![0; PAGE].into());
            bytes[within..within + count].copy_from_slice(piece);
            rest = after;
        }
        content.length = content.length.max(offset + data.len() as u64);
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        Ok(())
    }

    fn allocate(&self, length: u64) -> io::Result<()> {
        let mut content = self.content.write().unwrap_or_else(PoisonError::into_inner);
        content.length = content.length.max(length);
        Ok(())
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        let mut content = self.content.write().unwrap_or_else(PoisonError::into_inner);
        if length < content.length {
            let freed = content.pages.split_off(&length.div_ceil(PAGE as u64));
            self.budget.give(freed.len() as u64);
            if let Some(page) = content.pages.get_mut(&(length / PAGE as u64)) {
                page[(length % PAGE as u64) as usize..].fill(0);
            }
        }
        content.length = length;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::{MemoryDisk, PAGE};
    use crate::disk::{Disk, OpenMode};
    use std::io;
    use std::path::Path;

    #[test]
    fn pages_are_paid_for_when_written() {
        let disk = MemoryDisk::new(3 * PAGE as u64);
        let file = disk.open(Path::new("/f"), OpenMode::Create).unwrap();
        file.allocate(64 << 20).unwrap();
        assert_eq!(disk.space(Path::new("/")).unwrap().free_bytes, 3 * PAGE as u64);
        file.write_at(&[7; 100], PAGE as u64 - 50).unwrap();
        assert_eq!(disk.space(Path::new("/")).unwrap().free_bytes, PAGE as u64);
        let mut read = [1; 200];
        file.read_at(&mut read, PAGE as u64 - 100).unwrap();
        assert!(read[..50] == [0; 50] && read[50..150] == [7; 100] && read[150..] == [0; 50]);
        let error = file.write_at(&[7; 2], 10 * PAGE as u64 - 1).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::StorageFull);
        file.set_length(PAGE as u64).unwrap();
        assert!(file.read_at(&mut [0], PAGE as u64).is_err());
        disk.remove(Path::new("/f")).unwrap();
        drop(file);
        assert_eq!(disk.space(Path::new("/")).unwrap().free_bytes, 3 * PAGE as u64);
    }

    #[test]
    fn names_behave() {
        let disk = MemoryDisk::new(1 << 20);
        let at = Path::new;
        disk.create_dir(at("/d")).unwrap();
        disk.create_dir(at("/d")).unwrap();
        disk.create_dir(at("/d/e")).unwrap();
        disk.write_private(at("/d/b"), b"1").unwrap();
        disk.write_private(at("/d/e/c"), b"2").unwrap();
        disk.write_private(at("/d-e"), b"3").unwrap();
        assert_eq!(disk.list(at("/d")).unwrap(), ["b", "e"]);
        disk.rename(at("/d/b"), at("/d/e/c")).unwrap();
        assert_eq!(disk.read_all(at("d/e/c")).unwrap(), b"1");
        assert_eq!(disk.list(at("/")).unwrap(), ["d", "d-e"]);
        let missing = disk.open(at("/x/y"), OpenMode::Create).err().unwrap();
        assert_eq!(missing.kind(), io::ErrorKind::NotFound);
        let lock = disk.lock(at("/d")).unwrap();
        assert_eq!(disk.lock(at("/d")).err().unwrap().kind(), io::ErrorKind::WouldBlock);
        drop(lock);
        assert!(disk.lock(at("/d")).is_ok());
    }
}
