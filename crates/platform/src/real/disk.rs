//! Files of the operating system.

use crate::disk::{DIRECT_ALIGN, Disk, DiskFile, DiskLock, DiskSpace, OpenMode};
use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileExt, OpenOptionsExt};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Objects and keys are nobody else's business: no other user may read what we create.
const FILE_MODE: u32 = 0o600;
const DIRECTORY_MODE: u32 = 0o700;

/// Files of the operating system. Remembers what the file system turned out not to support.
#[derive(Default)]
pub(super) struct RealDisk {
    support: Arc<Support>,
}

#[derive(Default)]
struct Support {
    /// Direct writes were refused once: all go through the page cache, synced one by one.
    no_direct: AtomicBool,
    /// Reads that do not wait were refused once.
    no_cached_reads: AtomicBool,
}

impl Support {
    fn direct_refused(&self, path: &Path, error: &io::Error) {
        if !self.no_direct.swap(true, Ordering::Relaxed) {
            let path = path.display();
            log::warn!("no direct I/O on {path} ({error}): writes are slower here");
        }
    }
}

#[cfg(target_os = "linux")]
fn open_direct(path: &Path, durable: bool) -> io::Result<File> {
    use rustix::fs::OFlags;
    let flags = OFlags::DIRECT | if durable { OFlags::DSYNC } else { OFlags::empty() };
    OpenOptions::new().write(true).custom_flags(flags.bits() as i32).open(path)
}

#[cfg(not(target_os = "linux"))]
fn open_direct(_path: &Path, _durable: bool) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Neither a missing file nor a lack of rights: the file system cannot do direct I/O.
fn refuses_direct(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported)
}

impl RealDisk {
    /// As if the file system had refused a direct write.
    #[cfg(test)]
    pub(super) fn refuse_direct(&self) {
        self.support.no_direct.store(true, Ordering::Relaxed);
    }

    fn direct(&self, path: &Path, durable: bool) -> io::Result<Option<File>> {
        if self.support.no_direct.load(Ordering::Relaxed) {
            return Ok(None);
        }
        match open_direct(path, durable) {
            Ok(file) => Ok(Some(file)),
            Err(error) if refuses_direct(&error) => {
                self.support.direct_refused(path, &error);
                Ok(None)
            }
            Err(error) => Err(error),
        }
    }
}

impl Disk for RealDisk {
    fn create_dir(&self, path: &Path) -> io::Result<()> {
        match std::fs::DirBuilder::new().mode(DIRECTORY_MODE).create(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            result => result,
        }
    }

    fn sync_dir(&self, path: &Path) -> io::Result<()> {
        File::open(path)?.sync_all()
    }

