//! The disk as a FUSE file system. The kernel caches no data of it, so that every read and write
//! comes here; a write with `O_DSYNC` or `O_SYNC` carries that flag.

use crate::disk::{Disk, Errno, Kind, Outcome, PAGE, ROOT, Refusal};
use fuser::{
    BackgroundSession, BsdFileFlags, Config, FileAttr, FileHandle, FileType, Filesystem,
    FopenFlags, Generation, INodeNo, KernelConfig, LockOwner, MountOption, OpenFlags, RenameFlags,
    ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen,
    ReplyStatfs, ReplyWrite, Request, TimeOrNow, WriteFlags,
};
use std::ffi::OsStr;
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// How long the kernel may believe names and lengths: nobody but the kernel changes them.
const VALID: Duration = Duration::from_secs(600);
/// Bytes of one write request at most. What is larger comes as several.
const WRITE_BYTES_MAX: u32 = 1 << 20;
const NAME_BYTES_MAX: u32 = 255;
const DEVICE: &str = "/dev/fuse";

/// Why this machine cannot mount at `path`, if it cannot. It is tried.
pub fn obstacle(path: &Path) -> Option<String> {
    if let Err(error) = std::fs::OpenOptions::new().read(true).write(true).open(DEVICE) {
        return Some(format!("{DEVICE} cannot be opened ({error})"));
    }
    let mount = Mount::new(Disk::new(PAGE, 0, false), path).and_then(Mount::unmount);
    mount.err().map(|error| format!("FUSE cannot be mounted ({error})"))
}

/// A mounted disk. Dropping it unmounts.
pub struct Mount {
    session: Option<BackgroundSession>,
    path: PathBuf,
}

impl Mount {
    /// Mounts at an empty directory.
    pub fn new(disk: Disk, path: &Path) -> io::Result<Self> {
        let mut config = Config::default();
        config.mount_options =
            vec![MountOption::FSName("larder-blackbox".to_owned()), MountOption::NoAtime];
        let session = fuser::spawn_mount(Front { disk }, path, &config)?;
        Ok(Self { session: Some(session), path: path.to_owned() })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Unmounts. Nobody may use it any more.
    pub fn unmount(mut self) -> io::Result<()> {
        let ended = self.session.take().map_or(Ok(()), BackgroundSession::umount_and_join);
        match ended {
            // The kernel may end the connection before the session has seen its farewell.
            Err(error) if error.kind() == io::ErrorKind::ConnectionAborted => Ok(()),
            ended => ended,
        }
    }
}

struct Front {
    disk: Disk,
}

/// A reply that can say that a call failed.
trait Fail: Send + 'static {
    fn fail(self, errno: Errno);
}

macro_rules! fail {
    ($($reply:ty),*) => {
        $(impl Fail for $reply {
            fn fail(self, errno: Errno) {
                self.error(fuser::Errno::from_i32(errno));
            }
        })*
    };
}

fail!(ReplyAttr, ReplyCreate, ReplyData, ReplyDirectory, ReplyEmpty);
fail!(ReplyEntry, ReplyOpen, ReplyWrite);

impl Front {
    /// Answers a call, or keeps its reply when the power is gone.
    fn answer<T, R: Fail>(&self, outcome: Outcome<T>, reply: R, succeed: impl FnOnce(R, T)) {
        match outcome {
            Ok(value) => succeed(reply, value),
            Err(Refusal::Error(errno)) => reply.fail(errno),
            Err(Refusal::Silence) => {
                self.disk.hold(move || reply.fail(crate::disk::errno::EIO));
            }
        }
    }

