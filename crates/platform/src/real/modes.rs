//! Who else may read what we make: nobody.

use rustix::fs::Mode;
use std::collections::VecDeque;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

/// What any user but the owner may do with a file: all of these bits must be clear.
const OTHERS: u32 = 0o077;

/// Takes every right of other users from all files that this process makes from now on, whatever
/// umask it was started with: what a library makes is as private as what we make ourselves.
pub(super) fn keep_private() {
    rustix::process::umask(Mode::from_bits_retain(OTHERS as _));
}

/// Files that users other than their owner may read, write or enter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OpenToOthers {
    /// How many were found.
    pub count: usize,
    /// The first of them and its permission bits.
    pub first: Option<(PathBuf, u32)>,
    /// Whether some were not looked at: there are more than `looked_at_max`.
    pub more: bool,
}

impl OpenToOthers {
    fn look(&mut self, path: &Path, metadata: &std::fs::Metadata) {
        let mode = metadata.permissions().mode() & 0o7777;
        if mode & OTHERS != 0 && !metadata.is_symlink() {
            self.count += 1;
            self.first.get_or_insert_with(|| (path.to_owned(), mode));
        }
    }
}

/// Looks at a file, or at a directory and what is in it, level by level and at most
/// `looked_at_max` entries. Symbolic links are followed only at `path` itself. Blocks.
///
/// # Errors
///
/// `NotFound` when nothing is at `path`. What cannot be looked at below it is left out.
pub fn open_to_others(path: &Path, looked_at_max: usize) -> io::Result<OpenToOthers> {
    let mut found = OpenToOthers::default();
    let metadata = std::fs::metadata(path)?;
    found.look(path, &metadata);
    let mut directories = VecDeque::new();
    if metadata.is_dir() {
        directories.push_back(path.to_owned());
    }
    let mut looked_at = 0;
    while let Some(directory) = directories.pop_front() {
        let Ok(entries) = std::fs::read_dir(&directory) else { continue };
        for entry in entries.flatten() {
            if looked_at == looked_at_max {
                found.more = true;
                return Ok(found);
            }
            looked_at += 1;
            // Of the link itself: where it leads is not ours.
            let Ok(metadata) = entry.metadata() else { continue };
            found.look(&entry.path(), &metadata);
            if metadata.is_dir() {
                directories.push_back(entry.path());
            }
        }
    }
    Ok(found)
}