    fn list(&self, path: &Path) -> io::Result<Vec<String>> {
        let entries = std::fs::read_dir(path)?;
        let name = |entry: std::fs::DirEntry| entry.file_name().to_string_lossy().into_owned();
        let names: io::Result<Vec<String>> = entries.map(|entry| entry.map(name)).collect();
        let mut names = names?;
        names.sort_unstable();
        Ok(names)
    }

    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn DiskFile>> {
        let mut options = OpenOptions::new();
        options.read(true).write(mode != OpenMode::Read).mode(FILE_MODE);
        match mode {
            OpenMode::Read | OpenMode::Write | OpenMode::Uncached => {}
            OpenMode::Create => {
                options.create_new(true);
            }
            OpenMode::Direct => {
                options.custom_flags(rustix::fs::OFlags::DSYNC.bits() as i32);
            }
        }
        let cached = options.open(path)?;
        if cached.metadata()?.is_dir() {
            return Err(io::ErrorKind::IsADirectory.into());
        }
        let support = Arc::clone(&self.support);
        let file = RealFile { cached, support };
        let durable = mode == OpenMode::Direct;
        if !durable && mode != OpenMode::Uncached {
            return Ok(Arc::new(file));
        }
        let (direct, path) = (self.direct(path, durable)?, path.to_owned());
        Ok(Arc::new(DirectFile { file, direct, path, durable }))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        std::fs::rename(from, to)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn lock(&self, path: &Path) -> io::Result<DiskLock> {
        let directory = File::open(path)?;
        let exclusive = rustix::fs::FlockOperation::NonBlockingLockExclusive;
        rustix::fs::flock(&directory, exclusive)?;
        Ok(Box::new(directory))
    }

    fn space(&self, path: &Path) -> io::Result<DiskSpace> {
        let stat = rustix::fs::statvfs(path)?;
        let bytes = |blocks: u64| blocks.saturating_mul(stat.f_frsize);
        Ok(DiskSpace { free_bytes: bytes(stat.f_bavail), total_bytes: bytes(stat.f_blocks) })
    }
}

/// A file through the page cache.
struct RealFile {
    cached: File,
    support: Arc<Support>,
}

impl RealFile {
    #[cfg(target_os = "linux")]
    fn read_without_waiting(&self, out: &mut [u8], offset: u64) -> io::Result<bool> {
        use rustix::io::{Errno, ReadWriteFlags, preadv2};
        let wanted = out.len();
        let mut parts = [io::IoSliceMut::new(out)];
        match preadv2(&self.cached, &mut parts, offset, ReadWriteFlags::NOWAIT) {
            // Less than wanted: the rest is not in memory, or does not exist.
            Ok(count) => Ok(count == wanted),
            Err(Errno::AGAIN | Errno::INTR) => Ok(false),
            Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => {
                self.support.no_cached_reads.store(true, Ordering::Relaxed);
                Ok(false)
            }
            Err(error) => Err(error.into()),
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn read_without_waiting(&self, _out: &mut [u8], _offset: u64) -> io::Result<bool> {
        Ok(false)
    }
}

impl DiskFile for RealFile {
    fn length(&self) -> io::Result<u64> {
        Ok(self.cached.metadata()?.len())
    }

    fn read_at(&self, out: &mut [u8], offset: u64) -> io::Result<()> {
        self.cached.read_exact_at(out, offset)
    }

    fn read_cached(&self, out: &mut [u8], offset: u64) -> io::Result<bool> {
        if self.support.no_cached_reads.load(Ordering::Relaxed) {
            return Ok(false);
        }
        self.read_without_waiting(out, offset)
    }

    fn write_at(&self, data: &[u8], offset: u64) -> io::Result<()> {
        self.cached.write_all_at(data, offset)
    }

    fn sync(&self) -> io::Result<()> {
        // On macOS the standard library does this by F_FULLFSYNC.
        self.cached.sync_data()
    }

    fn allocate(&self, length: u64) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        {
            use rustix::fs::{FallocateFlags, fallocate};
            use rustix::io::Errno;
            match fallocate(&self.cached, FallocateFlags::empty(), 0, length) {
                Err(Errno::OPNOTSUPP | Errno::NOSYS) => {}
                result => return Ok(result?),
            }
        }
        if length > self.length()? {
            self.cached.set_len(length)?;
        }
        Ok(())
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.cached.set_len(length)
    }
}

/// A file written past the page cache. Reads go through it; the kernel keeps it coherent with
/// direct writes.
struct DirectFile {
    /// Opened with `O_DSYNC` when writes are durable.
    file: RealFile,
    direct: Option<File>,
    path: std::path::PathBuf,
    /// Whether every write is durable when it returns; all of them are aligned then.
    durable: bool,
}

impl DiskFile for DirectFile {
    fn length(&self) -> io::Result<u64> {
        self.file.length()
    }

    fn read_at(&self, out: &mut [u8], offset: u64) -> io::Result<()> {
        self.file.read_at(out, offset)
    }

    fn read_cached(&self, out: &mut [u8], offset: u64) -> io::Result<bool> {
        self.file.read_cached(out, offset)
    }

    fn write_at(&self, data: &[u8], offset: u64) -> io::Result<()> {
        let aligned = offset.is_multiple_of(DIRECT_ALIGN as u64)
            && data.len().is_multiple_of(DIRECT_ALIGN)
            && data.as_ptr().align_offset(DIRECT_ALIGN) == 0;
        if !aligned && self.durable {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "unaligned direct write"));
        }
        let support = &self.file.support;
        if let Some(direct) = self.direct.as_ref()
            && aligned
            && !support.no_direct.load(Ordering::Relaxed)
        {
            // The first write is the probe: some file systems open what they cannot write.
            match direct.write_all_at(data, offset) {
                Err(error) if refuses_direct(&error) => support.direct_refused(&self.path, &error),
                result => return result,
            }
        }
        self.file.write_at(data, offset)?;
        // Elsewhere O_DSYNC does not reach through the drive's own cache.
        if self.durable && cfg!(not(target_os = "linux")) {
            self.file.sync()?;
        }
        Ok(())
    }

    fn sync(&self) -> io::Result<()> {
        self.file.sync()
    }

    fn allocate(&self, length: u64) -> io::Result<()> {
        self.file.allocate(length)
    }

    fn set_length(&self, length: u64) -> io::Result<()> {
        self.file.set_length(length)
    }
}
