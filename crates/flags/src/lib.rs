//! The command lines of subcommands and tools: flags with a value, switches, names between them.
//!
//! Holds: what a command line may hold, reading it, errors of one line that say how to mend it.
//! Never: the settings of the server, which have more sources; defaults; help texts.
//! Enter at: [`Syntax::read`].

mod command_line;
mod syntax;
#[cfg(test)]
mod tests;

pub use command_line::CommandLine;
pub use syntax::Syntax;
