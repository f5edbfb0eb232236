//! Who may read what Larder makes: its user alone, whatever the umask says.

use crate::harness::{Server, larder, path, root_keys};
use crate::maintenance::{check, fill};
use std::fs::{self, Permissions};
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::Path;
use std::process::Command;
use tempfile::{TempDir, tempdir};

/// The binary under a umask that takes nothing away.
fn generous(words: &[&str]) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", "umask 0 && exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_larder")]);
    command.args(words).env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("LARDER_ADMIN_LISTEN", "off");
    command
}

fn run(words: &[&str]) {
    let output = generous(words).output().unwrap();
    assert!(output.status.success(), "{words:?}: {output:?}");
}

/// Walks a directory that Larder made or was given. Returns how many files and directories are
/// in it.
fn check_private(directory: &Path) -> usize {
    let mut seen = 0;
    for entry in fs::read_dir(directory).unwrap() {
        let (entry, path) = (entry.as_ref().unwrap(), entry.as_ref().unwrap().path());
        let (kind, mode) = (entry.file_type().unwrap(), entry.metadata().unwrap().permissions());
        let expected = if kind.is_dir() { 0o700 } else { 0o600 };
        assert_eq!(mode.mode() & 0o7777, expected, "{}", path.display());
        seen += 1;
        if kind.is_dir() {
            seen += check_private(&path);
        }
    }
    seen
}

#[test]
fn all_that_is_made_is_private() {
    let place = tempdir().unwrap();
    let at = |name: &str| place.path().join(name);
    let words = ["--listen", "127.0.0.1:0", "--data", path(&at("deep/data")), "--log-level", "off"]
        .map(str::to_owned);
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let server = Server::spawn(&mut generous(&words));
    fill(&server, &root_keys(&at("deep/data")));
    let control = fs::metadata(at("deep/data/control")).unwrap();
    assert!(control.file_type().is_socket());
    let backup =
        |to: &str| run(&["backup", "--data", path(&at("deep/data")), "--to", path(&at(to))]);
    backup("of-a-running-one");
    let of_two = check_private(place.path());
    assert!(of_two > 60, "journal, index and blobs: {of_two}");
    server.stop();
    backup("of-a-stopped-one");
    let restored = at("restored");
    run(&["restore", "--from", path(&at("of-a-stopped-one")), "--data", path(&restored)]);
    // The index that the repair moves away, too.
    run(&["repair", "--data", path(&restored)]);
    assert_eq!(check(&restored).0, Some(0));
    let words = ["--listen", "127.0.0.1:0", "--data", path(&restored), "--log-level", "off"];
    Server::spawn(&mut generous(&words)).stop();
    assert!(check_private(place.path()) > of_two + 60);
}

/// Starts a server on a directory and returns what it says of other users.
fn said(data: &TempDir, words: &[&str]) -> Vec<String> {
    let log = Server::spawn(
        larder(&["--listen", "127.0.0.1:0", "--data", path(data.path())])
            .args(words)
            .env("LARDER_LOG_FORMAT", "text"),
    )
    .stop();
    let ours = log.lines().filter(|line| line.contains("other users may use"));
    ours.map(str::to_owned).collect()
}

fn loosen(path: &Path, mode: u32) {
    fs::set_permissions(path, Permissions::from_mode(mode)).unwrap();
}

#[test]
fn a_start_says_in_one_line_what_others_may_read() {
    let (data, other) = (tempdir().unwrap(), tempdir().unwrap());
    let (plain, secret) = (other.path().join("plain.toml"), other.path().join("secret.toml"));
    fs::write(&plain, "region = 'eu-west-1'").unwrap();
    fs::write(&secret, "root_access_key = 'ROOT'\nroot_secret_key = 'root-secret'").unwrap();
    loosen(&plain, 0o644);
    loosen(&secret, 0o600);
    loosen(data.path(), 0o700);
    for config in [&plain, &secret] {
        assert_eq!(said(&data, &["--config", path(config)]), [""; 0]);
    }
    loosen(&secret, 0o640);
    loosen(data.path(), 0o755);
    loosen(&data.path().join("journal"), 0o750);
    let lines = said(&data, &["--config", path(&secret)]);
    let [line] = lines.as_slice() else { panic!("one line: {lines:?}") };
    let (data, secret) = (path(data.path()), path(&secret));
    for expected in [
        format!("{data} (mode 0755) and 1 more, {secret} (mode 0640);"),
        format!("run `chmod -R go= {data} {secret}`"),
    ] {
        assert!(line.contains(&expected), "{expected} in {line}");
    }
}
