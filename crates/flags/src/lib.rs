//! The command lines of subcommands and tools: flags with a value, switches, names between them.
//!
//! Holds: what a command line may hold, reading it, errors of one line that say how to mend it.
//! Never: the settings of the server, which have more sources; defaults; help texts.
//! Enter at: [`Syntax::read`].

#[cfg(test)]
mod tests;

use lexopt::{Arg, Parser};
use std::ops::RangeInclusive;

/// What a command line may hold. Flags are written as people write them: `--rounds`.
#[derive(Clone, Copy, Debug, Default)]
pub struct Syntax<'a> {
    /// Flags with a value, as `--flag VALUE` or `--flag=VALUE`, each at most once.
    pub values: &'a [&'a str],
    /// Flags with a value that may be given more than once.
    pub repeatable: &'a [&'a str],
    /// Flags without a value.
    pub switches: &'a [&'a str],
    /// What words without a dash are, such as `TARGET`; empty when there are none.
    pub names: &'a str,
}

/// A command line that was read.
#[derive(Clone, Debug, Default)]
pub struct CommandLine {
    given: Vec<(String, String)>,
    switches: Vec<String>,
    names: Vec<String>,
}

impl Syntax<'_> {
    /// Reads the words behind the program's or subcommand's name.
    ///
    /// # Errors
    /// One line: a word that is not known, a flag without its value, or one that is given twice.
    pub fn read(&self, words: &[String]) -> Result<CommandLine, String> {
        let mut line = CommandLine::default();
        let mut parser = Parser::from_args(words);
        while let Some(arg) = parser.next().map_err(|error| self.mended(&error))? {
            let flag = match &arg {
                Arg::Long(name) => format!("--{name}"),
                Arg::Short(letter) => return Err(self.unexpected(&format!("-{letter}"))),
                Arg::Value(name) if self.names.is_empty() => {
                    return Err(self.unexpected(&name.to_string_lossy()));
                }
                Arg::Value(name) => {
                    line.names.push(name.to_string_lossy().into_owned());
                    continue;
                }
            };
            let is_one_of = |flags: &[&str]| flags.contains(&flag.as_str());
            if is_one_of(self.switches) {
                line.switches.push(flag);
                continue;
            }
            if !is_one_of(self.values) && !is_one_of(self.repeatable) {
                return Err(self.unexpected(&flag));
            }
            let value = parser.value().ok().filter(|value| !value.is_empty());
            let value = value.ok_or_else(|| format!("{flag} needs a value"))?;
            if line.get(&flag).is_some() && is_one_of(self.values) {
                return Err(format!("{flag} is given twice"));
            }
            line.given.push((flag, value.to_string_lossy().into_owned()));
        }
        Ok(line)
    }

    fn unexpected(&self, word: &str) -> String {
        let flags = [self.values, self.repeatable, self.switches].concat();
        let names = if self.names.is_empty() { None } else { Some(self.names) };
        let known: Vec<&str> = names.into_iter().chain(flags).collect();
        format!("unexpected {word:?}; this takes {}", known.join(", "))
    }

    fn mended(&self, error: &lexopt::Error) -> String {
        match error {
            lexopt::Error::UnexpectedValue { option, .. } => format!("{option} takes no value"),
            other => other.to_string(),
        }
    }
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
