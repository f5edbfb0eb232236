//! The command lines of these subcommands: a few flags with a value each.

use super::Failure;
use std::path::PathBuf;

/// Where data is when nobody says otherwise, as for the server.
const DATA: &str = "./larder-data";
/// The variable that says otherwise.
const VARIABLE: &str = "LARDER_DATA";

/// The flags that a subcommand was given.
pub(super) struct Words {
    given: Vec<(String, String)>,
}

impl Words {
    /// Reads `--flag VALUE` and `--flag=VALUE`; only those in `known`.
    pub(super) fn read(words: &[String], known: &[&str]) -> Result<Self, Failure> {
        let mut given: Vec<(String, String)> = Vec::new();
        let mut words = words.iter();
        while let Some(word) = words.next() {
            let (flag, value) = match word.split_once('=') {
                Some((flag, value)) => (flag, Some(value.to_owned())),
                None => (word.as_str(), None),
            };
            if !known.contains(&flag) {
                let known = known.join(", ");
                return Err(Failure(format!("unexpected {word:?}; this takes {known}")));
            }
            let value = value.or_else(|| words.next().cloned());
            let value = value.filter(|value| !value.is_empty());
            let value = value.ok_or_else(|| Failure(format!("{flag} needs a value")))?;
            if given.iter().any(|(other, _)| other == flag) {
                return Err(Failure(format!("{flag} is given twice")));
            }
            given.push((flag.to_owned(), value));
        }
        Ok(Self { given })
    }

    /// A flag's value.
    pub(super) fn get(&self, flag: &str) -> Option<&str> {
        self.given.iter().find(|(given, _)| given == flag).map(|(_, value)| value.as_str())
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
    fn flags() {
        let read = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            Words::read(&words, &["--data", "--to"]).map_err(|failure| failure.0)
        };
        let words = read(&["--data", "a b", "--to=c"]).unwrap();
        assert_eq!((words.get("--data"), words.get("--to")), (Some("a b"), Some("c")));
        assert_eq!(words.data().to_str(), Some("a b"));
        for (bad, expected) in [
            (&["--date", "x"][..], "unexpected \"--date\"; this takes --data, --to"),
            (&["--to"], "--to needs a value"),
            (&["--to="], "--to needs a value"),
            (&["--to=a", "--to=b"], "--to is given twice"),
        ] {
            assert_eq!(read(bad).err().as_deref(), Some(expected));
        }
    }
}
