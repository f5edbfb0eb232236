//! Talks to a running server through the control socket in its data directory.

use super::Failure;
use crate::control::SOCKET;
use std::io::{BufRead, BufReader, ErrorKind, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;

/// A conversation.
pub(super) struct Talk {
    lines: BufReader<UnixStream>,
}

impl Talk {
    /// Asks the server of a data directory; `None` when none is running.
    pub(super) fn begin(data: &Path, ask: &str) -> Result<Option<Self>, Failure> {
        let path = data.join(SOCKET);
        let failed = |error: std::io::Error| {
            Failure(format!("the server's socket {} does not answer: {error}", path.display()))
        };
        let mut stream = match UnixStream::connect(&path) {
            Ok(stream) => stream,
            Err(error)
                if matches!(error.kind(), ErrorKind::NotFound | ErrorKind::ConnectionRefused) =>
            {
                return Ok(None);
            }
            Err(error) => return Err(failed(error)),
        };
        stream.write_all(format!("{ask}\n").as_bytes()).map_err(failed)?;
        Ok(Some(Self { lines: BufReader::new(stream) }))
    }

    /// The next line: its first word and the rest.
    pub(super) fn line(&mut self) -> Result<(String, String), Failure> {
        let mut line = String::new();
        match self.lines.read_line(&mut line) {
            Ok(0) => Err(Failure("the server ended before it was done".into())),
            Err(error) => Err(Failure(format!("the server does not answer: {error}"))),
            Ok(_) => {
                let line = line.trim_end();
                let (word, rest) = line.split_once(' ').unwrap_or((line, ""));
                match word {
                    "error" => Err(Failure(rest.to_owned())),
                    _ => Ok((word.to_owned(), rest.to_owned())),
                }
            }
        }
    }
}
