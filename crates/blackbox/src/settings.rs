//! The command line.

use crate::rounds::Kind;
use std::path::PathBuf;

/// What `--help` prints.
pub const HELP: &str = "\
larder-blackbox: the real server on a file system that loses power, runs full, fails and rots

  --rounds N       rounds of each kind [8]
  --seed N         seed of every choice [the time]
  --kind KIND      cuts, full, eio or flips; repeatable [all of them]
  --disk-mib N     size of the disk, which is memory [2048]
  --tear           cuts may also tear a sector, which drives promise not to do
  --larder PATH    the server's binary [the one beside this, built first]
  --server LINE    another server: its command line with {data}, {address}, {access}, {secret} and
                   leading NAME=value words for its environment

Exit code 0: nothing wrong; 1: something is, or it could not run; 3: this machine cannot mount.";

const ROUNDS: u64 = 8;
const DISK_MIB: u64 = 2048;

/// What the command line says.
pub struct Settings {
    pub rounds: u64,
    pub seed: Option<u64>,
    pub kinds: Vec<Kind>,
    pub disk_mib: u64,
    pub tear: bool,
    pub larder: Option<PathBuf>,
    pub server: Option<String>,
}

impl Settings {
    pub fn parse(words: &[String]) -> Result<Self, String> {
        let mut settings = Self {
            rounds: ROUNDS,
            seed: None,
            kinds: Vec::new(),
            disk_mib: DISK_MIB,
            tear: false,
            larder: None,
            server: None,
        };
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let mut value = || words.next().ok_or(format!("{word} needs a value"));
            match word.as_str() {
                "--rounds" => settings.rounds = number(value()?)?,
                "--seed" => settings.seed = Some(number(value()?)?),
                "--disk-mib" => settings.disk_mib = number(value()?)?,
                "--larder" => settings.larder = Some(value()?.into()),
                "--server" => settings.server = Some(value()?.clone()),
                "--tear" => settings.tear = true,
                "--kind" => {
                    let kind = value()?;
                    let known = Kind::parse(kind).ok_or(format!("no kind {kind:?}\n{HELP}"))?;
                    settings.kinds.push(known);
                }
                _ => return Err(format!("no option {word:?}\n{HELP}")),
            }
        }
        if settings.kinds.is_empty() {
            settings.kinds = Kind::ALL.to_vec();
        }
        Ok(settings)
    }
}

fn number(text: &str) -> Result<u64, String> {
    let parsed = match text.strip_prefix("0x") {
        Some(hex) => u64::from_str_radix(hex, 16),
        None => text.parse(),
    };
    parsed.map_err(|_| format!("{text:?} is not a number"))
}
