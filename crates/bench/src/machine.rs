//! What a figure was measured with.

use crate::settings::{Settings, workspace_root};
use larder_types::Timestamp;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{SystemTime, UNIX_EPOCH};

/// Name and value of each, for the report.
///
/// # Errors
/// A program or file that tells one is missing.
pub fn facts(settings: &Settings) -> Result<Vec<(&'static str, String)>, String> {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_err(|error| error.to_string())?;
    let date = Timestamp::from_seconds(now.as_secs().cast_signed()).to_iso8601();
    let larder = settings.larder.to_str().ok_or("the path of larder is not UTF-8")?;
    let commit = output("git", &["rev-parse", "--short", "HEAD"]);
    let commit = commit.map_or(String::new(), |commit| format!(", commit {commit}"));
    Ok(vec![
        ("date", date.split('T').next().unwrap_or_default().to_owned()),
        ("CPU", format!("{}, {} cores", cpu_model(), cores())),
        ("kernel", output("uname", &["-sr"])?),
        ("larder", format!("{}{commit}", output(larder, &["version"])?)),
        ("rustc", output("rustc", &["--version"])?),
        ("hyper", locked_version("hyper")),
        ("tokio", locked_version("tokio")),
    ])
}

/// The file system that holds `path`, from the mount table.
pub fn file_system(path: &Path) -> String {
    let path = path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    let mounts = fs::read_to_string("/proc/self/mounts").unwrap_or_default();
    let entry = |line: &str| {
        let mut words = line.split(' ').skip(1);
        let (mount, kind) = (words.next()?.to_owned(), words.next()?.to_owned());
        path.starts_with(&mount).then_some((mount.len(), kind))
    };
    let deepest = mounts.lines().filter_map(entry).max_by_key(|(length, _)| *length);
    deepest.map_or("not known".to_owned(), |(_, kind)| kind)
}

/// The first line that a program prints.
pub fn output(program: &str, args: &[&str]) -> Result<String, String> {
    let failed = |error: String| format!("{program}: {error}");
    let ran = Command::new(program).args(args).current_dir(workspace_root()).output();
    let ran = ran.map_err(|error| failed(error.to_string()))?;
    if !ran.status.success() {
        return Err(failed(ran.status.to_string()));
    }
    let text = String::from_utf8_lossy(&ran.stdout);
    Ok(text.lines().next().unwrap_or_default().trim().to_owned())
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

fn cpu_model() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpus.lines().find_map(|line| line.strip_prefix("model name")?.split_once(": "));
    model.map_or(std::env::consts::ARCH.to_owned(), |(_, model)| model.to_owned())
}

fn locked_version(package: &str) -> String {
    let lock = fs::read_to_string(workspace_root().join("Cargo.lock")).unwrap_or_default();
    let heading = format!("name = \"{package}\"\nversion = \"");
    let version = lock.split_once(&heading).and_then(|(_, rest)| rest.split_once('"'));
    version.map_or("not known".to_owned(), |(version, _)| version.to_owned())
}
