//! Files and directories, as little of them as an engine needs.

use std::any::Any;
use std::io;
use std::path::Path;
use std::sync::Arc;

/// Alignment, in bytes, of offsets, lengths and memory of writes that bypass the page cache.
pub const DIRECT_ALIGN: usize = 4096;

/// How a file is opened.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OpenMode {
    /// Existing file, read only.
    Read,
    /// Existing file, read and write through the page cache.
    Write,
    /// New file, read and write through the page cache; fails when it exists.
    Create,
    /// Existing file, read through the page cache. Writes whose offset, length and memory are
    /// multiples of [`DIRECT_ALIGN`] bypass it where the file system can (`O_DIRECT`): what is not
    /// copied costs no CPU. Other writes go through it. Durable when synced.
    Uncached,
    /// Existing file; every write is durable when it returns (`O_DIRECT|O_DSYNC` where the file
    /// system can, otherwise `O_DSYNC`, otherwise a sync behind each write). Offsets, lengths
    /// and memory of writes are multiples of [`DIRECT_ALIGN`].
    Direct,
}

/// Free and total bytes of the file system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DiskSpace {
    /// Bytes that may still be written.
    pub free_bytes: u64,
    /// Size of the file system.
    pub total_bytes: u64,
}

/// Held as long as the directory is ours; released on drop and when the process dies.
pub type DiskLock = Box<dyn Any + Send + Sync>;

/// Directories. All calls block. Nothing is durable before [`Disk::sync_dir`] of the directory
/// that holds the entry: not a creation, not a rename, not a removal.
pub trait Disk: Send + Sync {
    /// Creates a directory; fine when it exists. The parent must exist.
    fn create_dir(&self, path: &Path) -> io::Result<()>;
    /// Makes creations, renames and removals in this directory durable.
    fn sync_dir(&self, path: &Path) -> io::Result<()>;
    /// Names in a directory, sorted.
    fn list(&self, path: &Path) -> io::Result<Vec<String>>;
    /// Opens a file.
    fn open(&self, path: &Path, mode: OpenMode) -> io::Result<Arc<dyn DiskFile>>;
    /// Renames within one file system, replacing the target.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Removes a file; `NotFound` when there is none.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Takes the exclusive lock of a directory; `WouldBlock` when another process holds it.
    fn lock(&self, path: &Path) -> io::Result<DiskLock>;
    /// Space on the file system that holds `path`.
    fn space(&self, path: &Path) -> io::Result<DiskSpace>;

    /// The whole content of a small file.
    fn read_all(&self, path: &Path) -> io::Result<Vec<u8>> {
        let file = self.open(path, OpenMode::Read)?;
        let length = usize::try_from(file.length()?).map_err(io::Error::other)?;
        let mut content = vec![0; length];
        file.read_at(&mut content, 0)?;
        Ok(content)
    }

    /// Writes a small file that only we may read (files on a real disk have mode 0600), replacing
    /// the one there. Durable when it returns; a crash leaves the old content or the new one, and
    /// perhaps a stray `<path>.tmp`, which the next call replaces.
    fn write_private(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let mut temporary = path.as_os_str().to_owned();
        temporary.push(".tmp");
        let temporary = Path::new(&temporary);
        match self.remove(temporary) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let file = self.open(temporary, OpenMode::Create)?;
        file.write_at(data, 0)?;
        file.sync()?;
        self.rename(temporary, path)?;
        self.sync_dir(path.parent().ok_or(io::ErrorKind::InvalidInput)?)
    }
}

/// An open file. All calls block; several threads may read and write at once.
pub trait DiskFile: Send + Sync {
    /// Length in bytes.
    fn length(&self) -> io::Result<u64>;
    /// Reads exactly `out.len()` bytes; `UnexpectedEof` past the end.
    fn read_at(&self, out: &mut [u8], offset: u64) -> io::Result<()>;
    /// Like [`DiskFile::read_at`], but only when no disk access is needed; `false` otherwise.
    /// Safe on a reactor thread.
    fn read_cached(&self, out: &mut [u8], offset: u64) -> io::Result<bool>;
    /// Writes all of `data`, extending the file as needed.
    fn write_at(&self, data: &[u8], offset: u64) -> io::Result<()>;
    /// Makes data and length durable (`fdatasync`).
    fn sync(&self) -> io::Result<()>;
    /// Reserves blocks for the first `length` bytes without changing what is read there; the file
    /// is at least `length` long afterwards.
    fn allocate(&self, length: u64) -> io::Result<()>;
    /// Cuts or extends the file.
    fn set_length(&self, length: u64) -> io::Result<()>;
}