    fn attributes(&self, number: u64) -> Outcome<FileAttr> {
        self.disk.look(number, |node| {
            let (kind, size, blocks) = match &node.kind {
                Kind::File(content) => (FileType::RegularFile, content.length(), content.pages()),
                Kind::Directory { .. } => (FileType::Directory, PAGE, 1),
            };
            FileAttr {
                ino: INodeNo(number),
                size,
                blocks: blocks * (PAGE / 512),
                atime: UNIX_EPOCH,
                mtime: UNIX_EPOCH,
                ctime: UNIX_EPOCH,
                crtime: UNIX_EPOCH,
                kind,
                perm: node.mode as u16,
                nlink: 1,
                uid: rustix::process::getuid().as_raw(),
                gid: rustix::process::getgid().as_raw(),
                rdev: 0,
                blksize: PAGE as u32,
                flags: 0,
            }
        })
    }

    fn entry(&self, number: Outcome<u64>, reply: ReplyEntry) {
        let attributes = number.and_then(|number| self.attributes(number));
        self.answer(attributes, reply, |reply, a| reply.entry(&VALID, &a, Generation(0)));
    }

    fn done(&self, outcome: Outcome<()>, reply: ReplyEmpty) {
        self.answer(outcome, reply, |reply, ()| reply.ok());
    }
}

fn text(name: &OsStr) -> Outcome<&str> {
    name.to_str().ok_or(Refusal::Error(crate::disk::errno::EINVAL))
}

/// Whether what is written must be on the platter when the write returns. `O_SYNC` includes the
/// bit of `O_DSYNC`.
fn is_durable(flags: OpenFlags) -> bool {
    flags.0 & rustix::fs::OFlags::DSYNC.bits() as i32 != 0
}

#[allow(clippy::too_many_arguments)] // the trait's
impl Filesystem for Front {
    fn init(&mut self, _request: &Request, config: &mut KernelConfig) -> io::Result<()> {
        let too_much = |most| io::Error::other(format!("writes have at most {most} bytes"));
        config.set_max_write(WRITE_BYTES_MAX).map_err(too_much)?;
        Ok(())
    }

    fn lookup(&self, _request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEntry) {
        let number = text(name).and_then(|name| self.disk.lookup(parent.0, name));
        self.entry(number, reply);
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        self.answer(self.attributes(ino.0), reply, |reply, a| reply.attr(&VALID, &a));
    }

    fn setattr(
        &self,
        _request: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        _uid: Option<u32>,
        _gid: Option<u32>,
        size: Option<u64>,
        _atime: Option<TimeOrNow>,
        _mtime: Option<TimeOrNow>,
        _ctime: Option<SystemTime>,
        _fh: Option<FileHandle>,
        _crtime: Option<SystemTime>,
        _chgtime: Option<SystemTime>,
        _bkuptime: Option<SystemTime>,
        _flags: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let set = || {
            if let Some(size) = size {
                self.disk.set_length(ino.0, size)?;
            }
            if let Some(mode) = mode {
                self.disk.set_mode(ino.0, mode & 0o7777)?;
            }
            self.attributes(ino.0)
        };
        self.answer(set(), reply, |reply, a| reply.attr(&VALID, &a));
    }

    fn mkdir(
        &self,
        _request: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        reply: ReplyEntry,
    ) {
        let mode = mode & !umask & 0o7777;
        let make = |name: &str| self.disk.create_directory(parent.0, name, mode);
        self.entry(text(name).and_then(make), reply);
    }

    fn unlink(&self, _request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let outcome = text(name).and_then(|name| self.disk.remove(parent.0, name, false));
        self.done(outcome, reply);
    }

    fn rmdir(&self, _request: &Request, parent: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let outcome = text(name).and_then(|name| self.disk.remove(parent.0, name, true));
        self.done(outcome, reply);
    }

    fn rename(
        &self,
        _request: &Request,
        parent: INodeNo,
        name: &OsStr,
        to_parent: INodeNo,
        to_name: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        let rename = || {
            let (name, to_name) = (text(name)?, text(to_name)?);
            if flags == RenameFlags::RENAME_NOREPLACE {
                if self.disk.lookup(to_parent.0, to_name).is_ok() {
                    return Err(Refusal::Error(crate::disk::errno::EEXIST));
                }
            } else if !flags.is_empty() {
                return Err(Refusal::Error(crate::disk::errno::EINVAL));
            }
            self.disk.rename((parent.0, name), (to_parent.0, to_name))
        };
        self.done(rename(), reply);
    }

