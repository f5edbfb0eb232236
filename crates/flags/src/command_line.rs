//! What a command line held.

use std::ops::RangeInclusive;

/// A command line that was read.
#[derive(Clone, Debug, Default)]
pub struct CommandLine {
    pub(crate) given: Vec<(String, String)>,
    pub(crate) switches: Vec<String>,
    pub(crate) names: Vec<String>,
}

impl CommandLine {
    /// A flag's value, the first if there are several.
    pub fn get(&self, flag: &str) -> Option<&str> {
        self.given.iter().find(|(given, _)| given == flag).map(|(_, value)| value.as_str())
    }

    /// All values of a flag, in the order in which they were given.
    pub fn all<'a>(&'a self, flag: &'a str) -> impl Iterator<Item = &'a str> {
        let of_flag = self.given.iter().filter(move |(given, _)| given == flag);
        of_flag.map(|(_, value)| value.as_str())
    }

    /// Whether a switch is there.
    pub fn is_on(&self, switch: &str) -> bool {
        self.switches.iter().any(|given| given == switch)
    }

    /// The words that are no flags.
    pub fn names(&self) -> &[String] {
        &self.names
    }

    /// A flag's value as a number within `range`, decimal or hexadecimal with `0x`. `None`: the
    /// flag is not there.
    ///
    /// # Errors
    /// One line that names the flag and the range.
    pub fn number(&self, flag: &str, range: RangeInclusive<u64>) -> Result<Option<u64>, String> {
        let Some(text) = self.get(flag) else {
            return Ok(None);
        };
        let number = match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16),
            None => text.parse(),
        };
        match number {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ if *range.end() == u64::MAX => {
                Err(format!("{flag}: {text:?} is not a number from {} on", range.start()))
            }
            _ => {
                let (first, last) = (range.start(), range.end());
                Err(format!("{flag}: {text:?} is not a number from {first} to {last}"))
            }
        }
    }
}
