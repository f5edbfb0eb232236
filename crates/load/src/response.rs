//! Reads HTTP/1.1 responses, however they are split.

/// All of a head, and all trailers.
const HEAD_BYTES_MAX: usize = 64 << 10;
/// What is kept of a body that is asked for.
pub(crate) const KEPT_BYTES_MAX: usize = 4 << 20;
/// What is kept of the body of an error.
const ERROR_BYTES_MAX: usize = 4 << 10;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Status,
    Header,
    Body(u64),
    ChunkSize,
    Chunk(u64),
    ChunkEnd,
    Trailer,
    UntilClose,
    Done,
}

/// What a body must be.
#[derive(Clone, Copy)]
pub(crate) enum Expect<'a> {
    /// Anything; it is counted.
    Any,
    /// Anything; it is kept.
    Kept,
    /// These bytes.
    Same(&'a [u8]),
}

/// One response on its way in.
pub(crate) struct Response<'a> {
    expect: Expect<'a>,
    has_body: bool,
    state: State,
    line: Vec<u8>,
    head_bytes: usize,
    length: Option<u64>,
    chunked: bool,
    pub(crate) status: u16,
    pub(crate) keep_alive: bool,
    pub(crate) etag: Option<String>,
    /// `content-length`, also where no body follows.
    pub(crate) told_bytes: Option<u64>,
    pub(crate) body_bytes: u64,
    pub(crate) kept: Vec<u8>,
    /// Whether bytes came that are not those expected.
    pub(crate) differs: bool,
}

impl<'a> Response<'a> {
    /// Of a request; `has_body` is false for those of HEAD.
    pub(crate) fn new(has_body: bool, expect: Expect<'a>) -> Self {
        Self {
            expect,
            has_body,
            state: State::Status,
            line: Vec::new(),
            head_bytes: 0,
            length: None,
            chunked: false,
            status: 0,
            keep_alive: true,
            etag: None,
            told_bytes: None,
            body_bytes: 0,
            kept: Vec::new(),
            differs: false,
        }
    }

    pub(crate) fn is_done(&self) -> bool {
        self.state == State::Done
    }

    /// Takes what came.
    ///
    /// # Errors
    /// It is no HTTP/1.1 response, or more than one.
    pub(crate) fn feed(&mut self, mut bytes: &[u8]) -> Result<(), String> {
        while !bytes.is_empty() {
            let used = match self.state {
                State::Body(left) => {
                    let used = self.take(bytes, left);
                    let left = left - used as u64;
                    self.state = if left == 0 { State::Done } else { State::Body(left) };
                    used
                }
                State::Chunk(left) => {
                    let used = self.take(bytes, left);
                    let left = left - used as u64;
                    self.state = if left == 0 { State::ChunkEnd } else { State::Chunk(left) };
                    used
                }
                State::UntilClose => self.take(bytes, u64::MAX),
                State::Done => return Err("bytes after the response".to_owned()),
                _ => self.feed_line(bytes)?,
            };
            bytes = &bytes[used..];
        }
        Ok(())
    }

    /// The connection was closed.
    ///
    /// # Errors
    /// The response was not complete.
    pub(crate) fn close(&mut self) -> Result<(), String> {
        match self.state {
            State::UntilClose | State::Done => {
                self.state = State::Done;
                Ok(())
            }
            State::Status if self.head_bytes == 0 => Err("closed before a response".to_owned()),
            _ => Err("closed within a response".to_owned()),
        }
    }

    fn take(&mut self, bytes: &[u8], left: u64) -> usize {
        let used = bytes.len().min(usize::try_from(left).unwrap_or(usize::MAX));
        let bytes = &bytes[..used];
        if self.status >= 300 {
            let room = ERROR_BYTES_MAX.saturating_sub(self.kept.len());
            self.kept.extend_from_slice(&bytes[..used.min(room)]);
        } else {
            match self.expect {
                Expect::Any => {}
                Expect::Kept => {
                    let room = KEPT_BYTES_MAX.saturating_sub(self.kept.len());
                    self.kept.extend_from_slice(&bytes[..used.min(room)]);
                }
                Expect::Same(body) => {
                    let start = self.body_bytes as usize;
                    self.differs |= body.get(start..start + used) != Some(bytes);
                }
            }
        }
        self.body_bytes += used as u64;
        used
    }

    fn feed_line(&mut self, bytes: &[u8]) -> Result<usize, String> {
        let end = bytes.iter().position(|byte| *byte == b'\n');
        let used = end.map_or(bytes.len(), |end| end + 1);
        self.head_bytes += used;
        if self.head_bytes > HEAD_BYTES_MAX && self.state != State::ChunkSize {
            return Err("a head of more than 64 KiB".to_owned());
        }
        self.line.extend_from_slice(&bytes[..used]);
        if self.line.len() > HEAD_BYTES_MAX {
            return Err("a line of more than 64 KiB".to_owned());
        }
        if end.is_none() {
            return Ok(used);
        }
        let line = std::mem::take(&mut self.line);
        let text = std::str::from_utf8(&line).map_err(|_| "a head that is not UTF-8")?.trim_end();
        self.take_line(text)?;
        self.line = line;
        self.line.clear();
        Ok(used)
    }

