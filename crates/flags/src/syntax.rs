//! What a command line may hold, and reading one.

use crate::command_line::CommandLine;
use lexopt::{Arg, Parser};

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
