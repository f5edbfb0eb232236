//! The command lines of these subcommands: a few flags with a value each.

use super::Failure;
use larder_flags::{CommandLine, Syntax};
use std::path::PathBuf;

/// Where data is when nobody says otherwise, as for the server.
const DATA: &str = "./larder-data";
/// The variable that says otherwise.
const VARIABLE: &str = "LARDER_DATA";

/// The flags that a subcommand was given.
pub(super) struct Words(CommandLine);

impl Words {
    /// Reads flags with a value; only those in `known`.
    pub(super) fn read(words: &[String], known: &[&str]) -> Result<Self, Failure> {
        let syntax = Syntax { values: known, ..Syntax::default() };
        Ok(Self(syntax.read(words)?))
    }

    /// Reads flags with a value and switches; only those in `values` and `switches`.
    pub(super) fn read_with(
        words: &[String],
        values: &[&str],
        switches: &[&str],
    ) -> Result<Self, Failure> {
        let syntax = Syntax { values, switches, ..Syntax::default() };
        Ok(Self(syntax.read(words)?))
    }

    /// Whether a switch was given.
    pub(super) fn has(&self, switch: &str) -> bool {
        self.0.is_on(switch)
    }

    /// A flag's value.
    pub(super) fn get(&self, flag: &str) -> Option<&str> {
        self.0.get(flag)
    }

    /// The data directory: by flag, by variable, or where the server puts it.
    pub(super) fn data(&self) -> PathBuf {
        let variable = std::env::var_os(VARIABLE).filter(|value| !value.is_empty());
        match (self.get("--data"), variable) {
            (Some(path), _) => path.into(),
            (None, Some(path)) => path.into(),
            (None, None) => DATA.into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn data_by_flag() {
        let words = ["--data", "a b", "--to=c"].map(str::to_owned);
        let words = Words::read(&words, &["--data", "--to"]).ok().unwrap();
        assert_eq!((words.data().to_str(), words.get("--to")), (Some("a b"), Some("c")));
    }
}