    fn take_line(&mut self, line: &str) -> Result<(), String> {
        self.state = match self.state {
            State::Status => {
                let rest = line.strip_prefix("HTTP/1.1 ").or(line.strip_prefix("HTTP/1.0 "));
                let status = rest.and_then(|rest| rest.get(..3)?.parse().ok());
                self.status = status.ok_or_else(|| format!("not a status line: {line:?}"))?;
                self.keep_alive = line.starts_with("HTTP/1.1");
                State::Header
            }
            State::Header if line.is_empty() => self.after_head(),
            State::Header => {
                let (name, value) = line.split_once(':').ok_or("a header without a colon")?;
                self.take_header(name, value.trim())?;
                State::Header
            }
            State::ChunkSize => {
                self.head_bytes = 0;
                let size = line.split(';').next().unwrap_or_default().trim();
                let size = u64::from_str_radix(size, 16).ok().filter(|_| !size.starts_with('+'));
                match size.ok_or_else(|| format!("not the size of a chunk: {line:?}"))? {
                    0 => State::Trailer,
                    size => State::Chunk(size),
                }
            }
            State::ChunkEnd if line.is_empty() => State::ChunkSize,
            State::ChunkEnd => return Err("a chunk is longer than it says".to_owned()),
            State::Trailer if line.is_empty() => State::Done,
            other => other,
        };
        Ok(())
    }

    fn take_header(&mut self, name: &str, value: &str) -> Result<(), String> {
        if name.eq_ignore_ascii_case("content-length") {
            let length = value.parse().map_err(|_| format!("not a length: {value:?}"))?;
            if self.length.is_some_and(|other| other != length) {
                return Err("two lengths".to_owned());
            }
            (self.length, self.told_bytes) = (Some(length), Some(length));
        } else if name.eq_ignore_ascii_case("transfer-encoding") {
            if !value.eq_ignore_ascii_case("chunked") {
                return Err(format!("unknown transfer encoding {value:?}"));
            }
            self.chunked = true;
        } else if name.eq_ignore_ascii_case("connection") {
            if value.eq_ignore_ascii_case("close") {
                self.keep_alive = false;
            } else if value.eq_ignore_ascii_case("keep-alive") {
                self.keep_alive = true;
            }
        } else if name.eq_ignore_ascii_case("etag") {
            self.etag = Some(value.to_owned());
        }
        Ok(())
    }

    fn after_head(&mut self) -> State {
        if (100..200).contains(&self.status) {
            return State::Status;
        }
        if !self.has_body || self.status == 204 || self.status == 304 {
            return State::Done;
        }
        match (self.chunked, self.length) {
            (true, _) => State::ChunkSize,
            (false, Some(0)) => State::Done,
            (false, Some(length)) => State::Body(length),
            (false, None) => {
                self.keep_alive = false;
                State::UntilClose
            }
        }
    }

    /// The text of the first element `name` in what was kept.
    pub(crate) fn element(&self, name: &str) -> Option<&str> {
        let text = std::str::from_utf8(&self.kept).ok()?;
        let rest = text.split_once(&format!("<{name}>"))?.1;
        Some(rest.split_once("</")?.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{Expect, Response};

    /// Feeds in pieces of every size; all must agree.
    fn check(wire: &str, has_body: bool) -> Result<(u16, bool, String), String> {
        let outcome = |piece: usize| {
            let mut response = Response::new(has_body, Expect::Kept);
            for bytes in wire.as_bytes().chunks(piece) {
                response.feed(bytes)?;
            }
            if !response.is_done() {
                response.close()?;
            }
            let body = String::from_utf8(response.kept).unwrap();
            Ok((response.status, response.keep_alive, body))
        };
        let first = outcome(1);
        for piece in 2..=wire.len() {
            assert_eq!(outcome(piece), first, "{piece}");
        }
        first
    }

    #[test]
    fn whole_chunked_and_closed() {
        let ok = |status, keep, body: &str| Ok((status, keep, body.to_owned()));
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 3\r\n";
        assert_eq!(check(&format!("{head}\r\nabc"), true), ok(200, true, "abc"));
        assert_eq!(check(&format!("{head}\r\n"), false), ok(200, true, ""));
        assert_eq!(
            check(&format!("{head}connection: close\r\n\r\nabc"), true),
            ok(200, false, "abc")
        );
        let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
        let chunks = "3;x=y\r\nabc\r\nA\r\n0123456789\r\n0\r\ntrailer: 1\r\n\r\n";
        assert_eq!(check(&format!("{chunked}{chunks}"), true), ok(200, true, "abc0123456789"));
        assert_eq!(check("HTTP/1.1 204 No Content\r\n\r\n", true), ok(204, true, ""));
        assert_eq!(
            check("HTTP/1.0 200 OK\r\n\r\nuntil the end", true),
            ok(200, false, "until the end")
        );
        let continued = format!("HTTP/1.1 100 Continue\r\n\r\n{head}\r\nabc");
        assert_eq!(check(&continued, true), ok(200, true, "abc"));
    }

    #[test]
    fn bad_input() {
        for (wire, expected) in [
            ("SSH-2.0-x\r\n", "not a status line"),
            ("HTTP/1.1 200 OK\r\nno colon\r\n", "without a colon"),
            ("HTTP/1.1 200 OK\r\ncontent-length: x\r\n", "not a length"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n", "two lengths"),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: gzip\r\n", "unknown transfer"),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nx\r\n", "size of a chunk"),
            ("HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n1\r\nab\r\n", "longer"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nab", "closed within"),
            ("HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabcd", "after the response"),
        ] {
            let error = check(wire, true).unwrap_err();
            assert!(error.contains(expected), "{wire:?}: {error}");
        }
        let mut response = Response::new(true, Expect::Any);
        assert!(response.feed(&vec![b'x'; 70 << 10]).is_err(), "a head without end");
    }

    #[test]
    fn bodies_are_compared() {
        for (body, differs) in [("abc", false), ("abd", true), ("abcd", true)] {
            let mut response = Response::new(true, Expect::Same(b"abc"));
            let wire = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\n\r\n{body}", body.len());
            wire.as_bytes().chunks(2).for_each(|bytes| response.feed(bytes).unwrap());
            assert_eq!(response.differs, differs, "{body}");
        }
    }
}
