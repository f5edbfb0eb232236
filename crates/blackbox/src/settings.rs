//! The command line.

use crate::rounds::Kind;
use larder_flags::Syntax;
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
/// More than any machine has memory.
const DISK_MIB_MAX: u64 = 1 << 30;

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

/// The flags with a value, `--kind` apart.
const FLAGS: [&str; 5] = ["--rounds", "--seed", "--disk-mib", "--larder", "--server"];

impl Settings {
    /// Reads the words behind the program's name; the error is one line.
    pub fn parse(words: &[String]) -> Result<Self, String> {
        let syntax = Syntax {
            values: &FLAGS,
            repeatable: &["--kind"],
            switches: &["--tear"],
            ..Syntax::default()
        };
        let line = syntax.read(words)?;
        let kind = |name: &str| {
            let known = Kind::ALL.map(|kind| kind.to_string()).join(", ");
            Kind::parse(name).ok_or_else(|| format!("--kind: {name:?} is not one of {known}"))
        };
        let mut kinds = line.all("--kind").map(kind).collect::<Result<Vec<_>, _>>()?;
        if kinds.is_empty() {
            kinds = Kind::ALL.to_vec();
        }
        Ok(Self {
            rounds: line.number("--rounds", 0..=u64::MAX)?.unwrap_or(ROUNDS),
            seed: line.number("--seed", 0..=u64::MAX)?,
            kinds,
            disk_mib: line.number("--disk-mib", 1..=DISK_MIB_MAX)?.unwrap_or(DISK_MIB),
            tear: line.is_on("--tear"),
            larder: line.get("--larder").map(PathBuf::from),
            server: line.get("--server").map(str::to_owned),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{FLAGS, HELP, Settings};
    use crate::rounds::Kind;

    fn parse(line: &str) -> Result<Settings, String> {
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        Settings::parse(&words)
    }

    #[test]
    fn defaults_and_everything_given() {
        let all = parse("").unwrap();
        assert_eq!((all.rounds, all.kinds.len(), all.tear), (8, Kind::ALL.len(), false));
        let some = parse("--kind eio --seed 0xff --kind=full --rounds 2 --tear").unwrap();
        assert_eq!((some.seed, some.rounds, some.tear), (Some(255), 2, true));
        assert_eq!(some.kinds.iter().map(Kind::to_string).collect::<Vec<_>>(), ["eio", "full"]);
    }

    #[test]
    fn errors_are_one_line() {
        for (line, expected) in [
            ("--round 1", "this takes --rounds, --seed"),
            ("--seed", "--seed needs a value"),
            ("--disk-mib 0", "--disk-mib: \"0\" is not a number from 1 to"),
            ("--kind rust", "--kind: \"rust\" is not one of cuts, full, eio, flips"),
        ] {
            let error = parse(line).err().unwrap();
            assert!(error.contains(expected) && error.lines().count() == 1, "{line}: {error}");
        }
    }

    #[test]
    fn help_names_every_flag() {
        for flag in FLAGS.iter().chain(&["--kind", "--tear"]) {
            assert!(HELP.contains(&format!("\n  {flag} ")), "{flag}");
        }
    }
}
