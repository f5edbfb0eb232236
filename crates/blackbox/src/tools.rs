//! The tools that the server's own binary may have for a store that is not served.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Which of them there are.
#[derive(Clone, Debug, Default)]
pub struct Tools {
    binary: PathBuf,
    /// `larder check`: finds damage.
    pub has_check: bool,
    /// `larder repair`: makes the index anew.
    pub has_repair: bool,
}

impl Tools {
    /// Asks the binary's help.
    pub fn of(binary: &Path) -> Self {
        let help = Command::new(binary).arg("help").stdin(Stdio::null()).output();
        let help = help.map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
        let help = help.unwrap_or_default();
        let has = |tool: &str| help.contains(tool);
        let (has_check, has_repair) = (has("larder check"), has("larder repair"));
        Self { binary: binary.to_owned(), has_check, has_repair }
    }

    /// Runs `larder check`; what it complains about.
    pub fn check(&self, data: &Path) -> Result<Option<String>, String> {
        self.run("check", data)
    }

    /// Runs `larder repair`; what it complains about.
    pub fn repair(&self, data: &Path) -> Result<Option<String>, String> {
        self.run("repair", data)
    }

    fn run(&self, word: &str, data: &Path) -> Result<Option<String>, String> {
        let mut command = Command::new(&self.binary);
        command.arg(word).arg("--data").arg(data).stdin(Stdio::null());
        let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
        let said = [output.stdout, output.stderr].concat();
        let said = last_lines(&String::from_utf8_lossy(&said));
        Ok((!output.status.success()).then_some(said))
    }
}

/// The end of what a server said.
pub fn last_lines(said: &str) -> String {
    const LINES: usize = 4;
    let lines: Vec<&str> = said.lines().collect();
    lines[lines.len().saturating_sub(LINES)..].join(" | ")
}
