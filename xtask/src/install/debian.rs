//! What comes from Debian: clients whose own releases are on no package index, and languages.

use std::fs;
use std::process::Command;

use super::{Places, on_path};
use crate::proc;

/// Programs and the packages that bring them.
const CLIENTS: &[(&str, &str)] = &[
    ("docker-registry", "docker-registry"),
    ("javac", "default-jdk-headless"),
    ("mvn", "maven"),
    ("openssl", "openssl"),
    ("pgbackrest", "pgbackrest"),
    ("rclone", "rclone"),
    ("restic", "restic"),
    ("ruby", "ruby"),
    ("s3cmd", "s3cmd"),
    ("s3fs", "s3fs"),
];

/// Ruby's libraries and the packages that bring them.
const RUBY_LIBRARIES: &[(&str, &str)] =
    &[("aws-sdk-s3", "ruby-aws-sdk-s3"), ("fog/aws", "ruby-fog-aws")];

/// Installs packages without starting the services that some of them bring.
const APT_INSTALL: &str = "xtask/apt-install.sh";

/// Where Debian keeps the programs of a database server: not on `PATH`.
const POSTGRESQL: &str = "/usr/lib/postgresql";

pub(super) fn clients(_: &Places) -> Result<(), String> {
    let programs = CLIENTS.iter().filter(|(program, _)| !on_path(program));
    let libraries = RUBY_LIBRARIES.iter().filter(|(library, _)| {
        let require = format!("require '{library}'");
        !proc::succeeds(proc::command("ruby", &["-e", &require]))
    });
    let mut missing: Vec<&str> = programs.chain(libraries).map(|(_, package)| *package).collect();
    if !proc::succeeds(proc::command("python3", &["-c", "import venv, ensurepip"])) {
        missing.extend(["python3", "python3-venv"]);
    }
    let has_server = on_path("initdb") || fs::exists(POSTGRESQL).is_ok_and(|there| there);
    if !on_path("psql") || !has_server {
        missing.push("postgresql");
    }
    apt_install(&missing)
}

/// Installs what the build needs besides Rust and a C compiler: `make`, for jemalloc.
pub fn build_tools() {
    if on_path("make") {
        return;
    }
    if let Err(message) = apt_install(&["make"]) {
        eprintln!("install: {message}");
    }
}

/// Installs what libFuzzer is compiled with.
pub fn cpp_compiler() {
    if std::env::var_os("CXX").is_some() || on_path("c++") {
        return;
    }
    if let Err(message) = apt_install(&["g++"]) {
        eprintln!("install: {message}");
    }
}

/// Installs what the black-box rounds need: who is not root mounts by a helper that may.
pub fn mount_helper() {
    if is_root() || on_path("fusermount3") {
        return;
    }
    if let Err(message) = apt_install(&["fuse3"]) {
        eprintln!("install: {message}");
    }
}

fn apt_install(missing: &[&str]) -> Result<(), String> {
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    let by_hand = format!("not installed: {packages}; run `apt-get install {packages}` as root");
    if !on_path("apt-get") {
        return Err(format!("{by_hand} (or this system's own equivalent)"));
    }
    let rights = rights().ok_or(by_hand.clone())?;
    let words = [rights, &["sh", APT_INSTALL], missing].concat();
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).current_dir(crate::root());
    proc::run(command).map_err(|_| by_hand)
}

fn is_root() -> bool {
    proc::output(proc::command("id", &["-u"])).is_ok_and(|id| id.trim() == "0")
}

/// How a command gets root's rights here without asking anyone, if at all.
fn rights() -> Option<&'static [&'static str]> {
    if is_root() {
        return Some(&[]);
    }
    proc::succeeds(proc::command("sudo", &["-n", "true"])).then_some(&["sudo", "-n"])
}