    fn open(&self, _request: &Request, ino: INodeNo, _flags: OpenFlags, reply: ReplyOpen) {
        let opened = self.disk.opened(ino.0);
        self.answer(opened, reply, |reply, ()| reply.opened(FileHandle(0), OPENED));
    }

    fn create(
        &self,
        _request: &Request,
        parent: INodeNo,
        name: &OsStr,
        mode: u32,
        umask: u32,
        _flags: i32,
        reply: ReplyCreate,
    ) {
        let mode = mode & !umask & 0o7777;
        let made = text(name).and_then(|name| self.disk.create(parent.0, name, mode));
        let attributes = made.and_then(|number| {
            self.disk.opened(number)?;
            self.attributes(number)
        });
        self.answer(attributes, reply, |reply, a| {
            reply.created(&VALID, &a, Generation(0), FileHandle(0), OPENED);
        });
    }

    fn read(
        &self,
        _request: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        size: u32,
        _flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let read = self.disk.read(ino.0, offset, u64::from(size));
        self.answer(read, reply, |reply, data| reply.data(&data));
    }

    fn write(
        &self,
        _request: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        data: &[u8],
        _write_flags: WriteFlags,
        flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let written = self.disk.write(ino.0, offset, data, is_durable(flags));
        self.answer(written, reply, |reply, count| reply.written(count as u32));
    }

    fn flush(&self, _: &Request, _: INodeNo, _: FileHandle, _: LockOwner, reply: ReplyEmpty) {
        // Closing a file promises nothing.
        reply.ok();
    }

    fn release(
        &self,
        _request: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        _flags: OpenFlags,
        _lock_owner: Option<LockOwner>,
        _flush: bool,
        reply: ReplyEmpty,
    ) {
        self.disk.closed(ino.0);
        reply.ok();
    }

    fn fsync(&self, _: &Request, ino: INodeNo, _: FileHandle, _data: bool, reply: ReplyEmpty) {
        self.done(self.disk.sync(ino.0), reply);
    }

    fn readdir(
        &self,
        _request: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        reply: ReplyDirectory,
    ) {
        // In the order of numbers, so that a removal between two calls moves nothing.
        self.answer(self.disk.list(ino.0), reply, |mut reply, entries| {
            for (name, number) in entries.iter().filter(|(_, number)| *number > offset) {
                let kind = self.disk.look(*number, |node| match node.kind {
                    Kind::File(_) => FileType::RegularFile,
                    Kind::Directory { .. } => FileType::Directory,
                });
                let kind = kind.unwrap_or(FileType::RegularFile);
                if reply.add(INodeNo(*number), *number, kind, name) {
                    break;
                }
            }
            reply.ok();
        });
    }

    fn fsyncdir(&self, _: &Request, ino: INodeNo, _: FileHandle, _data: bool, reply: ReplyEmpty) {
        self.done(self.disk.sync_directory(ino.0), reply);
    }

    fn statfs(&self, _request: &Request, _ino: INodeNo, reply: ReplyStatfs) {
        let (free, all) = self.disk.pages();
        let nodes = u64::from(u32::MAX);
        reply.statfs(all, free, free, nodes, nodes, PAGE as u32, NAME_BYTES_MAX, PAGE as u32);
    }

    fn fallocate(
        &self,
        _request: &Request,
        ino: INodeNo,
        _fh: FileHandle,
        offset: u64,
        length: u64,
        mode: i32,
        reply: ReplyEmpty,
    ) {
        self.done(self.disk.allocate(ino.0, offset, length, mode), reply);
    }
}

/// No cached data, and writes may overlap in time as on other file systems.
const OPENED: FopenFlags =
    FopenFlags::FOPEN_DIRECT_IO.union(FopenFlags::FOPEN_PARALLEL_DIRECT_WRITES);

const _: () = assert!(ROOT == INodeNo::ROOT.0);
