//! Installs what the client suites need. Idempotent, and quick when all is there.
//!
//! Nothing here decides a test: a client that could not be installed is missing when its suite
//! starts, and the suite fails with the client's name.

mod debian;
mod deny;
mod go;
mod node;
mod python;

use std::fs;
use std::path::{Path, PathBuf};

use crate::proc;

pub use debian::{build_tools, cpp_compiler, mount_helper};
pub use deny::cargo_deny;

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

    /// `PATH` with the installed programs before the machine's.
    pub fn path_variable(&self) -> String {
        let machine = std::env::var("PATH").unwrap_or_default();
        let own = [self.work.join("venv/bin"), self.linked_programs()];
        let own: Vec<String> = own.iter().map(|path| path.display().to_string()).collect();
        format!("{}:{machine}", own.join(":"))
    }

    /// Links to programs that came inside of something else.
    fn linked_programs(&self) -> PathBuf {
        self.work.join("programs")
    }

    /// Gives a program that came inside of something else its name on `PATH`.
    fn link_program(&self, name: &str, target: &Path) -> Result<(), String> {
        let links = self.linked_programs();
        fs::create_dir_all(&links).map_err(|error| error.to_string())?;
        let link = links.join(name);
        if link.is_symlink() {
            fs::remove_file(&link).map_err(|error| error.to_string())?;
        }
        std::os::unix::fs::symlink(target, &link)
            .map_err(|error| format!("{}: {error}", target.display()))
    }

    /// What a program prints about its version, or nothing where it is missing.
    fn version(&self, program: &str, ask: &str) -> String {
        let mut command = proc::command(program, &[ask]);
        command.env("PATH", self.path_variable());
        proc::output(command).unwrap_or_default().trim().to_string()
    }
}

/// Installs what is missing and prints one line for each thing that could not be had.
pub fn run(places: &Places) {
    let steps = [debian::clients, python::environment, node::packages, go::toolchain];
    for step in steps {
        if let Err(message) = step(places) {
            eprintln!("install: {message}");
        }
    }
}

fn on_path(program: &str) -> bool {
    let path = std::env::var("PATH").unwrap_or_default();
    path.split(':').any(|directory| Path::new(directory).join(program).is_file())
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
