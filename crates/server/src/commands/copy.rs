//! `larder backup` and `larder restore`: a data directory copied as of one moment.

use super::talk::Talk;
use super::words::Words;
use super::{DAMAGE, Failure, StoreSchema, count, open_new, open_verified, print, reactor, say};
use crate::{master_key, settings};
use larder_maintenance::{Copied, CopyParts, Indexes, copy, copy_stopped};
use larder_platform::Platform;
use larder_storage_local::{CopySegment, OpenError, Options};
use std::io;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Has a backup take the master key along, with which whoever has the backup can sign as anybody.
const WITH_MASTER_KEY: &str = "--with-master-key";

/// Backs up the data of a running server, or of a stopped one.
pub(crate) fn backup(words: &[String]) -> Result<ExitCode, Failure> {
    let words = Words::read_with(words, &["--data", "--to", "--rate"], &[WITH_MASTER_KEY])?;
    let (data, to) = (words.data(), directory(&words, "--to")?);
    let rate = rate(&words)?;
    let mut talk = Talk::begin(&data, "backup")?;
    let segments = talk.as_mut().map(pinned).transpose()?;
    let copied = run(&to, rate, |platform, options, parts| match &segments {
        Some(segments) => copy(platform, (&data, segments), options, parts),
        None => copy_stopped(platform, &data, options, parts),
    })?;
    // The server may free again what the copy needed.
    drop(talk);
    if words.has(WITH_MASTER_KEY) {
        if !copy_master_key(&data, &to)? {
            let path = data.join(master_key::FILE_NAME);
            return Err(Failure(format!("there is no {}: the backup has no key", path.display())));
        }
    } else {
        say(&format!(
            "the master key is not in it: keep {} elsewhere, or back up with {WITH_MASTER_KEY}",
            master_key::FILE_NAME
        ));
    }
    Ok(tell(&copied, "the backup", &to))
}

/// Makes a data directory from a backup.
pub(crate) fn restore(words: &[String]) -> Result<ExitCode, Failure> {
    let words = Words::read(words, &["--from", "--data", "--rate"])?;
    let (from, data) = (directory(&words, "--from")?, words.data());
    let rate = rate(&words)?;
    let copied =
        run(&data, rate, |platform, options, parts| copy_stopped(platform, &from, options, parts))?;
    if !copy_master_key(&from, &data)? {
        say(&format!(
            "the backup has no master key: until its {} is put there, or named by \
             --master-key-file, users' access keys cannot sign; root keys of the configuration do",
            master_key::FILE_NAME
        ));
    }
    Ok(tell(&copied, "the restored data", &data))
}

/// Copies the master key, if the directory has one.
fn copy_master_key(from: &Path, to: &Path) -> Result<bool, Failure> {
    let runtime = reactor()?;
    let _entered = runtime.enter();
    let disk = Platform::real().disk.clone();
    let failed = |error| Failure(format!("the master key cannot be copied: {error}"));
    match disk.read_all(&from.join(master_key::FILE_NAME)) {
        Ok(content) => {
            disk.write_private(&to.join(master_key::FILE_NAME), &content).map_err(failed)?;
            Ok(true)
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(failed(error)),
    }
}

fn directory(words: &Words, flag: &str) -> Result<PathBuf, Failure> {
    let path = words.get(flag).map(PathBuf::from);
    path.ok_or_else(|| Failure(format!("{flag} DIR is needed")))
}

fn rate(words: &Words) -> Result<Option<u64>, Failure> {
    let rate = words.get("--rate").map(|text| {
        settings::rate(text).map_err(|expected| Failure(format!("--rate {text:?}: {expected}")))
    });
    rate.transpose()
}

/// What a running server holds for the copy.
fn pinned(talk: &mut Talk) -> Result<Vec<CopySegment>, Failure> {
    let mut segments = Vec::new();
    loop {
        let (word, rest) = talk.line()?;
        if word == "pinned" {
            return Ok(segments);
        }
        let numbers: Option<Vec<u64>> = rest.split(' ').map(|n| n.parse().ok()).collect();
        match numbers.as_deref() {
            Some([slot, sequence, end]) if word == "segment" => {
                segments.push(CopySegment { slot: *slot as u32, sequence: *sequence, end: *end })
            }
            _ => return Err(Failure(format!("unexpected answer {word:?}"))),
        }
    }
}

/// Slows a copy down to a rate.
struct Pace<'a> {
    runtime: &'a Runtime,
    platform: &'a Platform,
    rate: Option<u64>,
    /// When the next piece may come, by the monotonic clock.
    next_ns: u64,
}

impl Pace<'_> {
    fn piece(&mut self, bytes: u64) {
        let Some(rate) = self.rate else { return };
        let now_ns = self.platform.clock.monotonic_ns();
        let cost_ns = bytes.saturating_mul(1_000_000_000) / rate;
        self.next_ns = self.next_ns.max(now_ns) + cost_ns;
        let wait = Duration::from_nanos(self.next_ns - now_ns);
        self.runtime.block_on(self.platform.tasks.sleep(wait));
    }
}

fn run(
    to: &Path,
    rate: Option<u64>,
    copy: impl FnOnce(&Platform, &Options, CopyParts<'_>) -> Result<Copied, OpenError>,
) -> Result<Copied, Failure> {
    let runtime = reactor()?;
    let platform = {
        let _entered = runtime.enter();
        Platform::real()
    };
    let mut pace = Pace { runtime: &runtime, platform: &platform, rate, next_ns: 0 };
    let parts = CopyParts {
        indexes: Indexes { old: &|_| None, new: &|path| open_new(&platform, path) },
        verified: &|path| open_verified(&platform, path),
        schema: &mut StoreSchema::default(),
        pace: &mut |bytes| pace.piece(bytes),
        report: &mut print,
    };
    Ok(copy(&platform, &Options::new(to), parts)?)
}

fn tell(copied: &Copied, what: &str, to: &Path) -> ExitCode {
    let checked = &copied.checked;
    say(&format!(
        "{what} in {} has {}, {} and {} bytes, read back and compared",
        to.display(),
        count(checked.rows, "row"),
        count(copied.blobs, "blob"),
        copied.bytes
    ));
    match checked.damages {
        0 => ExitCode::SUCCESS,
        damages => {
            say(&format!("{}: what was copied is damaged", count(damages, "damage")));
            ExitCode::from(DAMAGE)
        }
    }
}
